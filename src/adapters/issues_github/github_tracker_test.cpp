#include "adapters/issues_github/github_tracker.hpp"

#include "adapters/issues_github/github_issue.hpp"
#include "host/issue_tracker_world_test.hpp"

#include <boost/json/parse.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <memory>

namespace botcore::issues_github {
namespace {

namespace json = boost::json;

using testing::AllOf;
using testing::HasSubstr;
using testing::StartsWith;

class GithubTrackerTest : public host::IssueTrackerTest {
protected:
    std::unique_ptr<ports::IssueTracker> make(net::ServiceUrl url,
                                              std::chrono::milliseconds limit) override {
        return std::make_unique<GithubTracker>(Options{.url = std::move(url),
                                                       .repository = "acme/bot",
                                                       .token = host::Secret(kToken),
                                                       .limit = limit},
                                               *transport_);
    }
};

TEST_F(GithubTrackerTest, SendsEveryDocumentedHeaderAndField) {
    const ports::IssueEnd end = create(
        {net::response(201, R"({"number":5,"html_url":"https://github.com/acme/bot/issues/5"})")});
    EXPECT_EQ(end.result, Result::Exists);
    EXPECT_EQ(end.url, "https://github.com/acme/bot/issues/5");
    ASSERT_EQ(requests_.size(), 1U);
    EXPECT_THAT(requests_.front(),
                AllOf(StartsWith("POST /repos/acme/bot/issues HTTP/1.1\r\n"),
                      HasSubstr("Authorization: Bearer hushhushtoken\r\n"),
                      HasSubstr("Accept: application/vnd.github+json\r\n"),
                      HasSubstr("X-GitHub-Api-Version: 2022-11-28\r\n"),
                      HasSubstr("User-Agent: botcore\r\n"),
                      HasSubstr("Content-Type: application/json\r\n")));
    EXPECT_EQ(json::parse(net::body_of(requests_.front())), json::parse(issue_document(issue())));
}

TEST_F(GithubTrackerTest, AnIssueThatExistsIsNotCreatedAgain) {
    const ports::IssueEnd end =
        create({net::response(200,
                              R"([{"body":null},{"html_url":"https://github.com/acme/bot/issues/5",
                                      "body":"x `botcore-action-1-7-2`"}])")},
               true);
    EXPECT_EQ(end.result, Result::Exists);
    EXPECT_EQ(end.url, "https://github.com/acme/bot/issues/5");
    ASSERT_EQ(requests_.size(), 1U);
    EXPECT_THAT(
        requests_.front(),
        StartsWith("GET /repos/acme/bot/issues?state=all&sort=created&direction=desc&per_page=100 "
                   "HTTP/1.1\r\n"));
}

TEST_F(GithubTrackerTest, AnIssueThatIsNotFoundIsCreated) {
    const ports::IssueEnd end = create(
        {net::response(200,
                       R"([{"html_url":"https://github.com/acme/bot/issues/9",
                                           "body":"`botcore-action-1-7-21`"}])"),
         net::response(201, R"({"number":5,"html_url":"https://github.com/acme/bot/issues/5"})")},
        true);
    EXPECT_EQ(end.result, Result::Exists);
    ASSERT_EQ(requests_.size(), 2U);
    EXPECT_THAT(requests_.back(), StartsWith("POST "));
}

TEST_F(GithubTrackerTest, WhatIsTransientIsAFailureAndEverythingElseARefusal) {
    expect_failures_of_what_is_transient_and_refusals_of_everything_else();
}

TEST_F(GithubTrackerTest, AnAnswerThatIsLostOrNotValidIsAFailure) {
    expect_failures_of_answers_that_are_lost_or_not_valid();
}

}  // namespace
}  // namespace botcore::issues_github
