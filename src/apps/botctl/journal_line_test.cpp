#include "apps/botctl/journal_line.hpp"

#include <boost/json/parse.hpp>
#include <gtest/gtest.h>

namespace botcore::botctl {
namespace {

std::string line_of(std::string_view record) {
    return journal_line(boost::json::parse(record).as_object());
}

TEST(JournalLine, ShowsTheActorTheInputAndTheChanges) {
    EXPECT_EQ(line_of(R"({"sequence":12,"exchange_time_us":1795983774053618,"kind":"PlaceOrder",
        "input":{"origin":{"owner":"operator","key":"k"},"account":"futures",
                 "instrument":{"market":"futures","symbol":"BTCUSDT"},"side":"BUY",
                 "type":"MARKET","quantity":"0.01","price":null,"quote":{"bid":"1"}},
        "changes":[{"row":"order","image":{"id":"BC1","side":"BUY","quantity":"0.01",
                    "instrument":{"symbol":"BTCUSDT"},"state":"INTENDED","reason":"NONE"}},
                   {"row":"key","image":{"key":"k"}}]})"),
              "12  2026-11-29T20:22:54.053Z  PlaceOrder  futures BUY 0.01 BTCUSDT MARKET by "
              "operator; order BC1 BUY 0.01 BTCUSDT INTENDED");
}

TEST(JournalLine, ShowsTheFieldsOfExchangeReports) {
    EXPECT_EQ(line_of(R"({"sequence":13,"exchange_time_us":1795983774069459,"kind":"ReportOrder",
        "input":{"report":{"account":"futures","instrument":{"symbol":"BTCUSDT"},"id":"BC1",
                 "kind":"FILLED","trades":[{"id":7}],"reason":"NONE"}},
        "changes":[{"row":"position","image":{"account":"futures",
                    "instrument":{"symbol":"BTCUSDT"},"quantity":"0.01"}}]})"),
              "13  2026-11-29T20:22:54.069Z  ReportOrder  FILLED futures BTCUSDT BC1; position "
              "futures BTCUSDT 0.01");
}

TEST(JournalLine, ShowsTheReasonOfAnOperator) {
    EXPECT_EQ(line_of(R"({"sequence":9,"exchange_time_us":1795983774069459,
        "kind":"SetAccountState","input":{"origin":{"owner":"operator"},"account":"futures",
        "state":"FROZEN","text":"a strange\u001b[2J fill"},
        "changes":[{"row":"account","image":{"id":"futures","state":"FROZEN",
                    "frozen_reason":"FROZEN_BY_OPERATOR"}}]})"),
              "9  2026-11-29T20:22:54.069Z  SetAccountState  futures FROZEN a strange [2J fill by "
              "operator; account futures FROZEN FROZEN_BY_OPERATOR");
}

}  // namespace
}  // namespace botcore::botctl
