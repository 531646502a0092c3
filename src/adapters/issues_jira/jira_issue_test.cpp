#include "adapters/issues_jira/jira_issue.hpp"

#include <boost/json/parse.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace botcore::issues_jira {
namespace {

namespace json = boost::json;

ports::Issue issue() {
    return {.marker = "botcore-action-1-7-2",
            .title = "[Incident 7] Mend it",
            .lines = {"Mend it", ""},
            .due = "2026-12-24",
            .labels = {"incident", "severity-high"}};
}

TEST(JiraIssue, HasEveryDocumentedField) {
    EXPECT_EQ(json::parse(issue_document(issue(), "OPS")), json::parse(R"({"fields": {
        "project": {"key": "OPS"},
        "summary": "[Incident 7] Mend it",
        "description": {"type": "doc", "version": 1, "content": [
            {"type": "paragraph", "content": [{"type": "text", "text": "Mend it"}]},
            {"type": "paragraph", "content": [{"type": "text", "text": "botcore-action-1-7-2"}]}]},
        "issuetype": {"name": "Task"},
        "labels": ["incident", "severity-high", "botcore-action-1-7-2"],
        "duedate": "2026-12-24"}})"));
}

TEST(JiraIssue, ADateThatIsNotKnownIsNotSent) {
    ports::Issue undated = issue();
    undated.due.clear();
    const json::value document = json::parse(issue_document(undated, "OPS"));
    EXPECT_EQ(document.at("fields").as_object().if_contains("duedate"), nullptr);
}

TEST(JiraIssue, IsOneLineWithinTheLimits) {
    ports::Issue long_one = issue();
    long_one.title = std::string(5'000, 'x') + "\n";
    long_one.lines = std::vector<std::string>(5, std::string(100'000, 'y'));
    const std::string text = issue_document(long_one, "OPS");
    EXPECT_EQ(text.find('\n'), std::string::npos);
    EXPECT_LE(text.size(), 32'767U);
    EXPECT_LE(json::parse(text).at("fields").at("summary").as_string().size(), 260U);
}

}  // namespace
}  // namespace botcore::issues_jira
