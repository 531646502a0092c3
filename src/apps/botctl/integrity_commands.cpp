#include "apps/botctl/archive_access.hpp"
#include "apps/botctl/commands.hpp"
#include "apps/botctl/missing_records.hpp"
#include "apps/botctl/table.hpp"
#include "apps/wiring/store_repair.hpp"
#include "host/data_folder.hpp"
#include "host/whole_file.hpp"
#include "protocol/journal.hpp"
#include "runtime/verify.hpp"

#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>

#include <iterator>

namespace botcore::botctl {

namespace json = boost::json;

namespace {

json::object to_json(const runtime::VerifyFinding& finding) {
    json::object item;
    item["kind"] = to_text(finding.kind);
    item["severity"] = to_text(severity_of(finding.kind));
    item["sequence"] = finding.sequence;
    if (finding.account) item["account"] = finding.account->text();
    item["text"] = finding.text;
    item["action"] = action_of(finding.kind);
    return item;
}

json::object to_json(const runtime::VerifyReport& report) {
    json::object data;
    data["clean"] = report.clean();
    data["head_sequence"] = report.head.sequence;
    data["head_hash"] = protocol::to_hex(report.head.hash);
    data["records"] = report.records;
    data["orders"] = report.orders;
    data["fills"] = report.fills;
    data["keys"] = report.keys;
    data["findings_count"] = report.findings_count;
    json::array findings;
    for (const auto& finding : report.findings)
        findings.push_back(to_json(finding));
    data["findings"] = std::move(findings);
    return data;
}

void print(std::ostream& out, const runtime::VerifyReport& report) {
    out << report.records << " records, " << report.orders << " orders, " << report.fills
        << " fills, " << report.keys << " keys; head " << report.head.sequence << " "
        << protocol::to_hex(report.head.hash) << "\n";
    for (const auto& finding : report.findings) {
        out << to_text(severity_of(finding.kind)) << " " << to_text(finding.kind);
        if (finding.sequence != 0) out << " at record " << finding.sequence;
        out << ": " << printable(finding.text) << "\n    " << action_of(finding.kind) << "\n";
    }
    out << (report.clean() ? "the rows agree with the journal"
                           : std::to_string(report.findings_count) + " findings")
        << "\n";
}

void show_progress(const char* done_word, model::Sequence done, model::Sequence total) {
    std::cerr << "\r" << done_word << " " << done << " of " << total << " records" << std::flush;
}

}  // namespace

int check(DaemonClient& client) {
    auto opened = OfflineStore::open(client.settings().data);
    if (!opened) return client.unavailable(opened.error());
    OfflineStore store = std::move(opened).value();
    const auto report = runtime::verify(
        store.reader(),
        [](model::Sequence done, model::Sequence total) { show_progress("checked", done, total); });
    std::cerr << "\n";
    if (!report) {
        if (report.error() == ports::StoreError::Unavailable) {
            return client.unavailable("the store cannot be read now");
        }
        std::cerr << "botctl: the store is damaged and cannot be read; stop the daemon and restore "
                     "the store from the archive: botctl restore\n";
        return kExitNegative;
    }
    // The rows and the journal may agree and still end too early. The mark and the archive show up
    // to which record the store once reached.
    const MissingRecords missing = missing_records(client, report.value().head);
    json::object data = to_json(report.value());
    data["clean"] = report.value().clean() && missing.evidence.empty();
    data["missing_records"] =
        missing.evidence.empty() ? json::value(nullptr) : json::value(missing.evidence);
    data["archive_asked"] = missing.not_asked.empty();
    (void)client.show(data, [&](std::ostream& out, const json::value&) {
        print(out, report.value());
        if (!missing.not_asked.empty()) {
            out << "the last record of the archive could not be read: " << missing.not_asked
                << "\n";
        }
        if (missing.evidence.empty()) return;
        out << "records are missing: " << missing.evidence
            << "\nstop the daemon and run botctl restore; docs/runbooks/data-damaged.md\n";
    });
    return report.value().clean() && missing.evidence.empty() ? kExitOk : kExitNegative;
}

int report_check(DaemonClient& client, const std::string& result, const std::string& file) {
    const auto report = host::read_file(file);
    if (!report) return client.unavailable("the report cannot be read: " + report.error());
    if (report.value().empty()) return client.unavailable("the report at " + file + " is empty");
    const json::object body{{"result", result}, {"report", report.value()}};
    const auto response = client.reach({.method = "POST",
                                        .path = "/api/consistency-checks",
                                        .body = json::serialize(body),
                                        .idempotency_key = {},
                                        .if_match = {}});
    if (!response) {
        return client.unavailable("the daemon does not respond at " + client.settings().url);
    }
    return client.finish(*response, [](std::ostream& out, const json::value&) {
        out << "the report is in the daemon's log, and its result was published\n";
    });
}

namespace {

/// A summary of the rows, and their differences from the journal, which a rebuild would discard.
std::vector<std::string> lines_of(const std::filesystem::path& data) {
    auto opened = OfflineStore::open(data);
    if (!opened) return {opened.error()};
    OfflineStore store = std::move(opened).value();
    const auto report = runtime::verify(store.reader(), {});
    if (!report)
        return {"the stored rows cannot be read, so it is unknown what a rebuild would discard"};
    std::vector<std::string> lines{std::to_string(report.value().records) + " records, " +
                                   std::to_string(report.value().orders) + " orders, " +
                                   std::to_string(report.value().fills) +
                                   " trades: every row would be rebuilt"};
    if (report.value().clean()) {
        lines.emplace_back("the rows already agree with the journal; nothing would change");
    }
    std::vector<std::string> findings;
    for (const auto& finding : report.value().findings)
        findings.push_back("would be discarded: " + finding.text);
    for (auto& line : shortened(std::move(findings)))
        lines.push_back(std::move(line));
    return lines;
}

}  // namespace

int rebuild(DaemonClient& client, Agreed agreed) {
    const std::filesystem::path data = client.settings().data;
    const auto there = host::is_there(data / "botcore.db");
    if (!there) return client.unavailable(there.error());
    if (!there.value()) {
        return client.unavailable("there is no store at " + (data / "botcore.db").string());
    }
    const auto owner = work_as_owner_of(data);
    if (!owner) return client.unavailable(owner.error());
    const auto folder = host::DataFolder::open(data);
    if (!folder) return client.unavailable(folder.error());
    const int asked = ask(lines_of(data), "Rebuild the rows?", agreed);
    if (asked != kExitOk) return asked;
    const auto made = apps::rebuild_store(
        folder.value().store(),
        [](model::Sequence done, model::Sequence total) { show_progress("rebuilt", done, total); });
    std::cerr << "\n";
    if (!made) {
        std::cerr << "botctl: nothing was changed: " << made.error() << "\n";
        return kExitNegative;
    }
    json::object result;
    result["head_sequence"] = made.value().head.sequence;
    result["head_hash"] = protocol::to_hex(made.value().head.hash);
    result["old_file"] = made.value().old_file.string();
    return client.show(result, [&](std::ostream& out, const json::value&) {
        out << "the rows were rebuilt and verified; head " << made.value().head.sequence
            << "\nthe old file is " << made.value().old_file.string() << "\n";
    });
}

}  // namespace botcore::botctl
