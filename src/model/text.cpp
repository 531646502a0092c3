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

namespace {

/// By number.
constexpr std::array<std::string_view, 41> kReasons = {
    "NONE",
    "INSUFFICIENT_BALANCE",
    "PRICE_STALE",
    "PRICE_MISSING",
    "CLOCK_UNCERTAIN",
    "DISK_FULL",
    "ACCOUNT_FROZEN",
    "ACCOUNT_UNRECONCILED",
    "INSTRUMENT_UNKNOWN",
    "INSTRUMENT_NOT_TRADING",
    "PRICE_OFF_TICK",
    "PRICE_OUT_OF_RANGE",
    "PRICE_TOO_FAR_FROM_MARKET",
    "QUANTITY_TOO_SMALL",
    "QUANTITY_TOO_LARGE",
    "QUANTITY_OFF_STEP",
    "NOTIONAL_TOO_SMALL",
    "NOTIONAL_TOO_LARGE",
    "REDUCE_ONLY_REFUSED",
    "LEVERAGE_TOO_HIGH",
    "TOO_MANY_OPEN_ORDERS",
    "ACCOUNT_UNKNOWN",
    "ORDER_UNKNOWN",
    "ORDER_NOT_OPEN",
    "POSITION_NOT_OPEN",
    "VERSION_CONFLICT",
    "OPEN_ORDERS_EXIST",
    "POSITION_OPEN",
    "ASSET_UNKNOWN",
    "AMOUNT_TOO_LARGE",
    "ACCOUNT_EXISTS",
    "NOT_SENT",
    "REJECTED_BY_EXCHANGE",
    "WOULD_TAKE_LIQUIDITY",
    "CANCELED_BY_USER",
    "NOT_FILLED_AT_ONCE",
    "CANCEL_PENDING",
    "PROVEN_ABSENT",
    "NOT_SUPPORTED_ON_MARKET",
    "ACCOUNT_NOT_OWNED",
    "LATE_FACT",
};
static_assert(kReasons.size() == static_cast<std::size_t>(Reason::LateFact) + 1);

}  // namespace

std::string_view to_text(Reason value) {
    const auto number = static_cast<std::size_t>(value);
    return number < kReasons.size() ? kReasons.at(number) : "?";
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
