#include "adapters/store_sqlite/sqlite_store.hpp"

#include "adapters/store_sqlite/schema.hpp"
#include "adapters/store_sqlite/store_file.hpp"
#include "adapters/store_sqlite/timeline.hpp"
#include "host/free_space.hpp"
#include "runtime/verify.hpp"

#include <sys/stat.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <set>
#include <utility>

namespace botcore::store_sqlite {

namespace {

constexpr std::uint64_t kPageBytes = 4'096;
/// Journal bytes between two checks of the free space.
constexpr std::uint64_t kWatchBytes = 1ULL << 20U;
/// How far the log must grow until the next checkpoint of a commit, after the last one was blocked.
constexpr std::uint64_t kRetryBytes = 16ULL << 20U;
/// Maintenance restarts the log when no more than this is left to copy, since commits wait for it.
constexpr std::uint64_t kTailBytesMax = 4ULL << 20U;
/// Maintenance lets commits wait for a longer copy when the log has this many times its usual size.
constexpr std::uint64_t kLogTimesMax = 64;
/// How often maintenance copies what was written during the copy before.
constexpr int kPassesMax = 16;
/// How long a restart of the log may wait for readers; commits wait as long.
constexpr int kCheckpointWaitMs = 20;

[[noreturn]] void print_and_abort(std::string_view text) {
    std::fprintf(stderr, "%.*s\n", static_cast<int>(text.size()), text.data());
    std::abort();
}

std::string synchronous_pragma(Synchronous synchronous) {
    switch (synchronous) {
        case Synchronous::Full:
            return "PRAGMA synchronous = FULL";
        case Synchronous::Off:
            return "PRAGMA synchronous = OFF";
    }
    CHECK(false);
}

SqlOutcome prepare_writing(Database& database, const SqliteOptions& options) {
    TRY(database.execute("PRAGMA journal_mode = WAL"));
    TRY(database.execute(synchronous_pragma(options.synchronous)));
    TRY(database.execute("PRAGMA wal_autocheckpoint = 0"));
    TRY(database.execute("PRAGMA foreign_keys = OFF"));
    // When the log restarts, the next commit cuts its file to this size.
    TRY(database.execute("PRAGMA journal_size_limit = " + std::to_string(options.wal_bytes_max)));
    return database.execute("PRAGMA cache_size = -32768");
}

SqlResult<Database> open_writing(const SqliteOptions& options) {
    Database database = TRY(Database::open(options.path, options.vfs, OpenMode::ReadWrite));
    TRY(prepare_writing(database, options));
    return database;
}

SqlResult<ReadSession> open_reading(const SqliteOptions& options) {
    return ReadSession::open(TRY(Database::open(options.path, options.vfs, OpenMode::ReadOnly)));
}

/// Syncs the log, copies it into the file and truncates it: frames that were only in the page cache
/// before a crash must not decide anything later (S4). If the disk has no space for the copy, the
/// log stays, synced; the reserved space is for commits, not for clean-up.
SqlOutcome recover(Database& database) {
    const int code = sqlite3_wal_checkpoint_v2(
        database.handle(), nullptr, SQLITE_CHECKPOINT_TRUNCATE, nullptr, nullptr);
    if (code == SQLITE_OK) return base::Done{};
    const SqlError error{sqlite3_extended_errcode(database.handle()),
                         sqlite3_system_errno(database.handle())};
    if (kind_of(error) == ErrorKind::Full) return base::Done{};
    return base::Failure{error};
}

/// Runs `action`, and repeats it after each step of the reserve that is released because the disk
/// is full.
template <class Action>
SqlOutcome with_reserve(DiskReserve& reserve, Action action) {
    while (true) {
        const SqlOutcome done = action();
        if (done || kind_of(done.error()) != ErrorKind::Full) return done;
        if (!reserve.release_step()) return done;
    }
}

}  // namespace

struct SqliteStore::Sessions {
    BatchWriter writer;
    ReadSession loader;
    ReadSession latest;
    ReadSession snapshot;
    Database maintenance;

