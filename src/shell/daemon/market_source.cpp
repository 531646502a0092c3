#include "shell/daemon/market_source.hpp"

#include "shell/market/venue_events.hpp"

#include <algorithm>
#include <array>
#include <filesystem>
#include <system_error>
#include <utility>
#include <vector>

namespace botcore::shell {

namespace {

using protocol::MarketEvent;

/// The number of batches of a playback that one turn of the loop applies, so that orders do not
/// wait for long.
constexpr std::size_t kBatchesPerTurn = 4;

void feed(PaperExchange& exchange,
          std::span<const MarketEvent> events,
          const std::vector<model::InstrumentId>& instruments) {
    for (const auto& event : events) {
        if (const auto told = venue_event_of(event, instruments)) exchange.apply(*told);
    }
}

class Generated final : public MarketSource {
public:
    Generated(std::uint64_t seed,
              const std::vector<venue::MarketSettings>& settings,
              PaperExchange& exchange)
        : market_(seed, settings),
          board_(market_.instruments(), model::MarketSource::Generated),
          exchange_(exchange) {}

    void start(base::Timestamp now) override {
        (void)poll(now);
        for (std::size_t place = 0; place < market_.instruments().size(); ++place)
            board_.set_history(place, market_.history(place));
    }

    bool poll(base::Timestamp now) override {
        const auto events = market_.poll(now);
        board_.apply(events);
        board_.set_now(now);
        feed(exchange_, events, market_.instruments());
        return false;
    }

    void set_now(base::Timestamp now) override { board_.set_now(now); }

    void stop() override {}

    [[nodiscard]] MarketBoard& board() override { return board_; }

    [[nodiscard]] std::string error_text() const override { return {}; }

private:
    GeneratedMarket market_;
    MarketBoard board_;
    PaperExchange& exchange_;
};

class Recorded final : public MarketSource {
public:
    Recorded(RecordedMarketOptions options, PaperExchange& exchange, std::function<void()> wake)
        : market_(std::move(options), std::move(wake)),
          board_(market_.instruments(), model::MarketSource::Recorded),
          exchange_(exchange) {}

    void start(base::Timestamp /*now*/) override {
        market_.start(RecordedMarket::Wall::clock::now());
    }

    bool poll(base::Timestamp now) override {
        const auto take = [&](std::span<const MarketEvent> events) {
            board_.apply(events);
            feed(exchange_, events, market_.instruments());
        };
        (void)market_.drain(RecordedMarket::Wall::clock::now(), kBatchesPerTurn, take);
        set_now(now);
        return market_.waiting() > 0;
    }

    void set_now(base::Timestamp /*now*/) override {
        board_.set_now(market_.source_now(RecordedMarket::Wall::clock::now()));
    }

    void stop() override { market_.stop(); }

    [[nodiscard]] MarketBoard& board() override { return board_; }

    [[nodiscard]] std::string error_text() const override { return market_.status().failure; }

private:
    RecordedMarket market_;
    MarketBoard board_;
    PaperExchange& exchange_;
};

/// The settings of the generator. Its round starting prices cannot be mistaken for real quotes.
std::vector<venue::MarketSettings> generated_settings() {
    constexpr std::array<std::pair<std::string_view, std::int64_t>, 4> kStarts = {
        {{"BTCUSDT", 60'000}, {"ETHUSDT", 3'000}, {"BNBUSDT", 600}, {"SOLUSDT", 150}}};
    std::vector<venue::MarketSettings> settings;
    for (const auto& instrument : model::builtin_instruments()) {
        for (const auto& [symbol, start] : kStarts) {
            if (instrument.id.symbol.text() == symbol) {
                settings.push_back(venue::settings_for(instrument, model::Price::whole(start)));
            }
        }
    }
    return settings;
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
                "spot-btcusdt-20240808.raw.gz, but '" +
                path + "' came"};
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

base::Result<std::unique_ptr<MarketSource>, std::string> MarketSource::make(
    const Config& config, PaperExchange& exchange, std::function<void()> wake) {
    std::unique_ptr<MarketSource> source;
    if (config.text("market.source") == "generated") {
        source =
            std::make_unique<Generated>(static_cast<std::uint64_t>(config.integer("market.seed")),
                                        generated_settings(),
                                        exchange);
        return source;
    }
    RecordedMarketOptions options;
    options.files = TRY(recordings_of(config.text("market.files")));
    options.speed = static_cast<std::uint32_t>(config.integer("market.speed"));
    try {
        source = std::make_unique<Recorded>(std::move(options), exchange, std::move(wake));
    } catch (const RecordingError& error) {
        return base::Failure{std::string(error.what())};
    }
    return source;
}

base::Outcome<std::string> MarketSource::check(const Config& config) {
    if (config.text("market.source") == "generated") return base::Done{};
    auto files = TRY(recordings_of(config.text("market.files")));
    // A pipe has a single reader, the daemon itself: opening it here would consume its data.
    std::erase_if(files, [](const RecordingFile& file) {
        std::error_code error;
        return std::filesystem::is_fifo(file.path, error);
    });
    if (files.empty()) return base::Done{};
    try {
        const Replay opens_the_files(std::move(files), RecordedMarketOptions{}.at_end);
    } catch (const RecordingError& error) {
        return base::Failure{std::string(error.what())};
    }
    return base::Done{};
}

}  // namespace botcore::shell
