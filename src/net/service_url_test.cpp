#include "net/service_url.hpp"

#include <gtest/gtest.h>

namespace botcore::net {
namespace {

TEST(ServiceUrl, ParsesHostPortAndBase) {
    const auto plain = parse_service_url("http://analysis.local:8000/v1/").value();
    EXPECT_EQ(plain.transport, Transport::Plain);
    EXPECT_EQ(plain.host, "analysis.local");
    EXPECT_EQ(plain.port, 8'000);
    EXPECT_EQ(plain.base, "/v1");
    EXPECT_EQ(plain.authority(), "analysis.local:8000");

    const auto tls = parse_service_url("https://api.example.com").value();
    EXPECT_EQ(tls.transport, Transport::Tls);
    EXPECT_EQ(tls.port, 443);
    EXPECT_EQ(tls.base, "");
    EXPECT_EQ(tls.authority(), "api.example.com");

    const auto six = parse_service_url("http://[::1]:9000").value();
    EXPECT_EQ(six.host, "::1");
    EXPECT_EQ(six.authority(), "[::1]:9000");
    EXPECT_EQ(parse_service_url("http://[::1]").value().port, 80);
}

TEST(ServiceUrl, ExplainsErrorsWithoutRepeatingTheText) {
    for (const std::string text : {"",
                                   "ftp://secret",
                                   "secret:8000",
                                   "http://",
                                   "http://user:secret@host",
                                   "http://se cret",
                                   "http://secret:0",
                                   "http://secret:70000",
                                   "http://secret:80x",
                                   "http://secret:",
                                   "http://[::1",
                                   "http://[::1]80",
                                   "http://secret/a b",
                                   "http://secret/a?b=1"}) {
        const auto url = parse_service_url(text);
        ASSERT_FALSE(url.has_value()) << text;
        EXPECT_FALSE(url.error().empty());
        EXPECT_EQ(url.error().find("secret"), std::string::npos) << url.error();
    }
}

// @spec:R2-RETRY-08
TEST(RetryAfter, IsSecondsOrADate) {
    const auto now = base::Timestamp::from_milliseconds(784'111'777'000);
    EXPECT_EQ(parse_retry_after("3", now), base::Duration::seconds(3));
    EXPECT_EQ(parse_retry_after("0", now), base::Duration{});
    EXPECT_EQ(parse_retry_after("Sun, 06 Nov 1994 08:50:37 GMT", now), base::Duration::seconds(60));
    EXPECT_EQ(parse_retry_after("Sun, 06 Nov 1994 08:00:00 GMT", now), base::Duration{});
    EXPECT_EQ(parse_retry_after("99999999999", now), base::Duration::seconds(7 * 86'400));
    for (const char* text : {"",
                             "-1",
                             "soon",
                             "1.5",
                             "Sun, 06 Nov 1994 08:50:37 CET",
                             "Sun, 06 Nox 1994 08:50:37 GMT",
                             "Sun, 31 Feb 1994 08:50:37 GMT",
                             "Sun, 06 Nov 1994 xx:50:37 GMT",
                             "Sun, 06 Nov 1994 24:50:37 GMT",
                             "Sun, 06 Nov 1994 -8:50:37 GMT",
                             "Sun, 06 Nov 1994 08.50.37 GMT",
                             "Sux, 06 Nov 1994 08:50:37 GMT",
                             "99999999999999999999999"}) {
        EXPECT_FALSE(parse_retry_after(text, now).has_value()) << text;
    }
}

TEST(ServiceUrl, KnowsItsOwnMachine) {
    for (const char* text :
         {"http://localhost:1", "http://127.0.0.1:1", "http://127.9.9.9:1", "http://[::1]:1"})
        EXPECT_TRUE(parse_service_url(text).value().is_loopback()) << text;
    for (const char* text :
         {"http://example.org", "http://10.0.0.1", "http://localhost.example.org", "http://[::2]"})
        EXPECT_FALSE(parse_service_url(text).value().is_loopback()) << text;
}

}  // namespace
}  // namespace botcore::net
