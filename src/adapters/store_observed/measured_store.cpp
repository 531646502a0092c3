#include "adapters/store_observed/measured_store.hpp"

#include <chrono>

namespace botcore::store_observed {

namespace {

using Clock = std::chrono::steady_clock;

double in_seconds(std::chrono::duration<double> duration) {
    return duration.count();
}

/// Measures the time from its construction to its destruction.
class Stopwatch {
public:
    explicit Stopwatch(observability::HistogramLine& seconds) : seconds_(seconds) {}

    Stopwatch(const Stopwatch&) = delete;
    Stopwatch& operator=(const Stopwatch&) = delete;

    ~Stopwatch() { seconds_.observe(in_seconds(Clock::now() - began_)); }

private:
    observability::HistogramLine& seconds_;
    Clock::time_point began_ = Clock::now();
};

}  // namespace

ports::StoreResult<std::optional<ports::KeyRow>> MeasuredReader::find_key(
    const model::Owner& owner, const model::IdempotencyKey& key) {
    const Stopwatch watch(seconds_);
    return reader_.find_key(owner, key);
}

ports::StoreResult<std::optional<ports::LiveOrder>> MeasuredReader::find_order(
    model::OrderNumber number) {
    const Stopwatch watch(seconds_);
    return reader_.find_order(number);
}

ports::StoreResult<std::vector<model::Order>> MeasuredReader::orders(
    const ports::OrderQuery& query) {
    const Stopwatch watch(seconds_);
    return reader_.orders(query);
}

ports::StoreResult<std::vector<model::Fill>> MeasuredReader::fills(const ports::FillQuery& query) {
    const Stopwatch watch(seconds_);
    return reader_.fills(query);
}

ports::StoreResult<std::vector<ports::JournalEntry>> MeasuredReader::journal(model::Sequence first,
                                                                             std::size_t limit) {
    const Stopwatch watch(seconds_);
    return reader_.journal(first, limit);
}

ports::StoreResult<model::Head> MeasuredReader::head() {
    const Stopwatch watch(seconds_);
    return reader_.head();
}

MeasuredStore::MeasuredStore(ports::Store& store, observability::Metrics& metrics)
    : ForwardingStore(store),
      metrics_(metrics),
      reader_(store.reader(), metrics),
      commit_seconds_(metrics.histogram("database_transaction_duration_seconds")),
      execution_seconds_(metrics.histogram("trade_execution_duration_seconds")),
      committed_(metrics.counter("database_transactions_total", {"committed"})),
      trades_(metrics.counter("trades_total")),
      orders_(metrics.counter("orders_total")),
      refused_(metrics.counter("orders_refused_total")),
      filled_(metrics.counter("trades_success_total")),
      failed_(metrics.counter("trades_failed_total")) {
}

ports::StoreResult<ports::OpenState> MeasuredStore::load() {
    const auto began = Clock::now();
    auto loaded = store_.load();
    if (loaded) {
        metrics_.observe("recovery_duration_seconds", {"reload"}, in_seconds(Clock::now() - began));
    }
    return loaded;
}

void MeasuredStore::commit(const ports::Batch& batch, ports::CommitDone done) {
    store_.commit(batch, [this, &batch, began = Clock::now(), done = std::move(done)](auto result) {
        measure(batch, result, Clock::now() - began);
        done(result);
    });
}

void MeasuredStore::measure(const ports::Batch& batch,
                            ports::CommitResult result,
                            std::chrono::nanoseconds took) {
    commit_seconds_.observe(in_seconds(took));
    switch (result) {
        case ports::CommitResult::Committed:
            committed_.add();
            break;
        case ports::CommitResult::Conflict:
            return metrics_.count("database_transactions_total", {"conflict"});
        case ports::CommitResult::Unavailable:
            return metrics_.count("database_transactions_total", {"unavailable"});
    }
    trades_.add(static_cast<double>(batch.fills.size()));
    for (const auto& order : batch.orders) {
        if (model::has_failed(order)) failed_.add();
        if (order.state == model::OrderState::Filled) {
            filled_.add();
            const auto lasted = (order.updated - order.created).in_microseconds();
            execution_seconds_.observe(static_cast<double>(lasted) / 1e6);
        }
        if (order.number < model::order_number(batch.expected.sequence + 1, 0)) continue;
        orders_.add();
        if (order.state != model::OrderState::Refused) continue;
        refused_.add();
        metrics_.count("risk_checks_failed_total", {to_text(order.reason)});
    }
}

}  // namespace botcore::store_observed
