#pragma once

/// Waits for what another thread or process does.

#include <chrono>
#include <thread>

namespace botcore::scratch {

/// Waits until `condition` holds, checking every few milliseconds; false when it did not hold in
/// time.
template <class Condition>
[[nodiscard]] bool wait_until(std::chrono::milliseconds within, Condition condition) {
    const auto deadline = std::chrono::steady_clock::now() + within;
    while (!condition()) {
        if (std::chrono::steady_clock::now() > deadline) return false;
        std::this_thread::sleep_for(std::chrono::milliseconds(2));  // Between two checks.
    }
    return true;
}

}  // namespace botcore::scratch
