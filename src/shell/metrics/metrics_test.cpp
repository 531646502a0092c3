#include "shell/metrics/metrics.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace botcore::shell::metrics {
namespace {

using testing::HasSubstr;

// @spec:RI-MX-01
// @spec:RI-MX-02
// @spec:RI-MX-03
// @spec:RI-MX-04
// @spec:RI-MX-06
// @spec:RI-MX-07
TEST(Metrics, HasEveryNameFromTheStart) {
    const std::string text = Metrics().render();
    for (const char* line : {"up{service=\"botcored\"} 1",
                             "http_requests_total{status=\"200\"} 0",
                             "http_request_errors_total{error_type=\"INVALID_JSON\"} 0",
                             "http_request_duration_seconds_count 0",
                             "database_transactions_total{result=\"committed\"} 0",
                             "database_transaction_duration_seconds_count 0",
                             "trades_total 0",
                             "orders_total 0",
                             "idempotency_hits_total{result=\"replayed\"} 0",
                             "optimistic_conflicts_total 0",
                             "order_unknown_outcomes 0",
                             "journal_sequence 0"}) {
        EXPECT_THAT(text, HasSubstr(line));
    }
    EXPECT_THAT(text, HasSubstr("recovery_attempts_total{"));
}

TEST(Metrics, CountsRequestsByStatusAndErrorsByCode) {
    Metrics metrics;
    metrics.count_request(200, std::chrono::milliseconds(3));
    metrics.count_request(422, std::chrono::milliseconds(3));
    metrics.count_request_error("INSUFFICIENT_BALANCE");
    const std::string text = metrics.render();
    EXPECT_THAT(text, HasSubstr("http_requests_total{status=\"200\"} 1"));
    EXPECT_THAT(text, HasSubstr("http_requests_total{status=\"422\"} 1"));
    EXPECT_THAT(text, HasSubstr("error_type=\"INSUFFICIENT_BALANCE\"} 1"));
    EXPECT_THAT(text, HasSubstr("http_request_duration_seconds_bucket{le=\"0.005\"} 2"));
}

TEST(Metrics, CountsCommitsByResultAndTradesOnlyWhenCommitted) {
    Metrics metrics;
    metrics.count_transaction({.result = ports::CommitResult::Committed,
                               .duration = std::chrono::microseconds(200),
                               .trades = 2,
                               .orders_placed = 3,
                               .orders_refused = 1});
    metrics.count_transaction({.result = ports::CommitResult::Unavailable,
                               .duration = std::chrono::microseconds(200),
                               .trades = 9,
                               .orders_placed = 9,
                               .orders_refused = 9});
    const std::string text = metrics.render();
    EXPECT_THAT(text, HasSubstr("database_transactions_total{result=\"committed\"} 1"));
    EXPECT_THAT(text, HasSubstr("database_transactions_total{result=\"unavailable\"} 1"));
    EXPECT_THAT(text, HasSubstr("trades_total 2"));
    EXPECT_THAT(text, HasSubstr("orders_total 3"));
    EXPECT_THAT(text, HasSubstr("orders_refused_total 1"));
}

}  // namespace
}  // namespace botcore::shell::metrics
