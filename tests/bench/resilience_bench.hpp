#pragma once

/// What the resilience mechanisms cost a successful call, compared with the same call without them.

#include <vector>

namespace botcore::bench {

/// Nanoseconds per call, one entry per round; the three are measured one after the other in each
/// round.
struct ResilienceFigures {
    std::vector<double> empty_ns;
    std::vector<double> breaker_ns;  ///< With a closed breaker.
    /// With deadline, bulkhead, throttle, budget, breaker and retry.
    std::vector<double> pipeline_ns;
};

[[nodiscard]] ResilienceFigures measure_resilience(int rounds, int calls);

}  // namespace botcore::bench
