#pragma once

/// An order as we know it: what was asked for, what was sent, what the exchange made of it.
///
///   Intended ──ack──> Open ──fills──> Filled
///      │ │             └─────> Canceled | Expired
///      │ ├─reject──> Rejected
///      │ ├─not sent, not tried again──> Refused
///      │ └─no answer, crash──> Unknown ──evidence──> any of the above, or Absent
///      └ (a request that fails our own rules becomes Refused without ever being sent)
///
/// O1  `filled` never exceeds `quantity`, unless the exchange said so (then the account is frozen).
/// O2  A closed order holds no reservation.
/// O3  Unknown is left only by evidence of presence or proof of absence (invariant I3).

#include "base/field_version.hpp"
#include "base/time.hpp"
#include "model/amount.hpp"
#include "model/names.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace botcore::model {

using base::Duration;
using base::Timestamp;

// All enumerations of this file are stored in the journal: never renumber.

enum class Side : std::uint8_t { Buy = 1, Sell = 2 };

enum class OrderType : std::uint8_t {
    Market = 1,
    Limit = 2,
    StopMarket = 3,        ///< A market order once the price is as bad as the stop price.
    StopLimit = 4,         ///< A limit order once it is.
    TakeProfitMarket = 5,  ///< A market order once the price is as good as the stop price.
    TakeProfitLimit = 6,   ///< A limit order once it is.
};

/// What an order is for. Stops that the core made belong to the entry that they protect.
enum class OrderRole : std::uint8_t {
    Plain = 0,       ///< Asked for by a caller.
    StopLoss = 1,    ///< Attached to an entry.
    TakeProfit = 2,  ///< Attached to an entry.
    SafetyExit = 3,  ///< The core closes what it could not protect, or what margin forbids.
    Flatten = 4,     ///< Part of "close everything".
    Orphan = 5,      ///< Found at the exchange with an id of ours that no record made.
    External = 6,    ///< Found at the exchange, and not ours.
};

enum class TimeInForce : std::uint8_t {
    GoodTillCanceled = 1,
    ImmediateOrCancel = 2,
    FillOrKill = 3,
    PostOnly = 4,  ///< The exchange's GTX: rejected or expired where it would take liquidity.
};

/// May the order only shrink a position?
enum class ReduceOnly : std::uint8_t { No = 0, Yes = 1 };

enum class OrderState : std::uint8_t {
    Intended = 1,
    Open = 2,
    Filled = 3,
    Canceled = 4,
    Expired = 5,
    Rejected = 6,  ///< The exchange said no.
    Refused = 7,   ///< We said no; nothing reached the exchange.
    Unknown = 8,   ///< Sent, and what became of it is not known.
    Absent = 9,    ///< Proven never to have reached the exchange's book.
    Queued = 10,   ///< An exit that waits for the end of a maintenance window.
};

enum class CancelState : std::uint8_t {
    None = 0,
    Requested = 1,
    Unknown = 2,  ///< Sent without an answer.
};

