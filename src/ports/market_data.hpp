#pragma once

/// The market as it was last seen. Threads: the loop thread only.

#include "model/candle.hpp"
#include "model/depth.hpp"
#include "model/input.hpp"

#include <cstdint>
#include <optional>
#include <vector>

namespace botcore::ports {

/// What became of the public trades that a market told.
struct TradeCounts {
    std::uint64_t counted = 0;     ///< In the last price, or in their candle, or both.
    std::uint64_t late = 0;        ///< Of these: came after a later candle had opened.
    std::uint64_t too_late = 0;    ///< Their candle was not held any more in at least one interval.
    std::uint64_t repeated = 0;    ///< Told before.
    std::uint64_t not_market = 0;  ///< No trades of the order book.
    std::uint64_t malformed = 0;   ///< Without a price or a quantity that can be.
};

/// What the price of an instrument did before the market's own candles begin. Candles are made when
/// they are asked for.
class CandleHistory {
public:
    virtual ~CandleHistory() = default;

    /// It knows of [begin, end), and the market's trades go on from `end`.
    [[nodiscard]] virtual base::Timestamp begin() const = 0;
    [[nodiscard]] virtual base::Timestamp end() const = 0;

    /// The candle that opens at `open`, made of the part of its span that the history knows of;
    /// nothing where it knows of none.
    [[nodiscard]] virtual std::optional<model::Candle> candle(model::CandleInterval interval,
                                                              base::Timestamp open) = 0;

    /// Makes a part of what candles of a quarter of an hour and more within [from, until) need: at
    /// most `days_left` days of it, which it takes from the number. True once all of it is made,
    /// and they cost next to nothing.
    [[nodiscard]] virtual bool prepare(base::Timestamp from,
                                       base::Timestamp until,
                                       int& days_left) = 0;

    /// So many days are some milliseconds of work: what one turn of the loop may have of it.
    static constexpr int kDaysAtOnce = 8;
};

class MarketData {
public:
    virtual ~MarketData() = default;

    /// The instrument's quote; `worst` is for a taker of `side` and `quantity`. A quote without
    /// prices (source None) when the instrument was never seen, or its book is being rebuilt.
    [[nodiscard]] virtual model::Quote quote(const model::InstrumentId& instrument,
                                             model::Side side,
                                             model::Quantity quantity) const = 0;

    /// What the instrument's prices were since the last `begin_span`: between two looks no trade
    /// and no best price is missed.
    struct Span {
        model::PriceRange traded;
        model::PriceRange marked;  ///< The middle of the best prices.
    };

    [[nodiscard]] virtual Span span(const model::InstrumentId& /*instrument*/) const { return {}; }

    /// Spans begin anew.
    virtual void begin_span() {}

    /// The public book; `nullptr` when there is none now.
    [[nodiscard]] virtual const model::DepthBook* book(
        const model::InstrumentId& instrument) const = 0;

    /// All instruments that have been seen, ascending.
    [[nodiscard]] virtual std::vector<model::InstrumentId> instruments() const = 0;

    /// What its price did, folded from its trades since the start and cut by the exchange's time;
    /// `nullptr` where a market keeps none.
    [[nodiscard]] virtual const model::CandleBoard* candles(
        const model::InstrumentId& /*instrument*/) const {
        return nullptr;
    }

    /// The exchange's clock as far as the market told it: a candle that ends by then is closed.
    /// Zero where a market keeps no candles.
    [[nodiscard]] virtual base::Timestamp exchange_now() const { return {}; }

    /// Since when, by the exchange's clock, trades of the instrument may be missing; nothing while
    /// all are seen. Spans that are over are the candles' gaps.
    [[nodiscard]] virtual std::optional<base::Timestamp> trades_missing_since(
        const model::InstrumentId& /*instrument*/) const {
        return std::nullopt;
    }

    [[nodiscard]] virtual TradeCounts trade_counts() const { return {}; }

    /// What came before `candles`; `nullptr` where the market knows of nothing. Not const: it keeps
    /// what it has made.
    [[nodiscard]] virtual CandleHistory* history(const model::InstrumentId& /*instrument*/) const {
        return nullptr;
    }
};

}  // namespace botcore::ports
