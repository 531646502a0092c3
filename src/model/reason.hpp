#pragma once

/// Why a request is refused, why an order ended, why an account is frozen: one enumeration for each
/// question. They share one sequence of numbers, so that an order's row can hold the number of a
/// refusal or of an end in one byte.

#include <concepts>
#include <cstdint>
#include <string_view>

namespace botcore::model {

// The numbers of all enumerators of this file are stored in the journal: never change them, and
// never assign 29, 39 or 57.

/// Why a request was not carried out: nothing reached the exchange, or the exchange did not accept
/// it. One stable code per cause.
enum class RefusalReason : std::uint8_t {
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
    ReduceOnlyRefused = 18,  ///< The order would not shrink the position.
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
    AccountExists = 30,
    NotSent = 31,  ///< The request was provably never written to the exchange.
    RejectedByExchange = 32,
    WouldTakeLiquidity = 33,
    CancelPending = 36,
    ProvenAbsent = 37,  ///< The order was sent, and provably never reached the exchange's book.
    NotSupportedOnMarket = 38,
    MaxPositionsExceeded = 41,
    StopTooFar = 42,
    StopOnWrongSide = 43,
    StopPriceMissing = 44,
    StopWouldTrigger = 45,  ///< The market is already beyond the stop price.
    DailyLossLimit = 46,
    DrawdownLimit = 47,
    MarginLevelLow = 48,
    CooldownActive = 49,
    ExposureLimit = 50,
    OrderRateLimit = 51,
    Maintenance = 52,
    TradingHalted = 53,
    NoticeTooShort = 59,
    WindowTooLong = 60,
    WindowUnknown = 61,
    WindowNotMovable = 62,
    PriceOutsideQueueLimit = 63,
    StoreBehindArchive = 69,  ///< Acknowledged records are missing from the store, or may be.
    TooManyAccounts = 70,
};

/// Why an order that was accepted ended before it was filled.
enum class EndReason : std::uint8_t {
    CanceledByUser = 34,
    NotFilledAtOnce = 35,  ///< IOC or FOK: the part that could not trade immediately expired.
    NoLongerNeeded = 54,   ///< A protective order whose position is closed or better protected.
    QueueExpired = 58,
    GaveWayToExit = 71,  ///< The order left a market exit no room; the core canceled it.
};

/// Why an account is frozen.
enum class FreezeReason : std::uint8_t {
    None = 0,
    InsufficientBalance = 1,  ///< A booking made the free balance negative.
    LateFact = 40,            ///< The exchange reported a fact after we had set the outcome.
    OrphanOrder = 65,  ///< The exchange has an order of this system that is not in the journal.
    BooksDiffer = 66,  ///< The exchange's balances or positions differ from ours.
    IntegrityFinding = 67,  ///< A check of our own data found damage.
    FrozenByOperator = 68,
};

/// The reason in an order's row or in a report about an order. It is the number of a refusal or of
/// an end, see `order_reason`, or one of the values here, which say why a live order exists or
/// rests.
enum class OrderReason : std::uint8_t {
    None = 0,
    LateFact = 40,       ///< Only in rows of old journals; today only the account has this reason.
    Unprotected = 55,    ///< The entry's stop could not be placed; this order closes the entry.
    MarginCall = 56,     ///< The order closes what the margin no longer covers.
    StopTriggered = 64,  ///< The order rests since its stop price was reached.
};

template <class Reason>
concept ReasonOfOrders = std::same_as<Reason, RefusalReason> || std::same_as<Reason, EndReason>;

[[nodiscard]] constexpr OrderReason order_reason(ReasonOfOrders auto reason) {
    return static_cast<OrderReason>(reason);
}

[[nodiscard]] constexpr bool operator==(OrderReason left, ReasonOfOrders auto right) {
    return left == order_reason(right);
}

// The stable code of a reason, for example "INSUFFICIENT_BALANCE"; "?" for a number without one. A
// number has the same code in every enumeration.
[[nodiscard]] std::string_view to_text(RefusalReason reason);
[[nodiscard]] std::string_view to_text(EndReason reason);
[[nodiscard]] std::string_view to_text(FreezeReason reason);
/// Also knows the numbers of freezes, so that every row that could ever be read still can be.
[[nodiscard]] std::string_view to_text(OrderReason reason);

/// Whether the cause is temporary, so that the same key may be used for the same request again
/// later.
[[nodiscard]] bool is_transient(RefusalReason reason);

}  // namespace botcore::model
