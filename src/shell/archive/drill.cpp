#include "shell/archive/drill.hpp"

#include "protocol/journal.hpp"
#include "protocol/time_text.hpp"
#include "shell/archive/store_copy.hpp"
#include "shell/sqlite/file_reader.hpp"
#include "shell/sqlite/replace_store.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <fcntl.h>
#include <unistd.h>

#include <chrono>
#include <fstream>

namespace botcore::shell::archive {

namespace json = boost::json;

namespace {

double seconds(base::Duration duration) {
    return static_cast<double>(duration.in_microseconds()) / 1e6;
}

/// Fills in what would have been lost; answers what is wrong, or nothing.
std::string compare(Drill& drill, const Restored& restored, const std::filesystem::path& store) {
    std::error_code error;
    if (!std::filesystem::exists(store, error)) return {};
    const auto reader = sqlite::open_reader(store);
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

void add_to_history(const std::filesystem::path& path, const Drill& drill) {
    const std::string line = json::serialize(to_json(drill)) + "\n";
    const int file = ::open(path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    if (file < 0) return;
    if (::write(file, line.data(), line.size()) == static_cast<ssize_t>(line.size())) {
        (void)::fsync(file);
    }
    ::close(file);
}

}  // namespace

Drill run_drill(Archive& archive,
                const DrillFiles& files,
                const std::function<base::Timestamp()>& now,
                const Progress& progress) {
    Drill drill;
    drill.time = now();
    const auto began = std::chrono::steady_clock::now();
    std::vector<ArchiveError> warnings;
    const auto restored = restore_into(archive, {}, files.scratch, progress, warnings);
    drill.restore =
        base::Duration::microseconds(std::chrono::duration_cast<std::chrono::microseconds>(
                                         std::chrono::steady_clock::now() - began)
                                         .count());
    sqlite::remove_database(files.scratch);
    if (!restored) {
        drill.text = "failed: " + std::string(to_text(restored.error().kind)) + " " +
                     restored.error().object + ": " + restored.error().text;
        add_to_history(files.history, drill);
        return drill;
    }
    drill.restored = restored.value().head.sequence;
    drill.state_hash = restored.value().state_hash;
    const std::string trouble = compare(drill, restored.value(), files.store);
    drill.passed = trouble.empty() && drill.loss <= kLossMax && drill.restore <= kRestoreMax;
    drill.text = !trouble.empty() ? "failed: " + trouble
                 : drill.passed   ? "passed"
                                  : "failed: slower, or more would be lost, than is aimed at";
    add_to_history(files.history, drill);
    return drill;
}

json::object to_json(const Drill& drill) {
    json::object data;
    data["time"] = protocol::to_iso8601(drill.time);
    data["passed"] = drill.passed;
    data["rpo_s"] = seconds(drill.loss);
    data["rto_s"] = seconds(drill.restore);
    data["restored_sequence"] = drill.restored;
    data["in_use_sequence"] = drill.in_use;
    data["records_lost"] = drill.records_lost;
    data["state_hash"] = drill.state_hash;
    data["text"] = drill.text;
    return data;
}

json::array read_drills(const std::filesystem::path& history) {
    json::array drills;
    std::ifstream file(history);
    for (std::string line; std::getline(file, line);) {
        boost::system::error_code error;
        json::value drill = json::parse(line, error);
        if (!error && drill.is_object()) drills.push_back(std::move(drill));
    }
    return drills;
}

void print_drill(std::ostream& out, const json::value& drill) {
    const json::object* const fields = drill.if_object();
    if (fields == nullptr || !fields->contains("text") || !fields->contains("time")) return;
    out << std::string_view(fields->at("time").as_string()) << " "
        << std::string_view(fields->at("text").as_string()) << "; RPO " << fields->at("rpo_s")
        << " s, RTO " << fields->at("rto_s") << " s, record " << fields->at("restored_sequence")
        << " of " << fields->at("in_use_sequence") << "\n";
}

}  // namespace botcore::shell::archive
