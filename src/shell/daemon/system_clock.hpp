#pragma once

/// The machine's clocks, watched against each other: when the wall clock jumps, no time is certain
/// until it has been quiet for a while (invariant I14).
///
/// Threads: one at a time.

#include "runtime/runtime.hpp"

#include <chrono>
#include <functional>

namespace botcore::shell {

/// A jump is a step of the wall clock against the steady one by more than this.
inline constexpr base::Duration kClockJump = base::Duration::seconds(1);
/// After a jump the clock counts as uncertain for this long.
inline constexpr base::Duration kClockSettle = base::Duration::seconds(10);

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

    [[nodiscard]] runtime::Now now();

private:
    std::function<Reading()> read_;
    Reading last_;
    bool jumped_ = false;
    std::chrono::steady_clock::time_point jumped_at_;
};

}  // namespace botcore::shell
