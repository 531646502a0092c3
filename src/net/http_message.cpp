#include "net/http_message.hpp"

#include <simdjson.h>

#include <algorithm>
#include <optional>

namespace botcore::net {

namespace {

int hex_digit(char c) {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
}

enum class Plus : std::uint8_t { IsPlus, IsSpace };

std::optional<std::string> decode(std::string_view text, Plus plus) {
    std::string out;
    out.reserve(text.size());
    for (std::size_t i = 0; i < text.size(); ++i) {
        char c = text[i];
        if (c == '%') {
            if (i + 2 >= text.size()) return std::nullopt;
            const int high = hex_digit(text[i + 1]);
            const int low = hex_digit(text[i + 2]);
            if (high < 0 || low < 0) return std::nullopt;
            c = static_cast<char>(high * 16 + low);
            i += 2;
        } else if (c == '+' && plus == Plus::IsSpace) {
            c = ' ';
        }
        if (static_cast<unsigned char>(c) < 0x20 || c == 0x7F) return std::nullopt;
        out.push_back(c);
    }
    // Parameters are echoed in responses, which are UTF-8.
    if (!simdjson::validate_utf8(out)) return std::nullopt;
    return out;
}

bool parse_query(std::string_view text, Target& out) {
    while (!text.empty()) {
        const std::size_t end = std::min(text.find('&'), text.size());
        const std::string_view pair = text.substr(0, end);
        text.remove_prefix(std::min(end + 1, text.size()));
        if (pair.empty()) continue;
        const std::size_t split = std::min(pair.find('='), pair.size());
        auto name = decode(pair.substr(0, split), Plus::IsSpace);
        auto value = decode(pair.substr(std::min(split + 1, pair.size())), Plus::IsSpace);
        if (!name || !value) return false;
        if (!out.query.emplace(*std::move(name), *std::move(value)).second) return false;
    }
    return true;
}

}  // namespace

bool parse_target(std::string_view target, Target& out) {
    if (target.empty() || target.front() != '/') return false;
    const std::size_t question = target.find('?');
    std::string_view path = target.substr(0, question);
    path.remove_prefix(1);
    while (!path.empty()) {
        const std::size_t end = std::min(path.find('/'), path.size());
        auto segment = decode(path.substr(0, end), Plus::IsPlus);
        if (!segment || segment->find('/') != std::string::npos) return false;
        out.segments.push_back(*std::move(segment));
        path.remove_prefix(std::min(end + 1, path.size()));
    }
    return question == std::string_view::npos || parse_query(target.substr(question + 1), out);
}

bool is_valid_request_id(std::string_view text) {
    return !text.empty() && text.size() <= 64 && std::all_of(text.begin(), text.end(), [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
               c == '-' || c == '_' || c == '.';
    });
}

}  // namespace botcore::net
