#pragma once

/// The generated market as a source of prices: its events go to a board, which answers reads, and
/// to a venue.
///
/// Threads: the loop thread.

#include "adapters/market_generated/generated_market.hpp"
#include "ports/market_source.hpp"
#include "runtime/market_board.hpp"
#include "venue/market_translation.hpp"

#include <cstdint>

namespace botcore::market_generated {

class GeneratedSource final : public ports::MarketSource {
public:
    /// Prices of the built-in instruments that have a starting price. `sink` may be empty.
    GeneratedSource(std::uint64_t seed, venue::MarketEventSink sink);

    void start(base::Timestamp now) override;
    bool poll(base::Timestamp now) override;

    void set_now(base::Timestamp now) override { board_.set_now(now); }

    void stop() override {}

    [[nodiscard]] ports::MarketData& data() override { return board_; }

    [[nodiscard]] std::string error_text() const override { return {}; }

private:
    GeneratedMarket market_;
    runtime::MarketBoard board_;
    venue::MarketEventSink sink_;
};

}  // namespace botcore::market_generated
