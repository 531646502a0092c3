#include "model/reply.hpp"

namespace botcore::model {

std::uint16_t status_of(Reason reason) {
    switch (reason) {
        case Reason::None:
        case Reason::CanceledByUser:
        case Reason::NotFilledAtOnce:
        case Reason::NoLongerNeeded:
        case Reason::Unprotected:
        case Reason::MarginCall:
        case Reason::Liquidated:
        case Reason::QueueExpired:
            return 200;
        case Reason::AccountNotOwned:
            return 403;
        case Reason::AccountUnknown:
        case Reason::OrderUnknown:
        case Reason::PositionNotOpen:
        case Reason::WindowUnknown:
            return 404;
        case Reason::OrderNotOpen:
        case Reason::VersionConflict:
        case Reason::OpenOrdersExist:
        case Reason::PositionOpen:
        case Reason::AccountExists:
        case Reason::CancelPending:
        case Reason::WindowNotMovable:
            return 409;
        case Reason::InsufficientBalance:
        case Reason::InstrumentUnknown:
        case Reason::InstrumentNotTrading:
        case Reason::PriceOffTick:
        case Reason::PriceOutOfRange:
        case Reason::PriceTooFarFromMarket:
        case Reason::QuantityTooSmall:
        case Reason::QuantityTooLarge:
        case Reason::QuantityOffStep:
        case Reason::NotionalTooSmall:
        case Reason::NotionalTooLarge:
        case Reason::ReduceOnlyRefused:
        case Reason::LeverageTooHigh:
        case Reason::TooManyOpenOrders:
        case Reason::AssetUnknown:
        case Reason::AmountTooLarge:
        case Reason::RejectedByExchange:
        case Reason::WouldTakeLiquidity:
        case Reason::NotSupportedOnMarket:
        case Reason::MaxPositionsExceeded:
        case Reason::StopTooFar:
        case Reason::StopOnWrongSide:
        case Reason::StopPriceMissing:
        case Reason::StopWouldTrigger:
        case Reason::DailyLossLimit:
        case Reason::DrawdownLimit:
        case Reason::MarginLevelLow:
        case Reason::CooldownActive:
        case Reason::ExposureLimit:
        case Reason::NoticeTooShort:
        case Reason::WindowTooLong:
        case Reason::PriceOutsideQueueLimit:
            return 422;
        case Reason::OrderRateLimit:
            return 429;
        case Reason::NotSent:
        case Reason::ProvenAbsent:
        case Reason::LateFact:
            return 502;
        case Reason::PriceStale:
        case Reason::PriceMissing:
        case Reason::ClockUncertain:
        case Reason::DiskFull:
        case Reason::AccountFrozen:
        case Reason::AccountUnreconciled:
        case Reason::Maintenance:
        case Reason::TradingHalted:
            return 503;
    }
    return 500;
}

bool is_for_now(Reason reason) {
    return status_of(reason) == 503 || reason == Reason::OrderRateLimit;
}

std::uint16_t status_of(const Reply& reply) {
    if (const auto* refusal = std::get_if<Refusal>(&reply)) return status_of(refusal->reason);
    if (const auto* order = std::get_if<Order>(&reply)) {
        const bool failed = order->state == OrderState::Rejected ||
                            order->state == OrderState::Refused ||
                            order->state == OrderState::Absent;
        return failed ? status_of(order->reason) : 200;
    }
    return 200;
}

}  // namespace botcore::model
