#pragma once

/// The codes of error bodies: for each code its cause, in words that reveal no internals, and what
/// the caller should do next. The error bodies, the API document and the tests share this table.
///
/// K1  Each code is in the table once; each refusal reason of the model has a row.

#include <span>
#include <string_view>

namespace botcore::protocol {

struct ErrorCodeRow {
    std::string_view code;
    std::string_view cause;      ///< What went wrong; sent as `last_error`.
    std::string_view next_step;  ///< What the caller should do.
};

/// Sorted by code.
[[nodiscard]] std::span<const ErrorCodeRow> error_codes();

/// The row of the code; `nullptr` if the code is not in the table.
[[nodiscard]] const ErrorCodeRow* find_error_code(std::string_view code);

}  // namespace botcore::protocol
