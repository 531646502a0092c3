#include "apps/botctl/archive_access.hpp"
#include "apps/botctl/confirmation.hpp"
#include "apps/botctl/progress.hpp"
#include "apps/botctl/table.hpp"
#include "apps/wiring/archive_link.hpp"
#include "base/time_text.hpp"
#include "host/data_owner.hpp"
#include "protocol/journal.hpp"
#include "services/archive/job_file.hpp"
#include "services/archive/known_archives.hpp"
#include "services/archive/restore.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

#include <array>
#include <utility>

namespace botcore::botctl {
namespace fs = std::filesystem;
namespace json = boost::json;

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

namespace {

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
        item["created"] = base::to_iso8601(start.created);
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
    print_table(out, data.at("snapshots").as_array(), kColumns, "there are no snapshots yet");
}

}  // namespace

int list_backups(DaemonClient& client, const BackupArguments& args) {
    auto opened = open_archive(client, args);
    if (!opened) return refused(client, opened.error());
    auto listing = listing_of(*opened.value()->archive);
    if (!listing) return refused(client, listing.error());
    if (listing.value().timelines.empty()) {
        return refused(client, "there is no archive in " + opened.value()->archive->place());
    }
    json::object data;
    data["place"] = opened.value()->archive->place();
    data["timelines"] = listing.value().timelines;
    data["snapshots"] = listing.value().snapshots;
    return client.show(data, print_listing);
}

int create_backup(DaemonClient& client, const BackupArguments& args) {
    auto opened = open_archive(client, args);
    if (!opened) return refused(client, opened.error());
    const fs::path scratch = opened.value()->data / "backup-copy.db";
    ProgressLine line;
    ports::StoreBackup& stores = *opened.value()->stores;
    const auto copied = stores.copy(
        opened.value()->data / "botcore.db",
        scratch,
        ports::CopyPace::Gentle,
        [&](std::uint64_t done, std::uint64_t total) { line.show("copied", done, total); });
    if (!copied) return refused(client, copied.error());
    const auto put = archive::put_snapshot(
        *opened.value()->archive, {stores, scratch}, now(), line.as_progress());
    stores.remove(scratch);
    line.end();
    if (!put) return refused(client, put.error());
    const auto remembered = archive::KnownArchives(opened.value()->data).add(opened.value()->place);
    if (!remembered) std::cerr << "botctl: " << remembered.error() << "\n";
    return client.show(to_json(put.value()), [&](std::ostream& out, const json::value&) {
        out << "stored " << to_text(put.value().name) << ", " << put.value().bytes << " bytes\n";
    });
}

namespace {

/// Lists every snapshot that would be removed, but for the segments only their number and the range
/// of their records: a segment is removed only if a snapshot contains its records.
std::vector<std::string> lines_of(const archive::Prunable& chosen) {
    std::vector<std::string> lines;
    for (const auto& snapshot : chosen.snapshots) {
        lines.push_back("snapshot " + to_text(snapshot.name) + ", " +
                        std::to_string(snapshot.bytes) + " bytes, would be removed");
    }
    if (chosen.segments.empty()) return lines;
    lines.push_back(std::to_string(chosen.segments.size()) + " segments with records " +
                    std::to_string(chosen.segments.front().first) + " to " +
                    std::to_string(chosen.segments.back().last) +
                    " would be removed; a verified snapshot contains these records");
    return lines;
}

}  // namespace

int prune_backups(DaemonClient& client, const BackupArguments& args) {
    auto opened = open_archive(client, args);
    if (!opened) return refused(client, opened.error());
    const auto& config = opened.value()->config;
    const auto number = [&](std::string_view key) {
        return static_cast<std::size_t>(config.integer(key));
    };
    const auto timeline = opened.value()->stores->timeline_of(opened.value()->data / "botcore.db");
    if (!timeline) return refused(client, timeline.error());
    archive::Archive& from = *opened.value()->archive;
    const auto chosen = archive::prunable(
        from,
        timeline.value().number,
        {number("archive.keep_daily"),
         number("archive.keep_weekly"),
         number("archive.keep_monthly")},
        base::Duration::seconds(config.integer("archive.keep_segments_days") * 86'400),
        now());
    if (!chosen) return refused(client, chosen.error());
    const std::size_t count = chosen.value().snapshots.size() + chosen.value().segments.size();
    if (count > 0) {
        const int status = ask(lines_of(chosen.value()), "Remove them?", args.agreed);
        if (status != kExitOk) return status;
    }
    const auto removed = archive::prune(from, timeline.value().number, chosen.value(), now());
    if (!removed) return refused(client, removed.error());
    json::array names;
    for (const auto& snapshot : chosen.value().snapshots)
        names.emplace_back(to_text(snapshot.name));
    json::object data;
    data["removed"] = chosen.value().snapshots.size();
    data["segments_removed"] = chosen.value().segments.size();
    data["snapshots"] = std::move(names);
    return client.show(data, [&](std::ostream& out, const json::value&) {
        out << chosen.value().snapshots.size() << " snapshots and "
            << chosen.value().segments.size() << " segments were removed\n";
    });
}

int backup_key(DaemonClient& client, const BackupArguments& args) {
    auto config = read_config(args.config_file);
    if (!config) return refused(client, config.error());
    const fs::path file = args.key.empty()
                              ? apps::archive_key_file(config.value(), client.settings().data)
                              : fs::path(args.key);
    const auto key = archive::ArchiveKey::load(file);
    if (!key) return refused(client, key.error());
    if (!args.copy_to.empty()) {
        const auto copied = key.value().copy_to(args.copy_to);
        if (!copied) return refused(client, copied.error());
        // The copy may be the file that archive.key_escrow names, which the daemon must be able to
        // read.
        const auto given = host::give_to_owner_of(client.settings().data, args.copy_to);
        if (!given) return refused(client, given.error());
    }
    json::object data;
    data["file"] = file.string();
    data["key_id"] = key.value().id();
    if (!args.copy_to.empty()) data["copy"] = args.copy_to;
    return client.show(data, [&](std::ostream& out, const json::value&) {
        out << "key " << key.value().id() << " in " << file.string();
        if (!args.copy_to.empty()) out << ", and a copy in " << args.copy_to;
        out << "\nno backup can be read without this key\n";
    });
}

int backup_history(DaemonClient& client) {
    const archive::JobFile file(fs::path(client.settings().data) / "jobs.jsonl");
    const auto jobs = file.read();
    if (!jobs) return refused(client, jobs.error());
    json::array items;
    for (const auto& job : jobs.value()) {
        json::object item;
        item["time"] = base::to_iso8601(job.time);
        item["job"] = to_text(job.job);
        item["good"] = job.good;
        item["took_ms"] = job.took.count();
        item["bytes"] = job.bytes;
        item["text"] = job.text;
        items.push_back(std::move(item));
    }
    return client.show(items, [](std::ostream& out, const json::value& data) {
        static constexpr std::array kColumns{Column{"TIME", "time"},
                                             Column{"JOB", "job"},
                                             Column{"GOOD", "good"},
                                             Column{"MS", "took_ms", Align::Right},
                                             Column{"TEXT", "text"}};
        print_table(out, data.as_array(), kColumns, "no job has run yet");
    });
}

}  // namespace botcore::botctl
