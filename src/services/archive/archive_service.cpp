#include "services/archive/archive_service.hpp"

#include "base/time_text.hpp"
#include "services/archive/drill.hpp"
#include "services/archive/job_file.hpp"
#include "services/archive/older_copy.hpp"
#include "services/archive/segment_check.hpp"
#include "services/archive/users_copy.hpp"

#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <condition_variable>
#include <mutex>
#include <set>
#include <thread>
#include <utility>

namespace botcore::archive {

namespace {

using Steady = std::chrono::steady_clock;

/// How long to wait for a repository's first result; its calls end within their own limits.
constexpr std::chrono::seconds kFirstAnswerWithin(60);
constexpr std::int64_t kHalfDayMinutes = 720;

/// One repository as opened by one thread.
struct OpenedArchive {
    std::unique_ptr<ports::Repository> repository;
    std::unique_ptr<Archive> archive;
};

base::Result<std::vector<OpenedArchive>, std::string> open_archives(
    const std::vector<MakeRepository>& makers, const std::optional<ArchiveKey>& key) {
    std::vector<OpenedArchive> opened_archives;
    for (const auto& make : makers) {
        OpenedArchive opened{TRY(make()), nullptr};
        opened.archive = std::make_unique<Archive>(*opened.repository, *key);
        opened_archives.push_back(std::move(opened));
    }
    return opened_archives;
}

std::string said(const ArchiveError& error) {
    return std::string(to_text(error.kind)) + (error.object.empty() ? "" : " " + error.object) +
           ": " + error.text;
}

}  // namespace

/// Outlives the service if a thread hangs: both threads share ownership of it.
struct ArchiveService::Shared {
    Shared(ArchiveOptions given, Parts taken)
        : options(std::move(given)),
          parts(std::move(taken)) {}

    ArchiveOptions options;
    Parts parts;
    model::TimelineIdentity identity;
    std::vector<OpenedArchive> shipping;  ///< Used by the shipping thread only.
    std::vector<OpenedArchive> daily;     ///< Used by the daily thread only.
    std::unique_ptr<ports::StoreReader> reader;
    JobFile jobs{options.folder / "jobs.jsonl"};
    WatchedDrills drills{options.folder / kDrillFile};  ///< Used by the daily thread only.

    mutable std::mutex mutex;
    std::condition_variable changed;
    ArchiveStatus status;  // Guarded by mutex, as are all members below.
    std::map<Job, base::Timestamp> tried;
    std::set<Job> asked;
    /// Repositories without a snapshot; the flag says whether one was attempted since the start.
    std::map<std::size_t, bool> without_snapshot;
    Steady::time_point ship_until = Steady::time_point::max();
    bool stopping = false;
    int running = 2;

    [[nodiscard]] StorePlace place(std::filesystem::path path) const {
        return {*parts.stores, std::move(path)};
    }

