#pragma once

/// An order in our records: what was requested, what was sent, and what the exchange reported.
///
///   Intended ──ack──> Open ──fills──> Filled
///      │ │             └─────> Canceled | Expired
///      │ ├─reject──> Rejected
///      │ ├─not sent, not retried──> Refused
///      │ └─no response, crash──> Unknown ──evidence──> any of the above, or Absent
///      └ (a request that fails our own rules becomes Refused without ever being sent)
///
/// O1  `filled` never exceeds `quantity`, unless the exchange reported so (then the account is
///     frozen).
/// O2  A closed order has no reservation.
/// O3  An order leaves Unknown only by evidence of presence or proof of absence (invariant I3).

#include "base/field_version.hpp"
#include "base/time.hpp"
#include "model/amount.hpp"
#include "model/names.hpp"
#include "model/reason.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace botcore::model {

using base::Duration;
using base::Timestamp;

// The numbers of all enumerators of this file are stored in the journal: never change them.

enum class Side : std::uint8_t { Buy = 1, Sell = 2 };

enum class OrderType : std::uint8_t {
    Market = 1,
    Limit = 2,
    StopMarket = 3,        ///< A market order once the price is at the stop price or worse.
    StopLimit = 4,         ///< A limit order under the same condition.
    TakeProfitMarket = 5,  ///< A market order once the price is at the stop price or better.
    TakeProfitLimit = 6,   ///< A limit order under the same condition.
};

/// The purpose of an order. A stop that the core created belongs to the entry that it protects.
enum class OrderRole : std::uint8_t {
    Plain = 0,       ///< Requested by a caller.
    StopLoss = 1,    ///< Attached to an entry.
    TakeProfit = 2,  ///< Attached to an entry.
    /// Closes a quantity that the core cannot protect or that the margin no longer covers.
    SafetyExit = 3,
    Flatten = 4,   ///< Part of "close everything".
    Orphan = 5,    ///< Found at the exchange with an id in our format that no record created.
    External = 6,  ///< Found at the exchange; another client placed it.
};

enum class TimeInForce : std::uint8_t {
    GoodTillCanceled = 1,
    ImmediateOrCancel = 2,
    FillOrKill = 3,
    PostOnly = 4,  ///< The exchange's GTX: rejected or expired if it would take liquidity.
};

/// Whether the order may only reduce a position.
enum class ReduceOnly : std::uint8_t { No = 0, Yes = 1 };

enum class OrderState : std::uint8_t {
    Intended = 1,
    Open = 2,
    Filled = 3,
    Canceled = 4,
    Expired = 5,
    Rejected = 6,  ///< The exchange did not accept it.
    Refused = 7,   ///< We refused it; nothing reached the exchange.
    Unknown = 8,   ///< The order was sent, and the outcome is not known.
    Absent = 9,    ///< Proven never to have reached the exchange's book.
    Queued = 10,   ///< An exit that waits for the end of a maintenance window.
};

enum class CancelState : std::uint8_t {
    None = 0,
    Requested = 1,
    Unknown = 2,  ///< The cancel was sent, and no response arrived.
};

/// One attempt to send a request to the exchange: the timestamp and the receive window with which
/// it is signed.
struct Attempt {
    Timestamp time;  ///< Exchange time.
    Duration window;
    std::uint32_t number = 0;  ///< 1 for the first attempt; 0: there was none.

    friend bool operator==(const Attempt&, const Attempt&) = default;

    template <class Visit>
    static void each_field(Visit&& visit, auto& self) {
        visit("time", self.time);
        visit("window", self.window);
        visit("number", self.number);
    }
};

/// The position in the journal where an order was created; orders are sorted by it.
using OrderNumber = std::uint64_t;

/// The maximum number of orders that one input may create.
inline constexpr OrderNumber kOrdersPerInputMax = 64;

[[nodiscard]] constexpr OrderNumber order_number(Sequence sequence, std::uint32_t index) {
    return sequence * kOrdersPerInputMax + index;
}

