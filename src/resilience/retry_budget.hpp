#pragma once

/// How much of what leaves may be retries. When much fails, retries are what keeps the other side
/// down: two budgets, and both must have room.
///
/// U1  Tokens stay between 0 and `tokens_max`: a retry takes 5, after a time-out 10, and a first
///     try that works brings 1.
/// U2  Retries under way are at most a fifth of the calls under way, or 3 where that is more.

#include "base/check.hpp"

#include <algorithm>
#include <cstdint>

namespace botcore::resilience {

struct RetryBudgetRules {
    std::uint32_t tokens_max = 500;
    std::uint32_t retry_cost = 5;
    std::uint32_t timeout_cost = 10;
    std::uint32_t first_try_gain = 1;
    std::uint32_t retries_share = 20;  ///< Percent of the calls under way.
    std::uint32_t retries_least = 3;
};

/// Threads: one at a time.
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

    /// True: the retry is paid for and begins, its wait included. False: nothing was taken.
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
    std::uint32_t calls_ = 0;    ///< Under way, retries included.
    std::uint32_t retries_ = 0;  ///< Under way.
};

}  // namespace botcore::resilience
