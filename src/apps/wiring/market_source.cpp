#include "apps/wiring/market_source.hpp"

#include "adapters/market_generated/generated_source.hpp"
#include "adapters/market_recorded/recorded_source.hpp"

#include <cstdint>
#include <utility>

namespace botcore::apps {

base::Result<std::unique_ptr<ports::MarketSource>, std::string> make_market_source(
    const host::Config& config, venue::MarketEventSink sink, std::function<void()> wake) {
    using MadeSource = std::unique_ptr<ports::MarketSource>;
    if (config.text("market.source") == "generated") {
        const auto seed = static_cast<std::uint64_t>(config.integer("market.seed"));
        return MadeSource(
            std::make_unique<market_generated::GeneratedSource>(seed, std::move(sink)));
    }
    return MadeSource(TRY(market_recorded::RecordedSource::open(
        config.text("market.files"),
        static_cast<std::uint32_t>(config.integer("market.speed")),
        std::move(sink),
        std::move(wake))));
}

base::Outcome<std::string> check_market_source(const host::Config& config) {
    if (config.text("market.source") == "generated") return base::Done{};
    return market_recorded::RecordedSource::check(config.text("market.files"));
}

}  // namespace botcore::apps
