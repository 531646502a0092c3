#include "observability/log.hpp"

#include "base/plain_text.hpp"
#include "base/time_text.hpp"
#include "observability/redact.hpp"
#include "observability/stack_trace.hpp"

#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <utility>

namespace botcore::observability {

namespace {

std::string now_text() {
    const auto since = std::chrono::system_clock::now().time_since_epoch();
    return base::to_iso8601(base::Timestamp::from_microseconds(
        std::chrono::duration_cast<std::chrono::microseconds>(since).count()));
}

std::string host_name() {
    std::array<char, 256> name{};
    if (::gethostname(name.data(), name.size() - 1) != 0) return "unknown";
    return name.data();
}

LogIdentity with_host(LogIdentity identity) {
    if (identity.host.empty()) identity.host = host_name();
    return identity;
}

std::vector<std::unique_ptr<LineSink>> sinks_of(const LogOptions& options) {
    std::vector<std::unique_ptr<LineSink>> sinks;
    if (options.descriptor >= 0) {
        sinks.push_back(std::make_unique<DescriptorSink>(options.descriptor, options.format));
    }
    if (!options.path.empty()) {
        sinks.push_back(std::make_unique<FileSink>(
            FileSinkOptions{options.path, options.file_bytes_max, options.files_max}));
    }
    return sinks;
}

LogOptions simple(std::string service, Level least, const std::string& path) {
    LogOptions options;
    options.identity.service = std::move(service);
    options.least = least;
    options.path = path;
    if (!path.empty()) options.descriptor = -1;
    return options;
}

Line finished(std::string text) {
    text.push_back('\n');
    return std::make_shared<const std::string>(std::move(text));
}

}  // namespace

Log::Log(LogOptions options)
    : identity_(with_host(options.identity)),
      least_(options.least),
      writer_(
          sinks_of(options),
          options.lines_max,
          [this](Format format, std::uint64_t dropped) {
              const std::array fields = {Field{"dropped", static_cast<std::int64_t>(dropped)}};
              return line_of(
                  format, Level::Warn, "log lines were dropped while their sink was down", fields);
          },
          options.held_for) {
}

Log::Log(std::string service, Level least, const std::string& path)
    : Log(simple(std::move(service), least, path)) {
}

void Log::put(Level level, std::string_view message, std::span<const Field> fields) {
    if (level >= Level::Error) errors_.add(message, fields);
    if (!is_on(level)) return;
    writer_.push(level, [&](Format format) { return line_of(format, level, message, fields); });
    // After a fatal line the process is about to end, so the line must be written now.
    if (level == Level::Fatal) (void)flush(std::chrono::milliseconds(500));
}

Line Log::line_of(Format format,
                  Level level,
                  std::string_view message,
                  std::span<const Field> fields) const {
    const std::string now = now_text();
    return finished(format == Format::Json ? format_line(identity_, level, now, message, fields)
                                           : format_text(level, now, message, fields));
}

void Log::write(Level level, std::string_view message, std::span<const Field> fields) {
    put(level, message, fields);
}

void Log::event(LogEvent event, std::string_view message, std::span<const Field> fields) {
    std::vector<Field> all = {{"event", to_text(event)}};
    all.insert(all.end(), fields.begin(), fields.end());
    put(level_of(event), message, all);
}

void Log::failure(LogEvent event, std::string_view message, std::span<const Field> fields) {
    const std::string trace = stack_trace();
    std::vector<Field> all = {{"event", to_text(event)}};
    all.insert(all.end(), fields.begin(), fields.end());
    all.push_back({"stack_trace", trace});
    put(std::max(level_of(event), Level::Error), message, all);
}

namespace {

/// The text of a field without what a line must not show.
std::string shown(const Field& field, std::string_view text) {
    return field.name == "remote" ? mask_address(text) : redact(text);
}

/// Adds quotes if it would otherwise be unclear where the value begins and ends.
std::string as_value(const std::string& text) {
    const bool plain = !text.empty() && text.find_first_of(" =\"") == std::string::npos;
    if (plain) return base::plain_line(text);
    return base::plain_line(boost::json::serialize(boost::json::value(text)));
}

void append_stack(std::string& out, std::string_view stack) {
    while (!stack.empty()) {
        const std::size_t end = std::min(stack.find('\n'), stack.size());
        out += "\n    " + base::plain_line(stack.substr(0, end));
        stack.remove_prefix(std::min(end + 1, stack.size()));
    }
}

}  // namespace

std::string format_text(Level level,
                        std::string_view timestamp,
                        std::string_view message,
                        std::span<const Field> fields) {
    constexpr std::size_t kLevelWidth = 5;
    std::string out(timestamp);
    std::string word(to_text(level));
    word.resize(std::max(word.size(), kLevelWidth), ' ');
    out += " " + word + " " + base::plain_line(redact(message));
    std::string stack;
    for (const Field& field : fields) {
        const auto* text = std::get_if<std::string_view>(&field.value);
        if (text != nullptr && field.name == "stack_trace") {
            stack = shown(field, *text);
            continue;
        }
        if (text != nullptr && text->empty()) continue;
        out += " " + std::string(field.name) + "=";
        if (text != nullptr) {
            out += as_value(shown(field, *text));
        } else if (const auto* number = std::get_if<std::int64_t>(&field.value)) {
            out += std::to_string(*number);
        } else {
            out += boost::json::serialize(boost::json::value(std::get<double>(field.value)));
        }
    }
    append_stack(out, stack);
    return out;
}

std::string format_line(const LogIdentity& identity,
                        Level level,
                        std::string_view timestamp,
                        std::string_view message,
                        std::span<const Field> fields) {
    boost::json::object line;
    line["timestamp"] = timestamp;
    line["level"] = to_text(level);
    line["service"] = identity.service;
    line["message"] = redact(message);
    line["host"] = identity.host;
    if (!identity.version.empty()) line["version"] = identity.version;
    if (!identity.environment.empty()) line["environment"] = identity.environment;
    for (const Field& field : fields) {
        if (const auto* text = std::get_if<std::string_view>(&field.value)) {
            line[field.name] = shown(field, *text);
        } else {
            std::visit([&](const auto& value) { line[field.name] = value; }, field.value);
        }
    }
    return base::escaped(boost::json::serialize(line));
}

}  // namespace botcore::observability
