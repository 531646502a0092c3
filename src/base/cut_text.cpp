#include "base/cut_text.hpp"

#include "base/check.hpp"

#include <algorithm>

namespace botcore::base {

namespace {

constexpr std::size_t kCharacterBytesMax = 4;

constexpr bool continues_character(char byte) {
    return (static_cast<unsigned char>(byte) & 0xC0U) == 0x80U;
}

}  // namespace

std::string_view first_character(std::string_view text) {
    CHECK(!text.empty());
    const std::size_t most = std::min(text.size(), kCharacterBytesMax);
    std::size_t length = 1;
    while (length < most && continues_character(text[length]))
        ++length;
    return text.substr(0, length);
}

std::size_t count_characters(std::string_view text) {
    return static_cast<std::size_t>(
        std::ranges::count_if(text, [](char byte) { return !continues_character(byte); }));
}

std::string cut_to_characters(std::string_view text, std::size_t max) {
    CHECK(max >= 1);
    std::size_t kept = 0;  // The bytes of the first `max - 1` characters.
    std::string_view rest = text;
    for (std::size_t count = 0; !rest.empty(); ++count) {
        if (count == max) return std::string(text.substr(0, kept)).append(kEllipsis);
        if (count == max - 1) kept = text.size() - rest.size();
        rest.remove_prefix(first_character(rest).size());
    }
    return std::string(text);
}

}  // namespace botcore::base
