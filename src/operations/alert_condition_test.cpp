#include "operations/alert_condition.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace botcore::operations {
namespace {

using base::Duration;
using base::Timestamp;
using testing::ElementsAre;

constexpr std::int64_t kMillion = 1'000'000;

Timestamp at(std::int64_t seconds) {
    return Timestamp::from_microseconds(seconds * kMillion);
}

Sample line(const std::string& metric, std::int64_t whole, SampleLabels labels = {}) {
    return {metric, std::move(labels), whole * kMillion};
}

AlertCondition only(Comparison comparison, std::string_view by = {}) {
    return {.all_of = {std::move(comparison)}, .by = by};
}

bool holds(const AlertCondition& condition,
           const SampleHistory& history,
           Timestamp wall_now = Timestamp()) {
    const auto values = evaluate(condition, history, wall_now);
    EXPECT_EQ(values.size(), 1U);
    return values.front().holds;
}

TEST(AlertCondition, ComparesTheGreatestOfTheSelectedLines) {
    SampleHistory history;
    history.add(
        at(1),
        {line("m", 3, {{"a", "x"}}), line("m", 5, {{"a", "y"}}), line("m", 9, {{"a", "z"}})});
    const auto above = [](std::vector<LabelFilter> filters, std::int64_t whole) {
        return only({.left = {{.kind = Term::Kind::Max, .metric = "m", .filters = filters}},
                     .relation = Relation::Greater,
                     .constant = whole * kMillion});
    };
    EXPECT_TRUE(holds(above({}, 8), history));
    EXPECT_FALSE(holds(above({}, 9), history));
    EXPECT_TRUE(holds(above({{"a", "x|y"}}, 4), history));
    EXPECT_FALSE(holds(above({{"a", "x|y"}}, 5), history));
    EXPECT_TRUE(holds(above({{"a", "z", true}}, 4), history));
    EXPECT_FALSE(holds(above({{"a", "z", true}}, 5), history));
}

TEST(AlertCondition, EachRelationIsWhatItSays) {
    SampleHistory history;
    history.add(at(1), {line("m", 5)});
    const auto test = [&](Relation relation, std::int64_t constant) {
        return holds(
            only(
                {.left = {{.metric = "m"}}, .relation = relation, .constant = constant * kMillion}),
            history);
    };
    EXPECT_TRUE(test(Relation::AtLeast, 5));
    EXPECT_FALSE(test(Relation::AtLeast, 6));
    EXPECT_TRUE(test(Relation::Less, 6));
    EXPECT_FALSE(test(Relation::Less, 5));
    EXPECT_TRUE(test(Relation::Equal, 5));
    EXPECT_FALSE(test(Relation::Equal, 4));
}

TEST(AlertCondition, IsFalseWithoutAnyLine) {
    SampleHistory history;
    history.add(at(1), {});
    for (const auto kind : {Term::Kind::Max, Term::Kind::Min, Term::Kind::Last}) {
        for (const auto relation : {Relation::Less, Relation::Equal, Relation::Greater}) {
            EXPECT_FALSE(holds(
                only({.left = {{.kind = kind, .metric = "m"}}, .relation = relation}), history));
        }
    }
}

TEST(AlertCondition, AnIncreaseCountsWithinItsWindow) {
    SampleHistory history;
    const auto increased = only(
        {.left = {{.kind = Term::Kind::Increase, .metric = "c", .window = Duration::seconds(60)}},
         .relation = Relation::Greater});
    history.add(at(10), {line("c", 0)});
    EXPECT_FALSE(holds(increased, history));
    history.add(at(20), {line("c", 2)});
    EXPECT_TRUE(holds(increased, history));
    history.add(at(79), {line("c", 2)});
    EXPECT_TRUE(holds(increased, history));
    history.add(at(81), {line("c", 2)});
    EXPECT_FALSE(holds(increased, history));
}

TEST(AlertCondition, ACounterThatAppearsBeganAtZero) {
    SampleHistory history;
    const auto increased = only(
        {.left = {{.kind = Term::Kind::Increase, .metric = "c", .window = Duration::seconds(60)}},
         .relation = Relation::Equal,
         .constant = 3 * kMillion});
    history.add(at(10), {});
    history.add(at(20), {line("c", 3, {{"code", "new"}})});
    EXPECT_TRUE(holds(increased, history));
}

TEST(AlertCondition, ComparesAShareWithoutDividing) {
    const auto more_than_a_tenth = only(
        {.left = {{.kind = Term::Kind::Increase, .metric = "bad", .window = Duration::seconds(60)}},
         .relation = Relation::Greater,
         .right = {{.kind = Term::Kind::Increase,
                    .metric = "all",
                    .window = Duration::seconds(60),
                    .factor = 100'000}}});
    SampleHistory nothing;
    nothing.add(at(1), {line("bad", 0), line("all", 0)});
    EXPECT_FALSE(holds(more_than_a_tenth, nothing));
    SampleHistory tenth;
    tenth.add(at(1), {line("bad", 10), line("all", 100)});
    EXPECT_FALSE(holds(more_than_a_tenth, tenth));
    SampleHistory more;
    more.add(at(1), {line("bad", 11), line("all", 100)});
    EXPECT_TRUE(holds(more_than_a_tenth, more));
}

TEST(AlertCondition, AnAgeIsMeasuredByTheCalendarAndNeedsAFirstTime) {
    const auto older = only({.left = {{.kind = Term::Kind::Age, .metric = "t"}},
                             .relation = Relation::Greater,
                             .constant = 100 * kMillion});
    SampleHistory never;
    never.add(at(1), {line("t", 0)});
    EXPECT_FALSE(holds(older, never, at(2'000'000'000)));
    SampleHistory once;
    once.add(at(1), {line("t", 1'000)});
    EXPECT_FALSE(holds(older, once, at(1'100)));
    EXPECT_TRUE(holds(older, once, at(1'101)));
}

TEST(AlertCondition, TheGreatestWithinAWindowOutlastsALaterZero) {
    const auto frozen =
        only({.left = {{.kind = Term::Kind::Max, .metric = "m", .window = Duration::seconds(300)}},
              .relation = Relation::Greater});
    SampleHistory history;
    history.add(at(0), {line("m", 1)});
    history.add(at(299), {line("m", 0)});
    EXPECT_TRUE(holds(frozen, history));
    history.add(at(301), {line("m", 0)});
    EXPECT_FALSE(holds(frozen, history));
}

TEST(AlertCondition, IsEvaluatedForEachValueOfTheLabel) {
    SampleHistory history;
    history.add(at(1), {line("s", 2, {{"name", "a"}}), line("s", 0, {{"name", "b"}})});
    const auto open = only(
        {.left = {{.metric = "s"}}, .relation = Relation::Equal, .constant = 2 * kMillion}, "name");
    const auto values = evaluate(open, history, Timestamp());
    ASSERT_EQ(values.size(), 2U);
    EXPECT_EQ(values[0].label_value, "a");
    EXPECT_TRUE(values[0].holds);
    EXPECT_EQ(values[0].left, 2 * kMillion);
    EXPECT_FALSE(values[1].holds);
}

TEST(AlertCondition, AllComparisonsMustHold) {
    SampleHistory history;
    history.add(at(1), {line("a", 1), line("b", 0)});
    const Comparison a_is_one{
        .left = {{.metric = "a"}}, .relation = Relation::Equal, .constant = kMillion};
    const Comparison b_is_one{
        .left = {{.metric = "b"}}, .relation = Relation::Equal, .constant = kMillion};
    EXPECT_TRUE(holds({.all_of = {a_is_one}}, history));
    EXPECT_FALSE(holds({.all_of = {a_is_one, b_is_one}}, history));
}

TEST(AlertCondition, AMetricThatIsNotReportedAnyMoreHasNoLines) {
    SampleHistory history;
    history.add(at(1), {line("m", 1)});
    EXPECT_EQ(history.lines("m").size(), 1U);
    history.add(at(2), {});
    EXPECT_TRUE(history.lines("m").empty());
}

TEST(AlertCondition, HistoryIsLimited) {
    SampleHistory history;
    for (std::int64_t second = 0; second < 4'000; second += 5)
        history.add(at(second), {line("m", second)});
    EXPECT_LE(history.lines("m").front().points.size(), 182U);
    EXPECT_GE(history.lines("m").front().points.size(), 180U);
}

TEST(AlertCondition, BecomesPromql) {
    const Term counted{.kind = Term::Kind::Increase,
                       .metric = "c",
                       .filters = {{"status", "500|504"}},
                       .window = Duration::seconds(300)};
    EXPECT_EQ(promql(only({.left = {counted}, .relation = Relation::Greater})),
              R"((sum(increase(c{status=~"500|504"}[5m])) or vector(0)) > 0)");
    EXPECT_EQ(
        promql(
            only({.left = {{.metric = "s"}}, .relation = Relation::Equal, .constant = 2 * kMillion},
                 "name")),
        "max by (name) (s) == 2");
    EXPECT_EQ(promql(only({.left = {{.kind = Term::Kind::Age, .metric = "t"}},
                           .relation = Relation::Less,
                           .constant = 1'500'000})),
              "time() - max(t > 0) < 1.5");
    EXPECT_EQ(promql(only({.left = {{.kind = Term::Kind::Last,
                                     .metric = "d",
                                     .filters = {{"state", "down"}},
                                     .window = Duration::seconds(86'400)}},
                           .relation = Relation::AtLeast,
                           .constant = 12'960 * kMillion,
                           .right = {{.kind = Term::Kind::Min, .metric = "p", .factor = -5'000}}})),
              R"((max(d{state="down"}) or max(last_over_time(d{state="down"}[24h]))) >= 12960 )"
              R"(- 0.005 * min(p))");
    EXPECT_EQ(promql({.all_of = {{.left = {{.metric = "a"}}},
                                 {.left = {{.metric = "b", .filters = {{"x", "y", true}}}}}}}),
              R"(max(a) > 0 and max(b{x!="y"}) > 0)");
}

TEST(AlertCondition, NamesTheJobOfMetricsThatEveryProgramHas) {
    EXPECT_EQ(promql(only({.left = {{.metric = "process_x", .filters = {{"a", "b"}}}}})),
              R"(max(process_x{job="botcored", a="b"}) > 0)");
    EXPECT_EQ(promql(only({.left = {{.kind = Term::Kind::Count, .metric = "http_x"}}})),
              R"(count(http_x{job="botcored"}) > 0)");
}

TEST(AlertCondition, CountsLines) {
    SampleHistory history;
    history.add(at(1), {line("m", 0, {{"a", "x"}}), line("m", 7, {{"a", "y"}})});
    const auto counted = [&](std::int64_t whole) {
        return holds(only({.left = {{.kind = Term::Kind::Count, .metric = "m"}},
                           .relation = Relation::Equal,
                           .constant = whole * kMillion}),
                     history);
    };
    EXPECT_TRUE(counted(2));
    EXPECT_FALSE(counted(1));
}

TEST(AlertCondition, NamesItsMetricsOnce) {
    EXPECT_THAT(metrics_of({.all_of = {{.left = {{.metric = "b"}}, .right = {{.metric = "a"}}},
                                       {.left = {{.metric = "b"}}}}}),
                ElementsAre("a", "b"));
}

}  // namespace
}  // namespace botcore::operations
