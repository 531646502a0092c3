#pragma once

/// Every code that an error's body may carry: what it means in words that tell nothing of the
/// inside, and what the reader should do next. One table for bodies, document and tests.
///
/// K1  A code stands in the table once; each refusal reason of the model has its row.

#include <span>
#include <string_view>

namespace botcore::protocol {

struct ErrorCodeRow {
    std::string_view code;
    std::string_view cause;      ///< What was wrong; goes out as `last_error`.
    std::string_view next_step;  ///< What the reader should do.
};

/// By code.
[[nodiscard]] std::span<const ErrorCodeRow> error_codes();

/// Null for a code that is not in the table.
[[nodiscard]] const ErrorCodeRow* find_error_code(std::string_view code);

}  // namespace botcore::protocol
