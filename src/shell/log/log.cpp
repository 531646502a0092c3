#include "shell/log/log.hpp"

#include "protocol/time_text.hpp"
#include "shell/log/redact.hpp"

#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <spdlog/logger.h>
#include <spdlog/pattern_formatter.h>
#include <spdlog/sinks/basic_file_sink.h>
#include <spdlog/sinks/stdout_sinks.h>

#include <chrono>

namespace botcore::shell::log {

struct Log::Sink {
    explicit Sink(const std::string& path) : logger("botcore", make(path)) {
        // The line is finished JSON: the library must add nothing.
        logger.set_formatter(
            std::make_unique<spdlog::pattern_formatter>("%v", spdlog::pattern_time_type::utc));
        logger.set_level(spdlog::level::trace);
        logger.flush_on(spdlog::level::warn);
    }

    static spdlog::sink_ptr make(const std::string& path) {
        if (path.empty()) return std::make_shared<spdlog::sinks::stderr_sink_mt>();
        return std::make_shared<spdlog::sinks::basic_file_sink_mt>(path);
    }

    spdlog::logger logger;
};

namespace {

spdlog::level::level_enum library_level(Level level) {
    switch (level) {
        case Level::Trace:
            return spdlog::level::trace;
        case Level::Debug:
            return spdlog::level::debug;
        case Level::Info:
            return spdlog::level::info;
        case Level::Warn:
            return spdlog::level::warn;
        case Level::Error:
            return spdlog::level::err;
        case Level::Fatal:
            return spdlog::level::critical;
    }
    return spdlog::level::critical;
}

std::string now_text() {
    const auto since = std::chrono::system_clock::now().time_since_epoch();
    return protocol::to_iso8601(base::Timestamp::from_microseconds(
        std::chrono::duration_cast<std::chrono::microseconds>(since).count()));
}

}  // namespace

Log::Log(std::string service, Level least, const std::string& path)
    : service_(std::move(service)),
      least_(least),
      sink_(std::make_unique<Sink>(path)) {
}

Log::~Log() {
    sink_->logger.flush();
}

void Log::write(Level level, std::string_view message, std::initializer_list<Field> fields) {
    if (!is_on(level)) return;
    sink_->logger.log(
        library_level(level), "{}", format_line(service_, level, now_text(), message, fields));
}

std::string_view to_text(Level level) {
    switch (level) {
        case Level::Trace:
            return "TRACE";
        case Level::Debug:
            return "DEBUG";
        case Level::Info:
            return "INFO";
        case Level::Warn:
            return "WARN";
        case Level::Error:
            return "ERROR";
        case Level::Fatal:
            return "FATAL";
    }
    return "?";
}

std::string format_line(std::string_view service,
                        Level level,
                        std::string_view timestamp,
                        std::string_view message,
                        std::initializer_list<Field> fields) {
    boost::json::object line;
    line["timestamp"] = timestamp;
    line["level"] = to_text(level);
    line["service"] = service;
    line["message"] = redact(message);
    for (const Field& field : fields) {
        if (const auto* text = std::get_if<std::string_view>(&field.value)) {
            line[field.name] = field.name == "remote" ? mask_address(*text) : redact(*text);
        } else {
            line[field.name] = std::get<std::int64_t>(field.value);
        }
    }
    return boost::json::serialize(line);
}

}  // namespace botcore::shell::log
