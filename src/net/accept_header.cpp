#include "net/accept_header.hpp"

#include <algorithm>
#include <cstddef>
#include <optional>

namespace botcore::net {

namespace {

constexpr int kWholeWeight = 1'000;

std::string_view without_spaces(std::string_view text) {
    const std::size_t first = text.find_first_not_of(" \t");
    if (first == std::string_view::npos) return {};
    return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

/// Removes the text up to the separator from the front of `rest` and returns it.
std::string_view take_until(std::string_view& rest, char separator) {
    const std::size_t end = rest.find(separator);
    const std::string_view part = rest.substr(0, end);
    rest = end == std::string_view::npos ? std::string_view() : rest.substr(end + 1);
    return without_spaces(part);
}

/// Whether the texts are equal, apart from the case of `text`.
bool is_word(std::string_view text, std::string_view lower_case) {
    return std::equal(
        text.begin(), text.end(), lower_case.begin(), lower_case.end(), [](char a, char b) {
            return (a >= 'A' && a <= 'Z' ? a + 32 : a) == b;
        });
}

/// "1", "0.5", "0.125" in thousandths.
std::optional<int> parse_weight(std::string_view text) {
    constexpr std::size_t kLongest = std::string_view("0.125").size();
    if (text.empty() || text.size() > kLongest || (text[0] != '0' && text[0] != '1')) return {};
    if (text.size() > 1 && text[1] != '.') return {};
    int weight = text[0] == '1' ? kWholeWeight : 0;
    int place = kWholeWeight / 10;
    for (const char digit : text.substr(std::min<std::size_t>(2, text.size()))) {
        if (digit < '0' || digit > '9') return {};
        weight += (digit - '0') * place;
        place /= 10;
    }
    if (weight > kWholeWeight) return {};
    return weight;
}

/// How well the client likes a media type. The most specific range that contains it decides the
/// weight.
struct Liking {
    int weight = 0;
    int specificity = -1;  ///< 0: any type, 1: any subtype, 2: this very type; -1: none.
};

void add_range(Liking& liking, std::string_view range, int weight, std::string_view media) {
    const std::string_view type = media.substr(0, media.find('/') + 1);
    int specificity = -1;
    if (range == "*/*") specificity = 0;
    if (range.ends_with("/*") && is_word(range.substr(0, range.size() - 1), type)) specificity = 1;
    if (is_word(range, media)) specificity = 2;
    if (specificity > liking.specificity) liking = {weight, specificity};
}

/// The weight of a range, from its parameters. Other parameters than the weight are ignored.
std::optional<int> weight_of(std::string_view parameters) {
    while (!parameters.empty()) {
        std::string_view value = take_until(parameters, ';');
        const std::string_view name = take_until(value, '=');
        if (is_word(name, "q")) return parse_weight(without_spaces(value));
    }
    return kWholeWeight;
}

}  // namespace

std::string_view preferred_media(std::string_view accept, MediaChoice choice) {
    Liking usual;
    Liking other;
    while (!accept.empty()) {
        std::string_view parameters = take_until(accept, ',');
        const std::string_view range = take_until(parameters, ';');
        const auto weight = weight_of(parameters);
        if (!weight) continue;
        add_range(usual, range, *weight, choice.usual);
        add_range(other, range, *weight, choice.other);
    }
    if (other.weight == 0 || other.weight < usual.weight) return choice.usual;
    if (other.weight > usual.weight) return choice.other;
    return other.specificity > usual.specificity ? choice.other : choice.usual;
}

}  // namespace botcore::net
