#pragma once

/// SQLite's C interface with owners and error values: one connection, prepared statements. Nothing
/// here knows what is stored.
///
/// D1  A connection and its statements are used by one thread at a time.
/// D2  A statement is reset before its connection's next transaction ends.
/// D3  The file, its log, its journal and its shared memory are for their owner only (mode 0600),
///     whatever the umask is and in whatever folder; those that were wider are narrowed.

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

namespace botcore::shell::sqlite {

/// SQLite's extended result code, and the operating system's error number where it had one.
struct SqlError {
    int code = SQLITE_OK;
    int system_error = 0;
};

/// What an error means for us: each asks for another reaction.
enum class ErrorKind : std::uint8_t {
    Full,        ///< No space left on the device.
    Sync,        ///< Data that we handed over may be lost: the process must end.
    Constraint,  ///< A row broke a rule of the schema: our own mistake.
    Corrupt,     ///< The file holds what SQLite never wrote.
    TimedOut,    ///< A read was given up (`limit_reads`).
    Other,       ///< Busy, unreadable, unwritable: it may pass.
};

[[nodiscard]] ErrorKind kind_of(const SqlError& error);

template <class T>
using SqlResult = base::Result<T, SqlError>;
using SqlOutcome = base::Outcome<SqlError>;

/// A prepared statement. Bound texts and blobs are not copied: they live until `reset`.
class Statement {
public:
    enum class Step : std::uint8_t { Row, Done };

    Statement() = default;

    explicit Statement(sqlite3_stmt* handle) : handle_(handle) {}

    /// Parameters count from 1.
    void bind_integer(int parameter, std::int64_t value);
    void bind_text(int parameter, std::string_view value);
    void bind_blob(int parameter, const void* bytes, std::size_t size);
    void bind_null(int parameter);

    [[nodiscard]] SqlResult<Step> step();
    /// Steps a statement that answers no rows, and resets it.
    [[nodiscard]] SqlOutcome run();
    /// Ends the read that the statement may hold open. Bindings stay.
    void reset();

    /// Columns count from 0; texts and blobs live until the next step or reset.
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

/// Resets a statement when the block ends, so that no read stays open.
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

    /// `vfs` may be empty for the default one. A missing file is created only by `Create`.
    [[nodiscard]] static SqlResult<Database> open(const std::string& path,
                                                  const std::string& vfs,
                                                  OpenMode mode);

    /// Runs statements that answer no rows.
    [[nodiscard]] SqlOutcome execute(const std::string& sql);
    /// The statement must not outlive the connection.
    [[nodiscard]] SqlResult<Statement> prepare(std::string_view sql);
    /// The first column of the first row; 0 where there is none.
    [[nodiscard]] SqlResult<std::int64_t> integer(std::string_view sql);

    /// The rows that the last INSERT, UPDATE or DELETE changed.
    [[nodiscard]] std::int64_t changes() const;
    [[nodiscard]] bool in_transaction() const;

    [[nodiscard]] sqlite3* handle() const { return handle_.get(); }

    /// Statements that still work at `until` are interrupted; one that waits for the disk is not
    /// before the disk has answered. Nothing: no limit, as at first.
    void limit_reads(std::optional<std::chrono::steady_clock::time_point> until);

    /// How often a lock of another connection was waited for at length since this was last asked.
    /// It is asked for all the time; after the first 100 ms each of the spans 1, 2 and 4 s is a
    /// retry.
    [[nodiscard]] std::uint32_t take_lock_retries();

    using Wait = std::function<void(std::chrono::milliseconds)>;

    /// How waits for a lock are spent, in place of sleeping: for tests, which then wait for
    /// nothing.
    void set_lock_wait(Wait wait) { wait_limits_->wait = std::move(wait); }

private:
    struct Close {
        void operator()(sqlite3* handle) const { sqlite3_close_v2(handle); }
    };

    /// What SQLite's callbacks look at; it stays where it is when the connection is moved.
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

}  // namespace botcore::shell::sqlite
