#pragma once

/// Runs the archive beside the daemon: one thread ships every commit and the users, another does
/// the daily jobs (snapshot, retention, verification, the check of all projections, drills).
///
/// D1  Archiving never delays an order: it has its own threads and its own connections to the
///     store.
/// D2  What the threads use is destroyed only after they have ended; `stop` reports a thread that
///     hangs.
///
/// Threads: constructed and stopped on the loop's thread; `status` from any thread; `finished` is
/// called on the daily thread.
/// @spec:NFR-RELIABILITY-003

#include "operations/daily_job.hpp"
#include "operations/retention.hpp"
#include "runtime/verify.hpp"
#include "services/archive/drill_history.hpp"
#include "services/archive/restore.hpp"
#include "services/archive/shipper.hpp"

#include <array>
#include <chrono>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace botcore::archive {

/// The daily thread runs at low priority, so that it uses only processor time that is left over.
inline constexpr int kDailyNice = 15;

/// The scheduled jobs; each runs once a day unless its comment says otherwise.
enum class Job : std::uint8_t {
    Snapshot,  ///< Copies the store into each repository; removes expired copies.
    Verify,    ///< Restores and checks the newest snapshot of each repository and the records after
               ///< it.
    Segments,  ///< Checks the records after the newest snapshot, half a day after it was taken.
    Check,     ///< Rebuilds all projections of the store in use and compares them.
    Drill,     ///< Rehearses the loss of the machine, once a quarter and after the first snapshot.
};

inline constexpr std::array kJobs{
    Job::Snapshot, Job::Verify, Job::Segments, Job::Check, Job::Drill};

[[nodiscard]] std::string_view to_text(Job job);

struct JobResult {
    Job job = Job::Snapshot;
    base::Timestamp time;  ///< When it ended.
    bool good = false;
    std::chrono::milliseconds took{};
    std::uint64_t bytes = 0;  ///< Size of a snapshot, as stored.
    std::string text;         ///< For people: what was done, or what failed.
    /// Set if a check found a difference.
    std::optional<runtime::VerifyReport> report = std::nullopt;
};

struct RepositoryStatus {
    std::string place;
    ShippedState shipped;
};

struct ArchiveStatus {
    std::vector<RepositoryStatus> repositories;
    std::map<Job, JobResult> newest;      ///< The newest result of each job, successful or not.
    std::map<Job, base::Timestamp> good;  ///< When each job last succeeded.
    DrillStatus drills;                   ///< Includes drills that an operator ran.
    std::string history_error{};  ///< Why the job history cannot be read; empty: it was read.
};

struct ArchiveOptions {
    std::filesystem::path store;
    std::filesystem::path users;   ///< Copied whenever it changes; empty: none.
    std::filesystem::path folder;  ///< For scratch files, `jobs.jsonl` and `drills.jsonl`.
    std::chrono::milliseconds every{1'000};
    operations::TimeOfDay snapshot_at{120};
    operations::TimeOfDay check_at{240};
    operations::RetentionRules retention;
    base::Duration keep_segments = base::Duration::seconds(8 * 86'400);
};

/// Each thread opens its own repository, since a repository is used by one thread only.
using MakeRepository =
    std::function<base::Result<std::unique_ptr<ports::Repository>, std::string>()>;

class ArchiveService {
public:
    struct Parts {
        /// Shared, since the threads may outlive the service (D2).
        std::shared_ptr<ports::StoreBackup> stores;
        std::optional<ArchiveKey> key;  ///< Absent only if there are no repositories.
        std::vector<MakeRepository> repositories;
        std::function<base::Timestamp()> now;
        /// Called when the repository with this index was found to belong to this store: once for
        /// each, on the shipping thread.
        std::function<void(std::size_t)> accepted = [](std::size_t) {};
        std::function<void(const JobResult&)> finished;
    };

    /// Both threads run when it returns. The error says what is wrong with the settings.
    [[nodiscard]] static base::Result<std::unique_ptr<ArchiveService>, std::string> start(
        ArchiveOptions options, Parts parts);

    ~ArchiveService();
    ArchiveService(const ArchiveService&) = delete;
    ArchiveService& operator=(const ArchiveService&) = delete;

    [[nodiscard]] ArchiveStatus status() const;

    /// Runs the job soon, whether it is due or not.
    void ask(Job job);

    /// Ships the remaining records for at most `within` and ends both threads. False: a thread
    /// hangs, and the process should exit without destroying anything.
    [[nodiscard]] bool stop(std::chrono::milliseconds within);

private:
    struct Shared;

    explicit ArchiveService(std::shared_ptr<Shared> shared) : shared_(std::move(shared)) {}

    std::shared_ptr<Shared> shared_;
};

/// What retention does not keep: snapshots beyond the slots, and segments older than
/// `keep_segments` whose records the newest verified snapshot contains.
struct Prunable {
    std::vector<Snapshot> snapshots;
    std::vector<names::SegmentName> segments;
};

[[nodiscard]] ArchiveResult<Prunable> prunable(Archive& archive,
                                               model::Timeline timeline,
                                               const operations::RetentionRules& rules,
                                               base::Duration keep_segments,
                                               base::Timestamp now);

/// Removes the `chosen` objects, the parts of incomplete snapshots, and all copies of the users
/// file except the newest 30.
[[nodiscard]] ArchiveOutcome prune(Archive& archive,
                                   model::Timeline timeline,
                                   const Prunable& chosen,
                                   base::Timestamp now);

}  // namespace botcore::archive
