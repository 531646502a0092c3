#include "shell/market/replay_clock.hpp"

#include <algorithm>

namespace botcore::shell {

namespace {

std::int64_t microseconds_between(ReplayClock::Wall a, ReplayClock::Wall b) {
    return std::chrono::duration_cast<std::chrono::microseconds>(b - a).count();
}

}  // namespace

ReplayClock::ReplayClock(std::uint32_t speed, Wall wall, base::Timestamp first)
    : speed_(speed),
      wall_(wall),
      first_(first),
      shown_(first) {
}

void ReplayClock::delivered(base::Timestamp last, Wall wall) {
    shown_ = std::max(shown_, last);
    if (speed_ != 0) return;
    first_ = last;  // C3
    wall_ = wall;
}

base::Timestamp ReplayClock::now(Wall wall) {
    const std::int64_t passed = std::max<std::int64_t>(0, microseconds_between(wall_, wall));
    const std::int64_t factor = speed_ == 0 ? 1 : speed_;
    const auto time = first_ + base::Duration::microseconds(passed * factor);
    shown_ = std::max(shown_, time);  // C1
    return shown_;
}

ReplayClock::Wall ReplayClock::due(base::Timestamp time) const {
    if (speed_ == 0) return Wall::min();
    const std::int64_t passed = std::max<std::int64_t>(0, (time - first_).in_microseconds());
    return wall_ + std::chrono::microseconds(passed / speed_);
}

}  // namespace botcore::shell
