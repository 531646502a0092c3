#pragma once

/// Log lines: one JSON object a line on standard error, times in UTC. A line never holds a secret
/// (style rule E6).

#include <cstdint>
#include <initializer_list>
#include <memory>
#include <string>
#include <string_view>
#include <variant>

namespace botcore::shell::log {

enum class Level : std::uint8_t { Trace, Debug, Info, Warn, Error, Fatal };

/// Something a line tells beside its message: "request_id", "account", "duration_us".
struct Field {
    std::string_view name;
    std::variant<std::string_view, std::int64_t> value;
};

/// Threads: any thread may write.
class Log {
public:
    /// Lines below `least` cost next to nothing and are dropped. `path` empty: standard error.
    explicit Log(std::string service, Level least = Level::Info, const std::string& path = {});
    ~Log();
    Log(const Log&) = delete;
    Log& operator=(const Log&) = delete;

    void write(Level level, std::string_view message, std::initializer_list<Field> fields = {});

    /// Everything written so far has left the process when this returns.
    void flush();

    [[nodiscard]] bool is_on(Level level) const { return level >= least_; }

private:
    struct Sink;

    std::string service_;
    Level least_;
    std::unique_ptr<Sink> sink_;
};

[[nodiscard]] std::string_view to_text(Level level);

/// The line as it is written, without the line's end. For tests and other sinks.
[[nodiscard]] std::string format_line(std::string_view service,
                                      Level level,
                                      std::string_view timestamp,
                                      std::string_view message,
                                      std::initializer_list<Field> fields);

}  // namespace botcore::shell::log
