/// Any bytes as a market recording, compressed or plain: times never decrease, a rewind gives the
/// same lines, and a file that cannot be read causes RecordingError and no other error.

#include "adapters/market_recorded/playback.hpp"
#include "base/check.hpp"
#include "input_file.hpp"
#include "tests/scratch/temporary_folder.hpp"

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace {

using namespace botcore;
using namespace botcore;

constexpr int kStepsMax = 200;

struct Line {
    base::Timestamp time;
    std::string text;

    friend bool operator==(const Line&, const Line&) = default;
};

/// All lines up to the end or the error.
std::vector<Line> lines_of(market_recorded::RecordingReader& reader) {
    std::vector<Line> lines;
    try {
        while (const auto line = reader.next()) {
            CHECK(lines.empty() || lines.back().time <= line->time);
            CHECK(line->json.readable >= line->json.text.size() + protocol::kMarketMessagePadding);
            lines.push_back({line->time, std::string(line->json.text)});
        }
    } catch (const market_recorded::RecordingError&) {
        return lines;
    }
    return lines;
}

void replay(const std::filesystem::path& path, market_recorded::PlaybackEnd at_end) {
    const model::InstrumentId instrument{model::Market::Spot, model::Symbol("BTCUSDT")};
    market_recorded::Playback replay({{path, instrument}}, at_end);
    market_recorded::Playback::Events events;
    auto last = replay.next_time();
    for (int i = 0; i < kStepsMax && last; ++i) {
        replay.step(events);
        const auto next = replay.next_time();
        CHECK(!next || *next >= *last);
        last = next;
        events.clear();
    }
    const auto& counts = replay.counts();
    CHECK(counts.refused + counts.ignored <= counts.messages);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static const scratch::TemporaryFolder kFolder;
    static const std::filesystem::path kFile = kFolder.file("spot-btcusdt-1.raw.gz");
    fuzz::write_file(kFile, {reinterpret_cast<const char*>(data), size});
    try {
        market_recorded::RecordingReader reader(kFile);
        const auto first = lines_of(reader);
        reader.rewind();
        CHECK(lines_of(reader) == first);
        for (const market_recorded::PlaybackEnd at_end :
             {market_recorded::PlaybackEnd::Stop, market_recorded::PlaybackEnd::StartOver})
            replay(kFile, at_end);
    } catch (const market_recorded::RecordingError&) {
        return 0;
    }
    return 0;
}
