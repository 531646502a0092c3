#include "net/http_attempt.hpp"

#include "net/peer_test.hpp"
#include "net/tls_peer_test.hpp"
#include "tests/scratch/temporary_folder.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

namespace botcore::net {
namespace {

using namespace std::chrono_literals;
using resilience::AttemptEnd;
using testing::HasSubstr;

class HttpAttemptOverLoopback : public testing::Test {
protected:
    OutboundHttpResponse ask(const std::string& url,
                             OutboundHttpRequest http_request = {},
                             std::chrono::milliseconds limit = 5s) {
        return ask_through(*HttpTransport::make(context_, "").value(), url, http_request, limit);
    }

    OutboundHttpResponse ask_through(HttpTransport& transport,
                                     const std::string& url,
                                     const OutboundHttpRequest& http_request = {},
                                     std::chrono::milliseconds limit = 5s) {
        std::optional<OutboundHttpResponse> result;
        int calls = 0;
        const auto attempt = transport.start(parse_service_url(url).value(),
                                             http_request,
                                             limit,
                                             [&](OutboundHttpResponse response) {
                                                 result = std::move(response);
                                                 ++calls;
                                             });
        EXPECT_TRUE(run_until(context_, [&] { return result.has_value(); })) << url;
        // Handlers of the attempt that are still pending must not call `done` again.
        context_.restart();
        context_.poll();
        EXPECT_EQ(calls, 1);
        return result.value_or(OutboundHttpResponse{});
    }