    [[nodiscard]] static SqlResult<Sessions> open(const SqliteOptions& options, Database first) {
        Sessions sessions;
        sessions.writer = TRY(BatchWriter::open(std::move(first)));
        sessions.loader = TRY(open_reading(options));
        sessions.latest = TRY(open_reading(options));
        sessions.snapshot = TRY(open_reading(options));
        sessions.maintenance = TRY(open_writing(options));
        return sessions;
    }
};

namespace {

/// Keeps a copy of an older file beside the new one until a backup of the new one has been
/// verified.
SqlOutcome keep_copy(Database& database, const std::string& path) {
    const std::int64_t version = TRY(schema_version(database));
    const std::int64_t head = TRY(database.integer("SELECT seq FROM head"));
    if (version >= kSchemaVersion || head == 0) return base::Done{};
    const std::string copy = path + std::string(kOlderCopy);
    (void)std::remove(copy.c_str());
    Statement vacuum = TRY(database.prepare("VACUUM INTO ?"));
    vacuum.bind_text(1, copy);
    return vacuum.run();
}

/// The device and the inode of the file; zeros if there is none.
FileId file_id(const std::string& path) {
    struct stat status{};
    if (::stat(path.c_str(), &status) != 0) return {};
    return {status.st_dev, status.st_ino};
}

/// Accounts whose rows do not match the journal.
ports::StoreResult<std::set<model::AccountId>> accounts_in_doubt(ports::StoreReader& reader) {
    const auto report = TRY(runtime::verify(reader, {}));
    std::set<model::AccountId> accounts;
    for (const auto& finding : report.findings) {
        if (severity_of(finding.kind) != runtime::Severity::Critical) continue;
        if (finding.account) accounts.insert(*finding.account);
    }
    return accounts;
}

}  // namespace

base::Outcome<std::string> SqliteStore::open_mark() {
    const auto timeline = TRY(timeline_of(options_.path));
    const auto head = reader_.head();
    if (!head) return base::Failure{std::string("the head cannot be read")};
    const auto mark = TRY(CommitMark::read(options_.path));
    std::optional<model::Hash> ours;
    if (mark) {
        const auto entries = reader_.journal(mark->sequence, 1);
        const bool there = entries && !entries.value().empty() &&
                           entries.value().front().sequence == mark->sequence;
        if (there) ours = entries.value().front().hash;
    }
    const std::string name = CommitMark::name_of(timeline);
    behind_ = CommitMark::missing(mark, name, head.value(), ours);
    if (behind_.empty()) mark_ = std::make_unique<CommitMark>(options_.path, name);
    return base::Done{};
}

bool SqliteStore::is_in_place() {
    if (!options_.watches_file) return true;
    const FileId log = file_id(options_.path + "-wal");
    if (files_[1] == FileId{}) files_[1] = log;  // The first commit creates it.
    return file_id(options_.path) == files_[0] && log == files_[1];
}

base::Outcome<ports::StoreError> SqliteStore::seal_older_rows() {
    const auto sealed = is_sealed(writer_.database());
    if (!sealed) return base::Failure{store_error_of(sealed.error())};
    if (sealed.value()) return base::Done{};
    const auto in_doubt = TRY(accounts_in_doubt(reader_));
    const auto snapshot = TRY(loader_.load());
    writer_.learn_owners(snapshot.accounts);
    const SqlOutcome done = writer_.seal(snapshot, in_doubt);
    if (!done) return base::Failure{store_error_of(done.error())};
    return base::Done{};
}

SqliteStore::Opened SqliteStore::open(SqliteOptions options) {
    TRY(ensure_file(options));
    const std::string expected = "a usable database at " + options.path;
    DiskReserve reserve(options.path + "-reserve", options.reserve_bytes);
    Database first;
    std::optional<OpenError> verdict;
    // A start on a full disk must succeed too: an exit may depend on it.
    const SqlOutcome recovered = with_reserve(reserve, [&]() -> SqlOutcome {
        first = TRY(Database::open(options.path, options.vfs, OpenMode::ReadWrite));
        verdict = TRY(check_file(first));
        if (verdict) return base::Done{};  // The file must not be changed.
        TRY(prepare_writing(first, options));
        TRY(recover(first));
        TRY(keep_copy(first, options.path));
        return migrate_schema(first);
    });
    if (!recovered) return base::Failure{open_error(recovered.error(), expected)};
    if (verdict) return base::Failure{*verdict};
    auto sessions = Sessions::open(options, std::move(first));
    if (!sessions) return base::Failure{open_error(sessions.error(), expected)};
    std::unique_ptr<SqliteStore> store(
        new SqliteStore(std::move(options), std::move(sessions).value()));
    const auto unreadable = [&](StoreError error, std::string received) {
        const bool corrupt = error == StoreError::Corrupt;
        return base::Failure{
            OpenError{corrupt ? OpenError::Kind::Corrupt : OpenError::Kind::CannotOpen,
                      expected,
                      std::move(received)}};
    };
    if (store->options_.watches_file) store->files_ = {file_id(store->options_.path), {}};
    if (const auto sealed = store->seal_older_rows(); !sealed) {
        return unreadable(sealed.error(), "rows that cannot be checked");
    }
    // If the journal does not end at its head, checks must still be able to read the file; nothing
    // is written to it, since every writer has to load first.
    if (const auto loaded = store->load(); !loaded) {
        if (const auto accounts = store->loader_.accounts(); !accounts) {
            return unreadable(accounts.error(), "unreadable accounts");
        }
    }
    if (store->options_.watches_file) {
        if (const auto marked = store->open_mark(); !marked) {
            return unreadable(StoreError::Corrupt, marked.error());
        }
    }
    store->watch_space();
    store->refill_reserve();
    return store;
}

SqliteStore::SqliteStore(SqliteOptions options, Sessions sessions)
    : options_(std::move(options)),
      writer_(std::move(sessions.writer)),
      loader_(std::move(sessions.loader)),
      reader_(std::move(sessions.latest), std::move(sessions.snapshot), options_.read_longest),
      maintenance_(std::move(sessions.maintenance)),
      reserve_(options_.path + "-reserve", options_.reserve_bytes),
      log_file_limit_(options_.wal_bytes_max) {
    sqlite3_wal_hook(writer_.database().handle(), &SqliteStore::on_wal_grown, this);
    if (options_.lock_wait) writer_.database().set_lock_wait(options_.lock_wait);
}

StoreResult<ports::OpenState> SqliteStore::load() {
    // Changes to a file that is no longer at its path would be lost when the process ends.
    if (!is_in_place()) return base::Failure{StoreError::Unavailable};
    auto snapshot = TRY(loader_.load());
    writer_.learn_owners(snapshot.accounts);
    writer_.learn_images(loader_.images());
    snapshot.behind = behind_;
    return snapshot;
}

void SqliteStore::count_lock_retries(bool got_the_lock) {
    const std::uint32_t retries = writer_.database().take_lock_retries();
    if (retries == 0) return;
    lock_retries_.succeeded += got_the_lock ? 1 : 0;
    lock_retries_.failed += got_the_lock ? retries - 1 : retries;
}

void SqliteStore::commit(const ports::Batch& batch, ports::CommitDone done) {
    done(write(batch));
}

ports::CommitResult SqliteStore::write(const ports::Batch& batch) {
    while (true) {
        const auto result = writer_.commit(batch);
        count_lock_retries(result.has_value());
        if (result) {
            for (const auto& entry : batch.entries)
                bytes_since_watch_ += entry.bytes.size();
            if (result.value() != ports::CommitResult::Committed) return result.value();
            // The commit went to a file that is no longer at its path, so it will not be found
            // there.
            if (!is_in_place()) return ports::CommitResult::Unavailable;
            if (mark_) mark_->write(batch.head());
            after_commit();
            return result.value();
        }
        const ErrorKind kind = kind_of(result.error());
        CHECK(kind != ErrorKind::Constraint);  // I4, I7: a fill or a record that already existed.
        end_on_failed_sync(result.error());
        if (kind != ErrorKind::Full) return ports::CommitResult::Unavailable;
        state_ = model::StorageState::Reserve;
        if (!give_space_back()) return ports::CommitResult::Unavailable;
    }
}

model::StorageState SqliteStore::storage_state() {
    return state_;
}

ports::StoreReader& SqliteStore::reader() {
    return reader_;
}

void SqliteStore::maintain() {
    is_maintained_ = true;
    {
        const std::lock_guard lock(maintenance_mutex_);
        checkpoint_beside_commits();
    }
    watch_space();
    refill_reserve();
}

int SqliteStore::on_wal_grown(void* self, sqlite3*, const char*, int pages) {
    static_cast<SqliteStore*>(self)->wal_bytes_ = static_cast<std::uint64_t>(pages) * kPageBytes;
    return SQLITE_OK;
}

bool SqliteStore::give_space_back() {
    const std::lock_guard lock(reserve_mutex_);
    return reserve_.release_step();
}

void SqliteStore::after_commit() {
    if (bytes_since_watch_ >= kWatchBytes) {
        bytes_since_watch_ = 0;
        watch_space();
    }
    limit_log_file();
    if (!is_maintained_) checkpoint_in_commit();
}

/// A log that grew during a long snapshot gets shorter by one step at each restart, since the
/// commit that cuts it waits, for seconds if the file is long.
void SqliteStore::limit_log_file() {
    const std::uint64_t size = wal_bytes_;
    const bool has_restarted = size < wal_bytes_seen_;
    wal_bytes_seen_ = size;
    if (has_restarted) log_file_bytes_ = std::min(log_file_bytes_, log_file_limit_);
    log_file_bytes_ = std::max(log_file_bytes_, size);
    const std::uint64_t step = options_.wal_bytes_max;
    const std::uint64_t wanted = std::max(step, log_file_bytes_ - std::min(log_file_bytes_, step));
    const bool is_far =
        wanted > log_file_limit_ ? wanted - log_file_limit_ >= step : wanted < log_file_limit_;
    if (!is_far) return;
    const std::string pragma = "PRAGMA journal_size_limit = " + std::to_string(wanted);
    if (writer_.database().execute(pragma)) log_file_limit_ = wanted;
}

/// Without a maintenance thread a commit copies the log when it is too long.
void SqliteStore::checkpoint_in_commit() {
    const std::uint64_t size = wal_bytes_;
    if (size < wal_bytes_tried_) wal_bytes_tried_ = 0;  // The log has restarted.
    const std::uint64_t limit =
        wal_bytes_tried_ == 0 ? options_.wal_bytes_max : wal_bytes_tried_ + kRetryBytes;
    if (size < limit) return;
    wal_bytes_tried_ = size;
    const std::lock_guard lock(maintenance_mutex_);
    (void)copy_log();
    restart_log();
}

/// Copies the log into the file beside running commits, several times, since a copy takes as long
/// as the log was, and commits go on meanwhile. A long log is restarted once little is left to
/// copy. While a reader needs the log it stays.
void SqliteStore::checkpoint_beside_commits() {
    std::uint64_t left = copy_log();
    for (int pass = 1; pass < kPassesMax && left > kTailBytesMax; ++pass) {
        const std::uint64_t left_before = left;
        left = copy_log();
        if (left >= left_before) break;
    }
    const std::uint64_t size = wal_bytes_;
    if (size < options_.wal_bytes_max) return;
    if (left <= kTailBytesMax || size >= kLogTimesMax * options_.wal_bytes_max) restart_log();
}

/// Copies the write-ahead log into the database file without blocking readers or the writer. Once
/// all of it is copied and no reader uses it, the next commit writes from its beginning. Returns
/// the number of bytes that are not copied yet.
std::uint64_t SqliteStore::copy_log() {
    int pages = 0;
    int copied = 0;
    note_checkpoint(sqlite3_wal_checkpoint_v2(
        maintenance_.handle(), nullptr, SQLITE_CHECKPOINT_PASSIVE, &pages, &copied));
    return pages > copied ? static_cast<std::uint64_t>(pages - copied) * kPageBytes : 0;
}

/// Blocks the writer while the rest of the log is copied, so that the log restarts. The log keeps
/// its length: overwriting costs half of what growing costs, and on a full disk the log is the only
/// space for commits.
void SqliteStore::restart_log() {
    sqlite3* const handle = maintenance_.handle();
    sqlite3_busy_timeout(handle, kCheckpointWaitMs);
    note_checkpoint(
        sqlite3_wal_checkpoint_v2(handle, nullptr, SQLITE_CHECKPOINT_RESTART, nullptr, nullptr));
}

/// A checkpoint may be blocked by readers or by a full disk; the next one continues.
void SqliteStore::note_checkpoint(int code) {
    if (code == SQLITE_OK) return;
    const SqlError error{code, 0};
    end_on_failed_sync(error);
    if (kind_of(error) == ErrorKind::Full) state_ = model::StorageState::Reserve;
}

void SqliteStore::end_on_failed_sync(const SqlError& error) {
    if (kind_of(error) != ErrorKind::Sync) return;
    const std::string text =
        "storage: expected the write-ahead log to be synced: " + options_.path + ", was " +
        sqlite3_errstr(error.code) + "; ending the process";
    if (options_.fatal) options_.fatal(text);
    print_and_abort(text);  // S5
}

/// Sets the state to Reserve when space is low, before a write fails.
void SqliteStore::watch_space() {
    if (free_bytes() < options_.low_water_bytes) state_ = model::StorageState::Reserve;
}

/// Refills the reserve once there is plenty of space, and only then sets the state to Normal.
void SqliteStore::refill_reserve() {
    const std::lock_guard lock(reserve_mutex_);
    const std::uint64_t room = std::max(2 * options_.reserve_bytes, options_.low_water_bytes);
    const bool plenty = free_bytes() >= room + reserve_.missing();
    if (reserve_.full() && state_ == model::StorageState::Normal) return;
    const bool normal = plenty && reserve_.refill();
    state_ = normal ? model::StorageState::Normal : model::StorageState::Reserve;
}

std::uint64_t SqliteStore::free_bytes() const {
    return options_.free_bytes ? options_.free_bytes() : host::free_bytes_of(options_.path);
}

}  // namespace botcore::store_sqlite
