#pragma once

/// The stored form of a notice that waits in the outbox. Fields are added, never renamed.

#include "base/result.hpp"
#include "runtime/outbox.hpp"

#include <string>
#include <string_view>

namespace botcore::notifications {

[[nodiscard]] std::string to_json(const runtime::OutboxRow& row);

/// The row; the error says what is wrong in the text.
[[nodiscard]] base::Result<runtime::OutboxRow, std::string> parse_outbox_row(std::string_view text);

}  // namespace botcore::notifications
