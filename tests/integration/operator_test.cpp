// Health, maintenance, the smoke test and the data check as an operator uses them: the real
// botcored and the real botctl.

#include "tests/crash/api_calls.hpp"
#include "tests/integration/run_botctl.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace botcore::crash {
namespace {

using std::chrono::seconds;
using testing::HasSubstr;
using testing::Not;

class OperatorTest : public testing::Test {
protected:
    void SetUp() override {
        const auto started = daemon_.start();
        ASSERT_TRUE(started) << started.error();
    }

    Ran botctl(const std::string& words) {
        return run_botctl(words, daemon_.port(), daemon_.data());
    }

    std::string get(const std::string& target) {
        return daemon_.ask(read(target)).value_or(Answer{}).body;
    }

    bool mode_becomes(std::string_view mode) {
        return wait_until(seconds(20), [&] {
            return get("/api/maintenance").find("\"mode\":\"" + std::string(mode)) !=
                   std::string::npos;
        });
    }

    TemporaryFolder folder_;
    DaemonProcess daemon_{{.program = {}, .data = folder_.path() / "data", .arguments = {}}};
};

// @spec:R1-MAINT-10
TEST_F(OperatorTest, SmokeTestPassesAndLeavesNothingBehind) {
    const Ran smoke = botctl("smoke");
    EXPECT_EQ(smoke.status, 0) << smoke.output;
    EXPECT_THAT(smoke.output, HasSubstr("CANCELED"));
    EXPECT_EQ(botctl("smoke --account spot").status, 0);
    EXPECT_THAT(botctl("orders").output, HasSubstr("no orders"));
    const Ran wrong = botctl("smoke --account nobody --json");
    EXPECT_EQ(wrong.status, 1);
    EXPECT_THAT(wrong.output, HasSubstr("\"ok\":false"));
    daemon_.kill();
    EXPECT_EQ(botctl("smoke").status, 69);
}

// @spec:R1-MAINT-01 R1-MAINT-02
TEST_F(OperatorTest, SchedulesWindowsWithNoticeAndABound) {
    const Ran next = botctl("maintenance next");
    EXPECT_EQ(next.status, 0);
    EXPECT_THAT(next.output, HasSubstr("T02:00:00.000Z"));
    const Ran plan = botctl("maintenance schedule --text disk");
    EXPECT_EQ(plan.status, 0) << plan.output;
    EXPECT_THAT(plan.output, HasSubstr("PLANNED"));
    const Ran too_long = botctl("maintenance schedule --hours 3");
    EXPECT_EQ(too_long.status, 1);
    EXPECT_THAT(too_long.output, HasSubstr("WINDOW_TOO_LONG"));
    const Ran too_soon = botctl("maintenance schedule --begin 2020-01-05T02:00Z");
    EXPECT_THAT(too_soon.output, HasSubstr("NOTICE_TOO_SHORT"));
    EXPECT_THAT(botctl("maintenance status").output, HasSubstr("disk"));
    EXPECT_EQ(botctl("maintenance cancel 999999").status, 1);
}

// @spec:R1-MAINT-09 @spec:R1-MAINT-10 @spec:R1-MAINT-11 @spec:R1-AC-11
TEST_F(OperatorTest, MaintenanceRefusesEntriesUntilItEnds) {
    ASSERT_EQ(botctl("order place BTCUSDT BUY 0.01").status, 0);
    const Ran on = botctl("maintenance on --minutes 30 --text disk");
    ASSERT_EQ(on.status, 0) << on.output;
    ASSERT_TRUE(mode_becomes("MAINTENANCE"));
    const auto refused = daemon_.ask(place_order(
        "futures", R"({"symbol":"BTCUSDT","side":"BUY","quantity":"0.01"})", "while-closed"));
    ASSERT_TRUE(refused.has_value());
    EXPECT_EQ(refused->status, 503) << refused->body;
    EXPECT_THAT(refused->body, HasSubstr("\"MAINTENANCE\""));
    EXPECT_EQ(botctl("smoke").status, 0) << "smoke accepts a refusal during maintenance";
    EXPECT_EQ(botctl("close BTCUSDT").status, 0) << "exits pass";
    // A restart during the window does not end it.
    daemon_.kill();
    ASSERT_TRUE(daemon_.start());
    EXPECT_TRUE(mode_becomes("MAINTENANCE"));
    EXPECT_EQ(botctl("maintenance off --ramp").status, 0);
    EXPECT_TRUE(mode_becomes("RAMPING"));
    EXPECT_EQ(botctl("maintenance off").status, 0);
    EXPECT_TRUE(mode_becomes("NORMAL"));
    EXPECT_EQ(botctl("order place BTCUSDT BUY 0.01").status, 0);
}

// @spec:R1-HEALTH-01
TEST_F(OperatorTest, HealthAndUptimeSurviveARestart) {
    const std::string health = get("/health");
    for (const char* name : {"database", "binance_api", "websocket", "market", "disk", "clock"})
        EXPECT_THAT(health, HasSubstr("\"" + std::string(name) + "\":{\"status\":\"healthy\""));
    EXPECT_THAT(get("/health/detailed"), HasSubstr("sqlite, WAL, synchronous=FULL, one machine"));
    EXPECT_EQ(daemon_.terminate(), 0) << daemon_.last_output();
    EXPECT_TRUE(std::filesystem::exists(daemon_.data() / "uptime.json"));
    ASSERT_TRUE(daemon_.start());
    const Ran uptime = botctl("uptime --json");
    EXPECT_EQ(uptime.status, 0) << uptime.output;
    EXPECT_THAT(uptime.output, HasSubstr("\"outages\":0")) << "The stop was ordered.";
    EXPECT_THAT(uptime.output, Not(HasSubstr("\"availability_percent\":\"100\"")))
        << "No request was served in the meantime.";
    const Ran services = botctl("uptime --services --json");
    EXPECT_EQ(services.status, 0) << services.output;
    for (const char* name : {"engine", "store", "logs"})
        EXPECT_THAT(services.output, HasSubstr("\"service\":\"" + std::string(name) + "\""));
    EXPECT_THAT(services.output, Not(HasSubstr("\"service\":\"load_balancer\"")));
    EXPECT_THAT(botctl("uptime --services").output, HasSubstr("365 days"));
}

// @spec:R3-INTEG-09 TC-REL-017
TEST_F(OperatorTest, FindsAndRebuildsDamagedRows) {
    ASSERT_EQ(botctl("order place BTCUSDT BUY 0.01").status, 0);
    EXPECT_EQ(botctl("check").status, 0) << "while the daemon is running";
    const Ran running = botctl("rebuild --yes");
    EXPECT_EQ(running.status, 69) << running.output;
    ASSERT_EQ(daemon_.terminate(), 0);
    const std::string file = (daemon_.data() / "botcore.db").string();
    const std::string damage = "UPDATE balances SET cash = '1' WHERE account = 'futures'";
    ASSERT_EQ(std::system(("sqlite3 " + file + " \"" + damage + "\"").c_str()), 0);
    const Ran found = botctl("check");
    EXPECT_EQ(found.status, 1);
    EXPECT_THAT(found.output, HasSubstr("critical balance_mismatch: balance futures USDT"));
    EXPECT_THAT(found.output, HasSubstr("botctl rebuild"));
    EXPECT_THAT(botctl("check --json").output, HasSubstr("\"account\":\"futures\""));
    const Ran made = botctl("rebuild --yes");
    EXPECT_EQ(made.status, 0) << made.output;
    EXPECT_THAT(made.output, HasSubstr("botcore.db-before-"));
    EXPECT_EQ(botctl("verify").status, 0);
    ASSERT_TRUE(daemon_.start());
    EXPECT_THAT(botctl("positions").output, HasSubstr("BTCUSDT"));
}

}  // namespace
}  // namespace botcore::crash
