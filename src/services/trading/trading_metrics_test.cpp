#include "services/trading/trading_metrics.hpp"

#include "api/api_context.hpp"
#include "tests/api_world/api_world.hpp"

#include <gmock/gmock.h>

namespace botcore::trading {
namespace {

using testing::HasSubstr;

TEST(TradingMetrics, ShowWhatTheRuntimeCountsAndTheFiguresOfItsState) {
    api::ApiWorld world;
    const auto send = [&](std::string_view body) {
        return world.command("POST", "/api/accounts/futures/orders", body).status;
    };
    EXPECT_EQ(send(R"({"symbol":"BTCUSDT","side":"BUY","quantity":"0.01"})"), 200);
    EXPECT_EQ(send(R"({"symbol":"BTCUSDT","side":"BUY","type":"LIMIT","quantity":"0.01",)"
                   R"("price":"50000"})"),
              200);
    observability::Metrics metrics;
    world.on_loop([&] { write_runtime_metrics(world.api_context().runtime, metrics); });
    const std::string text = metrics.render();
    for (const char* line : {"runtime_running 1\n",
                             "runtime_reconciled 1\n",
                             "orders_live 1\n",
                             "order_unknown_outcomes 0\n",
                             "positions_open 1\n",
                             "accounts_frozen 0\n",
                             "maintenance_active 0\n",
                             "requests_waiting 0\n",
                             "recovery_attempts_total{mechanism=\"reload\",result=\"success\"} 1\n",
                             "idempotency_hits_total{result=\"replayed\"} 0\n"}) {
        EXPECT_THAT(text, HasSubstr(line));
    }
    EXPECT_THAT(text, testing::Not(HasSubstr("journal_sequence 0\n")));
    EXPECT_THAT(text, testing::Not(HasSubstr("journal_records_total 0\n")));
}

TEST(TradingMetrics, ShowTheAgeOfEachPriceAndTheCountsOfTrades) {
    api::StillMarket market;
    market.counts.counted = 7;
    market.counts.late = 6;
    market.counts.too_late = 5;
    market.counts.repeated = 4;
    market.counts.not_market = 3;
    market.counts.malformed = 2;
    observability::Metrics metrics;
    write_market_metrics(market, metrics);
    const std::string text = metrics.render();
    for (const char* line : {"market_trades_total{result=\"counted\"} 7\n",
                             "market_trades_total{result=\"late\"} 6\n",
                             "market_trades_total{result=\"too_late\"} 5\n",
                             "market_trades_total{result=\"repeated\"} 4\n",
                             "market_trades_total{result=\"not_market\"} 3\n",
                             "market_trades_total{result=\"malformed\"} 2\n",
                             "symbol=\"BTCUSDT\"} 0.007\n"}) {
        EXPECT_THAT(text, HasSubstr(line));
    }
}

}  // namespace
}  // namespace botcore::trading
