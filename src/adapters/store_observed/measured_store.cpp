#include "adapters/store_observed/measured_store.hpp"

#include <chrono>

namespace botcore::store_observed {

namespace {

using Clock = std::chrono::steady_clock;

/// Measures the time from its construction to its destruction.
class Stopwatch {
public:
    explicit Stopwatch(observability::Metrics& metrics) : metrics_(metrics) {}

    Stopwatch(const Stopwatch&) = delete;
    Stopwatch& operator=(const Stopwatch&) = delete;

    ~Stopwatch() { metrics_.count_query(Clock::now() - began_); }

private:
    observability::Metrics& metrics_;
    Clock::time_point began_ = Clock::now();
};

}  // namespace

ports::StoreResult<std::optional<ports::KeyRow>> MeasuredReader::find_key(
    const model::Owner& owner, const model::IdempotencyKey& key) {
    const Stopwatch watch(metrics_);
    return reader_.find_key(owner, key);
}

ports::StoreResult<std::optional<ports::LiveOrder>> MeasuredReader::find_order(
    model::OrderNumber number) {
    const Stopwatch watch(metrics_);
    return reader_.find_order(number);
}

ports::StoreResult<std::vector<model::Order>> MeasuredReader::orders(
    const ports::OrderQuery& query) {
    const Stopwatch watch(metrics_);
    return reader_.orders(query);
}

ports::StoreResult<std::vector<model::Fill>> MeasuredReader::fills(const ports::FillQuery& query) {
    const Stopwatch watch(metrics_);
    return reader_.fills(query);
}

ports::StoreResult<std::vector<ports::JournalEntry>> MeasuredReader::journal(model::Sequence first,
                                                                             std::size_t limit) {
    const Stopwatch watch(metrics_);
    return reader_.journal(first, limit);
}

ports::StoreResult<model::Head> MeasuredReader::head() {
    const Stopwatch watch(metrics_);
    return reader_.head();
}

ports::StoreResult<ports::OpenState> MeasuredStore::load() {
    const auto began = Clock::now();
    auto loaded = store_.load();
    if (loaded) {
        const std::chrono::duration<double> took = Clock::now() - began;
        metrics_.observe("recovery_duration_seconds", {"reload"}, took.count());
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
    observability::Transaction transaction;
    transaction.result = result;
    transaction.duration = took;
    transaction.trades = batch.fills.size();
    const bool committed = transaction.result == ports::CommitResult::Committed;
    for (const auto& order : batch.orders) {
        if (model::has_failed(order)) ++transaction.orders_failed;
        if (order.state == model::OrderState::Filled) {
            ++transaction.orders_filled;
            const auto lasted =
                static_cast<double>((order.updated - order.created).in_microseconds());
            if (committed) metrics_.observe("trade_execution_duration_seconds", {}, lasted / 1e6);
        }
        if (order.number < model::order_number(batch.expected.sequence + 1, 0)) continue;
        ++transaction.orders_placed;
        if (order.state != model::OrderState::Refused) continue;
        ++transaction.orders_refused;
        if (committed) metrics_.count("risk_checks_failed_total", {to_text(order.reason)});
    }
    metrics_.count_transaction(transaction);
}

}  // namespace botcore::store_observed
