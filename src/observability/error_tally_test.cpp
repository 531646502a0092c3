#include "observability/error_tally.hpp"

#include "observability/log.hpp"
#include "tests/scratch/temporary_folder.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace botcore::observability {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;

class ErrorTallyTest : public testing::Test {
protected:
    const scratch::TemporaryFolder folder_;
    Log log_{"test", Level::Info, folder_.file("log")};
};

TEST_F(ErrorTallyTest, CountsErrorLinesByCodeAndOperation) {
    const auto refuse = [&](std::string_view cause) {
        log_.write(Level::Error,
                   "request completed",
                   {{"error_code", std::string_view("TIMEOUT")},
                    {"operation", std::string_view("POST /api/x")},
                    {"cause", cause}});
    };
    refuse("first");
    refuse("second");
    log_.failure(LogEvent::TransactionFailed, "the store is in use", {});
    log_.write(Level::Error, "something else", {});
    log_.write(Level::Warn, "no error", {});
    const std::vector<ErrorCount> expected{
        {"ERROR", "", 1, "something else"},
        {"TIMEOUT", "POST /api/x", 2, "request completed: second"},
        {"transaction_failed", "", 1, "the store is in use"}};
    EXPECT_EQ(log_.take_errors(), expected);
    EXPECT_THAT(log_.take_errors(), IsEmpty());
}

TEST_F(ErrorTallyTest, DoesNotCountNoticesAndShowsNoSecret) {
    log_.write(Level::Error, "an alert", {{"event", std::string_view("alert")}});
    log_.write(Level::Error,
               "the receiver refused",
               {{"cause", std::string_view("https://example.com/?token=abcdef0123456789")}});
    const auto counts = log_.take_errors();
    ASSERT_EQ(counts.size(), 1U);
    EXPECT_EQ(counts[0].newest.find("abcdef0123456789"), std::string::npos) << counts[0].newest;
}

TEST_F(ErrorTallyTest, CountsFurtherCodesTogether) {
    constexpr std::size_t kMore = 50;
    for (std::size_t i = 0; i < ErrorTally::kGroupsMax + kMore; ++i) {
        const std::string code = "CODE_" + std::to_string(1'000 + i);
        log_.write(Level::Error, "failed", {{"error_code", std::string_view(code)}});
    }
    const auto counts = log_.take_errors();
    ASSERT_EQ(counts.size(), ErrorTally::kGroupsMax + 1);
    EXPECT_EQ(counts.back(), (ErrorCount{"OTHER", "", kMore, "failed"}));
}

}  // namespace
}  // namespace botcore::observability
