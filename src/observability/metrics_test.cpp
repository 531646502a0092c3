#include "observability/metrics.hpp"

#include "observability/metric_table.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <fstream>

namespace botcore::observability {
namespace {

using testing::HasSubstr;

TEST(Metrics, HasEveryNameFromTheStart) {
    const std::string text = Metrics().render();
    for (const char* line : {"up{service=\"botcored\"} 1",
                             "http_requests_total{status=\"200\"} 0",
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

TEST(Metrics, HasEachNameOfTheTableAtZero) {
    const std::string text = Metrics().render();
    const auto has = [&](const std::string& part) { return text.find(part) != text.npos; };
    for (const auto& row : metric_table()) {
        // Lines whose labels are known only at run time or to a layer above, or whose component may
        // not be configured, do not exist yet.
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
    for (const char* name : {"replication_lag_seconds"})
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
    metrics.counter("trades_total").add();
    metrics.counter("trades_total").add(2);
    metrics.histogram("recovery_duration_seconds", {"restart"}).observe(0.4);
    metrics.read_process();
    const std::string text = metrics.render();
    EXPECT_THAT(text, HasSubstr("retry_attempts_total{op=\"analysis\",result=\"success\"} 1"));
    EXPECT_THAT(text, HasSubstr("backup_size_bytes 1.5"));
    EXPECT_THAT(text,
                HasSubstr("recovery_duration_seconds_bucket{mechanism=\"reload\",le=\"0.5\"} 1"));
    EXPECT_THAT(text,
                HasSubstr("recovery_duration_seconds_bucket{mechanism=\"restart\",le=\"0.5\"} 1"));
    EXPECT_THAT(text, HasSubstr("trades_total 3"));
    EXPECT_THAT(text, HasSubstr("journal_records_total 7"));
    EXPECT_THAT(text, testing::Not(HasSubstr("process_resident_memory_bytes 0\n")));
    EXPECT_DEATH(metrics.count("no_such_name"), "CHECK failed");
    EXPECT_DEATH((void)metrics.counter("accounts"), "CHECK failed");
    EXPECT_DEATH(metrics.set("backup_size_bytes", {"x"}, 1), "CHECK failed");
}

TEST(Metrics, ShowsTheLinesOfCountersAndGauges) {
    Metrics metrics;
    metrics.count("retry_attempts_total", {"analysis", "success"}, 3);
    metrics.set("backup_size_bytes", 1.5);
    const std::array<std::string_view, 3> names = {
        "backup_size_bytes", "recovery_duration_seconds", "retry_attempts_total"};
    const auto lines = metrics.lines(names);
    ASSERT_FALSE(lines.empty());
    EXPECT_EQ(lines.front().metric, "backup_size_bytes");
    EXPECT_EQ(lines.front().value, 1.5);
    const auto retries = std::find_if(lines.begin(), lines.end(), [](const MetricLine& line) {
        return line.labels == std::vector<std::pair<std::string, std::string>>{
                                  {"op", "analysis"}, {"result", "success"}};
    });
    ASSERT_NE(retries, lines.end());
    EXPECT_EQ(retries->value, 3);
    for (const MetricLine& line : lines)
        EXPECT_NE(line.metric, "recovery_duration_seconds");
}

TEST(Metrics, ReadsTheMemoryThatTheProcessMayUse) {
    Metrics metrics;
    metrics.read_process();
    const std::array<std::string_view, 2> names = {"process_memory_limit_bytes",
                                                   "process_resident_memory_bytes"};
    const auto lines = metrics.lines(names);
    ASSERT_EQ(lines.size(), 2U);
    EXPECT_GT(lines[0].value, lines[1].value);
    EXPECT_GT(lines[1].value, 0);
}

TEST(MetricTable, MatchesTheReferencePage) {
    std::ifstream file("docs/metrics.md");
    const std::string page{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
    EXPECT_EQ(page, metrics_reference())
        << "write it again: botcored --print-metrics-reference > docs/metrics.md";
}

}  // namespace
}  // namespace botcore::observability
