#include "host/store_maintenance_thread.hpp"

#include <chrono>
#include <utility>

namespace botcore::host {

StoreMaintenanceThread::StoreMaintenanceThread(std::function<void()> work)
    : work_(std::move(work)),
      thread_([this](const std::stop_token& stop) { run(stop); }) {
}

void StoreMaintenanceThread::run(const std::stop_token& stop) {
    while (!stop.stop_requested()) {
        work_();
        std::unique_lock lock(mutex_);
        (void)ended_.wait_for(lock, stop, std::chrono::seconds(1), [] { return false; });
    }
}

}  // namespace botcore::host
