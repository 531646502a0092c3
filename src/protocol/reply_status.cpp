#include "protocol/reply_status.hpp"

#include <algorithm>
#include <array>
#include <optional>

namespace botcore::protocol {

using model::Order;
using model::OrdersTouched;
using model::Refusal;
using model::RefusalReason;
using model::Reply;
using model::RequestFailure;

namespace {

struct StatusRow {
    RefusalReason reason;
    std::uint16_t status;
};

/// One row for each reason of a refusal.
constexpr auto kStatuses = std::to_array<StatusRow>({
    {RefusalReason::InsufficientBalance, 422},
    {RefusalReason::PriceStale, 503},
    {RefusalReason::PriceMissing, 503},
    {RefusalReason::ClockUncertain, 503},
    {RefusalReason::DiskFull, 503},
    {RefusalReason::AccountFrozen, 503},
    {RefusalReason::AccountUnreconciled, 503},
    {RefusalReason::InstrumentUnknown, 422},
    {RefusalReason::InstrumentNotTrading, 422},
    {RefusalReason::PriceOffTick, 422},
    {RefusalReason::PriceOutOfRange, 422},
    {RefusalReason::PriceTooFarFromMarket, 422},
    {RefusalReason::QuantityTooSmall, 422},
    {RefusalReason::QuantityTooLarge, 422},
    {RefusalReason::QuantityOffStep, 422},
    {RefusalReason::NotionalTooSmall, 422},
    {RefusalReason::NotionalTooLarge, 422},
    {RefusalReason::ReduceOnlyRefused, 422},
    {RefusalReason::LeverageTooHigh, 422},
    {RefusalReason::TooManyOpenOrders, 422},
    {RefusalReason::AccountUnknown, 404},
    {RefusalReason::OrderUnknown, 404},
    {RefusalReason::OrderNotOpen, 409},
    {RefusalReason::PositionNotOpen, 404},
    {RefusalReason::VersionConflict, 409},
    {RefusalReason::OpenOrdersExist, 409},
    {RefusalReason::PositionOpen, 409},
    {RefusalReason::AssetUnknown, 422},
    {RefusalReason::AccountExists, 409},
    {RefusalReason::NotSent, 502},
    {RefusalReason::RejectedByExchange, 422},
    {RefusalReason::WouldTakeLiquidity, 422},
    {RefusalReason::CancelPending, 409},
    {RefusalReason::ProvenAbsent, 502},
    {RefusalReason::NotSupportedOnMarket, 422},
    {RefusalReason::MaxPositionsExceeded, 422},
    {RefusalReason::StopTooFar, 422},
    {RefusalReason::StopOnWrongSide, 422},
    {RefusalReason::StopPriceMissing, 422},
    {RefusalReason::StopWouldTrigger, 422},
    {RefusalReason::DailyLossLimit, 422},
    {RefusalReason::DrawdownLimit, 422},
    {RefusalReason::MarginLevelLow, 422},
    {RefusalReason::CooldownActive, 422},
    {RefusalReason::ExposureLimit, 422},
    {RefusalReason::OrderRateLimit, 429},
    {RefusalReason::Maintenance, 503},
    {RefusalReason::TradingHalted, 503},
    {RefusalReason::NoticeTooShort, 422},
    {RefusalReason::WindowTooLong, 422},
    {RefusalReason::WindowUnknown, 404},
    {RefusalReason::WindowNotMovable, 409},
    {RefusalReason::PriceOutsideQueueLimit, 422},
    {RefusalReason::StoreBehindArchive, 503},
    {RefusalReason::TooManyAccounts, 422},
});
static_assert(std::is_sorted(kStatuses.begin(), kStatuses.end(), [](const auto& a, const auto& b) {
    return a.reason < b.reason;
}));

std::optional<std::uint16_t> find_status(RefusalReason reason) {
    const auto row = std::lower_bound(
        kStatuses.begin(), kStatuses.end(), reason, [](const StatusRow& each, auto wanted) {
            return each.reason < wanted;
        });
    if (row == kStatuses.end() || row->reason != reason) return std::nullopt;
    return row->status;
}

}  // namespace

std::uint16_t status_of(RefusalReason reason) {
    return find_status(reason).value_or(500);
}

std::uint16_t status_of(const Reply& reply) {
    if (const auto* refusal = std::get_if<Refusal>(&reply)) return status_of(refusal->reason);
    if (const auto* order = std::get_if<Order>(&reply)) {
        if (did_nothing(*order)) return 422;
        if (!is_failed(order->state)) return 200;
        // Any other reason refuses nothing.
        return find_status(static_cast<RefusalReason>(order->reason)).value_or(200);
    }
    if (const auto* touched = std::get_if<OrdersTouched>(&reply)) {
        return did_nothing(*touched) ? 422 : 200;
    }
    return 200;
}

std::uint16_t status_of(RequestFailure failure) {
    switch (failure) {
        case RequestFailure::OutcomeUnknown:
        case RequestFailure::Unavailable:
        case RequestFailure::Overloaded:
            return 503;
        case RequestFailure::TooLate:
            return 504;
        case RequestFailure::KeyReused:
            return 422;
        case RequestFailure::KeyExpired:
        case RequestFailure::InProgress:
            return 409;
    }
    return 500;
}

}  // namespace botcore::protocol
