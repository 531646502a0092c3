#pragma once

/// The store maintenance thread: once a second, it does work that may wait for the disk and that no
/// order waits for.

#include <condition_variable>
#include <functional>
#include <mutex>
#include <thread>

namespace botcore::host {

class StoreMaintenanceThread {
public:
    /// Runs `work` on the new thread, at once and then about once a second.
    explicit StoreMaintenanceThread(std::function<void()> work);
    /// Waits for work in progress, then ends the thread.
    ~StoreMaintenanceThread() = default;
    StoreMaintenanceThread(const StoreMaintenanceThread&) = delete;
    StoreMaintenanceThread& operator=(const StoreMaintenanceThread&) = delete;

private:
    void run(const std::stop_token& stop);

    std::function<void()> work_;
    std::mutex mutex_;  // Guards nothing; the condition variable requires one.
    std::condition_variable_any ended_;
    std::jthread thread_;
};

}  // namespace botcore::host
