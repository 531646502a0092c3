#include "operations/retention.hpp"

#include "base/calendar.hpp"

#include <algorithm>
#include <limits>
#include <numeric>
#include <utility>

namespace botcore::operations {

namespace {

/// Week 1 began on Monday, January 5, 1970; weeks are only compared with each other.
std::int64_t week_of(std::int64_t day) {
    const std::int64_t shifted = day + 3;  // 1970-01-01 was a Thursday.
    return shifted >= 0 ? shifted / 7 : (shifted - 6) / 7;
}

std::int64_t month_of(std::int64_t day) {
    const base::Date date = base::date_of(day);
    return date.year * 12 + date.month;
}

/// Assigns days to slots, from the newest on; the days must be descending.
class Slots {
public:
    Slots(std::size_t count, std::int64_t (*slot_of)(std::int64_t))
        : left_(count),
          slot_of_(slot_of) {}

    /// Whether the snapshot of `day` fits into these slots. Then `is_first` says whether it takes a
    /// new slot.
    [[nodiscard]] bool holds(std::int64_t day) {
        const std::int64_t slot = slot_of_(day);
        is_first_ = slot != last_;
        if (!is_first_) return true;
        if (left_ == 0) return false;
        --left_;
        last_ = slot;
        return true;
    }

    [[nodiscard]] bool is_first() const { return is_first_; }

private:
    std::size_t left_;
    std::int64_t (*slot_of_)(std::int64_t);
    std::int64_t last_ = std::numeric_limits<std::int64_t>::max();
    bool is_first_ = false;
};

}  // namespace

std::vector<bool> kept(const std::vector<SnapshotInfo>& snapshots,
                       base::Timestamp now,
                       const RetentionRules& rules) {
    std::vector<std::size_t> newest_first(snapshots.size());
    std::iota(newest_first.begin(), newest_first.end(), std::size_t{0});
    std::sort(newest_first.begin(), newest_first.end(), [&](auto left, auto right) {
        return std::pair(snapshots.at(left).time, left) >
               std::pair(snapshots.at(right).time, right);
    });
    std::vector<bool> result(snapshots.size(), false);
    const std::int64_t oldest_day = base::day_of(now) - static_cast<std::int64_t>(rules.daily) + 1;
    Slots days(rules.daily, [](std::int64_t day) { return day; });
    Slots weeks(rules.weekly, week_of);
    Slots months(rules.monthly, month_of);
    bool verified_kept = false;
    for (const std::size_t index : newest_first) {
        const std::int64_t day = base::day_of(snapshots.at(index).time);
        if (day >= oldest_day) {
            result.at(index) = days.holds(day) && days.is_first();
        } else if (weeks.holds(day)) {
            result.at(index) = weeks.is_first();
        } else if (months.holds(day)) {
            result.at(index) = months.is_first();
        }
        if (snapshots.at(index).verified && !std::exchange(verified_kept, true)) {
            result.at(index) = true;  // G1
        }
    }
    if (!newest_first.empty()) result.at(newest_first.front()) = true;
    return result;
}

}  // namespace botcore::operations
