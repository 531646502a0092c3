#pragma once

/// A simulated market: generated order books that both the exchange and the core see, with gaps and
/// stale phases in the core's view.

#include "ports/market_data.hpp"
#include "sim/world/venue_server.hpp"
#include "venue/market_generator.hpp"

namespace botcore::sim {

class SimMarket final : public ports::MarketData {
public:
    SimMarket(Context& context, VenueServer& server);

    /// Generates prices until `stop`.
    void start();

    void stop() { stopped_ = true; }

    /// Publishes the books to a newly started venue.
    void publish_to_venue();

    [[nodiscard]] model::Quote quote(const model::InstrumentId& instrument,
                                     model::Side side,
                                     model::Quantity quantity) const override;
    [[nodiscard]] const model::DepthBook* book(
        const model::InstrumentId& instrument) const override;
    [[nodiscard]] std::vector<model::InstrumentId> instruments() const override;

    /// The core receives no market data until `back`.
    void hide(model::Duration back) { hidden_until_ = context_.now() + back; }

    /// The core keeps seeing the current book until `back`.
    void freeze(model::Duration back) { frozen_until_ = context_.now() + back; }

    void clear_faults() { hidden_until_ = frozen_until_ = {}; }

private:
    struct Board {
        venue::MarketGenerator generator;
        model::DepthBook book;
        model::Price last;
        model::Timestamp spoken;
    };

    void tick(const model::InstrumentId& instrument);
    void show(Board& board, const std::vector<venue::MarketEvent>& events) const;

    Context& context_;
    VenueServer& server_;
    std::map<model::InstrumentId, Board> boards_;
    bool stopped_ = false;
    model::Timestamp hidden_until_;
    model::Timestamp frozen_until_;
};

}  // namespace botcore::sim
