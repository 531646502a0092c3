#include "apps/botcored/event_stream.hpp"

#include "build_info.hpp"

#include <utility>

namespace botcore::apps {

namespace {

namespace websocket = shell::websocket;

std::chrono::seconds seconds(const shell::Config& config, std::string_view key) {
    return std::chrono::seconds(config.integer(key));
}

std::size_t number(const shell::Config& config, std::string_view key) {
    return static_cast<std::size_t>(config.integer(key));
}

websocket::QueueLimits limits_of(const shell::Config& config) {
    return {number(config, "websocket.queue_messages"),
            number(config, "websocket.queue_kib") << 10U};
}

websocket::WebsocketOptions options_of(const shell::Config& config) {
    websocket::WebsocketOptions options;
    options.connections_max = number(config, "websocket.connections_max");
    options.connections_per_user_max = number(config, "websocket.connections_per_user_max");
    options.messages_per_minute_max = number(config, "websocket.messages_per_minute_max");
    options.handshake_within = seconds(config, "websocket.handshake_seconds");
    options.authenticate_within = seconds(config, "websocket.authenticate_seconds");
    options.ping_every = seconds(config, "websocket.ping_seconds");
    options.pong_within = seconds(config, "websocket.pong_seconds");
    options.idle_max = seconds(config, "websocket.idle_seconds");
    options.prices_every = std::chrono::milliseconds(config.integer("websocket.prices_ms"));
    options.price_age_max =
        model::Duration::milliseconds(config.integer("trading.price_age_max_ms"));
    return options;
}

}  // namespace

EventStream::EventStream(const shell::Config& config, Parts parts)
    : hub_(limits_of(config),
           {parts.reader, std::move(parts.owner_of), parts.now, [this] { server_.wake(); }},
           0),
      server_(options_of(config),
              {parts.context,
               hub_,
               parts.market,
               std::move(parts.authenticate),
               parts.now,
               parts.log}) {
}

shell::log::LogOptions log_options(const shell::Config& config) {
    shell::log::LogOptions options;
    options.identity.service = "botcored";
    options.identity.version = std::string(build_info::kVersion);
    options.identity.environment = config.text("log.environment");
    options.path = config.text("log.file");
    options.file_bytes_max = static_cast<std::uint64_t>(config.integer("log.file_mib")) << 20U;
    options.files_max = static_cast<int>(config.integer("log.files"));
    options.lines_max = number(config, "log.buffer_lines");
    return options;
}

}  // namespace botcore::apps
