#pragma once

/// When a failed read of the store is tried again: after 1, 2 and 4 seconds, each +/-20 %, within
/// the request's deadline and a budget. During an outage of the store the budget keeps retries from
/// holding more and more requests.
///
/// Threads: the loop only.

#include "base/random.hpp"
#include "resilience/deadline.hpp"
#include "resilience/retry.hpp"
#include "resilience/retry_budget.hpp"

#include <optional>

namespace botcore::api {

class ReadRetries {
public:
    explicit ReadRetries(base::Random random) : random_(random) {}

    /// Called after a failed read; `retries` is the number of retries before it. Returns the wait
    /// before the next retry, or nothing if the request fails now. After the retry, `ended` must be
    /// called.
    [[nodiscard]] std::optional<resilience::Duration> begin(std::uint32_t retries,
                                                            const resilience::Deadline& deadline,
                                                            resilience::Timestamp monotonic) {
        if (retries >= kRules.retries_max) return std::nullopt;
        const auto wait = resilience::retry_delay(kRules, retries, random_);
        if (!deadline.has_time_for(monotonic + wait, kRules.attempt_least)) return std::nullopt;
        if (!budget_.retry_began(resilience::RetryBudget::After::Failure)) return std::nullopt;
        return wait;
    }

    void ended() { budget_.retry_ended(); }

    /// A request got a response without an error of this process.
    void succeeded() { budget_.first_try_succeeded(); }

private:
    static constexpr resilience::RetryRules kRules{};

    base::Random random_;
    /// Requests in progress are not counted here, so a fixed number of retries may be in progress.
    resilience::RetryBudget budget_{{.retries_least = 32}};
};

}  // namespace botcore::api