/// Why an order or a request was refused, rejected or ended, or why an order rests. One stable code
/// per cause.
enum class Reason : std::uint8_t {
    None = 0,
    InsufficientBalance = 1,
    PriceStale = 2,
    PriceMissing = 3,
    ClockUncertain = 4,
    DiskFull = 5,
    AccountFrozen = 6,
    AccountUnreconciled = 7,
    InstrumentUnknown = 8,
    InstrumentNotTrading = 9,
    PriceOffTick = 10,
    PriceOutOfRange = 11,
    PriceTooFarFromMarket = 12,
    QuantityTooSmall = 13,
    QuantityTooLarge = 14,
    QuantityOffStep = 15,
    NotionalTooSmall = 16,
    NotionalTooLarge = 17,
    ReduceOnlyRefused = 18,  ///< It would not shrink the position.
    LeverageTooHigh = 19,
    TooManyOpenOrders = 20,
    AccountUnknown = 21,
    OrderUnknown = 22,
    OrderNotOpen = 23,
    PositionNotOpen = 24,
    VersionConflict = 25,
    OpenOrdersExist = 26,
    PositionOpen = 27,
    AssetUnknown = 28,
    // 29 was never given.
    AccountExists = 30,
    NotSent = 31,  ///< Provably never written to the exchange.
    RejectedByExchange = 32,
    WouldTakeLiquidity = 33,
    CanceledByUser = 34,
    NotFilledAtOnce = 35,  ///< IOC or FOK: what could not trade at once expired.
    CancelPending = 36,
    ProvenAbsent = 37,
    NotSupportedOnMarket = 38,
    // 39 was never given.
    LateFact = 40,  ///< The exchange reported something after we had a verdict; account frozen.
    MaxPositionsExceeded = 41,
    StopTooFar = 42,
    StopOnWrongSide = 43,
    StopPriceMissing = 44,
    StopWouldTrigger = 45,  ///< The market is beyond the stop price already.
    DailyLossLimit = 46,
    DrawdownLimit = 47,
    MarginLevelLow = 48,
    CooldownActive = 49,
    ExposureLimit = 50,
    OrderRateLimit = 51,
    Maintenance = 52,
    TradingHalted = 53,
    NoLongerNeeded = 54,  ///< A protective order whose position is closed or better protected.
    Unprotected = 55,     ///< The entry's stop could not be placed; what was bought is sold again.
    MarginCall = 56,
    // 57 was never given.
    QueueExpired = 58,
    NoticeTooShort = 59,
    WindowTooLong = 60,
    WindowUnknown = 61,
    WindowNotMovable = 62,
    PriceOutsideQueueLimit = 63,
    StopTriggered = 64,  ///< Of an order that rests since its stop price was reached.
    // Why an account is frozen.
    OrphanOrder = 65,       ///< The exchange has an order of ours that our journal does not know.
    BooksDiffer = 66,       ///< The exchange's balances or positions are not ours.
    IntegrityFinding = 67,  ///< A check of our own data found damage.
    FrozenByOperator = 68,
    StoreBehindArchive = 69,  ///< Acknowledged records are missing here, or may be.
    TooManyAccounts = 70,
    GaveWayToExit =
        71,  ///< It rested where an exit at the market had to go; the core cancelled it.
};

/// One try to have the exchange do something: the timestamp and window it is signed with.
struct Attempt {
    Timestamp time;  ///< Exchange time.
    Duration window;
    std::uint32_t number = 0;  ///< 1 for the first try; 0: there was none.

    friend bool operator==(const Attempt&, const Attempt&) = default;

    template <class Visit>
    static void each_field(Visit&& visit, auto& self) {
        visit("time", self.time);
        visit("window", self.window);
        visit("number", self.number);
    }
};

/// Where in the journal an order was born; orders sort by it.
using OrderNumber = std::uint64_t;

/// Orders that one input may create.
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
    IdempotencyKey key;         ///< The key it was placed under; none for the core's own orders.
    IdempotencyKey cancel_key;  ///< The key of the pending cancel, if any.
    OrderState state = OrderState::Intended;
    CancelState cancel = CancelState::None;
    Attempt attempt;
    Attempt cancel_attempt;
    Quantity filled;
    Money filled_notional;
    Asset reserved_asset;
    /// What is still set aside for the unfilled part; on futures `Position::reserved` has it for
    /// all orders of the instrument.
    Money reserved;
    Money reserved_full;  ///< What was set aside at the start.
    std::string venue_order_id;
    Reason reason = Reason::None;
    std::string reason_text;
    Timestamp created;
    Timestamp updated;
    Sequence sequence = 0;        ///< The record that made this image.
    Sequence prior_sequence = 0;  ///< The record before it that touched this order, 0 for none.
    std::uint64_t version = 0;
    // Since version 2 of the record.
    OrderRole role = OrderRole::Plain;
    OrderNumber parent = 0;  ///< The entry that a protective order belongs to.
    std::optional<Price> stop_price = std::nullopt;  ///< Of stop and take-profit types.
    std::optional<Price> stop_loss =
        std::nullopt;  ///< Of an entry: the stop to attach to its fills.
    std::optional<Price> take_profit = std::nullopt;  ///< Of an entry.
    Rate trail_activation{};                          ///< Gain at which the stop begins to trail.
    Rate trail_distance{};  ///< How far behind the best price; zero: it does not.
    Price trail_mark{};     ///< Of a trailing stop: the best price since the entry.
    Price trail_start{};    ///< Of a trailing stop: where it begins to trail.
    Owner cancel_owner{};   ///< Whose key `cancel_key` is.
    std::optional<Price> queue_limit =
        std::nullopt;         ///< Of a queued exit: the worst price it may have.
    Timestamp queue_until{};  ///< Of a queued exit: it expires then, as the caller said it.
    // Since version 3 of the record.
    std::string cancelled_reason{};  ///< Why whoever cancelled it, or gave it up, did so.
    // Since version 4 of the record.
    /// The latest t + w of all attempts: until then the exchange may still take one of them, also
    /// where a clock that was ahead has been set right since. Zero in older rows.
    Timestamp signed_until{};
    /// Of a queued exit: `queue_until` on the monotonic scale of the journal. Zero in older rows.
    Timestamp queue_deadline{};
    // Since version 5 of the record.
    /// Futures, of an entry without a limit: the worst price that was assumed for it.
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

