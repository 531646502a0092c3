#include "model/candle.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <map>
#include <string>
#include <vector>

namespace botcore::model {
namespace {

using base::Duration;
using base::Timestamp;

constexpr std::int64_t kMinute = 60'000;
constexpr std::int64_t kDay = 24 * 60 * kMinute;
/// 2024-02-28T23:59:00Z.
constexpr std::int64_t kBeforeLeapDay = 1'709'164'740'000;

Timestamp at(std::int64_t milliseconds) {
    return Timestamp::from_milliseconds(milliseconds);
}

std::int64_t opened(CandleInterval interval, std::int64_t milliseconds) {
    return candle_open(interval, at(milliseconds)).in_milliseconds();
}

constexpr std::array kAll = {CandleInterval::Minute1,
                             CandleInterval::Minute3,
                             CandleInterval::Minute5,
                             CandleInterval::Minute15,
                             CandleInterval::Minute30,
                             CandleInterval::Hour1,
                             CandleInterval::Hour2,
                             CandleInterval::Hour4,
                             CandleInterval::Hour6,
                             CandleInterval::Hour8,
                             CandleInterval::Hour12,
                             CandleInterval::Day1,
                             CandleInterval::Day3,
                             CandleInterval::Week1,
                             CandleInterval::Month1};
static_assert(kAll.size() == kCandleIntervalCount);

TEST(CandleInterval, UsesTheNamesOfTheExchange) {
    std::string words;
    for (const auto interval : kAll) {
        words += to_text(interval);
        words += ' ';
        EXPECT_EQ(parse_candle_interval(to_text(interval)), interval);
    }
    EXPECT_EQ(words, "1m 3m 5m 15m 30m 1h 2h 4h 6h 8h 12h 1d 3d 1w 1M ");
    for (const std::string_view bad : {"", "1", "1S", "2m", "1mo", "01m", "1Mm"})
        EXPECT_EQ(parse_candle_interval(bad), std::nullopt) << bad;
}

TEST(CandleInterval, DaysWeeksAndMonthsFollowTheCalendar) {
    EXPECT_EQ(opened(CandleInterval::Day1, kBeforeLeapDay), 1'709'078'400'000);    // Feb 28.
    EXPECT_EQ(opened(CandleInterval::Week1, kBeforeLeapDay), 1'708'905'600'000);   // Mon, Feb 26.
    EXPECT_EQ(opened(CandleInterval::Month1, kBeforeLeapDay), 1'706'745'600'000);  // Feb 1.
    const auto march = candle_end(CandleInterval::Month1, at(1'706'745'600'000));
    EXPECT_EQ(march.in_milliseconds(), 1'709'251'200'000);  // March 1, after February 29.
    EXPECT_EQ(opened(CandleInterval::Month1, 1'709'251'200'000), 1'709'251'200'000);
    EXPECT_EQ(opened(CandleInterval::Month1, 1'709'251'199'999), 1'706'745'600'000);
    EXPECT_EQ(opened(CandleInterval::Week1, 0), -3 * kDay) << "1970-01-01 was a Thursday.";
    EXPECT_EQ(opened(CandleInterval::Minute1, -1), -kMinute);
    EXPECT_EQ(opened(CandleInterval::Month1, -1), -31 * kDay);
    // The exchange's weekly BTCUSDT candles start at 2017-08-14, a Monday.
    EXPECT_EQ(opened(CandleInterval::Week1, 1'502'928'000'000), 1'502'668'800'000);
}

RC_GTEST_PROP(CandleInterval, EveryMomentIsInExactlyOneCandle, ()) {
    const auto moment = at(*rc::gen::inRange<std::int64_t>(-4'000'000'000'000, 8'000'000'000'000));
    for (const auto interval : kAll) {
        const auto open = candle_open(interval, moment);
        const auto end = candle_end(interval, open);
        RC_ASSERT(open <= moment);
        RC_ASSERT(moment < end);
        RC_ASSERT(candle_open(interval, open) == open);
        RC_ASSERT(candle_open(interval, end) == end);
        RC_ASSERT(candle_open(interval, end - Duration::microseconds(1)) == open);
    }
}

TEST(CandleSeries, AggregatesTradesIntoOpenHighLowCloseAndVolumes) {
    CandleSeries series(CandleInterval::Minute1);
    ASSERT_TRUE(series.add(at(60'000), Price::whole(10), Quantity::whole(1)));
    ASSERT_TRUE(series.add(at(61'000), Price::whole(12), Quantity::whole(2)));
    ASSERT_TRUE(series.add(at(62'000), Price::whole(9), Quantity::whole(3)));
    ASSERT_TRUE(series.add(at(119'999), Price::whole(11), Quantity::whole(4)));
    ASSERT_TRUE(series.add(at(120'000), Price::whole(20), Quantity::whole(1)));
    ASSERT_EQ(series.candles().size(), 2U);
    const Candle expected{at(60'000),
                          Price::whole(10),
                          Price::whole(12),
                          Price::whole(9),
                          Price::whole(11),
                          Quantity::whole(10),
                          Money::whole(105),
                          4,
                          at(60'000),
                          at(119'999),
                          false};
    EXPECT_EQ(series.candles()[0], expected);
    EXPECT_EQ(series.candles()[1].open, Price::whole(20));
    EXPECT_TRUE(series.candles()[1].complete) << "Every trade since its opening was seen.";
}

TEST(CandleSeries, RejectsInvalidTradesWithoutChangingAnything) {
    CandleSeries series(CandleInterval::Minute1);
    ASSERT_TRUE(series.add(at(60'000), Price::whole(10), Quantity::whole(1)));
    const auto before = series.candles();
    const auto huge = std::int64_t{999'999'999'999'999};
    const auto refused = [&](std::int64_t time, Price price, Quantity quantity) {
        const auto outcome = series.add(at(time), price, quantity);
        EXPECT_EQ(series.candles(), before);
        return outcome ? std::nullopt : std::optional(outcome.error());
    };
    EXPECT_EQ(refused(60'001, Price(), Quantity::whole(1)), CandleError::Malformed);
    EXPECT_EQ(refused(60'001, Price::whole(-1), Quantity::whole(1)), CandleError::Malformed);
    EXPECT_EQ(refused(60'001, Price::whole(1), Quantity()), CandleError::Malformed);
    EXPECT_EQ(refused(60'001, Price::whole(huge), Quantity::whole(huge)), CandleError::Malformed);
    EXPECT_EQ(refused(59'999, Price::whole(1), Quantity::whole(1)), CandleError::TooOld);
}

Candle flat(std::int64_t open, std::int64_t price) {
    const Price p = Price::whole(price);
    return {at(open), p, p, p, p, Quantity::whole(1), Money::whole(price), 1, at(open), at(open)};
}

TEST(CandleSeries, ReplacesTheSameOpenTimeAndInsertsANewOneInOrder) {
    CandleSeries series(CandleInterval::Minute1);
    for (const std::int64_t minute : {3, 1, 2})
        ASSERT_TRUE(series.put(flat(minute * kMinute, minute)));
    ASSERT_TRUE(series.put(flat(2 * kMinute, 99)));
    ASSERT_EQ(series.candles().size(), 3U);
    EXPECT_EQ(series.candles()[0], flat(1 * kMinute, 1));
    EXPECT_EQ(series.candles()[1], flat(2 * kMinute, 99));
    EXPECT_EQ(series.candles()[2], flat(3 * kMinute, 3));
}

TEST(CandleSeries, RejectsMalformedCandles) {
    CandleSeries series(CandleInterval::Minute1);
    const Candle good = flat(kMinute, 10);
    const auto refuses = [&](auto change) {
        Candle bad = good;
        change(bad);
        const auto outcome = series.put(bad);
        return !outcome && outcome.error() == CandleError::Malformed && series.candles().empty();
    };
    EXPECT_TRUE(refuses([](Candle& c) { c.open_time = at(1); }));
    EXPECT_TRUE(refuses([](Candle& c) { c.low = Price(); }));
    EXPECT_TRUE(refuses([](Candle& c) { c.low = Price::whole(11); }));
    EXPECT_TRUE(refuses([](Candle& c) { c.high = Price::whole(9); }));
    EXPECT_TRUE(refuses([](Candle& c) { c.open = Price::whole(11); }));
    EXPECT_TRUE(refuses([](Candle& c) { c.close = Price::whole(9); }));
    EXPECT_TRUE(refuses([](Candle& c) { c.volume = Quantity::whole(-1); }));
    EXPECT_TRUE(refuses([](Candle& c) { c.quote_volume = Money::whole(-1); }));
    EXPECT_TRUE(series.put(good));
}

TEST(CandleSeries, HoldsTheNewestCandlesAndRejectsOlderOnesWhenFull) {
    CandleSeries series(CandleInterval::Minute1);
    for (std::int64_t minute = 10; minute < 10 + 1'005; ++minute)
        ASSERT_TRUE(series.add(at(minute * kMinute), Price::whole(minute), Quantity::whole(1)));
    EXPECT_EQ(series.candles().size(), kCandlesMax);
    EXPECT_EQ(series.candles().front().open_time, at(15 * kMinute));
    const auto older = series.put(flat(14 * kMinute, 1));
    ASSERT_FALSE(older.has_value());
    EXPECT_EQ(older.error(), CandleError::TooOld);
    EXPECT_TRUE(series.put(flat(15 * kMinute, 1)));
    EXPECT_EQ(series.candles().size(), kCandlesMax);
}

TEST(CandleSeries, RevisionChangesWithEveryCandleExceptTheLast) {
    CandleSeries series(CandleInterval::Minute1);
    ASSERT_TRUE(series.add(at(60'000), Price::whole(10), Quantity::whole(1)));
    const auto first = series.revision();
    ASSERT_TRUE(series.add(at(61'000), Price::whole(11), Quantity::whole(1)));
    EXPECT_EQ(series.revision(), first) << "Only the open candle changed.";
    ASSERT_TRUE(series.put(flat(60'000, 12)));
    EXPECT_EQ(series.revision(), first) << "Only the open candle changed.";
    ASSERT_TRUE(series.add(at(120'000), Price::whole(12), Quantity::whole(1)));
    const auto second = series.revision();
    EXPECT_NE(second, first) << "The first candle is closed now.";
    ASSERT_TRUE(series.put(flat(60'000, 13)));
    EXPECT_NE(series.revision(), second) << "A closed candle was replaced.";
}

/// A simple reference implementation of the series.
std::map<std::int64_t, Candle> plainly(
    CandleInterval interval, const std::vector<std::tuple<std::int64_t, Price, Quantity>>& trades) {
    std::map<std::int64_t, Candle> candles;
    for (const auto& [time, price, quantity] : trades) {
        const Timestamp open = candle_open(interval, at(time));
        auto [place, is_new] = candles.try_emplace(open.in_milliseconds());
        Candle& candle = place->second;
        if (is_new) candle = {open, price, price, price, price, {}, {}, 0, at(time), at(time)};
        if (price > candle.high) candle.high = price;
        if (price < candle.low) candle.low = price;
        if (at(time) < candle.first_trade_time) {
            candle.open = price;
            candle.first_trade_time = at(time);
        }
        if (at(time) >= candle.last_trade_time) {
            candle.close = price;
            candle.last_trade_time = at(time);
        }
        candle.volume += quantity;
        candle.quote_volume += notional(price, quantity).value();
        ++candle.trades;
    }
    if (candles.empty()) return candles;
    candles.begin()->second.complete = false;  // The trades before the first one are unknown.
    for (auto candle = candles.begin(); std::next(candle) != candles.end(); ++candle) {
        const Candle& before = candle->second;
        const Timestamp next = candle_end(interval, before.open_time);
        const Price close = before.close;
        candles.try_emplace(next.in_milliseconds(),
                            Candle{next, close, close, close, close, {}, {}, 0, {}, {}, true});
    }
    while (candles.size() > kCandlesMax)
        candles.erase(candles.begin());
    return candles;
}

RC_GTEST_PROP(CandleBoard, MatchesTheReferenceImplementationInEveryInterval, ()) {
    std::vector<std::tuple<std::int64_t, Price, Quantity>> trades;
    std::int64_t time = kBeforeLeapDay;
    CandleBoard board;
    for (int i = *rc::gen::inRange(1, 200); i > 0; --i) {
        // Most trades arrive in order; some are late by up to a minute and a half.
        time += *rc::gen::inRange<std::int64_t>(trades.empty() ? 0 : -90'000, 4 * 60'000);
        if (!trades.empty()) time = std::max(time, std::get<0>(trades.front()));
        const auto price = Price::from_units(*rc::gen::inRange<std::int64_t>(1, 100'000));
        const auto quantity = Quantity::from_units(*rc::gen::inRange<std::int64_t>(1, 100'000));
        trades.emplace_back(time, price, quantity);
        RC_ASSERT(board.add(at(time), price, quantity).has_value());
    }
    for (const auto interval : kAll) {
        const auto expected = plainly(interval, trades);
        const auto& seen = board.series(interval).candles();
        RC_ASSERT(seen.size() == expected.size());
        auto candle = seen.begin();
        for (const auto& [open, one] : expected)
            RC_ASSERT(*candle++ == one);
    }
}

TEST(CandleBoard, AddsAMalformedTradeToNoInterval) {
    CandleBoard board;
    ASSERT_TRUE(board.add(at(kBeforeLeapDay), Price::whole(10), Quantity::whole(1)));
    EXPECT_FALSE(board.add(at(kBeforeLeapDay), Price(), Quantity::whole(1)));
    for (const auto interval : kAll) {
        EXPECT_EQ(board.series(interval).candles().size(), 1U);
        EXPECT_EQ(board.series(interval).candles().front().trades, 1U);
        EXPECT_EQ(board.series(interval).interval(), interval);
    }
    EXPECT_EQ(board.late_trades().too_late, 0U);
}

TEST(CandleBoard, AddsALateTradeWhereItsCandleExistsAndCountsItElsewhere) {
    CandleBoard board;
    ASSERT_TRUE(board.add(at(kBeforeLeapDay), Price::whole(10), Quantity::whole(1)));
    const auto outcome =
        board.add(at(kBeforeLeapDay - kMinute), Price::whole(1), Quantity::whole(1));
    ASSERT_FALSE(outcome);
    EXPECT_EQ(outcome.error(), CandleError::TooOld);
    EXPECT_EQ(board.late_trades().too_late, 1U);
    EXPECT_EQ(board.series(CandleInterval::Minute1).candles().size(), 1U);
    const Candle& day = board.series(CandleInterval::Day1).candles().front();
    EXPECT_EQ(day.trades, 2U);
    EXPECT_EQ(day.open, Price::whole(1)) << "It is the candle's first trade.";
    EXPECT_EQ(day.close, Price::whole(10));
}

TEST(CandleSeries, AddsALateTradeToItsClosedCandle) {
    CandleSeries series(CandleInterval::Minute1);
    ASSERT_TRUE(series.add(at(60'000), Price::whole(10), Quantity::whole(1)));
    ASSERT_TRUE(series.add(at(110'000), Price::whole(11), Quantity::whole(1)));
    series.advance(at(185'000));
    ASSERT_EQ(series.candles().size(), 3U);
    const auto revision = series.revision();
    ASSERT_TRUE(series.add(at(119'990), Price::whole(14), Quantity::whole(2)));
    const Candle& first = series.candles()[0];
    EXPECT_EQ(first.close, Price::whole(14));
    EXPECT_EQ(first.high, Price::whole(14));
    EXPECT_EQ(first.volume, Quantity::whole(4));
    EXPECT_EQ(first.trades, 3U);
    EXPECT_NE(series.revision(), revision) << "A closed candle changed.";
    EXPECT_EQ(series.candles()[1].open, Price::whole(14)) << "The previous close differs.";
    EXPECT_EQ(series.candles()[2].close, Price::whole(14));
    ASSERT_TRUE(series.add(at(100'000), Price::whole(5), Quantity::whole(1)));
    EXPECT_EQ(series.candles()[0].close, Price::whole(14)) << "The latest trade by its own time.";
    EXPECT_EQ(series.candles()[0].low, Price::whole(5));
}

TEST(CandleSeries, MinuteWithoutTradesHasZeroVolumeAtThePreviousClose) {
    CandleSeries series(CandleInterval::Minute1);
    ASSERT_TRUE(series.add(at(60'000), Price::whole(10), Quantity::whole(1)));
    ASSERT_TRUE(series.add(at(61'000), Price::whole(12), Quantity::whole(1)));
    series.advance(at(119'999));
    EXPECT_EQ(series.candles().size(), 1U);
    series.advance(at(240'001));
    ASSERT_EQ(series.candles().size(), 4U);
    const Price close = Price::whole(12);
    for (std::size_t i = 1; i < 4; ++i) {
        const auto open = at(60'000 * static_cast<std::int64_t>(i + 1));
        const Candle quiet{open, close, close, close, close, {}, {}, 0, {}, {}, true};
        EXPECT_EQ(series.candles()[i], quiet);
    }
    ASSERT_TRUE(series.add(at(241'000), Price::whole(9), Quantity::whole(3)));
    EXPECT_EQ(series.candles()[3],
              (Candle{at(240'000),
                      Price::whole(9),
                      Price::whole(9),
                      Price::whole(9),
                      Price::whole(9),
                      Quantity::whole(3),
                      Money::whole(27),
                      1,
                      at(241'000),
                      at(241'000),
                      true}));
}

TEST(CandleBoard, IntervalWithMissingTradesIsIncompleteAndNeverHasZeroVolume) {
    CandleBoard board;
    const auto& minutes = board.series(CandleInterval::Minute1).candles();
    const auto& hours = board.series(CandleInterval::Hour1).candles();
    ASSERT_TRUE(board.add(at(0), Price::whole(10), Quantity::whole(1)));
    board.advance(at(130'000));
    ASSERT_EQ(minutes.size(), 3U);
    board.lose(at(150'000));
    EXPECT_EQ(board.lost_since(), at(150'000));
    ASSERT_EQ(minutes.size(), 2U) << "The third minute's volume is not known to be zero.";
    board.advance(at(400'000));
    EXPECT_EQ(minutes.size(), 2U);
    ASSERT_TRUE(board.add(at(430'000), Price::whole(20), Quantity::whole(1)));
    EXPECT_EQ(board.lost_since(), std::nullopt);
    EXPECT_EQ(board.gaps(), (std::deque<CandleGap>{{at(150'000), at(430'000)}}));
    ASSERT_EQ(minutes.size(), 3U);
    EXPECT_TRUE(minutes[1].complete);
    EXPECT_EQ(minutes[2].open_time, at(420'000));
    EXPECT_FALSE(minutes[2].complete);
    EXPECT_EQ(hours.size(), 1U);
    EXPECT_FALSE(hours[0].complete);
    board.advance(at(500'000));
    ASSERT_EQ(minutes.size(), 4U);
    EXPECT_TRUE(minutes[3].complete);
    EXPECT_EQ(minutes[3].close, Price::whole(20));
}

TEST(CandleBoard, LossWithinACandleMarksItIncompleteThoughItHasTrades) {
    CandleBoard board;
    const auto& minutes = board.series(CandleInterval::Minute1).candles();
    ASSERT_TRUE(board.add(at(0), Price::whole(10), Quantity::whole(1)));
    ASSERT_TRUE(board.add(at(70'000), Price::whole(10), Quantity::whole(1)));
    EXPECT_TRUE(minutes.back().complete);
    board.lose(at(80'000));
    ASSERT_TRUE(board.add(at(90'000), Price::whole(11), Quantity::whole(1)));
    ASSERT_EQ(minutes.size(), 2U);
    EXPECT_EQ(minutes.back().trades, 2U);
    EXPECT_FALSE(minutes.back().complete);
}

TEST(CandleBoard, JumpOfTheClockCountsAsAGap) {
    CandleBoard board;
    ASSERT_TRUE(board.add(at(0), Price::whole(10), Quantity::whole(1)));
    board.advance(at(100 * 365 * kDay));
    EXPECT_EQ(board.series(CandleInterval::Minute1).candles().size(), 1U);
    EXPECT_TRUE(board.lost_since().has_value());
}

TEST(CandleBoard, StoresTheNewestGaps) {
    CandleBoard board;
    ASSERT_TRUE(board.add(at(0), Price::whole(10), Quantity::whole(1)));
    for (std::int64_t i = 1; i <= 150; ++i) {
        board.lose(at(i * kMinute));
        ASSERT_TRUE(board.add(at(i * kMinute + 1'000), Price::whole(10), Quantity::whole(1)));
    }
    ASSERT_EQ(board.gaps().size(), kCandleGapsMax);
    EXPECT_EQ(board.gaps().back(), (CandleGap{at(150 * kMinute), at(150 * kMinute + 1'000)}));
}

}  // namespace
}  // namespace botcore::model
