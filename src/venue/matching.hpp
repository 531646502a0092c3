#pragma once

/// The life of orders at the exchange, on top of one instrument's book: acceptance, matching,
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
/// M1  A client order id is unique among one account's open orders of the instrument, waiting ones
///     too, and free again once its order has ended (spot new-order page, 2026-07-21).
/// M2  A fill-or-kill order trades completely or not at all.
/// M3  A post-only order never takes.
/// M4  What has been filled never exceeds the ordered quantity.
/// M5  An order waits as long as its type is a stop or take-profit type; triggering turns it into
///     the market or limit order that it stands for. Waiting orders are outside the book.

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
    model::Quantity withdrawn;  ///< Reduce-only: what the position was too small for.
    std::optional<model::Price> price;
    std::optional<model::Price> stop_price = std::nullopt;  ///< Of stop and take-profit types.

    [[nodiscard]] model::Quantity open() const { return quantity - filled - withdrawn; }

    /// Is it outside the book until the market reaches its stop price (M5)?
    [[nodiscard]] bool waits() const { return model::is_conditional(type); }

    /// What a spot buyer must have locked per unit: the limit, while it waits the higher one of
    /// limit and stop price. None for a market order.
    [[nodiscard]] std::optional<model::Price> lock_price() const;
};

/// Market or limit: what a stop or take-profit order becomes when it is triggered.
[[nodiscard]] constexpr model::OrderType triggered_type(model::OrderType type) {
    return model::has_limit(type) ? model::OrderType::Limit : model::OrderType::Market;
}

/// Does a trade within the range set the waiting order off? A stop waits for a price at or beyond
/// its stop price that is bad for its side, a take profit for one that is good (USD-M futures,
/// "condition orders will be triggered when", with workingType CONTRACT_PRICE).
[[nodiscard]] bool is_set_off(const ExchangeOrder& order, const model::PriceRange& seen);

/// Why an order left the exchange's open orders.
enum class Ending : std::uint8_t {
    Filled,
    Canceled,
    ExpiredUnfilled,    ///< IOC, FOK or market: no more liquidity within its limit.
    ExpiredSelfTrade,   ///< EXPIRED_IN_MATCH: an order of the same account would have traded with
                        ///< it.
    ExpiredReduceOnly,  ///< There is no position left that it could reduce.
    ExpiredAtTrigger,   ///< It was refused when its stop price was reached.
};

/// One execution. At least one of the two is an identified order.
struct Execution {
    OrderSerial taker;
    OrderSerial maker;
    model::Side taker_side = model::Side::Buy;
    model::Price price;
    model::Quantity quantity;
};

/// Hears of everything while it happens. It may call `shrink` and `cancel` meanwhile.
class MatchingEvents {
public:
    virtual ~MatchingEvents() = default;
    /// Both orders' `filled` already contain the execution.
    virtual void traded(const Execution& execution) = 0;
    /// The order is about to be forgotten.
    virtual void ended(const ExchangeOrder& order, Ending ending) = 0;
};

class Matching {
public:
    explicit Matching(model::Market market) : market_(market) {}

    /// What the matching engine itself says no to, in its order:
    ///   a client id in use: spot -2010 "Duplicate order sent.", futures -4116;
    ///   post-only that would take: spot -2010 (LIMIT_MAKER), futures -5022;
    ///   futures fill-or-kill that cannot fill: -5021 (spot accepts it and lets it expire).
    [[nodiscard]] std::optional<Rejection> check(const ExchangeOrder& order) const;

    [[nodiscard]] std::optional<Rejection> check_duplicate(const ExchangeOrder& order) const;

    /// `check` without the client id: for an order that is here already and is about to trigger.
    [[nodiscard]] std::optional<Rejection> check_taking(const ExchangeOrder& order) const;

    /// Takes an order in that `check` lets through: matches it, then rests or ends what is left.
    /// Own resting orders that it would meet expire (EXPIRE_MAKER, the futures default since the
    /// STP page of 2026-05-28; spot symbols' default too; here for FOK as well).
    void enter(ExchangeOrder order, MatchingEvents& events);

    /// Takes a stop or take-profit order in that `check` lets through; it waits.
    void wait(ExchangeOrder order);

    /// The oldest waiting order that trades within the range set off.
    [[nodiscard]] std::optional<OrderSerial> next_set_off(const model::PriceRange& seen) const;

    /// Turns a waiting order into what it stands for and goes on as with `enter`. `check_taking`
    /// must let it through.
    void trigger(OrderSerial serial, MatchingEvents& events);

    /// Ends a waiting order that was refused when its stop price was reached.
    void expire_waiting(OrderSerial serial, MatchingEvents& events);

    /// Ends an open order; false when the serial is not open.
    bool cancel(OrderSerial serial, MatchingEvents& events);

    /// Withdraws from an order what is open beyond `open`; with zero it expires. Keeps its place.
    void shrink(OrderSerial serial, model::Quantity open, MatchingEvents& events);

    /// Forgets an open order without a word.
    void forget(OrderSerial serial);

    void public_trade(PublicTrade trade, MatchingEvents& events);

    /// Lets public levels of `aggressor` trade with the orders they cross.
    void cross(model::Side aggressor, MatchingEvents& events);

    [[nodiscard]] OrderBook& book() { return book_; }

    [[nodiscard]] const OrderBook& book() const { return book_; }

    [[nodiscard]] const ExchangeOrder* find(OrderSerial serial) const;
    [[nodiscard]] const ExchangeOrder* find(Party party, const model::ClientOrderId& id) const;

    /// Open orders, waiting ones too, oldest first.
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

/// The check on receipt: `attempt.time` < now + 1 s and now <= `attempt.time` + `attempt.window`,
/// else -1021 (spot "Timing security", futures "general info").
[[nodiscard]] std::optional<Rejection> check_receive_window(const model::Attempt& attempt,
                                                            model::Timestamp now);

}  // namespace botcore::venue
