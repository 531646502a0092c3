#pragma once

/// What the mechanisms of reliability cost an order, and how quickly /health answers while parts
/// outside hang: over the real daemon.

#include "base/result.hpp"

#include <chrono>
#include <filesystem>
#include <string>
#include <vector>

namespace botcore::bench {

struct OverheadEffort {
    int rounds = 30;  ///< Each with two fresh daemons.
    int pairs = 60;   ///< Of each round.
    std::chrono::milliseconds each{12};
    std::chrono::milliseconds warm_up{300};
};

/// For each round: the median over its pairs of loads, one after the other with one connection, of
/// the median latency of an order with all mechanisms over that with none, less one, in percent.
/// Two daemons of the very same kind differ for as long as they run, by where their memory and
/// files lie; so a round is one observation, however many pairs it has. Both write with the same
/// fsync setting to the same disk. `program` is botcored.
[[nodiscard]] base::Result<std::vector<double>, std::string> measure_overhead(
    const std::filesystem::path& program,
    const std::filesystem::path& folder,
    const OverheadEffort& effort);

struct BackupEffort {
    int pairs = 30;
    std::chrono::milliseconds each{2'000};
};

/// For each pair of loads of one connection: the 99th percentile of the latency of an order while
/// the store is copied into an archive, over that while it is not, less one, in percent. `store` is
/// copied first, and the daemon goes on from it; `program` is botcored.
[[nodiscard]] base::Result<std::vector<double>, std::string> measure_backup(
    const std::filesystem::path& program,
    const std::filesystem::path& store,
    const std::filesystem::path& folder,
    const BackupEffort& effort);

/// For each pair of loads of one connection: the 99th percentile of the latency of an order while
/// one caller reads the largest pages as often as it may, over that while nobody does.
[[nodiscard]] base::Result<std::vector<double>, std::string> measure_readers(
    const std::filesystem::path& program,
    const std::filesystem::path& folder,
    const BackupEffort& effort);

/// The ends of the 95 % confidence interval of a median, by order statistics.
struct Interval {
    double low = 0;
    double high = 0;
};

[[nodiscard]] Interval interval_of_median(std::vector<double> values);

/// The milliseconds that each of 200 requests a second for /health took, counted from when it was
/// due, while the analysis service and the cache accept connections and say nothing.
[[nodiscard]] base::Result<std::vector<double>, std::string> measure_health(
    const std::filesystem::path& program,
    const std::filesystem::path& folder,
    std::chrono::milliseconds length);

}  // namespace botcore::bench
