#include "api/analysis_routes.hpp"

#include "protocol/api_requests.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include <algorithm>
#include <chrono>
#include <memory>
#include <utility>

namespace botcore::api {

namespace json = boost::json;

using analysis::AnalysisKind;

void AnalysisRoutes::add_to(host::RouteTable& table) {
    table.schemas().add_object(
        "AnalysisQuestion", "What to analyse", "symbol:Symbol timeframe?:text");
    table.schemas().set_example("AnalysisQuestion", R"({"symbol":"BTCUSDT","timeframe":"1h"})");
    table.add({.method = "POST",
               .pattern = "/api/ai/analyze",
               .handler = [this](host::RequestContext& call) { analyze(call); },
               .tag = "analysis",
               .summary = "Sends a request about a symbol to the analysis service and returns its "
                          "response unchanged",
               .request = "AnalysisQuestion",
               .response = "object",
               .statuses = {400, 415, 422, 503, 504}});
}

void AnalysisRoutes::analyze(host::RequestContext& call) {
    const auto question = protocol::parse_analysis_query(call.request.body);
    if (!question) return call.fail(400, question.error());
    if (parts_.service == nullptr) {
        return call.fail(503,
                         "ANALYSIS_UNAVAILABLE",
                         "no analysis service is configured (analysis.url); manual trading "
                         "continues without it");
    }
    json::object body;
    body["symbol"] = question.value().symbol.text();
    if (!question.value().timeframe.empty()) body["timeframe"] = question.value().timeframe;
    std::string request_id = call.request.request_id;
    const base::Duration left = call.deadline.remaining(call.now.monotonic);
    // The call outlives this handler: the response is sent within the service's time limit.
    auto waiting = std::make_shared<host::RequestContext>(std::move(call));
    parts_.service->analyze(
        json::serialize(body),
        std::move(request_id),
        [this, waiting, symbol = question.value().symbol, began = std::chrono::steady_clock::now()](
            const analysis::AnalysisResult& result) {
            waiting->now = context_.now();
            if (result.attempts > 0) count(result.kind, std::chrono::steady_clock::now() - began);
            finish(*waiting, symbol, result);
        },
        left);
}

void AnalysisRoutes::count(AnalysisKind kind, std::chrono::duration<double> took) {
    const std::string_view result = kind == AnalysisKind::Analyzed   ? "success"
                                    : kind == AnalysisKind::TimedOut ? "timeout"
                                                                     : "failure";
    context_.metrics.count("ai_requests_total", {result});
    context_.metrics.observe("ai_request_duration_seconds", {}, took.count());
}

namespace {

/// Describes how the last attempt ended. The text contains no address.
std::string last_error_of(const analysis::AnalysisResult& result) {
    if (result.attempts == 0)
        return "the analysis service was not called because it failed too often recently";
    if (result.status != 0) return "it responded with status " + std::to_string(result.status);
    return result.kind == AnalysisKind::TimedOut ? "no response in time"
                                                 : "the response was incomplete";
}

}  // namespace

void AnalysisRoutes::finish(host::RequestContext& call,
                            const model::Symbol& symbol,
                            const analysis::AnalysisResult& result) {
    if (result.kind != AnalysisKind::Analyzed) {
        call.tries = {result.attempts > 0 ? result.attempts - 1 : 0, last_error_of(result)};
    }
    switch (result.kind) {
        case AnalysisKind::Analyzed: {
            boost::system::error_code error;
            json::value answer = json::parse(result.body, error);
            if (!error && answer.is_object()) return call.send(std::move(answer));
            return call.fail(503,
                             "ANALYSIS_UNAVAILABLE",
                             "the analysis service's response is not a JSON object");
        }
        case AnalysisKind::Refused:
            return call.fail(422,
                             "ANALYSIS_REFUSED",
                             "the analysis service does not accept the request, it responded with "
                             "status " +
                                 std::to_string(result.status));
        case AnalysisKind::TimedOut:
            parts_.timed_out(symbol);
            return call.fail(504,
                             "ANALYSIS_TIMEOUT",
                             "the analysis took too long and was canceled; no decision was based "
                             "on it; try again later");
        case AnalysisKind::Unavailable:
            break;
    }
    if (result.retry_at) {
        const auto wait = *result.retry_at - call.now.monotonic;
        const auto seconds = std::max<std::int64_t>(1, (wait.in_milliseconds() + 999) / 1'000);
        call.headers.emplace_back("Retry-After", std::to_string(seconds));
    }
    call.fail(503,
              "ANALYSIS_UNAVAILABLE",
              "the analysis service is not available; manual trading continues without it");
}

}  // namespace botcore::api
