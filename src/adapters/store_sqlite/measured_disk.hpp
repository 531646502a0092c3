#pragma once

/// A VFS of SQLite that forwards everything to the system's VFS and measures how long each sync of
/// a write-ahead log takes and how many connections are open.
///
/// Threads: any. It must outlive the connections that were opened through it.

#include <sqlite3.h>

#include <atomic>
#include <chrono>
#include <cstddef>
#include <functional>
#include <list>
#include <mutex>
#include <string>

namespace botcore::store_sqlite {

class MeasuredDisk {
public:
    /// Called on the syncing thread, after a sync that did not fail.
    using Synced = std::function<void(std::chrono::nanoseconds)>;

    MeasuredDisk();
    ~MeasuredDisk();
    MeasuredDisk(const MeasuredDisk&) = delete;
    MeasuredDisk& operator=(const MeasuredDisk&) = delete;

    /// For `SqliteOptions::vfs`.
    [[nodiscard]] const std::string& name() const { return name_; }

    /// Sets the function to call from now on; empty for none. No call of the previous one is in
    /// progress when this returns.
    void on_sync(Synced synced);

    [[nodiscard]] std::size_t connections() const { return connections_.load(); }

private:
    struct Calls;
    struct Methods;

    std::string name_;
    sqlite3_vfs* real_ = nullptr;
    sqlite3_vfs vfs_{};
    std::atomic<std::size_t> connections_{0};
    std::mutex mutex_;            // Guards the members below.
    std::list<Methods> methods_;  // One entry for each kind of file of the system's VFS.
    Synced synced_;
};

}  // namespace botcore::store_sqlite
