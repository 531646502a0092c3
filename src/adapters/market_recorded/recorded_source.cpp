#include "adapters/market_recorded/recorded_source.hpp"

#include <algorithm>
#include <filesystem>
#include <span>
#include <system_error>
#include <utility>
#include <vector>

namespace botcore::market_recorded {

namespace {

/// The number of batches of a playback that one turn of the loop applies, so that orders do not
/// wait for long.
constexpr std::size_t kBatchesPerTurn = 4;

RecordedMarket::Wall wall_now() {
    return RecordedMarket::Wall::clock::now();
}

base::Result<std::vector<RecordingFile>, std::string> recordings_of(const std::string& list) {
    std::vector<RecordingFile> files;
    std::size_t begin = 0;
    while (begin < list.size()) {
        const std::size_t end = std::min(list.find(',', begin), list.size());
        const std::string path = list.substr(begin, end - begin);
        auto file = recording_of(path);
        if (!file) {
            return base::Failure{
                "market.files: expected a name such as "
                "spot-btcusdt-20240808.raw.gz, but received '" +
                path + "'"};
        }
        files.push_back(*std::move(file));
        begin = end + 1;
    }
    if (files.empty()) {
        return base::Failure{std::string(
            "market.source is recorded: name the recordings with market.files or --market-files")};
    }
    return files;
}

}  // namespace

base::Result<std::unique_ptr<RecordedSource>, std::string> RecordedSource::open(
    const std::string& files,
    std::uint32_t speed,
    venue::MarketEventSink sink,
    std::function<void()> wake) {
    RecordedMarketOptions options;
    options.files = TRY(recordings_of(files));
    options.speed = speed;
    try {
        return std::make_unique<RecordedSource>(
            std::move(options), std::move(sink), std::move(wake));
    } catch (const RecordingError& error) {
        return base::Failure{std::string(error.what())};
    }
}

RecordedSource::RecordedSource(RecordedMarketOptions options,
                               venue::MarketEventSink sink,
                               std::function<void()> wake)
    : market_(std::move(options), std::move(wake)),
      board_(market_.instruments(), model::MarketSource::Recorded),
      sink_(std::move(sink)) {
}

void RecordedSource::start(base::Timestamp /*now*/) {
    market_.start(wall_now());
}

bool RecordedSource::poll(base::Timestamp now) {
    const auto take = [&](std::span<const protocol::MarketEvent> events) {
        board_.apply(events);
        venue::translate(events, market_.instruments(), sink_);
    };
    (void)market_.drain(wall_now(), kBatchesPerTurn, take);
    set_now(now);
    return market_.waiting() > 0;
}

void RecordedSource::set_now(base::Timestamp /*now*/) {
    board_.set_now(market_.source_now(wall_now()));
}

base::Outcome<std::string> RecordedSource::check(const std::string& list) {
    auto files = TRY(recordings_of(list));
    // A pipe has a single reader, the daemon itself: opening it here would consume its data.
    std::erase_if(files, [](const RecordingFile& file) {
        std::error_code error;
        return std::filesystem::is_fifo(file.path, error);
    });
    if (files.empty()) return base::Done{};
    try {
        const Playback opens_the_files(std::move(files), RecordedMarketOptions{}.at_end);
    } catch (const RecordingError& error) {
        return base::Failure{std::string(error.what())};
    }
    return base::Done{};
}

}  // namespace botcore::market_recorded
