#include "operations/retention.hpp"

#include "base/calendar.hpp"

#include <algorithm>
#include <numeric>
#include <utility>

namespace botcore::operations {

namespace {

using std::chrono::sys_days;

/// The Monday with which the week begins.
sys_days week_of(sys_days day) {
    return day - (std::chrono::weekday(day) - std::chrono::Monday);
}

/// The first day of the month.
sys_days month_of(sys_days day) {
    const std::chrono::year_month_day date(day);
    return date.year() / date.month() / 1;
}

/// Assigns days to slots, from the newest on; the days must be descending.
class Slots {
public:
    Slots(std::size_t count, sys_days (*slot_of)(sys_days)) : left_(count), slot_of_(slot_of) {}

    /// Whether the snapshot of `day` fits into these slots. Then `is_first` says whether it takes a
    /// new slot.
    [[nodiscard]] bool holds(sys_days day) {
        const sys_days slot = slot_of_(day);
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
    sys_days (*slot_of_)(sys_days);
    sys_days last_ = sys_days::max();
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
    const sys_days oldest_day =
        base::day_of(now) - std::chrono::days(rules.daily) + std::chrono::days(1);
    Slots days(rules.daily, [](sys_days day) { return day; });
    Slots weeks(rules.weekly, week_of);
    Slots months(rules.monthly, month_of);
    bool verified_kept = false;
    for (const std::size_t index : newest_first) {
        const sys_days day = base::day_of(snapshots.at(index).time);
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
