#include "model/timeline.hpp"

#include <array>
#include <charconv>

namespace botcore::model {

std::string timeline_text(Timeline number, std::uint32_t id) {
    std::array<char, 2 * sizeof(id)> digits{};
    const auto [end, error] = std::to_chars(digits.data(), digits.data() + digits.size(), id, 16);
    const std::string hex(digits.data(), end);
    return std::to_string(number) + "-" + std::string(digits.size() - hex.size(), '0') + hex;
}

std::string to_text(const TimelineIdentity& identity) {
    return timeline_text(identity.number, identity.id);
}

}  // namespace botcore::model
