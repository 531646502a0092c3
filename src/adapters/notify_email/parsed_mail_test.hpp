#pragma once

/// Takes a MIME message apart, for tests: header fields, encoded words and base64 parts. It is
/// strict: what it does not expect becomes an empty text.

#include <sodium.h>

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace botcore::notify_email {

inline std::string from_base64(std::string_view text) {
    std::string out(text.size(), '\0');
    std::size_t size = 0;
    if (sodium_base642bin(reinterpret_cast<unsigned char*>(out.data()),
                          out.size(),
                          text.data(),
                          text.size(),
                          "\r\n",
                          &size,
                          nullptr,
                          sodium_base64_VARIANT_ORIGINAL) != 0)
        return {};
    out.resize(size);
    return out;
}

/// The text of a header's value: unfolded, with encoded words decoded.
inline std::string decoded_header(std::string_view value) {
    constexpr std::string_view kBegin = "=?UTF-8?B?";
    if (!value.starts_with(kBegin)) return std::string(value);
    std::string out;
    while (!value.empty()) {
        const auto end = value.find("?=");
        if (!value.starts_with(kBegin) || end == std::string_view::npos || end + 2 > 75) return {};
        out += from_base64(value.substr(kBegin.size(), end - kBegin.size()));
        value.remove_prefix(end + 2);
        if (value.starts_with(' ')) value.remove_prefix(1);
    }
    return out;
}

struct ParsedPart {
    std::map<std::string, std::string> header;
    std::string text;
};

struct ParsedMail {
    std::map<std::string, std::string> header;  ///< Unfolded, not decoded; by name.
    std::vector<std::string> names;             ///< The names of all fields, in their order.
    std::vector<ParsedPart> parts;

    [[nodiscard]] std::string subject() const { return decoded_header(header.at("Subject")); }
};

/// Moves the header at the beginning of `text` to the map; `text` is then the body.
inline std::vector<std::string> take_header(std::string_view& text,
                                            std::map<std::string, std::string>& header) {
    std::vector<std::string> names;
    while (!text.empty()) {
        const auto end = text.find("\r\n");
        const auto line = text.substr(0, end);
        text.remove_prefix(end == std::string_view::npos ? text.size() : end + 2);
        if (line.empty()) break;
        if (line.front() == ' ' && !names.empty()) {
            header[names.back()] += line;
            continue;
        }
        const auto colon = line.find(": ");
        names.emplace_back(line.substr(0, colon));
        header[names.back()] = colon == std::string_view::npos ? "" : line.substr(colon + 2);
    }
    return names;
}

inline ParsedMail parse_mail(std::string_view text) {
    ParsedMail mail;
    mail.names = take_header(text, mail.header);
    const std::string type = mail.header["Content-Type"];
    const auto begin = type.find("boundary=\"");
    if (begin == std::string::npos) return mail;
    const std::string line = "--" + type.substr(begin + 10, type.size() - begin - 11);
    if (!text.starts_with(line + "\r\n")) return mail;
    text.remove_prefix(line.size() + 2);
    while (true) {
        const auto end = text.find(line);
        if (end == std::string_view::npos) return mail;
        ParsedPart part;
        std::string_view body = text.substr(0, end);
        (void)take_header(body, part.header);
        part.text = from_base64(body);
        mail.parts.push_back(part);
        text.remove_prefix(end + line.size());
        if (text == "--\r\n") return mail;
        text.remove_prefix(2);
    }
}

}  // namespace botcore::notify_email
