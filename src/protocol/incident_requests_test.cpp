#include "protocol/incident_requests.hpp"

#include <gtest/gtest.h>

namespace botcore::protocol {
namespace {

TEST(IncidentRequests, AnOpeningHasATitleAndASeverity) {
    const auto opening = parse_incident_opening(R"({"title":"A slow screen"})");
    ASSERT_TRUE(opening.has_value());
    EXPECT_EQ(opening.value().title, "A slow screen");
    EXPECT_EQ(opening.value().severity, "high");
    EXPECT_EQ(parse_incident_opening(R"({"title":"x","severity":"low"})").value().severity, "low");
    EXPECT_EQ(parse_incident_opening("{}").error().field, "title");
    EXPECT_EQ(parse_incident_opening(R"({"title":""})").error().field, "title");
    EXPECT_EQ(parse_incident_opening(R"({"title":"a\nb"})").error().field, "title");
    EXPECT_EQ(parse_incident_opening(R"({"title":"x","severity":"P1"})").error().field, "severity");
    EXPECT_EQ(parse_incident_opening(R"({"title":"x","owner":"y"})").error().code, "UNKNOWN_FIELD");
    EXPECT_EQ(parse_incident_opening("[").error().code, "INVALID_JSON");
}

TEST(IncidentRequests, ATextMayBeRequired) {
    EXPECT_EQ(parse_incident_text(R"({"note":"looking"})", "note", false).value(), "looking");
    EXPECT_EQ(parse_incident_text("", "note", false).value(), "");
    EXPECT_EQ(parse_incident_text("{}", "note", false).value(), "");
    EXPECT_EQ(parse_incident_text("{}", "text", true).error().field, "text");
    EXPECT_EQ(parse_incident_text(R"({"text":7})", "text", true).error().field, "text");
    const std::string longest(kIncidentTextMax, 'x');
    EXPECT_TRUE(parse_incident_text("{\"text\":\"" + longest + "\"}", "text", true).has_value());
    EXPECT_FALSE(parse_incident_text("{\"text\":\"" + longest + "x\"}", "text", true).has_value());
}

TEST(IncidentRequests, AReviewSaysSomething) {
    const auto review = parse_incident_review(R"({"root_cause":"a","lessons":"b"})");
    ASSERT_TRUE(review.has_value());
    EXPECT_EQ(review.value().root_cause, "a");
    EXPECT_EQ(review.value().lessons, "b");
    EXPECT_EQ(parse_incident_review("{}").error().code, "MISSING_FIELD");
    EXPECT_EQ(parse_incident_review(R"({"cause":"a"})").error().code, "UNKNOWN_FIELD");
}

TEST(IncidentRequests, AnActionHasAnOwnerAndMayHaveADate) {
    const auto action =
        parse_incident_action(R"({"text":"A larger disk","owner":"bob","due":"2026-12-24"})");
    ASSERT_TRUE(action.has_value());
    EXPECT_EQ(action.value().due, "2026-12-24");
    EXPECT_EQ(parse_incident_action(R"({"text":"x"})").error().field, "owner");
    for (const char* due : {"2026-13-01", "24.12.2026", "2026-12-24T00:00Z", ""}) {
        const std::string body = std::string(R"({"text":"x","owner":"y","due":")") + due + "\"}";
        EXPECT_EQ(parse_incident_action(body).error().field, "due") << due;
    }
}

}  // namespace
}  // namespace botcore::protocol