struct Order {
    ClientOrderId id;
    OrderNumber number = 0;
    Owner owner;
    AccountId account;
    InstrumentId instrument;
    Side side = Side::Buy;
    OrderType type = OrderType::Market;
    TimeInForce time_in_force = TimeInForce::GoodTillCanceled;
    ReduceOnly reduce_only = ReduceOnly::No;
    Quantity quantity;
    std::optional<Price> price;
    /// The key of the request that placed the order; empty for orders of the core.
    IdempotencyKey key;
    IdempotencyKey cancel_key;  ///< The key of the pending cancel, if any.
    OrderState state = OrderState::Intended;
    CancelState cancel = CancelState::None;
    Attempt attempt;
    Attempt cancel_attempt;
    Quantity filled;
    Money filled_notional;
    Asset reserved_asset;
    /// The remaining reservation for the unfilled part. On futures, `Position::reserved` holds it
    /// for all orders of the instrument.
    Money reserved;
    Money reserved_full;  ///< The reservation that was made when the order was placed.
    std::string venue_order_id;
    OrderReason reason = OrderReason::None;
    std::string reason_text;
    Timestamp created;
    Timestamp updated;
    Sequence sequence = 0;        ///< The record that created this image.
    Sequence prior_sequence = 0;  ///< The previous record that changed this order; 0 for none.
    std::uint64_t version = 0;
    // Since version 2 of the record.
    OrderRole role = OrderRole::Plain;
    OrderNumber parent = 0;  ///< The entry that a protective order belongs to.
    /// The stop price of an order of a stop or take-profit type.
    std::optional<Price> stop_price = std::nullopt;
    std::optional<Price> stop_loss =
        std::nullopt;  ///< For an entry: the stop price of the stop to attach to its fills.
    /// For an entry: the price of the take profit to attach.
    std::optional<Price> take_profit = std::nullopt;
    Rate trail_activation{};  ///< The gain at which the stop begins to trail.
    Rate trail_distance{};    ///< The distance to the best price; zero: the stop does not trail.
    Price trail_mark{};       ///< For a trailing stop: the best price since the entry.
    Price trail_start{};      ///< For a trailing stop: the price at which it begins to trail.
    Owner cancel_owner{};     ///< The owner of `cancel_key`.
    std::optional<Price> queue_limit =
        std::nullopt;         ///< For a queued exit: the worst price that it may get.
    Timestamp queue_until{};  ///< For a queued exit: when it expires, as the caller gave it.
    // Since version 3 of the record.
    /// The reason that was given for canceling the order or giving it up.
    std::string cancelled_reason{};
    // Since version 4 of the record.
    /// The latest t + w of all attempts: until then the exchange may still accept one of them, even
    /// if a clock that was ahead has been corrected since. Zero in older rows.
    Timestamp signed_until{};
    /// For a queued exit: `queue_until` on the monotonic scale of the journal. Zero in older rows.
    Timestamp queue_deadline{};
    // Since version 5 of the record.
    /// For a futures entry without a limit: the worst price that was assumed for it.
    std::optional<Price> worst_price = std::nullopt;

    friend bool operator==(const Order&, const Order&) = default;

    template <class Visit>
    static void each_field(Visit&& visit, auto& self) {
        visit("id", self.id);
        visit("number", self.number);
        visit("owner", self.owner);
        visit("account", self.account);
        visit("instrument", self.instrument);
        visit("side", self.side);
        visit("type", self.type);
        visit("time_in_force", self.time_in_force);
        visit("reduce_only", self.reduce_only);
        visit("quantity", self.quantity);
        visit("price", self.price);
        visit("key", self.key);
        visit("cancel_key", self.cancel_key);
        visit("state", self.state);
        visit("cancel", self.cancel);
        visit("attempt", self.attempt);
        visit("cancel_attempt", self.cancel_attempt);
        visit("filled", self.filled);
        visit("filled_notional", self.filled_notional);
        visit("reserved_asset", self.reserved_asset);
        visit("reserved", self.reserved);
        visit("reserved_full", self.reserved_full);
        visit("venue_order_id", self.venue_order_id);
        visit("reason", self.reason);
        visit("reason_text", self.reason_text);
        visit("created", self.created);
        visit("updated", self.updated);
        visit("sequence", self.sequence);
        visit("prior_sequence", self.prior_sequence);
        visit("version", self.version);
        if (!base::has_fields_of(visit, 2)) return;
        visit("role", self.role);
        visit("parent", self.parent);
        visit("stop_price", self.stop_price);
        visit("stop_loss", self.stop_loss);
        visit("take_profit", self.take_profit);
        visit("trail_activation", self.trail_activation);
        visit("trail_distance", self.trail_distance);
        visit("trail_mark", self.trail_mark);
        visit("trail_start", self.trail_start);
        visit("cancel_owner", self.cancel_owner);
        visit("queue_limit", self.queue_limit);
        visit("queue_until", self.queue_until);
        if (base::has_fields_of(visit, 3)) visit("cancelled_reason", self.cancelled_reason);
        if (!base::has_fields_of(visit, 4)) return;
        visit("signed_until", self.signed_until);
        visit("queue_deadline", self.queue_deadline);
        if (base::has_fields_of(visit, 5)) visit("worst_price", self.worst_price);
    }
};

