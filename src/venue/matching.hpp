#pragma once

/// The life cycle of orders at the exchange, on top of one instrument's book: acceptance, matching,
/// resting, ending.
///
///   wait ───> waiting ──cancel───────────────────> Canceled
///               │  └─no money, nothing to reduce─> Expired
///               └─trigger┐
///   enter ────────────> taking ──nothing left────> Filled
///                         │  └─IOC, FOK, market remainder──> Expired
///                         └─GTC, GTX─> resting ──trades────> Filled
///                                         ├──cancel────────> Canceled
///                                         └──own taker, reduce-only without a position──> Expired
///
/// M1  A client order id is unique among the open orders of one account on the instrument, waiting
///     orders included. It can be reused once its order has ended (spot new-order page,
///     2026-07-21).
/// M2  A fill-or-kill order trades completely or not at all.
/// M3  A post-only order never takes.
/// M4  The filled quantity never exceeds the ordered quantity.
/// M5  An order waits as long as its type is a stop or take-profit type; triggering changes it to
///     the corresponding market or limit order. Waiting orders are not in the book.

#include "model/order.hpp"
#include "model/quote.hpp"
#include "venue/filters.hpp"
#include "venue/order_book.hpp"

#include <map>
#include <optional>
#include <set>
#include <utility>
#include <vector>

namespace botcore::venue {

/// An order that the exchange has accepted and that has not ended.
struct ExchangeOrder {
    OrderSerial serial;
    Party party;
    model::ClientOrderId id;
    model::Side side = model::Side::Buy;
    model::OrderType type = model::OrderType::Limit;
    model::TimeInForce time_in_force = model::TimeInForce::GoodTillCanceled;
    model::ReduceOnly reduce_only = model::ReduceOnly::No;
    model::Quantity quantity;
    model::Quantity filled;
    model::Quantity withdrawn;  ///< Reduce-only: the quantity that exceeds the position.
    std::optional<model::Price> price;
    /// Only for stop and take-profit types.
    std::optional<model::Price> stop_price = std::nullopt;

    [[nodiscard]] model::Quantity open() const { return quantity - filled - withdrawn; }

    /// True while the order is outside the book and waits for its stop price (M5).
    [[nodiscard]] bool waits() const { return model::is_conditional(type); }

    /// The price per unit for which a spot buyer must have money locked: the limit price, or the
    /// higher of limit and stop price while the order waits. None for a market order.
    [[nodiscard]] std::optional<model::Price> lock_price() const;
};

/// Market or limit: the type that a stop or take-profit order has after it triggers.
[[nodiscard]] constexpr model::OrderType triggered_type(model::OrderType type) {
    return model::has_limit(type) ? model::OrderType::Limit : model::OrderType::Market;
}

/// True when a trade within the range triggers the waiting order. A stop triggers at its stop price
/// or at a price that is worse for its side; a take profit at its stop price or at a price that is
/// better (USD-M futures, "condition orders will be triggered when", with workingType
/// CONTRACT_PRICE).
[[nodiscard]] bool triggers(const ExchangeOrder& order, const model::PriceRange& seen);

/// Why an order is no longer open at the exchange.
enum class Ending : std::uint8_t {
    Filled,
    Canceled,
    ExpiredUnfilled,    ///< IOC, FOK or market: no more liquidity within its limit.
    ExpiredSelfTrade,   ///< EXPIRED_IN_MATCH: an order of the same account would have traded with
                        ///< it.
    ExpiredReduceOnly,  ///< No position is left for it to reduce.
    ExpiredAtTrigger,   ///< It was rejected when its stop price was reached.
};

/// One execution. At least one of the two orders is an identified order.
struct Execution {
    OrderSerial taker;
    OrderSerial maker;
    model::Side taker_side = model::Side::Buy;
    model::Price price;
    model::Quantity quantity;
};

/// Receives every event as it happens. A handler may call `shrink` and `cancel`.
class MatchingEvents {
public:
    virtual ~MatchingEvents() = default;
    /// `filled` of both orders already includes the execution.
    virtual void traded(const Execution& execution) = 0;
    /// The order has been removed; the reference is valid only during the call.
    virtual void ended(const ExchangeOrder& order, Ending ending) = 0;
};

class Matching {
public:
    explicit Matching(model::Market market) : market_(market) {}

