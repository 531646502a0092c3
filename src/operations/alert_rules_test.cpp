#include "operations/alert_rules.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <iterator>
#include <set>

namespace botcore::operations {
namespace {

using testing::HasSubstr;
using testing::Not;

/// The part of the Prometheus file about this alert.
std::string part_of(std::string_view name) {
    const std::string text = prometheus_rules();
    const auto begin = text.find("- alert: " + std::string(name) + "\n");
    EXPECT_NE(begin, std::string::npos) << name;
    return text.substr(begin, text.find("- alert: ", begin + 1) - begin);
}

// @spec:R0-GOAL-06
TEST(AlertRules, EachHasANameALevelAPageAndSaysWhatToDo) {
    std::set<std::string_view> names;
    for (const AlertRule& rule : alert_rules()) {
        EXPECT_TRUE(names.insert(rule.name).second) << rule.name;
        EXPECT_NE(rule.is_built_in(), !rule.expression.empty()) << rule.name;
        for (const std::string_view text : {rule.group, rule.runbook, rule.summary, rule.action})
            EXPECT_FALSE(text.empty()) << rule.name;
    }
    EXPECT_GT(names.size(), 50U);
}

TEST(AlertRules, TheFileHasEveryRule) {
    for (const AlertRule& rule : alert_rules()) {
        const std::string part = part_of(rule.name);
        EXPECT_THAT(part, HasSubstr("severity: " + std::string(to_text(rule.level))));
        EXPECT_THAT(part, HasSubstr("docs/runbooks/" + std::string(rule.runbook) + ".md"));
    }
}

TEST(AlertRules, TheFileInTheRepositoryIsUpToDate) {
    std::ifstream file("deploy/prometheus/alerts.yml");
    const std::string text{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
    EXPECT_EQ(text, prometheus_rules())
        << "write it again: botcored --print-prometheus-rules > deploy/prometheus/alerts.yml";
}

TEST(AlertRules, OnlyAlertsAboutDataAndMoneyFireInAPlannedWindow) {
    EXPECT_THAT(part_of("StoreDown"), HasSubstr("maintenance_planned"));
    EXPECT_THAT(part_of("AccountsFrozen"), Not(HasSubstr("maintenance_planned")));
}

}  // namespace
}  // namespace botcore::operations
