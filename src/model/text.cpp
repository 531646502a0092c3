#include "model/record.hpp"

namespace botcore::model {

std::string_view to_text(Side value) {
    switch (value) {
        case Side::Buy:
            return "BUY";
        case Side::Sell:
            return "SELL";
    }
    return "?";
}

std::string_view to_text(OrderType value) {
    switch (value) {
        case OrderType::Market:
            return "MARKET";
        case OrderType::Limit:
            return "LIMIT";
    }
    return "?";
}

std::string_view to_text(TimeInForce value) {
    switch (value) {
        case TimeInForce::GoodTillCanceled:
            return "GTC";
        case TimeInForce::ImmediateOrCancel:
            return "IOC";
        case TimeInForce::FillOrKill:
            return "FOK";
        case TimeInForce::PostOnly:
            return "GTX";
    }
    return "?";
}

std::string_view to_text(ReduceOnly value) {
    switch (value) {
        case ReduceOnly::No:
            return "no";
        case ReduceOnly::Yes:
            return "yes";
    }
    return "?";
}

std::string_view to_text(OrderState value) {
    switch (value) {
        case OrderState::Intended:
            return "INTENDED";
        case OrderState::Open:
            return "OPEN";
        case OrderState::Filled:
            return "FILLED";
        case OrderState::Canceled:
            return "CANCELED";
        case OrderState::Expired:
            return "EXPIRED";
        case OrderState::Rejected:
            return "REJECTED";
        case OrderState::Refused:
            return "REFUSED";
        case OrderState::Unknown:
            return "UNKNOWN";
        case OrderState::Absent:
            return "ABSENT";
    }
    return "?";
}

std::string_view to_text(CancelState value) {
    switch (value) {
        case CancelState::None:
            return "NONE";
        case CancelState::Requested:
            return "REQUESTED";
        case CancelState::Unknown:
            return "UNKNOWN";
    }
    return "?";
}

std::string_view to_text(Reason value) {
    switch (value) {
        case Reason::None:
            return "NONE";
        case Reason::InsufficientBalance:
            return "INSUFFICIENT_BALANCE";
        case Reason::PriceStale:
            return "PRICE_STALE";
        case Reason::PriceMissing:
            return "PRICE_MISSING";
        case Reason::ClockUncertain:
            return "CLOCK_UNCERTAIN";
        case Reason::DiskFull:
            return "DISK_FULL";
        case Reason::AccountFrozen:
            return "ACCOUNT_FROZEN";
        case Reason::AccountUnreconciled:
            return "ACCOUNT_UNRECONCILED";
        case Reason::InstrumentUnknown:
            return "INSTRUMENT_UNKNOWN";
        case Reason::InstrumentNotTrading:
            return "INSTRUMENT_NOT_TRADING";
        case Reason::PriceOffTick:
            return "PRICE_OFF_TICK";
        case Reason::PriceOutOfRange:
            return "PRICE_OUT_OF_RANGE";
        case Reason::PriceTooFarFromMarket:
            return "PRICE_TOO_FAR_FROM_MARKET";
        case Reason::QuantityTooSmall:
            return "QUANTITY_TOO_SMALL";
        case Reason::QuantityTooLarge:
            return "QUANTITY_TOO_LARGE";
        case Reason::QuantityOffStep:
            return "QUANTITY_OFF_STEP";
        case Reason::NotionalTooSmall:
            return "NOTIONAL_TOO_SMALL";
        case Reason::NotionalTooLarge:
            return "NOTIONAL_TOO_LARGE";
        case Reason::ReduceOnlyRefused:
            return "REDUCE_ONLY_REFUSED";
        case Reason::LeverageTooHigh:
            return "LEVERAGE_TOO_HIGH";
        case Reason::TooManyOpenOrders:
            return "TOO_MANY_OPEN_ORDERS";
        case Reason::AccountUnknown:
            return "ACCOUNT_UNKNOWN";
        case Reason::OrderUnknown:
            return "ORDER_UNKNOWN";
        case Reason::OrderNotOpen:
            return "ORDER_NOT_OPEN";
        case Reason::PositionNotOpen:
            return "POSITION_NOT_OPEN";
        case Reason::VersionConflict:
            return "VERSION_CONFLICT";
        case Reason::OpenOrdersExist:
            return "OPEN_ORDERS_EXIST";
        case Reason::PositionOpen:
            return "POSITION_OPEN";
        case Reason::AssetUnknown:
            return "ASSET_UNKNOWN";
        case Reason::AmountTooLarge:
            return "AMOUNT_TOO_LARGE";
        case Reason::AccountExists:
            return "ACCOUNT_EXISTS";
        case Reason::NotSent:
            return "NOT_SENT";
        case Reason::RejectedByExchange:
            return "REJECTED_BY_EXCHANGE";
        case Reason::WouldTakeLiquidity:
            return "WOULD_TAKE_LIQUIDITY";
        case Reason::CanceledByUser:
            return "CANCELED_BY_USER";
        case Reason::NotFilledAtOnce:
            return "NOT_FILLED_AT_ONCE";
        case Reason::CancelPending:
            return "CANCEL_PENDING";
        case Reason::ProvenAbsent:
            return "PROVEN_ABSENT";
        case Reason::NotSupportedOnMarket:
            return "NOT_SUPPORTED_ON_MARKET";
        case Reason::AccountNotOwned:
            return "ACCOUNT_NOT_OWNED";
        case Reason::LateFact:
            return "LATE_FACT";
    }
    return "?";
}

std::string_view to_text(ReportKind value) {
    switch (value) {
        case ReportKind::Open:
            return "OPEN";
        case ReportKind::Filled:
            return "FILLED";
        case ReportKind::Canceled:
            return "CANCELED";
        case ReportKind::Expired:
            return "EXPIRED";
        case ReportKind::Rejected:
            return "REJECTED";
        case ReportKind::NotSent:
            return "NOT_SENT";
        case ReportKind::NoAnswer:
            return "NO_ANSWER";
        case ReportKind::NotFound:
            return "NOT_FOUND";
        case ReportKind::CancelNotOpen:
            return "CANCEL_NOT_OPEN";
        case ReportKind::CancelNoAnswer:
            return "CANCEL_NO_ANSWER";
        case ReportKind::CancelNotSent:
            return "CANCEL_NOT_SENT";
    }
    return "?";
}

std::string_view to_text(AccountKind value) {
    switch (value) {
        case AccountKind::Paper:
            return "PAPER";
    }
    return "?";
}

std::string_view to_text(AccountState value) {
    switch (value) {
        case AccountState::Active:
            return "ACTIVE";
        case AccountState::Frozen:
            return "FROZEN";
    }
    return "?";
}

std::string_view to_text(Book value) {
    switch (value) {
        case Book::Cash:
            return "cash";
        case Book::Reserved:
            return "reserved";
        case Book::Margin:
            return "margin";
        case Book::Fees:
            return "fees";
        case Book::Funding:
            return "funding";
        case Book::RealizedProfit:
            return "realized_profit";
        case Book::External:
            return "external";
        case Book::Exchanged:
            return "exchanged";
        case Book::Rounding:
            return "rounding";
    }
    return "?";
}

std::string_view to_text(ClockState value) {
    switch (value) {
        case ClockState::Certain:
            return "CERTAIN";
        case ClockState::Uncertain:
            return "UNCERTAIN";
    }
    return "?";
}

std::string_view to_text(StorageState value) {
    switch (value) {
        case StorageState::Normal:
            return "NORMAL";
        case StorageState::Reserve:
            return "RESERVE";
    }
    return "?";
}

std::string_view to_text(MarketSource value) {
    switch (value) {
        case MarketSource::None:
            return "none";
        case MarketSource::Generated:
            return "generated";
        case MarketSource::Recorded:
            return "recorded";
        case MarketSource::Live:
            return "live";
    }
    return "?";
}

std::string_view to_text(InstrumentStatus value) {
    switch (value) {
        case InstrumentStatus::Trading:
            return "TRADING";
        case InstrumentStatus::CancelOnly:
            return "CANCEL_ONLY";
        case InstrumentStatus::Halted:
            return "HALTED";
    }
    return "?";
}

std::string_view to_text(KeyState value) {
    switch (value) {
        case KeyState::Pending:
            return "PENDING";
        case KeyState::Done:
            return "DONE";
    }
    return "?";
}

std::optional<Side> parse_side(std::string_view text) {
    if (text == "BUY") return Side::Buy;
    if (text == "SELL") return Side::Sell;
    return std::nullopt;
}

std::optional<OrderType> parse_order_type(std::string_view text) {
    if (text == "MARKET") return OrderType::Market;
    if (text == "LIMIT") return OrderType::Limit;
    return std::nullopt;
}

std::optional<TimeInForce> parse_time_in_force(std::string_view text) {
    if (text == "GTC") return TimeInForce::GoodTillCanceled;
    if (text == "IOC") return TimeInForce::ImmediateOrCancel;
    if (text == "FOK") return TimeInForce::FillOrKill;
    if (text == "GTX") return TimeInForce::PostOnly;
    return std::nullopt;
}

namespace {

constexpr std::array<std::string_view, std::variant_size_v<InputBody>> kKinds = {
    "StartEpoch",
    "DefineInstrument",
    "OpenAccount",
    "PlaceOrder",
    "CancelOrder",
    "ClosePosition",
    "SetLeverage",
    "TransferMoney",
    "ResetAccount",
    "ReportOrder",
    "ReportReconciled",
};

struct OriginOf {
    template <class Body>
    const Origin* operator()(const Body& body) const {
        if constexpr (requires { body.origin; }) {
            return &body.origin;
        } else {
            return nullptr;
        }
    }
};

}  // namespace

std::string_view kind_of(const InputBody& body) {
    return kKinds.at(body.index());
}

const Origin* origin_of(const InputBody& body) {
    return std::visit(OriginOf{}, body);
}

}  // namespace botcore::model
