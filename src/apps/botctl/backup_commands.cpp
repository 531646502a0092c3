#include "apps/botctl/commands.hpp"
#include "apps/botctl/future_archives.hpp"
#include "apps/botctl/progress.hpp"
#include "apps/botctl/table.hpp"
#include "core/orders/client_order_id.hpp"
#include "protocol/journal.hpp"
#include "protocol/time_text.hpp"
#include "shell/archive/drill.hpp"
#include "shell/archive/job_file.hpp"
#include "shell/archive/restore.hpp"
#include "shell/archive/store_copy.hpp"
#include "shell/archive/users_copy.hpp"
#include "shell/daemon/archive_link.hpp"
#include "shell/daemon/data_folder.hpp"
#include "shell/daemon/system_clock.hpp"
#include "shell/log/redact.hpp"
#include "shell/sqlite/file_reader.hpp"
#include "shell/sqlite/replace_store.hpp"
#include "shell/sqlite/timeline.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

#include <array>
#include <charconv>
#include <optional>
#include <utility>

extern char** environ;

namespace botcore::botctl {

namespace archive = shell::archive;
namespace fs = std::filesystem;
namespace json = boost::json;

namespace {

using archive::ArchiveError;

base::Timestamp now() {
    return shell::wall_time();
}

/// Everything that speaks to one archive.
struct Opened {
    shell::Config config;
    fs::path data;
    std::optional<archive::ArchiveKey> key;
    std::unique_ptr<ports::Repository> repository;
    std::unique_ptr<archive::Archive> archive;
};

base::Result<shell::Config, std::string> read_config(const std::string& file) {
    shell::Config config;
    if (!file.empty()) (void)TRY(config.read_file(file));
    (void)TRY(config.read_environment(environ));
    return config;
}

base::Result<std::unique_ptr<Opened>, std::string> open_archive(const Session& session,
                                                                const BackupWish& wish) {
    auto opened = std::make_unique<Opened>();
    opened->config = TRY(read_config(wish.config_file));
    if (wish.from.starts_with("s3://")) {
        (void)TRY(opened->config.set("archive.repository", wish.from, "--from"));
    } else if (!wish.from.empty()) {
        const fs::path folder = fs::absolute(wish.from);
        std::error_code error;
        if (!fs::is_directory(folder, error)) {
            return base::Failure{
                "--from: expected the folder of an archive or an s3:// address, "
                "but " +
                folder.string() + " is no folder"};
        }
        (void)TRY(opened->config.set("archive.repository", folder.string(), "--from"));
    }
    opened->data = fs::absolute(session.settings().data);
    const auto makers = TRY(shell::repositories_of(opened->config, opened->data));
    if (makers.empty()) {
        return base::Failure{
            std::string("archive.repository is none: there is no archive; say "
                        "where it is with --from")};
    }
    const fs::path key = wish.key.empty() ? shell::archive_key_file(opened->config, opened->data)
                                          : fs::path(wish.key);
    opened->key = TRY(archive::ArchiveKey::load(key));
    opened->repository = TRY(makers.front()());
    opened->archive = std::make_unique<archive::Archive>(*opened->repository, *opened->key);
    return opened;
}

std::string said(const ArchiveError& error) {
    std::string text(to_text(error.kind));
    if (!error.object.empty()) text += " at " + error.object;
    return text + ": " + error.text;
}

int refused(Session& session, const ArchiveError& error) {
    using Kind = ArchiveError::Kind;
    const bool away = error.kind == Kind::Unavailable || error.kind == Kind::Refused;
    if (away) return session.unavailable(said(error));
    std::cerr << "botctl: " << shell::log::redact(said(error)) << "\n";
    return kExitNegative;
}

int refused(Session& session, const std::string& text) {
    return session.unavailable(shell::log::redact(text));
}

json::object to_json(const archive::Snapshot& snapshot) {
    json::object item;
    item["name"] = to_text(snapshot.name);
    item["timeline"] = snapshot.name.timeline;
    item["sequence"] = snapshot.name.sequence;
    item["time"] = snapshot.name.time;
    item["bytes"] = snapshot.bytes;
    item["verified"] = snapshot.verified;
    return item;
}

struct Listing {
    json::array timelines;
    json::array snapshots;
};

archive::ArchiveResult<Listing> listing_of(archive::Archive& from) {
    Listing listing;
    const auto starts = TRY(from.timelines());
    for (const auto& [timeline, start] : starts) {
        const auto segments = TRY(from.segments(timeline, 1));
        json::object item;
        item["timeline"] = timeline;
        item["created"] = protocol::to_iso8601(start.created);
        item["parent"] = start.parent;
        item["begins_after"] = start.sequence;
        item["segments"] = segments.size();
        item["last_sequence"] = segments.empty() ? start.sequence : segments.back().last;
        listing.timelines.push_back(std::move(item));
        for (const auto& snapshot : TRY(from.snapshots(timeline)))
            listing.snapshots.push_back(to_json(snapshot));
    }
    return listing;
}

void print_listing(std::ostream& out, const json::value& data) {
    for (const auto& item : data.at("timelines").as_array()) {
        out << "timeline " << item.at("timeline") << ": begun "
            << std::string_view(item.at("created").as_string()) << " after record "
            << item.at("begins_after") << ", archived up to record " << item.at("last_sequence")
            << " in " << item.at("segments") << " segments\n";
    }
    static constexpr std::array kColumns{Column{"SNAPSHOT", "time"},
                                         Column{"RECORD", "sequence", Align::Right},
                                         Column{"BYTES", "bytes", Align::Right},
                                         Column{"VERIFIED", "verified"}};
    print_table(out, data.at("snapshots").as_array(), kColumns, "no snapshot yet");
}

}  // namespace

int list_backups(Session& session, const BackupWish& wish) {
    auto opened = open_archive(session, wish);
    if (!opened) return refused(session, opened.error());
    auto listing = listing_of(*opened.value()->archive);
    if (!listing) return refused(session, listing.error());
    json::object data;
    data["place"] = opened.value()->archive->place();
    data["timelines"] = listing.value().timelines;
    data["snapshots"] = listing.value().snapshots;
    return session.show(data, print_listing);
}

int create_backup(Session& session, const BackupWish& wish) {
    auto opened = open_archive(session, wish);
    if (!opened) return refused(session, opened.error());
    const fs::path scratch = opened.value()->data / "backup-copy.db";
    ProgressLine line;
    const auto copied = archive::copy_database(
        opened.value()->data / "botcore.db",
        scratch,
        archive::CopyPace::Gentle,
        [&](std::uint64_t done, std::uint64_t total) { line.show("copied", done, total); });
    if (!copied) return refused(session, copied.error());
    const auto put =
        archive::put_snapshot(*opened.value()->archive, scratch, now(), line.as_progress());
    shell::sqlite::remove_database(scratch);
    line.end();
    if (!put) return refused(session, put.error());
    return session.show(to_json(put.value()), [&](std::ostream& out, const json::value&) {
        out << "stored " << to_text(put.value().name) << ", " << put.value().bytes << " bytes\n";
    });
}

int verify_backup(Session& session, const BackupWish& wish) {
    auto opened = open_archive(session, wish);
    if (!opened) return refused(session, opened.error());
    archive::Archive& from = *opened.value()->archive;
    const auto starts = from.timelines();
    if (!starts) return refused(session, starts.error());
    std::vector<archive::Snapshot> snapshots;
    for (const auto& [timeline, start] : starts.value()) {
        const auto some = from.snapshots(timeline);
        if (!some) return refused(session, some.error());
        snapshots.insert(snapshots.end(), some.value().begin(), some.value().end());
    }
    if (snapshots.empty()) return refused(session, "there is no snapshot in " + from.place());
    if (!wish.all) snapshots.erase(snapshots.begin(), snapshots.end() - 1);
    json::array results;
    int status = kExitOk;
    ProgressLine line;
    for (const auto& snapshot : snapshots) {
        const auto hash = archive::verify_snapshot(from,
                                                   snapshot.name,
                                                   opened.value()->data / "verify-copy.db",
                                                   now(),
                                                   line.as_progress());
        line.end();
        json::object item = to_json(snapshot);
        item["verified"] = hash.has_value();
        if (hash) item["state_hash"] = hash.value();
        if (!hash) {
            item["error"] = said(hash.error());
            status = refused(session, hash.error());
        }
        results.push_back(std::move(item));
    }
    (void)session.show(results, [](std::ostream& out, const json::value& items) {
        for (const auto& item : items.as_array()) {
            if (!item.at("verified").as_bool()) continue;
            out << std::string_view(item.at("name").as_string()) << " is whole, state "
                << std::string_view(item.at("state_hash").as_string()) << "\n";
        }
    });
    return status;
}

int prune_backups(Session& session, const BackupWish& wish) {
    auto opened = open_archive(session, wish);
    if (!opened) return refused(session, opened.error());
    const auto& config = opened.value()->config;
    const auto number = [&](std::string_view key) {
        return static_cast<std::size_t>(config.integer(key));
    };
    const auto timeline = shell::sqlite::timeline_of(opened.value()->data / "botcore.db");
    if (!timeline) return refused(session, timeline.error());
    const auto removed = archive::prune(
        *opened.value()->archive,
        timeline.value().number,
        {number("archive.keep_daily"),
         number("archive.keep_weekly"),
         number("archive.keep_monthly")},
        base::Duration::seconds(config.integer("archive.keep_segments_days") * 86'400),
        now());
    if (!removed) return refused(session, removed.error());
    json::object data;
    data["removed"] = removed.value();
    return session.show(data, [&](std::ostream& out, const json::value&) {
        out << removed.value() << " snapshots were removed\n";
    });
}

int backup_key(Session& session, const BackupWish& wish) {
    auto config = read_config(wish.config_file);
    if (!config) return refused(session, config.error());
    const fs::path file = wish.key.empty()
                              ? shell::archive_key_file(config.value(), session.settings().data)
                              : fs::path(wish.key);
    const auto key = archive::ArchiveKey::load(file);
    if (!key) return refused(session, key.error());
    if (!wish.copy_to.empty()) {
        const auto copied = key.value().copy_to(wish.copy_to);
        if (!copied) return refused(session, copied.error());
    }
    json::object data;
    data["file"] = file.string();
    data["key_id"] = key.value().id();
    if (!wish.copy_to.empty()) data["copy"] = wish.copy_to;
    return session.show(data, [&](std::ostream& out, const json::value&) {
        out << "key " << key.value().id() << " in " << file.string();
        if (!wish.copy_to.empty()) out << ", and a copy in " << wish.copy_to;
        out << "\nwithout this key no backup can be read\n";
    });
}

int backup_history(Session& session) {
    const archive::JobFile file(fs::path(session.settings().data) / "jobs.jsonl");
    json::array items;
    for (const auto& job : file.read()) {
        json::object item;
        item["time"] = protocol::to_iso8601(job.time);
        item["job"] = to_text(job.job);
        item["good"] = job.good;
        item["took_ms"] = job.took.count();
        item["bytes"] = job.bytes;
        item["text"] = job.text;
        items.push_back(std::move(item));
    }
    return session.show(items, [](std::ostream& out, const json::value& data) {
        static constexpr std::array kColumns{Column{"TIME", "time"},
                                             Column{"JOB", "job"},
                                             Column{"GOOD", "good"},
                                             Column{"MS", "took_ms", Align::Right},
                                             Column{"TEXT", "text"}};
        print_table(out, data.as_array(), kColumns, "no job was done yet");
    });
}

namespace {

/// "--to": a sequence, a time, an order's id, or nothing for the newest moment.
base::Result<archive::Moment, std::string> moment_of(const BackupWish& wish) {
    archive::Moment moment;
    if (wish.timeline != 0) moment.timeline = wish.timeline;
    if (wish.to.empty()) return moment;
    std::uint64_t sequence = 0;
    const char* const end = wish.to.data() + wish.to.size();
    const auto [stop, error] = std::from_chars(wish.to.data(), end, sequence);
    if (error == std::errc() && stop == end && sequence > 0) {
        moment.sequence = sequence;
        return moment;
    }
    if (const auto time = protocol::parse_iso8601(wish.to)) {
        moment.time = *time;
        return moment;
    }
    if (const auto order = core::parse_client_order_id(wish.to)) {
        moment.sequence = order->sequence;
        return moment;
    }
    return base::Failure{
        "--to: expected a record's sequence, a time such as 2026-11-23T12:00:00Z, "
        "or the id of an order, but '" +
        wish.to + "' came"};
}

json::object to_json(const archive::Restored& restored) {
    json::object data;
    data["sequence"] = restored.head.sequence;
    data["hash"] = protocol::to_hex(restored.head.hash);
    data["time"] = protocol::to_iso8601(restored.head.time);
    data["timeline"] = restored.timeline;
    data["base"] = restored.base ? json::value(to_text(*restored.base)) : json::value(nullptr);
    data["records_folded"] = restored.records;
    data["state_hash"] = restored.state_hash;
    return data;
}

/// What the store that is replaced has beyond the moment.
std::optional<model::Head> head_of(const fs::path& store) {
    std::error_code error;
    if (!fs::exists(store, error)) return std::nullopt;
    const auto reader = shell::sqlite::open_reader(store);
    if (!reader) return std::nullopt;
    const auto head = reader.value()->head();
    return head ? std::optional(head.value()) : std::nullopt;
}

}  // namespace

int restore(Session& session, const BackupWish& wish) {
    const auto moment = moment_of(wish);
    if (!moment) {
        std::cerr << "botctl: " << moment.error() << "\n";
        return kExitUsage;
    }
    // Without --from: the daemon archives to where its configuration says.
    const auto config = read_config(wish.config_file);
    if (!config) return refused(session, config.error());
    auto opened = open_archive(session, wish);
    if (!opened) return refused(session, opened.error());
    archive::Archive& from = *opened.value()->archive;
    const FutureArchives future(config.value(), opened.value()->data);
    const auto folder = shell::DataFolder::open(opened.value()->data);
    if (!folder) return refused(session, folder.error());
    const fs::path store = folder.value().store();
    const fs::path made = store.string() + "-restored";
    ProgressLine line;
    std::vector<ArchiveError> warnings;
    const auto restored =
        archive::restore_into(from, moment.value(), made, line.as_progress(), warnings);
    line.end();
    for (const auto& warning : warnings)
        std::cerr << "botctl: warning: " << said(warning) << "\n";
    if (!restored) return refused(session, restored.error());
    json::object data = to_json(restored.value());
    const auto before = head_of(store);
    const model::Sequence lost = before && before->sequence > restored.value().head.sequence
                                     ? before->sequence - restored.value().head.sequence
                                     : 0;
    data["dry_run"] = wish.dry_run;
    data["records_left_behind"] = lost;
    if (wish.dry_run) {
        shell::sqlite::remove_database(made);
    } else {
        const auto timeline = archive::begin_timeline(
            from, restored.value(), made, now(), future.newest_timeline(*opened.value()->key));
        if (!timeline) return refused(session, timeline.error());
        const auto old =
            shell::sqlite::replace_store(made, store, archive::names::compact_time(now()));
        if (!old) return refused(session, old.error());
        data["new_timeline"] = timeline.value().number;
        data["timeline_id"] = to_text(timeline.value());
        data["archives_to"] = future.places();
        data["old_file"] = old.value().string();
        // The daemon that starts here must go on with the archive's own key.
        const fs::path key = shell::archive_key_file(opened.value()->config, opened.value()->data);
        std::error_code absent;
        if (!fs::exists(key, absent)) {
            const auto copied = opened.value()->key->copy_to(key);
            if (!copied) return refused(session, copied.error());
        }
        const fs::path users = opened.value()->data / "users.sqlite";
        std::error_code error;
        if (!fs::exists(users, error)) {
            const auto fetched = archive::fetch_users(from, restored.value().timeline, users);
            if (!fetched) return refused(session, fetched.error());
            data["users_restored"] = fetched.value();
        }
    }
    return session.show(data, [&](std::ostream& out, const json::value& value) {
        out << "record " << restored.value().head.sequence << " of "
            << protocol::to_iso8601(restored.value().head.time)
            << " is restored and checked, state " << restored.value().state_hash << "\n";
        if (lost > 0) out << lost << " later records of the store here are left behind\n";
        if (wish.dry_run) {
            out << "nothing was changed: it was a dry run\n";
            return;
        }
        const auto& old = value.at("old_file").as_string();
        if (!old.empty()) out << "the old store is kept as " << std::string_view(old) << "\n";
        future.print(out, value, from.place());
        out << "start botcored: it begins a new term, compares every account with its exchange, "
               "and "
               "takes entries only for those that agree; then look at botctl reconcile\n";
    });
}

int run_drill(Session& session, const BackupWish& wish) {
    auto opened = open_archive(session, wish);
    if (!opened) return refused(session, opened.error());
    ProgressLine line;
    const auto drill = archive::run_drill(*opened.value()->archive,
                                          {.store = opened.value()->data / "botcore.db",
                                           .scratch = opened.value()->data / "drill-copy.db",
                                           .history = opened.value()->data / "drills.jsonl"},
                                          now,
                                          line.as_progress());
    line.end();
    (void)session.show(to_json(drill), archive::print_drill);
    return drill.passed ? kExitOk : kExitNegative;
}

int drill_history(Session& session) {
    const auto drills = archive::read_drills(fs::path(session.settings().data) / "drills.jsonl");
    return session.show(drills, [](std::ostream& out, const json::value& data) {
        for (const auto& item : data.as_array())
            archive::print_drill(out, item);
    });
}

}  // namespace botcore::botctl
