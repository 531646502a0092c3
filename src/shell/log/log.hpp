#pragma once

/// Log lines on standard error and, if wanted, in a file; times in UTC. A line is one JSON object;
/// on standard error it may also be text for people. It never holds a secret (style rule E6).
///
/// J1  Writing a line never waits for where it goes: a thread of its own brings it there, and while
///     a sink is down its lines wait in a bounded buffer (LogWriter).

#include "shell/log/level.hpp"
#include "shell/log/log_writer.hpp"

#include <chrono>
#include <cstdint>
#include <initializer_list>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace botcore::shell::log {

/// Something a line tells beside its message: "request_id", "user_id", "operation", "duration_ms".
struct Field {
    std::string_view name;
    std::variant<std::string_view, std::int64_t, double> value;
};

/// What every line says of its writer.
struct LogIdentity {
    std::string service;
    std::string version;
    std::string environment;
    std::string host;  ///< Empty: the machine's name is looked up.
};

struct LogOptions {
    LogIdentity identity;
    Level least = Level::Info;     ///< Lines below it cost next to nothing and are dropped.
    int descriptor = 2;            ///< Standard error; -1 for none.
    Format format = Format::Json;  ///< Of the lines on the descriptor.
    /// So long at most lines below Error are held back from the descriptor, until `release`.
    std::chrono::milliseconds held_for{0};
    std::string path;  ///< A file beside it, always JSON; empty for none.
    std::uint64_t file_bytes_max = 64U << 20U;
    int files_max = 5;
    std::size_t lines_max = 10'000;  ///< That wait for one sink that is down.
};

/// Threads: any thread may write.
class Log {
public:
    explicit Log(LogOptions options);
    /// To standard error, or to the file alone where `path` is given.
    explicit Log(std::string service, Level least = Level::Info, const std::string& path = {});
    /// Brings what waits to the sinks, but not for longer than two seconds.
    ~Log() = default;
    Log(const Log&) = delete;
    Log& operator=(const Log&) = delete;

    void write(Level level, std::string_view message, std::initializer_list<Field> fields = {});

    /// A line with the level and the word ("event") of what happened.
    void event(LogEvent event, std::string_view message, std::initializer_list<Field> fields = {}) {
        tell(event, message, std::span<const Field>(fields));
    }

    void event(LogEvent event, std::string_view message, std::span<const Field> fields);

    /// An error that nobody expected, with the stack that led to it.
    void failure(LogEvent event,
                 std::string_view message,
                 std::initializer_list<Field> fields = {}) {
        failure(event, message, std::span<const Field>(fields));
    }

    void failure(LogEvent event, std::string_view message, std::span<const Field> fields);

    [[nodiscard]] bool is_on(Level level) const { return level >= least_; }

    /// Waits until all lines so far are where they go, files on stable storage. False when that
    /// took longer than `within`.
    bool flush(std::chrono::milliseconds within = std::chrono::seconds(2)) {
        return writer_.flush(within);
    }

    /// The greeting has been shown: lines that were held back follow it.
    void release() { writer_.release(); }

    /// Closes the file, which may have been moved aside, and opens it again by its name.
    void reopen() { writer_.reopen(); }

    /// Lines that wait for a sink, and lines that found no room.
    [[nodiscard]] std::size_t waiting() { return writer_.waiting(); }

    [[nodiscard]] std::uint64_t dropped() const { return writer_.dropped(); }

private:
    void put(Level level, std::string_view message, std::span<const Field> fields);
    [[nodiscard]] Line line_of(Format format,
                               Level level,
                               std::string_view message,
                               std::span<const Field> fields) const;

    LogIdentity identity_;
    Level least_;
    LogWriter writer_;
};

/// The line as it is written, without the line's end. For tests and other sinks.
[[nodiscard]] std::string format_line(const LogIdentity& identity,
                                      Level level,
                                      std::string_view timestamp,
                                      std::string_view message,
                                      std::span<const Field> fields);

/// The same for people: time, level, message, then what is told beside it. Neither host nor version
/// nor environment; one line, but for a stack, which follows indented.
[[nodiscard]] std::string format_text(Level level,
                                      std::string_view timestamp,
                                      std::string_view message,
                                      std::span<const Field> fields);

}  // namespace botcore::shell::log
