#include <gtest/gtest.h>

#include <csignal>

namespace botcore::net {
namespace {

/// The TLS client's OpenSSL writes without MSG_NOSIGNAL: if the server has just closed its side,
/// SIGPIPE would end the whole test program without naming the test.
class IgnoreBrokenPipes : public testing::Environment {
public:
    void SetUp() override { (void)std::signal(SIGPIPE, SIG_IGN); }
};

testing::Environment* const kIgnored = testing::AddGlobalTestEnvironment(new IgnoreBrokenPipes);

TEST(BrokenPipe, DoesNotEndTheTestProgram) {
    ASSERT_NE(kIgnored, nullptr);
    EXPECT_EQ(std::signal(SIGPIPE, SIG_IGN), SIG_IGN);
}

}  // namespace
}  // namespace botcore::net
