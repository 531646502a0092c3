#pragma once

/// Keeps the uptime figures over restarts, in a small JSON file beside the store. It is a count,
/// not a record of trades: after a crash up to ten seconds of service count as downtime.
///
/// Threads: `read_uptime` and `to_json` anywhere; an `UptimeFile` as its members say.

#include "base/result.hpp"
#include "operations/uptime.hpp"

#include <mutex>
#include <string>
#include <string_view>

namespace botcore::shell::health {

/// Stored: fields are added, never renamed.
[[nodiscard]] std::string to_json(const operations::UptimeLog& log);

/// The error says what is wrong with the text.
[[nodiscard]] base::Result<operations::UptimeLog, std::string> parse_uptime(std::string_view text);

class UptimeFile {
public:
    explicit UptimeFile(std::string path) : path_(std::move(path)) {}

    /// What the file says; an empty log where there is none. The error says what is wrong with it.
    [[nodiscard]] base::Result<operations::UptimeLog, std::string> read() const;

    /// To be written by the next `write_out`. Any thread; does not wait for the disk.
    void put(std::string text);

    /// Writes what was put since, whole or not at all. For a thread that may wait. False: the disk
    /// refused; it is tried again next time.
    bool write_out();

private:
    std::string path_;
    std::mutex mutex_;
    std::string text_;  // Guarded by mutex_. Empty: nothing is new.
};

}  // namespace botcore::shell::health
