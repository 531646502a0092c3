// An exchange whose state differs from ours, and the real botctl that corrects it.

#include "tests/api_world/api_world.hpp"
#include "tests/integration/run_botctl.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

namespace botcore::crash {
namespace {

using api::ApiWorld;
using testing::HasSubstr;
using testing::Not;

class ReconcileFix : public testing::Test {
protected:
    ReconcileFix() {
        const auto token = folder_.path() / "operator.token";
        std::ofstream(token) << api::kToken << "\n";
        std::filesystem::permissions(
            token, std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
    }

    void exchange_holds(std::int64_t usdt, std::vector<model::VenuePosition> positions) {
        world_.on_loop([&] {
            world_.exchange.books = model::VenueBooks{
                {}, {{model::Asset("USDT"), model::Money::whole(usdt)}}, std::move(positions)};
        });
    }

    /// Compares twice, so that the difference cannot be a report in flight.
    void compare_twice() {
        for (int look = 0; look < 2; ++look) {
            EXPECT_EQ(world_.ask("POST", "/api/reconciliation").status, 200);
            world_.pass(model::Duration::milliseconds(10));
        }
    }

    Ran reconcile(const std::string& words) {
        return run_botctl("reconcile --account futures " + words, world_.port(), folder_.path());
    }

    scratch::TemporaryFolder folder_;
    ApiWorld world_;
};

// @spec:R4-FAIL-07 R4-MAN-02 R3-INTEG-08 R4-MAN-01 R4-MAN-09
TEST_F(ReconcileFix, AdoptsBalancesAndPositionsOneByOneAndTradesAgain) {
    exchange_holds(9'990,
                   {{{model::Market::Futures, model::Symbol("BTCUSDT")},
                     model::Quantity::from_units(model::kScale / 50),
                     model::Money::whole(1'000)}});
    compare_twice();
    const Ran told = reconcile("");
    EXPECT_EQ(told.status, 1) << told.output;
    EXPECT_THAT(told.output, HasSubstr("MISMATCH"));
    EXPECT_THAT(told.output, HasSubstr("Action:"));
    const Ran declined = reconcile("--fix < /dev/null");
    EXPECT_THAT(declined.output, HasSubstr("[y/N]"));
    EXPECT_EQ(reconcile("").status, 1) << "No proposal was confirmed, so nothing has changed.";
    const Ran fixed = reconcile("--fix --yes");
    EXPECT_EQ(fixed.status, 0) << fixed.output;
    EXPECT_THAT(fixed.output, HasSubstr("set the position BTCUSDT of futures from 0 to 0.02: yes"));
    EXPECT_THAT(fixed.output, HasSubstr("unfreeze account futures: yes"));
    const Ran after = reconcile("");
    EXPECT_EQ(after.status, 0) << after.output;
    EXPECT_THAT(after.output, Not(HasSubstr("MISMATCH")));
    const auto placed = world_.command("POST",
                                       "/api/accounts/futures/orders",
                                       R"({"symbol":"BTCUSDT","side":"BUY","quantity":"0.01"})");
    EXPECT_EQ(placed.status, 200) << placed.body;
}

}  // namespace
}  // namespace botcore::crash
