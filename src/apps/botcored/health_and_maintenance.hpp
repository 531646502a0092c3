#pragma once

/// The health of the process, the maintenance windows that it takes into account, and the thread of
/// the work that waits for the disk.
///
/// Threads: the loop thread. The store maintenance thread maintains the store and writes the uptime
/// figures.

#include "apps/botcored/market_service.hpp"
#include "apps/botcored/process.hpp"
#include "apps/botcored/store_service.hpp"
#include "apps/botcored/trading_service.hpp"
#include "host/service.hpp"
#include "host/store_maintenance_thread.hpp"
#include "services/health/health_service.hpp"
#include "services/maintenance/maintenance_scheduler.hpp"

#include <optional>

namespace botcore::apps {

class HealthAndMaintenance final : public host::Service {
public:
    /// All arguments must outlive the service.
    HealthAndMaintenance(Process& process,
                         StoreService& store,
                         MarketService& market,
                         TradingService& trading);

    /// Components are added before the first tick.
    [[nodiscard]] host::HealthProber& prober() { return health_.prober(); }

    [[nodiscard]] const health::HealthMonitor& monitor() const { return health_.monitor(); }

    /// Whether the time lies in a maintenance window that was announced early enough.
    [[nodiscard]] bool is_planned(base::Timestamp at) const { return scheduler_.planned(at); }

    /// The mode `overload` is reported while the load is Overload.
    void set_load(operations::Load load) { health_.set_load(load); }

    void tick(const model::Now& now) override;

    /// Also writes the uptime figures, with the note that the process stopped in order.
    [[nodiscard]] bool stop() override;

private:
    maintenance::MaintenanceScheduler scheduler_;
    health::HealthService health_;
    std::optional<host::StoreMaintenanceThread> thread_;
};

}  // namespace botcore::apps
