#include "services/archive/drill.hpp"

#include "base/plain_numbers.hpp"
#include "base/time_text.hpp"
#include "host/whole_file.hpp"
#include "protocol/journal.hpp"
#include "services/archive/drill_history.hpp"

#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>

#include <chrono>
#include <utility>

namespace botcore::archive {

namespace json = boost::json;

namespace {

std::string plain(const boost::json::value& number) {
    return base::plain_numbers(boost::json::serialize(number));
}

double seconds(base::Duration duration) {
    return static_cast<double>(duration.in_microseconds()) / 1e6;
}

/// Computes what would have been lost. Returns what is wrong, or an empty text.
std::string compare(Drill& drill, const Restored& restored, const DrillFiles& files) {
    const auto there = host::is_there(files.store);
    if (!there) return there.error();
    if (!there.value()) return {};
    const auto reader = files.stores.open_reader(files.store);
    if (!reader) return reader.error();
    const auto entries = reader.value()->journal(restored.head.sequence, 2);
    if (!entries || entries.value().empty() || entries.value().front().hash != restored.head.hash) {
        return "the store in use does not have the restored record " +
               std::to_string(restored.head.sequence) + " with the same hash";
    }
    const auto head = reader.value()->head();
    if (!head) return "the store in use cannot be read";
    drill.in_use = head.value().sequence;
    drill.records_lost = head.value().sequence - restored.head.sequence;
    if (entries.value().size() == 2) drill.loss = drill.time - entries.value().back().time;
    return {};
}

/// A drill whose report cannot be written counts as failed.
void append_report(const DrillFiles& files, Drill& drill) {
    if (DrillHistory(files.history).add(to_json(drill))) return;
    drill.passed = false;
    drill.text = "failed: the report cannot be written to " + files.history.string();
}

}  // namespace

Drill run_drill(Archive& archive,
                const DrillFiles& files,
                std::vector<std::string> participants,
                const std::function<base::Timestamp()>& now,
                const Progress& progress) {
    Drill drill;
    drill.time = now();
    drill.participants = std::move(participants);
    drill.scope =
        "the newest state of " + archive.place() +
        " was restored into an empty file, checked completely and compared with the store in use";
    const auto began = std::chrono::steady_clock::now();
    std::vector<ArchiveError> warnings;
    const auto restored =
        restore_into(archive, {}, {files.stores, files.scratch}, progress, warnings);
    drill.restore =
        base::Duration::microseconds(std::chrono::duration_cast<std::chrono::microseconds>(
                                         std::chrono::steady_clock::now() - began)
                                         .count());
    files.stores.remove(files.scratch);
    if (!restored) {
        drill.text = "failed: " + std::string(to_text(restored.error().kind)) + " " +
                     restored.error().object + ": " + restored.error().text;
        append_report(files, drill);
        return drill;
    }
    drill.restored = restored.value().head.sequence;
    drill.state_hash = restored.value().state_hash;
    const std::string trouble = compare(drill, restored.value(), files);
    drill.passed = trouble.empty() && drill.loss <= kLossMax && drill.restore <= kRestoreMax;
    drill.text = !trouble.empty() ? "failed: " + trouble
                 : drill.passed
                     ? "passed"
                     : "failed: the restore took too long, or too many records would be lost";
    append_report(files, drill);
    return drill;
}

json::object to_json(const Drill& drill) {
    json::object data;
    data["time"] = base::to_iso8601(drill.time);
    data["participants"] = json::array(drill.participants.begin(), drill.participants.end());
    data["scope"] = drill.scope;
    data["passed"] = drill.passed;
    data["verdict"] = drill.passed ? "PASS" : "FAIL";
    data["rpo_s"] = seconds(drill.loss);
    data["rto_s"] = seconds(drill.restore);
    data["restored_sequence"] = drill.restored;
    data["in_use_sequence"] = drill.in_use;
    data["records_lost"] = drill.records_lost;
    data["state_hash"] = drill.state_hash;
    data["text"] = drill.text;
    return data;
}

void print_drill(std::ostream& out, const json::value& drill) {
    const json::object* const fields = drill.if_object();
    if (fields == nullptr || !fields->contains("text") || !fields->contains("time")) return;
    out << std::string_view(fields->at("time").as_string()) << " "
        << std::string_view(fields->at("text").as_string()) << "; RPO "
        << plain(fields->at("rpo_s")) << " s, RTO " << plain(fields->at("rto_s")) << " s, record "
        << fields->at("restored_sequence") << " of " << fields->at("in_use_sequence") << "\n";
    if (const json::value* names = fields->if_contains("participants")) {
        out << "  by";
        for (const json::value& name : names->as_array())
            out << (&name == names->as_array().begin() ? " " : ", ")
                << std::string_view(name.as_string());
        out << "; " << std::string_view(fields->at("scope").as_string()) << "\n";
    }
    if (!fields->contains("signed_by")) return;
    const std::string_view remark = fields->at("remark").as_string();
    out << "  signed by " << std::string_view(fields->at("signed_by").as_string()) << " at "
        << std::string_view(fields->at("signed_at").as_string()) << (remark.empty() ? "" : ": ")
        << remark << "\n";
}

}  // namespace botcore::archive
