#include "adapters/market_recorded/playback.hpp"

#include "adapters/market_recorded/test_recording_test.hpp"
#include "runtime/market_board.hpp"

#include <gtest/gtest.h>

#include <cstdint>
#include <iterator>
#include <map>
#include <string>
#include <utility>
#include <vector>

namespace botcore::market_recorded {
namespace {

using base::Timestamp;
using model::Market;
using model::Price;
using model::Side;
using protocol::MarketEvent;
using protocol::MarketEventKind;

constexpr std::string_view kChange =
    R"({"stream":"btcusdt@depth","data":{"e":"depthUpdate","E":5,"s":"BTCUSDT","U":157,"u":160,)"
    R"("b":[["10","1"]],"a":[["12","1"]]}})";
constexpr std::string_view kSnapshot =
    R"({"lastUpdateId":158,"bids":[["9","1"]],"asks":[["13","1"]]})";
constexpr std::string_view kTrade =
    R"({"e":"trade","E":5,"s":"BTCUSDT","t":1,"p":"11","q":"1","T":5,"m":true})";

std::string line(std::int64_t milliseconds, std::string_view json) {
    return std::to_string(milliseconds * 1'000'000) + " " + std::string(json) + "\n";
}

std::vector<MarketEvent> play(Playback& replay, int steps) {
    std::vector<MarketEvent> events;
    for (int i = 0; i < steps && replay.next_time(); ++i)
        replay.step(events);
    return events;
}

TEST(Playback, MergesFilesByTime) {
    const TestRecording spot("spot-btcusdt.gz", line(10, kTrade) + line(30, kTrade));
    const TestRecording futures("usdm-btcusdt.gz", line(20, kTrade) + line(30, kTrade));
    Playback replay({futures.file(), spot.file()}, PlaybackEnd::Stop);
    ASSERT_EQ(replay.instruments().size(), 2U);
    std::vector<std::pair<Market, std::int64_t>> seen;
    for (const MarketEvent& event : play(replay, 9)) {
        const auto& instrument = replay.instruments()[protocol::position_of(event.instrument)];
        seen.emplace_back(instrument.market, event.time.in_milliseconds());
    }
    const std::vector<std::pair<Market, std::int64_t>> expected = {
        {Market::Spot, 10}, {Market::Futures, 20}, {Market::Futures, 30}, {Market::Spot, 30}};
    EXPECT_EQ(seen, expected);
    EXPECT_FALSE(replay.next_time().has_value());
}

TEST(Playback, UsesTheSnapshotInItsFile) {
    const TestRecording file("spot-btcusdt.gz", line(1, kChange) + line(2, kSnapshot));
    Playback replay({file.file()}, PlaybackEnd::Stop);
    (void)play(replay, 2);
    const auto& feed = replay.feed().feed(protocol::InstrumentIndex{0});
    EXPECT_EQ(feed.stitcher.state(), gateway::StitchState::Synced);
    EXPECT_EQ(feed.book.best(Side::Buy)->price, Price::whole(10));
}

TEST(Playback, StartsOverWithResetBooksAndIncreasingTime) {
    const TestRecording file("spot-btcusdt.gz",
                             line(1'000, kChange) + line(1'002, kSnapshot) + line(1'500, kTrade));
    Playback replay({file.file()}, PlaybackEnd::StartOver);
    (void)play(replay, 3);
    EXPECT_EQ(replay.counts().rounds, 1U);
    EXPECT_EQ(replay.next_time(), Timestamp::from_milliseconds(1'600));
    auto events = play(replay, 1);
    ASSERT_EQ(events.size(), 1U) << "The change is kept until the snapshot.";
    EXPECT_EQ(events[0].kind, MarketEventKind::BookReset);
    EXPECT_EQ(events[0].time, Timestamp::from_milliseconds(1'600));
    Timestamp last = events[0].time;
    for (const MarketEvent& event : play(replay, 30)) {
        EXPECT_GE(event.time, last);
        last = event.time;
    }
    EXPECT_EQ(replay.counts().gaps, 0U);
    EXPECT_EQ(replay.counts().refused, 0U);
}

TEST(Playback, TradesOfTheNextRoundCountAgainAtLaterTimes) {
    const TestRecording file("spot-btcusdt.gz", line(1'000, kTrade) + line(1'500, kTrade));
    Playback replay({file.file()}, PlaybackEnd::StartOver);
    const auto events = play(replay, 4);
    ASSERT_EQ(events.size(), 5U);
    using enum MarketEventKind;
    const auto expect = [&](std::size_t place, MarketEventKind kind, std::int64_t exchange_time) {
        EXPECT_EQ(events[place].kind, kind) << place;
        EXPECT_EQ(events[place].exchange_time, Timestamp::from_milliseconds(exchange_time));
    };
    expect(0, Trade, 5);
    expect(1, RepeatedTrade, 5);
    expect(3, Trade, 605);  // The round is shifted by 600 ms.
    expect(4, RepeatedTrade, 605);
}

TEST(Playback, CountsRefusedAndIgnoredMessages) {
    const TestRecording file("spot-btcusdt.gz",
                             line(1, "{") + line(2, R"({"e":"kline"})") +
                                 line(3,
                                      R"({"e":"trade","E":5,"s":"ETHUSDT","t":1,"p":"1",)"
                                      R"("q":"1","T":5,"m":true})"));
    Playback replay({file.file()}, PlaybackEnd::Stop);
    EXPECT_TRUE(play(replay, 9).empty());
    EXPECT_EQ(replay.counts().messages, 3U);
    EXPECT_EQ(replay.counts().refused, 1U);
    EXPECT_EQ(replay.counts().ignored, 2U);
}

TEST(Playback, RejectsRecordingsWithoutMessages) {
    const TestRecording file("spot-btcusdt.gz", "");
    EXPECT_THROW(Playback({file.file()}, PlaybackEnd::Stop), RecordingError);
}

using Best = std::pair<model::Level, model::Level>;

/// Best prices by update id, from the recorded book tickers (`told`) and from our books (`ours`).
struct Compared {
    std::map<std::uint64_t, Best> told;
    std::map<std::uint64_t, Best> ours;
};

/// Reads one recording with the components of `Playback`, to inspect the state after each message.
Compared compare(const RecordingFile& file) {
    Compared result;
    RecordingReader reader(file.path);
    protocol::MarketParser parser;
    protocol::MarketMessage message;
    gateway::MarketFeed feed({file.instrument});
    const protocol::InstrumentIndex index{0};
    std::vector<MarketEvent> events;
    while (const auto line = reader.next()) {
        EXPECT_TRUE(parser.parse(line->json, message).has_value()) << line->json.text;
        events.clear();
        EXPECT_NE(feed.apply(index, message, line->time, events), gateway::StitchStep::Gap);
        if (message.kind == protocol::MarketMessageKind::BookTicker) {
            result.told[message.last_update] = {message.best_bid, message.best_ask};
        }
        const auto& known = feed.feed(index);
        if (known.stitcher.state() == gateway::StitchState::Synced) {
            result.ours[known.stitcher.last_update()] = {*known.book.best(Side::Buy),
                                                         *known.book.best(Side::Sell)};
        }
    }
    return result;
}

TEST(Playback, RealBooksAgreeWithTheRecordedBookTickers) {
    const auto files = real_recordings();
    if (files.empty()) GTEST_SKIP() << "BOTTEST_DATA names no recordings.";
    for (const RecordingFile& file : files) {
        const Compared compared = compare(file);
        std::uint64_t equal = 0;
        std::uint64_t different = 0;
        for (const auto& [update, best] : compared.ours) {
            // Our book after this update is compared with the last ticker up to the update. A later
            // ticker must exist, because only that shows which ticker is the last one.
            const auto later = compared.told.upper_bound(update);
            if (later == compared.told.end() || later == compared.told.begin()) continue;
            ++(std::prev(later)->second == best ? equal : different);
        }
        EXPECT_GT(equal, 3'000U) << file.path;
        EXPECT_EQ(different, 0U) << file.path;
    }
}

TEST(Playback, RealRecordingsPlayWithoutRefusedMessagesOrGaps) {
    const auto files = real_recordings();
    if (files.empty()) GTEST_SKIP() << "BOTTEST_DATA names no recordings.";
    Playback replay(files, PlaybackEnd::Stop);
    runtime::MarketBoard board(replay.instruments(), model::MarketSource::Recorded);
    std::vector<MarketEvent> events;
    while (replay.next_time()) {
        events.clear();
        replay.step(events);
        board.apply(events);
    }
    EXPECT_EQ(replay.counts().messages, 168'821U);
    EXPECT_EQ(replay.counts().refused, 0U);
    EXPECT_EQ(replay.counts().ignored, 0U);
    EXPECT_EQ(replay.counts().gaps, 0U);
    for (std::size_t i = 0; i < files.size(); ++i) {
        const auto& instrument = replay.instruments()[i];
        const auto& feed = replay.feed().feed(static_cast<protocol::InstrumentIndex>(i));
        const auto quote = board.quote(instrument, Side::Buy, {});
        EXPECT_EQ(quote.bid, feed.best->bid.price);
        EXPECT_EQ(quote.ask, feed.best->ask.price);
        EXPECT_EQ(quote.last, feed.last_trade->price);
        for (const Side side : {Side::Buy, Side::Sell}) {
            EXPECT_EQ(board.book(instrument)->levels(side), feed.book.levels(side));
        }
    }
}

}  // namespace
}  // namespace botcore::market_recorded
