#include "operations/daily_job.hpp"

#include "base/calendar.hpp"

namespace botcore::operations {

std::optional<TimeOfDay> parse_time_of_day(std::string_view text) {
    if (text.size() != 5 || text[2] != ':') return std::nullopt;
    for (const std::size_t place : {std::size_t{0}, std::size_t{1}, std::size_t{3}, std::size_t{4}})
        if (text[place] < '0' || text[place] > '9') return std::nullopt;
    const auto pair = [&](std::size_t at) { return (text[at] - '0') * 10 + (text[at + 1] - '0'); };
    if (pair(0) > 23 || pair(3) > 59) return std::nullopt;
    return TimeOfDay{pair(0) * 60 + pair(3)};
}

base::Timestamp last_moment(TimeOfDay at, base::Timestamp now) {
    const auto today =
        base::midnight_of(base::day_of(now)) + base::Duration::seconds(at.minutes * 60);
    return today <= now ? today : today - base::kDay;
}

bool is_due(TimeOfDay at,
            std::optional<base::Timestamp> done,
            std::optional<base::Timestamp> tried,
            base::Timestamp now) {
    if (done && !is_plausible(*done, now)) done.reset();
    if (tried && !is_plausible(*tried, now)) tried.reset();
    if (done && *done >= last_moment(at, now)) return false;
    const bool failed_lately = tried && now - *tried < kRetryAfter && (!done || *done < *tried);
    return !failed_lately;
}

}  // namespace botcore::operations
