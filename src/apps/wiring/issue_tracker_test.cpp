#include "apps/wiring/issue_tracker.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace botcore::apps {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

class IssueTrackerKeys : public testing::Test {
protected:
    void set(std::string_view key, std::string_view value) {
        const auto done = config_.set(key, value, "test");
        ASSERT_TRUE(done.has_value()) << done.error();
    }

    void set_github() {
        set("incidents.github_repository", "acme/bot");
        set("incidents.github_token", "hushhushtoken");
    }

    void set_jira() {
        set("incidents.jira_url", "https://acme.atlassian.net/");
        set("incidents.jira_project", "OPS");
        set("incidents.jira_user", "ann@example.org");
        set("incidents.jira_token", "hushhushtoken");
    }

    /// The error of the check that the start makes.
    std::string error() {
        const auto checked = check_issue_tracker(config_);
        return checked ? "" : checked.error();
    }

    host::Config config_;
};

TEST_F(IssueTrackerKeys, WithoutAKeyThereIsNone) {
    EXPECT_FALSE(has_issue_tracker(config_));
    EXPECT_EQ(error(), "");
}

TEST_F(IssueTrackerKeys, EitherGithubOrJira) {
    set_github();
    EXPECT_TRUE(has_issue_tracker(config_));
    EXPECT_EQ(error(), "");
    set_jira();
    EXPECT_THAT(error(), AllOf(HasSubstr("incidents.jira_url"), HasSubstr("github_repository")));
    set("incidents.github_repository", "");
    EXPECT_TRUE(has_issue_tracker(config_));
    EXPECT_EQ(error(), "");
}

TEST_F(IssueTrackerKeys, NamesTheKeyOfGithubThatIsWrong) {
    set_github();
    for (const char* wrong : {"acme", "acme/", "/bot", "acme/bot/x", "acme/..", "a me/bot"}) {
        set("incidents.github_repository", wrong);
        EXPECT_THAT(error(), HasSubstr("incidents.github_repository")) << wrong;
    }
    set("incidents.github_repository", "acme/bot");
    set("incidents.github_url", "http://github.example");
    EXPECT_THAT(
        error(),
        AllOf(HasSubstr("incidents.github_url"), HasSubstr("https"), Not(HasSubstr("hush"))));
    set("incidents.github_url", "http://127.0.0.1:9");
    EXPECT_EQ(error(), "");
    set("incidents.github_token", "");
    EXPECT_THAT(error(), HasSubstr("incidents.github_token"));
}

TEST_F(IssueTrackerKeys, NamesTheKeyOfJiraThatIsWrong) {
    set_jira();
    for (const char* wrong : {"", "ops", "OPS X"}) {
        set("incidents.jira_project", wrong);
        EXPECT_THAT(error(), HasSubstr("incidents.jira_project")) << wrong;
    }
    set("incidents.jira_project", "OPS");
    set("incidents.jira_user", "");
    EXPECT_THAT(error(), HasSubstr("incidents.jira_user"));
    set("incidents.jira_user", "ann@example.org");
    set("incidents.jira_token", "");
    EXPECT_THAT(error(), HasSubstr("incidents.jira_token"));
}

}  // namespace
}  // namespace botcore::apps
