#include "model/reason.hpp"

#include <algorithm>
#include <array>

namespace botcore::model {

namespace {

enum class Transient : std::uint8_t { No, Yes };

struct RefusalRow {
    RefusalReason reason;
    std::string_view word;
    Transient transient;
};

template <class Reason>
struct Row {
    Reason reason;
    std::string_view word;
};

constexpr auto kRefusals = std::to_array<RefusalRow>({
    {RefusalReason::InsufficientBalance, "INSUFFICIENT_BALANCE", Transient::No},
    {RefusalReason::PriceStale, "PRICE_STALE", Transient::Yes},
    {RefusalReason::PriceMissing, "PRICE_MISSING", Transient::Yes},
    {RefusalReason::ClockUncertain, "CLOCK_UNCERTAIN", Transient::Yes},
    {RefusalReason::DiskFull, "DISK_FULL", Transient::Yes},
    {RefusalReason::AccountFrozen, "ACCOUNT_FROZEN", Transient::Yes},
    {RefusalReason::AccountUnreconciled, "ACCOUNT_UNRECONCILED", Transient::Yes},
    {RefusalReason::InstrumentUnknown, "INSTRUMENT_UNKNOWN", Transient::No},
    {RefusalReason::InstrumentNotTrading, "INSTRUMENT_NOT_TRADING", Transient::No},
    {RefusalReason::PriceOffTick, "PRICE_OFF_TICK", Transient::No},
    {RefusalReason::PriceOutOfRange, "PRICE_OUT_OF_RANGE", Transient::No},
    {RefusalReason::PriceTooFarFromMarket, "PRICE_TOO_FAR_FROM_MARKET", Transient::No},
    {RefusalReason::QuantityTooSmall, "QUANTITY_TOO_SMALL", Transient::No},
    {RefusalReason::QuantityTooLarge, "QUANTITY_TOO_LARGE", Transient::No},
    {RefusalReason::QuantityOffStep, "QUANTITY_OFF_STEP", Transient::No},
    {RefusalReason::NotionalTooSmall, "NOTIONAL_TOO_SMALL", Transient::No},
    {RefusalReason::NotionalTooLarge, "NOTIONAL_TOO_LARGE", Transient::No},
    {RefusalReason::ReduceOnlyRefused, "REDUCE_ONLY_REFUSED", Transient::No},
    {RefusalReason::LeverageTooHigh, "LEVERAGE_TOO_HIGH", Transient::No},
    {RefusalReason::TooManyOpenOrders, "TOO_MANY_OPEN_ORDERS", Transient::No},
    {RefusalReason::AccountUnknown, "ACCOUNT_UNKNOWN", Transient::No},
    {RefusalReason::OrderUnknown, "ORDER_UNKNOWN", Transient::No},
    {RefusalReason::OrderNotOpen, "ORDER_NOT_OPEN", Transient::No},
    {RefusalReason::PositionNotOpen, "POSITION_NOT_OPEN", Transient::No},
    {RefusalReason::VersionConflict, "VERSION_CONFLICT", Transient::No},
    {RefusalReason::OpenOrdersExist, "OPEN_ORDERS_EXIST", Transient::No},
    {RefusalReason::PositionOpen, "POSITION_OPEN", Transient::No},
    {RefusalReason::AssetUnknown, "ASSET_UNKNOWN", Transient::No},
    {RefusalReason::AccountExists, "ACCOUNT_EXISTS", Transient::No},
    {RefusalReason::NotSent, "NOT_SENT", Transient::No},
    {RefusalReason::RejectedByExchange, "REJECTED_BY_EXCHANGE", Transient::No},
    {RefusalReason::WouldTakeLiquidity, "WOULD_TAKE_LIQUIDITY", Transient::No},
    {RefusalReason::CancelPending, "CANCEL_PENDING", Transient::No},
    {RefusalReason::ProvenAbsent, "PROVEN_ABSENT", Transient::No},
    {RefusalReason::NotSupportedOnMarket, "NOT_SUPPORTED_ON_MARKET", Transient::No},
    {RefusalReason::MaxPositionsExceeded, "MAX_POSITIONS_EXCEEDED", Transient::No},
    {RefusalReason::StopTooFar, "STOP_TOO_FAR", Transient::No},
    {RefusalReason::StopOnWrongSide, "STOP_ON_WRONG_SIDE", Transient::No},
    {RefusalReason::StopPriceMissing, "STOP_PRICE_MISSING", Transient::No},
    {RefusalReason::StopWouldTrigger, "STOP_WOULD_TRIGGER", Transient::No},
    {RefusalReason::DailyLossLimit, "DAILY_LOSS_LIMIT", Transient::No},
    {RefusalReason::DrawdownLimit, "DRAWDOWN_LIMIT", Transient::No},
    {RefusalReason::MarginLevelLow, "MARGIN_LEVEL_LOW", Transient::No},
    {RefusalReason::CooldownActive, "COOLDOWN_ACTIVE", Transient::No},
    {RefusalReason::ExposureLimit, "EXPOSURE_LIMIT", Transient::No},
    {RefusalReason::OrderRateLimit, "ORDER_RATE_LIMIT", Transient::Yes},
    {RefusalReason::Maintenance, "MAINTENANCE", Transient::Yes},
    {RefusalReason::TradingHalted, "TRADING_HALTED", Transient::Yes},
    {RefusalReason::NoticeTooShort, "NOTICE_TOO_SHORT", Transient::No},
    {RefusalReason::WindowTooLong, "WINDOW_TOO_LONG", Transient::No},
    {RefusalReason::WindowUnknown, "WINDOW_UNKNOWN", Transient::No},
    {RefusalReason::WindowNotMovable, "WINDOW_NOT_MOVABLE", Transient::No},
    {RefusalReason::PriceOutsideQueueLimit, "PRICE_OUTSIDE_QUEUE_LIMIT", Transient::No},
    {RefusalReason::StoreBehindArchive, "STORE_BEHIND_ARCHIVE", Transient::Yes},
    {RefusalReason::TooManyAccounts, "TOO_MANY_ACCOUNTS", Transient::No},
});

constexpr auto kEnds = std::to_array<Row<EndReason>>({
    {EndReason::CanceledByUser, "CANCELED_BY_USER"},
    {EndReason::NotFilledAtOnce, "NOT_FILLED_AT_ONCE"},
    {EndReason::NoLongerNeeded, "NO_LONGER_NEEDED"},
    {EndReason::QueueExpired, "QUEUE_EXPIRED"},
    {EndReason::GaveWayToExit, "GAVE_WAY_TO_EXIT"},
});

constexpr auto kFreezes = std::to_array<Row<FreezeReason>>({
    {FreezeReason::None, "NONE"},
    {FreezeReason::InsufficientBalance, "INSUFFICIENT_BALANCE"},
    {FreezeReason::LateFact, "LATE_FACT"},
    {FreezeReason::OrphanOrder, "ORPHAN_ORDER"},
    {FreezeReason::BooksDiffer, "BOOKS_DIFFER"},
    {FreezeReason::IntegrityFinding, "INTEGRITY_FINDING"},
    {FreezeReason::FrozenByOperator, "FROZEN_BY_OPERATOR"},
});

constexpr auto kOfLiveOrders = std::to_array<Row<OrderReason>>({
    {OrderReason::None, "NONE"},
    {OrderReason::LateFact, "LATE_FACT"},
    {OrderReason::Unprotected, "UNPROTECTED"},
    {OrderReason::MarginCall, "MARGIN_CALL"},
    {OrderReason::StopTriggered, "STOP_TRIGGERED"},
});

/// The row of a reason; `nullptr` if the number has none.
const auto* find_row(const auto& rows, auto reason) {
    const auto row = std::find_if(
        rows.begin(), rows.end(), [&](const auto& each) { return each.reason == reason; });
    return row != rows.end() ? &*row : nullptr;
}

std::string_view word_of(const auto& rows, auto reason) {
    const auto* row = find_row(rows, reason);
    return row != nullptr ? row->word : "?";
}

}  // namespace

std::string_view to_text(RefusalReason reason) {
    return word_of(kRefusals, reason);
}

std::string_view to_text(EndReason reason) {
    return word_of(kEnds, reason);
}

std::string_view to_text(FreezeReason reason) {
    return word_of(kFreezes, reason);
}

std::string_view to_text(OrderReason reason) {
    std::string_view word = word_of(kOfLiveOrders, reason);
    if (word == "?") word = to_text(static_cast<RefusalReason>(reason));
    if (word == "?") word = to_text(static_cast<EndReason>(reason));
    return word != "?" ? word : to_text(static_cast<FreezeReason>(reason));
}

bool is_transient(RefusalReason reason) {
    const auto* row = find_row(kRefusals, reason);
    return row != nullptr && row->transient == Transient::Yes;
}

}  // namespace botcore::model
