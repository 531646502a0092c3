#include "shell/http/health_door.hpp"

#include "protocol/time_text.hpp"

#include <boost/json/object.hpp>

#include <algorithm>
#include <chrono>

namespace botcore::shell::http {

namespace json = boost::json;

/// What the health routes and the metrics say, gathered from memory only.
struct HealthDoor::Health {
    std::string_view database = "healthy";
    std::string_view exchange = "healthy";
    std::string_view market_data = "healthy";
    std::string_view overall = "healthy";
    bool reconciled = false;
    /// The age of the oldest price; nothing where there is none.
    std::optional<model::Duration> oldest;
    model::MarketSource source = model::MarketSource::None;
};

namespace {

/// Milliseconds with three decimals, which JSON readers of health bodies expect as a number.
double milliseconds(model::Duration duration) {
    return static_cast<double>(duration.in_microseconds()) / 1000.0;
}

}  // namespace

void HealthDoor::add_to(RouteTable& table) {
    const auto add =
        [&](std::string_view pattern, void (HealthDoor::*handler)(Call&), RouteRow row) {
            row.pattern = pattern;
            row.purpose = Purpose::Probe;
            row.tag = "health";
            row.handler = [this, handler](Call& call) { (this->*handler)(call); };
            table.add(std::move(row));
        };
    for (const std::string prefix : {"", "/api"}) {
        add(prefix + "/health",
            &HealthDoor::show_health,
            {.access = Access::Public,
             .summary = "How the process and its parts are; 503 where it cannot trade",
             .response = "Health",
             .envelope = Envelope::Plain});
        add(prefix + "/health/ready",
            &HealthDoor::show_ready,
            {.access = Access::Public,
             .summary = "May traffic come here?",
             .response = "Ready",
             .envelope = Envelope::Plain});
        add(prefix + "/health/live",
            &HealthDoor::show_live,
            {.access = Access::Public,
             .summary = "Is the process alive?",
             .response = "Live",
             .envelope = Envelope::Plain});
    }
    add("/api/ping",
        &HealthDoor::ping,
        {.access = Access::Public,
         .summary = "The shortest answer there is",
         .response = "Pong",
         .envelope = Envelope::Plain});
    add("/metrics",
        &HealthDoor::show_metrics,
        {.access = context_.options.metrics_public ? Access::Public : Access::Viewer,
         .summary = "All metrics as Prometheus text",
         .envelope = Envelope::Text});
}

void HealthDoor::probe() {
    const auto began = std::chrono::steady_clock::now();
    store_.connected = context_.reader.head().has_value();
    store_.latency =
        model::Duration::microseconds(std::chrono::duration_cast<std::chrono::microseconds>(
                                          std::chrono::steady_clock::now() - began)
                                          .count());
    store_.at = context_.now().time;
}

HealthDoor::Health HealthDoor::health() const {
    Health health;
    const bool runs = context_.runtime.status() == runtime::Status::Running;
    if (!runs || !store_.connected) {
        health.database = "unhealthy";
    } else if (store_.latency > model::Duration::milliseconds(500)) {
        health.database = "degraded";
    }
    health.reconciled = runs && context_.runtime.reconciled();
    if (!health.reconciled) health.exchange = "degraded";
    for (const auto& id : context_.market.instruments()) {
        const model::Quote quote = context_.quote_of(id);
        if (quote.source == model::MarketSource::None) continue;
        health.source = quote.source;
        health.oldest = std::max(health.oldest.value_or(quote.age), quote.age);
    }
    if (!health.oldest || *health.oldest > context_.options.market_age_max)
        health.market_data = "degraded";
    const bool degraded = health.database == "degraded" || health.exchange == "degraded" ||
                          health.market_data == "degraded";
    const bool unhealthy = health.database == "unhealthy" || goodbye_;
    health.overall = unhealthy ? "unhealthy" : degraded ? "degraded" : "healthy";
    return health;
}

void HealthDoor::show_health(Call& call) {
    if (store_.at == model::Timestamp()) probe();
    const Health state = health();
    json::object database;
    database["status"] = state.database;
    database["latency_ms"] = milliseconds(store_.latency);
    database["connected"] = store_.connected;
    database["checked_at"] = protocol::to_iso8601(store_.at);
    json::object exchange;
    exchange["status"] = state.exchange;
    exchange["kind"] = context_.options.exchange_kind;
    exchange["reconciled"] = state.reconciled;
    json::object market;
    market["status"] = state.market_data;
    market["age_ms"] =
        state.oldest ? json::value(state.oldest->in_milliseconds()) : json::value(nullptr);
    market["source"] = to_text(state.source);
    json::object websocket;
    websocket["status"] = "healthy";
    websocket["active_connections"] = websocket_connections_;
    json::object checks;
    checks["database"] = std::move(database);
    checks["exchange"] = std::move(exchange);
    checks["market_data"] = std::move(market);
    checks["websocket"] = std::move(websocket);
    json::object body;
    body["status"] = "healthy";  // This process: it answers. Parts follow in `checks`.
    body["version"] = context_.options.version;
    body["timestamp"] = protocol::to_iso8601(call.now.time);
    body["uptime_seconds"] = (call.now.time - started_).in_milliseconds() / 1000;
    body["checks"] = std::move(checks);
    body["overall_status"] = state.overall;
    const bool unhealthy = state.overall == "unhealthy";
    call.answer_plain(unhealthy ? 503 : 200, body, unhealthy ? "UNHEALTHY" : "");
}

void HealthDoor::show_ready(Call& call) {
    const auto status = context_.runtime.status();
    json::object body;
    if (!goodbye_ && status == runtime::Status::Running && context_.runtime.reconciled()) {
        body["status"] = "ready";
        body["timestamp"] = protocol::to_iso8601(call.now.time);
        return call.answer_plain(200, body);
    }
    body["status"] = "not_ready";
    body["reason"] = goodbye_                            ? "shutting down"
                     : status == runtime::Status::Down   ? "the store is not loaded"
                     : status == runtime::Status::Fenced ? "another process is the writer"
                                                         : "accounts are being compared with their "
                                                           "exchange";
    body["timestamp"] = protocol::to_iso8601(call.now.time);
    call.answer_plain(503, body, "NOT_READY");
}

void HealthDoor::show_live(Call& call) {
    json::object body;
    body["status"] = "alive";
    body["timestamp"] = protocol::to_iso8601(call.now.time);
    call.answer_plain(200, body);
}

void HealthDoor::ping(Call& call) {
    json::object body;
    body["pong"] = true;
    body["timestamp"] = protocol::to_iso8601(call.now.time);
    call.answer_plain(200, body);
}

void HealthDoor::show_metrics(Call& call) {
    auto& metrics = context_.metrics;
    metrics.read(context_.runtime);
    for (const auto& id : context_.market.instruments()) {
        metrics.set_price_age(id, context_.quote_of(id).age);
    }
    const Health state = health();
    metrics.set_health("database", state.database);
    metrics.set_health("exchange", state.exchange);
    metrics.set_health("market_data", state.market_data);
    metrics.set_health("websocket", "healthy");
    HttpResponse response;
    response.content_type = "text/plain; version=0.0.4; charset=utf-8";
    response.body = metrics.render();
    call.respond(std::move(response));
}

}  // namespace botcore::shell::http
