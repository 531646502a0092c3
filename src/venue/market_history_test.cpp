#include "venue/market_history.hpp"

#include "base/calendar.hpp"
#include "venue/testing.hpp"

#include <gtest/gtest.h>

#include <set>

namespace botcore::venue {
namespace {

using namespace testing;
using model::Candle;
using model::CandleInterval;
using model::Duration;
using model::Market;
using model::Timestamp;

constexpr std::int64_t kMinuteMs = 60'000;
constexpr std::int64_t kDayMs = 24 * 60 * kMinuteMs;

/// 2026-11-23T11:53:20.500Z.
constexpr std::int64_t kEnd = 1'795'434'800'500;

Timestamp end() {
    return at_ms(kEnd);
}

MarketSettings settings(Market market = Market::Futures,
                        std::string_view symbol = "BTCUSDT",
                        std::string_view start = "60000") {
    return settings_for(builtin(market, symbol), price(start));
}

Duration minutes(std::int64_t count) {
    return Duration::milliseconds(count * kMinuteMs);
}

/// All candles of the interval that open within [from, until).
std::vector<Candle> candles_of(MarketHistory& history,
                               CandleInterval interval,
                               Timestamp from,
                               Timestamp until) {
    std::vector<Candle> list;
    for (Timestamp open = model::candle_open(interval, from); open < until;
         open = model::candle_end(interval, open)) {
        if (auto candle = history.candle(interval, open)) list.push_back(*candle);
    }
    return list;
}

TEST(MarketHistory, BeginsAtMidnightFiveHundredDaysEarlier) {
    const MarketHistory history(1, settings(), end());
    EXPECT_EQ(history.end(), end());
    EXPECT_EQ(history.begin(), base::midnight_of(base::day_of(end()) - std::chrono::days(500)));
}

TEST(MarketHistory, SameSeedGivesSameCandlesWhereverTheHistoryEnds) {
    MarketHistory before(1, settings(), end());
    MarketHistory after(1, settings(), end() + minutes(3 * 1'440 + 77));
    MarketHistory other(2, settings(), end());
    int differ = 0;
    for (const auto interval :
         {CandleInterval::Minute1, CandleInterval::Minute15, CandleInterval::Hour4}) {
        const Timestamp from = end() - minutes(5 * 1'440);
        const Timestamp until = model::candle_open(interval, end());
        const auto shown = candles_of(before, interval, from, until);
        EXPECT_GE(shown.size(), 29U);
        EXPECT_EQ(shown, candles_of(after, interval, from, until));
        for (const Candle& candle : shown)
            differ += other.candle(interval, candle.open_time) == candle ? 0 : 1;
    }
    EXPECT_GT(differ, 7'000);
}

TEST(MarketHistory, EachMinuteOpensAtTheCloseOfThePreviousOne) {
    MarketHistory history(1, settings(), end());
    const auto day = candles_of(history, CandleInterval::Minute1, end() - minutes(1'440), end());
    ASSERT_EQ(day.size(), 1'441U);
    for (std::size_t i = 1; i < day.size(); ++i) {
        ASSERT_EQ(day[i].open, day[i - 1].close);
        ASSERT_EQ(day[i].open_time, day[i - 1].open_time + minutes(1));
    }
    EXPECT_EQ(day.back().close, history.price_at(end()))
        << "The history ends where the market begins.";
    EXPECT_EQ(day.back().open_time, model::candle_open(CandleInterval::Minute1, end()));
}

TEST(MarketHistory, LongerCandlesAreTheSumOfTheirMinutes) {
    MarketHistory history(9, settings(Market::Spot, "ETHUSDT", "3000"), end());
    for (std::size_t i = 1; i < model::kCandleIntervalCount; ++i) {
        const auto interval = static_cast<CandleInterval>(i);
        const Timestamp open = model::candle_open(interval, end() - minutes(40 * 1'440));
        const Timestamp next = model::candle_end(interval, open);
        const auto parts = candles_of(history, CandleInterval::Minute1, open, next);
        ASSERT_EQ(static_cast<std::int64_t>(parts.size()),
                  (next - open).in_milliseconds() / kMinuteMs);
        Candle sum = parts.front();
        for (std::size_t part = 1; part < parts.size(); ++part) {
            sum.high = std::max(sum.high, parts[part].high);
            sum.low = std::min(sum.low, parts[part].low);
            sum.volume += parts[part].volume;
            sum.quote_volume += parts[part].quote_volume;
            sum.trades += parts[part].trades;
        }
        sum.close = parts.back().close;
        sum.last_trade_time = parts.back().last_trade_time;
        EXPECT_EQ(history.candle(interval, open), sum) << to_text(interval);
    }
}

TEST(MarketHistory, CandlesOfAllInstrumentsKeepTickLotAndCandleRules) {
    for (const auto& rules : model::builtin_instruments()) {
        const auto of = settings_for(rules, price("137.5"));
        MarketHistory history(3, of, end());
        const model::Price most = price("139.5625");  // 137.5 plus 1.5 %.
        const model::Price least = price("135.4375");
        std::set<model::Price> closes;
        for (std::int64_t day = 0; day < 500; day += 7) {
            const Timestamp from = history.begin() + minutes(day * 1'440 + 13 * day % 1'440);
            for (const auto& candle :
                 candles_of(history, CandleInterval::Minute1, from, from + minutes(30))) {
                for (const auto shown : {candle.open, candle.high, candle.low, candle.close})
                    ASSERT_TRUE(model::is_multiple(shown, of.tick)) << rules.id.symbol.text();
                ASSERT_TRUE(model::is_multiple(candle.volume, of.lot));
                ASSERT_TRUE(candle.low.is_positive());
                ASSERT_LE(candle.low, std::min(candle.open, candle.close));
                ASSERT_GE(candle.high, std::max(candle.open, candle.close));
                ASSERT_TRUE(candle.volume.is_positive());
                ASSERT_GE(candle.quote_volume,
                          model::notional(candle.low, candle.volume).value() -
                              model::notional(of.tick, candle.volume).value());
                ASSERT_LE(candle.quote_volume, model::notional(candle.high, candle.volume).value());
                ASSERT_GT(candle.trades, 0U);
                ASSERT_LE(candle.close, most);
                ASSERT_GE(candle.close, least);
                closes.insert(candle.close);
                model::CandleSeries series(CandleInterval::Minute1);
                ASSERT_TRUE(series.put(candle));
            }
        }
        EXPECT_GT(closes.size(), 10U) << "The price changes.";
    }
}

TEST(MarketHistory, SpotAndFuturesOfASymbolAreCorrelatedButDiffer) {
    MarketHistory spot(1, settings(Market::Spot), end());
    MarketHistory futures(1, settings(Market::Futures), end());
    int differ = 0;
    for (std::int64_t hour = 0; hour < 24 * 499; hour += 37) {
        const Timestamp time = spot.begin() + minutes(60 * hour);
        const auto apart = model::magnitude(spot.price_at(time) - futures.price_at(time));
        EXPECT_LE(apart, price("100")) << "The jump is at most one sixth of a percent.";
        differ += apart.is_zero() ? 0 : 1;
    }
    EXPECT_GT(differ, 250);
}

TEST(MarketHistory, ReturnsNothingBeyondItsEndsAndMarksPartialCandles) {
    MarketHistory history(1, settings(), end());
    const Timestamp first = history.begin();
    EXPECT_FALSE(history.candle(CandleInterval::Minute1, first - minutes(1)));
    EXPECT_FALSE(history.candle(CandleInterval::Day1, first - minutes(1'440)));
    EXPECT_FALSE(history.candle(CandleInterval::Minute1, end() + minutes(1)));
    EXPECT_FALSE(history.candle(CandleInterval::Hour1, first + minutes(1)))
        << "No candle opens at this time.";
    EXPECT_TRUE(history.candle(CandleInterval::Day1, first)->complete);
    const Timestamp month = model::candle_open(CandleInterval::Month1, first);
    ASSERT_LT(month, first);
    const auto part = history.candle(CandleInterval::Month1, month);
    EXPECT_FALSE(part->complete) << "Its beginning is older than the history.";
    EXPECT_EQ(part->open, history.price_at(first));
    const auto today = history.candle(CandleInterval::Day1, base::midnight_of(base::day_of(end())));
    EXPECT_EQ(today->close, history.price_at(end()));
}

// Computation is lazy: the constructor computes nothing, each day is computed once, and one call of
// `prepare` computes at most the given number of days.
TEST(MarketHistory, ComputesADayOnceAndOnlyOnDemand) {
    MarketHistory history(1, settings(), end());
    EXPECT_EQ(history.minutes_made(), 0U);
    (void)history.price_at(end());
    EXPECT_EQ(history.minutes_made(), 0U);
    (void)history.candle(CandleInterval::Day1, history.begin());
    EXPECT_EQ(history.minutes_made(), 1'440U);
    (void)history.candle(CandleInterval::Hour4, history.begin());
    EXPECT_EQ(history.minutes_made(), 1'440U);
    (void)history.candle(CandleInterval::Minute15, history.begin());
    EXPECT_EQ(history.minutes_made(), 1'440U) << "The quarter-hour candle uses the same minutes.";
    int turns = 1;
    int days_left = 8;
    std::uint64_t made = history.minutes_made();
    while (!history.prepare(history.begin(), end(), days_left)) {
        EXPECT_EQ(days_left, 0);
        EXPECT_EQ(history.minutes_made() - made, 1'440U * 8);
        made = history.minutes_made();
        days_left = 8;
        ++turns;
    }
    EXPECT_EQ(turns, 63);
    const std::uint64_t today = static_cast<std::uint64_t>(kEnd % kDayMs / kMinuteMs) + 1;
    EXPECT_EQ(history.minutes_made(), 500U * 1'440U + today);
    EXPECT_EQ(candles_of(history, CandleInterval::Day1, history.begin(), end()).size(), 501U);
    EXPECT_GE(candles_of(history, CandleInterval::Month1, history.begin(), end()).size(), 17U);
    EXPECT_EQ(history.minutes_made(), 500U * 1'440U + today);
}

}  // namespace
}  // namespace botcore::venue
