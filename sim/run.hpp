#pragma once

/// Runs one seed from its first to its last event and checks the result.

#include "sim/world/faults.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace botcore::sim {

struct RunResult {
    std::uint64_t seed = 0;
    std::uint64_t trace_hash = 0;
    std::uint64_t events = 0;
    std::uint64_t records = 0;
    std::uint64_t placements = 0;
    std::uint64_t restores = 0;  ///< Restore points whose rows were rebuilt and compared.
    model::Duration virtual_time;
    std::size_t violations = 0;
    std::vector<std::string> texts;  ///< The first violations, each as "I4: …".
};

[[nodiscard]] RunResult run_plan(const Plan& plan, bool printed);

[[nodiscard]] inline RunResult run_seed(std::uint64_t seed, bool printed = false) {
    return run_plan(plan_of(seed), printed);
}

}  // namespace botcore::sim
