#pragma once

/// The market as it was last seen. Threads: the loop thread only.

#include "model/candle.hpp"
#include "model/depth.hpp"
#include "model/input.hpp"

#include <vector>

namespace botcore::ports {

class MarketData {
public:
    virtual ~MarketData() = default;

    /// The instrument's quote; `worst` is for a taker of `side` and `quantity`. A quote without
    /// prices (source None) when the instrument was never seen, or its book is being rebuilt.
    [[nodiscard]] virtual model::Quote quote(const model::InstrumentId& instrument,
                                             model::Side side,
                                             model::Quantity quantity) const = 0;

    /// The public book; `nullptr` when there is none now.
    [[nodiscard]] virtual const model::DepthBook* book(
        const model::InstrumentId& instrument) const = 0;

    /// All instruments that have been seen, ascending.
    [[nodiscard]] virtual std::vector<model::InstrumentId> instruments() const = 0;

    /// What its price did, folded from its trades since the start; `nullptr` where a market keeps
    /// none.
    [[nodiscard]] virtual const model::CandleBoard* candles(
        const model::InstrumentId& /*instrument*/) const {
        return nullptr;
    }

    /// The clock of the source, which candles stand on; zero where a market keeps no candles.
    [[nodiscard]] virtual base::Timestamp now() const { return {}; }
};

}  // namespace botcore::ports
