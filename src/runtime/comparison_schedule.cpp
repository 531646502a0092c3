#include "runtime/comparison_schedule.hpp"

#include "base/calendar.hpp"

#include <algorithm>

namespace botcore::runtime {

void ComparisonSchedule::begin_term(model::Now now) {
    due_.clear();
    look_back_.clear();
    next_ = now.monotonic + every_;
    plan_day(now);
}

void ComparisonSchedule::plan_day(model::Now now) {
    next_day_ = base::midnight_of(base::day_of(now.time)) + day_at_;
    if (next_day_ <= now.time) next_day_ = next_day_ + base::kDay;
}

std::optional<model::AccountId> ComparisonSchedule::take_due(
    const std::map<model::AccountId, core::AccountState>& accounts, model::Now now) {
    // If `next_day_` is more than a day ahead, it was planned with a clock that has since been set
    // back.
    if (next_day_ - now.time > base::kDay) plan_day(now);
    if (now.time >= next_day_) {
        for (const auto& [id, account] : accounts) {
            due_[id] = now.monotonic;
            look_back_[id] = next_day_ - base::kDay;
        }
        next_ = now.monotonic + every_;
        plan_day(now);
    }
    if (every_ > model::Duration() && now.monotonic >= next_) {
        // Accounts not yet compared in this term already have a comparison in progress.
        for (const auto& [id, account] : accounts) {
            if (account.reconciled) due_.try_emplace(id, now.monotonic);
        }
        next_ = now.monotonic + every_;
    }
    const auto first = std::find_if(
        due_.begin(), due_.end(), [&](const auto& item) { return item.second <= now.monotonic; });
    if (first == due_.end()) return std::nullopt;
    return due_.extract(first).key();
}

model::Timestamp ComparisonSchedule::begins_at(const model::AccountId& account,
                                               model::Timestamp usual) {
    const auto day = look_back_.extract(account);
    return day ? std::min(usual, day.mapped()) : usual;
}

model::Duration ComparisonSchedule::next(model::Now now) const {
    model::Duration earliest = next_day_ - now.time;
    if (every_ > model::Duration()) earliest = std::min(earliest, next_ - now.monotonic);
    for (const auto& [id, time] : due_)
        earliest = std::min(earliest, time - now.monotonic);
    return earliest;
}

}  // namespace botcore::runtime
