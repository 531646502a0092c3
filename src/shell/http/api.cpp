#include "shell/http/api.hpp"

#include "protocol/api_json.hpp"
#include "shell/http/api_call.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <utility>

namespace botcore::shell::http {

namespace json = boost::json;

/// One line of the route table. In a pattern "{…}" stands for any one segment.
struct Api::RouteRow {
    std::string_view method;
    std::string_view pattern;
    Route route;
    bool on_default_account = false;
};

std::span<const Api::RouteRow> Api::routes() {
    static constexpr std::array<RouteRow, 45> kRoutes = {{
        {"GET", "/health", &Api::show_health},
        {"GET", "/health/ready", &Api::show_ready},
        {"GET", "/health/live", &Api::show_live},
        {"GET", "/api/health", &Api::show_health},
        {"GET", "/api/health/ready", &Api::show_ready},
        {"GET", "/api/health/live", &Api::show_live},
        {"GET", "/api/ping", &Api::ping},
        {"GET", "/metrics", &Api::show_metrics},
        {"POST", "/api/accounts/{account}/orders", &Api::place_order},
        {"GET", "/api/accounts/{account}/orders", &Api::list_orders},
        {"GET", "/api/accounts/{account}/orders/{order}", &Api::show_order},
        {"DELETE", "/api/accounts/{account}/orders/{order}", &Api::cancel_order},
        {"GET", "/api/accounts/{account}/positions", &Api::list_positions},
        {"GET", "/api/accounts/{account}/positions/{symbol}", &Api::show_position},
        {"DELETE", "/api/accounts/{account}/positions/{symbol}", &Api::close_position},
        {"POST", "/api/accounts/{account}/positions/{symbol}/close", &Api::close_position},
        {"POST", "/api/accounts/{account}/positions/{symbol}/leverage", &Api::set_leverage},
        {"GET", "/api/accounts/{account}/history", &Api::list_history},
        {"POST", "/api/accounts/{account}/reset", &Api::reset_account},
        {"GET", "/api/accounts/{account}", &Api::show_account},
        {"GET", "/api/accounts", &Api::list_accounts},
        {"POST", "/api/accounts", &Api::open_account},
        {"POST", "/api/transfers", &Api::transfer},
        {"POST", "/api/trading/execute", &Api::place_order, true},
        {"POST", "/api/trades/execute", &Api::place_order, true},
        {"GET", "/api/trading/orders", &Api::list_orders, true},
        {"POST", "/api/trading/orders", &Api::place_order, true},
        {"GET", "/api/trading/orders/{order}", &Api::show_order, true},
        {"DELETE", "/api/trading/orders/{order}", &Api::cancel_order, true},
        {"GET", "/api/trading/positions", &Api::list_positions, true},
        {"GET", "/api/trading/positions/{symbol}", &Api::show_position, true},
        {"DELETE", "/api/trading/positions/{symbol}", &Api::close_position, true},
        {"POST", "/api/trading/positions/{symbol}/close", &Api::close_position, true},
        {"POST", "/api/trading/positions/{symbol}/leverage", &Api::set_leverage, true},
        {"GET", "/api/trading/account", &Api::show_account, true},
        {"POST", "/api/trading/account/reset", &Api::reset_account, true},
        {"GET", "/api/trading/history", &Api::list_history, true},
        {"GET", "/api/market/prices", &Api::list_prices},
        {"GET", "/api/market/book/{symbol}", &Api::show_book},
        {"GET", "/api/market/symbols", &Api::list_symbols},
        {"GET", "/api/orders/{order}", &Api::show_order},
        {"GET", "/api/orders/{order}/explain", &Api::explain_order},
        {"GET", "/api/accounts/{account}/orders/{order}/explain", &Api::explain_order},
        {"GET", "/api/trading/orders/{order}/explain", &Api::explain_order, true},
        {"GET", "/api/journal", &Api::list_journal},
    }};
    return kRoutes;
}

namespace {

/// Does the path fit the pattern? Then `parameters` holds what stood for its "{…}".
bool fits(std::string_view pattern,
          const std::vector<std::string>& segments,
          std::vector<std::string>& parameters) {
    parameters.clear();
    for (const std::string& segment : segments) {
        if (pattern.empty()) return false;
        pattern.remove_prefix(1);
        const std::size_t end = std::min(pattern.find('/'), pattern.size());
        const std::string_view wanted = pattern.substr(0, end);
        pattern.remove_prefix(end);
        if (wanted.starts_with('{')) {
            parameters.push_back(segment);
        } else if (wanted != segment) {
            return false;
        }
    }
    return pattern.empty();
}

constexpr std::string_view kBearer = "Bearer ";

}  // namespace

Api::Api(ApiOptions options, Parts parts)
    : options_(std::move(options)),
      parts_(std::move(parts)),
      started_(parts_.now().time) {
}

void Api::handle(HttpRequest request, Respond respond) {
    Call call{.request = std::move(request),
              .respond = std::move(respond),
              .now = parts_.now(),
              .owner = {},
              .parameters = {},
              .on_default_account = false,
              .headers = {},
              .key = {},
              .canonical_path = {},
              .if_match = {}};
    if (call.request.method == "HEAD") call.request.method = "GET";
    if (!is_public(call.request) && !authorize(call)) return;
    dispatch(call);
}

bool Api::is_public(const HttpRequest& request) const {
    if (request.method != "GET" || request.segments.empty()) return false;
    const bool under_api = request.segments.front() == "api" && request.segments.size() > 1;
    const std::string& first = request.segments[under_api ? 1 : 0];
    if (first == "health") return true;
    if (first == "ping") return under_api && request.segments.size() == 2;
    return first == "metrics" && !under_api && options_.metrics_public;
}

bool Api::authorize(Call& call) {
    std::string_view shown = call.request.header("authorization");
    if (shown.starts_with(kBearer)) {
        shown.remove_prefix(kBearer.size());
        if (auto owner = parts_.tokens.owner_of(shown)) {
            call.owner = *std::move(owner);
            return true;
        }
    }
    call.headers.emplace_back("WWW-Authenticate", "Bearer realm=\"botcore\"");
    fail(call,
         401,
         "UNAUTHORIZED",
         "a valid token is needed: send 'Authorization: Bearer <token>'; the operator's token is "
         "in the file operator.token of the data folder");
    return false;
}

void Api::dispatch(Call& call) {
    std::string allowed;
    for (const RouteRow& row : routes()) {
        if (!fits(row.pattern, call.request.segments, call.parameters)) continue;
        if (row.method == call.request.method) {
            call.on_default_account = row.on_default_account;
            (this->*row.route)(call);
            return;
        }
        allowed.append(allowed.empty() ? "" : ", ").append(row.method);
    }
    if (allowed.empty()) {
        fail(call, 404, "NOT_FOUND", "there is nothing at this path; docs/api lists all routes");
        return;
    }
    call.headers.emplace_back("Allow", allowed);
    fail(call, 405, "METHOD_NOT_ALLOWED", "this path answers to: " + allowed);
}

void Api::on_finished(const HttpExchange& exchange) {
    parts_.metrics.count_request(exchange.status, exchange.duration);
    if (exchange.status >= 400) {
        parts_.metrics.count_request_error(exchange.error_code);
        if (exchange.error_code == "VERSION_CONFLICT") parts_.metrics.count_version_conflict();
    }
    const log::Level level = exchange.status >= 500   ? log::Level::Warn
                             : exchange.status >= 400 ? log::Level::Info
                                                      : log::Level::Debug;
    if (!parts_.log.is_on(level)) return;
    const auto microseconds =
        std::chrono::duration_cast<std::chrono::microseconds>(exchange.duration).count();
    const std::string operation = std::string(exchange.method) + " " +
                                  std::string(exchange.target.substr(0, exchange.target.find('?')));
    parts_.log.write(level,
                     "request answered",
                     {{"request_id", exchange.request_id},
                      {"user_id", exchange.caller},
                      {"operation", operation},
                      {"remote", exchange.remote},
                      {"status", std::int64_t{exchange.status}},
                      {"error_code", exchange.error_code},
                      {"duration_us", std::int64_t{microseconds}}});
}

void Api::answer(Call& call, json::value data) {
    HttpResponse response;
    response.body = protocol::success_body(std::move(data), call.now.time);
    response.headers = std::move(call.headers);
    response.caller = call.owner.text();
    call.respond(std::move(response));
}

void Api::fail(Call& call, std::uint16_t status, const protocol::RequestError& error) {
    json::object details;
    if (!error.field.empty()) details["field"] = error.field;
    if (!error.expected.empty()) details["expected"] = error.expected;
    if (!error.came.empty()) details["came"] = error.came;
    HttpResponse response;
    response.status = status;
    response.error_code = error.code;
    response.caller = call.owner.text();
    response.headers = std::move(call.headers);
    if (status == 503) response.headers.emplace_back("Retry-After", "1");
    response.body = protocol::error_body({.code = error.code,
                                          .message = error.message,
                                          .request_id = call.request.request_id,
                                          .details = std::move(details)},
                                         call.now.time);
    call.respond(std::move(response));
}

void Api::fail(Call& call, std::uint16_t status, std::string_view code, std::string message) {
    fail(call,
         status,
         protocol::RequestError{
             .code = code, .message = std::move(message), .field = {}, .expected = {}, .came = {}});
}

bool Api::running(Call& call) {
    switch (parts_.runtime.status()) {
        case runtime::Status::Running:
            return true;
        case runtime::Status::Down:
            fail(call,
                 503,
                 "SERVICE_UNAVAILABLE",
                 "the store cannot be reached now; try again shortly");
            return false;
        case runtime::Status::Fenced:
            fail(call,
                 503,
                 "NOT_THE_WRITER",
                 "another process has taken over this journal; ask that one");
            return false;
    }
    return false;
}

model::AccountId Api::account_of(const Call& call) const {
    return call.on_default_account ? options_.account_default
                                   : model::AccountId(call.parameters.front());
}

const core::AccountState* Api::find_account(Call& call) {
    if (!running(call)) return nullptr;
    const model::AccountId id = account_of(call);
    const auto& accounts = parts_.runtime.state().accounts;
    const auto place = accounts.find(id);
    if (place != accounts.end() && place->second.account.owner == call.owner) {
        return &place->second;
    }
    fail(call, 404, "ACCOUNT_UNKNOWN", "there is no account of yours with this name");
    return nullptr;
}

}  // namespace botcore::shell::http
