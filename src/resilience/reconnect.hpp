#pragma once

/// When a lost connection is opened again: after 1, 2, 4, 8, 16 and then every 30 seconds, each
/// with 20 % of jitter, without a limit on the number of attempts.
///
/// C1  An established connection resets the delays.
/// C2  `is_alarming` is true from the fifth consecutive failure until a connection is established.
/// @spec:NFR-RELIABILITY-002

#include "base/random.hpp"
#include "resilience/retry.hpp"

#include <algorithm>
#include <array>

namespace botcore::resilience {

class ReconnectSupervisor {
public:
    static constexpr std::uint32_t kAlarmAfter = 5;

    /// The connection broke or could not be established. Returns when to try next.
    [[nodiscard]] RetryAt failed(Timestamp now, base::Random& random) {
        constexpr std::array<std::int64_t, 6> kSeconds = {1, 2, 4, 8, 16, 30};
        const std::size_t row = std::min<std::size_t>(failures_, kSeconds.size() - 1);
        if (failures_ < UINT32_MAX) ++failures_;
        const Duration delay = jittered(Duration::seconds(kSeconds[row]), random);
        return {.time = now + delay, .delay = delay, .attempt = failures_};
    }

    void connected() { failures_ = 0; }

    [[nodiscard]] std::uint32_t failures() const { return failures_; }

    [[nodiscard]] bool is_alarming() const { return failures_ >= kAlarmAfter; }

private:
    std::uint32_t failures_ = 0;  ///< Consecutive failures.
};

}  // namespace botcore::resilience
