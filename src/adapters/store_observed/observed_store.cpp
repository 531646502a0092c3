#include "adapters/store_observed/observed_store.hpp"

#include "observability/order_fields.hpp"

#include <chrono>
#include <utility>
#include <vector>

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

ports::StoreResult<std::optional<ports::KeyRow>> ObservedReader::find_key(
    const model::Owner& owner, const model::IdempotencyKey& key) {
    const Stopwatch watch(seconds_);
    return reader_.find_key(owner, key);
}

ports::StoreResult<std::optional<ports::LiveOrder>> ObservedReader::find_order(
    model::OrderNumber number) {
    const Stopwatch watch(seconds_);
    return reader_.find_order(number);
}

ports::StoreResult<std::vector<model::Order>> ObservedReader::orders(
    const ports::OrderQuery& query) {
    const Stopwatch watch(seconds_);
    return reader_.orders(query);
}

ports::StoreResult<std::vector<model::Fill>> ObservedReader::fills(const ports::FillQuery& query) {
    const Stopwatch watch(seconds_);
    return reader_.fills(query);
}

ports::StoreResult<std::vector<ports::JournalEntry>> ObservedReader::journal(model::Sequence first,
                                                                             std::size_t limit) {
    const Stopwatch watch(seconds_);
    return reader_.journal(first, limit);
}

ports::StoreResult<model::Head> ObservedReader::head() {
    const Stopwatch watch(seconds_);
    return reader_.head();
}

ObservedStore::ObservedStore(ports::Store& store, const Parts& parts)
    : ForwardingStore(store),
      parts_(parts),
      reader_(store.reader(), parts.metrics),
      commit_seconds_(parts.metrics.histogram("database_transaction_duration_seconds")),
      execution_seconds_(parts.metrics.histogram("trade_execution_duration_seconds")),
      committed_(parts.metrics.counter("database_transactions_total", {"committed"})),
      trades_(parts.metrics.counter("trades_total")),
      orders_(parts.metrics.counter("orders_total")),
      refused_(parts.metrics.counter("orders_refused_total")),
      filled_(parts.metrics.counter("trades_success_total")),
      failed_(parts.metrics.counter("trades_failed_total")) {
}

ports::StoreResult<ports::OpenState> ObservedStore::load() {
    const auto began = Clock::now();
    auto loaded = store_.load();
    const auto took = Clock::now() - began;
    if (loaded_) {
        const auto microseconds = std::chrono::duration_cast<std::chrono::microseconds>(took);
        loaded_(loaded.has_value(), base::Duration::microseconds(microseconds.count()));
    }
    if (!loaded) return loaded;
    parts_.metrics.observe("recovery_duration_seconds", {"reload"}, in_seconds(took));
    for (const auto& doubt : loaded.value().doubts) {
        parts_.log.write(
            observability::Level::Error,
            doubt.text,
            {{"operation", "load"},
             {"event", "finding"},
             {"severity", "critical"},
             {"account", doubt.account ? doubt.account->text() : std::string("all")},
             {"runbook", "data-damaged.md"},
             {"action",
              "the account is frozen, exits are accepted; follow docs/runbooks/data-damaged.md"}});
    }
    return loaded;
}

void ObservedStore::commit(const ports::Batch& batch, ports::CommitDone done) {
    store_.commit(batch, [this, &batch, began = Clock::now(), done = std::move(done)](auto result) {
        measure(batch, result, Clock::now() - began);
        log_result(batch, result);
        done(result);
    });
}

void ObservedStore::log_result(const ports::Batch& batch, ports::CommitResult result) {
    const auto first = static_cast<std::int64_t>(batch.expected.sequence + 1);
    switch (result) {
        case ports::CommitResult::Committed:
            count_success();
            break;
        case ports::CommitResult::Conflict:
            log_lost(observability::LogEvent::TransactionFailed,
                     "another writer extended the journal; nothing of this batch was written",
                     batch);
            break;
        case ports::CommitResult::Unavailable:
            log_lost(observability::LogEvent::TransactionRolledBack,
                     "the store did not accept the batch; the state in memory is discarded and "
                     "loaded again",
                     batch);
            count_failure(first);
            break;
    }
}

/// Names the first order and the number of orders.
void ObservedStore::log_lost(observability::LogEvent event,
                             std::string_view message,
                             const ports::Batch& batch) {
    const std::string_view cause = event == observability::LogEvent::TransactionFailed
                                       ? "conflict"
                                       : "the store is unavailable";
    std::vector<observability::Field> fields = {
        {"operation", "commit"},
        {"cause", cause},
        {"first", static_cast<std::int64_t>(batch.expected.sequence + 1)},
        {"records", static_cast<std::int64_t>(batch.entries.size())},
        {"orders", static_cast<std::int64_t>(batch.orders.size())}};
    if (batch.orders.empty()) return parts_.log.failure(event, message, fields);
    const observability::OrderFields of_order(batch.orders.front());
    parts_.log.failure(event, message, of_order.after(std::move(fields)));
}

void ObservedStore::count_failure(std::int64_t first) {
    if (++failures_ != kFailuresToAlert) return;
    parts_.notifier.send(
        {.subject = "commit",
         .level = ports::NoticeLevel::Critical,
         .text =
             "the store has refused several batches in a row; follow docs/runbooks/store-down.md",
         .facts = {{"first", first}, {"failures", failures_}}},
        {});
}

void ObservedStore::count_success() {
    if (failures_ >= kFailuresToAlert) {
        parts_.notifier.send({.subject = "commit",
                              .level = ports::NoticeLevel::Critical,
                              .over = true,
                              .text = "the store accepts batches again",
                              .facts = {{"failures", failures_}}},
                             {});
    }
    failures_ = 0;
}

void ObservedStore::measure(const ports::Batch& batch,
                            ports::CommitResult result,
                            std::chrono::nanoseconds took) {
    commit_seconds_.observe(in_seconds(took));
    switch (result) {
        case ports::CommitResult::Committed:
            committed_.add();
            break;
        case ports::CommitResult::Conflict:
            return parts_.metrics.count("database_transactions_total", {"conflict"});
        case ports::CommitResult::Unavailable:
            return parts_.metrics.count("database_transactions_total", {"unavailable"});
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
        parts_.metrics.count("risk_checks_failed_total", {to_text(order.reason)});
    }
}

}  // namespace botcore::store_observed
