#pragma once

/// The store of one machine: one SQLite file for one shard, in WAL mode, synced at every commit.
///
/// S4  `commit` returns Committed only after the log was synced (S1 of the port, invariant I10).
/// S5  A failed sync ends the process: the data that the kernel still holds can no longer be
///     trusted.
/// S6  A file that held a journal is never mistaken for a new one: an empty, truncated or foreign
///     file is an error, and new files appear complete under their name or not at all.
/// S7  When the disk is full, commits continue in reserved space as long as it lasts.
///
/// The lock against a second daemon is the caller's responsibility; a second writer would get
/// Conflict.

#include "adapters/store_sqlite/batch_writer.hpp"
#include "adapters/store_sqlite/commit_mark.hpp"
#include "adapters/store_sqlite/disk_reserve.hpp"
#include "adapters/store_sqlite/reader.hpp"
#include "ports/store.hpp"

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>

namespace botcore::store_sqlite {

enum class Synchronous : std::uint8_t {
    Full,
    Off,  ///< Loses acknowledged batches in a power failure; only for tests that detect the loss.
};

struct SqliteOptions {
    std::string path;
    std::string vfs;  ///< A registered VFS; empty for the system's.
    Synchronous synchronous = Synchronous::Full;
    /// Space that is reserved for a full disk, in `<path>-reserve`.
    std::uint64_t reserve_bytes = 16ULL << 20U;
    /// With less free space than this the state is Reserve, even before a write fails.
    std::uint64_t low_water_bytes = 64ULL << 20U;
    /// A log beyond this size is restarted under load too, at the cost of a slow commit.
    std::uint64_t wal_bytes_max = 64ULL << 20U;
    /// A single read that takes longer is interrupted. Commits, loads and checks are not.
    std::chrono::milliseconds read_longest{10'000};
    /// How a commit waits for another program's lock; empty: it sleeps.
    Database::Wait lock_wait;
    /// Keep a mark beside the file (commit_mark.hpp), and detect that the file is moved or removed
    /// while it is open: for callers that acknowledge commits to others.
    bool watches_file = false;
    /// Free bytes of the disk, called from any thread; empty: the file system's figure.
    std::function<std::uint64_t()> free_bytes;
    /// Called when a sync has failed; must not return. Empty: prints and aborts.
    std::function<void(std::string_view)> fatal;
};

/// Why a store cannot be opened: what was expected and what was found.
struct OpenError {
    enum class Kind : std::uint8_t {
        CannotOpen,    ///< The system refuses: permissions, missing folder, full disk, lock.
        NotOurs,       ///< A database, but not one of this program.
        SchemaTooNew,  ///< Written by a later version of this program.
        Corrupt,       ///< Empty, truncated, damaged, or missing while its companions exist.
    };

    Kind kind = Kind::CannotOpen;
    std::string expected;
    std::string received;

    /// What was expected, what was found, and where the remedy is documented.
    [[nodiscard]] std::string text() const {
        return "expected " + expected + ", was " + received +
               (kind == Kind::Corrupt
                    ? "; the store is damaged: do not change it, and follow "
                      "docs/runbooks/data-damaged.md (botctl check, botctl restore)"
                    : "");
    }
};

/// The suffix of the copy of a file that is made before an upgrade of the file.
inline constexpr std::string_view kOlderCopy = ".before-upgrade";

/// Identifies the file that a path led to.
struct FileId {
    std::uint64_t device = 0;
    std::uint64_t number = 0;

    friend bool operator==(const FileId&, const FileId&) = default;
};

class SqliteStore final : public ports::Store {
public:
    using Opened = base::Result<std::unique_ptr<SqliteStore>, OpenError>;

    /// Opens the file, or creates it if neither it nor a companion exists. Everything that was in
    /// the log is durable in the file itself when this function returns.
    [[nodiscard]] static Opened open(SqliteOptions options);

    StoreResult<ports::OpenState> load() override;
    void commit(const ports::Batch& batch, ports::CommitDone done) override;
    /// Any thread may call it.
    model::StorageState storage_state() override;
    /// Any thread may call it. Blocks commits only for the end of a checkpoint. After the first
    /// call, commits leave all checkpoints to it: call it about once a second.
    void maintain() override;
    ports::StoreReader& reader() override;

    /// How often a commit had to retry for another program's lock.
    struct LockRetries {
        std::uint64_t succeeded = 0;  ///< The lock was available after the wait.
        std::uint64_t failed = 0;
    };

    [[nodiscard]] const LockRetries& lock_retries() const { return lock_retries_; }

    /// Bytes in the log that are not known to be copied into the file; for metrics.
    [[nodiscard]] std::uint64_t wal_bytes() const { return wal_bytes_.load(); }

private:
    [[nodiscard]] ports::CommitResult write(const ports::Batch& batch);
    struct Sessions;

    /// Stores images of the open rows of an older file, after a check of all books.
    [[nodiscard]] base::Outcome<ports::StoreError> seal_older_rows();

    /// Checks the mark beside the file, and continues it if nothing is missing.
    [[nodiscard]] base::Outcome<std::string> open_mark();
    /// Whether the open file is still the one at its path.
    [[nodiscard]] bool is_in_place();

    SqliteStore(SqliteOptions options, Sessions sessions);

    static int on_wal_grown(void* self, sqlite3*, const char*, int pages);
    [[nodiscard]] bool give_space_back();
    void count_lock_retries(bool got_the_lock);
    void after_commit();
    void limit_log_file();
    void checkpoint_in_commit();
    void checkpoint_beside_commits();
    [[nodiscard]] std::uint64_t copy_log();
    void restart_log();
    void note_checkpoint(int code);
    void end_on_failed_sync(const SqlError& error);
    void watch_space();
    void refill_reserve();
    [[nodiscard]] std::uint64_t free_bytes() const;

    SqliteOptions options_;
    std::unique_ptr<CommitMark>
        mark_;            ///< Null while records are missing: the mark stays unchanged then.
    std::string behind_;  ///< The proof that records are missing.
    std::array<FileId, 2> files_;  ///< The database and its log as they were opened.
    BatchWriter writer_;
    ReadSession loader_;  // Used on the committing thread.
    SqliteReader reader_;

    std::mutex maintenance_mutex_;
    Database maintenance_;  // Guarded by maintenance_mutex_.

    std::mutex reserve_mutex_;
    DiskReserve reserve_;  // Guarded by reserve_mutex_.

    std::atomic<model::StorageState> state_{model::StorageState::Normal};
    std::atomic<std::uint64_t> wal_bytes_{0};
    LockRetries lock_retries_;
    std::uint64_t wal_bytes_seen_ = 0;  // After the commit before.
    std::uint64_t log_file_bytes_ = 0;  // The length of the log's file, which is reused.
    std::uint64_t log_file_limit_;      // The length to which the next restart cuts it.
    std::atomic<bool> is_maintained_{false};
    std::uint64_t wal_bytes_tried_ =
        0;  // The size of the log after the last checkpoint of a commit.
    std::uint64_t bytes_since_watch_ = 0;  // Journal bytes since the free space was checked.
};

}  // namespace botcore::store_sqlite
