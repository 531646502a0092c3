#include "adapters/market_recorded/playback.hpp"
#include "adapters/market_recorded/test_recording_test.hpp"
#include "gateway/market_feed.hpp"
#include "protocol/binance/market_messages.hpp"
#include "runtime/market_board.hpp"

#include <gtest/gtest.h>

#include <charconv>
#include <functional>
#include <map>
#include <string>
#include <vector>

namespace botcore::market_recorded {
namespace {

using base::Timestamp;
using model::Candle;
using model::CandleInterval;
using model::Price;
using model::Quantity;

CandleInterval interval_at(std::size_t place) {
    return static_cast<CandleInterval>(place);
}

/// Candles by open time, which this test aggregates in the simplest possible way.
using Folded = std::map<std::int64_t, Candle>;

void fold(Folded& folded, CandleInterval interval, const Candle& part) {
    const Timestamp open = model::candle_open(interval, part.open_time);
    auto [place, is_new] = folded.try_emplace(open.in_microseconds(), part);
    Candle& whole = place->second;
    whole.open_time = open;
    if (is_new) return;
    if (part.high > whole.high) whole.high = part.high;
    if (part.low < whole.low) whole.low = part.low;
    whole.close = part.close;
    whole.last_trade_time = part.last_trade_time;
    whole.volume += part.volume;
    whole.quote_volume += part.quote_volume;
    whole.trades += part.trades;
}

/// Adds the candles of spans without a trade, up to the span of `now`, and marks the first candle
/// as incomplete, because its beginning was not observed.
void complete(Folded& folded, CandleInterval interval, Timestamp now) {
    folded.begin()->second.complete = false;
    for (auto candle = folded.begin(); candle != folded.end(); ++candle) {
        const Price close = candle->second.close;
        const Timestamp next = model::candle_end(interval, candle->second.open_time);
        if (next > now) return;
        folded.try_emplace(next.in_microseconds(),
                           Candle{next, close, close, close, close, {}, {}, 0, {}, {}, true});
    }
}

void expect_same(const model::CandleSeries& series, Folded folded, Timestamp now) {
    complete(folded, series.interval(), now);
    const auto& candles = series.candles();
    ASSERT_EQ(candles.size(), std::min(folded.size(), model::kCandlesMax));
    auto expected = folded.rbegin();
    for (auto candle = candles.rbegin(); candle != candles.rend(); ++candle, ++expected)
        ASSERT_EQ(*candle, expected->second) << to_text(series.interval());
}

TEST(RecordedCandles, MatchASimpleAggregationOfRecordedTrades) {
    const auto files = real_recordings();
    if (files.empty()) GTEST_SKIP() << "BOTTEST_DATA names no recordings.";
    for (const RecordingFile& file : files) {
        std::array<Folded, model::kCandleIntervalCount> folded;
        RecordingReader reader(file.path);
        protocol::MarketParser parser;
        protocol::MarketMessage message;
        std::uint64_t trades = 0;
        while (const auto line = reader.next()) {
            ASSERT_TRUE(parser.parse(line->json, message).has_value());
            if (message.kind != protocol::MarketMessageKind::Trade) continue;
            ++trades;
            const auto [price, quantity] = message.trade;
            const Candle one{message.trade_time,
                             price,
                             price,
                             price,
                             price,
                             quantity,
                             model::notional(price, quantity).value(),
                             1,
                             message.trade_time,
                             message.trade_time};
            for (std::size_t i = 0; i < folded.size(); ++i)
                fold(folded.at(i), interval_at(i), one);
        }
        EXPECT_GT(trades, 5'000U) << file.path;

        Playback replay({file}, PlaybackEnd::Stop);
        runtime::MarketBoard board(replay.instruments(), model::MarketSource::Recorded);
        std::vector<protocol::MarketEvent> events;
        while (replay.next_time()) {
            events.clear();
            replay.step(events);
            board.apply(events);
        }
        const ports::TradeCounts counts = board.trade_counts();
        EXPECT_EQ(counts.counted, trades);
        EXPECT_EQ(counts.too_late + counts.repeated + counts.not_market + counts.malformed, 0U);
        EXPECT_TRUE(board.candles(replay.instruments().front())->gaps().empty());
        const model::CandleBoard* candles = board.candles(replay.instruments().front());
        ASSERT_NE(candles, nullptr);
        for (std::size_t i = 0; i < folded.size(); ++i)
            expect_same(candles->series(interval_at(i)), folded.at(i), board.exchange_now());
    }
}

/// Passes one message of a recording to the market feed, which appends the resulting events.
using Tell = std::function<void(
    gateway::MarketFeed&, const protocol::MarketMessage&, Timestamp, gateway::MarketFeed::Events&)>;

runtime::MarketBoard board_of(const RecordingFile& file, const Tell& feed_message) {
    gateway::MarketFeed feed({file.instrument});
    runtime::MarketBoard board({file.instrument}, model::MarketSource::Recorded);
    RecordingReader reader(file.path);
    protocol::MarketParser parser;
    protocol::MarketMessage message;
    gateway::MarketFeed::Events events;
    while (const auto line = reader.next()) {
        if (!parser.parse(line->json, message)) continue;
        events.clear();
        feed_message(feed, message, line->time, events);
        board.apply(events);
    }
    return board;
}

constexpr protocol::InstrumentIndex kFirst{0};

/// Passes each recorded trade to the feed twice, and also as part of an aggregate trade. A trade of
/// the insurance fund at a distant price follows. None of this may change the candles.
TEST(RecordedCandles, IgnoreRepeatedAggregatedAndInsuranceFundTrades) {
    const auto files = real_recordings();
    if (files.empty()) GTEST_SKIP() << "BOTTEST_DATA names no recordings.";
    for (const RecordingFile& file : files) {
        const runtime::MarketBoard once =
            board_of(file, [](auto& feed, auto& message, auto at, auto& events) {
                (void)feed.apply(kFirst, message, at, events);
            });
        protocol::MarketMessage aggregate;
        std::uint64_t others = 0;
        const Tell mixed = [&](auto& feed, auto& message, auto at, auto& events) {
            (void)feed.apply(kFirst, message, at, events);
            if (message.kind != protocol::MarketMessageKind::Trade) return;
            (void)feed.apply(kFirst, message, at, events);
            const auto same_price = aggregate.trade.price == message.trade.price;
            const auto whole = aggregate.trade.quantity + message.trade.quantity;
            const auto first = same_price ? aggregate.first_trade : message.trade_id;
            const auto quantity = same_price ? whole : message.trade.quantity;
            aggregate = message;
            aggregate.kind = protocol::MarketMessageKind::AggregateTrade;
            aggregate.first_trade = first;
            aggregate.trade.quantity = quantity;
            (void)feed.apply(kFirst, aggregate, at, events);
            protocol::MarketMessage fund = message;
            fund.trade_origin = protocol::TradeOrigin::Other;
            fund.trade = {Price::from_units(1), Quantity::whole(1'000'000)};
            (void)feed.apply(kFirst, fund, at, events);
            ++others;
        };
        const runtime::MarketBoard board = board_of(file, mixed);
        for (std::size_t i = 0; i < model::kCandleIntervalCount; ++i) {
            ASSERT_EQ(board.candles(file.instrument)->series(interval_at(i)).candles(),
                      once.candles(file.instrument)->series(interval_at(i)).candles());
        }
        EXPECT_EQ(board.quote(file.instrument, model::Side::Buy, {}),
                  once.quote(file.instrument, model::Side::Buy, {}));
        EXPECT_EQ(board.trade_counts().counted, once.trade_counts().counted);
        EXPECT_EQ(board.trade_counts().repeated, 2 * once.trade_counts().counted);
        EXPECT_EQ(board.trade_counts().not_market, others);
    }
}

/// The recorded klines in the folder that BOTTEST_DATA names.
std::vector<std::filesystem::path> kline_files() {
    const char* const data = std::getenv("BOTTEST_DATA");
    std::vector<std::filesystem::path> files;
    if (data == nullptr) return files;
    for (const char* const below : {"klines", "binance/klines"}) {
        const std::filesystem::path folder = std::filesystem::path(data) / below;
        if (!std::filesystem::is_directory(folder)) continue;
        for (const auto& entry : std::filesystem::directory_iterator(folder))
            files.push_back(entry.path());
    }
    return files;
}

std::vector<std::string> lines_of(const std::filesystem::path& path) {
    std::vector<std::string> lines;
    const gzFile file = gzopen(path.c_str(), "rb");
    char buffer[1'024];
    while (gzgets(file, buffer, sizeof buffer) != nullptr)
        lines.emplace_back(buffer);
    EXPECT_EQ(gzclose(file), Z_OK);
    return lines;
}

/// Fields: open_time in ms, open, high, low, close, volume; possibly more.
std::optional<Candle> kline_of(const std::string& line) {
    std::vector<std::string> fields;
    std::size_t begin = 0;
    while (begin <= line.size()) {
        const std::size_t end = std::min(line.find_first_of(",\r\n", begin), line.size());
        fields.push_back(line.substr(begin, end - begin));
        begin = end + 1;
    }
    std::int64_t time = 0;
    const auto& first = fields.front();
    const auto [end, error] = std::from_chars(first.data(), first.data() + first.size(), time);
    if (error != std::errc() || end != first.data() + first.size()) return std::nullopt;
    const auto price = [&](std::size_t i) {
        return model::parse_amount<Price>(fields.at(i)).value();
    };
    Candle kline;
    kline.open_time = Timestamp::from_milliseconds(time);
    kline.open = price(1);
    kline.high = price(2);
    kline.low = price(3);
    kline.close = price(4);
    kline.volume = model::parse_amount<Quantity>(fields.at(5)).value();
    return kline;
}

/// No recording has trades and klines of the same minutes. Therefore each recorded minute is
/// replayed as four trades at its open, high, low and close, which share its volume.
TEST(RecordedCandles, RecordedKlinesAreReproducedFromSyntheticTrades) {
    const auto files = kline_files();
    if (files.empty()) GTEST_SKIP() << "BOTTEST_DATA names no klines.";
    for (const auto& path : files) {
        model::CandleBoard board;
        std::array<Folded, model::kCandleIntervalCount> folded;
        std::size_t minutes = 0;
        Timestamp now;
        for (const auto& line : lines_of(path)) {
            const auto kline = kline_of(line);
            if (!kline || kline->volume < Quantity::from_units(4)) continue;
            ++minutes;
            Candle expected = *kline;
            Quantity left = kline->volume;
            int part = 0;
            for (const Price price : {kline->open, kline->high, kline->low, kline->close}) {
                const Quantity quantity =
                    part == 3 ? left : Quantity::from_units(kline->volume.units() / 4);
                left -= quantity;
                expected.quote_volume += model::notional(price, quantity).value();
                ++expected.trades;
                const auto time = kline->open_time + base::Duration::milliseconds(19'999 * part);
                ASSERT_TRUE(board.add(time, price, quantity)) << line;
                now = time;
                if (part == 0) expected.first_trade_time = time;
                expected.last_trade_time = time;
                ++part;
            }
            expected.complete = minutes > 1;
            ASSERT_EQ(board.series(CandleInterval::Minute1).candles().back(), expected) << line;
            expected.complete = true;
            for (std::size_t i = 0; i < folded.size(); ++i)
                fold(folded.at(i), interval_at(i), expected);
        }
        EXPECT_GT(minutes, 40'000U) << path;
        for (std::size_t i = 0; i < folded.size(); ++i)
            expect_same(board.series(interval_at(i)), folded.at(i), now);
    }
}

}  // namespace
}  // namespace botcore::market_recorded
