#pragma once

/// The machine's clocks, compared with each other: when the wall clock steps against the steady
/// clock by more than `model::kClockStep`, the time is uncertain until `model::kClockSettle`
/// has passed (invariant I14).
///
/// Threads: one at a time.

#include "model/now.hpp"

#include <chrono>
#include <functional>

namespace botcore::host {

/// Reads the wall clock only. Any thread may call it.
[[nodiscard]] base::Timestamp wall_time();

class SystemClock {
public:
    /// Both clocks, read at the same moment.
    struct Reading {
        base::Timestamp wall;
        std::chrono::steady_clock::time_point steady;
    };

    /// Reads the machine's clocks.
    SystemClock();
    explicit SystemClock(std::function<Reading()> read);

    /// `time` is the wall clock: the only exchange runs in this process and shares the clock, so
    /// its offset is zero. `monotonic` begins at the wall time of the construction and follows the
    /// steady clock.
    [[nodiscard]] model::Now now();

private:
    std::function<Reading()> read_;
    Reading first_;
    Reading last_;
    bool jumped_ = false;
    std::chrono::steady_clock::time_point jumped_at_;
};

}  // namespace botcore::host
