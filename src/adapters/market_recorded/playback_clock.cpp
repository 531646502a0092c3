#include "adapters/market_recorded/playback_clock.hpp"

#include <algorithm>

namespace botcore::market_recorded {

namespace {

std::int64_t microseconds_between(PlaybackClock::Wall a, PlaybackClock::Wall b) {
    return std::chrono::duration_cast<std::chrono::microseconds>(b - a).count();
}

}  // namespace

PlaybackClock::PlaybackClock(std::uint32_t speed, Wall wall, base::Timestamp first)
    : speed_(speed),
      wall_(wall),
      first_(first),
      shown_(first) {
}

void PlaybackClock::delivered(base::Timestamp last, Wall wall) {
    shown_ = std::max(shown_, last);
    if (speed_ != 0) return;
    first_ = last;  // C3
    wall_ = wall;
}

base::Timestamp PlaybackClock::now(Wall wall) {
    const std::int64_t passed = std::max<std::int64_t>(0, microseconds_between(wall_, wall));
    const std::int64_t factor = speed_ == 0 ? 1 : speed_;
    const auto time = first_ + base::Duration::microseconds(passed * factor);
    shown_ = std::max(shown_, time);  // C1
    return shown_;
}

PlaybackClock::Wall PlaybackClock::due(base::Timestamp time) const {
    if (speed_ == 0) return Wall::min();
    const std::int64_t passed = std::max<std::int64_t>(0, (time - first_).in_microseconds());
    return wall_ + std::chrono::microseconds(passed / speed_);
}

}  // namespace botcore::market_recorded
