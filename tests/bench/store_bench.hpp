#pragma once

/// What the disk and the store can do at best: the limits that orders are measured against.

#include "tests/bench/in_process_core.hpp"

#include <filesystem>
#include <memory>
#include <vector>

namespace botcore::bench {

/// 4 KiB written into a preallocated file and synced, again and again.
class DiskBench {
public:
    explicit DiskBench(const std::filesystem::path& folder);
    ~DiskBench();
    DiskBench(const DiskBench&) = delete;
    DiskBench& operator=(const DiskBench&) = delete;

    /// Microseconds of each write.
    [[nodiscard]] std::vector<double> measure(int writes);

private:
    int file_ = -1;
    std::int64_t offset_ = 0;
};

/// The batches that orders wrote when `at_once` of them were under way at a time, recorded once and
/// then committed again into a fresh store: the same rows, no HTTP, no core.
class StoreBench {
public:
    /// Records enough for `rounds` rounds of `turns` groups of orders.
    StoreBench(std::filesystem::path folder, std::size_t at_once, int rounds, int turns);
    ~StoreBench();

    /// Commits the next round. Microseconds that each group of orders took, both commits together.
    [[nodiscard]] std::vector<double> measure();

    /// Commits for each group of orders.
    [[nodiscard]] double commits_per_turn() const;

private:
    void record(int rounds);
    [[nodiscard]] std::unique_ptr<ports::Store> open(const std::string& name, bool durable) const;

    std::filesystem::path folder_;
    std::size_t at_once_;
    int turns_;
    std::vector<ports::Batch> batches_;
    std::vector<std::size_t> ends_;  ///< The batch behind each group of orders.
    std::size_t next_batch_ = 0;
    std::size_t next_end_ = 0;
    std::unique_ptr<ports::Store> store_;
};

/// A data folder whose journal holds so many trades, made quickly and without syncing. Does nothing
/// when it is there already.
void make_history(const std::filesystem::path& folder, std::uint64_t trades);

}  // namespace botcore::bench
