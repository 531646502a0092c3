#include "adapters/market_recorded/recording.hpp"

#include "adapters/market_recorded/test_recording_test.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <string>

namespace botcore::market_recorded {
namespace {

TEST(Recording, DerivesTheInstrumentFromTheFileName) {
    const auto spot = recording_of("a/spot-btcusdt-20240808.raw.gz");
    ASSERT_TRUE(spot.has_value());
    EXPECT_EQ(spot->instrument.market, model::Market::Spot);
    EXPECT_EQ(spot->instrument.symbol.text(), "BTCUSDT");
    const auto futures = recording_of("usdm-ethusdt.raw.gz");
    ASSERT_TRUE(futures.has_value());
    EXPECT_EQ(futures->instrument.market, model::Market::Futures);
    for (const char* const name : {"btcusdt.gz", "coin-btcusdt-1.gz", "spot-", "spot--x.gz", ""}) {
        EXPECT_FALSE(recording_of(name).has_value()) << name;
    }
}

TEST(Recording, ReadsLinesAndSkipsThoseWithoutATime) {
    const TestRecording file("spot-btcusdt.gz",
                             "1000000 {\"a\":1}\nno time\n-5 {}\n7\n3000000 {\"b\":2}");
    RecordingReader reader(file.path());
    auto line = reader.next();
    ASSERT_TRUE(line.has_value());
    EXPECT_EQ(line->time, base::Timestamp::from_milliseconds(1));
    EXPECT_EQ(line->json.text, "{\"a\":1}");
    EXPECT_GE(line->json.readable, line->json.text.size() + protocol::kMarketMessagePadding);
    line = reader.next();
    ASSERT_TRUE(line.has_value());
    EXPECT_EQ(line->json.text, "{\"b\":2}");
    EXPECT_FALSE(reader.next().has_value());
    EXPECT_EQ(reader.skipped_count(), 3U);
    reader.rewind();
    EXPECT_EQ(reader.next()->json.text, "{\"a\":1}");
}

TEST(Recording, TimesNeverDecrease) {
    const TestRecording file("spot-btcusdt.gz", "5000000 {}\n4000000 {}\n");
    RecordingReader reader(file.path());
    EXPECT_EQ(reader.next()->time, base::Timestamp::from_milliseconds(5));
    EXPECT_EQ(reader.next()->time, base::Timestamp::from_milliseconds(5));
}

TEST(Recording, ReadsALineLongerThanItsBuffer) {
    const std::string json = "{\"x\":\"" + std::string(1'000'000, 'y') + "\"}";
    const TestRecording file("spot-btcusdt.gz", "1 {}\n2 " + json + "\n3 {}\n");
    RecordingReader reader(file.path());
    EXPECT_EQ(reader.next()->json.text, "{}");
    EXPECT_EQ(reader.next()->json.text, json);
    EXPECT_EQ(reader.next()->json.text, "{}");
    EXPECT_FALSE(reader.next().has_value());
}

TEST(Recording, RejectsALineThatNeverEnds) {
    const TestRecording file("spot-btcusdt.gz",
                             "1 " + std::string(protocol::kMarketMessageBytesMax + 1'000'000, 'y'));
    RecordingReader reader(file.path());
    EXPECT_THROW((void)reader.next(), RecordingError);
}

TEST(Recording, ReportsAMissingOrTruncatedFile) {
    EXPECT_THROW(RecordingReader("does-not-exist.gz"), RecordingError);
    std::string text;
    for (int i = 0; i < 50'000; ++i)
        text += std::to_string(i * 7'919) + " {}\n";
    const TestRecording file("spot-btcusdt.gz", text);
    std::filesystem::resize_file(file.path(), std::filesystem::file_size(file.path()) / 2);
    RecordingReader reader(file.path());
    EXPECT_THROW(
        {
            while (reader.next())
                continue;
        },
        RecordingError);
}

}  // namespace
}  // namespace botcore::market_recorded
