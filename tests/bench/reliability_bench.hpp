#pragma once

/// What a backup and a heavy reader cost per order, and how quickly /health responds while external
/// services hang; measured with the real daemon.

#include "base/result.hpp"

#include <chrono>
#include <filesystem>
#include <string>
#include <vector>

namespace botcore::bench {

struct BackupEffort {
    int pairs = 30;
    std::chrono::milliseconds each{2'000};
};

/// For each pair of loads on one connection: the 99th percentile of the order latency while the
/// store is copied into an archive, relative to the value without a copy, less one, in percent.
/// `store` is copied first, and the daemon continues from the copy; `program` is botcored.
[[nodiscard]] base::Result<std::vector<double>, std::string> measure_backup(
    const std::filesystem::path& program,
    const std::filesystem::path& store,
    const std::filesystem::path& folder,
    const BackupEffort& effort);

/// For each pair of loads on one connection: the 99th percentile of the order latency while one
/// caller reads the largest pages as often as its limits allow, relative to the value without that
/// caller.
[[nodiscard]] base::Result<std::vector<double>, std::string> measure_readers(
    const std::filesystem::path& program,
    const std::filesystem::path& folder,
    const BackupEffort& effort);

/// The bounds of the 95 % confidence interval of a median, by order statistics.
struct Interval {
    double low = 0;
    double high = 0;
};

[[nodiscard]] Interval interval_of_median(std::vector<double> values);

/// The milliseconds that each of 200 requests a second to /health took, counted from its due time,
/// while the analysis service and the cache accept connections but never respond.
[[nodiscard]] base::Result<std::vector<double>, std::string> measure_health(
    const std::filesystem::path& program,
    const std::filesystem::path& folder,
    std::chrono::milliseconds length);

}  // namespace botcore::bench
