#pragma once

/// Lists in settings and headers, whose entries are separated by commas.

#include <string_view>
#include <vector>

namespace botcore::shell::http {

/// Without the spaces and tabs around it.
[[nodiscard]] std::string_view trimmed(std::string_view text);

/// Trimmed, and without those that are empty. They live as long as the list.
[[nodiscard]] std::vector<std::string_view> entries_of(std::string_view list);

}  // namespace botcore::shell::http
