#pragma once

/// Comma-separated lists in settings and headers.

#include <string_view>
#include <vector>

namespace botcore::net {

/// Returns the text without surrounding spaces and tabs.
[[nodiscard]] std::string_view trimmed(std::string_view text);

/// The entries of the list, trimmed; empty entries are left out. The views point into `list`.
[[nodiscard]] std::vector<std::string_view> entries_of(std::string_view list);

}  // namespace botcore::net
