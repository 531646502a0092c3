#include "api/audited_commands.hpp"

#include "base/time_text.hpp"

#include <variant>

namespace botcore::api {

namespace {

template <class Body>
std::string account_text(const Body& body) {
    return std::string(body.account.text());
}

/// Commands about accounts, money and maintenance are audited whoever owns the account.
struct AuditedCommandOf {
    std::optional<AuditedCommand> operator()(const model::SetAccountState& body) const {
        const bool freezes = body.state == model::AccountState::Frozen;
        return AuditedCommand{
            freezes ? "account-frozen" : "account-released", account_text(body), body.text};
    }

    std::optional<AuditedCommand> operator()(const model::AdoptBooks& body) const {
        return AuditedCommand{"books-adopted", account_text(body), body.text};
    }

    std::optional<AuditedCommand> operator()(const model::OpenAccount& body) const {
        return AuditedCommand{"account-opened", account_text(body), {}};
    }

    std::optional<AuditedCommand> operator()(const model::ResetAccount& body) const {
        return AuditedCommand{"account-reset", account_text(body), {}};
    }

    std::optional<AuditedCommand> operator()(const model::TransferMoney& body) const {
        return AuditedCommand{"money-moved",
                              std::string(body.from.text()),
                              to_text(body.amount) + " " + std::string(body.asset.text()) + " to " +
                                  std::string(body.to.text())};
    }

    std::optional<AuditedCommand> operator()(const model::CancelAll& body) const {
        return AuditedCommand{"orders-canceled",
                              account_text(body),
                              body.symbol ? std::string(body.symbol->text()) : std::string()};
    }

    std::optional<AuditedCommand> operator()(const model::Flatten& body) const {
        return AuditedCommand{"account-flattened", account_text(body), {}};
    }

    std::optional<AuditedCommand> operator()(const model::SetMode& body) const {
        return AuditedCommand{"mode-set", std::string(to_text(body.mode)), body.text};
    }

    std::optional<AuditedCommand> operator()(const model::ScheduleMaintenance& body) const {
        std::string detail = base::to_iso8601(body.begin) + " to " + base::to_iso8601(body.end);
        if (!body.text.empty()) detail += ": " + body.text;
        return AuditedCommand{"maintenance-planned", {}, std::move(detail)};
    }

    std::optional<AuditedCommand> operator()(const model::MoveMaintenance& body) const {
        return AuditedCommand{
            "maintenance-moved", std::to_string(body.window), std::string(to_text(body.state))};
    }

    std::optional<AuditedCommand> operator()(const model::CancelOrder& body) const {
        if (body.reason.empty()) return std::nullopt;
        return AuditedCommand{"order-given-up",
                              account_text(body),
                              std::string(body.order.text()) + ": " + body.reason};
    }

    std::optional<AuditedCommand> operator()(const auto& /*body*/) const { return std::nullopt; }
};

/// Trading is audited only on accounts of other owners.
struct TradeOf {
    std::optional<AuditedCommand> operator()(const model::PlaceOrder& body) const {
        return AuditedCommand{"order-placed",
                              account_text(body),
                              std::string(to_text(body.side)) + " " + to_text(body.quantity) + " " +
                                  std::string(body.instrument.symbol.text())};
    }

    std::optional<AuditedCommand> operator()(const model::CancelOrder& body) const {
        return AuditedCommand{"order-canceled", account_text(body), std::string(body.order.text())};
    }

    std::optional<AuditedCommand> operator()(const model::ClosePosition& body) const {
        return AuditedCommand{
            "position-closed", account_text(body), std::string(body.instrument.symbol.text())};
    }

    std::optional<AuditedCommand> operator()(const model::SetLeverage& body) const {
        return AuditedCommand{
            "leverage-set",
            account_text(body),
            std::string(body.instrument.symbol.text()) + " " + to_text(body.leverage)};
    }

    std::optional<AuditedCommand> operator()(const auto& /*body*/) const { return std::nullopt; }
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

std::optional<AuditedCommand> audited_command(const host::Caller& caller,
                                              const model::InputBody& command,
                                              const model::Owner& owner) {
    if (caller.role != host::Role::Operator) return std::nullopt;
    if (auto action = std::visit(AuditedCommandOf{}, command)) return action;
    if (owner.empty() || owner == caller.owner) return std::nullopt;
    return std::visit(TradeOf{}, command);
}

const model::AccountId* account_of(const model::InputBody& command) {
    return std::visit(AccountOf{}, command);
}

}  // namespace botcore::api
