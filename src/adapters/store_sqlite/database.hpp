#pragma once

/// Owning types and error values for SQLite's C interface: one connection, prepared statements.
/// This file knows nothing about what is stored.
///
/// D1  A connection and its statements are used by one thread at a time.
/// D2  A statement is reset before its connection's next transaction ends.
/// D3  The file, its log, its journal and its shared memory are accessible to their owner only
///     (mode 0600), whatever the umask and the folder are; wider modes of existing files are
///     narrowed.

#include "base/result.hpp"

#include <sqlite3.h>

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <utility>

namespace botcore::store_sqlite {

/// SQLite's extended result code, and the operating system's error number where it had one.
struct SqlError {
    int code = SQLITE_OK;
    int system_error = 0;
};

/// What an error means for the store: each kind requires another reaction.
enum class ErrorKind : std::uint8_t {
    Full,        ///< No space left on the device.
    Sync,        ///< Data that was handed over may be lost: the process must end.
    Constraint,  ///< A row violates a rule of the schema: a programming error.
    Corrupt,     ///< The file contains what SQLite never wrote.
    TimedOut,    ///< A read exceeded its time limit (`limit_reads`).
    Other,       ///< Busy, unreadable, unwritable: may be transient.
};

[[nodiscard]] ErrorKind kind_of(const SqlError& error);

/// Both error texts, for logs and for people.
[[nodiscard]] std::string to_text(const SqlError& error);

template <class T>
using SqlResult = base::Result<T, SqlError>;
using SqlOutcome = base::Outcome<SqlError>;

/// A prepared statement. Bound texts and blobs are not copied: they must live until `reset`.
class Statement {
public:
    enum class Step : std::uint8_t { Row, Done };

    Statement() = default;

    explicit Statement(sqlite3_stmt* handle) : handle_(handle) {}

    /// Parameters are numbered from 1.
    void bind_integer(int parameter, std::int64_t value);
    void bind_text(int parameter, std::string_view value);
    void bind_blob(int parameter, const void* bytes, std::size_t size);
    void bind_null(int parameter);

    [[nodiscard]] SqlResult<Step> step();
    /// Runs a statement that returns no rows, and resets it.
    [[nodiscard]] SqlOutcome run();
    /// Ends the read transaction that the statement may hold open. Bindings stay.
    void reset();

    /// Columns are numbered from 0; texts and blobs live until the next step or reset.
    [[nodiscard]] bool is_null(int column) const;
    [[nodiscard]] std::int64_t integer(int column) const;
    [[nodiscard]] std::string_view text(int column) const;
    [[nodiscard]] std::string_view blob(int column) const;

private:
    struct Finalize {
        void operator()(sqlite3_stmt* handle) const { sqlite3_finalize(handle); }
    };

    std::unique_ptr<sqlite3_stmt, Finalize> handle_;
};

/// Resets a statement at the end of the block, so that no read transaction stays open.
class ResetAtEnd {
public:
    explicit ResetAtEnd(Statement& statement) : statement_(statement) {}

    ResetAtEnd(const ResetAtEnd&) = delete;
    ResetAtEnd& operator=(const ResetAtEnd&) = delete;

    ~ResetAtEnd() { statement_.reset(); }

private:
    Statement& statement_;
};

enum class OpenMode : std::uint8_t { Create, ReadWrite, ReadOnly };

class Database {
public:
    Database() = default;

    /// `vfs` is empty for the default one. Only `Create` creates a missing file.
    [[nodiscard]] static SqlResult<Database> open(const std::string& path,
                                                  const std::string& vfs,
                                                  OpenMode mode);

    /// Runs statements that return no rows.
    [[nodiscard]] SqlOutcome execute(const std::string& sql);
    /// The statement must not outlive the connection.
    [[nodiscard]] SqlResult<Statement> prepare(std::string_view sql);
    /// The first column of the first row; 0 if there is no row.
    [[nodiscard]] SqlResult<std::int64_t> integer(std::string_view sql);

    /// The rows that the last INSERT, UPDATE or DELETE changed.
    [[nodiscard]] std::int64_t changes() const;
    [[nodiscard]] bool in_transaction() const;

    [[nodiscard]] sqlite3* handle() const { return handle_.get(); }

    /// Interrupts statements that still run at `until`. A statement that waits for the disk is
    /// interrupted only after the disk has responded. Empty: no limit, which is the default.
    void limit_reads(std::optional<std::chrono::steady_clock::time_point> until);

    /// The number of retries for locks of other connections since the last call. A lock is
    /// requested continuously; after the first 100 ms each of the spans 1, 2 and 4 s counts as a
    /// retry.
    [[nodiscard]] std::uint32_t take_lock_retries();

    using Wait = std::function<void(std::chrono::milliseconds)>;

    /// Replaces the sleep while waiting for a lock. It is for tests, which then do not wait.
    void set_lock_wait(Wait wait) { wait_limits_->wait = std::move(wait); }

private:
    struct Close {
        void operator()(sqlite3* handle) const { sqlite3_close_v2(handle); }
    };

    /// The data that SQLite's callbacks use; its address does not change when the connection is
    /// moved.
    struct WaitLimits {
        std::optional<std::chrono::steady_clock::time_point> until;
        std::uint32_t lock_retries = 0;
        Wait wait = [](std::chrono::milliseconds span) { std::this_thread::sleep_for(span); };

        [[nodiscard]] bool is_over() const {
            return until && std::chrono::steady_clock::now() >= *until;
        }
    };

    explicit Database(sqlite3* handle)
        : wait_limits_(std::make_unique<WaitLimits>()),
          handle_(handle) {}

    static int on_progress(void* patience);
    static int on_locked(void* patience, int times);

    std::unique_ptr<WaitLimits> wait_limits_;
    std::unique_ptr<sqlite3, Close> handle_;
};

}  // namespace botcore::store_sqlite
