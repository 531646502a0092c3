#pragma once

/// What the resilience kit costs a call that goes well, beside the same call without it.

#include <vector>

namespace botcore::bench {

/// Nanoseconds of a call, one entry for each round; the three are measured one after the other in
/// each round.
struct ResilienceFigures {
    std::vector<double> empty_ns;
    std::vector<double> breaker_ns;  ///< Under a closed breaker.
    std::vector<double>
        pipeline_ns;  ///< Under deadline, bulkhead, throttle, budget, breaker, retry.
};

[[nodiscard]] ResilienceFigures measure_resilience(int rounds, int calls);

}  // namespace botcore::bench
