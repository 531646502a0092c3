#include "apps/botcored/reload.hpp"

namespace botcore::apps {

namespace {

using observability::Level;

bool changes_while_running(std::string_view key) {
    return key.starts_with("limits.") || key.starts_with("shutdown.");
}

std::string joined(const std::vector<std::string_view>& keys) {
    std::string text;
    for (const std::string_view key : keys)
        text += (text.empty() ? "" : ", ") + std::string(key);
    return text;
}

}  // namespace

ConfigChange take_over(host::Config& running, const host::Config& read) {
    ConfigChange change;
    for (const host::ConfigKey& key : host::config_keys()) {
        const host::ConfigValue& value = read.value(key.name);
        if (running.value(key.name).text == value.text) continue;
        if (!changes_while_running(key.name)) {
            change.later.push_back(key.name);
        } else if (running.set(key.name, value.text, value.origin)) {
            change.taken.push_back(key.name);
        }
    }
    return change;
}

void Reload::start() {
    parts_.hangup.async_wait([this](const boost::system::error_code& error, int) {
        if (error) return;
        read_all();
        start();
    });
}

void Reload::read_all() {
    parts_.log.reopen();
    read_config();
    const std::string problem = parts_.read_certificate();
    parts_.log.write(problem.empty() ? Level::Info : Level::Error,
                     problem.empty() ? "certificate and key were read again"
                                     : "the old certificate and key remain in use",
                     {{"cause", problem}});
}

void Reload::read_config() {
    const auto read = parts_.read();
    if (!read) {
        parts_.log.write(
            Level::Error, "the old configuration remains in use", {{"cause", read.error()}});
        return;
    }
    const ConfigChange change = take_over(parts_.running, read.value());
    if (!change.taken.empty()) parts_.apply();
    parts_.log.write(Level::Info,
                     "the configuration was reloaded",
                     {{"operation", "reload"}, {"changed", joined(change.taken)}});
    if (change.later.empty()) return;
    parts_.log.write(Level::Warn,
                     "changed keys take effect at the next start",
                     {{"operation", "reload"}, {"keys", joined(change.later)}});
}

}  // namespace botcore::apps
