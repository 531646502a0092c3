#pragma once

/// Limits the share of retries in the outgoing calls, because during a large failure the retries
/// keep the service overloaded. A retry must fit into both limits, U1 and U2.
///
/// U1  Tokens stay between 0 and `tokens_max`: a retry costs 5, after a time-out 10, and a
///     successful first attempt earns 1.
/// U2  Retries in flight are at most a fifth of the calls in flight, or 3 if that is more.
/// @spec:NFR-RELIABILITY-002

#include "base/check.hpp"

#include <algorithm>
#include <cstdint>

namespace botcore::resilience {

struct RetryBudgetRules {
    std::uint32_t tokens_max = 500;
    std::uint32_t retry_cost = 5;
    std::uint32_t timeout_cost = 10;
    std::uint32_t first_try_gain = 1;
    std::uint32_t retries_share = 20;  ///< Percent of the calls in flight.
    std::uint32_t retries_least = 3;
};

/// Not thread-safe.
class RetryBudget {
public:
    enum class After : std::uint8_t { Failure, TimeOut };

    explicit constexpr RetryBudget(const RetryBudgetRules& rules = {})
        : rules_(rules),
          tokens_(rules.tokens_max) {}

    constexpr void call_began() { ++calls_; }

    constexpr void call_ended() {
        CHECK(calls_ > 0);
        --calls_;
    }

    constexpr void first_try_succeeded() {
        tokens_ = std::min(tokens_ + rules_.first_try_gain, rules_.tokens_max);
    }

    /// Returns true if the retry is allowed; it then costs its tokens and counts as in flight from
    /// now on, including its wait. Returns false if it is not allowed; nothing was taken.
    [[nodiscard]] constexpr bool retry_began(After after) {
        const std::uint32_t cost =
            after == After::TimeOut ? rules_.timeout_cost : rules_.retry_cost;
        const std::uint32_t at_once =
            std::max(rules_.retries_least, calls_ * rules_.retries_share / 100);
        if (tokens_ < cost || retries_ >= at_once) return false;
        tokens_ -= cost;
        ++retries_;
        return true;
    }

    constexpr void retry_ended() {
        CHECK(retries_ > 0);
        --retries_;
    }

    [[nodiscard]] constexpr std::uint32_t tokens() const { return tokens_; }

    [[nodiscard]] constexpr std::uint32_t retries() const { return retries_; }

private:
    RetryBudgetRules rules_;
    std::uint32_t tokens_;
    std::uint32_t calls_ = 0;    ///< In flight, including retries.
    std::uint32_t retries_ = 0;  ///< In flight.
};

}  // namespace botcore::resilience
