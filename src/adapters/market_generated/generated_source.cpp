#include "adapters/market_generated/generated_source.hpp"

#include "model/instrument.hpp"

#include <array>
#include <string_view>
#include <utility>

namespace botcore::market_generated {

namespace {

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

}  // namespace

GeneratedSource::GeneratedSource(std::uint64_t seed, venue::MarketEventSink sink)
    : market_(seed, generated_settings()),
      board_(market_.instruments(), model::MarketSource::Generated),
      sink_(std::move(sink)) {
}

void GeneratedSource::start(base::Timestamp now) {
    (void)poll(now);
    for (std::size_t place = 0; place < market_.instruments().size(); ++place)
        board_.set_history(place, market_.history(place));
}

bool GeneratedSource::poll(base::Timestamp now) {
    const auto events = market_.poll(now);
    board_.apply(events);
    board_.set_now(now);
    venue::translate(events, market_.instruments(), sink_);
    return false;
}

}  // namespace botcore::market_generated
