#pragma once

/// The open store and the disk below it, and what the runtime sees of them: commits release the
/// loop, are measured and logged.
///
/// Threads: the loop thread; `maintain` for the store maintenance thread.

#include "adapters/store_observed/observed_store.hpp"
#include "apps/botcored/opened_data.hpp"
#include "apps/botcored/process.hpp"
#include "host/service.hpp"
#include "services/health/recovery_log.hpp"

namespace botcore::apps {

class StoreService final : public host::Service {
public:
    /// The process and the notifier must outlive the service.
    StoreService(Process& process, ports::Notifier& notifier, OpenedStore opened);

    [[nodiscard]] ports::Store& store() { return observed_; }

    /// The state is loaded from the store during the start, and again after an error of the store:
    /// from now on each load is a recovery. The log must outlive the service.
    void record_reloads(health::RecoveryLog& recoveries);

    /// Does work that may wait for the disk.
    void maintain() { opened_.store->maintain(); }

    void tick(const model::Now& now) override;

private:
    observability::Metrics& metrics_;
    OpenedStore opened_;
    trading::ReleasingStore releasing_;
    store_observed::ObservedStore observed_;
};

}  // namespace botcore::apps
