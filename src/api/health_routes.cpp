#include "api/health_routes.hpp"

#include "api/api_schemas.hpp"
#include "api/gauges.hpp"
#include "api/maintenance_routes.hpp"
#include "api/uptime_view.hpp"
#include "api/views.hpp"
#include "base/check.hpp"
#include "base/time_text.hpp"
#include "operations/maintenance.hpp"
#include "protocol/api_json.hpp"
#include "services/health/local_probes.hpp"

#include <boost/json/array.hpp>

#include <algorithm>
#include <array>

namespace botcore::api {

namespace json = boost::json;

using operations::ComponentStatus;
using operations::Dependency;
using operations::HealthState;

namespace {

/// The duration in whole milliseconds, rounded: a plain number, as in the specification's example.
json::value milliseconds(std::optional<model::Duration> duration) {
    if (!duration) return nullptr;
    return (duration->in_microseconds() + 500) / 1'000;
}

/// A text such as "2026-11-23T11:53:00Z": times in health bodies are precise to the second.
std::string to_the_second(model::Timestamp time) {
    constexpr std::size_t kToTheSecond = std::string_view("2026-11-23T11:53:00").size();
    return base::to_iso8601(time).substr(0, kToTheSecond) + "Z";
}

json::value time_or_null(std::optional<model::Timestamp> time) {
    return time ? json::value(to_the_second(*time)) : json::value(nullptr);
}

/// The checks that the specification shows in a health body.
constexpr std::array kFirstChecks = {
    Dependency::Database, Dependency::Exchange, Dependency::Cache, Dependency::WebSocket};

std::vector<ComponentStatus>::const_iterator find_check(const health::HealthReport& snapshot,
                                                        Dependency dependency) {
    return std::find_if(snapshot.findings.begin(),
                        snapshot.findings.end(),
                        [&](const ComponentStatus& one) { return one.dependency == dependency; });
}

/// A public text about a component (B2). The component's own message is not used, since it may name
/// addresses.
std::string_view public_message(const ComponentStatus& finding) {
    switch (finding.state) {
        case HealthState::Healthy:
            return "OK";
        case HealthState::Degraded:
            return "High latency";
        case HealthState::Unhealthy:
            break;
    }
    return "does not respond";
}

json::array modes_json(const health::HealthReport& snapshot) {
    json::array list;
    for (const auto mode : snapshot.modes) {
        const auto& row = operations::row_of(mode);
        json::object object;
        object["mode"] = row.id;
        object["sign"] = row.sign;
        object["runbook"] = "docs/runbooks/" + std::string(row.runbook) + ".md";
        list.push_back(std::move(object));
    }
    return list;
}

}  // namespace

void HealthRoutes::add_to(host::RouteTable& table) {
    add_health_schemas(table.schemas());
    const auto add = [&](std::string_view pattern,
                         void (HealthRoutes::*handler)(host::RequestContext&),
                         host::RouteRow row) {
        row.pattern = pattern;
        row.purpose = host::Purpose::Probe;
        row.tag = "health";
        row.envelope =
            row.envelope == host::Envelope::Text ? host::Envelope::Text : host::Envelope::Plain;
        row.handler = [this, handler](host::RequestContext& call) { (this->*handler)(call); };
        table.add(std::move(row));
    };
    const host::Access inside =
        context_.options.metrics_public ? host::Access::Public : host::Access::Viewer;
    for (const std::string prefix : {"", "/api"}) {
        add(prefix + "/health",
            &HealthRoutes::show_health,
            {.access = host::Access::Public,
             .summary = "Health of the process and its components; 503 when it cannot trade",
             .response = "Health",
             .statuses = {503}});
        add(prefix + "/health/detailed",
            &HealthRoutes::show_detailed,
            {.access = inside,
             .summary =
                 "Health of every component, degraded modes, durability, maintenance and uptime",
             .response = "HealthDetails",
             .statuses = {503}});
        add(prefix + "/health/ready",
            &HealthRoutes::show_ready,
            {.access = host::Access::Public,
             .summary = "Readiness: whether this instance accepts traffic",
             .response = "Ready",
             .statuses = {503}});
        add(prefix + "/health/live",
            &HealthRoutes::show_live,
            {.access = host::Access::Public,
             .summary = "Liveness: whether the process responds",
             .response = "Live"});
    }
    add("/api/ping",
        &HealthRoutes::ping,
        {.access = host::Access::Public,
         .summary = "A minimal response, for measuring round trips",
         .response = "Pong"});
    add("/metrics",
        &HealthRoutes::show_metrics,
        {.access = inside,
         .summary = "All metrics as Prometheus text",
         .envelope = host::Envelope::Text});
}

json::object HealthRoutes::frame(const host::RequestContext& call) const {
    json::object body;
    // The status is that of the process, which does respond; other fields report on its components.
    body["status"] = "healthy";
    body["version"] = context_.options.version;
    body["timestamp"] = to_the_second(call.now.time);
    body["uptime_seconds"] =
        std::max(model::Duration(), call.now.monotonic - started_).in_milliseconds() / 1000;
    return body;
}

json::object HealthRoutes::check_json(const ComponentStatus& finding) const {
    json::object check;
    check["status"] = to_text(finding.state);
    const operations::ProbeResult* reading = monitor_.prober().reading(finding.dependency);
    const auto latency = reading == nullptr ? std::nullopt : reading->latency;
    switch (finding.dependency) {
        case Dependency::Database:
            check["latency_ms"] = milliseconds(latency);
            check["connected"] = finding.state != HealthState::Unhealthy;
            break;
        case Dependency::Exchange:
            check["kind"] = context_.options.exchange_kind;
            check["latency_ms"] = milliseconds(latency);
            check["last_success"] =
                reading == nullptr ? json::value(nullptr) : time_or_null(reading->succeeded_at);
            break;
        case Dependency::Cache:
            check["kind"] = context_.options.cache_kind;
            check["latency_ms"] = milliseconds(latency);
            check["message"] = public_message(finding);
            break;
        case Dependency::WebSocket:
            check["active_connections"] = websocket_connections_;
            break;
        case Dependency::Market: {
            const health::MarketAge age = health::market_age(context_.market);
            check["age_ms"] =
                age.oldest ? json::value(age.oldest->in_milliseconds()) : json::value(nullptr);
            check["source"] = to_text(age.source);
            break;
        }
        case Dependency::Disk:
        case Dependency::Clock:
        case Dependency::Analysis:
        case Dependency::Notifier:
        case Dependency::Monitoring:
        case Dependency::Archive:
        case Dependency::Books:
            break;
    }
    return check;
}

void HealthRoutes::show_health(host::RequestContext& call) {
    const health::HealthReport snapshot = monitor_.snapshot();
    json::object body = frame(call);
    json::object checks;
    const auto show = [&](const ComponentStatus& finding) {
        checks[operations::row_of(finding.dependency).name] = check_json(finding);
    };
    // The four components that the specification shows come first, in its order.
    for (const Dependency first : kFirstChecks) {
        const auto finding = find_check(snapshot, first);
        CHECK(finding != snapshot.findings.end());
        show(*finding);
    }
    for (const ComponentStatus& finding : snapshot.findings) {
        const bool shown =
            std::find(kFirstChecks.begin(), kFirstChecks.end(), finding.dependency) !=
            kFirstChecks.end();
        if (!shown) show(finding);
    }
    body["checks"] = std::move(checks);
    body["overall_status"] = to_text(snapshot.overall);
    const std::uint16_t status = draining_ ? 503 : operations::http_status(snapshot.overall);
    call.send_plain(status, body, status == 200 ? "" : "UNHEALTHY");
}

json::object HealthRoutes::dependency_json(const operations::DependencyRow& row,
                                           const health::HealthReport& snapshot) const {
    json::object object;
    object["name"] = row.name;
    object["critical"] = row.criticality == operations::Criticality::Critical;
    object["optional"] = row.criticality == operations::Criticality::Optional;
    object["weight"] = to_text(row.criticality);
    if (row.dependency == Dependency::Exchange) object["kind"] = context_.options.exchange_kind;
    if (row.dependency == Dependency::Cache) object["kind"] = context_.options.cache_kind;
    const auto finding = find_check(snapshot, row.dependency);
    const bool used = finding != snapshot.findings.end();
    object["status"] = used ? to_text(finding->state) : "not_configured";
    object["message"] = used ? finding->message : std::string();
    object["age_ms"] =
        used && finding->age ? json::value(finding->age->in_milliseconds()) : json::value(nullptr);
    const operations::ProbeResult* reading = monitor_.prober().reading(row.dependency);
    const bool looked = reading != nullptr;
    object["latency_ms"] = looked ? milliseconds(reading->latency) : json::value(nullptr);
    object["last_success"] = looked ? time_or_null(reading->succeeded_at) : json::value(nullptr);
    return object;
}

/// While a commit is in progress, the newest view that was durable.
json::value HealthRoutes::maintenance_json() {
    const bool running = context_.runtime.status() == runtime::Status::Running;
    if (!running) return nullptr;
    if (!context_.runtime.is_committing())
        maintenance_ = maintenance_view(context_.runtime.state());
    return maintenance_;
}

void HealthRoutes::show_detailed(host::RequestContext& call) {
    const health::HealthReport snapshot = monitor_.snapshot();
    json::object body = frame(call);
    json::array dependencies;
    for (const auto& row : operations::dependencies()) {
        dependencies.push_back(dependency_json(row, snapshot));
    }
    body["dependencies"] = std::move(dependencies);
    body["degraded_modes"] = modes_json(snapshot);
    body["durability"] = durability_.level;
    body["maintenance"] = maintenance_json();
    body["overall_status"] = to_text(snapshot.overall);
    body["uptime"] =
        uptime_view(monitor_.uptime(), operations::availability_target(operations::kEngine));
    body["services"] = services_view(monitor_.uptimes());
    const std::uint16_t status = draining_ ? 503 : operations::http_status(snapshot.overall);
    call.send_plain(status, body, status == 200 ? "" : "UNHEALTHY");
}

std::string HealthRoutes::not_ready_because() const {
    if (draining_) return "the process is shutting down";
    switch (context_.runtime.status()) {
        case runtime::Status::Down:
            return "the store is not loaded";
        case runtime::Status::Fenced:
            return "another process is the writer";
        case runtime::Status::Running:
            break;
    }
    return context_.runtime.reconciled() ? "" : "accounts are being compared with their exchange";
}

void HealthRoutes::show_ready(host::RequestContext& call) {
    const std::string reason = not_ready_because();
    json::object body;
    body["status"] = reason.empty() ? "ready" : "not_ready";
    if (!reason.empty()) body["reason"] = reason;
    body["timestamp"] = to_the_second(call.now.time);
    if (reason.empty()) return call.send_plain(200, body);
    call.send_plain(503, body, "NOT_READY");
}

void HealthRoutes::show_live(host::RequestContext& call) {
    json::object body;
    body["status"] = "alive";
    body["timestamp"] = to_the_second(call.now.time);
    call.send_plain(200, body);
}

void HealthRoutes::ping(host::RequestContext& call) {
    json::object body;
    body["pong"] = true;
    body["timestamp"] = to_the_second(call.now.time);
    call.send_plain(200, body);
}

/// If a price is missing, the gauge keeps its previous value.
void HealthRoutes::measure_portfolio() {
    const core::State& state = context_.runtime.state();
    model::Money sum;
    for (const auto& [id, account] : state.accounts) {
        const auto equity =
            equity_at(state, account, [this](const model::InstrumentId& instrument) {
                return context_.quote_of(instrument);
            });
        if (!equity) return;
        sum += *equity;
    }
    context_.metrics.set("portfolio_value_usd", observability::as_number(sum));
}

void HealthRoutes::show_metrics(host::RequestContext& call) {
    write_gauges({context_.runtime, context_.market, monitor_, context_.options.cache_kind},
                 context_.metrics);
    // While a commit is in progress, this gauge keeps its previous value.
    const bool running = context_.runtime.status() == runtime::Status::Running;
    if (running && !context_.runtime.is_committing()) measure_portfolio();
    net::HttpResponse response;
    response.content_type = "text/plain; version=0.0.4; charset=utf-8";
    response.body = context_.metrics.render();
    call.respond(std::move(response));
}

}  // namespace botcore::api