    /// The checks of the matching engine, in this order:
    ///   a client order id in use: spot -2010 "Duplicate order sent.", futures -4116;
    ///   a post-only order that would take: spot -2010 (LIMIT_MAKER), futures -5022;
    ///   a futures fill-or-kill order that cannot fill: -5021 (spot accepts it and lets it expire).
    [[nodiscard]] std::optional<Rejection> check(const ExchangeOrder& order) const;

    [[nodiscard]] std::optional<Rejection> check_duplicate(const ExchangeOrder& order) const;

    /// `check` without the client order id: for an accepted order that is about to trigger.
    [[nodiscard]] std::optional<Rejection> check_taking(const ExchangeOrder& order) const;

    /// Accepts an order that passes `check`: matches it, then rests or ends the remainder. Own
    /// resting orders that it would trade with expire (EXPIRE_MAKER, the futures default since the
    /// STP page of 2026-05-28 and the default of spot symbols; applied here to FOK as well).
    void enter(ExchangeOrder order, MatchingEvents& events);

    /// Accepts a stop or take-profit order that passes `check`; it waits.
    void wait(ExchangeOrder order);

    /// The oldest waiting order that trades within the range trigger.
    [[nodiscard]] std::optional<OrderSerial> next_triggered(const model::PriceRange& seen) const;

    /// Changes a waiting order to its triggered type and continues as `enter` does. The order must
    /// pass `check_taking`.
    void trigger(OrderSerial serial, MatchingEvents& events);

    /// Ends a waiting order that was rejected when its stop price was reached.
    void expire_waiting(OrderSerial serial, MatchingEvents& events);

    /// Ends an open order; returns false when the serial is not open.
    bool cancel(OrderSerial serial, MatchingEvents& events);

    /// Reduces the open quantity of an order to `open`; with zero the order expires. The order
    /// keeps its place in the queue.
    void shrink(OrderSerial serial, model::Quantity open, MatchingEvents& events);

    /// Removes an open order without an event.
    void forget(OrderSerial serial);

    void public_trade(PublicTrade trade, MatchingEvents& events);

    /// Lets public levels of `aggressor` trade with the identified orders that they cross.
    void cross(model::Side aggressor, MatchingEvents& events);

    [[nodiscard]] OrderBook& book() { return book_; }

    [[nodiscard]] const OrderBook& book() const { return book_; }

    [[nodiscard]] const ExchangeOrder* find(OrderSerial serial) const;
    [[nodiscard]] const ExchangeOrder* find(Party party, const model::ClientOrderId& id) const;

    /// Open orders including waiting ones, oldest first.
    [[nodiscard]] const std::map<OrderSerial, ExchangeOrder>& open_orders() const { return open_; }

    [[nodiscard]] std::uint32_t open_count(Party party) const;

private:
    using Key = std::pair<Party, model::ClientOrderId>;

    [[nodiscard]] bool would_take(const ExchangeOrder& order) const;
    [[nodiscard]] bool fills_completely(const ExchangeOrder& order) const;
    void add(ExchangeOrder order);
    void begin(OrderSerial serial, MatchingEvents& events);
    void match(OrderSerial serial, MatchingEvents& events);
    void execute(const Execution& execution, MatchingEvents& events);
    void end(OrderSerial serial, Ending ending, MatchingEvents& events);

    model::Market market_;
    OrderBook book_;
    std::map<OrderSerial, ExchangeOrder> open_;
    std::map<Key, OrderSerial> ids_;
    std::set<OrderSerial> waiting_;
};

/// The receive window check: `attempt.time` < now + 1 s and now <= `attempt.time` +
/// `attempt.window`, else -1021 (spot "Timing security", futures "general info").
[[nodiscard]] std::optional<Rejection> check_receive_window(const model::Attempt& attempt,
                                                            model::Timestamp now);

}  // namespace botcore::venue
