#include "services/events/websocket_server.hpp"

#include "host/system_clock.hpp"
#include "protocol/api_json.hpp"
#include "services/events/websocket_connection.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/beast/websocket/rfc6455.hpp>

#include <utility>
#include <vector>

namespace botcore::events {

namespace asio = boost::asio;

namespace {

net::HttpResponse refusal(const net::HttpRequest& request,
                          std::uint16_t status,
                          protocol::ErrorText error) {
    net::HttpResponse response;
    response.status = status;
    response.error_code = error.code;
    error.request_id = request.request_id;
    response.body = protocol::error_body(std::move(error), host::wall_time());
    return response;
}

}  // namespace

struct WebsocketServer::State::Timers {
    explicit Timers(asio::io_context& context) : sweep(context), prices(context) {}

    asio::steady_timer sweep;
    asio::steady_timer prices;
};

WebsocketServer::State::State(WebsocketOptions given_options, Parts given_parts)
    : options(std::move(given_options)),
      parts(std::move(given_parts)),
      timers(std::make_unique<Timers>(parts.context)) {
}

void WebsocketServer::State::publish_prices() {
    if (!parts.hub.wants_prices()) return;
    const model::Timestamp now = parts.now();
    for (const auto& id : parts.market.instruments()) {
        parts.hub.publish(protocol::price_update(
            parts.market.quote(id, model::Side::Buy, {}), options.price_age_max, now));
    }
}

void WebsocketServer::State::ended(WebSocketConnection* session) {
    sessions.erase(session);
    if (stopping && sessions.empty()) report_closed();
}

void WebsocketServer::State::report_closed() {
    timers->sweep.cancel();
    if (auto notify = std::exchange(closed, nullptr)) notify();
}

namespace {

using State = WebsocketServer::State;

void replay_later(const std::shared_ptr<State>& state) {
    if (std::exchange(state->replaying, true)) return;
    asio::post(state->parts.context, [state] {
        state->replaying = false;
        if (state->gone) return;
        if (state->parts.hub.replay()) replay_later(state);
    });
}

/// Checks time-outs until the server is stopping and no session is left.
void sweep_later(const std::shared_ptr<State>& state, asio::steady_timer& timer) {
    timer.expires_after(state->options.sweep_every);
    timer.async_wait([state, &timer](const boost::system::error_code& error) {
        if (error || state->gone) return;
        const auto now = std::chrono::steady_clock::now();
        // A check may end its session, which removes it from the set.
        const std::vector<WebSocketConnection*> all(state->sessions.begin(), state->sessions.end());
        for (WebSocketConnection* session : all) {
            if (state->sessions.contains(session)) session->check(now);
        }
        // Retries a replay after the store did not respond.
        if (!state->sessions.empty()) replay_later(state);
        if (!state->stopping || !state->sessions.empty()) sweep_later(state, timer);
    });
}

void publish_prices_later(const std::shared_ptr<State>& state, asio::steady_timer& timer) {
    timer.expires_after(state->options.prices_every);
    timer.async_wait([state, &timer](const boost::system::error_code& error) {
        if (error || state->gone || state->stopping) return;
        state->publish_prices();
        publish_prices_later(state, timer);
    });
}

}  // namespace

std::string_view to_text(Cut cut) {
    switch (cut) {
        case Cut::Handshake:
            return "handshake";
        case Cut::Unauthenticated:
            return "unauthenticated";
        case Cut::TooMany:
            return "too_many";
        case Cut::Flood:
            return "flood";
        case Cut::Malformed:
            return "malformed";
        case Cut::Heartbeat:
            return "heartbeat";
        case Cut::Idle:
            return "idle";
        case Cut::SlowReader:
            return "slow_reader";
        case Cut::Failure:
            return "failure";
        case Cut::Shutdown:
            return "shutdown";
        case Cut::RightsFell:
            return "rights_fell";
    }
    return "?";
}

WebsocketServer::WebsocketServer(WebsocketOptions options, Parts parts)
    : state_(std::make_shared<State>(std::move(options), std::move(parts))) {
    state_->parts.hub.on_behind([weak = std::weak_ptr(state_)] {
        if (const auto state = weak.lock()) replay_later(state);
    });
}

WebsocketServer::~WebsocketServer() {
    const std::vector<WebSocketConnection*> all(state_->sessions.begin(), state_->sessions.end());
    state_->closed = nullptr;
    for (WebSocketConnection* session : all)
        session->abandon();
    state_->gone = true;
    state_->timers->sweep.cancel();
    state_->timers->prices.cancel();
}

void WebsocketServer::start() {
    sweep_later(state_, state_->timers->sweep);
    publish_prices_later(state_, state_->timers->prices);
}

void WebsocketServer::stop(std::function<void()> closed) {
    if (std::exchange(state_->stopping, true)) return;
    state_->closed = std::move(closed);
    state_->timers->prices.cancel();
    const std::vector<WebSocketConnection*> all(state_->sessions.begin(), state_->sessions.end());
    for (WebSocketConnection* session : all)
        session->close_for_shutdown();
    if (all.empty()) state_->report_closed();
}

bool WebsocketServer::claims(const net::HttpRequest& request) const {
    return request.segments.size() == 1 && request.segments.front() == state_->options.path;
}

std::optional<net::HttpResponse> WebsocketServer::refuse(const net::HttpRequest& request,
                                                         const net::BeastRequest& message) {
    if (!boost::beast::websocket::is_upgrade(message)) {
        auto response = refusal(request,
                                426,
                                {.code = "UPGRADE_REQUIRED",
                                 .message = "this path supports only WebSocket (RFC 6455)",
                                 .request_id = {},
                                 .details = {}});
        response.headers.emplace_back("Upgrade", "websocket");
        return response;
    }
    if (state_->stopping || connections() >= state_->options.connections_max) {
        auto response = refusal(
            request,
            503,
            {.code = "TOO_MANY_CONNECTIONS",
             .message = "the maximum number of stream connections is reached; try again shortly",
             .request_id = {},
             .details = {}});
        response.headers.emplace_back("Retry-After", "1");
        return response;
    }
    std::string_view shown = request.header("authorization");
    constexpr std::string_view kScheme = "Bearer ";
    if (shown.empty()) return std::nullopt;  // The first message will authenticate the client.
    if (shown.starts_with(kScheme) &&
        state_->parts.authenticate(shown.substr(kScheme.size())).has_value()) {
        return std::nullopt;
    }
    auto response = refusal(request,
                            401,
                            {.code = "UNAUTHORIZED",
                             .message = "this token is not valid; log in again",
                             .request_id = {},
                             .details = {}});
    response.headers.emplace_back("WWW-Authenticate", "Bearer realm=\"botcore\"");
    return response;
}

void WebsocketServer::take(net::Upgrade upgrade) {
    start_connection(state_, std::move(upgrade));
}

std::size_t WebsocketServer::connections() const {
    return state_->sessions.size();
}

const WebsocketCounters& WebsocketServer::counters() const {
    return state_->counters;
}

}  // namespace botcore::events
