#include "tests/crash/http_text.hpp"

#include <algorithm>
#include <charconv>

namespace botcore::crash {

namespace {

constexpr std::size_t kResponseBytesMax = 16U << 20U;

bool equal_without_case(std::string_view one, std::string_view other) {
    const auto lower = [](char c) {
        return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    };
    return std::ranges::equal(one, other, [&](char a, char b) { return lower(a) == lower(b); });
}

std::string_view trimmed(std::string_view text) {
    const auto begin = text.find_first_not_of(" \t");
    if (begin == std::string_view::npos) return {};
    return text.substr(begin, text.find_last_not_of(" \t") - begin + 1);
}

template <class Number>
bool read_number(std::string_view text, Number& out) {
    return std::from_chars(text.data(), text.data() + text.size(), out).ec == std::errc();
}

struct Head {
    std::size_t length = 0;
    bool has_length = false;
};

void read_header(std::string_view line, ReplyFields& answer, Head& head) {
    const auto colon = line.find(':');
    if (colon == std::string_view::npos) return;
    const auto name = line.substr(0, colon);
    const auto value = trimmed(line.substr(colon + 1));
    if (equal_without_case(name, "content-length")) {
        head.has_length = read_number(value, head.length);
    } else if (equal_without_case(name, "idempotent-replayed")) {
        answer.replayed = equal_without_case(value, "true");
    } else if (equal_without_case(name, "connection")) {
        answer.closing = equal_without_case(value, "close");
    }
}

}  // namespace

void append_request(std::string& out, const Call& call, std::string_view token) {
    out += call.method;
    out += ' ';
    out += call.target;
    out += " HTTP/1.1\r\nHost: 127.0.0.1\r\n";
    if (!token.empty()) {
        out += "Authorization: Bearer ";
        out += token;
        out += "\r\n";
    }
    if (!call.key.empty()) {
        out += "Idempotency-Key: ";
        out += call.key;
        out += "\r\n";
    }
    if (!call.body.empty()) out += "Content-Type: application/json\r\n";
    if (!call.body.empty() || call.method != "GET") {
        out += "Content-Length: ";
        out += std::to_string(call.body.size());
        out += "\r\n";
    }
    out += "\r\n";
    out += call.body;
}

std::optional<std::size_t> parse_response(std::string_view bytes, ReplyFields& answer) {
    constexpr std::string_view kVersion = "HTTP/1.1 ";
    const auto end = bytes.find("\r\n\r\n");
    if (end == std::string_view::npos) {
        if (bytes.size() > kResponseBytesMax) return std::nullopt;
        return 0;
    }
    answer = {};
    std::string_view lines = bytes.substr(0, end + 2);
    if (!lines.starts_with(kVersion)) return std::nullopt;
    if (!read_number(lines.substr(kVersion.size(), 3), answer.status)) return std::nullopt;
    Head head;
    for (auto next = lines.find("\r\n"); !lines.empty(); next = lines.find("\r\n")) {
        read_header(lines.substr(0, next), answer, head);
        lines.remove_prefix(next + 2);
    }
    if (!head.has_length && answer.status != 204) return std::nullopt;
    if (head.length > kResponseBytesMax) return std::nullopt;
    const std::size_t size = end + 4 + head.length;
    if (bytes.size() < size) return 0;
    answer.body = bytes.substr(end + 4, head.length);
    return size;
}

std::string_view field_of(std::string_view body, std::string_view name) {
    std::string wanted;
    wanted.reserve(name.size() + 3);
    wanted += '"';
    wanted += name;
    wanted += "\":";
    const auto place = body.find(wanted);
    if (place == std::string_view::npos) return {};
    std::string_view rest = body.substr(place + wanted.size());
    if (rest.starts_with('"')) {
        rest.remove_prefix(1);
        return rest.substr(0, rest.find('"'));
    }
    rest = rest.substr(0, rest.find_first_of(",}]"));
    return rest == "null" ? std::string_view() : rest;
}

std::uint64_t hash_of(std::string_view text) {
    std::uint64_t hash = 0xCBF29CE484222325ULL;  // FNV-1a.
    for (const char c : text) {
        hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001B3ULL;
    }
    return hash;
}

}  // namespace botcore::crash
