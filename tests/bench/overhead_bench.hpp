#pragma once

/// What the reliability mechanisms cost per order, measured in one process (switched_core.hpp).

#include "base/result.hpp"
#include "tests/bench/switched_core.hpp"

#include <cstddef>
#include <filesystem>
#include <string>
#include <vector>

namespace botcore::bench {

struct OverheadEffort {
    int pairs = 1'500;
    std::size_t orders = 30;  ///< In each block.
    std::size_t warm_up = 1'000;
};

/// For each pair of neighbouring blocks of market orders, one with `measured` and one with no
/// mechanism in random order: the ratio of their median latencies, less one, in percent. One client
/// sends the orders, one at a time, on one connection. `folder` is for the store.
[[nodiscard]] base::Result<std::vector<double>, std::string> measure_overhead(
    const std::filesystem::path& folder, const OverheadEffort& effort, Mechanisms measured);

}  // namespace botcore::bench
