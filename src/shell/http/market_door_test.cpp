#include "shell/http/api_world_test.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace botcore::shell::http {
namespace {

using base::Duration;
using base::Timestamp;
using model::CandleInterval;
using model::Price;
using model::Quantity;

constexpr std::int64_t kMinute = 60'000;
/// 2026-01-01T00:00:00Z.
constexpr std::int64_t kStart = 1'767'225'600'000;

class MarketRoutes : public testing::Test {
protected:
    /// A trade in the minute `minute`, of one coin.
    void trade(std::int64_t minute, std::int64_t price) {
        world_.on_loop([&] {
            const auto time = Timestamp::from_milliseconds(kStart + minute * kMinute);
            EXPECT_TRUE(world_.market.trades.add(time, Price::whole(price), Quantity::whole(1)));
            world_.market.clock = time;
        });
    }

    boost::json::value data(std::string_view path) { return ApiWorld::data(world_.get(path)); }

    ApiWorld world_;
};

std::string cache_header(const TestResponse& response) {
    for (const auto& [name, value] : response.headers) {
        if (name == "x-cache") return value;
    }
    return "none";
}

// @spec:X-48
TEST_F(MarketRoutes, EveryPriceSaysItsSourceItsAgeAndWhetherItIsStale) {
    trade(0, 100);
    const auto expect_fresh = [](const boost::json::value& value) {
        EXPECT_EQ(value.at("source").as_string(), "generated");
        EXPECT_EQ(value.at("age_ms").as_int64(), 7);
        EXPECT_EQ(value.at("stale").as_bool(), false);
        EXPECT_EQ(value.at("as_of").as_string(), "2026-09-21T14:13:19.993Z");
    };
    expect_fresh(data("/api/market/prices").at(0));
    expect_fresh(data("/api/market/overview").at(0));
    expect_fresh(data("/api/market/book/BTCUSDT"));
    expect_fresh(data("/api/market/candles/BTCUSDT/1m"));
    expect_fresh(data("/api/market/chart/BTCUSDT/1m"));
    expect_fresh(data("/api/market/charts").at(0));
    world_.market.silent = true;
    for (const char* path : {"/api/market/candles/BTCUSDT/1m", "/api/market/chart/BTCUSDT/1m"}) {
        const auto silent = data(path);
        EXPECT_EQ(silent.at("stale").as_bool(), true) << path;
        EXPECT_EQ(silent.at("source").as_string(), "none") << path;
        EXPECT_TRUE(silent.at("as_of").is_null()) << path;
    }
}

TEST_F(MarketRoutes, ALongParameterIsRepeatedInWholeCharacters) {
    std::string path = "/api/market/prices?market=a";
    for (int i = 0; i < 60; ++i)
        path += "%C3%A9";
    const auto response = world_.get(path);
    EXPECT_EQ(response.status, 400);
    EXPECT_EQ(ApiWorld::code(response), "INVALID_FIELD");
}

TEST_F(MarketRoutes, CandlesAreThoseOfTheTradesTheNewestLast) {
    trade(0, 100);
    trade(0, 120);
    trade(1, 110);
    trade(3, 90);
    const auto all = data("/api/market/candles/BTCUSDT/1m");
    EXPECT_EQ(all.at("timeframe").as_string(), "1m");
    EXPECT_EQ(all.at("market").as_string(), "futures");
    const auto& candles = all.at("candles").as_array();
    ASSERT_EQ(candles.size(), 4U);
    EXPECT_EQ(candles[0].at("open_time").as_string(), "2026-01-01T00:00:00.000Z");
    EXPECT_EQ(candles[0].at("close_time").as_string(), "2026-01-01T00:00:59.999Z");
    EXPECT_EQ(candles[0].at("open").as_string(), "100");
    EXPECT_EQ(candles[0].at("high").as_string(), "120");
    EXPECT_EQ(candles[0].at("close").as_string(), "120");
    EXPECT_EQ(candles[0].at("volume").as_string(), "2");
    EXPECT_EQ(candles[0].at("quote_volume").as_string(), "220");
    EXPECT_EQ(candles[0].at("trades").as_int64(), 2);
    EXPECT_EQ(candles[0].at("closed").as_bool(), true);
    EXPECT_EQ(candles[2].at("open").as_string(), "110") << "Nothing was traded in its minute.";
    EXPECT_EQ(candles[2].at("close").as_string(), "110");
    EXPECT_EQ(candles[2].at("volume").as_string(), "0");
    EXPECT_EQ(candles[2].at("trades").as_int64(), 0);
    EXPECT_EQ(candles[2].at("complete").as_bool(), true);
    EXPECT_EQ(candles[3].at("closed").as_bool(), false);
    EXPECT_EQ(candles[0].at("complete").as_bool(), false) << "Its beginning was not seen.";
    const auto one = data("/api/market/candles/BTCUSDT/1m?limit=1").at("candles").as_array();
    ASSERT_EQ(one.size(), 1U);
    EXPECT_EQ(one[0].at("close").as_string(), "90");
    EXPECT_EQ(data("/api/market/candles/BTCUSDT/1h").at("candles").as_array().size(), 1U);
    EXPECT_EQ(data("/api/market/candles/BTCUSDT/1m?market=spot").at("candles").as_array().size(),
              0U);
    world_.on_loop(
        [&] { world_.market.clock = world_.market.clock + Duration::milliseconds(kMinute); });
    EXPECT_EQ(data("/api/market/candles/BTCUSDT/1m").at("candles").at(3).at("closed").as_bool(),
              true)
        << "Its minute is over, though nothing was traded since.";
}

TEST_F(MarketRoutes, ASpanInWhichOurFeedWasDownIsMarkedAndNeverOfVolumeZero) {
    const auto at = [](std::int64_t minute) {
        return Timestamp::from_milliseconds(kStart + minute * kMinute);
    };
    trade(0, 100);
    trade(1, 110);
    const std::string path = "/api/market/candles/BTCUSDT/1m";
    EXPECT_TRUE(data(path).at("incomplete").as_array().empty());
    EXPECT_EQ(data(path).at("late_trades").as_int64(), 0);
    world_.on_loop([&] {
        world_.market.trades.lose(at(2));
        world_.market.missing_since = at(2);
        world_.market.trades.advance(at(7));
        world_.market.clock = at(7);
    });
    const auto down = data(path);
    EXPECT_EQ(down.at("candles").as_array().size(), 2U);
    ASSERT_EQ(down.at("incomplete").as_array().size(), 1U);
    EXPECT_EQ(down.at("incomplete").at(0).at("from").as_string(), "2026-01-01T00:02:00.000Z");
    EXPECT_TRUE(down.at("incomplete").at(0).at("until").is_null());
    EXPECT_EQ(data("/api/market/overview").at(0).at("complete").as_bool(), false);
    world_.on_loop([&] { world_.market.missing_since.reset(); });
    trade(9, 90);
    const auto back = data(path);
    ASSERT_EQ(back.at("candles").as_array().size(), 3U);
    EXPECT_EQ(back.at("candles").at(1).at("complete").as_bool(), true);
    EXPECT_EQ(back.at("candles").at(2).at("open_time").as_string(), "2026-01-01T00:09:00.000Z");
    EXPECT_EQ(back.at("candles").at(2).at("complete").as_bool(), false);
    EXPECT_EQ(back.at("incomplete").at(0).at("until").as_string(), "2026-01-01T00:09:00.000Z");
}

TEST_F(MarketRoutes, ALateTradeIsInItsClosedCandleOrInAFigure) {
    trade(0, 100);
    trade(1, 110);
    const std::string path = "/api/market/candles/BTCUSDT/1m";
    EXPECT_EQ(data(path).at("candles").at(0).at("high").as_string(), "100");
    trade(0, 130);
    EXPECT_EQ(data(path).at("candles").at(0).at("high").as_string(), "130")
        << "The kept answer is not out of date.";
    world_.on_loop([&] {
        const auto time = Timestamp::from_milliseconds(kStart - 1);
        EXPECT_FALSE(world_.market.trades.add(time, Price::whole(1), Quantity::whole(1)));
    });
    EXPECT_EQ(data(path).at("late_trades").as_int64(), 1);
    EXPECT_EQ(data("/api/market/overview").at(0).at("late_trades").as_int64(), 1);
}

TEST_F(MarketRoutes, WhatBecameOfTradesIsSeenInTheMetrics) {
    const auto shown = [&](const std::string& line) {
        return world_.get("/metrics").body.find("market_trades_total{result=" + line + "\n") !=
               std::string::npos;
    };
    EXPECT_TRUE(shown("\"too_late\"} 0"));
    world_.on_loop([&] {
        world_.market.counts = {
            .counted = 9, .late = 2, .too_late = 3, .repeated = 4, .not_market = 5, .malformed = 1};
    });
    for (const char* line : {"\"counted\"} 9",
                             "\"late\"} 2",
                             "\"too_late\"} 3",
                             "\"repeated\"} 4",
                             "\"not_market\"} 5",
                             "\"malformed\"} 1"}) {
        EXPECT_TRUE(shown(line)) << line;
    }
}

TEST_F(MarketRoutes, ClosedCandlesComeFromTheCacheAndTheOpenOneIsNew) {
    trade(0, 100);
    trade(1, 110);
    const std::string path = "/api/market/candles/BTCUSDT/1m";
    const auto first = world_.get(path);
    EXPECT_EQ(cache_header(first), "miss");
    trade(1, 130);
    const auto second = world_.get(path);
    EXPECT_EQ(cache_header(second), "hit");
    EXPECT_EQ(ApiWorld::data(second).at("candles").at(0),
              ApiWorld::data(first).at("candles").at(0));
    EXPECT_EQ(ApiWorld::data(second).at("candles").at(1).at("close").as_string(), "130");
    trade(2, 140);
    const auto third = world_.get(path);
    EXPECT_EQ(cache_header(third), "miss") << "Another candle has closed.";
    EXPECT_EQ(ApiWorld::data(third).at("candles").as_array().size(), 3U);
    world_.on_loop([&] {
        model::Candle other;
        other.open_time = Timestamp::from_milliseconds(kStart);
        other.open = other.high = other.low = other.close = Price::whole(77);
        EXPECT_TRUE(world_.market.trades.series(CandleInterval::Minute1).put(other));
    });
    const auto fourth = world_.get(path);
    EXPECT_EQ(cache_header(fourth), "miss") << "A closed candle was replaced.";
    EXPECT_EQ(ApiWorld::data(fourth).at("candles").at(0).at("close").as_string(), "77");
}

TEST_F(MarketRoutes, ChartsAddThePricesOfNowSideBySide) {
    trade(0, 100);
    const auto chart = data("/api/market/chart/BTCUSDT/1m");
    EXPECT_EQ(chart.at("bid").as_string(), "49999");
    EXPECT_EQ(chart.at("candles").as_array().size(), 1U);
    const auto charts = data("/api/market/charts?symbols=BTCUSDT&timeframes=1m,1h,1M").as_array();
    ASSERT_EQ(charts.size(), 3U);
    EXPECT_EQ(charts[2].at("timeframe").as_string(), "1M");
    EXPECT_EQ(charts[2].at("candles").at(0).at("close_time").as_string(),
              "2026-01-31T23:59:59.999Z");
}

TEST_F(MarketRoutes, RefuseWhatTheyDoNotKnow) {
    for (const char* path : {"/api/market/candles/NOSUCH/1m",
                             "/api/market/chart/nosuch/1m",
                             "/api/market/charts?symbols=BTCUSDT,NOSUCH"}) {
        const auto response = world_.get(path);
        EXPECT_EQ(response.status, 404) << path;
        EXPECT_EQ(ApiWorld::code(response), "INVALID_SYMBOL") << path;
    }
    std::string many = "/api/market/charts?timeframes=1m";
    for (int i = 0; i < 40; ++i)
        many += ",1m";
    for (const std::string& path : {std::string("/api/market/candles/BTCUSDT/2m"),
                                    std::string("/api/market/candles/BTCUSDT/1m?limit=1001"),
                                    std::string("/api/market/candles/BTCUSDT/1m?limit=0"),
                                    std::string("/api/market/charts?timeframes=1m,,1h"),
                                    std::string("/api/market/charts?limit=x"),
                                    std::string("/api/market/overview?market=moon"),
                                    many}) {
        const auto response = world_.get(path);
        EXPECT_EQ(response.status, 400) << path;
        EXPECT_EQ(ApiWorld::code(response), "INVALID_FIELD") << path;
    }
}

TEST_F(MarketRoutes, OverviewTellsTheLastDay) {
    EXPECT_TRUE(data("/api/market/overview").at(0).at("since").is_null());
    trade(0, 999);
    trade(60, 100);
    trade(700, 130);
    trade(1'440 + 59, 110);
    EXPECT_EQ(data("/api/market/overview").at(0).at("complete").as_bool(), true)
        << "The candle whose beginning was not seen is older than a day.";
    const auto row = data("/api/market/overview").at(0);
    EXPECT_EQ(row.at("since").as_string(), "2026-01-01T01:00:00.000Z");
    EXPECT_EQ(row.at("first").as_string(), "100");
    EXPECT_EQ(row.at("high").as_string(), "130");
    EXPECT_EQ(row.at("low").as_string(), "100");
    EXPECT_EQ(row.at("change_percent").as_string(), "10");
    EXPECT_EQ(row.at("volume").as_string(), "3");
}

TEST_F(MarketRoutes, TheOperatorChoosesWhichSymbolsTheListsShow) {
    EXPECT_EQ(data("/api/market/prices").as_array().size(), 1U);
    const auto hidden = world_.command("DELETE", "/api/market/symbols/BTCUSDT");
    EXPECT_EQ(ApiWorld::data(hidden).at("followed").as_bool(), false);
    EXPECT_EQ(data("/api/market/prices").as_array().size(), 0U);
    EXPECT_EQ(data("/api/market/overview").as_array().size(), 0U);
    EXPECT_EQ(data("/api/market/charts").as_array().size(), 0U);
    EXPECT_EQ(data("/api/market/prices?market=spot").as_array().size(), 1U);
    EXPECT_EQ(world_.get("/api/market/book/BTCUSDT").status, 200) << "By name it is still there.";
    std::size_t followed = 0;
    const auto symbols = data("/api/market/symbols");
    for (const auto& row : symbols.as_array())
        followed += row.at("followed").as_bool() ? 1 : 0;
    EXPECT_EQ(followed, 7U);
    const auto shown = world_.command("POST", "/api/market/symbols", R"({"symbol":"BTCUSDT"})");
    EXPECT_EQ(ApiWorld::data(shown).at("followed").as_bool(), true);
    EXPECT_EQ(data("/api/market/prices").as_array().size(), 1U);
}

TEST_F(MarketRoutes, OnlyTheOperatorChoosesAndOnlyAmongKnownSymbols) {
    EXPECT_EQ(world_.ask_as(kViewerToken, "DELETE", "/api/market/symbols/BTCUSDT").status, 403);
    EXPECT_EQ(world_.ask_as(kTraderToken, "DELETE", "/api/market/symbols/BTCUSDT").status, 403);
    EXPECT_EQ(world_.command("DELETE", "/api/market/symbols/NOSUCH").status, 404);
    EXPECT_EQ(world_.command("DELETE", "/api/market/symbols/BTCUSDT?market=moon").status, 400);
    EXPECT_EQ(world_.command("POST", "/api/market/symbols", R"({"symbol":"DOGEUSDT"})").status,
              404);
    EXPECT_EQ(world_.command("POST", "/api/market/symbols", R"({"symbol":"btc"})").status, 400);
    EXPECT_EQ(world_.command("POST", "/api/market/symbols", R"({"coin":"BTC"})").status, 400);
}

}  // namespace
}  // namespace botcore::shell::http