/// Is the order's end still open: Intended, Open, Unknown or Queued?
[[nodiscard]] constexpr bool is_live(OrderState state) {
    return state == OrderState::Intended || state == OrderState::Open ||
           state == OrderState::Unknown || state == OrderState::Queued;
}

/// Does the order wait for its stop price before it may trade?
[[nodiscard]] constexpr bool is_conditional(OrderType type) {
    return type != OrderType::Market && type != OrderType::Limit;
}

/// Does the order carry a limit price?
[[nodiscard]] constexpr bool has_limit(OrderType type) {
    return type == OrderType::Limit || type == OrderType::StopLimit ||
           type == OrderType::TakeProfitLimit;
}

/// Has the order left its waiting behind? It rests as a limit order then, also in another process.
[[nodiscard]] inline bool is_triggered(const Order& order) {
    return is_conditional(order.type) &&
           (order.reason == Reason::StopTriggered || order.filled.is_positive());
}

/// Does it wait for the price to get worse for its side (stop), not better (take profit)?
[[nodiscard]] constexpr bool is_stop(OrderType type) {
    return type == OrderType::StopMarket || type == OrderType::StopLimit;
}

/// Was it made by the core to protect an entry?
[[nodiscard]] constexpr bool is_protective(OrderRole role) {
    return role == OrderRole::StopLoss || role == OrderRole::TakeProfit;
}

/// Was it found at the exchange, instead of placed by us?
[[nodiscard]] constexpr bool is_imported(OrderRole role) {
    return role == OrderRole::Orphan || role == OrderRole::External;
}

/// Did it end without ever being in the exchange's book?
[[nodiscard]] constexpr bool is_failed(OrderState state) {
    return state == OrderState::Rejected || state == OrderState::Refused ||
           state == OrderState::Absent;
}

/// Is the order being cancelled, or was, by the core itself?
[[nodiscard]] constexpr bool is_cancel_of_the_core(Reason reason) {
    return reason == Reason::NoLongerNeeded || reason == Reason::GaveWayToExit;
}

/// Was the order to trade at once, or to shrink a position, and ended without having done anything?
[[nodiscard]] inline bool did_nothing(const Order& order) {
    const bool meant_to = order.type == OrderType::Market || order.reduce_only == ReduceOnly::Yes;
    return meant_to && order.state == OrderState::Expired && order.filled.is_zero();
}

/// Did the order end without the trade that it was for?
[[nodiscard]] inline bool has_failed(const Order& order) {
    return is_failed(order.state) || did_nothing(order);
}

/// What may still be filled.
[[nodiscard]] inline Quantity remaining(const Order& order) {
    return order.quantity - order.filled;
}

[[nodiscard]] constexpr Side opposite(Side side) {
    return side == Side::Buy ? Side::Sell : Side::Buy;
}

// The words of the API, the journal's export and the exchange.
[[nodiscard]] std::string_view to_text(Side side);
[[nodiscard]] std::string_view to_text(OrderType type);
[[nodiscard]] std::string_view to_text(OrderRole role);
[[nodiscard]] std::string_view to_text(TimeInForce time_in_force);
[[nodiscard]] std::string_view to_text(ReduceOnly reduce_only);
[[nodiscard]] std::string_view to_text(OrderState state);
[[nodiscard]] std::string_view to_text(CancelState state);
/// The stable error code, "INSUFFICIENT_BALANCE" for example.
[[nodiscard]] std::string_view to_text(Reason reason);
[[nodiscard]] std::optional<Side> parse_side(std::string_view text);
[[nodiscard]] std::optional<OrderType> parse_order_type(std::string_view text);
[[nodiscard]] std::optional<TimeInForce> parse_time_in_force(std::string_view text);

}  // namespace botcore::model
