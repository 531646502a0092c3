#pragma once

/// The thread "slow": work that may wait for the disk and that no order waits for, once a second.

#include <condition_variable>
#include <functional>
#include <mutex>
#include <thread>

namespace botcore::shell {

class StoreMaintenanceThread {
public:
    /// `work` runs on the new thread, from now on and about once a second.
    explicit StoreMaintenanceThread(std::function<void()> work);
    /// Waits for work that is under way, then ends.
    ~StoreMaintenanceThread() = default;
    StoreMaintenanceThread(const StoreMaintenanceThread&) = delete;
    StoreMaintenanceThread& operator=(const StoreMaintenanceThread&) = delete;

private:
    void run(const std::stop_token& stop);

    std::function<void()> work_;
    std::mutex mutex_;  // Guards nothing: a condition variable needs one to wait.
    std::condition_variable_any ended_;
    std::jthread thread_;
};

}  // namespace botcore::shell
