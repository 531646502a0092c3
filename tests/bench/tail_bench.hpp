#pragma once

/// The slowest replies while all other work runs: comparisons with the exchange, the archive, the
/// daily snapshot and the daily check, checkpoints.

#include "base/result.hpp"

#include <chrono>
#include <cstddef>
#include <filesystem>
#include <string>
#include <vector>

namespace botcore::bench {

struct TailEffort {
    std::size_t connections = 64;
    std::chrono::milliseconds length = std::chrono::minutes(10);
};

struct Tail {
    std::vector<double> order_us;  ///< Ascending, one entry per order.
    double sync_worst_us = 0;      ///< The slowest fdatasync; one runs every 50 ms beside the load.
};

/// `program` is botcored.
[[nodiscard]] base::Result<Tail, std::string> measure_tail(const std::filesystem::path& program,
                                                           const std::filesystem::path& folder,
                                                           const TailEffort& effort);

}  // namespace botcore::bench
