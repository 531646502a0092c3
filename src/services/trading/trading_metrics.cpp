#include "services/trading/trading_metrics.hpp"

namespace botcore::trading {

namespace {

using observability::as_number;

struct Totals {
    std::size_t live = 0;
    std::size_t unknown = 0;
    std::size_t positions = 0;
    std::size_t frozen = 0;
    model::Money profit;
};

Totals totals_of(const core::State& state) {
    Totals totals;
    for (const auto& [id, account] : state.accounts) {
        totals.frozen += account.account.state == model::AccountState::Frozen ? 1U : 0U;
        for (const auto& [key, order] : account.orders) {
            totals.live += model::is_live(order.order.state) ? 1U : 0U;
            totals.unknown += order.order.state == model::OrderState::Unknown ? 1U : 0U;
        }
        for (const auto& [instrument, position] : account.positions) {
            totals.positions += position.quantity.is_zero() ? 0U : 1U;
            totals.profit += position.realized_profit;
        }
    }
    return totals;
}

void write_state(const core::State& state, observability::Metrics& metrics) {
    const Totals totals = totals_of(state);
    metrics.set("accounts", as_number(state.accounts.size()));
    metrics.set("accounts_frozen", as_number(totals.frozen));
    metrics.set("orders_live", as_number(totals.live));
    metrics.set("order_unknown_outcomes", as_number(totals.unknown));
    metrics.set("positions_open", as_number(totals.positions));
    metrics.set("profit_loss_total", as_number(totals.profit));
    const model::OperatingMode mode = state.operating.mode;
    const bool is_maintenance =
        mode == model::OperatingMode::Draining || mode == model::OperatingMode::Maintenance;
    metrics.set("maintenance_active", is_maintenance ? 1 : 0);
}

}  // namespace

void write_runtime_metrics(const runtime::Runtime& runtime, observability::Metrics& metrics) {
    const runtime::Counters& counters = runtime.counters();
    const auto raise = [&](std::string_view name,
                           observability::Metrics::Labels labels,
                           std::uint64_t total) { metrics.raise(name, labels, as_number(total)); };
    raise("idempotency_hits_total", {"replayed"}, counters.replays);
    raise("idempotency_hits_total", {"mismatch"}, counters.key_mismatches);
    raise("recovery_attempts_total", {"reload", "success"}, counters.terms);
    raise("recovery_attempts_total", {"reload", "failure"}, counters.unavailable);
    raise("recovery_attempts_total", {"reconcile", "success"}, counters.comparisons);
    raise("requests_dropped_total", {}, counters.requests_dropped);
    raise("timeouts_total", {"exchange_call"}, counters.exchange_silences);
    raise("exchange_facts_dropped_total", {}, counters.facts_dropped);
    raise("reconcile_mismatches_total", {"order"}, counters.orders_imported);
    raise("reconcile_mismatches_total", {"trade"}, counters.trades_imported);
    raise("reconcile_mismatches_total", {"position"}, counters.positions_differ);
    raise("reconcile_mismatches_total", {"balance"}, counters.balances_differ);
    raise("journal_records_total", {}, counters.records);
    metrics.set("journal_sequence", as_number(runtime.head().sequence));
    metrics.set("journal_epoch", as_number(runtime.head().epoch));
    metrics.set("requests_waiting", as_number(runtime.requests_waiting()));
    const bool running = runtime.status() == runtime::Status::Running;
    metrics.set("runtime_running", running ? 1 : 0);
    metrics.set("runtime_reconciled", running && runtime.reconciled() ? 1 : 0);
    // Otherwise the state in memory may contain changes that are not durable.
    if (running && !runtime.is_committing()) write_state(runtime.state(), metrics);
}

void write_market_metrics(const ports::MarketData& market, observability::Metrics& metrics) {
    for (const auto& id : market.instruments()) {
        const model::Duration age = market.quote(id, model::Side::Buy, {}).age;
        metrics.set("price_age_seconds",
                    {id.symbol.text(), to_text(id.market), to_text(id.exchange)},
                    as_number(age.in_microseconds()) / 1e6);
    }
    const ports::TradeCounts trades = market.trade_counts();
    const auto raise = [&](std::string_view result, std::uint64_t total) {
        metrics.raise("market_trades_total", {result}, as_number(total));
    };
    raise("counted", trades.counted);
    raise("late", trades.late);
    raise("too_late", trades.too_late);
    raise("repeated", trades.repeated);
    raise("not_market", trades.not_market);
    raise("malformed", trades.malformed);
}

}  // namespace botcore::trading
