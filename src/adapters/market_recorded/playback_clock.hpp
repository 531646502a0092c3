#pragma once

/// The clock of a playback: recorded time as a function of the machine's steady clock, which is
/// passed as an argument.
///
/// C1  It never goes back.
/// C2  At a speed of n, recorded time passes n times as fast as real time from the start on,
///     whether events arrive or not: the data of a source that is silent or late grows old.
/// C3  At full speed (0) it is set to the time of the last delivered event, and advances with real
///     time from that delivery: the data of a source that stalls grows old here too.

#include "base/time.hpp"

#include <chrono>
#include <cstdint>

namespace botcore::market_recorded {

class PlaybackClock {
public:
    using Wall = std::chrono::steady_clock::time_point;

    /// Recorded time passes `speed` times as fast as real time; zero is as fast as possible. At
    /// real time `wall` the recorded time is `first`.
    PlaybackClock(std::uint32_t speed, Wall wall, base::Timestamp first);

    /// Must be called when the event with recorded time `last` has reached the loop.
    void delivered(base::Timestamp last, Wall wall);

    /// The recorded time at `wall`.
    [[nodiscard]] base::Timestamp now(Wall wall);

    /// The real time at which the event with recorded time `time` is due; in the past at full
    /// speed.
    [[nodiscard]] Wall due(base::Timestamp time) const;

private:
    std::uint32_t speed_;
    Wall wall_;              // Real time of the anchor.
    base::Timestamp first_;  // Recorded time of the anchor.
    base::Timestamp shown_;
};

}  // namespace botcore::market_recorded
