#include "apps/wiring/archive_link.hpp"

#include "apps/wiring/store_backup.hpp"
#include "base/calendar.hpp"
#include "host/whole_file.hpp"
#include "services/archive/known_archives.hpp"
#include "services/trading/book_checks.hpp"

#include <array>
#include <set>
#include <utility>

namespace botcore::apps {

namespace {

using archive::Job;

/// Targets of R3-BKP: a copy within a minute, and one snapshot a day with at most one missed day.
constexpr base::Duration kLagMax = base::Duration::seconds(60);
constexpr base::Duration kBackupAgeMax = base::Duration::seconds(2 * 86'400);
constexpr std::chrono::seconds kStopTimeout(3);

constexpr std::array<std::string_view, 2> kPlaces{"first", "second"};

double seconds(base::Duration duration) {
    return static_cast<double>(duration.in_microseconds()) / 1e6;
}

double seconds_of(base::Timestamp time) {
    return static_cast<double>(time.in_microseconds()) / 1e6;
}

operations::TimeOfDay time_of(const host::Config& config, std::string_view key) {
    // The configuration table accepts only valid times.
    return operations::parse_time_of_day(config.text(key)).value_or(operations::TimeOfDay{});
}

archive::ArchiveOptions options_of(const host::Config& config, const std::filesystem::path& data) {
    const auto number = [&](std::string_view key) {
        return static_cast<std::size_t>(config.integer(key));
    };
    archive::ArchiveOptions options;
    options.store = data / "botcore.db";
    options.users = data / "users.sqlite";
    options.folder = data;
    options.every = std::chrono::milliseconds(config.integer("archive.every_ms"));
    options.snapshot_at = time_of(config, "archive.snapshot_at");
    options.check_at = time_of(config, "archive.check_at");
    options.retention = {number("archive.keep_daily"),
                         number("archive.keep_weekly"),
                         number("archive.keep_monthly")};
    options.keep_segments =
        base::Duration::seconds(config.integer("archive.keep_segments_days") * 86'400);
    return options;
}

/// When only the escrow copy of the key is left, the key is restored from it: it is the key that
/// the archive was sealed with.
base::Result<archive::ArchiveKey, std::string> open_key(const std::filesystem::path& file,
                                                        const std::filesystem::path& escrow,
                                                        observability::Log& log) {
    if (TRY(host::is_there(file))) return archive::ArchiveKey::load(file);
    // An escrow copy that cannot be read at the moment may be the archive's key, so no new key is
    // created then.
    if (!escrow.empty() && TRY(host::is_there(escrow))) {
        auto key = TRY(archive::ArchiveKey::load(escrow));
        (void)TRY(key.copy_to(file));
        return key;
    }
    auto created = archive::ArchiveKey::create(file);
    if (created) {
        log.write(observability::Level::Warn,
                  "a new key for the archive was created; no backup can be read without it",
                  {{"file", file.string()}});
    }
    return created;
}

/// Opens the key and writes its escrow copy if one is configured.
base::Result<archive::ArchiveKey, std::string> key_of(const host::Config& config,
                                                      const ArchiveLink::Parts& parts) {
    const std::string& escrow = config.text("archive.key_escrow");
    auto key = open_key(archive_key_file(config, parts.data), escrow, parts.log);
    if (!key) return base::Failure{"archive.key_file: " + key.error()};
    if (!escrow.empty()) {
        const auto copied = key.value().copy_to(escrow);
        if (!copied) return base::Failure{"archive.key_escrow: " + copied.error()};
    }
    return key;
}

}  // namespace

base::Result<std::unique_ptr<ArchiveLink>, std::string> ArchiveLink::make(
    const host::Config& config, Parts parts) {
    // Checked before an archive folder is created.
    (void)TRY(check_disks(config, parts.data));
    auto makers = TRY(repositories_of(config, parts.data, NewArchives::Begin));
    const bool archives = !makers.empty();
    std::optional<archive::ArchiveKey> key;
    if (archives) {
        key = TRY(key_of(config, parts));
    } else {
        parts.log.write(observability::Level::Warn,
                        "archive.repository is none: if the disk is lost, all data is lost");
    }
    std::unique_ptr<ArchiveLink> link(new ArchiveLink(std::move(parts)));
    link->failures_.resize(makers.size());
    auto service = archive::ArchiveService::start(
        options_of(config, link->parts_.data),
        {.stores = make_store_backup(),
         .key = std::move(key),
         .repositories = std::move(makers),
         .now = link->parts_.now,
         .accepted = [self = link.get(), places = archive_places(config, link->parts_.data)](
                         std::size_t repository) { self->remember(places.at(repository).place); },
         .finished =
             [self = link.get()](const archive::JobResult& result) {
                 self->parts_.post([self, result] { self->finished(result); });
             }});
    if (!service) return base::Failure{"archive: " + service.error()};
    link->service_ = std::move(service).value();
    const archive::ArchiveStatus status = link->service_->status();
    if (const auto newest = status.newest.find(Job::Snapshot); newest != status.newest.end()) {
        link->show_snapshot(newest->second);  // Of an earlier process.
    }
    if (const std::string& trouble = status.history_error; !trouble.empty()) {
        link->parts_.log.write(observability::Level::Error,
                               "the history of the daily jobs cannot be read; all jobs run again",
                               {{"operation", "archive"}, {"cause", trouble}});
    }
    // Checks all books in the background: a load has verified only the open rows.
    link->service_->ask(Job::Check);
    if (archives) link->warn_of_single_points_of_loss(config);
    link->update();
    return link;
}

void ArchiveLink::warn_of_single_points_of_loss(const host::Config& config) const {
    if (all_on_stores_disk(config, parts_.data)) {
        parts_.log.write(observability::Level::Warn,
                         "the archive is on the same disk as the store and would be lost with it; "
                         "set archive.repository to a folder elsewhere, or to an s3:// address",
                         {{"repository", config.text("archive.repository")}});
    }
    if (config.text("archive.key_escrow").empty()) {
        parts_.log.write(observability::Level::Warn,
                         "the archive's key exists in one place only; set archive.key_escrow, or "
                         "keep a copy: botctl backup key --copy-to FILE");
    }
}

/// Called from the archive's shipping thread.
void ArchiveLink::remember(const std::string& place) const {
    const auto added = archive::KnownArchives(parts_.data).add(place);
    if (added) return;
    parts_.post([this, text = added.error()] {
        parts_.log.write(observability::Level::Warn,
                         "the place of the archive could not be recorded",
                         {{"operation", "archive"}, {"cause", text}});
    });
}

void ArchiveLink::tick(const model::Now& /*now*/) {
    update();
    report_to_runtime();
}

void ArchiveLink::update() {
    status_ = service_->status();
    const base::Timestamp now = parts_.now();
    for (std::size_t i = 0; i < status_.repositories.size() && i < kPlaces.size(); ++i) {
        const auto& [place, shipped] = status_.repositories.at(i);
        parts_.metrics.set(
            "archive_sequence", {kPlaces.at(i)}, static_cast<double>(shipped.archived));
        parts_.metrics.set("archive_lag_seconds", {kPlaces.at(i)}, seconds(shipped.lag(now)));
        parts_.metrics.raise(
            "archive_failures_total", {kPlaces.at(i)}, static_cast<double>(shipped.failures));
        if (shipped.error && shipped.failures != failures_.at(i)) {
            parts_.log.write(observability::Level::Error,
                             shipped.error->text,
                             {{"operation", "archive"},
                              {"repository", place},
                              {"error", to_text(shipped.error->kind)},
                              {"object", shipped.error->object},
                              {"failures", static_cast<std::int64_t>(shipped.failures)}});
        }
        failures_.at(i) = shipped.failures;
    }
    const auto show_time = [&](Job job, std::string_view metric) {
        const auto place = status_.good.find(job);
        // A time in the future, written while the clock was wrong, would hide how old the backup
        // is.
        const bool known =
            place != status_.good.end() && operations::is_plausible(place->second, now);
        parts_.metrics.set(metric, known ? seconds_of(place->second) : 0.0);
    };
    show_time(Job::Snapshot, "backup_last_success_timestamp_seconds");
    show_time(Job::Verify, "backup_verified_timestamp_seconds");
    const auto failed = [&](Job job) {
        const auto newest = status_.newest.find(job);
        return newest != status_.newest.end() && !newest->second.good;
    };
    parts_.metrics.set("backup_verify_failed",
                       failed(Job::Verify) || failed(Job::Segments) ? 1.0 : 0.0);
    show_drills(now);
}

void ArchiveLink::show_drills(base::Timestamp now) {
    const auto& times = status_.drills.times;
    const auto shown = [&](const std::optional<base::Timestamp>& time) {
        return time && operations::is_plausible(*time, now) ? seconds_of(*time) : 0.0;
    };
    parts_.metrics.set("drill_passed_timestamp_seconds", shown(times.passed));
    parts_.metrics.set("drill_signed_timestamp_seconds", shown(times.accepted));
    const bool missing = operations::is_signature_missing(times, now);
    parts_.metrics.set("drill_signature_missing", missing ? 1.0 : 0.0);
    const bool told =
        signature_asked_ && now - *signature_asked_ < base::kDay && *signature_asked_ <= now;
    if (!missing || told) return;
    signature_asked_ = now;
    parts_.notifier.send({.subject = "drill",
                          .level = ports::NoticeLevel::Warning,
                          .text = "no person has signed a drill of the last quarter",
                          .page = "archive-down.md",
                          .action = "botctl drill run, then botctl drill sign --by NAME"},
                         {});
}

void ArchiveLink::report_to_runtime() const {
    bool all_reported = true;
    for (const auto& repository : status_.repositories) {
        const auto& shipped = repository.shipped;
        if (!shipped.behind.empty() && parts_.runtime.behind().empty()) {
            parts_.notifier.send(
                {.subject = "archive",
                 .level = ports::NoticeLevel::Critical,
                 .text = shipped.behind,
                 .page = "data-damaged.md",
                 .action =
                     "only cancels and exits are accepted; follow docs/runbooks/data-damaged.md",
                 .facts = {{"repository", repository.place}}},
                {});
            parts_.runtime.set_behind(shipped.behind);
        }
        all_reported = all_reported && (shipped.accepted || shipped.error);
    }
    if (all_reported) parts_.runtime.archive_confirmed();
}

void ArchiveLink::finished(const archive::JobResult& result) {
    parts_.log.write(result.good ? observability::Level::Info : observability::Level::Error,
                     result.text,
                     {{"operation", to_text(result.job)},
                      {"event", result.good ? "job_done" : "job_failed"},
                      {"duration_ms", static_cast<std::int64_t>(result.took.count())}});
    // A failed snapshot is retried and raises no alert. A failure of one of the jobs below may
    // concern the only copy.
    const bool alerts = !result.good && (result.job == Job::Verify || result.job == Job::Segments ||
                                         result.job == Job::Drill);
    if (alerts) {
        parts_.notifier.send({.subject = std::string(to_text(result.job)),
                              .level = ports::NoticeLevel::Critical,
                              .text = "the archive may be incomplete: " + result.text,
                              .page = "archive-down.md",
                              .action = "botctl backup verify, then botctl backup create"},
                             {});
    }
    if (result.job == Job::Snapshot) show_snapshot(result);
    if (result.job == Job::Check) {
        parts_.metrics.set("consistency_check_result", result.good ? 1 : 0);
        if (result.report) report_findings(*result.report);
    }
}

void ArchiveLink::show_snapshot(const archive::JobResult& result) {
    parts_.metrics.set("backup_success", result.good ? 1 : 0);
    parts_.metrics.set("backup_size_bytes", static_cast<double>(result.bytes));
    parts_.metrics.set("backup_duration_seconds",
                       std::chrono::duration<double>(result.took).count());
}

/// Reports each finding. Accounts whose money is in doubt accept exits only.
void ArchiveLink::report_findings(const runtime::VerifyReport& report) {
    std::set<model::AccountId> in_doubt;
    for (const auto& finding : report.findings) {
        trading::report_finding(parts_.log, finding);
        parts_.metrics.count("consistency_findings_total", {"all"});
        const bool critical = severity_of(finding.kind) == runtime::Severity::Critical;
        if (critical && finding.account && in_doubt.insert(*finding.account).second) {
            parts_.in_doubt(*finding.account, finding.text);
        }
    }
}

host::ProbeReply ArchiveLink::archive_health() const {
    const base::Timestamp now = parts_.now();
    for (const auto& [place, shipped] : status_.repositories) {
        if (shipped.error) {
            const bool stuck = shipped.lag(now) > kLagMax;
            return {stuck ? operations::HealthState::Unhealthy : operations::HealthState::Degraded,
                    place + ": " + shipped.error->text};
        }
        if (shipped.lag(now) > kLagMax) {
            return {operations::HealthState::Degraded,
                    place + " is " + std::to_string(shipped.lag(now).in_milliseconds() / 1'000) +
                        " s behind"};
        }
    }
    if (const auto answer = jobs_health(now)) return *answer;
    const auto& drills = status_.drills;
    if (drills.times.tried && !drills.passed) {
        return {operations::HealthState::Degraded,
                "the last drill " + drills.text + "; " + drill_text(now)};
    }
    return {operations::HealthState::Healthy, drill_text(now)};
}

/// Says how long ago the last drill passed, and whether a person signed one.
std::string ArchiveLink::drill_text(base::Timestamp now) const {
    const auto& times = status_.drills.times;
    const auto days = [&](base::Timestamp time) {
        return std::to_string((now - time).in_milliseconds() / 86'400'000) + " days ago";
    };
    const bool known = times.passed && operations::is_plausible(*times.passed, now);
    std::string text = known ? "last drill passed " + days(std::min(*times.passed, now))
                             : std::string("no drill has passed yet");
    if (operations::is_signature_missing(times, now)) {
        return text + "; none of the last quarter is signed, see botctl drill sign";
    }
    if (times.accepted && operations::is_plausible(*times.accepted, now)) {
        text += ", last signed one " + days(std::min(*times.accepted, now)) + " by " +
                status_.drills.signed_by;
    }
    return text;
}

std::optional<host::ProbeReply> ArchiveLink::jobs_health(base::Timestamp now) const {
    for (const Job job : {Job::Snapshot, Job::Verify, Job::Segments}) {
        const auto newest = status_.newest.find(job);
        if (newest == status_.newest.end()) continue;
        const auto good = status_.good.find(job);
        const bool old = good == status_.good.end() ||
                         !operations::is_plausible(good->second, now) ||
                         now - good->second > kBackupAgeMax;
        const std::string name(job == Job::Segments ? "check of segments" : to_text(job));
        if (!newest->second.good) {
            return host::ProbeReply{
                old ? operations::HealthState::Unhealthy : operations::HealthState::Degraded,
                "the last " + name + " failed: " + newest->second.text};
        }
        // A verification checks the segments too.
        if (old && job != Job::Segments) {
            return host::ProbeReply{
                operations::HealthState::Degraded,
                "the last " + name + " is older than two days, or has a time in the future"};
        }
    }
    return std::nullopt;
}

host::ProbeReply ArchiveLink::books_health() const {
    const runtime::Runtime& runtime = parts_.runtime;
    constexpr std::string_view kPage = ", see docs/runbooks/data-damaged.md";
    if (!runtime.behind().empty()) {
        return {operations::HealthState::Unhealthy,
                runtime.behind() + "; only cancels and exits are accepted" + std::string(kPage)};
    }
    if (!runtime.doubts().empty()) {
        return {operations::HealthState::Unhealthy,
                runtime.doubts().front().text + "; the account is frozen" + std::string(kPage)};
    }
    const auto newest = status_.newest.find(Job::Check);
    if (newest == status_.newest.end() || newest->second.good) return {};
    return {operations::HealthState::Unhealthy, newest->second.text};
}

void ArchiveLink::add_probes(host::HealthProber& prober) {
    if (!status_.repositories.empty()) {
        prober.add_local(operations::Dependency::Archive, [this] { return archive_health(); });
    }
    prober.add_local(operations::Dependency::Books, [this] { return books_health(); });
}

bool ArchiveLink::stop() {
    return service_->stop(kStopTimeout);
}

}  // namespace botcore::apps