    void ship();
    void work();
    [[nodiscard]] bool has_fresh(std::optional<base::Timestamp> attempt, base::Timestamp now) const;
    [[nodiscard]] std::optional<Job> next_job();
    [[nodiscard]] bool is_due(Job job, base::Timestamp now) const;
    [[nodiscard]] std::optional<std::string> refusal_of(std::size_t repository);
    void note_snapshot(std::size_t repository, bool good);
    [[nodiscard]] JobResult run(Job job);
    [[nodiscard]] JobResult do_job(Job job);
    [[nodiscard]] JobResult snapshot();
    template <class Work>
    [[nodiscard]] JobResult in_each(Work work);
    [[nodiscard]] JobResult verify();
    [[nodiscard]] ArchiveResult<std::string> verify_newest(std::size_t repository);
    [[nodiscard]] JobResult segments();
    [[nodiscard]] JobResult check();
    [[nodiscard]] JobResult drill();
    [[nodiscard]] model::Sequence archived_in(std::size_t repository);
    void end();
};

std::string_view to_text(Job job) {
    switch (job) {
        case Job::Snapshot:
            return "snapshot";
        case Job::Verify:
            return "verify";
        case Job::Segments:
            return "segments";
        case Job::Check:
            return "check";
        case Job::Drill:
            return "drill";
    }
    return "";
}

void ArchiveService::Shared::end() {
    const std::lock_guard lock(mutex);
    --running;
    changed.notify_all();
}

/// The work of the shipping thread. Once `stopping` is set, the thread continues until all records
/// are shipped, or until the time for that is over.
void ArchiveService::Shared::ship() {
    std::vector<Shipper> shippers;
    std::vector<UsersCopy> users;
    std::set<std::size_t> told;
    for (const OpenedArchive& opened : shipping) {
        shippers.emplace_back(*reader, *opened.archive, identity);
        users.emplace_back(place(options.users), options.folder, *opened.archive, identity.number);
    }
    while (true) {
        bool more = false;
        for (std::size_t i = 0; i < shippers.size(); ++i) {
            const base::Timestamp now = parts.now();
            more |= shippers.at(i).step(now);
            const ShippedState& shipped = shippers.at(i).state();
            if (shipped.accepted && told.insert(i).second) parts.accepted(i);
            // A failure is retried at the next step; the shipper reports a failing repository.
            if (!options.users.empty() && shipped.accepted) (void)users.at(i).step(now);
            const std::lock_guard lock(mutex);
            ShippedState& shown = status.repositories.at(i).shipped;
            if (shipped.needs_snapshot && !shown.needs_snapshot) without_snapshot.emplace(i, false);
            const bool answered = (shipped.accepted && !shown.accepted) || shipped.error;
            shown = shipped;
            if (answered) changed.notify_all();
        }
        std::unique_lock lock(mutex);
        if (stopping && (!more || Steady::now() >= ship_until)) return;
        if (more) continue;
        const bool was_stopping = stopping;
        changed.wait_for(lock, options.every, [&] { return stopping != was_stopping; });
    }
}

/// A repository that was added today has no snapshot even if today's snapshot job ran.
bool ArchiveService::Shared::has_fresh(std::optional<base::Timestamp> attempt,
                                       base::Timestamp now) const {
    const bool again = !attempt || now - *attempt >= operations::kRetryAfter;
    return std::any_of(without_snapshot.begin(), without_snapshot.end(), [&](const auto& item) {
        return again || !item.second;
    });
}

bool ArchiveService::Shared::is_due(Job job, base::Timestamp now) const {
    const auto time_of = [job](const auto& times) -> std::optional<base::Timestamp> {
        const auto place = times.find(job);
        return place == times.end() ? std::nullopt : std::optional(place->second);
    };
    if (job != Job::Check && daily.empty()) return false;
    const auto attempt = time_of(tried);
    if (job == Job::Snapshot && has_fresh(attempt, now)) return true;
    if (job == Job::Drill) {
        operations::DrillTimes times = status.drills.times;
        times.tried = std::max(times.tried, attempt);
        return status.good.contains(Job::Snapshot) && operations::is_drill_due(times, now);
    }
    auto done = time_of(status.good);
    auto at = job == Job::Check ? options.check_at : options.snapshot_at;
    if (job == Job::Segments) {
        // A verification checks the segments too. Right after a snapshot there are no segments yet.
        const auto verified = status.good.find(Job::Verify);
        if (verified != status.good.end()) done = std::max(done, std::optional(verified->second));
        at.minutes = (at.minutes + kHalfDayMinutes) % (2 * kHalfDayMinutes);
    }
    return operations::is_due(at, done, attempt, now);
}

std::optional<Job> ArchiveService::Shared::next_job() {
    const base::Timestamp now = parts.now();
    for (const Job job : kJobs)
        if (asked.erase(job) > 0 || is_due(job, now)) return job;
    return std::nullopt;
}

void ArchiveService::Shared::work() {
    std::unique_lock lock(mutex);
    while (!stopping) {
        status.drills = drills.status();
        const auto job = next_job();
        if (!job) {
            changed.wait_for(
                lock, std::chrono::seconds(1), [&] { return stopping || !asked.empty(); });
            continue;
        }
        tried[*job] = parts.now();
        lock.unlock();
        const JobResult result = run(*job);
        jobs.add(result);
        parts.finished(result);
        lock.lock();
        status.newest.insert_or_assign(*job, result);
        if (result.good) status.good[*job] = result.time;
    }
}

JobResult ArchiveService::Shared::do_job(Job job) {
    switch (job) {
        case Job::Snapshot:
            return snapshot();
        case Job::Verify:
            return verify();
        case Job::Segments:
            return segments();
        case Job::Check:
            return check();
        case Job::Drill:
            break;
    }
    return drill();
}

JobResult ArchiveService::Shared::run(Job job) {
    const auto began = Steady::now();
    JobResult result = do_job(job);
    result.job = job;
    result.time = parts.now();
    result.took = std::chrono::duration_cast<std::chrono::milliseconds>(Steady::now() - began);
    return result;
}

/// Why nothing may be put into the repository; nothing if the shipping thread has found that the
/// repository belongs to this store. Waits for that thread's first result.
std::optional<std::string> ArchiveService::Shared::refusal_of(std::size_t repository) {
    std::unique_lock lock(mutex);
    const ShippedState& shipped = status.repositories.at(repository).shipped;
    changed.wait_for(lock, kFirstAnswerWithin, [&] {
        return stopping || shipped.accepted || shipped.error.has_value();
    });
    if (shipped.accepted) return std::nullopt;
    return shipped.error ? said(*shipped.error)
                         : "it is not known yet whether the repository may be written";
}

void ArchiveService::Shared::note_snapshot(std::size_t repository, bool good) {
    const std::lock_guard lock(mutex);
    const auto place = without_snapshot.find(repository);
    if (place == without_snapshot.end()) return;
    place->second = true;
    if (!good) return;
    without_snapshot.erase(place);
    // The first snapshot of a repository is also verified at once.
    if (status.good.contains(Job::Verify)) asked.insert(Job::Verify);
}

namespace {

ArchiveOutcome prune_by_rules(Archive& archive,
                              model::Timeline timeline,
                              const ArchiveOptions& options,
                              base::Timestamp now) {
    const Prunable chosen =
        TRY(prunable(archive, timeline, options.retention, options.keep_segments, now));
    return prune(archive, timeline, chosen, now);
}

}  // namespace

JobResult ArchiveService::Shared::snapshot() {
    JobResult result;
    const std::filesystem::path scratch = options.folder / "snapshot-copy.db";
    const auto copied = parts.stores->copy(options.store, scratch, ports::CopyPace::Gentle, {});
    if (!copied) {
        result.text = copied.error();
        return result;
    }
    result.good = !daily.empty();
    for (std::size_t i = 0; i < daily.size(); ++i) {
        const OpenedArchive& opened = daily.at(i);
        if (!result.text.empty()) result.text += "; ";
        result.text += opened.archive->place() + ": ";
        if (const auto refusal = refusal_of(i)) {
            result.good = false;
            result.text += *refusal;
            note_snapshot(i, false);
            continue;
        }
        const auto put = put_snapshot(*opened.archive, place(scratch), parts.now(), {});
        note_snapshot(i, put.has_value());
        if (!put) {
            result.good = false;
            result.text += said(put.error());
            continue;
        }
        result.bytes = put.value().bytes;
        result.text += to_text(put.value().name);
        const auto pruned = prune_by_rules(*opened.archive, identity.number, options, parts.now());
        if (pruned) continue;
        result.good = false;
        result.text += ", not pruned: " + said(pruned.error());
    }
    parts.stores->remove(scratch);
    return result;
}

/// Does the work in every repository, even after it failed in one.
template <class Work>
JobResult ArchiveService::Shared::in_each(Work work) {
    JobResult result;
    result.good = !daily.empty();
    for (std::size_t i = 0; i < daily.size(); ++i) {
        if (!result.text.empty()) result.text += "; ";
        const ArchiveResult<std::string> done = work(i);
        result.good = result.good && done.has_value();
        result.text += daily.at(i).archive->place() + ": ";
        result.text += done ? done.value() : said(done.error());
    }
    return result;
}

model::Sequence ArchiveService::Shared::archived_in(std::size_t repository) {
    const std::lock_guard lock(mutex);
    return status.repositories.at(repository).shipped.archived;
}

/// Returns a text that says what was verified.
ArchiveResult<std::string> ArchiveService::Shared::verify_newest(std::size_t repository) {
    Archive& archive = *daily.at(repository).archive;
    const model::Sequence archived = archived_in(repository);
    const auto snapshots = TRY(archive.snapshots(identity.number));
    if (snapshots.empty()) {
        return base::Failure{
            ArchiveError{ArchiveError::Kind::Missing, {}, "there is no snapshot yet"}};
    }
    const names::SnapshotName& newest = snapshots.back().name;
    const auto manifest = TRY(archive.manifest(newest));
    const std::string hash = TRY(verify_snapshot(
        archive, newest, place(options.folder / "verify-copy.db"), parts.now(), {}));
    const auto behind = TRY(check_segments(archive, identity.number, manifest.head(), archived));
    std::string text = to_text(newest) + " is complete, state " + hash;
    text += ", with the records after it up to " + std::to_string(behind.last);
    if (remove_older_copy(place(options.store), manifest.created)) {
        text += "; the copy of the store from before its upgrade was removed";
    }
    return text;
}

JobResult ArchiveService::Shared::verify() {
    return in_each([this](std::size_t i) { return verify_newest(i); });
}

JobResult ArchiveService::Shared::segments() {
    return in_each([this](std::size_t i) -> ArchiveResult<std::string> {
        const auto checked =
            TRY(check_newest_segments(*daily.at(i).archive, identity.number, archived_in(i)));
        return std::to_string(checked.count) + " segments are complete, up to record " +
               std::to_string(checked.last);
    });
}

JobResult ArchiveService::Shared::drill() {
    return in_each([this](std::size_t i) -> ArchiveResult<std::string> {
        const Drill drill = run_drill(*daily.at(i).archive,
                                      {.stores = *parts.stores,
                                       .store = options.store,
                                       .scratch = options.folder / "drill-copy.db",
                                       .history = options.folder / kDrillFile},
                                      {"botcored (automatic)"},
                                      parts.now,
                                      {});
        if (drill.passed) return drill.text;
        return base::Failure{ArchiveError{ArchiveError::Kind::Damaged, {}, drill.text}};
    });
}

JobResult ArchiveService::Shared::check() {
    JobResult result;
    const auto own = parts.stores->open_reader(options.store);
    if (!own) {
        result.text = own.error();
        return result;
    }
    auto report = runtime::verify(*own.value(), {});
    if (!report) {
        result.text = report.error() == ports::StoreError::Corrupt
                          ? "the store is damaged and cannot be read"
                          : "the store cannot be read now";
        return result;
    }
    result.good = report.value().clean();
    result.text = result.good ? std::to_string(report.value().records) + " records, no findings"
                              : std::to_string(report.value().findings_count) +
                                    " findings: " + report.value().findings.front().text;
    result.report = std::move(report).value();
    return result;
}

base::Result<std::unique_ptr<ArchiveService>, std::string> ArchiveService::start(
    ArchiveOptions options, Parts parts) {
    auto shared = std::make_shared<Shared>(std::move(options), std::move(parts));
    shared->shipping = TRY(open_archives(shared->parts.repositories, shared->parts.key));
    shared->daily = TRY(open_archives(shared->parts.repositories, shared->parts.key));
    shared->reader = TRY(shared->parts.stores->open_reader(shared->options.store));
    shared->identity = TRY(shared->parts.stores->timeline_of(shared->options.store));
    for (const OpenedArchive& opened : shared->shipping)
        shared->status.repositories.push_back({opened.archive->place(), {}});
    auto jobs = shared->jobs.read();
    // Trading does not wait for the history: all jobs count as due, and the status reports the
    // error.
    if (!jobs) shared->status.history_error = jobs.error();
    if (!jobs) jobs = std::vector<JobResult>();
    for (auto& result : std::move(jobs).value()) {
        shared->tried[result.job] = result.time;
        if (result.good) shared->status.good[result.job] = result.time;
        shared->status.newest.insert_or_assign(result.job, std::move(result));
    }
    std::thread([shared] {
        shared->ship();
        shared->end();
    }).detach();
    std::thread([shared] {
        (void)::setpriority(PRIO_PROCESS, static_cast<id_t>(::gettid()), kDailyNice);  // D1
        shared->work();
        shared->end();
    }).detach();
    return std::unique_ptr<ArchiveService>(new ArchiveService(std::move(shared)));
}

ArchiveService::~ArchiveService() {
    (void)stop(std::chrono::milliseconds(0));
}

ArchiveStatus ArchiveService::status() const {
    const std::lock_guard lock(shared_->mutex);
    return shared_->status;
}

void ArchiveService::ask(Job job) {
    const std::lock_guard lock(shared_->mutex);
    shared_->asked.insert(job);
    shared_->changed.notify_all();
}

bool ArchiveService::stop(std::chrono::milliseconds within) {
    constexpr std::chrono::milliseconds kPatience(500);
    std::unique_lock lock(shared_->mutex);
    if (!shared_->stopping) shared_->ship_until = Steady::now() + within;
    shared_->stopping = true;
    shared_->changed.notify_all();
    return shared_->changed.wait_for(
        lock, within + kPatience, [this] { return shared_->running == 0; });
}

ArchiveResult<Prunable> prunable(Archive& archive,
                                 model::Timeline timeline,
                                 const operations::RetentionRules& rules,
                                 base::Duration keep_segments,
                                 base::Timestamp now) {
    const auto snapshots = TRY(archive.snapshots(timeline));
    std::vector<operations::SnapshotInfo> judged;
    for (const auto& snapshot : snapshots)
        judged.push_back(
            {std::min(TRY(archive.manifest(snapshot.name)).created, now), snapshot.verified});
    const auto keep = operations::kept(judged, now, rules);
    Prunable chosen;
    model::Sequence held = 0;  ///< The last record in a verified snapshot that is old enough.
    for (std::size_t i = 0; i < snapshots.size(); ++i) {
        const auto& snapshot = snapshots.at(i);
        if (!keep.at(i)) {
            chosen.snapshots.push_back(snapshot);
        } else if (snapshot.verified && judged.at(i).time <= now - keep_segments) {
            held = std::max(held, snapshot.name.sequence);
        }
    }
    if (held == 0) return chosen;
    for (const auto& segment : TRY(archive.segments(timeline, 1))) {
        if (segment.last > held) break;
        chosen.segments.push_back(segment);
    }
    return chosen;
}

ArchiveOutcome prune(Archive& archive,
                     model::Timeline timeline,
                     const Prunable& chosen,
                     base::Timestamp now) {
    (void)TRY(remove_rubbish(archive, timeline, now));
    for (const auto& snapshot : chosen.snapshots)
        (void)TRY(archive.remove(snapshot.name));
    for (const auto& segment : chosen.segments)
        (void)TRY(archive.remove(to_text(segment)));
    return prune_users(archive, timeline, 30);
}

}  // namespace botcore::archive
