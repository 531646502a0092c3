#include "services/trading/trade_log.hpp"

#include "observability/order_fields.hpp"
#include "protocol/api_json.hpp"

#include <string>
#include <variant>

namespace botcore::trading {

namespace {

using model::OrderState;
using observability::LogEvent;

/// The operation that the order belongs to, as callers know it.
std::string_view operation_of(const model::Order& order) {
    switch (order.role) {
        case model::OrderRole::Plain:
            return "place_order";
        case model::OrderRole::StopLoss:
        case model::OrderRole::TakeProfit:
            return "protect_position";
        case model::OrderRole::SafetyExit:
            return "forced_exit";
        case model::OrderRole::Flatten:
            return "flatten";
        case model::OrderRole::Orphan:
        case model::OrderRole::External:
            return "reconcile";
    }
    return "place_order";
}

/// The cause of a failure, for example "INSUFFICIENT_BALANCE: ...".
std::string cause_of(const model::Order& order) {
    std::string cause(to_text(order.reason));
    if (!order.reason_text.empty()) cause += ": " + order.reason_text;
    return cause;
}

std::string_view runbook_of(model::FreezeReason frozen) {
    return frozen == model::FreezeReason::IntegrityFinding ? "data-damaged.md"
                                                           : "reconciliation-mismatch.md";
}

bool is_new(const model::Order& order) {
    return order.prior_sequence == 0;
}

}  // namespace

void TradeLog::on_committed(const std::vector<model::Record>& records) {
    for (const model::Record& record : records) {
        const auto* said = std::get_if<model::ReportOrder>(&record.input.body);
        if (said != nullptr) count_error(said->report);
        for (const auto& change : record.outcome.changes) {
            if (const auto* order = std::get_if<model::Order>(&change)) {
                note(*order, record);
            } else if (const auto* account = std::get_if<model::Account>(&change)) {
                note(*account);
            } else if (const auto* risk = std::get_if<model::RiskState>(&change)) {
                note(*risk);
            }
        }
    }
}

void TradeLog::note(const model::Order& order, const model::Record& record) {
    // Each record reports the image that it wrote, even if a later record of the batch replaces it.
    if (order.sequence != record.sequence) return;
    remember_request(order);
    const bool forced = order.role == model::OrderRole::SafetyExit && is_new(order);
    if (forced && model::is_live(order.state)) {
        log_event(LogEvent::ForcedExit, "the core closes a position without a request", order);
    }
    if (model::has_failed(order)) {
        log_event(LogEvent::TradeFailed,
                  order.state == OrderState::Refused ? "a trade was refused before it was sent"
                                                     : "a trade failed",
                  order);
    }
    if (!model::is_live(order.state)) requests_.erase(order.id);
}

void TradeLog::remember_request(const model::Order& order) {
    if (!is_new(order)) return;
    std::string request = parts_.request_id(order);
    if (!request.empty()) requests_[order.id] = std::move(request);
}

void TradeLog::note(const model::Account& account) {
    const bool doubted = account.state == model::AccountState::Frozen &&
                         account.frozen_reason != model::FreezeReason::FrozenByOperator;
    if (!doubted) {
        in_doubt_.erase(account.id);
        return;
    }
    if (!in_doubt_.insert(account.id).second) return;
    parts_.log.failure(LogEvent::PositionInDoubt,
                       "positions and balances of an account are in doubt; it accepts exits only",
                       {{"operation", "update_position"},
                        {"account", account.id.text()},
                        {"user_id", account.owner.text()},
                        {"cause", to_text(account.frozen_reason)},
                        {"runbook", runbook_of(account.frozen_reason)}});
}

void TradeLog::note(const model::RiskState& risk) {
    if (!risk.margin_call) {
        called_.erase(risk.account);
        return;
    }
    if (!called_.insert(risk.account).second) return;
    parts_.log.failure(LogEvent::MarginCall,
                       "margin call: positions are closed, the one with the largest loss first, "
                       "until the margin is sufficient again",
                       {{"operation", "margin_call"},
                        {"account", risk.account.text()},
                        {"cause", to_text(model::OrderReason::MarginCall)}});
}

void TradeLog::count_error(const model::OrderReport& report) {
    const auto code = protocol::exchange_code(report.reason_text);
    if (code) parts_.metrics.count("binance_api_errors_total", {std::to_string(*code)});
}

void TradeLog::log_event(LogEvent event, std::string_view message, const model::Order& order) {
    const std::string cause = cause_of(order);
    const auto known = requests_.find(order.id);
    const std::string request = known == requests_.end() ? std::string() : known->second;
    const observability::OrderFields of_order(order);
    const auto fields = of_order.after(
        {{"operation", operation_of(order)}, {"request_id", request}, {"cause", cause}});
    // A refusal is our own decision: callers can cause many of them, and a stack trace explains
    // nothing.
    if (order.state == OrderState::Refused) return parts_.log.event(event, message, fields);
    parts_.log.failure(event, message, fields);
}

}  // namespace botcore::trading
