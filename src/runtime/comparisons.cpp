// The part of `Runtime` that receives the exchange's reports and compares accounts with the
// exchange.

#include "base/calendar.hpp"
#include "runtime/runtime.hpp"

#include <algorithm>
#include <utility>

namespace botcore::runtime {

void Runtime::push_fact(model::InputBody fact) {
    if (facts_.push(std::move(fact))) return;
    ++counters_.facts_dropped;
    facts_lost_ = true;
}

void Runtime::on_report(model::OrderReport report) {
    push_fact(model::ReportOrder{std::move(report), {}});
}

void Runtime::on_order_found(model::VenueOrder order) {
    push_fact(model::ReportFoundOrder{std::move(order)});
}

void Runtime::on_reconciled(const model::AccountId& account,
                            std::optional<model::VenueBooks> books) {
    ++counters_.comparisons;
    push_fact(model::ReportReconciled{account, std::move(books)});
}

/// Starts the comparison that is due. It covers at least the time since the newest finished
/// comparison of its account.
void Runtime::compare_due_accounts(model::Now now) {
    const auto account = comparisons_.take_due(engine_->state().accounts, now);
    if (account) (void)compare(*account);
}

bool Runtime::compare(const model::AccountId& account) {
    if (status_ != Status::Running) return false;
    const auto place = engine_->state().accounts.find(account);
    if (place == engine_->state().accounts.end()) return false;
    const auto& last = place->second.comparison;
    // If the last comparison reported the exchange's own time, that time is used: the local clock
    // may have been ahead then.
    const bool is_known = last && last->books && last->books->venue_time != model::Timestamp();
    const model::Timestamp since = is_known ? last->books->venue_time
                                   : last   ? last->time
                                            : loaded_time_;
    ports_.exchange.compare(projection(account, comparisons_.begins_at(account, since)));
    return true;
}

bool Runtime::freeze(model::FreezeAccount finding) {
    return audit_events_.push(std::move(finding));
}

void Runtime::count_findings(const model::Record& record) {
    if (std::holds_alternative<model::ReportFoundOrder>(record.input.body)) {
        bool imported = false;
        for (const auto& change : record.outcome.changes) {
            const auto* order = std::get_if<model::Order>(&change);
            imported = imported || (order != nullptr && order->prior_sequence == 0);
            counters_.trades_imported += std::holds_alternative<model::Fill>(change) ? 1 : 0;
        }
        counters_.orders_imported += imported ? 1 : 0;
    } else if (const auto* done = std::get_if<model::ReportReconciled>(&record.input.body)) {
        const auto account = engine_->state().accounts.find(done->account);
        if (account == engine_->state().accounts.end()) return;
        const auto& comparison = account->second.comparison;
        if (!comparison || !comparison->confirmed) return;
        for (const auto& difference : comparison->differences) {
            const bool position = difference.kind == core::Difference::Kind::Position;
            ++(position ? counters_.positions_differ : counters_.balances_differ);
        }
    }
}

ports::AccountProjection Runtime::projection(const model::AccountId& account,
                                             model::Timestamp since) const {
    const core::AccountState& state = engine_->state().accounts.at(account);
    ports::AccountProjection projection{.account = state.account,
                                        .balances = {},
                                        .positions = {},
                                        .live_orders = {},
                                        .since = since};
    for (const auto& [asset, balance] : state.balances)
        projection.balances.push_back(balance);
    for (const auto& [id, position] : state.positions)
        projection.positions.push_back(position);
    for (const auto& [number, live] : state.orders) {
        if (model::is_live(live.order.state)) projection.live_orders.push_back(live.order);
    }
    return projection;
}

}  // namespace botcore::runtime
