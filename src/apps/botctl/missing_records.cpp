#include "apps/botctl/missing_records.hpp"

#include "apps/botctl/archive_access.hpp"
#include "apps/botctl/confirmation.hpp"
#include "apps/botctl/newer_archives.hpp"
#include "apps/wiring/archive_link.hpp"
#include "apps/wiring/store_backup.hpp"
#include "apps/wiring/store_repair.hpp"
#include "host/data_folder.hpp"

#include <boost/json/object.hpp>
#include <sodium.h>

#include <algorithm>
#include <utility>
#include <vector>

namespace botcore::botctl {
namespace json = boost::json;

MissingRecords missing_records(const DaemonClient& client, const model::Head& head) {
    const std::filesystem::path store =
        std::filesystem::path(client.settings().data) / "botcore.db";
    const auto stores = apps::make_store_backup();
    const auto timeline = stores->timeline_of(store);
    if (!timeline) return {{}, timeline.error()};
    const auto by_mark = apps::missing_by_mark(store, timeline.value(), head);
    if (!by_mark) return {{}, by_mark.error()};
    MissingRecords missing{by_mark.value(), {}};
    if (!missing.evidence.empty()) return missing;
    const auto opened = open_archive(client, {});
    if (!opened) return {{}, opened.error()};
    const auto newer =
        opened.value()->archive->segments(timeline.value().number, head.sequence + 1);
    if (!newer) return {{}, said(newer.error())};
    if (!newer.value().empty()) {
        missing.evidence =
            "the archive has records up to " + std::to_string(newer.value().back().last) +
            " of this timeline, but the store ends with record " + std::to_string(head.sequence);
    }
    return missing;
}

int accept_lost_records(DaemonClient& client, Agreed agreed) {
    const std::filesystem::path data = client.settings().data;
    const auto owner = work_as_owner_of(data);
    if (!owner) return client.unavailable(owner.error());
    const auto folder = host::DataFolder::open(data);
    if (!folder) return client.unavailable(folder.error());
    const std::filesystem::path store = folder.value().store();
    const auto stores = apps::make_store_backup();
    auto timeline = stores->timeline_of(store);
    if (!timeline) return client.unavailable(timeline.error());
    const auto reader = stores->open_reader(store);
    if (!reader) return client.unavailable(reader.error());
    const auto head = reader.value()->head();
    if (!head) return client.unavailable("the head of the store cannot be read");
    const MissingRecords missing = missing_records(client, head.value());
    std::vector<std::string> lines;
    if (!missing.evidence.empty()) lines.push_back(missing.evidence);
    if (!missing.not_asked.empty()) lines.push_back("archive: " + missing.not_asked);
    lines.emplace_back(
        "the trades, orders and replies of the missing records are permanently lost; a request "
        "repeated with one of their keys is executed again");
    const int asked = ask(lines, "Continue without them?", agreed);
    if (asked != kExitOk) return asked;
    model::TimelineIdentity next;
    const auto config = read_config({});
    next.number = timeline.value().number;
    if (config) {
        const auto key = archive::ArchiveKey::load(apps::archive_key_file(config.value(), data));
        const NewerArchives future(config.value(), *stores, data);
        if (key) next.number = std::max(next.number, future.newest_timeline(key.value()));
    }
    ++next.number;
    while (next.id == 0)
        randombytes_buf(&next.id, sizeof(next.id));
    next.ancestors = timeline.value().ancestors;
    next.ancestors.push_back({timeline.value().number, timeline.value().id, head.value().sequence});
    const auto marked = stores->set_timeline(store, next);
    if (!marked) return client.unavailable(marked.error());
    apps::remove_mark(store);
    json::object result;
    result["timeline"] = to_text(next);
    result["sequence"] = head.value().sequence;
    return client.show(result, [&](std::ostream& out, const json::value&) {
        out << "the store continues from record " << head.value().sequence << " on timeline "
            << to_text(next) << "; start botcored, then check botctl reconcile\n";
    });
}

}  // namespace botcore::botctl
