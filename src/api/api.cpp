#include "api/api.hpp"

#include "api/read_retries.hpp"
#include "net/bearer_header.hpp"

#include <algorithm>
#include <chrono>
#include <utility>

namespace botcore::api {

namespace {

/// Whether the value of Content-Type is "application/json", with or without parameters. An empty
/// value is not.
bool is_json(std::string_view content_type) {
    const std::string_view type = content_type.substr(0, content_type.find(';'));
    constexpr std::string_view kJson = "application/json";
    const std::size_t end = type.find_last_not_of(' ');
    const std::string_view trimmed = type.substr(0, end == std::string_view::npos ? 0 : end + 1);
    return std::equal(
        trimmed.begin(), trimmed.end(), kJson.begin(), kJson.end(), [](char a, char b) {
            return (a >= 'A' && a <= 'Z' ? a + 32 : a) == b;
        });
}

}  // namespace

void Api::handle(net::HttpRequest request, net::Respond respond) {
    host::RequestContext call{.request = std::move(request),
                              .respond = std::move(respond),
                              .now = context_.now(),
                              .deadline = {},
                              .caller = {},
                              .parameters = {},
                              .headers = {},
                              .key = {},
                              .canonical_path = {},
                              .if_match = {}};
    call.deadline = resilience::Deadline::after(call.now.monotonic, context_.options.deadline);
    if (call.request.method == "HEAD") call.request.method = "GET";
    auto found = routes_.find(call.request.method, call.request.segments);
    call.row = found.row;
    call.parameters = std::move(found.parameters);
    const bool is_public = call.row != nullptr && call.row->access == host::Access::Public;
    if (!is_public && !authorize(call)) return;
    if (call.row == nullptr && found.allowed.empty()) {
        return call.fail(404,
                         "NOT_FOUND",
                         "no route exists at this path; GET /api/openapi.json lists all routes");
    }
    if (call.row == nullptr) {
        call.headers.emplace_back("Allow", found.allowed);
        return call.fail(405, "METHOD_NOT_ALLOWED", "this path supports: " + found.allowed);
    }
    if (!is_public && (!may_use(call) || !check_query(call) || !check_history(call))) return;
    const auto serve_later = [this](host::RequestContext& waited) {
        waited.now = context_.now();
        serve(waited);
    };
    if (deferred_calls_ != nullptr && deferred_calls_->take(call, serve_later)) return;
    serve(call);
}

void Api::resolve_symbols(host::RequestContext& call) const {
    if (context_.runtime.status() != runtime::Status::Running) return;
    const auto find = context_.symbols();
    const auto resolve = [&](std::string_view name, std::string& value) {
        if (name != "symbol") return;
        if (const auto symbol = find(value)) value = std::string(symbol->text());
    };
    for (auto& [name, value] : call.parameters)
        resolve(name, value);
    for (auto& [name, value] : call.request.query)
        resolve(name, value);
}

void Api::serve(host::RequestContext& call) {
    resolve_symbols(call);
    for (const Filter& filter : filters_) {
        if (!filter(call)) return;
    }
    const bool reads_body = call.row->key_needed || !call.row->request.empty();
    const std::string_view type = call.request.header("content-type");
    if (!call.request.body.empty() && (reads_body ? !is_json(type) : type.empty())) {
        return call.fail(415,
                         "UNSUPPORTED_MEDIA_TYPE",
                         "the body must be JSON, and Content-Type must be application/json");
    }
    if (call.row->access == host::Access::Operator && call.request.method != "GET") {
        context_.log.event(
            observability::LogEvent::ManualIntervention,
            "an operator changes something",
            {{"request_id", call.request.request_id},
             {"user_id", call.caller.name},
             {"operation", std::string(call.row->method) + " " + std::string(call.row->pattern)}});
    }
    call.row->handler(call);
}

bool Api::authorize(host::RequestContext& call) const {
    if (const auto shown = net::bearer_of(call.request.header("authorization"))) {
        if (auto caller = tokens_.caller_of(*shown, call.now.time)) {
            call.caller = *std::move(caller);
            return true;
        }
    }
    if (unauthenticated_filter_ && !unauthenticated_filter_(call)) return false;
    call.headers.emplace_back("WWW-Authenticate", "Bearer realm=\"botcore\"");
    call.fail(401,
              "UNAUTHORIZED",
              "a valid token is required: send 'Authorization: Bearer <token>'; the operator's "
              "token is in the file operator.token of the data folder");
    return false;
}

bool Api::may_use(host::RequestContext& call) {
    const host::Role needed = call.row->access == host::Access::Operator ? host::Role::Operator
                              : call.row->access == host::Access::Trader ? host::Role::Trader
                                                                         : host::Role::Viewer;
    if (call.caller.role >= needed) return true;
    call.fail(403,
              "FORBIDDEN",
              "this requires the role " + std::string(to_text(needed)) + ", but your role is " +
                  std::string(to_text(call.caller.role)) + "; ask the operator");
    return false;
}

bool Api::check_query(host::RequestContext& call) {
    for (const auto& [name, value] : call.request.query) {
        const auto& known = call.row->query;
        const bool found =
            std::any_of(known.begin(), known.end(), [&](const host::QueryParameterRow& one) {
                return one.name == name;
            });
        if (found) continue;
        call.fail(400,
                  protocol::RequestError{.code = "UNKNOWN_FIELD",
                                         .message = "the query parameter '" + name + "' is unknown",
                                         .field = name,
                                         .expected = {},
                                         .received = name});
        return false;
    }
    return true;
}

/// Refuses sequence numbers of another timeline. If there is no X-Timeline header, the numbers are
/// taken as numbers of the first timeline.
bool Api::check_history(host::RequestContext& call) const {
    const std::string_view named = call.request.header("x-timeline");
    call.headers.emplace_back("X-Timeline", to_text(context_.options.timeline));
    const auto has = [&](const char* name) { return call.request.query.contains(name); };
    const bool has_number =
        !call.request.header("if-match").empty() || has("before") || has("from");
    if (!has_number && named.empty()) return true;
    const auto change = runtime::archive::history_change(context_.options.timeline, named);
    if (!change) return true;
    call.fail(409,
              protocol::RequestError{.code = runtime::archive::kHistoryChanged,
                                     .message = change->text + ": header X-Timeline",
                                     .field = "X-Timeline",
                                     .expected = change->current,
                                     .received = std::string(named.substr(0, 64))});
    return false;
}

void Api::on_finished(const net::HttpExchange& exchange) {
    metrics_.count(exchange);
    if (context_.read_retries != nullptr && exchange.status < 500)
        context_.read_retries->succeeded();
    const observability::Level level = exchange.status >= 500   ? observability::Level::Warn
                                       : exchange.status >= 400 ? observability::Level::Info
                                                                : observability::Level::Debug;
    if (!context_.log.is_on(level)) return;
    const std::string operation = std::string(exchange.method) + " " +
                                  std::string(exchange.target.substr(0, exchange.target.find('?')));
    context_.log.write(
        level,
        "request completed",
        {{"request_id", exchange.request_id},
         {"user_id", exchange.caller},
         {"operation", operation},
         {"remote", exchange.remote},
         {"status", std::int64_t{exchange.status}},
         {"error_code", exchange.error_code},
         {"duration_ms", std::chrono::duration<double, std::milli>(exchange.duration).count()}});
}

}  // namespace botcore::api
