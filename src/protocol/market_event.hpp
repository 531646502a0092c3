#pragma once

/// A change of the market, in one flat form that is cheap to copy in batches. Every source of
/// prices (stitched streams, recordings, the generator) uses it.
///
/// E1  The events of one message are adjacent: a batch may only be split between messages.
/// E2  Between `BookReset` and `BookReady` the book of an instrument is incomplete and has no
///     prices.
/// E3  `time` is on the clock of the source, by which ages are measured, and never decreases.
/// E4  `exchange_time` is on the exchange's clock, by which trades are assigned to candles; it may
///     decrease by the delay of a stream. Zero if a message has none.
/// E5  Only `Trade` and `LateTrade` count as trades of the order book, and each trade counts once.
///     The other kinds of trades are reported so that they can be counted in metrics.

#include "base/time.hpp"
#include "model/amount.hpp"
#include "model/order.hpp"

#include <cstddef>
#include <cstdint>

namespace botcore::protocol {

/// The position of an instrument in the table that the source and its reader share. An enumeration,
/// so that it is not used in calculations.
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
    LateTrade,  ///< Older than a trade before it: changes no current price.
    RepeatedTrade,   ///< A trade that was already reported, on another stream or twice.
    NonMarketTrade,  ///< Insurance fund, automatic deleveraging and others: no effect.
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
    model::Price price_ask;        ///< Only for `BestPrice`.
    model::Quantity quantity_ask;  ///< Only for `BestPrice`.

    friend bool operator==(const MarketEvent&, const MarketEvent&) = default;
};

static_assert(sizeof(MarketEvent) == 96, "Batches of these are copied between threads.");

}  // namespace botcore::protocol
