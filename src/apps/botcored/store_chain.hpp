#pragma once

/// The store as the runtime sees it: commits release the loop, are measured and logged.

#include "adapters/store_observed/logged_store.hpp"
#include "adapters/store_observed/measured_store.hpp"
#include "services/trading/standby_loop_runner.hpp"

namespace botcore::apps {

struct StoreChain {
    /// All parts must outlive this object. Without `releases` the loop waits for each commit.
    StoreChain(ports::Store& store,
               trading::StandbyLoopRunner& standby,
               bool releases,
               observability::Metrics& metrics,
               observability::Log& log,
               ports::Notifier& notifier)
        : releasing(store, standby),
          measured(releases ? static_cast<ports::Store&>(releasing) : store, metrics),
          logged(measured, log, notifier) {}

    StoreChain(const StoreChain&) = delete;
    StoreChain& operator=(const StoreChain&) = delete;

    trading::ReleasingStore releasing;
    store_observed::MeasuredStore measured;
    store_observed::LoggedStore logged;
};

}  // namespace botcore::apps
