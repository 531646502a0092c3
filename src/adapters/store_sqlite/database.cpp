#include "adapters/store_sqlite/database.hpp"

#include "host/durable_file.hpp"

#include <fcntl.h>
#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <utility>

namespace botcore::store_sqlite {

namespace {

SqlError error_of(sqlite3* handle) {
    return {sqlite3_extended_errcode(handle), sqlite3_system_errno(handle)};
}

/// The interval at which a lock of another connection is requested again. It is short since a
/// checkpoint holds a lock only briefly, and no caller should wait longer than the lock is held.
constexpr std::chrono::milliseconds kLockPoll{5};
/// The waits at which the first, the second and the third retry begin; they last 1, 2 and 4 s. Only
/// an unknown program holds a lock that long.
constexpr std::array<std::chrono::milliseconds, 3> kLockRetryAfter = {
    std::chrono::milliseconds(100),
    std::chrono::milliseconds(1'100),
    std::chrono::milliseconds(3'100)};
constexpr std::chrono::milliseconds kLockPatience{7'100};

/// Steps of SQLite's virtual machine between two checks of the clock: well below a millisecond.
constexpr int kStepsBetweenLooks = 1'000;

int flags_of(OpenMode mode) {
    constexpr int kOwnThread = SQLITE_OPEN_NOMUTEX;  // D1
    switch (mode) {
        case OpenMode::Create:
            return SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | kOwnThread;
        case OpenMode::ReadWrite:
            return SQLITE_OPEN_READWRITE | kOwnThread;
        case OpenMode::ReadOnly:
            return SQLITE_OPEN_READONLY | kOwnThread;
    }
    CHECK(false);
}

constexpr mode_t kOwnerOnly = S_IRUSR | S_IWUSR;

/// SQLite creates files according to the umask, and gives a log, a journal and shared memory the
/// mode of their database. The database is therefore created here, and existing files are closed to
/// other users, unless that is impossible: the file belongs to another user, or its file system has
/// no modes.
void make_private(const std::string& path, OpenMode mode) {
    if (mode == OpenMode::ReadOnly || path.empty() || path.starts_with(':')) return;
    if (mode == OpenMode::Create) {
        // Never opens an existing file: closing it would release the locks of other connections to
        // it.
        const host::Descriptor made(
            ::open(path.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, kOwnerOnly));
    }
    for (const char* const part : std::array{"", "-wal", "-shm", "-journal"}) {
        const std::string file = path + part;
        struct stat status{};
        if (::lstat(file.c_str(), &status) != 0 || !S_ISREG(status.st_mode)) continue;
        if ((status.st_mode & (S_IRWXG | S_IRWXO)) != 0) (void)::chmod(file.c_str(), kOwnerOnly);
    }
}

}  // namespace

std::string to_text(const SqlError& error) {
    return std::string(sqlite3_errstr(error.code)) +
           (error.system_error != 0 ? std::string(": ") + std::strerror(error.system_error) : "");
}

ErrorKind kind_of(const SqlError& error) {
    switch (error.code) {
        case SQLITE_IOERR_FSYNC:
        case SQLITE_IOERR_DIR_FSYNC:
            return ErrorKind::Sync;
        default:
            break;
    }
    const bool no_space = error.system_error == ENOSPC || error.system_error == EDQUOT;
    switch (error.code & 0xFF) {
        case SQLITE_FULL:
            return ErrorKind::Full;
        case SQLITE_IOERR:
        case SQLITE_CANTOPEN:
            return no_space ? ErrorKind::Full : ErrorKind::Other;
        case SQLITE_CONSTRAINT:
            return ErrorKind::Constraint;
        case SQLITE_CORRUPT:
        case SQLITE_NOTADB:
            return ErrorKind::Corrupt;
        case SQLITE_INTERRUPT:
            return ErrorKind::TimedOut;
        default:
            return ErrorKind::Other;
    }
}

void Statement::bind_integer(int parameter, std::int64_t value) {
    CHECK(sqlite3_bind_int64(handle_.get(), parameter, value) == SQLITE_OK);
}

void Statement::bind_text(int parameter, std::string_view value) {
    // The pointer of an empty view may be null, which SQLite would take for NULL.
    const char* data = value.empty() ? "" : value.data();
    CHECK(sqlite3_bind_text64(
              handle_.get(), parameter, data, value.size(), SQLITE_STATIC, SQLITE_UTF8) ==
          SQLITE_OK);
}

void Statement::bind_blob(int parameter, const void* bytes, std::size_t size) {
    const void* data = size == 0 ? "" : bytes;
    CHECK(sqlite3_bind_blob64(handle_.get(), parameter, data, size, SQLITE_STATIC) == SQLITE_OK);
}

void Statement::bind_null(int parameter) {
    CHECK(sqlite3_bind_null(handle_.get(), parameter) == SQLITE_OK);
}

SqlResult<Statement::Step> Statement::step() {
    const int code = sqlite3_step(handle_.get());
    if (code == SQLITE_ROW) return Step::Row;
    if (code == SQLITE_DONE) return Step::Done;
    CHECK(code != SQLITE_NOMEM);  // Out of memory ends the process (style rule E7).
    return base::Failure{error_of(sqlite3_db_handle(handle_.get()))};
}

SqlOutcome Statement::run() {
    const SqlResult<Step> stepped = step();
    reset();
    if (!stepped) return base::Failure{stepped.error()};
    CHECK(stepped.value() == Step::Done);
    return base::Done{};
}

void Statement::reset() {
    // Returns the error of the previous step again, which the caller has seen.
    static_cast<void>(sqlite3_reset(handle_.get()));
}

bool Statement::is_null(int column) const {
    return sqlite3_column_type(handle_.get(), column) == SQLITE_NULL;
}

std::int64_t Statement::integer(int column) const {
    return sqlite3_column_int64(handle_.get(), column);
}

std::string_view Statement::text(int column) const {
    const void* data = sqlite3_column_text(handle_.get(), column);
    const int size = sqlite3_column_bytes(handle_.get(), column);
    if (data == nullptr) return {};
    return {static_cast<const char*>(data), static_cast<std::size_t>(size)};
}

std::string_view Statement::blob(int column) const {
    const void* data = sqlite3_column_blob(handle_.get(), column);
    const int size = sqlite3_column_bytes(handle_.get(), column);
    if (data == nullptr) return {};
    return {static_cast<const char*>(data), static_cast<std::size_t>(size)};
}

SqlResult<Database> Database::open(const std::string& path, const std::string& vfs, OpenMode mode) {
    make_private(path, mode);
    sqlite3* raw = nullptr;
    const char* vfs_name = vfs.empty() ? nullptr : vfs.c_str();
    const int code = sqlite3_open_v2(path.c_str(), &raw, flags_of(mode), vfs_name);
    CHECK(raw != nullptr);  // Only when out of memory.
    Database database(raw);
    if (code != SQLITE_OK) return base::Failure{error_of(raw)};
    sqlite3_extended_result_codes(raw, 1);
    sqlite3_busy_handler(raw, &Database::on_locked, database.wait_limits_.get());
    return database;
}

void Database::limit_reads(std::optional<std::chrono::steady_clock::time_point> until) {
    wait_limits_->until = until;
    sqlite3_progress_handler(handle_.get(),
                             until ? kStepsBetweenLooks : 0,
                             until ? &Database::on_progress : nullptr,
                             wait_limits_.get());
}

/// A result other than zero interrupts the statement.
int Database::on_progress(void* patience) {
    return static_cast<const WaitLimits*>(patience)->is_over() ? 1 : 0;
}

/// A result other than zero makes SQLite request the lock again. `times` counts from 0 for each
/// lock.
int Database::on_locked(void* patience, int times) {
    auto& waiter = *static_cast<WaitLimits*>(patience);
    const auto waited = times * kLockPoll;
    if (waited >= kLockPatience || waiter.is_over()) return 0;
    waiter.lock_retries += static_cast<std::uint32_t>(std::ranges::count(kLockRetryAfter, waited));
    waiter.wait(kLockPoll);
    return 1;
}

std::uint32_t Database::take_lock_retries() {
    return std::exchange(wait_limits_->lock_retries, 0);
}

SqlOutcome Database::execute(const std::string& sql) {
    const int code = sqlite3_exec(handle_.get(), sql.c_str(), nullptr, nullptr, nullptr);
    if (code != SQLITE_OK) return base::Failure{error_of(handle_.get())};
    return base::Done{};
}

SqlResult<Statement> Database::prepare(std::string_view sql) {
    sqlite3_stmt* raw = nullptr;
    const int code = sqlite3_prepare_v3(handle_.get(),
                                        sql.data(),
                                        static_cast<int>(sql.size()),
                                        SQLITE_PREPARE_PERSISTENT,
                                        &raw,
                                        nullptr);
    if (code != SQLITE_OK) return base::Failure{error_of(handle_.get())};
    return Statement(raw);
}

SqlResult<std::int64_t> Database::integer(std::string_view sql) {
    Statement statement = TRY(prepare(sql));
    const Statement::Step step = TRY(statement.step());
    return step == Statement::Step::Row ? statement.integer(0) : 0;
}

std::int64_t Database::changes() const {
    return sqlite3_changes64(handle_.get());
}

bool Database::in_transaction() const {
    return sqlite3_get_autocommit(handle_.get()) == 0;
}

}  // namespace botcore::store_sqlite
