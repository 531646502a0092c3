#pragma once

/// Client-side throttling: sends fewer requests to a service that accepts few. Each caller rejects
/// its own requests with probability max(0, (requests - K x accepts) / (requests + 1)) over the
/// last two minutes (Beyer et al., "Site Reliability Engineering", 2016, chapter 21), so that an
/// overloaded service does not receive requests that it would reject.
///
/// A1  Requests that are rejected here count as requests, so that the probability reflects the
///     whole demand.
/// A2  Nothing is rejected while at least one of K requests is accepted.
/// A3  Nothing is rejected below `requests_least` requests: the formula is meant for high rates and
///     would reject the few retries of a caller that rarely calls.
/// @spec:NFR-RELIABILITY-002

#include "base/random.hpp"
#include "resilience/sliding_window.hpp"

#include <cstdint>

namespace botcore::resilience {

struct AdaptiveThrottleRules {
    std::uint32_t k = 2;
    std::uint32_t requests_least = 20;
    base::Duration window = base::Duration::seconds(120);
};

/// Not thread-safe.
class AdaptiveThrottle {
public:
    explicit constexpr AdaptiveThrottle(const AdaptiveThrottleRules& rules = {})
        : k_(rules.k),
          requests_least_(rules.requests_least),
          window_(rules.window) {}

    /// Counts a request. Returns false if it must not be sent.
    [[nodiscard]] constexpr bool admit(base::Timestamp now, base::Random& random) {
        window_.advance(now);
        const Sums& sums = window_.total();
        const std::uint64_t carried = std::uint64_t{k_} * sums.accepts;
        const bool refused =
            sums.requests >= requests_least_ && sums.requests > carried &&
            random.below(std::uint64_t{sums.requests} + 1) < sums.requests - carried;
        window_.add({1, 0});
        return !refused;
    }

    /// The service accepted a request, even if it answered with an error about its content.
    constexpr void accepted(base::Timestamp now) {
        window_.advance(now);
        window_.add({0, 1});
    }

    [[nodiscard]] constexpr std::uint32_t requests() const { return window_.total().requests; }

    [[nodiscard]] constexpr std::uint32_t accepts() const { return window_.total().accepts; }

private:
    struct Sums {
        std::uint32_t requests = 0;
        std::uint32_t accepts = 0;

        constexpr Sums& operator+=(const Sums& other) {
            requests += other.requests;
            accepts += other.accepts;
            return *this;
        }

        constexpr Sums& operator-=(const Sums& other) {
            requests -= other.requests;
            accepts -= other.accepts;
            return *this;
        }
    };

    std::uint32_t k_;
    std::uint32_t requests_least_;
    SlidingWindow<Sums, 60> window_;
};

}  // namespace botcore::resilience
