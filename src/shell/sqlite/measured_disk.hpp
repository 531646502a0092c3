#pragma once

/// A VFS of SQLite that leaves everything to the system's, and measures: how long each sync of a
/// write-ahead log takes, and how many connections are open.
///
/// Threads: any. It outlives the connections that were opened through it.

#include <sqlite3.h>

#include <atomic>
#include <chrono>
#include <cstddef>
#include <functional>
#include <list>
#include <mutex>
#include <string>

namespace botcore::shell::sqlite {

class MeasuredDisk {
public:
    /// Called on the thread that has synced, after a sync that did not fail.
    using Synced = std::function<void(std::chrono::nanoseconds)>;

    MeasuredDisk();
    ~MeasuredDisk();
    MeasuredDisk(const MeasuredDisk&) = delete;
    MeasuredDisk& operator=(const MeasuredDisk&) = delete;

    /// For `SqliteOptions::vfs`.
    [[nodiscard]] const std::string& name() const { return name_; }

    /// Whom to tell from now on; empty: nobody. No call is under way once it returns.
    void tell(Synced synced);

    [[nodiscard]] std::size_t connections() const { return connections_.load(); }

private:
    struct Calls;
    struct Methods;

    std::string name_;
    sqlite3_vfs* real_ = nullptr;
    sqlite3_vfs vfs_{};
    std::atomic<std::size_t> connections_{0};
    std::mutex mutex_;            // Guards what follows.
    std::list<Methods> methods_;  // One for each kind of file of the system's VFS.
    Synced synced_;
};

}  // namespace botcore::shell::sqlite
