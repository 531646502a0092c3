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
        case OrderType::StopMarket:
            return "STOP_MARKET";
        case OrderType::StopLimit:
            return "STOP";
        case OrderType::TakeProfitMarket:
            return "TAKE_PROFIT_MARKET";
        case OrderType::TakeProfitLimit:
            return "TAKE_PROFIT";
    }
    return "?";
}

std::string_view to_text(OrderRole value) {
    switch (value) {
        case OrderRole::Plain:
            return "PLAIN";
        case OrderRole::StopLoss:
            return "STOP_LOSS";
        case OrderRole::TakeProfit:
            return "TAKE_PROFIT";
        case OrderRole::SafetyExit:
            return "SAFETY_EXIT";
        case OrderRole::Flatten:
            return "FLATTEN";
        case OrderRole::Orphan:
            return "ORPHAN";
        case OrderRole::External:
            return "EXTERNAL";
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
        case OrderState::Queued:
            return "QUEUED";
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

std::string_view to_text(Authority value) {
    switch (value) {
        case Authority::Own:
            return "own";
        case Authority::All:
            return "all";
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
        case StorageState::Behind:
            return "BEHIND";
        case StorageState::Unconfirmed:
            return "UNCONFIRMED";
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

std::string_view to_text(OperatingMode value) {
    switch (value) {
        case OperatingMode::Normal:
            return "NORMAL";
        case OperatingMode::Draining:
            return "DRAINING";
        case OperatingMode::Maintenance:
            return "MAINTENANCE";
        case OperatingMode::Ramping:
            return "RAMPING";
        case OperatingMode::Halted:
            return "HALTED";
    }
    return "?";
}

std::string_view to_text(WindowState value) {
    switch (value) {
        case WindowState::Planned:
            return "PLANNED";
        case WindowState::Noticed:
            return "NOTICED";
        case WindowState::Draining:
            return "DRAINING";
        case WindowState::Active:
            return "ACTIVE";
        case WindowState::Ramping:
            return "RAMPING";
        case WindowState::Watching:
            return "WATCHING";
        case WindowState::Done:
            return "DONE";
        case WindowState::Canceled:
            return "CANCELED";
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
    if (text == "STOP_MARKET") return OrderType::StopMarket;
    if (text == "STOP") return OrderType::StopLimit;
    if (text == "TAKE_PROFIT_MARKET") return OrderType::TakeProfitMarket;
    if (text == "TAKE_PROFIT") return OrderType::TakeProfitLimit;
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
    "StartEpoch",       "DefineInstrument",
    "OpenAccount",      "PlaceOrder",
    "CancelOrder",      "ClosePosition",
    "SetLeverage",      "TransferMoney",
    "ResetAccount",     "ReportOrder",
    "ReportReconciled", "CancelAll",
    "Flatten",          "Tick",
    "SetMode",          "ScheduleMaintenance",
    "MoveMaintenance",  "RecordAct",
    "ReportFoundOrder", "SetAccountState",
    "FreezeAccount",    "AdoptBooks",
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

RiskLimits RiskLimits::none() {
    RiskLimits limits;
    limits.positions_max = 0;
    limits.stop_distance_max = {};
    limits.daily_loss_max = {};
    limits.drawdown_max = {};
    limits.margin_level_warn = {};
    limits.margin_level_entry = {};
    limits.margin_level_close = {};
    limits.margin_level_safe = {};
    limits.losses_in_a_row_max = 0;
    limits.exposure_max = {};
    limits.orders_per_second_max = 0;
    return limits;
}

std::string_view kind_of(const InputBody& body) {
    return kKinds.at(body.index());
}

const Origin* origin_of(const InputBody& body) {
    return std::visit(OriginOf{}, body);
}

}  // namespace botcore::model
