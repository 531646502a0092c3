#include "api/request_metrics.hpp"

#include "protocol/error_codes.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace botcore::api {
namespace {

using testing::HasSubstr;

std::string error_line(std::string_view code) {
    return "http_request_errors_total{error_type=\"" + std::string(code) + "\"} ";
}

net::HttpExchange exchange(std::uint16_t status, std::string_view error_code = {}) {
    net::HttpExchange exchange;
    exchange.status = status;
    exchange.error_code = error_code;
    exchange.duration = std::chrono::milliseconds(3);
    return exchange;
}

// @spec:RI-MX-02 RI-MX-03
TEST(RequestMetrics, CountsByStatusAndErrorsByCode) {
    observability::Metrics metrics;
    RequestMetrics requests(metrics);
    requests.count(exchange(200));
    requests.count(exchange(422, "INSUFFICIENT_BALANCE"));
    requests.count(exchange(422, "INSUFFICIENT_BALANCE"));
    requests.count(exchange(409, "VERSION_CONFLICT"));
    requests.count(exchange(409, "REQUEST_IN_PROGRESS"));
    requests.count(exchange(503, "TIMEOUT"));
    const std::string text = metrics.render();
    EXPECT_THAT(text, HasSubstr("http_requests_total{status=\"200\"} 1"));
    EXPECT_THAT(text, HasSubstr("http_requests_total{status=\"422\"} 2"));
    EXPECT_THAT(text, HasSubstr(error_line("INSUFFICIENT_BALANCE") + "2"));
    EXPECT_THAT(text, HasSubstr(error_line("VERSION_CONFLICT") + "1"));
    EXPECT_THAT(text, HasSubstr("optimistic_conflicts_total 1"));
    EXPECT_THAT(text, HasSubstr("idempotency_hits_total{result=\"in_progress\"} 1"));
    EXPECT_THAT(text, HasSubstr("timeouts_total{op=\"api_request\"} 1"));
    EXPECT_THAT(text, HasSubstr("http_request_duration_seconds_bucket{le=\"0.005\"} 6"));
}

TEST(RequestMetrics, HasEachErrorCodeAtZero) {
    observability::Metrics metrics;
    const RequestMetrics requests(metrics);
    const std::string text = metrics.render();
    for (const auto& row : protocol::error_codes())
        EXPECT_THAT(text, HasSubstr(error_line(row.code) + "0"));
}

}  // namespace
}  // namespace botcore::api
