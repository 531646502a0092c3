#include "adapters/store_sqlite/sqlite_services.hpp"

#include <pthread.h>

#include <chrono>
#include <utility>

namespace botcore::store_sqlite {

using base::Failure;
using ports::ServiceChange;
using ports::ServiceRow;

namespace {

constexpr std::chrono::seconds kRetryAfter{1};
constexpr std::int64_t kVersion = 1;

constexpr const char* kSchema = R"(
    CREATE TABLE service_rows (
        kind TEXT NOT NULL,
        key TEXT NOT NULL,
        text TEXT NOT NULL,
        PRIMARY KEY (kind, key)
    ) STRICT, WITHOUT ROWID;
    PRAGMA user_version = 1;
)";

SqlOutcome prepare_file(Database& database) {
    (void)TRY(database.execute("PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;"));
    if (TRY(database.integer("PRAGMA user_version")) != 0) return base::Done{};
    return database.execute(std::string("BEGIN IMMEDIATE;") + kSchema + "COMMIT;");
}

SqlResult<Database> open_file(const std::string& path) {
    Database database = TRY(Database::open(path, {}, OpenMode::Create));
    TRY(prepare_file(database));
    return database;
}

SqlOutcome write_change(Database& database, const ServiceChange& change) {
    Statement statement = TRY(database.prepare(
        change.removed ? "DELETE FROM service_rows WHERE kind = ?1 AND key = ?2"
                       : "INSERT INTO service_rows (kind, key, text) VALUES (?1, ?2, ?3) "
                         "ON CONFLICT (kind, key) DO UPDATE SET text = ?3"));
    statement.bind_text(1, change.row.kind);
    statement.bind_text(2, change.row.key);
    if (!change.removed) statement.bind_text(3, change.row.text);
    return statement.run();
}

SqlResult<std::vector<ServiceRow>> read_rows(Database& database, std::string_view kind) {
    Statement statement = TRY(
        database.prepare("SELECT kind, key, text FROM service_rows WHERE kind = ?1 ORDER BY key"));
    statement.bind_text(1, kind);
    std::vector<ServiceRow> rows;
    while (TRY(statement.step()) == Statement::Step::Row) {
        rows.push_back({std::string(statement.text(0)),
                        std::string(statement.text(1)),
                        std::string(statement.text(2))});
    }
    return rows;
}

}  // namespace

base::Result<std::unique_ptr<SqliteServices>, std::string> SqliteServices::open(
    const std::string& path, Post post) {
    auto opened = open_file(path);
    if (!opened) return Failure{"cannot open " + path + ": " + to_text(opened.error())};
    Database database = std::move(opened).value();
    const auto version = database.integer("PRAGMA user_version");
    if (!version || version.value() != kVersion) {
        return Failure{path + " was written by another version of this program"};
    }
    return std::unique_ptr<SqliteServices>(
        new SqliteServices(std::move(database), std::move(post)));
}

SqliteServices::SqliteServices(Database database, Post post)
    : database_(std::move(database)),
      post_(std::move(post)),
      thread_([this](const std::stop_token& stop) { run(stop); }) {
}

SqliteServices::~SqliteServices() {
    thread_.request_stop();
    thread_.join();
}

base::Result<std::vector<ServiceRow>, std::string> SqliteServices::rows(std::string_view kind) {
    auto found = read_rows(database_, kind);
    if (!found) return Failure{"cannot read services.sqlite: " + to_text(found.error())};
    return std::move(found).value();
}

void SqliteServices::change(std::vector<ServiceChange> changes, Done done) {
    {
        const std::lock_guard lock(mutex_);
        waiting_.push_back({std::move(changes), std::move(done)});
    }
    changed_.notify_one();
}

std::string SqliteServices::error() const {
    const std::lock_guard lock(mutex_);
    return error_;
}

void SqliteServices::run(const std::stop_token& stop) {
    (void)pthread_setname_np(pthread_self(), "service-store");
    std::deque<Waiting> taken;
    while (true) {
        {
            std::unique_lock lock(mutex_);
            (void)changed_.wait(lock, stop, [&] { return !waiting_.empty() || !taken.empty(); });
            for (Waiting& one : waiting_)
                taken.push_back(std::move(one));
            waiting_.clear();
        }
        if (taken.empty()) return;
        const SqlOutcome written = write(taken);
        std::unique_lock lock(mutex_);
        error_ = written ? std::string() : to_text(written.error());
        if (written) {
            report_done(std::exchange(taken, {}));
        } else {
            (void)changed_.wait_for(lock, stop, kRetryAfter, [] { return false; });
        }
        if (stop.stop_requested() && (waiting_.empty() || !taken.empty())) return;
    }
}

/// Writes all changes in one transaction.
SqlOutcome SqliteServices::write(const std::deque<Waiting>& all) {
    TRY(database_.execute("BEGIN IMMEDIATE"));
    const auto write_all = [&]() -> SqlOutcome {
        for (const Waiting& waiting : all)
            for (const ServiceChange& change : waiting.changes)
                TRY(write_change(database_, change));
        return database_.execute("COMMIT");
    };
    const SqlOutcome written = write_all();
    if (!written && database_.in_transaction()) (void)database_.execute("ROLLBACK");
    return written;
}

void SqliteServices::report_done(std::deque<Waiting> all) {
    for (Waiting& waiting : all) {
        if (!waiting.done) continue;
        post_([done = std::move(waiting.done), alive = std::weak_ptr<int>(alive_)] {
            if (!alive.expired()) done();
        });
    }
}

}  // namespace botcore::store_sqlite
