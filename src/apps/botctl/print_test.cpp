#include "apps/botctl/print.hpp"

#include <boost/json/parse.hpp>
#include <gtest/gtest.h>

#include <sstream>

namespace botcore::botctl {

// @spec:R4-MAN-02
// @spec:R4-MAN-03
TEST(Reconciliation, ShowsBothSidesWithReasonAndAction) {
    const auto data = boost::json::parse(R"([
        {"account":"futures","owner":"alice","state":"FROZEN","status":"MISMATCH",
         "reason":"no trade explains it","action":"botctl reconcile --fix",
         "positions":[{"symbol":"ETHUSDT","ours":"-1","ours_cost":"-3000","exchange":"0",
                       "exchange_cost":"0","status":"MISMATCH"}],
         "balances":[{"asset":"USDT","ours":"100","exchange":"100","status":"OK"}],
         "orders":[]},
        {"account":"spot","owner":"alice","state":"ACTIVE","status":"OK","reason":null,
         "action":null,"positions":[],"balances":[],"orders":[
         {"order_id":"web_1","side":"BUY","symbol":"BTCUSDT","state":"OPEN","role":"EXTERNAL",
          "status":"OK"}]}])");
    std::ostringstream out;
    print_reconciliation(out, data);
    EXPECT_EQ(out.str(),
              "User alice, account futures (FROZEN): MISMATCH\n"
              "    App:     SHORT 1 ETHUSDT @ 3000\n"
              "    Binance: CLOSED\n"
              "    Status:  MISMATCH\n"
              "    App:     100 USDT\n"
              "    Binance: 100 USDT\n"
              "    Status:  OK\n"
              "    Reason:  no trade explains it\n"
              "    Action:  botctl reconcile --fix\n"
              "User alice, account spot (ACTIVE): OK\n"
              "    order web_1 BUY BTCUSDT OPEN (EXTERNAL): OK\n");
}

TEST(Flatten, NamesThePositionsThatAreClosedLater) {
    const auto data = boost::json::parse(R"({
        "account":"futures","cancels":["c-1"],"exits":["e-1","e-2"],"pending":["e-2"],
        "failed":[],"deferred":["ETHUSDT","SOLUSDT"]})");
    std::ostringstream out;
    print_touched(out, data);
    EXPECT_EQ(out.str(),
              "futures: 1 orders are being canceled, 1 of 2 exits done\n"
              "cancel  c-1\n"
              "exit    e-1\n"
              "exit    e-2\n"
              "1 exits are still in progress\n"
              "later   ETHUSDT: its exit follows within seconds\n"
              "later   SOLUSDT: its exit follows within seconds\n");
}

}  // namespace botcore::botctl
