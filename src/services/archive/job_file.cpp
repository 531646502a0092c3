#include "services/archive/job_file.hpp"

#include "base/time_text.hpp"
#include "host/whole_file.hpp"

#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <fcntl.h>
#include <unistd.h>

#include <optional>
#include <sstream>
#include <string>

namespace botcore::archive {

namespace json = boost::json;

namespace {

std::optional<JobResult> parse(const std::string& line) {
    boost::system::error_code error;
    const json::value value = json::parse(line, error);
    const json::object* object = error ? nullptr : value.if_object();
    if (object == nullptr) return std::nullopt;
    const auto text = [&](std::string_view name) -> std::string {
        const json::value* item = object->if_contains(name);
        return item != nullptr && item->is_string() ? std::string(item->get_string()) : "";
    };
    const auto number = [&](std::string_view name) -> std::int64_t {
        const json::value* item = object->if_contains(name);
        return item != nullptr && item->is_int64() ? item->get_int64() : 0;
    };
    JobResult result;
    const auto time = base::parse_iso8601(text("time"));
    const json::value* good = object->if_contains("good");
    if (!time || good == nullptr || !good->is_bool()) return std::nullopt;
    bool known = false;
    for (const Job job : kJobs) {
        if (text("job") != to_text(job)) continue;
        result.job = job;
        known = true;
    }
    if (!known) return std::nullopt;
    result.time = *time;
    result.good = good->get_bool();
    result.took = std::chrono::milliseconds(number("took_ms"));
    result.bytes = static_cast<std::uint64_t>(std::max<std::int64_t>(0, number("bytes")));
    result.text = text("text");
    return result;
}

}  // namespace

base::Result<std::vector<JobResult>, std::string> JobFile::read() const {
    std::vector<JobResult> results;
    std::istringstream file(TRY(host::read_file_if_there(path_)).value_or(std::string()));
    for (std::string line; std::getline(file, line);)
        if (auto result = parse(line)) results.push_back(std::move(*result));
    return results;
}

void JobFile::add(const JobResult& result) {
    json::object object;
    object["time"] = base::to_iso8601(result.time);
    object["job"] = to_text(result.job);
    object["good"] = result.good;
    object["took_ms"] = result.took.count();
    object["bytes"] = result.bytes;
    object["text"] = result.text;
    const std::string line = json::serialize(object) + "\n";
    const int file = ::open(path_.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    if (file < 0) return;
    if (::write(file, line.data(), line.size()) == static_cast<ssize_t>(line.size())) {
        (void)::fsync(file);
    }
    ::close(file);
}

}  // namespace botcore::archive
