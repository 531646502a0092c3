#include "operations/alert_evaluator.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>

namespace botcore::operations {
namespace {

using base::Duration;
using base::Timestamp;
using testing::ElementsAre;
using testing::IsEmpty;

constexpr std::int64_t kMillion = 1'000'000;

Timestamp at(std::int64_t seconds) {
    return Timestamp::from_microseconds(seconds * kMillion);
}

const AlertCondition kMIsOne{
    .all_of = {{.left = {{.metric = "m"}}, .relation = Relation::Equal, .constant = kMillion}}};
const AlertCondition kEachIsOne{
    .all_of = {{.left = {{.metric = "n"}}, .relation = Relation::Equal, .constant = kMillion}},
    .by = "name"};

const std::array kRules = {
    AlertRule{.name = "Slow", .condition = kMIsOne, .hold = Duration::seconds(60)},
    AlertRule{.name = "Each", .condition = kEachIsOne},
    AlertRule{.name = "Data",
              .condition = {.all_of = {{.left = {{.metric = "d"}}}}},
              .in_maintenance = true},
    AlertRule{.name = "Outside", .expression = "vector(1)"},
};

/// Evaluates at moments of a test's clock; both clocks show the same.
class Evaluation {
public:
    explicit Evaluation(const std::vector<FiredBefore>& before = {}) : evaluator_(kRules, before) {}

    /// The changes at this second as "+subject" and "-subject".
    std::vector<std::string> changes_at(std::int64_t second,
                                        std::vector<Sample> samples,
                                        bool planned = false) {
        std::vector<std::string> texts;
        for (const auto& change : evaluator_.evaluate({.monotonic = at(second),
                                                       .wall = at(1'000'000 + second),
                                                       .samples = std::move(samples),
                                                       .planned = planned})) {
            texts.push_back((change.over ? "-" : "+") + change.alert.subject());
        }
        return texts;
    }

