#include "operations/quiet_hours.hpp"

namespace botcore::operations {

bool QuietHours::contain(base::Timestamp time) const {
    // Of the two moments, the later one is the last that has passed.
    return last_moment(begin, time) > last_moment(end, time);
}

std::optional<QuietHours> parse_quiet_hours(std::string_view text) {
    const std::size_t dash = text.find('-');
    if (dash == std::string_view::npos) return std::nullopt;
    const auto begin = parse_time_of_day(text.substr(0, dash));
    const auto end = parse_time_of_day(text.substr(dash + 1));
    if (!begin || !end || *begin == *end) return std::nullopt;
    return QuietHours{*begin, *end};
}

}  // namespace botcore::operations
