#pragma once

/// Keeps the uptime figures of all services across restarts, in a small JSON file beside the store.
/// They are statistics, not a record of trades: after a crash up to ten seconds of service count as
/// downtime.
///
/// Threads: `parse_uptime` and `to_json` on any; an `UptimeFile` as its members say.

#include "base/result.hpp"
#include "operations/service_uptime.hpp"

#include <mutex>
#include <string>
#include <string_view>

namespace botcore::health {

/// The format is stored: fields are added, never renamed.
[[nodiscard]] std::string to_json(const operations::ServiceUptimes& uptimes);

/// Also reads files of earlier versions. The error says what is wrong in the text.
[[nodiscard]] base::Result<operations::ServiceUptimes, std::string> parse_uptime(
    std::string_view text);

class UptimeFile {
public:
    explicit UptimeFile(std::string path) : path_(std::move(path)) {}

    /// Reads the figures; there are none if there is no file. The error says what is wrong in the
    /// file.
    [[nodiscard]] base::Result<operations::ServiceUptimes, std::string> read() const;

    /// Queues the text for the next `write_out`. Any thread; does not wait for the disk.
    void put(std::string text);

    /// Writes the newest queued text, whole or not at all. For a thread that may wait. False: the
    /// write failed; the next call retries it.
    bool write_out();

private:
    std::string path_;
    std::mutex mutex_;
    std::string text_;  // Guarded by mutex_. Empty: nothing to write.
};

}  // namespace botcore::health
