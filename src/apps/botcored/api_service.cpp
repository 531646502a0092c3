#include "apps/botcored/api_service.hpp"

#include "apps/wiring/user_mailer.hpp"
#include "apps/wiring/user_store.hpp"
#include "build_info.hpp"

#include <boost/asio/ip/address.hpp>
#include <sysexits.h>

#include <functional>
#include <optional>
#include <string_view>
#include <utility>

namespace botcore::apps {

namespace {

/// The limit of `AnalysisRules` for one analysis request, retries included (R2-TMO-06).
const base::Duration kAnalysisWithin = base::Duration::seconds(10);

/// How long the mode `overload` lasts after the last request that was shed.
const base::Duration kOverloadLasts = base::Duration::seconds(5);

host::StartFailure unavailable(std::string text) {
    return {EX_UNAVAILABLE, std::move(text)};
}

}  // namespace

base::Result<std::unique_ptr<ApiService>, host::StartFailure> ApiService::make(const Parts& parts) {
    Process& process = parts.process;
    const std::string& text = process.config.text("http.address");
    boost::system::error_code error;
    const auto address = boost::asio::ip::make_address(text, error);
    if (error) return base::Failure{unavailable("http.address: '" + text + "' is no IP address")};
    const auto post = [&process, &loop = parts.trading.loop()](users::AuthWorker::Job job) {
        process.post([&loop, job = std::move(job)] { loop.when_durable(job); });
    };
    auto users = TRY(or_exit_with(EX_UNAVAILABLE, open_user_store(process.folder.path())));
    auto access = TRY(or_exit_with(EX_UNAVAILABLE,
                                   api::UserAccess::open(access_options(process.config),
                                                         std::move(users),
                                                         process.token,
                                                         post,
                                                         process.clock.now().time)));
    return std::unique_ptr<ApiService>(
        new ApiService(parts, std::move(access), address.is_loopback()));
}

ApiService::ApiService(const Parts& parts, std::unique_ptr<api::UserAccess> access, bool is_local)
    : process_(parts.process),
      parts_(parts),
      access_(std::move(access)),
      audit_({parts_.trading.runtime(), process_.log, parts_.trading.wake()}),
      overload_({},
                process_.metrics,
                [&trading = parts_.trading] {
                    return api::Pressure{trading.runtime().requests_waiting(),
                                         trading.loop().lag()};
                }),
      deferred_(process_.context,
                {},
                [this] {
                    return process_.standby.is_active() || parts_.trading.runtime().is_committing();
                }),
      followed_(process_.folder.path() / "hidden_symbols"),
      responses_(parts_.cache.cache(), parts_.trading.account_changes()),
      routes_(api_context(is_local),
              followed_,
              access_->tokens(),
              parts_.health.monitor(),
              [this] {
                  return api::MonitoringRoutes::Connections{.http = server_.connections(),
                                                            .websocket = websocket_.connections()};
              },
              {.service = parts_.analysis,
               .timed_out =
                   [this](const model::Symbol& symbol) {
                       parts_.trading.hub().publish(protocol::analysis_timeout(
                           symbol, kAnalysisWithin, process_.clock.now().time));
                   }},
              {.alerts = [&alerts = parts_.alerts] { return alerts.alerts(); },
               .notifications = parts_.notices.service(),
               .on_call =
                   parts_.notices.on_call() == nullptr ? nullptr : &parts_.notices.on_call()->plan},
              parts_.incidents,
              parts_.recoveries,
              parts_.status_page,
              {.preferences = parts_.notices.preferences(),
               .mail = has_user_mail(process_.config) ? api::UserMail::Configured
                                                      : api::UserMail::NotConfigured,
               .record = [this](const audit::AuditEvent& event) { audit_.record(event); }}),
      websocket_(websocket_options(process_.config),
                 {process_.context,
                  parts_.trading.hub(),
                  parts_.market.data(),
                  [this](std::string_view token) {
                      return access_->tokens().caller_of(token, process_.clock.now().time);
                  },
                  [this] { return process_.clock.now().time; },
                  process_.log}),
      server_(process_.context, server_options(), attach_filters(), &websocket_) {
}

api::ApiContext ApiService::api_context(bool is_local) {
    trading::TradingLoop& loop = parts_.trading.loop();
    return {.options = {.version = std::string(build_info::kVersion),
                        .cache_kind =
                            parts_.cache.is_remote() ? "redis" : std::string(api::kCacheInProcess),
                        .metrics_public = is_local,
                        .market_age_max = model::Duration::milliseconds(
                            process_.config.integer("trading.price_age_max_ms")),
                        .deadline = model::Duration::seconds(
                            process_.config.integer("http.deadline_seconds")),
                        .retry_seed = random_seed(),
                        .timeline = parts_.trading.hub().timeline()},
            .runtime = parts_.trading.runtime(),
            .replies = parts_.trading.replies(),
            .reader = parts_.store.store().reader(),
            .market = parts_.market.data(),
            .metrics = process_.metrics,
            .log = process_.log,
            .acts = audit_,
            .now = [this] { return process_.clock.now(); },
            .wake = parts_.trading.wake(),
            .later = [&loop](std::function<void()> work) { loop.after_turn(std::move(work)); },
            .after = [&loop](auto wait, auto work) { loop.after(wait, std::move(work)); },
            .response_cache = &responses_,
            .publish = parts_.trading.publish(),
            .send_report =
                [&notices = parts_.notices.service()](const ports::Notice& report) {
                    notices.send_to(report, {"email", "slack"}, {});
                }};
}

/// Adds the filters and the users to the routes. Returns the handler of all requests.
net::HttpHandler& ApiService::attach_filters() {
    if (process_.is_reliable()) {
        routes_.api.set_deferred_calls(deferred_);
        routes_.api.add_filter([this](auto& call) { return overload_.pass(call); });
    } else {
        process_.log.write(observability::Level::Warn,
                           "reliability.enabled is false: only for measurements");
    }
    access_->attach(routes_.context, routes_.routes, routes_.api);
    return access_->front();
}

net::HttpServerOptions ApiService::server_options() {
    auto options = http_options(process_.config, process_.log);
    options.knows_token = [this](std::string_view token) {
        return access_->tokens().caller_of(token, process_.clock.now().time).has_value();
    };
    return options;
}

host::Started ApiService::start() {
    websocket_.start();
    if (auto problem = server_.start(); !problem.empty()) {
        return base::Failure{unavailable(std::move(problem))};
    }
    return base::Done{};
}

void ApiService::tick(const model::Now& now) {
    routes_.health.set_websocket_connections(websocket_.connections());
    count_connections();
    access_->tick(now.time);
    if (overload_.take_overload()) overloaded_until_ = now.monotonic + kOverloadLasts;
    parts_.health.set_load(now.monotonic < overloaded_until_ ? operations::Load::Overload
                                                             : operations::Load::Normal);
}

void ApiService::count_connections() {
    using observability::as_number;
    observability::Metrics& metrics = process_.metrics;
    metrics.set("http_connections_active", as_number(server_.connections()));
    metrics.set("websocket_connections_active", as_number(websocket_.connections()));
    const events::WebsocketCounters& counters = websocket_.counters();
    metrics.raise("websocket_messages_sent_total", {}, as_number(counters.sent));
    metrics.raise("websocket_messages_received_total", {}, as_number(counters.received));
    for (std::size_t i = 0; i < counters.cuts.size(); ++i) {
        const auto cause = to_text(static_cast<events::Cut>(i));
        metrics.raise("websocket_clients_cut_total", {cause}, as_number(counters.cuts.at(i)));
    }
    const auto cuts = [&](events::Cut cause) {
        return as_number(counters.cuts.at(static_cast<std::size_t>(cause)));
    };
    metrics.raise("timeouts_total", {"websocket_handshake"}, cuts(events::Cut::Handshake));
    metrics.raise("timeouts_total",
                  {"websocket_idle"},
                  cuts(events::Cut::Heartbeat) + cuts(events::Cut::Idle));
}

void ApiService::turn_unready() {
    routes_.health.begin_drain();
    server_.disable_keep_alive();
}

void ApiService::apply_rate_limits() {
    access_->set_limits(access_options(process_.config).limits);
}

}  // namespace botcore::apps
