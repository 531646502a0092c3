#pragma once

/// What the tests of all trackers of issues share: an issue, a service on the loopback address, and
/// how every tracker ends.

#include "host/secret.hpp"
#include "net/peer_test.hpp"
#include "ports/issue_tracker.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace botcore::host {

class IssueTrackerTest : public testing::Test {
protected:
    using Result = ports::IssueEnd::Result;

    static constexpr const char* kToken = "hushhushtoken";

    static ports::Issue issue() {
        return {.marker = "botcore-action-1-7-2",
                .title = "[Incident 7] Mend it",
                .lines = {"Mend it"},
                .due = "2026-12-24",
                .labels = {"incident"}};
    }

    virtual std::unique_ptr<ports::IssueTracker> make(net::ServiceUrl url,
                                                      std::chrono::milliseconds limit) = 0;

    /// How the tracker ends when the server answers with these steps.
    ports::IssueEnd create(std::deque<net::PeerStep> answers,
                           bool may_exist = false,
                           std::chrono::milliseconds limit = std::chrono::seconds(5)) {
        net::TestPeer peer(context_, std::move(answers));
        const auto tracker = make(net::parse_service_url(peer.url("")).value(), limit);
        std::optional<ports::IssueEnd> end;
        tracker->create(issue(), may_exist, [&](ports::IssueEnd given) { end = std::move(given); });
        EXPECT_TRUE(net::run_until(context_, [&] { return end.has_value(); }));
        context_.restart();
        requests_ = peer.requests();
        const ports::IssueEnd result = end.value_or(ports::IssueEnd{});
        EXPECT_THAT(result.error, testing::Not(testing::HasSubstr("hushhush")));
        return result;
    }

    void expect_failures_of_what_is_transient_and_refusals_of_everything_else() {
        for (const int status : {408, 425, 429, 500, 503}) {
            EXPECT_EQ(create({net::response(status)}).result, Result::Failed) << status;
            EXPECT_EQ(create({net::response(status)}, true).result, Result::Failed) << status;
        }
        for (const int status : {200, 301, 400, 401, 403, 404, 410, 422})
            EXPECT_EQ(create({net::response(status)}).result, Result::Refused) << status;
        EXPECT_EQ(create({net::response(404)}, true).result, Result::Refused);
        const ports::IssueEnd limited = create({net::response(403, kToken, "Retry-After: 30\r\n")});
        EXPECT_EQ(limited.result, Result::Failed);
        EXPECT_EQ(limited.retry_after, base::Duration::seconds(30));
        EXPECT_EQ(limited.error, "status 403");
    }

    void expect_failures_of_answers_that_are_lost_or_not_valid() {
        EXPECT_EQ(create({{.action = net::PeerAction::Reset}}).result, Result::Failed);
        EXPECT_EQ(create({{.action = net::PeerAction::Hang}}, false, std::chrono::milliseconds(100))
                      .result,
                  Result::Failed);
        for (const char* body : {"", "[]", "{}", "nothing"})
            EXPECT_EQ(create({net::response(201, body)}).result, Result::Failed) << body;
        for (const char* body : {"", "{}", "nothing"})
            EXPECT_EQ(create({net::response(200, body)}, true).result, Result::Failed) << body;
    }

    boost::asio::io_context context_;
    std::unique_ptr<net::HttpTransport> transport_ = net::HttpTransport::make(context_, "").value();
    std::vector<std::string> requests_;
};

}  // namespace botcore::host
