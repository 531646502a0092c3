#include "services/incidents/incident_service.hpp"

#include "host/outbound_folder_test.hpp"
#include "services/incidents/incident_json.hpp"
#include "tests/scratch/memory_service_store.hpp"
#include "tests/scratch/replaced.hpp"

#include <boost/json/serialize.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace botcore::incidents {
namespace {

using base::Duration;
using base::Timestamp;
using operations::Incident;
using operations::IncidentSeverity;
using testing::HasSubstr;

Timestamp at(std::int64_t seconds) {
    return Timestamp::from_milliseconds(1'790'000'000'000 + seconds * 1'000);
}

/// The change of a built-in alert; `since` is when it fired, ten seconds after it began.
operations::AlertChange change(std::string_view name, bool over, std::int64_t second = 0) {
    for (const auto& rule : operations::alert_rules()) {
        if (rule.name != name) continue;
        return {{.rule = &rule,
                 .label_value = {},
                 .state = operations::AlertState::Firing,
                 .began = at(second - 10),
                 .since = at(second)},
                over};
    }
    ADD_FAILURE() << name;
    return {};
}

class IncidentServiceTest : public testing::Test {
protected:
    void SetUp() override { start(); }

    void start() {
        service_.reset();
        auto made = IncidentService::make(
            {.store = store_,
             .log = folder_.log(),
             .metrics = metrics_,
             .publish = [this](const protocol::Event& event) { published_.push_back(event); },
             .now = [] { return at(0); }});
        ASSERT_TRUE(made.has_value()) << made.error();
        service_ = std::move(made).value();
    }

    template <class Action>
    IncidentService::Outcome act_on(std::uint64_t number, Action action) {
        return service_->change(number, action);
    }

    [[nodiscard]] const Incident& incident(std::uint64_t number) const {
        return *service_->book().find(number);
    }

    host::TestFolder folder_;
    scratch::MemoryServiceStore store_;
    observability::Metrics metrics_;
    std::vector<protocol::Event> published_;
    std::unique_ptr<IncidentService> service_;
};

TEST_F(IncidentServiceTest, PublishesEachChangeOfStateOnce) {
    const auto states = [&] {
        std::vector<std::string> words;
        for (const protocol::Event& event : std::exchange(published_, {})) {
            EXPECT_EQ(event.data.at("incident").to_number<std::uint64_t>(), 1U);
            EXPECT_EQ(event.data.at("severity").as_string(), "critical");
            words.emplace_back(event.data.at("state").as_string());
        }
        return words;
    };
    service_->on_alert(change("StoreDown", false, 100), at(100));
    service_->on_delivered("slack", {.subject = "StoreDown", .text = "x"}, at(101));
    EXPECT_EQ(states(), std::vector<std::string>{"open"});
    start();
    EXPECT_EQ(act_on(1, [&](auto& book) { return book.acknowledge(1, "ann", "", at(160)); }),
              std::nullopt);
    EXPECT_EQ(states(), std::vector<std::string>{"acknowledged"});
    service_->on_alert(change("StoreDown", true, 100), at(200));
    service_->tick(model::Now(at(500)));
    EXPECT_EQ(states(), std::vector<std::string>{"resolved"});
}

TEST_F(IncidentServiceTest, FollowsAnAlertOverARestart) {
    service_->on_alert(change("StoreDown", false, 100), at(100));
    service_->on_delivered(
        "slack", {.subject = "StoreDown", .text = "The store does not respond"}, at(101));
    EXPECT_EQ(act_on(1, [&](auto& book) { return book.acknowledge(1, "ann", "looking", at(160)); }),
              std::nullopt);
    const std::string before = boost::json::serialize(to_json(incident(1)));
    EXPECT_THAT(before, HasSubstr("Told over slack: StoreDown"));
    start();
    EXPECT_EQ(boost::json::serialize(to_json(incident(1))), before);
    service_->on_alert(change("StoreDown", true, 100), at(200));
    service_->tick(model::Now(at(500)));
    start();
    EXPECT_FALSE(incident(1).is_open());
    EXPECT_EQ(incident(1).recovered, at(200));
}

// @spec:RI-MX-08 RI-MX-09 R4-AC-11
TEST_F(IncidentServiceTest, FiguresMoveWithTheFacts) {
    EXPECT_THAT(metrics_.render(), HasSubstr("incidents_total{severity=\"critical\"} 0\n"));
    service_->on_alert(change("StoreDown", false, 100), at(100));
    service_->tick(model::Now(at(101)));
    EXPECT_THAT(metrics_.render(), HasSubstr("incidents_total{severity=\"critical\"} 1\n"));
    EXPECT_THAT(metrics_.render(), HasSubstr("incident_open 1\n"));
    EXPECT_THAT(metrics_.render(), HasSubstr("incident_mttd_seconds 10\n"));
    EXPECT_EQ(act_on(1, [&](auto& book) { return book.acknowledge(1, "ann", "", at(160)); }),
              std::nullopt);
    service_->on_alert(change("StoreDown", true, 100), at(520));
    service_->tick(model::Now(at(820)));
    EXPECT_THAT(metrics_.render(), HasSubstr("incident_open 0\n"));
    EXPECT_THAT(metrics_.render(), HasSubstr("incident_mtta_seconds 60\n"));
    EXPECT_THAT(metrics_.render(), HasSubstr("incident_mttr_seconds 420\n"));
    EXPECT_THAT(metrics_.render(), HasSubstr("incident_review_due 1\n"));
    EXPECT_EQ(service_->open(IncidentSeverity::Low, "A slow screen", "ann", at(900)), 2U);
    EXPECT_THAT(metrics_.render(), HasSubstr("incidents_total{severity=\"low\"} 1\n"));
}

// @spec:R1-AC-20 R4-AC-12
TEST_F(IncidentServiceTest, EverythingThatPeopleSayIsStored) {
    EXPECT_EQ(service_->open(IncidentSeverity::High, "x", "ann", at(0)), 1U);
    EXPECT_EQ(act_on(1, [&](auto& book) { return book.note(1, {at(1), "a note", "ann"}); }),
              std::nullopt);
    EXPECT_EQ(
        act_on(1,
               [&](auto& book) { return book.review(1, {.root_cause = "a cause"}, "ann", at(2)); }),
        std::nullopt);
    EXPECT_EQ(act_on(1,
                     [&](auto& book) {
                         return book.add_action(1, {.text = "an action", .owner = "bob"});
                     }),
              std::nullopt);
    EXPECT_EQ(act_on(1, [&](auto& book) { return book.finish_action(1, 1, at(3)); }), std::nullopt);
    EXPECT_EQ(act_on(1, [&](auto& book) { return book.resolve(1, "ann", "an end", at(4)); }),
              std::nullopt);
    EXPECT_EQ(act_on(7, [&](auto& book) { return book.resolve(7, "ann", "", at(4)); }),
              IncidentService::Book::Refused::Unknown);
    start();
    EXPECT_EQ(incident(1).root_cause, "a cause");
    EXPECT_EQ(incident(1).resolution, "an end");
    EXPECT_EQ(incident(1).actions.front().done, at(3));
    EXPECT_EQ(incident(1).timeline.size(), 4U);
}

TEST_F(IncidentServiceTest, ARowThatCannotBeReadStaysAndIsLogged) {
    service_->open(IncidentSeverity::High, "x", "ann", at(0));
    store_.put({"incident", "00000000000000000002", "{"});
    start();
    EXPECT_EQ(service_->book().incidents().size(), 1U);
    EXPECT_EQ(store_.size(), 2U);
    EXPECT_THAT(folder_.logged(), HasSubstr("A stored incident cannot be read"));
}

TEST(IncidentJson, SaysWhichFieldIsWrong) {
    operations::IncidentBook book;
    book.alert_began(
        {.subject = "A", .text = "x", .critical = true, .began = at(0), .detected = at(1)});
    ASSERT_EQ(book.add_action(1, {.text = "y", .owner = "z"}), std::nullopt);
    const std::string good = boost::json::serialize(to_json(*book.find(1)));
    ASSERT_TRUE(parse_incident(good).has_value()) << parse_incident(good).error();
    const auto error_after = [&](const std::string& from, const std::string& to) {
        const auto read = parse_incident(scratch::replaced(good, from, to));
        return read ? std::string("accepted") : read.error();
    };
    EXPECT_THAT(error_after("\"number\":1", "\"number\":0"), HasSubstr("number"));
    EXPECT_THAT(error_after("\"critical\"", "\"P1\""), HasSubstr("severity"));
    EXPECT_THAT(error_after("\"began\":\"2026", "\"began\":\"x026"), HasSubstr("began"));
    EXPECT_THAT(error_after("\"over\":false", "\"over\":0"), HasSubstr("alerts"));
    EXPECT_THAT(error_after("\"timeline\":[", "\"timeline\":[7,"), HasSubstr("timeline"));
    EXPECT_THAT(error_after("\"owner\"", "\"own\""), HasSubstr("actions"));
    EXPECT_THAT(error_after("\"lessons\"", "\"lesson\""), HasSubstr("lessons"));
    EXPECT_FALSE(parse_incident("[]").has_value());
}

TEST_F(IncidentServiceTest, AFactIsStoredByTheCaller) {
    const auto number = service_->open(IncidentSeverity::High, "A slow screen", "ann", at(0));
    const auto change = service_->add_fact(number, {at(1), "Told ann"});
    EXPECT_EQ(incident(number).timeline.back().text, "Told ann");
    start();
    EXPECT_EQ(incident(number).timeline.back().text, "Opened");
    store_.change({change}, nullptr);
    start();
    EXPECT_EQ(incident(number).timeline.back().text, "Told ann");
}

TEST_F(IncidentServiceTest, TheDeliveryOfACallIsAFactOfItsIncident) {
    const auto number = service_->open(IncidentSeverity::High, "A slow screen", "ann", at(0));
    service_->on_delivered("email:bob", {.subject = "Incident/1", .text = "Come"}, at(2));
    service_->on_delivered("email:bob", {.subject = "Incident/9", .text = "Come"}, at(2));
    start();
    EXPECT_EQ(incident(number).timeline.back().text, "Told over email:bob: Incident/1");
    EXPECT_EQ(service_->book().incidents().size(), 1U);
}

}  // namespace
}  // namespace botcore::incidents
