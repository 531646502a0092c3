#include "observability/metrics.hpp"

#include "observability/metric_table.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>

namespace botcore::observability {
namespace {

using testing::HasSubstr;

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

TEST(Metrics, CopiesTheCountsOfTheCache) {
    Metrics metrics;
    ports::CacheCounters cache;
    cache.hits = 5;
    cache.misses = 4;
    cache.errors = 3;
    cache.reconnects = 2;
    cache.reconnects_failed = 1;
    cache.timeouts = 7;
    metrics.read(cache);
    EXPECT_THAT(metrics.render(), testing::Not(HasSubstr("service=\"cache\"")))
        << "a cache in this process has no connection";
    cache.hits = 6;
    metrics.read(cache);
    metrics.read_connection(cache);
    const std::string text = metrics.render();
    for (const char* line : {"cache_requests_total{result=\"hit\"} 6",
                             "cache_requests_total{result=\"miss\"} 4",
                             "cache_requests_total{result=\"failure\"} 3",
                             "reconnection_attempts_total{result=\"success\",service=\"cache\"} 2",
                             "reconnection_attempts_total{result=\"failure\",service=\"cache\"} 1",
                             "timeouts_total{op=\"cache\"} 7"}) {
        EXPECT_THAT(text, HasSubstr(line));
    }
}

TEST(Metrics, HasEachNameOfTheTableAtZero) {
    const std::string text = Metrics().render();
    const auto has = [&](const std::string& part) { return text.find(part) != text.npos; };
    for (const auto& row : metric_table()) {
        // Lines whose labels are known only at run time, or whose component may not be configured,
        // do not exist yet.
        const auto labels = labels_of(row);
        if (std::any_of(labels.begin(), labels.end(), [](const LabelRow& label) {
                return label.values.empty() || label.on_demand;
            }))
            continue;
        EXPECT_TRUE(has("# HELP " + std::string(row.name) + " ")) << row.name;
        EXPECT_TRUE(has("\n" + std::string(row.name))) << row.name;
        EXPECT_FALSE(row.unit.empty() || row.help.empty()) << row.name;
    }
    for (const char* line : {"recovery_attempts_total{mechanism=\"restart\",result=\"failure\"} 0",
                             "risk_checks_failed_total{rule=\"INSUFFICIENT_BALANCE\"} 0",
                             "recovery_duration_seconds_count{mechanism=\"reload\"} 0"}) {
        EXPECT_TRUE(has(line)) << line;
    }
    for (const char* name : {"incidents_total", "incident_mttr_seconds", "replication_lag_seconds"})
        EXPECT_FALSE(has(name)) << name << " has no source";
    for (const char* line : {"\nhealth_check_status{", "\ncircuit_breaker_state{"})
        EXPECT_FALSE(has(line)) << line
                                << " is reported by a component that is not configured here";
}

TEST(Metrics, AcceptsAnyNameOfTheTable) {
    Metrics metrics;
    metrics.count("retry_attempts_total", {"analysis", "success"});
    metrics.set("backup_size_bytes", 1.5);
    metrics.observe("recovery_duration_seconds", {"reload"}, 0.4);
    metrics.raise("journal_records_total", {}, 7);
    metrics.raise("journal_records_total", {}, 5);
    metrics.read_process();
    const std::string text = metrics.render();
    EXPECT_THAT(text, HasSubstr("retry_attempts_total{op=\"analysis\",result=\"success\"} 1"));
    EXPECT_THAT(text, HasSubstr("backup_size_bytes 1.5"));
    EXPECT_THAT(text,
                HasSubstr("recovery_duration_seconds_bucket{mechanism=\"reload\",le=\"0.5\"} 1"));
    EXPECT_THAT(text, HasSubstr("journal_records_total 7"));
    EXPECT_THAT(text, testing::Not(HasSubstr("process_resident_memory_bytes 0\n")));
    EXPECT_DEATH(metrics.count("no_such_name"), "CHECK failed");
    EXPECT_DEATH(metrics.set("backup_size_bytes", {"x"}, 1), "CHECK failed");
}

TEST(MetricTable, MatchesTheReferencePage) {
    std::ifstream file("docs/metrics.md");
    const std::string page{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
    EXPECT_EQ(page, metrics_reference())
        << "write it again: botcored --print-metrics-reference > docs/metrics.md";
}

// @spec:RI-MX-02 RI-MX-03
TEST(Metrics, CountsRequestsByStatusAndErrorsByCode) {
    Metrics metrics;
    metrics.count_request(200, std::chrono::milliseconds(3));
    metrics.count_request(422, std::chrono::milliseconds(3));
    metrics.count("http_request_errors_total", {"INSUFFICIENT_BALANCE"});
    const std::string text = metrics.render();
    EXPECT_THAT(text, HasSubstr("http_requests_total{status=\"200\"} 1"));
    EXPECT_THAT(text, HasSubstr("http_requests_total{status=\"422\"} 1"));
    EXPECT_THAT(text, HasSubstr("error_type=\"INSUFFICIENT_BALANCE\"} 1"));
    EXPECT_THAT(text, HasSubstr("http_request_duration_seconds_bucket{le=\"0.005\"} 2"));
}

// @spec:RI-MX-06
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
}  // namespace botcore::observability
