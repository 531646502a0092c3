#pragma once

/// The archive beside a running daemon: a thread that ships every commit and the users, and one
/// that does the daily work (snapshot, retention, verification, the check of all books, drills).
///
/// D1  No order waits for any of it: own connections to the store, own threads.
/// D2  What the threads use goes away only after they ended; `stop` says when one hangs.
///
/// Threads: made and stopped on the loop's; `status` from any; `finished` is called on the daily
/// thread.

#include "operations/daily_job.hpp"
#include "operations/retention.hpp"
#include "runtime/verify.hpp"
#include "shell/archive/drill_history.hpp"
#include "shell/archive/restore.hpp"
#include "shell/archive/shipper.hpp"

#include <array>
#include <chrono>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace botcore::shell::archive {

/// The daily thread gets what others leave of the processors.
inline constexpr int kDailyNice = 15;

/// What is done by itself, once a day where nothing else is said.
enum class Job : std::uint8_t {
    Snapshot,  ///< A copy of the store into each repository; old ones go.
    Verify,    ///< The newest snapshot of each is restored and checked, with the records behind it.
    Segments,  ///< The records behind the newest snapshot, half a day after it was taken.
    Check,     ///< All books of the store in use are folded anew.
    Drill,     ///< Once a quarter, and after the first snapshot: the loss of the machine.
};

inline constexpr std::array kJobs{
    Job::Snapshot, Job::Verify, Job::Segments, Job::Check, Job::Drill};

[[nodiscard]] std::string_view to_text(Job job);

struct JobResult {
    Job job = Job::Snapshot;
    base::Timestamp time;  ///< When it ended.
    bool good = false;
    std::chrono::milliseconds took{};
    std::uint64_t bytes = 0;  ///< Of a snapshot, as stored.
    std::string text;         ///< For people: what was done, or what failed.
    /// Of a check that found something.
    std::optional<runtime::VerifyReport> report = std::nullopt;
};

struct RepositoryStatus {
    std::string place;
    ShippedState shipped;
};

struct ArchiveStatus {
    std::vector<RepositoryStatus> repositories;
    std::map<Job, JobResult> newest;      ///< Of each job, good or not.
    std::map<Job, base::Timestamp> good;  ///< When each was last good.
    DrillStatus drills;                   ///< Those that an operator ran, too.
    std::string history_trouble{};        ///< Why the earlier jobs are not known; empty: they are.
};

struct ArchiveOptions {
    std::filesystem::path store;
    std::filesystem::path users;   ///< Copied whenever it changed; empty: none.
    std::filesystem::path folder;  ///< For scratch files, `jobs.jsonl` and `drills.jsonl`.
    std::chrono::milliseconds every{1'000};
    operations::TimeOfDay snapshot_at{120};
    operations::TimeOfDay check_at{240};
    operations::RetentionRules retention;
    base::Duration keep_segments = base::Duration::seconds(8 * 86'400);
};

/// A repository is used by one thread, so there is a maker and not an object.
using MakeRepository =
    std::function<base::Result<std::unique_ptr<ports::Repository>, std::string>()>;

class ArchiveService {
public:
    struct Parts {
        std::optional<ArchiveKey> key;  ///< Absent only without repositories.
        std::vector<MakeRepository> repositories;
        std::function<base::Timestamp()> now;
        /// A repository, by its place in the list, was found to be this store's. Called once for
        /// each on the thread that ships.
        std::function<void(std::size_t)> accepted = [](std::size_t) {};
        std::function<void(const JobResult&)> finished;
    };

    /// Both threads run when it returns. The text says what is wrong with the settings.
    [[nodiscard]] static base::Result<std::unique_ptr<ArchiveService>, std::string> start(
        ArchiveOptions options, Parts parts);

    ~ArchiveService();
    ArchiveService(const ArchiveService&) = delete;
    ArchiveService& operator=(const ArchiveService&) = delete;

    [[nodiscard]] ArchiveStatus status() const;

    /// Does the job soon, whether it is due or not.
    void ask(Job job);

    /// Ships what is left, for at most `within`, and ends both threads. False: one hangs, and the
    /// process should end without tearing anything down.
    [[nodiscard]] bool stop(std::chrono::milliseconds within);

private:
    struct Shared;

    explicit ArchiveService(std::shared_ptr<Shared> shared) : shared_(std::move(shared)) {}

    std::shared_ptr<Shared> shared_;
};

/// What no rule keeps: snapshots beyond the slots, and segments older than `keep_segments` that the
/// newest verified snapshot holds.
struct Prunable {
    std::vector<Snapshot> snapshots;
    std::vector<names::SegmentName> segments;
};

[[nodiscard]] ArchiveResult<Prunable> prunable(Archive& archive,
                                               Timeline timeline,
                                               const operations::RetentionRules& rules,
                                               base::Duration keep_segments,
                                               base::Timestamp now);

/// Removes those, what is left of broken snapshots, and users' copies beyond the last 30.
[[nodiscard]] ArchiveOutcome prune(Archive& archive,
                                   Timeline timeline,
                                   const Prunable& chosen,
                                   base::Timestamp now);

}  // namespace botcore::shell::archive