    boost::asio::io_context context_;
};

TEST_F(HttpAttemptOverLoopback, SendsTheRequestAndReturnsStatusAndBody) {
    TestPeer peer(context_, {response(404, R"({"a":1})")});
    const auto got = ask(peer.url("/base"),
                         {.method = "POST", .path = "/x?y=1", .body = "{}", .request_id = "r-1"});
    EXPECT_EQ(got.result.end, AttemptEnd::Answered);
    EXPECT_EQ(got.result.status, 404);
    EXPECT_EQ(got.body, R"({"a":1})");
    EXPECT_FALSE(got.result.retry_after.has_value());
    ASSERT_EQ(peer.requests().size(), 1U);
    EXPECT_THAT(peer.requests()[0], HasSubstr("POST /base/x?y=1 HTTP/1.1\r\n"));
    EXPECT_THAT(peer.requests()[0], HasSubstr("X-Request-ID: r-1\r\n"));
    EXPECT_THAT(peer.requests()[0], HasSubstr("Content-Length: 2\r\n"));
    EXPECT_THAT(peer.requests()[0],
                HasSubstr("Host: 127.0.0.1:" + std::to_string(peer.port()) + "\r\n"));
}

TEST_F(HttpAttemptOverLoopback, ReadsRetryAfter) {
    TestPeer peer(context_, {response(429, "", "Retry-After: 7\r\n")});
    const auto got = ask(peer.url());
    EXPECT_EQ(got.result.status, 429);
    EXPECT_EQ(got.result.retry_after, base::Duration::seconds(7));
}

TEST_F(HttpAttemptOverLoopback, RefusedConnectionSendsNothing) {
    const auto got = ask("http://127.0.0.1:" + std::to_string(refused_port(context_)));
    EXPECT_EQ(got.result.end, AttemptEnd::ConnectionRefused);
    EXPECT_THAT(got.detail, HasSubstr("cannot connect"));
    // The resolver reports that the name has no address.
    EXPECT_EQ(ask("http://no-such-host.invalid:80").result.end, AttemptEnd::ConnectionRefused);
}

TEST_F(HttpAttemptOverLoopback, SilentServerEndsAtTheTimeLimit) {
    TestPeer peer(context_, {{.action = PeerAction::Hang}});
    const auto start = std::chrono::steady_clock::now();
    const auto got = ask(peer.url(), {}, 150ms);
    EXPECT_EQ(got.result.end, AttemptEnd::TimedOut);
    EXPECT_GE(std::chrono::steady_clock::now() - start, 150ms);
    EXPECT_LT(std::chrono::steady_clock::now() - start, 5s);
}

TEST_F(HttpAttemptOverLoopback, ConnectionThatEndsEarlyIsBroken) {
    TestPeer half_closed(context_, {{.action = PeerAction::HalfClose}});
    EXPECT_EQ(ask(half_closed.url()).result.end, AttemptEnd::Broken);
    TestPeer reset(context_, {{.action = PeerAction::Reset}});
    EXPECT_EQ(ask(reset.url()).result.end, AttemptEnd::Broken);
    TestPeer cut(context_, {{.bytes = "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nabc"}});
    EXPECT_EQ(ask(cut.url()).result.end, AttemptEnd::Broken);
    TestPeer cut_in_head(context_, {{.bytes = "HTTP/1.1 200 OK\r\nContent-Le"}});
    EXPECT_EQ(ask(cut_in_head.url()).result.end, AttemptEnd::Broken);
}

TEST_F(HttpAttemptOverLoopback, ResponseThatIsNotHttpIsGarbled) {
    TestPeer garbage(context_, {{.bytes = "\x16\x03\x01 what is this\r\n\r\n"}});
    EXPECT_EQ(ask(garbage.url()).result.end, AttemptEnd::Garbled);
    const std::string much(2 * kResponseBytesMax, 'x');
    TestPeer flood(context_, {response(200, much)});
    EXPECT_EQ(ask(flood.url()).result.end, AttemptEnd::Garbled);
    TestPeer long_head(context_, {response(200, "", "X: " + much.substr(0, 20'000) + "\r\n")});
    EXPECT_EQ(ask(long_head.url()).result.end, AttemptEnd::Garbled);
}

TEST_F(HttpAttemptOverLoopback, CallsNothingAfterCancel) {
    TestPeer peer(context_, {response(200)});
    const auto transport = HttpTransport::make(context_, "");
    bool called = false;
    const auto attempt = transport.value()->start(
        parse_service_url(peer.url()).value(), {}, 5s, [&](const OutboundHttpResponse&) {
            called = true;
        });
    attempt->cancel();
    context_.run_for(100ms);
    EXPECT_FALSE(called);
}

class HttpAttemptOverTls : public HttpAttemptOverLoopback {
protected:
    /// Sends a request through a transport that trusts only `authority`.
    OutboundHttpResponse ask_trusting(const TlsPeer& authority, const std::string& url) {
        const scratch::TemporaryFolder folder;
        const std::string file = folder.file("authority.pem");
        std::ofstream(file) << authority.certificate();
        auto transport = HttpTransport::make(context_, file);
        EXPECT_TRUE(transport.has_value());
        return ask_through(*transport.value(), url);
    }
};

TEST_F(HttpAttemptOverTls, AcceptsATrustedCertificateForTheRightHost) {
    TlsPeer peer("localhost", response(200, "safe").bytes);
    const auto got = ask_trusting(peer, peer.url("localhost"));
    EXPECT_EQ(got.result.end, AttemptEnd::Answered) << got.detail;
    EXPECT_EQ(got.body, "safe");
}

TEST_F(HttpAttemptOverTls, RejectsAnUntrustedCertificateBeforeAnyByteIsSent) {
    TlsPeer peer("localhost", response(200).bytes);
    TlsPeer other("localhost", response(200).bytes);
    const auto got = ask_trusting(other, peer.url("localhost"));
    EXPECT_EQ(got.result.end, AttemptEnd::CertificateRefused) << got.detail;
    EXPECT_TRUE(resilience::is_not_sent(got.result.end));
    EXPECT_EQ(ask(peer.url("localhost")).result.end, AttemptEnd::CertificateRefused);
    EXPECT_EQ(peer.requests(), 0);
}

TEST_F(HttpAttemptOverTls, RejectsACertificateForAnotherHost) {
    TlsPeer peer("elsewhere.example", response(200).bytes);
    EXPECT_EQ(ask_trusting(peer, peer.url("localhost")).result.end, AttemptEnd::CertificateRefused);
    EXPECT_EQ(peer.requests(), 0);
}

TEST_F(HttpAttemptOverTls, RejectsAServerWithoutTls) {
    TestPeer peer(context_, {response(200)});
    // The server waits for the end of an HTTP head, which a TLS handshake never contains, so the
    // time limit ends the attempt.
    const auto silent = ask("https://127.0.0.1:" + std::to_string(peer.port()), {}, 150ms);
    EXPECT_EQ(silent.result.end, AttemptEnd::ConnectTimedOut);
    TlsPeer plain("", "this is no TLS at all, and long enough to be read as a record");
    EXPECT_EQ(ask(plain.url("localhost")).result.end, AttemptEnd::CertificateRefused);
}

TEST_F(HttpAttemptOverTls, ReportsAuthoritiesThatCannotBeRead) {
    const auto transport = HttpTransport::make(context_, "/nonexistent/authorities.pem");
    ASSERT_FALSE(transport.has_value());
    EXPECT_THAT(transport.error(), HasSubstr("/nonexistent/authorities.pem"));
}

}  // namespace
}  // namespace botcore::net
