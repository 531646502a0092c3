#pragma once

/// A market for tests whose prices stay as they are, or that is silent.

#include "ports/market_data.hpp"

#include <atomic>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace botcore::api {

class StillMarket : public ports::MarketData {
public:
    StillMarket();

    model::Quote quote(const model::InstrumentId& id, model::Side, model::Quantity) const override;

    const model::DepthBook* book(const model::InstrumentId&) const override {
        return silent ? nullptr : &book_;
    }

    std::vector<model::InstrumentId> instruments() const override {
        return {{model::Market::Spot, model::Symbol("BTCUSDT")},
                {model::Market::Futures, model::Symbol("BTCUSDT")}};
    }

    const model::CandleBoard* candles(const model::InstrumentId& id) const override {
        return id.market == model::Market::Futures ? &trades : nullptr;
    }

    ports::CandleHistory* history(const model::InstrumentId& id) const override {
        return id.market == model::Market::Futures ? past : nullptr;
    }

    base::Timestamp exchange_now() const override { return clock; }

    std::optional<base::Timestamp> trades_missing_since(const model::InstrumentId&) const override {
        return missing_since;
    }

    ports::TradeCounts trade_counts() const override { return counts; }

    /// The candles, history and times of the futures instrument. Access these only on the thread of
    /// the loop.
    model::CandleBoard trades;
    ports::CandleHistory* past = nullptr;
    base::Timestamp clock;
    std::optional<base::Timestamp> missing_since;
    ports::TradeCounts counts;

    std::atomic<bool> silent{false};

    /// The symbols that have a price. Set before the first request.
    std::set<std::string> priced{"BTCUSDT"};

private:
    model::DepthBook book_;
};

}  // namespace botcore::api
