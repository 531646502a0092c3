#include "operations/drill_calendar.hpp"

#include "base/calendar.hpp"
#include "operations/daily_job.hpp"

namespace botcore::operations {

using base::Timestamp;

namespace {

/// Empty if the time was recorded by a wrong clock.
std::optional<Timestamp> known(std::optional<Timestamp> moment, Timestamp now) {
    return moment && is_plausible(*moment, now) ? moment : std::nullopt;
}

Timestamp quarter_before(Timestamp time) {
    return quarter_begin(quarter_begin(time) - base::kDay);
}

}  // namespace

Timestamp quarter_begin(Timestamp time) {
    const std::chrono::year_month_day date(base::day_of(time));
    const unsigned month = (static_cast<unsigned>(date.month()) - 1) / 3 * 3 + 1;
    return base::midnight_of(date.year() / std::chrono::month(month) / 1);
}

bool is_drill_due(const DrillTimes& times, Timestamp now) {
    const auto passed = known(times.passed, now);
    if (passed && *passed >= quarter_begin(now)) return false;
    const auto tried = known(times.tried, now);
    const bool failed_lately =
        tried && now - *tried < kDrillRetryAfter && (!passed || *passed < *tried);
    return !failed_lately;
}

bool is_signature_missing(const DrillTimes& times, Timestamp now) {
    const auto first = known(times.first, now);
    const Timestamp asked_for = quarter_before(now);
    if (!first || *first >= asked_for) return false;
    const auto accepted = known(times.accepted, now);
    return !accepted || *accepted < asked_for;
}

}  // namespace botcore::operations
