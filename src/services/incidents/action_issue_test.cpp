#include "services/incidents/action_issue.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace botcore::incidents {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

operations::Incident incident() {
    operations::Incident incident;
    incident.number = 7;
    incident.severity = operations::IncidentSeverity::High;
    incident.title = "A slow screen";
    incident.began = base::Timestamp::from_milliseconds(1'790'000'000'500);
    return incident;
}

TEST(ActionIssue, SaysWhatMustBeDoneByWhomAndWhy) {
    const ports::Issue issue =
        issue_of(incident(), {.number = 2, .text = "Mend it", .owner = "bob", .due = "2026-12-24"});
    EXPECT_EQ(issue.marker, "botcore-action-1790000000-7-2");
    EXPECT_EQ(issue.title, "[Incident 7] Mend it");
    EXPECT_THAT(issue.lines,
                ElementsAre("Mend it",
                            "Incident 7: A slow screen",
                            "Severity: high",
                            "Owner: bob",
                            "Due: 2026-12-24"));
    EXPECT_EQ(issue.due, "2026-12-24");
    EXPECT_THAT(issue.labels, ElementsAre("incident", "severity-high"));
}

TEST(ActionIssue, ContainsNoSecretAndNoEmptyField) {
    const ports::Issue issue =
        issue_of(incident(), {.number = 1, .text = "Replace password=hunter2222", .owner = ""});
    EXPECT_THAT(issue.title, Not(HasSubstr("hunter2222")));
    EXPECT_EQ(issue.lines.size(), 3U);
    EXPECT_THAT(issue.lines.front(), Not(HasSubstr("hunter2222")));
    EXPECT_EQ(issue.due, "");
}

}  // namespace
}  // namespace botcore::incidents
