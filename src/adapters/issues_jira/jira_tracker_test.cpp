#include "adapters/issues_jira/jira_tracker.hpp"

#include "adapters/issues_jira/jira_issue.hpp"
#include "host/issue_tracker_world_test.hpp"

#include <boost/json/parse.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <memory>

namespace botcore::issues_jira {
namespace {

namespace json = boost::json;

using testing::AllOf;
using testing::HasSubstr;
using testing::StartsWith;

class JiraTrackerTest : public host::IssueTrackerTest {
protected:
    std::unique_ptr<ports::IssueTracker> make(net::ServiceUrl url,
                                              std::chrono::milliseconds limit) override {
        return std::make_unique<JiraTracker>(Options{.url = std::move(url),
                                                     .site = "https://acme.example",
                                                     .project = "OPS",
                                                     .user = "ann@example.org",
                                                     .token = host::Secret(kToken),
                                                     .limit = limit},
                                             *transport_);
    }
};

TEST_F(JiraTrackerTest, SendsEveryDocumentedHeaderAndField) {
    const ports::IssueEnd end = create({net::response(
        201, R"({"id":"10000","key":"OPS-5","self":"https://acme.example/issue/10000"})")});
    EXPECT_EQ(end.result, Result::Exists);
    EXPECT_EQ(end.url, "https://acme.example/browse/OPS-5");
    ASSERT_EQ(requests_.size(), 1U);
    EXPECT_THAT(
        requests_.front(),
        AllOf(StartsWith("POST /rest/api/3/issue HTTP/1.1\r\n"),
              HasSubstr("Authorization: Basic YW5uQGV4YW1wbGUub3JnOmh1c2hodXNodG9rZW4=\r\n"),
              HasSubstr("Accept: application/json\r\n"),
              HasSubstr("Content-Type: application/json\r\n")));
    EXPECT_EQ(json::parse(net::body_of(requests_.front())),
              json::parse(issue_document(issue(), "OPS")));
}

TEST_F(JiraTrackerTest, AnIssueThatExistsIsNotCreatedAgain) {
    const ports::IssueEnd end = create(
        {net::response(200, R"({"issues":[{"id":"10000","key":"OPS-5"}],"isLast":true})")}, true);
    EXPECT_EQ(end.result, Result::Exists);
    EXPECT_EQ(end.url, "https://acme.example/browse/OPS-5");
    ASSERT_EQ(requests_.size(), 1U);
    EXPECT_THAT(requests_.front(),
                StartsWith("GET "
                           "/rest/api/3/search/"
                           "jql?jql=project%20%3D%20%22OPS%22%20AND%20labels%20%3D%20%22"
                           "botcore-"
                           "action-1-7-2%22&fields=key&maxResults=1 HTTP/1.1\r\n"));
}

TEST_F(JiraTrackerTest, AnIssueThatIsNotFoundIsCreated) {
    const ports::IssueEnd end = create(
        {net::response(200, R"({"issues":[],"isLast":true})"),
         net::response(
             201, R"({"id":"10000","key":"OPS-5","self":"https://acme.example/issue/10000"})")},
        true);
    EXPECT_EQ(end.result, Result::Exists);
    ASSERT_EQ(requests_.size(), 2U);
    EXPECT_THAT(requests_.back(), StartsWith("POST "));
}

TEST_F(JiraTrackerTest, WhatIsTransientIsAFailureAndEverythingElseARefusal) {
    expect_failures_of_what_is_transient_and_refusals_of_everything_else();
}

TEST_F(JiraTrackerTest, AnAnswerThatIsLostOrNotValidIsAFailure) {
    expect_failures_of_answers_that_are_lost_or_not_valid();
}

}  // namespace
}  // namespace botcore::issues_jira
