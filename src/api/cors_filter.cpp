#include "api/cors_filter.hpp"

#include "net/comma_list.hpp"
#include "protocol/api_json.hpp"

#include <algorithm>
#include <vector>

namespace botcore::api {

namespace {

constexpr std::string_view kMethods = "GET, HEAD, POST, PUT, PATCH, DELETE";
constexpr std::string_view kCorsRequestHeaders =
    "Authorization, Content-Type, Idempotency-Key, X-Idempotency-Key, If-Match, X-Request-ID, "
    "X-Timeline";
constexpr std::string_view kCorsResponseHeaders =
    "X-Request-ID, X-RateLimit-Limit, X-RateLimit-Remaining, X-RateLimit-Reset, Retry-After, ETag, "
    "Idempotent-Replayed, X-Timeline";
constexpr resilience::RateRule kRefusalsRecorded{.count = 1, .per = base::Duration::seconds(1)};
constexpr std::size_t kRefusersMax = 1'000;

bool is_origin(std::string_view text) {
    for (const std::string_view scheme : {"https://", "http://"}) {
        if (!text.starts_with(scheme)) continue;
        text.remove_prefix(scheme.size());
        return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
            return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '.' ||
                   c == ':' || c == '[' || c == ']';
        });
    }
    return false;
}

net::HttpResponse refusal(std::uint16_t status,
                          std::string_view code,
                          std::string_view message,
                          const net::HttpRequest& request,
                          base::Timestamp now) {
    net::HttpResponse response;
    response.status = status;
    response.error_code = code;
    response.body = protocol::error_body(
        {.code = code, .message = message, .request_id = request.request_id, .details = {}}, now);
    return response;
}

}  // namespace

std::string mistake_in_origins(std::string_view origins) {
    for (const std::string_view entry : net::entries_of(origins)) {
        if (is_origin(entry)) continue;
        return "expected origins such as https://bots.example.org, in lower case, without a path, "
               "separated by commas";
    }
    return {};
}

CorsFilter::CorsFilter(std::string_view origins, Parts parts)
    : parts_(std::move(parts)),
      refusals_(kRefusalsRecorded, kRefusersMax) {
    for (const std::string_view origin : net::entries_of(origins))
        origins_.emplace(origin);
}

void CorsFilter::send_preflight(const net::HttpRequest& request, const net::Respond& respond) {
    const std::string_view origin = request.header("origin");
    if (!origins_.contains(origin)) {
        net::HttpResponse response = refusal(403,
                                             "ORIGIN_NOT_ALLOWED",
                                             "web pages of this origin may not use the API; the "
                                             "operator can list the origin in http.cors_origins",
                                             request,
                                             parts_.now().time);
        response.headers.emplace_back("Vary", "Origin");
        return respond(std::move(response));
    }
    net::HttpResponse response;
    response.content_type = "text/plain";
    response.headers = {{"Access-Control-Allow-Origin", std::string(origin)},
                        {"Access-Control-Allow-Methods", std::string(kMethods)},
                        {"Access-Control-Allow-Headers", std::string(kCorsRequestHeaders)},
                        {"Access-Control-Max-Age", "600"},
                        {"Vary", "Origin"}};
    respond(std::move(response));
}

void CorsFilter::handle(net::HttpRequest request, net::Respond respond) {
    const std::string_view origin = request.header("origin");
    if (request.method == "OPTIONS" && !origin.empty() &&
        !request.header("access-control-request-method").empty()) {
        return send_preflight(request, respond);
    }
    if (!origin.empty() && origins_.contains(origin)) {
        respond = [origin = std::string(origin),
                   respond = std::move(respond)](net::HttpResponse response) {
            response.headers.emplace_back("Access-Control-Allow-Origin", origin);
            response.headers.emplace_back("Access-Control-Expose-Headers",
                                          std::string(kCorsResponseHeaders));
            response.headers.emplace_back("Vary", "Origin");
            respond(std::move(response));
        };
    }
    parts_.inner.handle(std::move(request), std::move(respond));
}

void CorsFilter::on_finished(const net::HttpExchange& exchange) {
    if (exchange.status == 403 && !exchange.caller.empty() &&
        refusals_.take(exchange.caller, parts_.now().monotonic).allowed) {
        parts_.record({.actor = model::Owner(exchange.caller),
                       .action = "access",
                       .subject = {},
                       .outcome = "refused",
                       .detail = std::string(exchange.method),
                       .request_id = std::string(exchange.request_id)});
    }
    parts_.inner.on_finished(exchange);
}

}  // namespace botcore::api
