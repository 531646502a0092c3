#pragma once

/// The latest known state of the market. Threads: the loop thread only.

#include "model/candle.hpp"
#include "model/depth.hpp"
#include "model/input.hpp"

#include <cstdint>
#include <optional>
#include <vector>

namespace botcore::ports {

/// How the public trades received from a market were classified.
struct TradeCounts {
    std::uint64_t counted = 0;  ///< Trades counted in the last price, a candle, or both.
    std::uint64_t late = 0;     ///< Of these, trades received after a later candle had opened.
    /// Trades whose candle had already been evicted in at least one interval.
    std::uint64_t too_late = 0;
    std::uint64_t repeated = 0;    ///< Trades that had been received before.
    std::uint64_t not_market = 0;  ///< Trades that are not of the order book.
    std::uint64_t malformed = 0;   ///< Trades without a valid price or quantity.
};

/// The price history of an instrument from before the market's own candles. Candles are computed on
/// request.
class CandleHistory {
public:
    virtual ~CandleHistory() = default;

    /// The history covers [begin, end); the market's trades continue from `end`.
    [[nodiscard]] virtual base::Timestamp begin() const = 0;
    [[nodiscard]] virtual base::Timestamp end() const = 0;

    /// The candle that opens at `open`, computed from the part of its span that the history covers;
    /// empty if the history covers no part of it.
    [[nodiscard]] virtual std::optional<model::Candle> candle(model::CandleInterval interval,
                                                              base::Timestamp open) = 0;

    /// Prepares candles of 15 minutes or longer within [from, until). One call computes the data of
    /// at most `days_left` days and subtracts the number of computed days from `days_left`. Returns
    /// true once all data are computed; these candles then cost almost nothing.
    [[nodiscard]] virtual bool prepare(base::Timestamp from,
                                       base::Timestamp until,
                                       int& days_left) = 0;

    /// The number of days to compute in one turn of the loop; it takes a few milliseconds.
    static constexpr int kDaysAtOnce = 8;
};

class MarketData {
public:
    virtual ~MarketData() = default;

    /// The instrument's quote; `worst` is the worst price for a taker of `side` and `quantity`. The
    /// quote has no prices (source None) when no data of the instrument was received yet or its
    /// book is being rebuilt.
    [[nodiscard]] virtual model::Quote quote(const model::InstrumentId& instrument,
                                             model::Side side,
                                             model::Quantity quantity) const = 0;

    /// The range of the instrument's prices since the last `begin_span`; it includes every trade
    /// and every best price in between.
    struct Span {
        model::PriceRange traded;
        model::PriceRange marked;  ///< Mid price of the best bid and ask.
    };

    [[nodiscard]] virtual Span span(const model::InstrumentId& /*instrument*/) const { return {}; }

    /// Starts new spans for all instruments.
    virtual void begin_span() {}

    /// The public book; `nullptr` while there is none.
    [[nodiscard]] virtual const model::DepthBook* book(
        const model::InstrumentId& instrument) const = 0;

    /// All instruments with data, ascending.
    [[nodiscard]] virtual std::vector<model::InstrumentId> instruments() const = 0;

    /// Candles built from the instrument's trades since the start, by the exchange's time;
    /// `nullptr` where a market has none.
    [[nodiscard]] virtual const model::CandleBoard* candles(
        const model::InstrumentId& /*instrument*/) const {
        return nullptr;
    }

    /// The newest exchange time that the market's messages carried: a candle that ends by then is
    /// closed. Zero where a market has no candles.
    [[nodiscard]] virtual base::Timestamp exchange_now() const { return {}; }

    /// The exchange time since when trades of the instrument may be missing; nothing while all are
    /// received. Earlier spans with missing trades are the candles' gaps.
    [[nodiscard]] virtual std::optional<base::Timestamp> trades_missing_since(
        const model::InstrumentId& /*instrument*/) const {
        return std::nullopt;
    }

    [[nodiscard]] virtual TradeCounts trade_counts() const { return {}; }

    /// The history from before `candles`; `nullptr` where the market has none. Not const, because
    /// it caches what it has computed.
    [[nodiscard]] virtual CandleHistory* history(const model::InstrumentId& /*instrument*/) const {
        return nullptr;
    }
};

}  // namespace botcore::ports
