#pragma once

/// The clock of a replay: recorded time as a function of the machine's steady clock. Pure: the
/// steady time comes in as an argument.
///
/// C1  It never goes back.
/// C2  At a speed of n, recorded time passes n times as fast as real time from the start on,
///     whether events arrive or not: a source that falls silent, or behind, grows old.
/// C3  At full speed (0) it stands at the last delivered event, and moves on with real time from
///     that delivery: a source that stalls grows old here too.

#include "base/time.hpp"

#include <chrono>
#include <cstdint>

namespace botcore::shell {

class ReplayClock {
public:
    using Wall = std::chrono::steady_clock::time_point;

    /// `speed` times real time; zero is as fast as possible. Starts when real time is `wall`, at
    /// the recorded time `first`.
    ReplayClock(std::uint32_t speed, Wall wall, base::Timestamp first);

    /// The event of recorded time `last` has reached the loop.
    void delivered(base::Timestamp last, Wall wall);

    /// What the clock shows at `wall`.
    [[nodiscard]] base::Timestamp now(Wall wall);

    /// When the event of recorded time `time` is to be delivered; long ago, at full speed.
    [[nodiscard]] Wall due(base::Timestamp time) const;

private:
    std::uint32_t speed_;
    Wall wall_;              // Real time of the anchor.
    base::Timestamp first_;  // Recorded time of the anchor.
    base::Timestamp shown_;
};

}  // namespace botcore::shell