    [[nodiscard]] const AlertEvaluator& evaluator() const { return evaluator_; }

private:
    AlertEvaluator evaluator_;
};

Sample m(std::int64_t value) {
    return {"m", {}, value * kMillion};
}

Sample n(const std::string& name, std::int64_t value) {
    return {"n", {{"name", name}}, value * kMillion};
}

TEST(AlertEvaluator, FiresOnceItsConditionHasHeldLongEnough) {
    Evaluation evaluation;
    EXPECT_THAT(evaluation.changes_at(0, {m(1)}), IsEmpty());
    ASSERT_EQ(evaluation.evaluator().alerts().size(), 1U);
    EXPECT_EQ(evaluation.evaluator().alerts().front().state, AlertState::Pending);
    EXPECT_THAT(evaluation.changes_at(59, {m(1)}), IsEmpty());
    EXPECT_THAT(evaluation.changes_at(60, {m(1)}), ElementsAre("+Slow"));
    EXPECT_THAT(evaluation.changes_at(65, {m(1)}), IsEmpty());
    const auto alerts = evaluation.evaluator().alerts();
    ASSERT_EQ(alerts.size(), 1U);
    EXPECT_EQ(alerts.front().state, AlertState::Firing);
    EXPECT_EQ(alerts.front().began, at(1'000'000));
    EXPECT_EQ(alerts.front().since, at(1'000'060));
    EXPECT_EQ(alerts.front().value, kMillion);
}

TEST(AlertEvaluator, AConditionThatEndsBeforeItsTimeFiresNothing) {
    Evaluation evaluation;
    EXPECT_THAT(evaluation.changes_at(0, {m(1)}), IsEmpty());
    EXPECT_THAT(evaluation.changes_at(30, {m(0)}), IsEmpty());
    EXPECT_THAT(evaluation.evaluator().alerts(), IsEmpty());
    EXPECT_THAT(evaluation.changes_at(35, {m(1)}), IsEmpty());
    EXPECT_THAT(evaluation.changes_at(90, {m(1)}), IsEmpty());
    EXPECT_THAT(evaluation.changes_at(95, {m(1)}), ElementsAre("+Slow"));
}

TEST(AlertEvaluator, IsOverWhenItsConditionHasNotHeldForAWhile) {
    Evaluation evaluation;
    EXPECT_THAT(evaluation.changes_at(0, {n("a", 1)}), ElementsAre("+Each/a"));
    EXPECT_THAT(evaluation.changes_at(10, {n("a", 0)}), IsEmpty());
    EXPECT_THAT(evaluation.changes_at(14, {n("a", 1)}), IsEmpty());
    EXPECT_THAT(evaluation.changes_at(28, {n("a", 0)}), IsEmpty());
    EXPECT_THAT(evaluation.changes_at(29, {n("a", 0)}), ElementsAre("-Each/a"));
    EXPECT_THAT(evaluation.evaluator().alerts(), IsEmpty());
    EXPECT_THAT(evaluation.changes_at(40, {n("a", 1)}), ElementsAre("+Each/a"));
}

TEST(AlertEvaluator, EachValueOfALabelIsAnAlertOfItsOwn) {
    Evaluation evaluation;
    EXPECT_THAT(evaluation.changes_at(0, {n("a", 1), n("b", 1)}),
                ElementsAre("+Each/a", "+Each/b"));
    // A line that is not reported any more does not hold.
    EXPECT_THAT(evaluation.changes_at(15, {n("b", 1)}), ElementsAre("-Each/a"));
}

TEST(AlertEvaluator, FiresAfterAPlannedWindowIfItStillHolds) {
    Evaluation evaluation;
    EXPECT_THAT(evaluation.changes_at(0, {n("a", 1), n("b", 1)}, true), IsEmpty());
    EXPECT_EQ(evaluation.evaluator().alerts().front().state, AlertState::Suppressed);
    EXPECT_THAT(evaluation.changes_at(20, {n("a", 1), n("b", 0)}, true), IsEmpty());
    EXPECT_THAT(evaluation.changes_at(40, {n("a", 1), n("b", 0)}, false), ElementsAre("+Each/a"));
}

TEST(AlertEvaluator, AnAlertAboutDataFiresInAPlannedWindow) {
    Evaluation evaluation;
    EXPECT_THAT(evaluation.changes_at(0, {{"d", {}, 1}}, true), ElementsAre("+Data"));
}

TEST(AlertEvaluator, AnAlertThatFiredBeforeEndsInAPlannedWindow) {
    Evaluation evaluation;
    EXPECT_THAT(evaluation.changes_at(0, {n("a", 1)}), ElementsAre("+Each/a"));
    EXPECT_THAT(evaluation.changes_at(15, {n("a", 0)}, true), ElementsAre("-Each/a"));
}

TEST(AlertEvaluator, ARestoredAlertDoesNotFireASecondTime) {
    Evaluation evaluation({{"Each/a", at(900)}});
    EXPECT_THAT(evaluation.changes_at(0, {n("a", 1)}), IsEmpty());
    EXPECT_THAT(evaluation.changes_at(60, {n("a", 1)}), IsEmpty());
    EXPECT_EQ(evaluation.evaluator().alerts().front().since, at(900));
    EXPECT_THAT(evaluation.changes_at(75, {n("a", 0)}), ElementsAre("-Each/a"));
}

TEST(AlertEvaluator, ARestoredAlertIsOverAfterThisProcessHasLookedForAWhile) {
    Evaluation evaluation({{"Each/a", at(900)}, {"NoSuchRule", at(900)}, {"Outside", at(900)}});
    EXPECT_THAT(evaluation.changes_at(100, {n("a", 0)}), IsEmpty());
    EXPECT_THAT(evaluation.changes_at(129, {n("a", 0)}), IsEmpty());
    EXPECT_THAT(evaluation.changes_at(130, {n("a", 0)}), ElementsAre("-Each/a"));
    EXPECT_THAT(evaluation.evaluator().alerts(), IsEmpty());
}

TEST(AlertEvaluator, NeedsTheMetricsOfItsRules) {
    EXPECT_THAT(Evaluation().evaluator().metrics(), ElementsAre("d", "m", "n"));
}

TEST(AlertEvaluator, StatesHaveNames) {
    EXPECT_EQ(to_text(AlertState::Pending), "pending");
    EXPECT_EQ(to_text(AlertState::Suppressed), "suppressed");
    EXPECT_EQ(to_text(AlertState::Firing), "firing");
}

}  // namespace
}  // namespace botcore::operations
