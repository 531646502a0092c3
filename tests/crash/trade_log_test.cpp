#include "tests/crash/trade_log.hpp"

#include "tests/crash/daemon_process.hpp"

#include <gtest/gtest.h>

namespace botcore::crash {
namespace {

constexpr std::string_view kDone = R"({"data":{"order_id":"BC1","status":"FILLED"}})";

Call call_with(const std::string& key) {
    return {.method = "POST", .target = "/orders", .body = R"({"a":"b"})", .key = key};
}

TEST(TradeLog, DetectsADifferentResponseToTheSameKey) {
    TradeLog log;
    const auto id = log.begin(call_with("k"), "one");
    EXPECT_TRUE(log.answer(id, {.status = 200, .body = kDone}));
    EXPECT_TRUE(log.answer(id, {.status = 200, .body = kDone, .replayed = true}));
    EXPECT_FALSE(log.answer(id, {.status = 200, .body = kDone})) << "executed twice";
    EXPECT_FALSE(log.answer(id, {.status = 200, .body = "{}", .replayed = true}));
    EXPECT_FALSE(log.answer(id, {.status = 503, .body = kDone, .replayed = true}));
}

TEST(TradeLog, KeepsCallsThatMustBeRepeatedInDoubt) {
    TradeLog log;
    const auto lost = log.begin(call_with("lost"), "one");
    const auto told = log.begin(call_with("told"), "one");
    log.lose(lost);
    EXPECT_TRUE(
        log.answer(told, {.status = 503, .body = R"({"error":{"code":"OUTCOME_UNKNOWN"}})"}));
    EXPECT_EQ(log.in_doubt(), (std::vector<TradeLog::Id>{lost, told}));
    EXPECT_TRUE(log.answer(lost, {.status = 200, .body = kDone}));
    EXPECT_EQ(log.in_doubt(), std::vector<TradeLog::Id>{told});
    EXPECT_TRUE(is_final(503, R"({"error":{"code":"NOT_SENT","details":{"order_id":"BC1"}}})"));
    EXPECT_FALSE(is_final(503, R"({"error":{"code":"PRICE_STALE","details":{}}})"));
    EXPECT_FALSE(is_final(409, R"({"error":{"code":"REQUEST_IN_PROGRESS"}})"));
    EXPECT_TRUE(is_final(422, R"({"error":{"code":"INSUFFICIENT_BALANCE"}})"));
}

TEST(TradeLog, ContinuesWithTheCallsOfAnEarlierRun) {
    const TemporaryFolder folder;
    {
        TradeLog log;
        ASSERT_TRUE(log.attach(folder.path() / "log"));
        EXPECT_TRUE(
            log.answer(log.begin(call_with("done"), "one"), {.status = 200, .body = kDone}));
        (void)log.begin(call_with("open"), "two");
    }
    TradeLog log;
    ASSERT_TRUE(log.attach(folder.path() / "log"));
    ASSERT_EQ(log.size(), 2U);
    EXPECT_EQ(log.in_doubt(), std::vector<TradeLog::Id>{1});
    EXPECT_EQ(log.record(0).order, "BC1");
    EXPECT_EQ(log.record(0).body_hash, hash_of(kDone));
    EXPECT_EQ(log.record(1).call.body, R"({"a":"b"})");
    EXPECT_EQ(log.record(1).account, "two");
}

}  // namespace
}  // namespace botcore::crash
