#include "adapters/issues_github/github_issue.hpp"

#include <boost/json/parse.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace botcore::issues_github {
namespace {

namespace json = boost::json;

ports::Issue issue() {
    return {.marker = "botcore-action-1-7-2",
            .title = "[Incident 7] Mend it",
            .lines = {"Mend it", "Owner: bob"},
            .due = "2026-12-24",
            .labels = {"incident", "severity-high"}};
}

TEST(GithubIssue, HasEveryDocumentedField) {
    EXPECT_EQ(json::parse(issue_document(issue())), json::parse(R"({
        "title": "[Incident 7] Mend it",
        "body": "Mend it\n\nOwner: bob\n\n`botcore-action-1-7-2`",
        "labels": ["incident", "severity-high"]})"));
}

TEST(GithubIssue, IsOneLineWithinTheLimits) {
    ports::Issue long_one = issue();
    long_one.title = std::string(5'000, 'x') + "\n";
    long_one.lines = {"a\nb", std::string(100'000, 'y')};
    const std::string text = issue_document(long_one);
    EXPECT_EQ(text.find('\n'), std::string::npos);
    const json::value document = json::parse(text);
    EXPECT_LE(document.at("title").as_string().size(), 260U);
    EXPECT_LE(document.at("body").as_string().size(), 65'536U);
}

}  // namespace
}  // namespace botcore::issues_github
