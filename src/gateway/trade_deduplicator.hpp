#pragma once

/// Decides which public trades of one instrument count: a trade that is received on two streams
/// (trade and aggTrade) or twice (two connections, a reconnect) counts once, and only market trades
/// count. This is a pure state machine.
///
/// D1  Every trade id is counted at most once. If some trades of an aggregate were already counted,
///     the aggregate counts for the rest of its quantity.
/// D2  Trades that are not market trades (`X` is INSURANCE_FUND, ADL, NA ...) never count; their
///     ids do not count as missing either.
/// D3  A gap in the ids means that trades were missed. Ids of the trade stream have no gaps. The
///     trade ids inside aggregates have a gap where a trade is not a market trade. For aggregates,
///     a gap is therefore detected in the ids of the aggregates themselves.
/// D4  At most `remembered_max` trades are remembered, those with the newest ids. An older id is
///     treated as repeated, unless its trade is newer than all others: then the exchange has
///     restarted its ids.

#include "model/amount.hpp"
#include "protocol/binance/market_messages.hpp"

#include <cstddef>
#include <cstdint>
#include <deque>

namespace botcore::gateway {

enum class TradeVerdict : std::uint8_t {
    Counts,     ///< New, in whole or in part.
    Repeated,   ///< Received before.
    NotMarket,  ///< Not a trade of the order book (D2).
};

struct TradeDecision {
    TradeVerdict verdict = TradeVerdict::Counts;
    model::Quantity quantity;  ///< The quantity that counts; above zero when the trade counts.
    /// Trades are missing between the previous trade and this one (D3).
    bool trades_missing = false;
};

class TradeDeduplicator {
public:
    explicit TradeDeduplicator(std::size_t remembered_max = 4'096);

    /// Takes a `Trade` or an `AggregateTrade`.
    TradeDecision decide(const protocol::MarketMessage& message);

    /// Forgets all trades, because a recording is played again.
    void forget();

private:
    /// Trades with the ids `first` to `last`; `quantity` is their counted total.
    struct Counted {
        std::uint64_t first = 0;
        std::uint64_t last = 0;
        model::Quantity quantity;
    };

    /// Returns true if ids before those of `message` were skipped. Marks the ids of `message` as
    /// seen.
    bool note_ids(const protocol::MarketMessage& message);
    /// The part of `message` that was not counted before; marks it as counted.
    model::Quantity count(const protocol::MarketMessage& message);

    std::size_t remembered_max_;
    std::deque<Counted> counted_;  // Ascending, without overlap.
    std::uint64_t oldest_id_ = 0;  // Lower ids are no longer remembered.
    std::uint64_t newest_id_ = 0;  // Zero before the first trade.
    std::uint64_t newest_aggregate_ = 0;
    base::Timestamp newest_time_;
};

}  // namespace botcore::gateway