/// Whether the order has not ended yet: Intended, Open, Unknown or Queued.
[[nodiscard]] constexpr bool is_live(OrderState state) {
    return state == OrderState::Intended || state == OrderState::Open ||
           state == OrderState::Unknown || state == OrderState::Queued;
}

/// Whether the order waits for its stop price before it may trade.
[[nodiscard]] constexpr bool is_conditional(OrderType type) {
    return type != OrderType::Market && type != OrderType::Limit;
}

/// Whether the order has a limit price.
[[nodiscard]] constexpr bool has_limit(OrderType type) {
    return type == OrderType::Limit || type == OrderType::StopLimit ||
           type == OrderType::TakeProfitLimit;
}

/// Whether the order has reached its stop price. If so, it rests as a limit order, and it still
/// does after a restart.
[[nodiscard]] inline bool is_triggered(const Order& order) {
    return is_conditional(order.type) &&
           (order.reason == OrderReason::StopTriggered || order.filled.is_positive());
}

/// Whether the order triggers when the price gets worse for its side (stop), not better (take
/// profit).
[[nodiscard]] constexpr bool is_stop(OrderType type) {
    return type == OrderType::StopMarket || type == OrderType::StopLimit;
}

/// Whether the core created the order to protect an entry.
[[nodiscard]] constexpr bool is_protective(OrderRole role) {
    return role == OrderRole::StopLoss || role == OrderRole::TakeProfit;
}

/// Whether the order was found at the exchange and not placed by this system.
[[nodiscard]] constexpr bool is_imported(OrderRole role) {
    return role == OrderRole::Orphan || role == OrderRole::External;
}

/// Whether the order ended without ever being in the exchange's book.
[[nodiscard]] constexpr bool is_failed(OrderState state) {
    return state == OrderState::Rejected || state == OrderState::Refused ||
           state == OrderState::Absent;
}

/// Whether the core itself canceled the order or is canceling it.
[[nodiscard]] constexpr bool is_cancel_of_the_core(OrderReason reason) {
    return reason == EndReason::NoLongerNeeded || reason == EndReason::GaveWayToExit;
}

/// Whether an order that was to trade immediately or to reduce a position ended without any effect.
[[nodiscard]] inline bool did_nothing(const Order& order) {
    const bool meant_to = order.type == OrderType::Market || order.reduce_only == ReduceOnly::Yes;
    return meant_to && order.state == OrderState::Expired && order.filled.is_zero();
}

/// Whether the order ended without the trade that was its purpose.
[[nodiscard]] inline bool has_failed(const Order& order) {
    return is_failed(order.state) || did_nothing(order);
}

/// The quantity that may still be filled.
[[nodiscard]] inline Quantity remaining(const Order& order) {
    return order.quantity - order.filled;
}

[[nodiscard]] constexpr Side opposite(Side side) {
    return side == Side::Buy ? Side::Sell : Side::Buy;
}

// The names that the API, the journal's export and the exchange use.
[[nodiscard]] std::string_view to_text(Side side);
[[nodiscard]] std::string_view to_text(OrderType type);
[[nodiscard]] std::string_view to_text(OrderRole role);
[[nodiscard]] std::string_view to_text(TimeInForce time_in_force);
[[nodiscard]] std::string_view to_text(ReduceOnly reduce_only);
[[nodiscard]] std::string_view to_text(OrderState state);
[[nodiscard]] std::string_view to_text(CancelState state);
[[nodiscard]] std::optional<Side> parse_side(std::string_view text);
[[nodiscard]] std::optional<OrderType> parse_order_type(std::string_view text);
[[nodiscard]] std::optional<TimeInForce> parse_time_in_force(std::string_view text);

}  // namespace botcore::model
