#include "apps/botcored/event_stream.hpp"

#include "apps/wiring/store_backup.hpp"
#include "build_info.hpp"

#include <unistd.h>

#include <utility>

namespace botcore::apps {

namespace {

/// Log output is delayed for at most this long, so that the greeting is printed first.
constexpr std::chrono::seconds kGreetingAwaited(5);

std::chrono::seconds seconds_of(const host::Config& config, std::string_view key) {
    return std::chrono::seconds(config.integer(key));
}

std::size_t number(const host::Config& config, std::string_view key) {
    return static_cast<std::size_t>(config.integer(key));
}

events::QueueLimits limits_of(const host::Config& config) {
    return {number(config, "websocket.queue_messages"),
            number(config, "websocket.queue_kib") << 10U};
}

events::WebsocketOptions options_of(const host::Config& config) {
    events::WebsocketOptions options;
    options.connections_max = number(config, "websocket.connections_max");
    options.connections_per_user_max = number(config, "websocket.connections_per_user_max");
    options.messages_per_minute_max = number(config, "websocket.messages_per_minute_max");
    options.handshake_within = seconds_of(config, "websocket.handshake_seconds");
    options.authenticate_within = seconds_of(config, "websocket.authenticate_seconds");
    options.ping_every = seconds_of(config, "websocket.ping_seconds");
    options.pong_within = seconds_of(config, "websocket.pong_seconds");
    options.idle_max = seconds_of(config, "websocket.idle_seconds");
    options.prices_every = std::chrono::milliseconds(config.integer("websocket.prices_ms"));
    options.price_age_max =
        model::Duration::milliseconds(config.integer("trading.price_age_max_ms"));
    return options;
}

}  // namespace

EventStream::EventStream(const host::Config& config, Parts parts)
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

base::Outcome<std::string> EventStream::read_timeline(const std::filesystem::path& store) {
    hub_.set_timeline(TRY(make_store_backup()->timeline_of(store)));
    return base::Done{};
}

void EventStream::count(observability::Metrics& metrics) {
    const auto number = [](auto value) { return static_cast<double>(value); };
    metrics.set("websocket_connections_active", number(server_.connections()));
    const events::WebsocketCounters& counters = server_.counters();
    metrics.raise("websocket_messages_sent_total", {}, number(counters.sent));
    metrics.raise("websocket_messages_received_total", {}, number(counters.received));
    for (std::size_t i = 0; i < counters.cuts.size(); ++i) {
        const auto cause = to_text(static_cast<events::Cut>(i));
        metrics.raise("websocket_clients_cut_total", {cause}, number(counters.cuts.at(i)));
    }
    const auto cuts = [&](events::Cut cause) {
        return number(counters.cuts.at(static_cast<std::size_t>(cause)));
    };
    metrics.raise("timeouts_total", {"websocket_handshake"}, cuts(events::Cut::Handshake));
    metrics.raise("timeouts_total",
                  {"websocket_idle"},
                  cuts(events::Cut::Heartbeat) + cuts(events::Cut::Idle));
}

observability::LogOptions log_options(const host::Config& config) {
    observability::LogOptions options;
    const std::string& format = config.text("log.format");
    const bool text = format == "text" || (format == "auto" && ::isatty(options.descriptor) == 1);
    options.format = text ? observability::Format::Text : observability::Format::Json;
    options.held_for = kGreetingAwaited;
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
