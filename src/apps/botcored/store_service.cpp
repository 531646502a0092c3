#include "apps/botcored/store_service.hpp"

#include <chrono>
#include <utility>

namespace botcore::apps {

StoreService::StoreService(Process& process, ports::Notifier& notifier, OpenedStore opened)
    : metrics_(process.metrics),
      opened_(std::move(opened)),
      releasing_(*opened_.store, process.standby),
      // Without `reliability.enabled` the loop waits for each commit.
      observed_(process.is_reliable() ? static_cast<ports::Store&>(releasing_) : *opened_.store,
                {.metrics = metrics_, .log = process.log, .notifier = notifier}) {
    opened_.disk->on_sync([this](std::chrono::duration<double> took) {
        metrics_.observe("wal_fsync_seconds", {}, took.count());
    });
}

void StoreService::record_reloads(health::RecoveryLog& recoveries) {
    observed_.on_load([&recoveries](bool succeeded, base::Duration took) {
        recoveries.add(health::RecoveryMechanism::Reload,
                       succeeded,
                       took,
                       succeeded ? "The state was loaded from the store again"
                                 : "The state could not be loaded from the store again");
    });
}

void StoreService::tick(const model::Now& /*now*/) {
    using observability::as_number;
    metrics_.set("db_connections_active", as_number(opened_.disk->connections()));
    const auto& locks = opened_.store->lock_retries();
    metrics_.raise("retry_attempts_total", {"store_commit", "success"}, as_number(locks.succeeded));
    metrics_.raise("retry_attempts_total", {"store_commit", "failure"}, as_number(locks.failed));
}

}  // namespace botcore::apps
