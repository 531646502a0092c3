#pragma once

/// The current time of one turn of the loop: what the calendar shows and what has elapsed.

#include "model/input.hpp"

namespace botcore::model {

/// The current time, as measured outside the core.
struct Now {
    /// Exchange time: the local clock plus the measured offset of the exchange's clock. It is used
    /// for signatures, display, filters and calendar times, and may step in both directions.
    Timestamp time;
    ClockState clock = ClockState::Certain;
    /// This time advances with the elapsed time and never steps; its origin has no meaning. It is
    /// used for deadlines, time-outs and rates. A value that was measured in another process cannot
    /// be compared with it.
    Timestamp monotonic;

    Now() = default;

    /// For a clock that has not stepped. NOLINTNEXTLINE(google-explicit-constructor)
    Now(Timestamp shown, ClockState state = ClockState::Certain)
        : time(shown),
          clock(state),
          monotonic(shown) {}

    Now(Timestamp shown, ClockState state, Timestamp passed)
        : time(shown),
          clock(state),
          monotonic(passed) {}
};

/// The clock counts as set back when it is behind the last recorded time by more than this.
inline constexpr Duration kClockStep = Duration::seconds(1);
/// After a step the clock counts as uncertain for this long.
inline constexpr Duration kClockSettle = Duration::seconds(10);

}  // namespace botcore::model
