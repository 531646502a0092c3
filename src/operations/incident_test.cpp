#include "operations/incident.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace botcore::operations {
namespace {

using base::Duration;
using base::Timestamp;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using Refused = IncidentBook::Refused;

/// Seconds after 2026-09-21T14:13:20Z.
Timestamp at(std::int64_t seconds) {
    return Timestamp::from_milliseconds(1'790'000'000'000 + seconds * 1'000);
}

IncidentBook::AlertBegan alert(const std::string& subject,
                               std::int64_t second,
                               bool critical = true) {
    return {.subject = subject,
            .text = "It is broken",
            .critical = critical,
            .began = at(second - 10),
            .detected = at(second)};
}

TEST(Incidents, ACriticalAlertOpensOneAndItsEndResolvesIt) {
    IncidentBook book;
    EXPECT_EQ(book.alert_began(alert("StoreDown", 100)), 1U);
    const Incident* incident = book.find(1);
    ASSERT_NE(incident, nullptr);
    EXPECT_TRUE(incident->is_open());
    EXPECT_EQ(incident->severity, IncidentSeverity::Critical);
    EXPECT_EQ(incident->title, "It is broken");
    EXPECT_THAT(book.tick(at(4'000)), IsEmpty());
    EXPECT_EQ(book.alert_over("StoreDown", at(4'100)), 1U);
    EXPECT_THAT(book.tick(at(4'399)), IsEmpty());
    EXPECT_THAT(book.tick(at(4'400)), ElementsAre(1));
    EXPECT_FALSE(book.find(1)->is_open());
    EXPECT_EQ(book.find(1)->recovered, at(4'100));
    EXPECT_EQ(book.find(1)->duration(at(9'999)), Duration::seconds(4'010));
    EXPECT_THAT(book.tick(at(5'000)), IsEmpty());
}

TEST(Incidents, AWarningOpensNoneButJoins) {
    IncidentBook book;
    EXPECT_EQ(book.alert_began(alert("CacheDown", 0, false)), 0U);
    EXPECT_EQ(book.alert_over("CacheDown", at(5)), 0U);
    EXPECT_EQ(book.alert_began(alert("StoreDown", 10)), 1U);
    EXPECT_EQ(book.alert_began(alert("CacheDown", 20, false)), 1U);
    EXPECT_EQ(book.find(1)->alerts.size(), 2U);
}

TEST(Incidents, WhatFollowsWithinTenMinutesBelongsToTheSameIncident) {
    IncidentBook book;
    EXPECT_EQ(book.alert_began(alert("A", 0)), 1U);
    EXPECT_EQ(book.alert_began(alert("B", 599)), 1U);
    EXPECT_EQ(book.alert_began(alert("C", 1'198)), 1U);
    EXPECT_EQ(book.alert_began(alert("D", 1'798)), 2U);
    EXPECT_EQ(book.incidents().size(), 2U);
    EXPECT_TRUE(book.find(1)->is_open());
}

TEST(Incidents, IsResolvedOnlyWhenAllItsAlertsAreOver) {
    IncidentBook book;
    book.alert_began(alert("A", 0));
    book.alert_began(alert("B", 10));
    book.alert_over("A", at(20));
    EXPECT_FALSE(book.find(1)->recovered.has_value());
    EXPECT_THAT(book.tick(at(9'000)), IsEmpty());
    book.alert_over("B", at(9'000));
    EXPECT_THAT(book.tick(at(9'300)), ElementsAre(1));
}

TEST(Incidents, AnAlertThatBeginsAgainGoesOnWithItsIncident) {
    IncidentBook book;
    book.alert_began(alert("A", 0));
    book.alert_over("A", at(100));
    EXPECT_EQ(book.alert_began(alert("A", 300)), 1U);
    EXPECT_THAT(book.tick(at(500)), IsEmpty());
    book.alert_over("A", at(600));
    EXPECT_THAT(book.tick(at(900)), ElementsAre(1));
    EXPECT_EQ(book.alert_began(alert("A", 1'000)), 2U);
}

TEST(Incidents, SeveralMayBeOpenAtATime) {
    IncidentBook book;
    EXPECT_EQ(book.open(IncidentSeverity::Low, "A slow screen", "ann", at(0)), 1U);
    EXPECT_EQ(book.alert_began(alert("A", 1'000)), 2U);
    EXPECT_EQ(book.resolve(1, "ann", "Restarted it", at(1'100)), std::nullopt);
    EXPECT_TRUE(book.find(2)->is_open());
    EXPECT_EQ(book.find(1)->resolution, "Restarted it");
}

TEST(Incidents, APersonAcknowledgesOnce) {
    IncidentBook book;
    book.alert_began(alert("A", 0));
    EXPECT_EQ(book.acknowledge(1, "ann", "looking", at(60)), std::nullopt);
    EXPECT_EQ(book.acknowledge(1, "bob", "", at(70)), Refused::AlreadyAcknowledged);
    EXPECT_EQ(book.find(1)->acknowledged, at(60));
    EXPECT_EQ(book.find(1)->acknowledged_by, "ann");
    EXPECT_EQ(book.find(1)->timeline.back().text, "Acknowledged: looking");
    EXPECT_EQ(book.find(1)->timeline.back().by, "ann");
}

TEST(Incidents, WhatDoesNotExistIsRefused) {
    IncidentBook book;
    EXPECT_EQ(book.acknowledge(1, "ann", "", at(0)), Refused::Unknown);
    EXPECT_EQ(book.note(1, {at(0), "x"}), Refused::Unknown);
    EXPECT_EQ(book.resolve(1, "ann", "", at(0)), Refused::Unknown);
    EXPECT_EQ(book.review(1, {}, "ann", at(0)), Refused::Unknown);
    EXPECT_EQ(book.add_action(1, {}), Refused::Unknown);
    EXPECT_EQ(book.finish_action(1, 1, at(0)), Refused::Unknown);
    EXPECT_EQ(book.add_fact("A", {at(0), "x"}), 0U);
    EXPECT_EQ(book.find(1), nullptr);
    book.alert_began(alert("A", 0));
    EXPECT_EQ(book.finish_action(1, 1, at(0)), Refused::NoSuchAction);
    EXPECT_EQ(book.resolve(1, "ann", "", at(10)), std::nullopt);
    EXPECT_EQ(book.resolve(1, "ann", "", at(20)), Refused::AlreadyResolved);
}

TEST(Incidents, AnOutageOverFiveMinutesNeedsARootCauseAndAnAction) {
    IncidentBook book;
    book.alert_began(alert("A", 10));
    EXPECT_FALSE(book.find(1)->review_due()) << "It is still open.";
    book.alert_over("A", at(301));
    book.tick(at(700));
    EXPECT_TRUE(book.find(1)->review_due());
    EXPECT_EQ(book.review(1, {.root_cause = "A full disk"}, "ann", at(800)), std::nullopt);
    EXPECT_TRUE(book.find(1)->review_due());
    EXPECT_EQ(book.add_action(1, {.text = "A larger disk", .owner = "bob"}), std::nullopt);
    EXPECT_FALSE(book.find(1)->review_due());
    EXPECT_EQ(book.finish_action(1, 1, at(900)), std::nullopt);
    EXPECT_EQ(book.find(1)->actions.front().done, at(900));
}

TEST(Incidents, AShortOutageNeedsNoReview) {
    IncidentBook book;
    book.alert_began(alert("A", 10));
    book.alert_over("A", at(300));
    book.tick(at(700));
    EXPECT_FALSE(book.find(1)->is_open());
    EXPECT_FALSE(book.find(1)->review_due());
}

// @spec:RD-10
TEST(Incidents, MeanTimesComeFromTheFacts) {
    IncidentBook book;
    EXPECT_FALSE(mean_times(book.incidents()).to_detect.has_value());
    book.alert_began(alert("A", 100));
    EXPECT_FALSE(mean_times(book.incidents()).to_acknowledge.has_value());
    EXPECT_FALSE(mean_times(book.incidents()).to_recover.has_value());
    EXPECT_EQ(book.acknowledge(1, "ann", "", at(160)), std::nullopt);
    book.alert_over("A", at(220));
    book.tick(at(1'000));
    auto second = alert("B", 2'000);
    second.began = at(1'970);
    book.alert_began(second);
    EXPECT_EQ(book.acknowledge(2, "ann", "", at(2'020)), std::nullopt);
    book.alert_over("B", at(2'060));
    const IncidentTimes times = mean_times(book.incidents());
    EXPECT_EQ(times.to_detect, Duration::seconds(20));
    EXPECT_EQ(times.to_acknowledge, Duration::seconds(40));
    EXPECT_EQ(times.to_recover, Duration::seconds(90));
}

TEST(Incidents, AClockThatStepsBackMakesNoNegativeTimes) {
    IncidentBook book;
    book.alert_began(alert("A", 100));
    book.alert_over("A", at(50));
    EXPECT_EQ(mean_times(book.incidents()).to_recover, Duration());
    EXPECT_EQ(book.find(1)->duration(at(0)), Duration());
}

TEST(Incidents, TheTimelineIsBounded) {
    IncidentBook book;
    book.alert_began(alert("A", 0));
    for (std::size_t i = 0; i < 2 * IncidentBook::kFactsMax; ++i)
        book.add_fact("A", {at(1), "again"});
    EXPECT_EQ(book.find(1)->timeline.size(), IncidentBook::kFactsMax);
}

TEST(Incidents, GoOnWithThoseOfEarlierProcesses) {
    IncidentBook before;
    before.alert_began(alert("A", 0));
    IncidentBook book(before.incidents());
    EXPECT_EQ(book.alert_over("A", at(50)), 1U);
    EXPECT_EQ(book.open(IncidentSeverity::High, "x", "ann", at(60)), 2U);
}

// @spec:RD-11
TEST(Incidents, SeveritiesAreTheFourOfTheSpecification) {
    for (const auto severity : {IncidentSeverity::Low,
                                IncidentSeverity::Medium,
                                IncidentSeverity::High,
                                IncidentSeverity::Critical}) {
        EXPECT_EQ(parse_severity(to_text(severity)), severity);
    }
    EXPECT_EQ(parse_severity("urgent"), std::nullopt);
}

// @spec:R4-AC-10 R4-PIA-01
TEST(IncidentReport, HasTheFormOfTheSpecification) {
    IncidentBook book;
    book.alert_began(alert("StoreDown", 0));
    EXPECT_EQ(book.acknowledge(1, "ann", "looking", at(65)), std::nullopt);
    book.alert_over("StoreDown", at(720));
    book.tick(at(1'100));
    EXPECT_EQ(book.review(1,
                          {.impact = "No orders\nfor 12 minutes",
                           .root_cause = "The disk was full.",
                           .resolution = "Space was freed.",
                           .lessons = "Watch the disk."},
                          "ann",
                          at(1'200)),
              std::nullopt);
    EXPECT_EQ(book.add_action(1, {.text = "A larger disk", .owner = "bob", .due = "2026-12-01"}),
              std::nullopt);
    EXPECT_EQ(book.add_action(1, {.text = "An alert", .owner = "ann"}), std::nullopt);
    EXPECT_EQ(book.finish_action(1, 2, at(1'300)), std::nullopt);
    EXPECT_EQ(incident_report(*book.find(1), at(2'000)), R"(# Incident 1: It is broken

## Summary

- **Date**: 2026-09-21
- **Duration**: 12 min
- **Severity**: Critical
- **Impact**: No orders for 12 minutes

## Timeline

- 14:13 UTC: StoreDown: It is broken
- 14:14 UTC: Acknowledged: looking (ann)
- 14:25 UTC: StoreDown is over
- 14:31 UTC: Resolved: everything has been over for five minutes
- 14:33 UTC: Reviewed (ann)

## Root Cause

The disk was full.

## Resolution

Space was freed.

## Action Items

- [ ] A larger disk, bob, due 2026-12-01
- [x] An alert, ann


## Lessons Learned

Watch the disk.
)");
}

TEST(IncidentReport, SaysWhatIsMissing) {
    IncidentBook book;
    book.alert_began(alert("A", 0));
    const std::string report = incident_report(*book.find(1), at(7'400));
    EXPECT_THAT(report, HasSubstr("**Duration**: 2 h 3 min, not resolved yet"));
    EXPECT_THAT(report, HasSubstr("## Root Cause\n\nTo be written."));
}

TEST(IncidentSubject, NamesTheIncident) {
    EXPECT_EQ(incident_subject(7), "Incident/7");
    EXPECT_EQ(incident_of_subject("Incident/7"), 7U);
    for (const char* other : {"Incident/", "Incident/x", "Incident", "StoreDown", "incident/7"})
        EXPECT_EQ(incident_of_subject(other), std::nullopt) << other;
}

}  // namespace
}  // namespace botcore::operations
