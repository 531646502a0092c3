#include "adapters/store_observed/logged_store.hpp"

#include "observability/order_fields.hpp"

#include <utility>
#include <vector>

namespace botcore::store_observed {

ports::StoreResult<ports::OpenState> LoggedStore::load() {
    auto loaded = store_.load();
    if (!loaded) return loaded;
    for (const auto& doubt : loaded.value().doubts) {
        log_.write(
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

void LoggedStore::commit(const ports::Batch& batch, ports::CommitDone done) {
    store_.commit(batch, [this, &batch, done = std::move(done)](ports::CommitResult result) {
        log_result(batch, result);
        done(result);
    });
}

void LoggedStore::log_result(const ports::Batch& batch, ports::CommitResult result) {
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
void LoggedStore::log_lost(observability::LogEvent event,
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
    if (batch.orders.empty()) return log_.failure(event, message, fields);
    const observability::OrderFields of_order(batch.orders.front());
    log_.failure(event, message, of_order.after(std::move(fields)));
}

void LoggedStore::count_failure(std::int64_t first) {
    if (++failures_ != kFailuresToAlert) return;
    notifier_.send(
        {.subject = "commit",
         .level = ports::NoticeLevel::Critical,
         .text =
             "the store has refused several batches in a row; follow docs/runbooks/store-down.md",
         .facts = {{"first", first}, {"failures", failures_}}},
        {});
}

void LoggedStore::count_success() {
    if (failures_ >= kFailuresToAlert) {
        notifier_.send({.subject = "commit",
                        .level = ports::NoticeLevel::Critical,
                        .over = true,
                        .text = "the store accepts batches again",
                        .facts = {{"failures", failures_}}},
                       {});
    }
    failures_ = 0;
}

}  // namespace botcore::store_observed
