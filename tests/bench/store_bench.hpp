#pragma once

/// The best case of the disk and the store: the limits that order figures are compared with.

#include "tests/bench/in_process_core.hpp"

#include <filesystem>
#include <memory>
#include <vector>

namespace botcore::bench {

/// Repeatedly writes 4 KiB into a preallocated file and syncs it.
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

/// The batches that orders wrote with `at_once` orders in progress at a time, recorded once and
/// then committed again into an empty store: the same rows, without HTTP and core.
class StoreBench {
public:
    /// Records enough batches for `rounds` rounds of `turns` groups of orders.
    StoreBench(std::filesystem::path folder, std::size_t at_once, int rounds, int turns);
    ~StoreBench();

    /// Commits the next round. Returns the microseconds that each group of orders took, both
    /// commits together.
    [[nodiscard]] std::vector<double> measure();

    /// The number of commits per group of orders.
    [[nodiscard]] double commits_per_turn() const;

private:
    void record(int rounds);
    [[nodiscard]] std::unique_ptr<ports::Store> open(const std::string& name, bool durable) const;

    std::filesystem::path folder_;
    std::size_t at_once_;
    int turns_;
    std::vector<ports::Batch> batches_;
    std::vector<std::size_t> ends_;  ///< The index of the batch after each group of orders.
    std::size_t next_batch_ = 0;
    std::size_t next_end_ = 0;
    std::unique_ptr<ports::Store> store_;
};

/// Creates a data folder whose journal holds `trades` trades, quickly and without syncing. Does
/// nothing when the folder exists already.
void make_history(const std::filesystem::path& folder, std::uint64_t trades);

}  // namespace botcore::bench
