#include "host/json_poster.hpp"

#include "net/peer_test.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace botcore::host {
namespace {

using net::run_until;
using net::TestPeer;
using testing::HasSubstr;
using testing::Not;

class JsonPosterOverLoopback : public testing::Test {
protected:
    std::unique_ptr<JsonPoster> make(const std::string& url,
                                     std::chrono::microseconds limit = std::chrono::seconds(5)) {
        return std::make_unique<JsonPoster>(
            net::parse_service_url(url).value(), *transport_, limit);
    }

    PostEnd post(JsonPoster& poster, const std::string& document = "{}") {
        std::optional<PostEnd> end;
        poster.post(document, {{"X-Test", "1"}}, [&](PostEnd got) { end = std::move(got); });
        EXPECT_TRUE(run_until(context_, [&] { return end.has_value(); }));
        return end.value_or(PostEnd{});
    }

    boost::asio::io_context context_;
    std::unique_ptr<net::HttpTransport> transport_ = net::HttpTransport::make(context_, "").value();
};

TEST_F(JsonPosterOverLoopback, PostsToTheUrlItself) {
    TestPeer peer(context_, {net::response(429, "later", "Retry-After: 9\r\n")});
    const PostEnd end = post(*make(peer.url("/a/b")), R"({"x":1})");
    EXPECT_EQ(end.status, 429);
    EXPECT_EQ(end.body, "later");
    EXPECT_EQ(end.text, "status 429");
    EXPECT_EQ(end.retry_after, base::Duration::seconds(9));
    (void)post(*make(peer.url()));
    ASSERT_EQ(peer.requests().size(), 2U);
    EXPECT_THAT(peer.requests()[0], HasSubstr("POST /a/b HTTP/1.1\r\n"));
    EXPECT_THAT(peer.requests()[0], HasSubstr("Content-Type: application/json\r\n"));
    EXPECT_THAT(peer.requests()[0], HasSubstr("X-Test: 1\r\n"));
    EXPECT_EQ(net::body_of(peer.requests()[0]), R"({"x":1})");
    EXPECT_THAT(peer.requests()[1], HasSubstr("POST / HTTP/1.1\r\n"));
}

TEST_F(JsonPosterOverLoopback, SendsALargeDocumentWhole) {
    TestPeer peer(context_, {net::response(200)});
    const std::string document = "\"" + std::string(400'000, 'x') + "\"";
    EXPECT_EQ(post(*make(peer.url()), document).status, 200);
    ASSERT_EQ(peer.requests().size(), 1U);
    EXPECT_EQ(net::body_of(peer.requests()[0]), document);
}

TEST_F(JsonPosterOverLoopback, SaysWhyThereIsNoAnswerWithoutThePath) {
    TestPeer peer(context_, {{.action = net::PeerAction::Hang}});
    const PostEnd silent = post(*make(peer.url("/hush"), std::chrono::milliseconds(50)));
    EXPECT_EQ(silent.status, 0);
    EXPECT_EQ(silent.text, "no answer: timed_out, no response in time");
    const std::string nobody = std::to_string(net::refused_port(context_));
    const PostEnd refused = post(*make("http://127.0.0.1:" + nobody + "/hush"));
    EXPECT_THAT(refused.text, HasSubstr("no answer: refused, cannot connect"));
    EXPECT_THAT(refused.text, Not(HasSubstr("hush")));
}

TEST_F(JsonPosterOverLoopback, EndsAPostAtOnceWhileTooManyAreUnderWay) {
    TestPeer peer(context_, {{.action = net::PeerAction::Hang}});
    const auto poster = make(peer.url());
    int ended = 0;
    for (std::size_t i = 0; i < JsonPoster::kPostsMax; ++i)
        poster->post("{}", {}, [&](const PostEnd&) { ++ended; });
    EXPECT_EQ(ended, 0);
    std::string text;
    poster->post("{}", {}, [&](const PostEnd& end) { text = end.text; });
    EXPECT_EQ(text, "not sent: too many messages are under way");
}

TEST_F(JsonPosterOverLoopback, MayBeDestroyedByTheEndOfAPost) {
    TestPeer peer(context_, {net::response(200), {.action = net::PeerAction::Hang}});
    auto poster = make(peer.url(), std::chrono::milliseconds(500));
    int ended = 0;
    poster->post("{}", {}, [&](const PostEnd&) {
        ++ended;
        poster.reset();
    });
    poster->post("{}", {}, [&](const PostEnd&) { ended += 100; });
    ASSERT_TRUE(run_until(context_, [&] { return poster == nullptr; }));
    TestPeer other(context_, {net::response(200)});
    EXPECT_EQ(post(*make(other.url())).status, 200);
    EXPECT_EQ(ended, 1);
}

}  // namespace
}  // namespace botcore::host
