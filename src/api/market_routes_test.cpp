#include "adapters/market_generated/generated_market.hpp"
#include "base/time_text.hpp"
#include "tests/api_world/api_world.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace botcore::api {
namespace {

using base::Duration;
using base::Timestamp;
using model::CandleInterval;
using model::Price;
using model::Quantity;

constexpr std::int64_t kMinute = 60'000;
/// This is 2026-01-01T00:00:00Z.
constexpr std::int64_t kStart = 1'767'225'600'000;

class MarketRoutes : public testing::Test {
protected:
    /// Adds a trade of one coin within the minute `minute`.
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

std::string cache_header(const net::TestResponse& response) {
    for (const auto& [name, value] : response.headers) {
        if (name == "x-cache") return value;
    }
    return "none";
}

// @spec:X-48
TEST_F(MarketRoutes, EveryPriceStatesItsSourceItsAgeAndWhetherItIsStale) {
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

TEST_F(MarketRoutes, AnErrorRepeatsALongParameterInWholeCharacters) {
    std::string path = "/api/market/prices?market=a";
    for (int i = 0; i < 60; ++i)
        path += "%C3%A9";
    const auto response = world_.get(path);
    EXPECT_EQ(response.status, 400);
    EXPECT_EQ(ApiWorld::code(response), "INVALID_FIELD");
}

TEST_F(MarketRoutes, CandlesAreBuiltFromTradesTheNewestLast) {
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
    EXPECT_EQ(candles[2].at("open").as_string(), "110") << "There was no trade in its minute.";
    EXPECT_EQ(candles[2].at("close").as_string(), "110");
    EXPECT_EQ(candles[2].at("volume").as_string(), "0");
    EXPECT_EQ(candles[2].at("trades").as_int64(), 0);
    EXPECT_EQ(candles[2].at("complete").as_bool(), true);
    EXPECT_EQ(candles[3].at("closed").as_bool(), false);
    EXPECT_EQ(candles[0].at("complete").as_bool(), false)
        << "The feed did not cover its beginning.";
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
        << "Its minute is over, although there was no later trade.";
}

TEST_F(MarketRoutes, MarksASpanWithoutOurFeedInsteadOfReportingZeroVolume) {
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

TEST_F(MarketRoutes, ALateTradeUpdatesItsClosedCandleOrIsCounted) {
    trade(0, 100);
    trade(1, 110);
    const std::string path = "/api/market/candles/BTCUSDT/1m";
    EXPECT_EQ(data(path).at("candles").at(0).at("high").as_string(), "100");
    trade(0, 130);
    EXPECT_EQ(data(path).at("candles").at(0).at("high").as_string(), "130")
        << "The cached response is current.";
    world_.on_loop([&] {
        const auto time = Timestamp::from_milliseconds(kStart - 1);
        EXPECT_FALSE(world_.market.trades.add(time, Price::whole(1), Quantity::whole(1)));
    });
    EXPECT_EQ(data(path).at("late_trades").as_int64(), 1);
    EXPECT_EQ(data("/api/market/overview").at(0).at("late_trades").as_int64(), 1);
}

TEST_F(MarketRoutes, MetricsCountTradesByTheirOutcome) {
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

TEST_F(MarketRoutes, CachesClosedCandlesButNotTheOpenOne) {
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

/// A market whose history ends half a minute after `kStart`, at 2026-01-01T00:00:30Z.
class HistoryRoutes : public MarketRoutes {
protected:
    HistoryRoutes() {
        (void)generated_.poll(kEnd);
        world_.on_loop([this] {
            world_.market.past = generated_.history(0);
            world_.market.clock = kEnd;
        });
    }

    ~HistoryRoutes() override {
        world_.on_loop([this] { world_.market.past = nullptr; });
    }

    /// The open times of all pages from `since` on; each page begins where the previous one ended.
    std::vector<std::string> pages(const std::string& timeframe,
                                   std::string since,
                                   const std::string& rest) {
        std::vector<std::string> opens;
        for (page_count_ = 1; page_count_ < 1'000; ++page_count_) {
            const auto page =
                data("/api/market/candles/BTCUSDT/" + timeframe + "?since=" + since + rest);
            for (const auto& candle : page.at("candles").as_array())
                opens.emplace_back(candle.at("open_time").as_string());
            if (page.at("next_since").is_null()) break;
            since = page.at("next_since").as_string();
        }
        return opens;
    }

    /// Every open time of the interval in [first, until), as text.
    static std::vector<std::string> all_opens(CandleInterval interval,
                                              Timestamp first,
                                              Timestamp until) {
        std::vector<std::string> opens;
        for (Timestamp open = first; open < until; open = model::candle_end(interval, open))
            opens.push_back(base::to_iso8601(open));
        return opens;
    }

    model::Candle past_candle(CandleInterval interval, Timestamp open) {
        std::optional<model::Candle> candle;
        world_.on_loop([&] { candle = world_.market.past->candle(interval, open); });
        return candle.value();
    }

    static constexpr Timestamp kEnd = Timestamp::from_milliseconds(kStart + kMinute / 2);
    static constexpr Timestamp kBegin =
        Timestamp::from_milliseconds(kStart - 500 * 1'440 * kMinute);

    market_generated::GeneratedMarket generated_{
        7,
        {{.instrument = {model::Market::Futures, model::Symbol("BTCUSDT")},
          .start = Price::whole(60'000),
          .tick = Price::from_units(10'000'000),
          .lot = Quantity::from_units(100'000)}}};
    int page_count_ = 0;
};

TEST_F(HistoryRoutes, PagesThroughADayOfMinutesAndFiveHundredDaysOfHours) {
    const Timestamp day = kBegin + Duration::milliseconds(250 * 1'440 * kMinute);
    const Timestamp next = day + Duration::milliseconds(1'440 * kMinute);
    EXPECT_EQ(pages("1m",
                    base::to_iso8601(day),
                    "&limit=700&until=" + std::to_string(next.in_milliseconds())),
              all_opens(CandleInterval::Minute1, day, next));
    EXPECT_EQ(page_count_, 3);
    EXPECT_EQ(pages("1h", "0", "&limit=1000"), all_opens(CandleInterval::Hour1, kBegin, kEnd));
    EXPECT_EQ(page_count_, 13);
    trade(0, 59'900);
    trade(1, 59'950);
    trade(2, 59'900);
    const Timestamp before = kEnd - Duration::milliseconds(60 * kMinute);
    const Timestamp after = kEnd + Duration::milliseconds(2 * kMinute);
    EXPECT_EQ(
        pages("1m", base::to_iso8601(before), "&limit=7"),
        all_opens(CandleInterval::Minute1, before + Duration::milliseconds(kMinute / 2), after))
        << "The candles continue from the history into the trades.";
}

TEST_F(HistoryRoutes, ServesFiveHundredGeneratedDaysFromTheStart) {
    const auto days = data("/api/market/candles/BTCUSDT/1d?limit=1000");
    EXPECT_EQ(days.at("source").as_string(), "generated");
    EXPECT_TRUE(days.at("next_since").is_null());
    const auto& list = days.at("candles").as_array();
    ASSERT_EQ(list.size(), 501U);
    EXPECT_EQ(list[0].at("open_time").as_string(), base::to_iso8601(kBegin));
    EXPECT_EQ(list[0].at("complete").as_bool(), true);
    EXPECT_EQ(list[499].at("closed").as_bool(), true);
    EXPECT_EQ(list[500].at("closed").as_bool(), false);
    const auto minutes = data("/api/market/candles/BTCUSDT/1m").at("candles").as_array();
    EXPECT_EQ(minutes.size(), 100U);
    const auto old = data("/api/market/candles/BTCUSDT/1m?limit=2&until=2025-06-01T00:00:30Z");
    ASSERT_EQ(old.at("candles").as_array().size(), 2U);
    EXPECT_EQ(old.at("candles").at(0).at("open_time").as_string(), "2025-05-31T23:59:00.000Z");
    EXPECT_EQ(old.at("candles").at(1).at("open_time").as_string(), "2025-06-01T00:00:00.000Z");
    EXPECT_EQ(data("/api/market/candles/BTCUSDT/1m?until=2020-01-01T00:00Z").at("candles"),
              boost::json::array());
    EXPECT_EQ(data("/api/market/candles/BTCUSDT/1m?market=spot").at("candles"),
              boost::json::array())
        << "A market without a history has none.";
}

TEST_F(HistoryRoutes, MergesHistoryAndTradesInTheCandleOfTheProcessStart) {
    const Timestamp open = Timestamp::from_milliseconds(kStart);
    const auto past = past_candle(CandleInterval::Minute1, open);
    world_.on_loop([&] {
        const auto time = Timestamp::from_milliseconds(kStart + 40'000);
        EXPECT_TRUE(world_.market.trades.add(time, Price::whole(50'000), Quantity::whole(2)));
    });
    const std::string path = "/api/market/candles/BTCUSDT/1m?limit=1";
    const auto both = data(path).at("candles").at(0);
    EXPECT_EQ(both.at("open").as_string(), to_text(past.open));
    EXPECT_EQ(both.at("high").as_string(), to_text(past.high));
    EXPECT_EQ(both.at("low").as_string(), "50000");
    EXPECT_EQ(both.at("close").as_string(), "50000");
    EXPECT_EQ(both.at("volume").as_string(), to_text(past.volume + Quantity::whole(2)));
    EXPECT_EQ(both.at("quote_volume").as_string(),
              to_text(past.quote_volume + model::Money::whole(100'000)));
    EXPECT_EQ(both.at("trades").to_number<std::uint64_t>(), past.trades + 1);
    EXPECT_EQ(both.at("closed").as_bool(), false);
    EXPECT_EQ(both.at("complete").as_bool(), true) << "Its beginning comes from the history.";
    trade(1, 51'000);
    EXPECT_EQ(data("/api/market/candles/BTCUSDT/1m?limit=2").at("candles").at(0).at("closed"),
              boost::json::value(true));
    const auto hour = data("/api/market/chart/BTCUSDT/1h?limit=1").at("candles").at(0);
    EXPECT_EQ(hour.at("open").as_string(), to_text(past.open));
    EXPECT_EQ(hour.at("close").as_string(), "51000");
    world_.on_loop(
        [&] { world_.market.trades.lose(Timestamp::from_milliseconds(kStart + 50'000)); });
    EXPECT_EQ(data("/api/market/chart/BTCUSDT/1h?limit=1").at("candles").at(0).at("complete"),
              boost::json::value(false));
}

TEST_F(HistoryRoutes, CachesEachSpanSeparately) {
    trade(1, 59'900);
    const std::string path = "/api/market/candles/BTCUSDT/1m?limit=3";
    EXPECT_EQ(cache_header(world_.get(path)), "miss");
    EXPECT_EQ(cache_header(world_.get(path + "&since=2025-06-01T00:00Z")), "miss");
    EXPECT_EQ(cache_header(world_.get(path + "&since=2025-06-01T00:01Z")), "miss");
    EXPECT_EQ(cache_header(world_.get(path + "&until=2025-06-01T00:01Z")), "miss");
    const auto again = world_.get(path + "&since=2025-06-01T00:01Z");
    EXPECT_EQ(cache_header(again), "hit");
    EXPECT_EQ(ApiWorld::data(again).at("next_since").as_string(), "2025-06-01T00:04:00.000Z");
    EXPECT_EQ(ApiWorld::data(again).at("candles").at(0).at("open_time").as_string(),
              "2025-06-01T00:01:00.000Z");
    for (const char* wrong : {"&since=now", "&until=2025-13-01T00:00Z", "&since=5&until=5"})
        EXPECT_EQ(world_.get(path + wrong).status, 400) << wrong;
}

TEST_F(HistoryRoutes, TheLastDayOfTheOverviewIncludesHistoryBeforeTheStart) {
    trade(0, 59'900);
    const auto row = data("/api/market/overview").at(0);
    EXPECT_EQ(row.at("since").as_string(), "2025-12-31T01:00:00.000Z");
    EXPECT_EQ(row.at("complete").as_bool(), true);
    const Timestamp first = Timestamp::from_milliseconds(kStart - 23 * 60 * kMinute);
    EXPECT_EQ(row.at("first").as_string(), to_text(past_candle(CandleInterval::Hour1, first).open));
    Quantity volume = Quantity::whole(1);
    for (int hour = 0; hour < 24; ++hour) {
        volume +=
            past_candle(CandleInterval::Hour1, first + Duration::milliseconds(hour * 60 * kMinute))
                .volume;
    }
    EXPECT_EQ(row.at("volume").as_string(), to_text(volume));
}

TEST_F(MarketRoutes, ChartsIncludeCurrentPricesAndCanBeListedTogether) {
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

TEST_F(MarketRoutes, RefusesUnknownSymbolsAndInvalidParameters) {
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

TEST_F(MarketRoutes, AnInstrumentIsNamedByItsExchangeToo) {
    for (const char* path : {"/api/market/prices", "/api/market/overview", "/api/market/symbols"}) {
        const std::string named = std::string(path) + "?market=futures&exchange=binance";
        const auto listed = ApiWorld::data(world_.get(named)).as_array();
        ASSERT_FALSE(listed.empty()) << path;
        EXPECT_EQ(listed.front().at("exchange").as_string(), "binance") << path;
    }
    for (const char* path : {"/api/market/prices",
                             "/api/market/book/BTCUSDT",
                             "/api/market/candles/BTCUSDT/1m",
                             "/api/market/charts",
                             "/api/market/symbols",
                             "/api/accounts/futures/positions/BTCUSDT"}) {
        const auto refused = world_.get(std::string(path) + "?exchange=kraken");
        EXPECT_EQ(refused.status, 400) << path;
        const auto details = ApiWorld::json(refused).at("error").at("details");
        EXPECT_EQ(details.at("field").as_string(), "exchange") << path;
        EXPECT_EQ(details.at("expected").as_string(), "binance") << path;
    }
}

TEST_F(MarketRoutes, OverviewSummarizesTheLastDay) {
    EXPECT_TRUE(data("/api/market/overview").at(0).at("since").is_null());
    trade(0, 999);
    trade(60, 100);
    trade(700, 130);
    trade(1'440 + 59, 110);
    EXPECT_EQ(data("/api/market/overview").at(0).at("complete").as_bool(), true)
        << "The candle with an unknown beginning is older than a day.";
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
    EXPECT_EQ(world_.get("/api/market/book/BTCUSDT").status, 200)
        << "The symbol is still available by its name.";
    std::size_t followed = 0;
    const auto symbols = data("/api/market/symbols");
    for (const auto& row : symbols.as_array())
        followed += row.at("followed").as_bool() ? 1 : 0;
    EXPECT_EQ(followed, 7U);
    const auto shown = world_.command("POST", "/api/market/symbols", R"({"symbol":"BTCUSDT"})");
    EXPECT_EQ(ApiWorld::data(shown).at("followed").as_bool(), true);
    EXPECT_EQ(data("/api/market/prices").as_array().size(), 1U);
}

TEST_F(MarketRoutes, OnlyOperatorsFollowSymbolsAndOnlyKnownOnes) {
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
}  // namespace botcore::api
