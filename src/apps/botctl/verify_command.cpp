#include "apps/botctl/archive_access.hpp"
#include "apps/botctl/progress.hpp"
#include "base/time_text.hpp"
#include "services/archive/restore.hpp"
#include "services/archive/segment_check.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

#include <optional>
#include <utility>

namespace botcore::botctl {
namespace fs = std::filesystem;
namespace json = boost::json;

namespace {

/// Records are archived within seconds; older records that are not in the archive are missing
/// there.
constexpr base::Duration kCopiedWithin = base::Duration::seconds(60);

/// Records of the same timeline that the store here has and the archive should have by now.
std::optional<archive::ArchiveError> late_records(const ArchiveAccess& access,
                                                  model::Timeline timeline,
                                                  model::Sequence archived) {
    const fs::path store = access.data / "botcore.db";
    const auto reader = access.stores->open_reader(store);
    const auto here = access.stores->timeline_of(store);
    if (!reader || !here || here.value().number != timeline) return std::nullopt;
    const auto next = reader.value()->journal(archived + 1, 1);
    if (!next || next.value().empty()) return std::nullopt;
    const base::Timestamp made = next.value().front().time;
    if (now() - made <= kCopiedWithin) return std::nullopt;
    return archive::ArchiveError{archive::ArchiveError::Kind::Gap,
                                 archive::names::segment_prefix(timeline),
                                 "the local store has record " + std::to_string(archived + 1) +
                                     " of " + base::to_iso8601(made) +
                                     ", but the archive ends before it"};
}

archive::ArchiveResult<model::Timeline> timeline_in_use(archive::Archive& from) {
    return archive::newest_in_use(from, TRY(from.timelines()));
}

/// Checks the records after the newest snapshot of the timeline in use.
json::object checked_segments(DaemonClient& client, ArchiveAccess& access, int& status) {
    json::object item;
    const auto timeline = timeline_in_use(*access.archive);
    const auto checked =
        timeline
            ? archive::check_newest_segments(*access.archive, timeline.value(), 0)
            : archive::ArchiveResult<archive::CheckedSegments>(base::Failure{timeline.error()});
    item["verified"] = checked.has_value();
    if (timeline) item["name"] = archive::names::segment_prefix(timeline.value());
    if (!checked) {
        item["error"] = said(checked.error());
        status = refused(client, checked.error());
        return item;
    }
    item["segments"] = checked.value().count;
    item["last_sequence"] = checked.value().last;
    if (const auto late = late_records(access, timeline.value(), checked.value().last)) {
        item["verified"] = false;
        item["error"] = said(*late);
        status = refused(client, *late);
    }
    return item;
}

void print_verified(std::ostream& out, const json::value& items) {
    for (const auto& item : items.as_array()) {
        if (!item.at("verified").as_bool()) continue;
        out << std::string_view(item.at("name").as_string());
        if (item.as_object().contains("segments")) {
            out << " has " << item.at("segments")
                << " complete segments after the newest snapshot, "
                << "up to record " << item.at("last_sequence") << "\n";
        } else {
            out << " is complete, state " << std::string_view(item.at("state_hash").as_string())
                << "\n";
        }
    }
}

}  // namespace

int verify_backup(DaemonClient& client, const BackupArguments& args) {
    auto opened = open_archive(client, args);
    if (!opened) return refused(client, opened.error());
    archive::Archive& from = *opened.value()->archive;
    const auto starts = from.timelines();
    if (!starts) return refused(client, starts.error());
    std::vector<archive::Snapshot> snapshots;
    for (const auto& [timeline, start] : starts.value()) {
        const auto some = from.snapshots(timeline);
        if (!some) return refused(client, some.error());
        snapshots.insert(snapshots.end(), some.value().begin(), some.value().end());
    }
    if (snapshots.empty()) return refused(client, "there is no snapshot in " + from.place());
    if (!args.all) snapshots.erase(snapshots.begin(), snapshots.end() - 1);
    json::array results;
    int status = kExitOk;
    ProgressLine line;
    for (const auto& snapshot : snapshots) {
        const auto hash = archive::verify_snapshot(
            from,
            snapshot.name,
            {*opened.value()->stores, opened.value()->data / "verify-copy.db"},
            now(),
            line.as_progress());
        line.end();
        json::object item = to_json(snapshot);
        item["verified"] = hash.has_value();
        if (hash) item["state_hash"] = hash.value();
        if (!hash) {
            item["error"] = said(hash.error());
            status = refused(client, hash.error());
        }
        results.push_back(std::move(item));
    }
    results.push_back(checked_segments(client, *opened.value(), status));
    (void)client.show(results, print_verified);
    return status;
}

}  // namespace botcore::botctl
