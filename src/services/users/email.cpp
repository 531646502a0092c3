#include "services/users/email.hpp"

#include <algorithm>

namespace botcore::users {

namespace {

constexpr std::size_t kAddressMax = 254;
constexpr std::size_t kLocalMax = 64;
constexpr std::size_t kLabelMax = 63;

bool is_word(char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
}

bool is_local(std::string_view local) {
    if (local.empty() || local.size() > kLocalMax) return false;
    if (local.front() == '.' || local.back() == '.') return false;
    if (local.find("..") != std::string_view::npos) return false;
    constexpr std::string_view kMarks = ".!#$%&'*+-/=?^_`{|}~";
    return std::all_of(local.begin(), local.end(), [&](char c) {
        return is_word(c) || kMarks.find(c) != std::string_view::npos;
    });
}

bool is_label(std::string_view label) {
    if (label.empty() || label.size() > kLabelMax) return false;
    if (label.front() == '-' || label.back() == '-') return false;
    return std::all_of(label.begin(), label.end(), [](char c) { return is_word(c) || c == '-'; });
}

bool is_domain(std::string_view domain) {
    std::size_t labels = 0;
    while (true) {
        const std::size_t dot = domain.find('.');
        if (!is_label(domain.substr(0, dot))) return false;
        ++labels;
        if (dot == std::string_view::npos) return labels >= 2;
        domain.remove_prefix(dot + 1);
    }
}

}  // namespace

std::optional<std::string> normalized_email(std::string_view text) {
    if (text.size() > kAddressMax) return std::nullopt;
    std::string lower(text);
    for (char& c : lower) {
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    }
    const std::string_view all = lower;
    const std::size_t at = all.find('@');
    if (at == std::string_view::npos) return std::nullopt;
    if (!is_local(all.substr(0, at)) || !is_domain(all.substr(at + 1))) return std::nullopt;
    return lower;
}

}  // namespace botcore::users
