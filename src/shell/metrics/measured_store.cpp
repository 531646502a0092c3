#include "shell/metrics/measured_store.hpp"

#include <chrono>

namespace botcore::shell::metrics {

ports::CommitResult MeasuredStore::commit(const ports::Batch& batch) {
    const auto began = std::chrono::steady_clock::now();
    Transaction transaction;
    transaction.result = store_.commit(batch);
    transaction.duration = std::chrono::steady_clock::now() - began;
    transaction.trades = batch.fills.size();
    for (const auto& order : batch.orders) {
        if (order.number < model::order_number(batch.expected.sequence + 1, 0)) continue;
        ++transaction.orders_placed;
        if (order.state == model::OrderState::Refused) ++transaction.orders_refused;
    }
    metrics_.count_transaction(transaction);
    return transaction.result;
}

}  // namespace botcore::shell::metrics
