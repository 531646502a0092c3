#include "adapters/market_recorded/recorded_market.hpp"

#include "adapters/market_recorded/test_recording_test.hpp"
#include "runtime/market_board.hpp"

#include <gtest/gtest.h>

#include <semaphore>
#include <string>
#include <vector>

namespace botcore::market_recorded {
namespace {

using base::Timestamp;
using protocol::MarketEvent;

/// A recording of `count` trades, 1 ms apart; the price of a trade is its number.
std::string trades(int count) {
    std::string text;
    for (int i = 1; i <= count; ++i) {
        text += std::to_string(i * 1'000'000LL) + R"( {"e":"trade","E":5,"s":"BTCUSDT","t":)" +
                std::to_string(i) + R"(,"p":")" + std::to_string(i) +
                R"(","q":"1","T":5,"m":true})" + "\n";
    }
    return text;
}

class RecordedMarketTest : public ::testing::Test {
protected:
    static constexpr int kTrades = 3'000;

    RecordedMarketOptions options(std::uint32_t speed, PlaybackEnd at_end) {
        return {.files = {file.file()},
                .speed = speed,
                .at_end = at_end,
                .batch_events = 16,
                .batches_max = 4};
    }

    std::function<void()> wake() {
        return [this] { woken.release(); };
    }

    /// Drains until the market has ended and no batch waits; appends everything to `events`.
    void take_all(RecordedMarket& market) {
        while (true) {
            woken.acquire();
            const bool over = market.status().state != RecordedMarketState::Running;
            while (market.drain(start, 3, [this](std::span<const MarketEvent> batch) {
                events.insert(events.end(), batch.begin(), batch.end());
            }) != 0) {
            }
            if (over) return;
        }
    }

    TestRecording file{"spot-btcusdt.gz", trades(kTrades)};
    std::counting_semaphore<> woken{0};
    std::vector<MarketEvent> events;
    const PlaybackClock::Wall start = std::chrono::steady_clock::now();
};

TEST_F(RecordedMarketTest, DeliversEverythingInOrderAtFullSpeed) {
    RecordedMarket market(options(0, PlaybackEnd::Stop), wake());
    EXPECT_EQ(market.status().state, RecordedMarketState::Ready);
    EXPECT_EQ(market.source_now(start), Timestamp::from_milliseconds(1));
    market.start(start);
    take_all(market);
    ASSERT_EQ(events.size(), static_cast<std::size_t>(kTrades));
    for (std::size_t i = 0; i < events.size(); ++i) {
        EXPECT_EQ(events[i].price, model::Price::whole(static_cast<std::int64_t>(i) + 1));
    }
    EXPECT_EQ(market.status().state, RecordedMarketState::Ended);
    EXPECT_EQ(market.status().counts.messages, static_cast<std::uint64_t>(kTrades));
    EXPECT_EQ(market.source_now(start), Timestamp::from_milliseconds(kTrades));
    EXPECT_EQ(market.source_now(start + std::chrono::seconds(3)),
              Timestamp::from_milliseconds(kTrades + 3'000))
        << "The source has ended, but its clock advances.";
}

TEST_F(RecordedMarketTest, FollowsTheClock) {
    // Recorded time started long ago, so the test does not have to wait for it.
    RecordedMarket market(options(1, PlaybackEnd::Stop), wake());
    const auto began = start - std::chrono::seconds(60);
    market.start(began);
    take_all(market);
    EXPECT_EQ(events.size(), static_cast<std::size_t>(kTrades));
    EXPECT_EQ(market.source_now(began + std::chrono::seconds(7)),
              Timestamp::from_milliseconds(7'001));
}

TEST_F(RecordedMarketTest, WaitsForTheConsumerAndStopsAtOnce) {
    RecordedMarket market(options(0, PlaybackEnd::StartOver), wake());
    market.start(start);
    woken.acquire();
    market.stop();
    EXPECT_LE(market.waiting(), 4U);
    EXPECT_EQ(market.status().state, RecordedMarketState::Ended);
    market.stop();
}

TEST_F(RecordedMarketTest, StopsWhileItWaitsForRecordedTime) {
    RecordedMarket market(options(1, PlaybackEnd::Stop), wake());
    market.start(start + std::chrono::hours(1));
    market.stop();
    EXPECT_EQ(market.waiting(), 0U);
}

TEST_F(RecordedMarketTest, ReportsWhyItFailed) {
    const TestRecording cut("spot-ethusdt.gz", trades(20'000));
    std::filesystem::resize_file(cut.path(), std::filesystem::file_size(cut.path()) / 2);
    RecordedMarketOptions cut_options = options(0, PlaybackEnd::Stop);
    cut_options.files.push_back(cut.file());
    try {
        RecordedMarket market(cut_options, wake());
        market.start(start);
        take_all(market);
        EXPECT_EQ(market.status().state, RecordedMarketState::Failed);
        EXPECT_NE(market.status().failure.find("cut off"), std::string::npos);
    } catch (const RecordingError& error) {
        EXPECT_NE(std::string(error.what()).find("cut off"), std::string::npos)
            << "The damage may already lie in the first block.";
    }
}

TEST_F(RecordedMarketTest, RejectsAMissingFile) {
    RecordedMarketOptions missing = options(0, PlaybackEnd::Stop);
    missing.files[0].path = "does-not-exist.gz";
    EXPECT_THROW(RecordedMarket(missing, wake()), RecordingError);
}

}  // namespace
}  // namespace botcore::market_recorded
