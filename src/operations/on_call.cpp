#include "operations/on_call.hpp"

#include "base/calendar.hpp"
#include "base/check.hpp"

#include <algorithm>
#include <utility>

namespace botcore::operations {

using base::Duration;
using base::Timestamp;

namespace {

/// The quotient rounded towards minus infinity; `divisor` is positive.
std::int64_t floor_of(std::int64_t dividend, std::int64_t divisor) {
    const std::int64_t quotient = dividend / divisor;
    return dividend % divisor < 0 ? quotient - 1 : quotient;
}

}  // namespace

OnCallPlan::OnCallPlan(OnCallRotation rotation, std::vector<OnCallOverride> overrides)
    : rotation_(std::move(rotation)),
      overrides_(std::move(overrides)),
      start_(base::midnight_of(rotation_.first_day) +
             Duration::seconds(rotation_.handover.minutes * 60)),
      shift_(Duration::microseconds(base::kDay.in_microseconds() * rotation_.shift_days)) {
    CHECK(!rotation_.order.empty());
    CHECK(rotation_.shift_days >= 1);
    for (const OnCallOverride& one : overrides_)
        CHECK(one.from < one.to);
}

/// The number of the shift that contains `time`; negative before the first day.
std::int64_t OnCallPlan::shift_at(Timestamp time) const {
    return floor_of((time - start_).in_microseconds(), shift_.in_microseconds());
}

/// The place in the order of the person whose shift it is.
std::size_t OnCallPlan::place_at(Timestamp time) const {
    const std::int64_t people = std::ssize(rotation_.order);
    const std::int64_t shift = shift_at(time);
    return static_cast<std::size_t>(shift - floor_of(shift, people) * people);
}

const OnCallOverride* OnCallPlan::override_at(Timestamp time) const {
    const auto found =
        std::find_if(overrides_.rbegin(), overrides_.rend(), [&](const OnCallOverride& one) {
            return one.from <= time && time < one.to;
        });
    return found == overrides_.rend() ? nullptr : &*found;
}

const std::string& OnCallPlan::person_at(Timestamp time) const {
    const OnCallOverride* replaced = override_at(time);
    return replaced != nullptr ? replaced->person : rotation_.order[place_at(time)];
}

/// The next time after `time` at which the person may change. Shifts do not matter while an
/// override applies, or if there is only one person.
std::optional<Timestamp> OnCallPlan::next_boundary(Timestamp time) const {
    std::optional<Timestamp> next;
    const auto consider = [&](Timestamp boundary) {
        if (boundary > time && (!next || boundary < *next)) next = boundary;
    };
    for (const OnCallOverride& one : overrides_) {
        consider(one.from);
        consider(one.to);
    }
    if (override_at(time) == nullptr && rotation_.order.size() > 1) {
        consider(start_ + Duration::microseconds(shift_.in_microseconds() * (shift_at(time) + 1)));
    }
    return next;
}

std::vector<OnCallHandover> OnCallPlan::handovers_after(Timestamp time, std::size_t count) const {
    std::vector<OnCallHandover> handovers;
    std::string person = person_at(time);
    for (auto at = next_boundary(time); at && handovers.size() < count; at = next_boundary(*at)) {
        const std::string& next = person_at(*at);
        if (next == person) continue;
        person = next;
        handovers.push_back({*at, person});
    }
    return handovers;
}

std::vector<std::string> OnCallPlan::escalation_order(Timestamp time) const {
    std::vector<std::string> order{person_at(time)};
    const std::size_t people = rotation_.order.size();
    const std::size_t scheduled = place_at(time);
    for (std::size_t step = 1; step <= people; ++step) {
        const std::string& next = rotation_.order[(scheduled + step) % people];
        if (next != order.front()) order.push_back(next);
    }
    return order;
}

}  // namespace botcore::operations
