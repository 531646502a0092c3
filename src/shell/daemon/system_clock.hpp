#pragma once

/// The machine's clocks, watched against each other: when the wall clock steps against the steady
/// one by more than `runtime::kClockStep`, no time is certain until `runtime::kClockSettle` has
/// passed (invariant I14).
///
/// Threads: one at a time.

#include "runtime/runtime.hpp"

#include <chrono>
#include <functional>

namespace botcore::shell {

/// The wall clock alone. Any thread.
[[nodiscard]] base::Timestamp wall_time();

class SystemClock {
public:
    /// Both readings at one moment.
    struct Reading {
        base::Timestamp wall;
        std::chrono::steady_clock::time_point steady;
    };

    /// Reads the machine's clocks.
    SystemClock();
    explicit SystemClock(std::function<Reading()> read);

    /// `time` is the wall clock: the only exchange lives in this process and shares it, so that its
    /// offset is zero. `monotonic` begins at the wall time of the construction and follows the
    /// steady clock.
    [[nodiscard]] runtime::Now now();

private:
    std::function<Reading()> read_;
    Reading first_;
    Reading last_;
    bool jumped_ = false;
    std::chrono::steady_clock::time_point jumped_at_;
};

}  // namespace botcore::shell
