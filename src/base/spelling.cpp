#include "base/spelling.hpp"

#include <algorithm>
#include <utility>
#include <vector>

namespace botcore::base {

namespace {

/// A longer word gets no suggestion: no known word is longer, and the cost grows with the square of
/// the length.
constexpr std::size_t kWordMax = 128;

char small(char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

}  // namespace

std::size_t edit_distance(std::string_view one, std::string_view other) {
    const std::size_t width = other.size() + 1;
    std::vector<std::size_t> before(width);
    std::vector<std::size_t> last(width);
    std::vector<std::size_t> row(width);
    for (std::size_t j = 0; j < width; ++j)
        last[j] = j;
    for (std::size_t i = 1; i <= one.size(); ++i) {
        row[0] = i;
        for (std::size_t j = 1; j < width; ++j) {
            const bool same = small(one[i - 1]) == small(other[j - 1]);
            row[j] = std::min({last[j] + 1, row[j - 1] + 1, last[j - 1] + (same ? 0 : 1)});
            const bool swapped = i > 1 && j > 1 && small(one[i - 1]) == small(other[j - 2]) &&
                                 small(one[i - 2]) == small(other[j - 1]);
            if (swapped) row[j] = std::min(row[j], before[j - 2] + 1);
        }
        std::swap(before, last);
        std::swap(last, row);
    }
    return last[width - 1];
}

std::string_view nearest_word(std::string_view word, std::span<const std::string_view> known) {
    if (word.size() > kWordMax) return {};
    std::string_view nearest;
    std::size_t best = std::max<std::size_t>(1, word.size() / 3) + 1;
    for (const std::string_view candidate : known) {
        const std::size_t distance = edit_distance(word, candidate);
        if (distance >= best) continue;
        best = distance;
        nearest = candidate;
    }
    return nearest;
}

std::string did_you_mean(std::string_view word, std::span<const std::string_view> known) {
    const std::string_view nearest = nearest_word(word, known);
    if (nearest.empty()) return {};
    return "; did you mean " + std::string(nearest) + "?";
}

}  // namespace botcore::base
