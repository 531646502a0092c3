#pragma once

/// Decides which public trades of one instrument count: a trade that is told on two streams (trade
/// and aggTrade) or twice (two connections, a reconnect) counts once, and only market trades count.
/// A pure state machine.
///
/// D1  Every trade id is counted at most once. An aggregate of which some trades were counted
///     counts for the rest of its quantity.
/// D2  Trades that are not market trades (`X` is INSURANCE_FUND, ADL, NA ...) never count; their
///     ids are not missed either.
/// D3  A hole in the ids means that trades were not told. Ids of the trade stream have none; the
///     ids inside aggregates have, where a trade is no market trade, so aggregates are judged by
///     their own ids.
/// D4  At most `remembered_max` trades are remembered, the newest ids. An older id counts as told
///     before, unless its trade is newer than all others: then the exchange began its ids again.

#include "model/amount.hpp"
#include "protocol/market_messages.hpp"

#include <cstddef>
#include <cstdint>
#include <deque>

namespace botcore::gateway {

enum class TradeVerdict : std::uint8_t {
    Counts,     ///< New, as a whole or in part.
    Repeated,   ///< Told before.
    NotMarket,  ///< No trade of the order book (D2).
};

struct TradeDecision {
    TradeVerdict verdict = TradeVerdict::Counts;
    model::Quantity quantity;     ///< What counts of it; above zero when it counts.
    bool trades_missing = false;  ///< Between the trade before and this one (D3).
};

class TradeDeduplicator {
public:
    explicit TradeDeduplicator(std::size_t remembered_max = 4'096);

    /// Takes a `Trade` or an `AggregateTrade`.
    TradeDecision decide(const protocol::MarketMessage& message);

    /// Forgets everything: a recording is played again.
    void forget();

private:
    /// Trades with the ids `first` to `last`, counted with `quantity` in all.
    struct Counted {
        std::uint64_t first = 0;
        std::uint64_t last = 0;
        model::Quantity quantity;
    };

    /// True when ids were left out before `message`; remembers its ids as seen.
    bool see_ids(const protocol::MarketMessage& message);
    /// The part of `message` that was not counted before, now counted.
    model::Quantity count(const protocol::MarketMessage& message);

    std::size_t remembered_max_;
    std::deque<Counted> counted_;  // Ascending, without overlap.
    std::uint64_t oldest_id_ = 0;  // Ids below are not remembered any more.
    std::uint64_t newest_id_ = 0;  // Zero before the first trade.
    std::uint64_t newest_aggregate_ = 0;
    base::Timestamp newest_time_;
};

}  // namespace botcore::gateway
