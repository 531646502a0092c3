#pragma once

/// Log lines on standard error and, if configured, in a file; times are in UTC. A line is one JSON
/// object; on standard error it may also be plain text for people. It never contains a secret
/// (style rule E6).
///
/// J1  Writing a line never waits for its destination: the log thread writes it, and while a
///     sink is down, its lines wait in a bounded buffer (LogWriter).

#include "observability/error_tally.hpp"
#include "observability/level.hpp"
#include "observability/log_writer.hpp"

#include <chrono>
#include <cstdint>
#include <initializer_list>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace botcore::observability {

/// A named value in addition to the message: "request_id", "user_id", "operation", "duration_ms".
struct Field {
    std::string_view name;
    std::variant<std::string_view, std::int64_t, double> value;
};

/// What every line says about the process that wrote it.
struct LogIdentity {
    std::string service;
    std::string version;
    std::string environment;
    std::string host;  ///< Empty: the machine's host name is used.
};

struct LogOptions {
    LogIdentity identity;
    Level least = Level::Info;     ///< Lines below it are dropped at almost no cost.
    int descriptor = 2;            ///< Standard error; -1 for none.
    Format format = Format::Json;  ///< The format on the descriptor.
    /// Lines below Error are held back from the descriptor for at most this time, until `release`.
    std::chrono::milliseconds held_for{0};
    std::string path;  ///< The path of an additional log file, always in JSON; empty for none.
    std::uint64_t file_bytes_max = 64U << 20U;
    int files_max = 5;
    std::size_t lines_max = 10'000;  ///< The most lines that wait for one sink that is down.
};

/// Threads: any thread may write.
class Log {
public:
    explicit Log(LogOptions options);
    /// Writes to standard error or, if `path` is given, only to that file.
    explicit Log(std::string service, Level least = Level::Info, const std::string& path = {});
    /// Writes the waiting lines to the sinks, for two seconds at most.
    ~Log() = default;
    Log(const Log&) = delete;
    Log& operator=(const Log&) = delete;

    void write(Level level, std::string_view message, std::initializer_list<Field> fields = {}) {
        write(level, message, std::span<const Field>(fields));
    }

    void write(Level level, std::string_view message, std::span<const Field> fields);

    /// Writes a line with the event's level, and with the event's word in the field "event".
    void event(LogEvent event, std::string_view message, std::initializer_list<Field> fields = {}) {
        this->event(event, message, std::span<const Field>(fields));
    }

    void event(LogEvent event, std::string_view message, std::span<const Field> fields);

    /// Writes a line about an unexpected error, with a stack trace.
    void failure(LogEvent event,
                 std::string_view message,
                 std::initializer_list<Field> fields = {}) {
        failure(event, message, std::span<const Field>(fields));
    }

    void failure(LogEvent event, std::string_view message, std::span<const Field> fields);

    [[nodiscard]] bool is_on(Level level) const { return level >= least_; }

    /// Waits until all lines logged so far are written; those in files, to stable storage. Returns
    /// false when that took longer than `within`.
    bool flush(std::chrono::milliseconds within = std::chrono::seconds(2)) {
        return writer_.flush(within);
    }

    /// Writes the lines that were held back. Must be called once the start-up greeting has been
    /// printed.
    void release() { writer_.release(); }

    /// Closes the log file, which another program may have renamed, and opens a file under its
    /// configured name.
    void reopen() { writer_.reopen(); }

    /// The ERROR and FATAL lines since the last call.
    [[nodiscard]] std::vector<ErrorCount> take_errors() { return errors_.take(); }

    /// The number of lines that wait for a sink.
    [[nodiscard]] std::size_t waiting() { return writer_.waiting(); }

    /// How long a sink has refused lines; zero while all take them. Empty without a sink.
    [[nodiscard]] std::optional<std::chrono::milliseconds> failing_for() {
        return writer_.failing_for();
    }

    /// The number of lines that were dropped.
    [[nodiscard]] std::uint64_t dropped() const { return writer_.dropped(); }

private:
    void put(Level level, std::string_view message, std::span<const Field> fields);
    [[nodiscard]] Line line_of(Format format,
                               Level level,
                               std::string_view message,
                               std::span<const Field> fields) const;

    LogIdentity identity_;
    Level least_;
    ErrorTally errors_;
    LogWriter writer_;
};

/// The line as it is written, without its line end. For tests and other sinks.
[[nodiscard]] std::string format_line(const LogIdentity& identity,
                                      Level level,
                                      std::string_view timestamp,
                                      std::string_view message,
                                      std::span<const Field> fields);

/// Formats the line as text for people: time, level, message, then the fields. The text contains no
/// host, version or environment. It is one line, except that an indented stack trace may follow.
[[nodiscard]] std::string format_text(Level level,
                                      std::string_view timestamp,
                                      std::string_view message,
                                      std::span<const Field> fields);

}  // namespace botcore::observability
