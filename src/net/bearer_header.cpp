#include "net/bearer_header.hpp"

#include <algorithm>

namespace botcore::net {

std::optional<std::string_view> bearer_of(std::string_view header) {
    constexpr std::string_view kScheme = "bearer ";
    if (header.size() <= kScheme.size()) return std::nullopt;
    for (std::size_t i = 0; i < kScheme.size(); ++i) {
        const char c = header[i];
        if ((c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c) != kScheme[i]) return std::nullopt;
    }
    header.remove_prefix(kScheme.size());
    const auto begin = header.find_first_not_of(' ');
    if (begin == std::string_view::npos) return std::nullopt;
    header.remove_prefix(begin);
    const bool visible =
        std::all_of(header.begin(), header.end(), [](char c) { return c > ' ' && c < 0x7F; });
    if (!visible || header.size() > kBearerMax) return std::nullopt;
    return header;
}

}  // namespace botcore::net
