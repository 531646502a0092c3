#include "services/health/recovery_log.hpp"

#include "host/outbound_folder_test.hpp"
#include "tests/scratch/memory_service_store.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace botcore::health {
namespace {

using base::Duration;
using base::Timestamp;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

constexpr auto kReload = RecoveryMechanism::Reload;

class RecoveryLogTest : public testing::Test {
protected:
    void SetUp() override { start(); }

    /// Begins another process with the rows of the one before.
    void start() {
        auto made = RecoveryLog::make(
            {.store = store_, .log = folder_.log(), .now = [this] { return now_; }});
        ASSERT_TRUE(made.has_value()) << made.error();
        log_ = std::move(made).value();
    }

    void add(bool succeeded, RecoveryMechanism mechanism = kReload) {
        log_->add(mechanism, succeeded, Duration::milliseconds(1'500), "The state was loaded");
    }

    [[nodiscard]] std::vector<std::uint64_t> attempts() const {
        std::vector<std::uint64_t> attempts;
        for (const Recovery& recovery : log_->recoveries())
            attempts.push_back(recovery.attempt);
        return attempts;
    }

    host::TestFolder folder_;
    scratch::MemoryServiceStore store_;
    Timestamp now_ = Timestamp::from_milliseconds(1'790'000'000'000);
    std::unique_ptr<RecoveryLog> log_;
};

// @spec:RD-07
TEST_F(RecoveryLogTest, KeepsAttemptResultAndDurationOverARestart) {
    add(false);
    add(true);
    start();
    ASSERT_EQ(log_->recoveries().size(), 2U);
    const Recovery& first = log_->recoveries().front();
    EXPECT_EQ(first.number, 1U);
    EXPECT_EQ(first.time, now_);
    EXPECT_EQ(first.mechanism, kReload);
    EXPECT_EQ(first.attempt, 1U);
    EXPECT_FALSE(first.succeeded);
    EXPECT_EQ(first.duration, Duration::milliseconds(1'500));
    EXPECT_EQ(first.text, "The state was loaded");
    const Recovery& second = log_->recoveries().back();
    EXPECT_EQ(second.attempt, 2U);
    EXPECT_TRUE(second.succeeded);
    add(true, RecoveryMechanism::Restart);
    EXPECT_EQ(log_->recoveries().back().number, 3U);
}

TEST_F(RecoveryLogTest, CountsTheAttemptsOfEachMechanismUntilASuccess) {
    add(false);
    add(false, RecoveryMechanism::Restart);
    start();
    add(false);
    add(true, RecoveryMechanism::Restart);
    add(true);
    add(true);
    EXPECT_THAT(attempts(), ElementsAre(1, 1, 2, 2, 3, 1));
}

TEST_F(RecoveryLogTest, ALongSeriesOfFailuresLeavesRoomForTheOthers) {
    for (int i = 0; i < 70; ++i)
        add(false);
    add(true);
    EXPECT_THAT(attempts(), ElementsAre(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 16, 32, 64, 71));
}

TEST_F(RecoveryLogTest, RemovesTheOldestFromTheStoreToo) {
    for (std::size_t i = 0; i <= RecoveryLog::kRecoveriesMax; ++i)
        add(true);
    EXPECT_EQ(log_->recoveries().size(), RecoveryLog::kRecoveriesMax);
    EXPECT_EQ(log_->recoveries().front().number, 2U);
    EXPECT_EQ(store_.size(), RecoveryLog::kRecoveriesMax);
}

TEST_F(RecoveryLogTest, ASuccessIsALineOfInformationAndAFailureAnError) {
    add(true);
    EXPECT_THAT(folder_.logged(),
                AllOf(HasSubstr("INFO"),
                      HasSubstr(R"("mechanism":"reload")"),
                      HasSubstr(R"("attempt":1)"),
                      HasSubstr(R"("duration_ms":1500)"),
                      Not(HasSubstr("ERROR"))));
    host::TestFolder other;
    RecoveryLog::make({.store = store_, .log = other.log(), .now = [this] { return now_; }})
        .value()
        ->add(kReload, false, Duration(), "The state could not be loaded");
    EXPECT_THAT(other.logged(), AllOf(HasSubstr("ERROR"), HasSubstr(R"("result":"failure")")));
}

TEST_F(RecoveryLogTest, ARowThatCannotBeReadIsLoggedAndKept) {
    add(true);
    store_.put({"recovery", "00000000000000000005", R"({"number":5,"mechanism":"luck"})"});
    store_.put({"recovery", "00000000000000000006", "nothing"});
    start();
    EXPECT_EQ(log_->recoveries().size(), 1U);
    EXPECT_EQ(store_.size(), 3U);
    EXPECT_THAT(folder_.logged(),
                AllOf(HasSubstr("A stored recovery cannot be read"),
                      HasSubstr("00000000000000000005"),
                      HasSubstr("not a JSON object")));
}

TEST_F(RecoveryLogTest, AStoreThatCannotBeReadIsAnError) {
    store_.fail("the file is damaged");
    const auto made =
        RecoveryLog::make({.store = store_, .log = folder_.log(), .now = [this] { return now_; }});
    ASSERT_FALSE(made.has_value());
    EXPECT_EQ(made.error(), "the file is damaged");
}

TEST_F(RecoveryLogTest, ALostCacheIsAFailureForEachAttemptAndASuccessAtTheEnd) {
    CacheReconnections reconnections(*log_);
    ports::CacheCounters counters;
    ports::CacheStatus status;
    status.connected = true;
    const auto update_at = [&](std::int64_t second) {
        reconnections.update(counters, status, Timestamp::from_milliseconds(second * 1'000));
    };
    update_at(1);
    status.connected = false;
    update_at(2);
    counters.reconnects_failed = 1;
    update_at(3);
    status.connected = true;
    counters.reconnects = 1;
    update_at(5);
    update_at(6);
    ASSERT_THAT(attempts(), ElementsAre(1, 2));
    EXPECT_FALSE(log_->recoveries().front().succeeded);
    EXPECT_EQ(log_->recoveries().front().duration, Duration::seconds(1));
    EXPECT_TRUE(log_->recoveries().back().succeeded);
    EXPECT_EQ(log_->recoveries().back().duration, Duration::seconds(3));
    EXPECT_EQ(log_->recoveries().back().mechanism, RecoveryMechanism::CacheReconnect);
}

}  // namespace
}  // namespace botcore::health
