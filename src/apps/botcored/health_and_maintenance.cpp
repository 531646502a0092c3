#include "apps/botcored/health_and_maintenance.hpp"

#include <functional>
#include <utility>

namespace botcore::apps {

HealthAndMaintenance::HealthAndMaintenance(Process& process,
                                           StoreService& store,
                                           MarketService& market,
                                           TradingService& trading)
    : scheduler_({trading.runtime(),
                  trading.announcer(),
                  trading.wake(),
                  process.config.is_on("maintenance.recurring")},
                 maintenance_times(process.config)),
      health_(watch_options(process.config, process.folder.store()),
              {.runtime = trading.runtime(),
               .store = store.store(),
               .exchange = trading.exchange(),
               .market = market.data(),
               .log = process.log,
               .now = [&process] { return process.clock.now(); },
               .wake = trading.wake(),
               .post = [&process](std::function<void()> work) { process.post(std::move(work)); },
               .planned = [this](base::Timestamp at) { return scheduler_.planned(at); },
               .announced = [this](operations::Period in) { return scheduler_.announced(in); },
               .outage = [this](base::Timestamp at) { return scheduler_.outage(at); },
               .changed =
                   [&process, publish = trading.publish()](const protocol::HealthChange& change) {
                       publish(protocol::health_changed(change, process.clock.now().time));
                   }}),
      thread_(std::in_place, [this, &store] {
          store.maintain();
          health_.write_out();
      }) {
}

/// First the maintenance windows, whose state the health takes into account.
void HealthAndMaintenance::tick(const model::Now& now) {
    scheduler_.tick(now);
    health_.tick();
}

bool HealthAndMaintenance::stop() {
    const bool ended = health_.stop();
    thread_.reset();
    health_.write_out();
    return ended;
}

}  // namespace botcore::apps
