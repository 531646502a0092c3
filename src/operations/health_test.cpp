#include "operations/health.hpp"

#include "operations/degraded_mode.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <set>

namespace botcore::operations {
namespace {

constexpr auto kNow = Timestamp::from_milliseconds(1'790'000'000'000);
constexpr auto kInterval = Duration::seconds(5);

ProbeResult probed(HealthState reported_state, Duration latency = Duration::milliseconds(1)) {
    return {reported_state, "said so", latency, kNow - Duration::seconds(1), std::nullopt};
}

ComponentStatus found(Dependency dependency, HealthState state) {
    return {dependency, state, {}, Duration()};
}

std::vector<ComponentStatus> all_healthy() {
    std::vector<ComponentStatus> findings;
    for (const auto& row : dependencies())
        findings.push_back(found(row.dependency, HealthState::Healthy));
    return findings;
}

// @spec:R1-HEALTH-07
TEST(Health, IsHealthyWhenEveryComponentIs) {
    EXPECT_EQ(overall(all_healthy()), HealthState::Healthy);
    EXPECT_EQ(http_status(HealthState::Healthy), 200);
    EXPECT_TRUE(modes_of(all_healthy(), Load::Normal).empty());
}

// @spec:R1-HEALTH-08 R1-HEALTH-09 R1-HEALTH-10 R1-DEP-01 R1-DEP-02 RT-UNIT-02
TEST(Health, TheLossOfAComponentCountsByItsCriticality) {
    for (const auto& row : dependencies()) {
        auto findings = all_healthy();
        findings.at(static_cast<std::size_t>(row.dependency)).state = HealthState::Unhealthy;
        const bool critical =
            row.dependency == Dependency::Database || row.dependency == Dependency::Exchange;
        EXPECT_EQ(row.criticality == Criticality::Critical, critical) << row.name;
        EXPECT_EQ(overall(findings), critical ? HealthState::Unhealthy : HealthState::Degraded)
            << row.name;
        EXPECT_EQ(http_status(overall(findings)), critical ? 503 : 200) << row.name;
        findings.at(static_cast<std::size_t>(row.dependency)).state = HealthState::Degraded;
        EXPECT_EQ(overall(findings), HealthState::Degraded) << row.name;
        EXPECT_EQ(http_status(overall(findings)), 200) << row.name;
    }
}

// @spec:R1-HEALTH-04
TEST(Health, ASlowReplyIsReportedAsHighLatency) {
    const auto verdict = [](std::int64_t milliseconds) {
        return evaluate(Dependency::Cache,
                        probed(HealthState::Healthy, Duration::milliseconds(milliseconds)),
                        kNow,
                        kInterval);
    };
    EXPECT_EQ(verdict(499).state, HealthState::Healthy);
    EXPECT_EQ(verdict(500).state, HealthState::Degraded);
    EXPECT_EQ(verdict(500).message, "High latency");
}

TEST(Health, ASlowUnhealthyReplyStaysUnhealthy) {
    const auto late = Duration::seconds(60);
    const auto finding =
        evaluate(Dependency::Cache, probed(HealthState::Unhealthy, late), kNow, kInterval);
    EXPECT_EQ(finding.state, HealthState::Unhealthy);
    EXPECT_EQ(finding.message, "said so");
}

TEST(Health, MissingAndStaleResultsCountAsUnhealthy) {
    const ComponentStatus never = evaluate(Dependency::Database, {}, kNow, kInterval);
    EXPECT_EQ(never.state, HealthState::Unhealthy);
    EXPECT_FALSE(never.age);
    ProbeResult old = probed(HealthState::Healthy);
    old.probed_at = kNow - Duration::seconds(17);
    EXPECT_EQ(evaluate(Dependency::Database, old, kNow, kInterval).state, HealthState::Healthy);
    old.probed_at = kNow - Duration::milliseconds(17'001);
    const ComponentStatus stale = evaluate(Dependency::Database, old, kNow, kInterval);
    EXPECT_EQ(stale.state, HealthState::Unhealthy);
    EXPECT_EQ(stale.message, "no probe has finished within the last 17 s");
}

TEST(Health, AClockStepBackMakesNoNegativeAge) {
    ProbeResult reading = probed(HealthState::Healthy);
    reading.probed_at = kNow + Duration::seconds(100);
    EXPECT_EQ(evaluate(Dependency::Disk, reading, kNow, kInterval).age, Duration());
}

TEST(Health, EveryComponentHasAUniqueNameAndAProbeTimeOut) {
    std::set<std::string_view> names;
    for (const auto& row : dependencies()) {
        EXPECT_EQ(&row_of(row.dependency), &row);
        EXPECT_TRUE(names.insert(row.name).second);
        EXPECT_GT(row.reply_within, row.latency_max);
        EXPECT_LE(row.reply_within, Duration::seconds(5));
        EXPECT_NE(to_text(row.criticality), "?");
    }
    for (const char* name : {"database", "binance_api", "redis", "websocket"})
        EXPECT_EQ(names.count(name), 1U) << name;
}

std::vector<ComponentStatus> drawn_findings() {
    std::vector<ComponentStatus> findings;
    for (const auto& row : dependencies()) {
        if (*rc::gen::arbitrary<bool>()) continue;
        findings.push_back(
            found(row.dependency,
                  *rc::gen::element(
                      HealthState::Healthy, HealthState::Degraded, HealthState::Unhealthy)));
    }
    return findings;
}

// @spec:R1-HEALTH-10 RD-12
RC_GTEST_PROP(HealthProperty, TheWorstCountsAndOptionalComponentsNeverMakeItUnhealthy, ()) {
    const auto findings = drawn_findings();
    bool trouble = false;
    bool critical_down = false;
    for (const auto& finding : findings) {
        trouble |= finding.state != HealthState::Healthy;
        critical_down |= finding.state == HealthState::Unhealthy &&
                         row_of(finding.dependency).criticality == Criticality::Critical;
    }
    const auto expected = critical_down ? HealthState::Unhealthy
                          : trouble     ? HealthState::Degraded
                                        : HealthState::Healthy;
    RC_ASSERT(overall(findings) == expected);
}

RC_GTEST_PROP(HealthProperty, AWorseComponentNeverImprovesTheWhole, ()) {
    auto findings = drawn_findings();
    RC_PRE(!findings.empty());
    const auto before = overall(findings);
    findings.at(*rc::gen::inRange<std::size_t>(0, findings.size())).state = HealthState::Unhealthy;
    RC_ASSERT(overall(findings) >= before);
}

RC_GTEST_PROP(HealthProperty, AModeIsActiveOnlyWhileAComponentIsNotHealthy, ()) {
    const auto findings = drawn_findings();
    const auto load = *rc::gen::element(Load::Normal, Load::Overload);
    const auto modes = modes_of(findings, load);
    RC_ASSERT(std::is_sorted(modes.begin(), modes.end()));
    RC_ASSERT(std::set(modes.begin(), modes.end()).size() == modes.size());
    if (overall(findings) == HealthState::Healthy) {
        RC_ASSERT(modes.size() == (load == Load::Overload ? 1U : 0U));
    }
    if (overall(findings) == HealthState::Unhealthy) {
        RC_ASSERT(!modes.empty());
    }
}

TEST(DegradedModes, FollowFromTheFailedComponent) {
    struct Row {
        Dependency dependency;
        std::string_view when_degraded;
        std::string_view when_unhealthy;
    };

    const Row rows[] = {
        {Dependency::Database, "", "store_down"},
        {Dependency::Exchange, "", "exchange_down"},
        {Dependency::Market, "market_stale", "market_down"},
        {Dependency::Disk, "", "disk_full"},
        {Dependency::Clock, "clock_uncertain", "clock_uncertain"},
        {Dependency::Cache, "", "cache_down"},
        {Dependency::WebSocket, "", ""},
        {Dependency::Analysis, "", "analysis_down"},
        {Dependency::Notifier, "", "notifier_down"},
        {Dependency::Monitoring, "", ""},
    };
    const auto mode_at = [](Dependency dependency, HealthState state) {
        const std::vector<ComponentStatus> findings = {found(dependency, state)};
        const auto modes = modes_of(findings, Load::Normal);
        return modes.empty() ? std::string_view() : row_of(modes.at(0)).id;
    };
    for (const Row& row : rows) {
        const auto name = row_of(row.dependency).name;
        EXPECT_EQ(mode_at(row.dependency, HealthState::Healthy), "") << name;
        EXPECT_EQ(mode_at(row.dependency, HealthState::Degraded), row.when_degraded) << name;
        EXPECT_EQ(mode_at(row.dependency, HealthState::Unhealthy), row.when_unhealthy) << name;
    }
    EXPECT_EQ(modes_of({}, Load::Overload), std::vector{DegradedMode::Overload});
}

TEST(DegradedModes, EachHasAMessageALabelAndARunbook) {
    std::set<std::string_view> ids;
    for (const auto& row : degraded_modes()) {
        EXPECT_EQ(&row_of(row.mode), &row);
        EXPECT_TRUE(ids.insert(row.id).second);
        EXPECT_TRUE(row.sign.ends_with('.')) << row.id;
        EXPECT_FALSE(row.runbook.empty()) << row.id;
    }
}

}  // namespace
}  // namespace botcore::operations
