#include "protocol/reply_status.hpp"

#include <algorithm>
#include <array>

namespace botcore::protocol {

using namespace model;

namespace {

struct StatusRow {
    Reason reason;
    std::uint16_t status;
};

/// One row for each reason; the index is the number of the reason.
constexpr auto kStatuses = std::to_array<StatusRow>({
    {Reason::None, 200},
    {Reason::InsufficientBalance, 422},
    {Reason::PriceStale, 503},
    {Reason::PriceMissing, 503},
    {Reason::ClockUncertain, 503},
    {Reason::DiskFull, 503},
    {Reason::AccountFrozen, 503},
    {Reason::AccountUnreconciled, 503},
    {Reason::InstrumentUnknown, 422},
    {Reason::InstrumentNotTrading, 422},
    {Reason::PriceOffTick, 422},
    {Reason::PriceOutOfRange, 422},
    {Reason::PriceTooFarFromMarket, 422},
    {Reason::QuantityTooSmall, 422},
    {Reason::QuantityTooLarge, 422},
    {Reason::QuantityOffStep, 422},
    {Reason::NotionalTooSmall, 422},
    {Reason::NotionalTooLarge, 422},
    {Reason::ReduceOnlyRefused, 422},
    {Reason::LeverageTooHigh, 422},
    {Reason::TooManyOpenOrders, 422},
    {Reason::AccountUnknown, 404},
    {Reason::OrderUnknown, 404},
    {Reason::OrderNotOpen, 409},
    {Reason::PositionNotOpen, 404},
    {Reason::VersionConflict, 409},
    {Reason::OpenOrdersExist, 409},
    {Reason::PositionOpen, 409},
    {Reason::AssetUnknown, 422},
    {Reason::AccountExists, 409},
    {Reason::NotSent, 502},
    {Reason::RejectedByExchange, 422},
    {Reason::WouldTakeLiquidity, 422},
    {Reason::CanceledByUser, 200},
    {Reason::NotFilledAtOnce, 200},
    {Reason::CancelPending, 409},
    {Reason::ProvenAbsent, 502},
    {Reason::NotSupportedOnMarket, 422},
    {Reason::LateFact, 502},
    {Reason::MaxPositionsExceeded, 422},
    {Reason::StopTooFar, 422},
    {Reason::StopOnWrongSide, 422},
    {Reason::StopPriceMissing, 422},
    {Reason::StopWouldTrigger, 422},
    {Reason::DailyLossLimit, 422},
    {Reason::DrawdownLimit, 422},
    {Reason::MarginLevelLow, 422},
    {Reason::CooldownActive, 422},
    {Reason::ExposureLimit, 422},
    {Reason::OrderRateLimit, 429},
    {Reason::Maintenance, 503},
    {Reason::TradingHalted, 503},
    {Reason::NoLongerNeeded, 200},
    {Reason::Unprotected, 200},
    {Reason::MarginCall, 200},
    {Reason::QueueExpired, 200},
    {Reason::NoticeTooShort, 422},
    {Reason::WindowTooLong, 422},
    {Reason::WindowUnknown, 404},
    {Reason::WindowNotMovable, 409},
    {Reason::PriceOutsideQueueLimit, 422},
    {Reason::StopTriggered, 200},
    {Reason::OrphanOrder, 503},
    {Reason::BooksDiffer, 503},
    {Reason::IntegrityFinding, 503},
    {Reason::FrozenByOperator, 503},
    {Reason::StoreBehindArchive, 503},
    {Reason::TooManyAccounts, 422},
    {Reason::GaveWayToExit, 200},
});
static_assert(std::is_sorted(kStatuses.begin(), kStatuses.end(), [](const auto& a, const auto& b) {
    return a.reason < b.reason;
}));

}  // namespace

std::uint16_t status_of(Reason reason) {
    const auto row = std::lower_bound(
        kStatuses.begin(), kStatuses.end(), reason, [](const StatusRow& each, Reason wanted) {
            return each.reason < wanted;
        });
    return row != kStatuses.end() && row->reason == reason ? row->status : 500;
}

std::uint16_t status_of(const Reply& reply) {
    if (const auto* refusal = std::get_if<Refusal>(&reply)) return status_of(refusal->reason);
    if (const auto* order = std::get_if<Order>(&reply)) {
        if (did_nothing(*order)) return 422;
        return is_failed(order->state) ? status_of(order->reason) : 200;
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
