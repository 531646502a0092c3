#include "services/health/health_service.hpp"

#include "host/free_space.hpp"

#include <chrono>
#include <filesystem>
#include <utility>

namespace botcore::health {

namespace {

constexpr base::Duration kKeepEvery = base::Duration::seconds(10);

base::Timestamp steady_now() {
    return base::Timestamp::from_microseconds(
        std::chrono::duration_cast<std::chrono::microseconds>(
            std::chrono::steady_clock::now().time_since_epoch())
            .count());
}

std::string beside(const std::string& store_path) {
    return (std::filesystem::path(store_path).parent_path() / "uptime.json").string();
}

}  // namespace

HealthService::HealthService(Options options, Parts parts)
    : options_(std::move(options)),
      parts_(std::move(parts)),
      file_(beside(options_.store_path)),
      prober_(options_.interval, {[now = parts_.now] { return now().monotonic; }, steady_now}),
      store_probe_(probe_store(parts_.store.reader()), parts_.post),
      disk_probe_(probe_disk([path = options_.store_path] { return host::free_bytes_of(path); },
                             [&store = parts_.store] { return store.storage_state(); },
                             options_.disk_low_bytes),
                  parts_.post),
      monitor_({prober_,
                parts_.log,
                parts_.now,
                [this] { return load_; },
                parts_.planned,
                parts_.announced,
                parts_.changed,
                parts_.outage,
                options_.cache_is_remote},
               read_uptime()) {
    prober_.add(operations::Dependency::Database, store_probe_.probe());
    prober_.add(operations::Dependency::Disk, disk_probe_.probe());
    prober_.add(operations::Dependency::Exchange, probe_exchange(parts_.exchange, parts_.wake));
    add_local_probes(prober_, {parts_.runtime, parts_.market, parts_.now, options_.market_age_max});
}

operations::ServiceUptimes HealthService::read_uptime() {
    auto read = file_.read();
    if (!read) {
        parts_.log.write(observability::Level::Error,
                         "the uptime figures cannot be read; they start from zero",
                         {{"cause", read.error()}});
        return {};
    }
    return std::move(read).value();
}

void HealthService::tick() {
    monitor_.tick();
    const base::Timestamp steady = steady_now();
    if (!monitor_.settled() || steady < next_write_) return;
    next_write_ = steady + kKeepEvery;
    file_.put(to_json(monitor_.uptimes()));
}

bool HealthService::stop() {
    monitor_.tick();
    monitor_.stop_in_order();
    if (monitor_.settled()) file_.put(to_json(monitor_.uptimes()));
    const bool store_ended = store_probe_.stop();
    const bool disk_ended = disk_probe_.stop();
    return store_ended && disk_ended;
}

}  // namespace botcore::health
