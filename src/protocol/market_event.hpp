#pragma once

/// What happened on the market, in one flat shape that is cheap to copy in batches. Every source of
/// prices (stitched streams, recordings, the generator) speaks it.
///
/// E1  The events of one message stand together: whoever cuts batches cuts between messages.
/// E2  Between `BookReset` and `BookReady` of an instrument its book is incomplete: no prices.
/// E3  `time` is on the clock of the source, the one that ages are measured on, and never falls.
/// E4  `exchange_time` is on the exchange's clock, which candles are cut by; it may fall by the
///     delay of a stream. Zero where a message carries none.
/// E5  Each trade counts once, and only trades of the order book count: those are `Trade` and
///     `LateTrade`. The others are told so that they can be counted where somebody sees it.

#include "base/time.hpp"
#include "model/amount.hpp"
#include "model/order.hpp"

#include <cstddef>
#include <cstdint>

namespace botcore::protocol {

/// An instrument's place in the table that the source and its reader share; no arithmetic.
enum class InstrumentIndex : std::uint16_t {};

[[nodiscard]] constexpr std::size_t position_of(InstrumentIndex index) {
    return static_cast<std::size_t>(index);
}

enum class MarketEventKind : std::uint8_t {
    Level,      ///< `side`, `price`, `quantity`: the new absolute quantity; zero removes the level.
    BookReset,  ///< The book is empty and incomplete from here on.
    BookReady,  ///< The book is complete from here on.
    Trade,      ///< `side` is the taker's; `price`, `quantity`; `exchange_time` is the trade's.
    BestPrice,  ///< `price`, `quantity` of the best bid; `price_ask`, `quantity_ask`.
    LateTrade,  ///< A trade that is older than one before it: it moves no price of now.
    RepeatedTrade,   ///< A trade that was told before: on another stream, or once more.
    NonMarketTrade,  ///< Insurance fund, automatic deleveraging and the like: it moves nothing.
    TradesMissing,   ///< Trades since `exchange_time` may be missing, until the next trade.
};

struct MarketEvent {
    InstrumentIndex instrument{};
    MarketEventKind kind = MarketEventKind::Level;
    model::Side side = model::Side::Buy;
    base::Timestamp time;
    base::Timestamp exchange_time;
    model::Price price;
    model::Quantity quantity;
    model::Price price_ask;        ///< `BestPrice` only.
    model::Quantity quantity_ask;  ///< `BestPrice` only.

    friend bool operator==(const MarketEvent&, const MarketEvent&) = default;
};

static_assert(sizeof(MarketEvent) == 96, "Batches of these are copied between threads.");

}  // namespace botcore::protocol
