#include "services/archive/drill_history.hpp"

#include "base/time_text.hpp"
#include "host/durable_file.hpp"
#include "host/whole_file.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <fcntl.h>
#include <unistd.h>

#include <sstream>
#include <system_error>

namespace botcore::archive {

namespace json = boost::json;

namespace {

std::string text_in(const json::object& object, std::string_view name) {
    const json::value* value = object.if_contains(name);
    return value != nullptr && value->is_string() ? std::string(value->get_string())
                                                  : std::string();
}

bool append(const std::filesystem::path& path, const json::object& object) {
    const std::string line = json::serialize(object) + "\n";
    const host::Descriptor file(
        ::open(path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600));
    return file.is_open() && host::write_whole(file.number(), line) && ::fsync(file.number()) == 0;
}

/// Adds the signature to the report that it names; a later signature does not replace an earlier.
void put_under(json::array& drills, const json::object& signature) {
    for (json::value& item : drills) {
        json::object& drill = item.as_object();
        if (text_in(drill, "time") != text_in(signature, "signs")) continue;
        if (drill.contains("signed_by")) continue;
        drill["signed_by"] = text_in(signature, "by");
        drill["signed_at"] = text_in(signature, "time");
        drill["remark"] = text_in(signature, "text");
    }
}

}  // namespace

base::Result<json::array, std::string> DrillHistory::read() const {
    json::array drills;
    std::istringstream file(TRY(host::read_file_if_there(file_)).value_or(std::string()));
    for (std::string line; std::getline(file, line);) {
        boost::system::error_code error;
        json::value value = json::parse(line, error);
        if (error || !value.is_object()) continue;
        if (value.get_object().contains("signs")) {
            put_under(drills, value.get_object());
        } else {
            drills.push_back(std::move(value));
        }
    }
    return drills;
}

DrillStatus DrillHistory::status() const {
    DrillStatus status;
    const auto drills = read();
    if (!drills) {
        status.text = drills.error();
        return status;
    }
    for (const json::value& item : drills.value()) {
        const json::object& drill = item.as_object();
        const auto time = base::parse_iso8601(text_in(drill, "time"));
        if (!time) continue;
        const json::value* passed = drill.if_contains("passed");
        status.passed = passed != nullptr && passed->is_bool() && passed->get_bool();
        status.text = text_in(drill, "text");
        if (!status.times.first) status.times.first = time;
        status.times.tried = time;
        if (!status.passed) continue;
        status.times.passed = time;
        if (!drill.contains("signed_by")) continue;
        status.times.accepted = time;
        status.signed_by = text_in(drill, "signed_by");
    }
    return status;
}

bool DrillHistory::add(const json::object& report) const {
    return append(file_, report);
}

bool DrillHistory::add(const Signature& signature) const {
    json::object line;
    line["time"] = base::to_iso8601(signature.time);
    line["signs"] = signature.drill;
    line["by"] = signature.by;
    line["text"] = signature.text;
    return append(file_, line);
}

const DrillStatus& WatchedDrills::status() {
    std::error_code error;
    const auto bytes = std::filesystem::file_size(file_, error);
    const auto changed =
        error ? std::filesystem::file_time_type() : std::filesystem::last_write_time(file_, error);
    const std::pair seen(changed, error ? std::uintmax_t{0} : bytes);
    if (seen_ != seen) status_ = DrillHistory(file_).status();
    seen_ = seen;
    return status_;
}

}  // namespace botcore::archive
