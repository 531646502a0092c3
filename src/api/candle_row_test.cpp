#include "api/candle_row.hpp"

#include "adapters/market_generated/generated_market.hpp"
#include "runtime/market_board.hpp"

#include <gtest/gtest.h>

namespace botcore::api {
namespace {

using base::Duration;
using base::Timestamp;
using model::Candle;
using model::CandleInterval;

constexpr std::int64_t kMinuteMs = 60'000;
/// This is 2026-01-01T00:00:30Z.
constexpr std::int64_t kStartMs = 1'767'225'630'000;

Duration minutes(std::int64_t count) {
    return Duration::milliseconds(count * kMinuteMs);
}

/// A generated market and its board, as in the daemon.
class CandleViews : public testing::Test {
protected:
    void run_for(Duration duration) {
        const Timestamp end = now_ + duration;
        while (now_ < end) {
            const auto events = market_.poll(now_);
            board_.apply(events);
            board_.set_now(now_);
            now_ = now_ + Duration::seconds(1);
        }
        board_.set_history(0, market_.history(0));
    }

    [[nodiscard]] CandleView row(CandleInterval interval) const {
        return {board_, market_.instruments().front(), interval};
    }

    const Timestamp start_ = Timestamp::from_milliseconds(kStartMs);
    Timestamp now_ = start_;
    market_generated::GeneratedMarket market_{
        7,
        {{.instrument = {model::Market::Futures, model::Symbol("BTCUSDT")},
          .start = model::Price::whole(60'000),
          .tick = model::Price::from_units(10'000'000),
          .lot = model::Quantity::from_units(100'000)}}};
    runtime::MarketBoard board_{market_.instruments(), model::MarketSource::Generated};
};

void expect_ascending(const std::vector<Candle>& candles, CandleInterval interval) {
    for (std::size_t i = 1; i < candles.size(); ++i) {
        ASSERT_EQ(candles[i].open_time, model::candle_end(interval, candles[i - 1].open_time))
            << to_text(interval) << " " << i;
    }
}

TEST_F(CandleViews, EveryTimeframeContinuesFromHistoryIntoTrades) {
    run_for(minutes(5));
    for (std::size_t i = 0; i < model::kCandleIntervalCount; ++i) {
        const auto interval = static_cast<CandleInterval>(i);
        const auto newest = row(interval).candles({.since = {}, .limit = 20});
        expect_ascending(newest, interval);
        EXPECT_EQ(newest.back().open_time,
                  model::candle_open(interval, now_ - Duration::seconds(1)))
            << to_text(interval);
        EXPECT_FALSE(row(interval).is_closed(newest.back()));
        EXPECT_TRUE(row(interval).is_closed(newest[newest.size() - 2]));
        for (const Candle& candle : newest) {
            model::CandleSeries rules(interval);
            EXPECT_TRUE(rules.put(candle));
            EXPECT_TRUE(candle.complete || candle.open_time < market_.history(0)->begin());
        }
        const auto oldest = row(interval).candles(
            {.since = newest.front().open_time, .until = newest.back().open_time, .limit = 1'000});
        EXPECT_EQ(oldest, std::vector<Candle>(newest.begin(), newest.end() - 1));
    }
}

TEST_F(CandleViews, MinuteCandlesAroundTheStartHaveNoPriceJump) {
    run_for(minutes(3));
    const auto candles = row(CandleInterval::Minute1).candles({.since = {}, .limit = 10});
    for (std::size_t i = 1; i < candles.size(); ++i) {
        const auto jump = model::magnitude(candles[i].open - candles[i - 1].close);
        EXPECT_LE(jump, model::Price::whole(12)) << "0.02 %; " << i;
    }
}

TEST_F(CandleViews, AllDayCandlesAreAvailableAfterOneSecond) {
    run_for(Duration::seconds(1));
    const CandleSpan all{.since = Timestamp(), .limit = 1'000};
    int days_left = 500;
    EXPECT_FALSE(row(CandleInterval::Day1).prepare(all, days_left));
    EXPECT_EQ(days_left, 0);
    EXPECT_TRUE(row(CandleInterval::Day1).prepare(all, days_left = 1));
    const auto days = row(CandleInterval::Day1).candles(all);
    ASSERT_EQ(days.size(), 501U);
    expect_ascending(days, CandleInterval::Day1);
    EXPECT_EQ(days.front().open_time, market_.history(0)->begin());
    days_left = 0;
    EXPECT_TRUE(row(CandleInterval::Minute1).prepare(all, days_left))
        << "Minutes need no preparation.";
}

// Only the trades of the last 1,000 minutes are stored. The candles between the history and these
// trades are unknown, and the minute in which the process started is no longer complete.
TEST_F(CandleViews, CandlesNoLongerHeldAreNeitherInventedNorComplete) {
    run_for(Duration::seconds(1));
    const CandleView minute = row(CandleInterval::Minute1);
    const CandleSpan around{.since = start_ - minutes(1), .limit = 3};
    EXPECT_TRUE(minute.candles(around).back().complete);
    while (now_ < start_ + minutes(1'100)) {
        board_.apply(market_.poll(now_));
        now_ = now_ + Duration::seconds(9);
    }
    const auto candles = minute.candles(around);
    ASSERT_EQ(candles.size(), 3U);
    EXPECT_EQ(candles[0].open_time, model::candle_open(CandleInterval::Minute1, start_));
    EXPECT_FALSE(candles[0].complete);
    EXPECT_GT(candles[1].open_time, start_ + minutes(90));
    EXPECT_EQ(candles[2].open_time, candles[1].open_time + minutes(1));
}

TEST_F(CandleViews, AMarketWithoutHistoryShowsCandlesOfItsTrades) {
    run_for(minutes(3));
    board_.set_history(0, nullptr);
    const auto candles = row(CandleInterval::Minute1).candles({.since = Timestamp(), .limit = 10});
    EXPECT_EQ(candles.size(), 4U);
    EXPECT_FALSE(candles.front().complete) << "The feed did not cover its beginning.";
    EXPECT_EQ(row(CandleInterval::Minute1).candles({.since = {}, .limit = 10}), candles);
    int days_left = 0;
    EXPECT_TRUE(row(CandleInterval::Day1).prepare({.since = {}, .limit = 10}, days_left));
}

}  // namespace
}  // namespace botcore::api
