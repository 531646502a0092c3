#pragma once

/// A SQLite VFS for tests that lies between SQLite and the disk and records what was written but
/// not synced, so that a power cut can be simulated. Registered under a name; any connection of the
/// process may use it.
///
/// V1  After `power_off`, no write reaches the files: every handle fails, including on close.
/// V2  `power_on` leaves in each file the synced data, and of the rest what `Loss` lets survive.
/// V3  A fault occurs once; then the disk works again.
///
/// Deleting or renaming a file counts as durable at once: the folder is not modeled.

#include "base/random.hpp"

#include <sqlite3.h>

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

namespace botcore::conformance {

/// What happens to writes that were not synced.
enum class Loss : std::uint8_t {
    All,     ///< None of them survives.
    Torn,    ///< The first few survive, the last of those only up to a sector's end.
    Subset,  ///< Some survive, in any combination, single sectors of them too.
};

class ForgetfulVfs {
public:
    /// Registers itself as `name`, in front of the default VFS.
    explicit ForgetfulVfs(std::string name);
    ForgetfulVfs(const ForgetfulVfs&) = delete;
    ForgetfulVfs& operator=(const ForgetfulVfs&) = delete;
    ~ForgetfulVfs();

    /// The power fails now, or during the `operations`-th write, truncation or sync from now.
    void power_off();
    void power_off_after(std::uint64_t operations);
    /// Decides which writes survived. Every connection must be closed.
    void power_on(Loss loss, base::Random& random);

    /// The `writes`-th write from now stops half-way and returns this SQLite code.
    void fail_write_after(std::uint64_t writes, int code);
    /// The `syncs`-th sync from now returns SQLITE_IOERR_FSYNC.
    void fail_sync_after(std::uint64_t syncs);

    /// Limits the disk to this many bytes in total from now on: SQLite's files and those named by
    /// `count_file`.
    void limit_disk(std::uint64_t bytes);
    void count_file(const std::string& path);
    [[nodiscard]] std::uint64_t free_bytes();

    /// The number of writes, truncations and syncs so far.
    [[nodiscard]] std::uint64_t operations();
    [[nodiscard]] std::uint64_t syncs();
    [[nodiscard]] bool is_on();

    [[nodiscard]] const std::string& name() const { return name_; }

private:
    friend struct ForgetfulCalls;

    /// A write of `bytes` at `offset`, or, without bytes, a truncation to `offset`.
    struct Change {
        std::uint64_t offset = 0;
        std::optional<std::string> bytes;
    };

    /// The durable content of one file, and the changes that are not durable yet.
    struct Tracked {
        std::string durable;
        std::vector<Change> pending;
    };

    enum class Verdict : std::uint8_t { Proceed, ProceedThenOff, Off };

    [[nodiscard]] std::shared_ptr<Tracked> track(const std::string& path);
    void forget(const std::string& path);
    [[nodiscard]] Verdict count_operation();
    [[nodiscard]] std::uint64_t used_bytes() const;
    static void apply(std::string& image, const Change& change);
    static void apply_survivors(Tracked& file, Loss loss, base::Random& random);

    std::string name_;
    sqlite3_vfs* real_;
    sqlite3_vfs vfs_{};

    std::mutex mutex_;  // Guards everything below.
    std::map<std::string, std::shared_ptr<Tracked>> files_;
    std::vector<std::string> counted_;
    bool on_ = true;
    std::uint64_t operations_ = 0;
    std::uint64_t syncs_ = 0;
    std::uint64_t off_in_ = 0;  // 0: not planned.
    std::uint64_t write_fails_in_ = 0;
    int write_failure_ = SQLITE_OK;
    std::uint64_t sync_fails_in_ = 0;
    std::optional<std::uint64_t> disk_bytes_;
};

}  // namespace botcore::conformance
