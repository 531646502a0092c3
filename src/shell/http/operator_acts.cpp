#include "shell/http/operator_acts.hpp"

#include "protocol/time_text.hpp"

#include <variant>

namespace botcore::shell::http {

namespace {

template <class Body>
std::string account_text(const Body& body) {
    return std::string(body.account.text());
}

/// What concerns accounts, money and maintenance is an act, whoever owns the account.
struct ActOf {
    std::optional<OperatorAct> operator()(const model::SetAccountState& body) const {
        const bool freezes = body.state == model::AccountState::Frozen;
        return OperatorAct{
            freezes ? "account-frozen" : "account-released", account_text(body), body.text};
    }

    std::optional<OperatorAct> operator()(const model::AdoptBooks& body) const {
        return OperatorAct{"books-adopted", account_text(body), body.text};
    }

    std::optional<OperatorAct> operator()(const model::OpenAccount& body) const {
        return OperatorAct{"account-opened", account_text(body), {}};
    }

    std::optional<OperatorAct> operator()(const model::ResetAccount& body) const {
        return OperatorAct{"account-reset", account_text(body), {}};
    }

    std::optional<OperatorAct> operator()(const model::TransferMoney& body) const {
        return OperatorAct{"money-moved",
                           std::string(body.from.text()),
                           to_text(body.amount) + " " + std::string(body.asset.text()) + " to " +
                               std::string(body.to.text())};
    }

    std::optional<OperatorAct> operator()(const model::CancelAll& body) const {
        return OperatorAct{"orders-canceled",
                           account_text(body),
                           body.symbol ? std::string(body.symbol->text()) : std::string()};
    }

    std::optional<OperatorAct> operator()(const model::Flatten& body) const {
        return OperatorAct{"account-flattened", account_text(body), {}};
    }

    std::optional<OperatorAct> operator()(const model::SetMode& body) const {
        return OperatorAct{"mode-set", std::string(to_text(body.mode)), body.text};
    }

    std::optional<OperatorAct> operator()(const model::ScheduleMaintenance& body) const {
        std::string detail =
            protocol::to_iso8601(body.begin) + " to " + protocol::to_iso8601(body.end);
        if (!body.text.empty()) detail += ": " + body.text;
        return OperatorAct{"maintenance-planned", {}, std::move(detail)};
    }

    std::optional<OperatorAct> operator()(const model::MoveMaintenance& body) const {
        return OperatorAct{
            "maintenance-moved", std::to_string(body.window), std::string(to_text(body.state))};
    }

    std::optional<OperatorAct> operator()(const model::CancelOrder& body) const {
        if (body.reason.empty()) return std::nullopt;
        return OperatorAct{"order-given-up",
                           account_text(body),
                           std::string(body.order.text()) + ": " + body.reason};
    }

    std::optional<OperatorAct> operator()(const auto& /*body*/) const { return std::nullopt; }
};

/// Trading is an act on accounts of others only.
struct TradeOf {
    std::optional<OperatorAct> operator()(const model::PlaceOrder& body) const {
        return OperatorAct{"order-placed",
                           account_text(body),
                           std::string(to_text(body.side)) + " " + to_text(body.quantity) + " " +
                               std::string(body.instrument.symbol.text())};
    }

    std::optional<OperatorAct> operator()(const model::CancelOrder& body) const {
        return OperatorAct{"order-canceled", account_text(body), std::string(body.order.text())};
    }

    std::optional<OperatorAct> operator()(const model::ClosePosition& body) const {
        return OperatorAct{
            "position-closed", account_text(body), std::string(body.instrument.symbol.text())};
    }

    std::optional<OperatorAct> operator()(const model::SetLeverage& body) const {
        return OperatorAct{
            "leverage-set",
            account_text(body),
            std::string(body.instrument.symbol.text()) + " " + to_text(body.leverage)};
    }

    std::optional<OperatorAct> operator()(const auto& /*body*/) const { return std::nullopt; }
};

struct AccountOf {
    const model::AccountId* operator()(const model::TransferMoney& body) const {
        return &body.from;
    }

    template <class Body>
    const model::AccountId* operator()(const Body& body) const {
        if constexpr (requires { body.account; }) return &body.account;
        return nullptr;
    }
};

}  // namespace

std::optional<OperatorAct> operator_act(const auth::Caller& caller,
                                        const model::InputBody& command,
                                        const model::Owner& owner) {
    if (caller.role != auth::Role::Operator) return std::nullopt;
    if (auto act = std::visit(ActOf{}, command)) return act;
    if (owner.empty() || owner == caller.owner) return std::nullopt;
    return std::visit(TradeOf{}, command);
}

const model::AccountId* account_of(const model::InputBody& command) {
    return std::visit(AccountOf{}, command);
}

}  // namespace botcore::shell::http
