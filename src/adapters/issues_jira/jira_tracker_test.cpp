#include "adapters/issues_jira/jira_tracker.hpp"

#include "adapters/issues_jira/jira_issue.hpp"
#include "net/peer_test.hpp"

#include <boost/json/parse.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <memory>
#include <optional>

namespace botcore::issues_jira {
namespace {

namespace json = boost::json;

using Result = ports::IssueEnd::Result;
using testing::AllOf;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

class JiraTrackerTest : public testing::Test {
protected:
    static ports::Issue issue() {
        return {.marker = "botcore-action-1-7-2",
                .title = "[Incident 7] Mend it",
                .lines = {"Mend it"},
                .due = "2026-12-24",
                .labels = {"incident"}};
    }

    /// How the tracker ends when the server answers with these steps.
    ports::IssueEnd create(std::deque<net::PeerStep> answers,
                           bool may_exist = false,
                           std::chrono::milliseconds limit = std::chrono::seconds(5)) {
        net::TestPeer peer(context_, std::move(answers));
        JiraTracker tracker({.url = net::parse_service_url(peer.url("")).value(),
                             .site = "https://acme.example",
                             .project = "OPS",
                             .user = "ann@example.org",
                             .token = host::Secret("hushhushtoken"),
                             .limit = limit},
                            *transport_);
        std::optional<ports::IssueEnd> end;
        tracker.create(issue(), may_exist, [&](ports::IssueEnd given) { end = std::move(given); });
        EXPECT_TRUE(net::run_until(context_, [&] { return end.has_value(); }));
        context_.restart();
        requests_ = peer.requests();
        const ports::IssueEnd result = end.value_or(ports::IssueEnd{});
        EXPECT_THAT(result.error, Not(HasSubstr("hushhush")));
        return result;
    }

    boost::asio::io_context context_;
    std::unique_ptr<net::HttpTransport> transport_ = net::HttpTransport::make(context_, "").value();
    std::vector<std::string> requests_;
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
    for (const int status : {408, 425, 429, 500, 503}) {
        EXPECT_EQ(create({net::response(status)}).result, Result::Failed) << status;
        EXPECT_EQ(create({net::response(status)}, true).result, Result::Failed) << status;
    }
    for (const int status : {200, 301, 400, 401, 403, 404, 410, 422})
        EXPECT_EQ(create({net::response(status)}).result, Result::Refused) << status;
    EXPECT_EQ(create({net::response(404)}, true).result, Result::Refused);
    const ports::IssueEnd limited =
        create({net::response(403, "hushhushtoken", "Retry-After: 30\r\n")});
    EXPECT_EQ(limited.result, Result::Failed);
    EXPECT_EQ(limited.retry_after, base::Duration::seconds(30));
    EXPECT_EQ(limited.error, "status 403");
}

TEST_F(JiraTrackerTest, AnAnswerThatIsLostOrNotValidIsAFailure) {
    EXPECT_EQ(create({{.action = net::PeerAction::Reset}}).result, Result::Failed);
    EXPECT_EQ(
        create({{.action = net::PeerAction::Hang}}, false, std::chrono::milliseconds(100)).result,
        Result::Failed);
    for (const char* body : {"", "[]", "{}", "nothing"})
        EXPECT_EQ(create({net::response(201, body)}).result, Result::Failed) << body;
    for (const char* body : {"", "{}", "nothing"})
        EXPECT_EQ(create({net::response(200, body)}, true).result, Result::Failed) << body;
}

}  // namespace
}  // namespace botcore::issues_jira
