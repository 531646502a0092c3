#include <gtest/gtest.h>

#include <csignal>

namespace botcore::shell::http {
namespace {

/// OpenSSL of the TLS client writes without MSG_NOSIGNAL: a server that has just closed its side
/// would end the whole test program, with no word about which test it was.
class IgnoreBrokenPipes : public testing::Environment {
public:
    void SetUp() override { (void)std::signal(SIGPIPE, SIG_IGN); }
};

testing::Environment* const kIgnored = testing::AddGlobalTestEnvironment(new IgnoreBrokenPipes);

TEST(BrokenPipe, DoesNotEndTheTests) {
    ASSERT_NE(kIgnored, nullptr);
    EXPECT_EQ(std::signal(SIGPIPE, SIG_IGN), SIG_IGN);
}

}  // namespace
}  // namespace botcore::shell::http
