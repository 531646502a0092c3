#include "services/users/user_store.hpp"

#include "operations/daily_job.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace botcore::users {

using base::Failure;
using base::Timestamp;
using store_sqlite::Database;
using store_sqlite::SqlOutcome;
using store_sqlite::SqlResult;
using store_sqlite::Statement;

namespace {

constexpr std::int64_t kSchemaVersion = 1;

/// The columns failures and locked_until are no longer read; they stay because existing files have
/// them.
constexpr const char* kSchema = R"(
    CREATE TABLE users (
        id TEXT PRIMARY KEY,
        email TEXT NOT NULL UNIQUE,
        name TEXT NOT NULL,
        role INTEGER NOT NULL,
        active INTEGER NOT NULL,
        created INTEGER NOT NULL,
        version INTEGER NOT NULL,
        password TEXT NOT NULL,
        failures INTEGER NOT NULL,
        locked_until INTEGER NOT NULL
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE old_passwords (
        number INTEGER PRIMARY KEY,
        user TEXT NOT NULL REFERENCES users (id),
        hash TEXT NOT NULL
    ) STRICT;
    CREATE INDEX old_passwords_of ON old_passwords (user, number);
    CREATE TABLE tokens (
        id TEXT PRIMARY KEY,
        user TEXT NOT NULL REFERENCES users (id),
        name TEXT NOT NULL,
        ending TEXT NOT NULL,
        hash BLOB NOT NULL UNIQUE,
        created INTEGER NOT NULL,
        expires INTEGER NOT NULL
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX tokens_of ON tokens (user, created);
    PRAGMA user_version = 1;
)";

constexpr std::string_view kUserColumns = "id, email, name, role, active, created, version";

std::string text_of(const store_sqlite::SqlError& error) {
    return std::string(sqlite3_errstr(error.code)) +
           (error.system_error != 0 ? std::string(": ") + std::strerror(error.system_error) : "");
}

/// A row that this program never wrote is treated like a page that SQLite cannot read.
Failure<store_sqlite::SqlError> damaged() {
    return Failure{store_sqlite::SqlError{.code = SQLITE_CORRUPT}};
}

SqlResult<User> user_of(const Statement& row) {
    const std::int64_t role = row.integer(3);
    // A number that is not a role would compare as higher than the highest role.
    if (role < 0 || role > static_cast<std::int64_t>(host::Role::Operator)) return damaged();
    User user;
    user.id = model::Owner(row.text(0));
    user.email = row.text(1);
    user.name = row.text(2);
    user.role = static_cast<host::Role>(role);
    user.active = row.integer(4) != 0;
    user.created = Timestamp::from_microseconds(row.integer(5));
    user.version = static_cast<std::uint64_t>(row.integer(6));
    return user;
}

Session session_of(const Statement& row) {
    Session session;
    session.id = row.text(0);
    session.user = model::Owner(row.text(1));
    session.name = row.text(2);
    session.ending = row.text(3);
    session.hash = row.blob(4);
    session.created = Timestamp::from_microseconds(row.integer(5));
    session.expires = Timestamp::from_microseconds(row.integer(6));
    return session;
}

/// All remaining rows of a statement, each converted into a value.
template <class Make>
auto rows_of(Statement& statement, Make make)
    -> SqlResult<std::vector<std::invoke_result_t<Make, const Statement&>>> {
    std::vector<std::invoke_result_t<Make, const Statement&>> rows;
    while (TRY(statement.step()) == Statement::Step::Row)
        rows.push_back(make(statement));
    return rows;
}

/// A violated uniqueness rule becomes a result; every other error stays an error.
SqlResult<UserStore::Added> added(const SqlOutcome& outcome) {
    if (outcome) return UserStore::Added::Done;
    if (outcome.error().code == SQLITE_CONSTRAINT_UNIQUE) return UserStore::Added::Duplicate;
    return Failure{outcome.error()};
}

SqlOutcome prepare_file(Database& database) {
    (void)TRY(
        database.execute("PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; "
                         "PRAGMA foreign_keys=ON; PRAGMA secure_delete=ON;"));
    if (TRY(database.integer("PRAGMA user_version")) != 0) return base::Done{};
    return database.execute(std::string("BEGIN IMMEDIATE;") + kSchema + "COMMIT;");
}

}  // namespace

base::Result<UserStore, std::string> UserStore::open(const std::string& path) {
    // SQLite gives its side files the mode of the main file.
    const int file = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, S_IRUSR | S_IWUSR);
    if (file < 0) return Failure{"cannot open " + path + ": " + std::strerror(errno)};
    struct stat status{};
    const bool others = ::fstat(file, &status) != 0 || (status.st_mode & (S_IRWXG | S_IRWXO)) != 0;
    (void)::close(file);
    if (others)
        return Failure{"other users may access " + path +
                       "; expected mode 0600: run "
                       "chmod 600 on it"};
    auto database = Database::open(path, {}, store_sqlite::OpenMode::ReadWrite);
    if (!database) return Failure{"cannot open " + path + ": " + text_of(database.error())};
    UserStore store(std::move(database).value());
    if (const auto made = prepare_file(store.database_); !made) {
        return Failure{"cannot use " + path + ": " + text_of(made.error())};
    }
    const auto version = store.database_.integer("PRAGMA user_version");
    if (!version || version.value() != kSchemaVersion) {
        return Failure{path + " was written by another version of this program"};
    }
    return store;
}

SqlOutcome UserStore::transact(const std::function<SqlOutcome()>& work) {
    (void)TRY(database_.execute("BEGIN IMMEDIATE"));
    SqlOutcome outcome = work();
    if (outcome) outcome = database_.execute("COMMIT");
    if (!outcome && database_.in_transaction()) (void)database_.execute("ROLLBACK");
    return outcome;
}

SqlResult<UserStore::Added> UserStore::add(const User& user, const Credentials& credentials) {
    Statement insert =
        TRY(database_.prepare("INSERT INTO users (id, email, name, role, active, created, version, "
                              "password, failures, locked_until) VALUES (?,?,?,?,?,?,?,?,0,0)"));
    insert.bind_text(1, user.id.text());
    insert.bind_text(2, user.email);
    insert.bind_text(3, user.name);
    insert.bind_integer(4, static_cast<std::int64_t>(user.role));
    insert.bind_integer(5, user.active ? 1 : 0);
    insert.bind_integer(6, user.created.in_microseconds());
    insert.bind_integer(7, static_cast<std::int64_t>(user.version));
    insert.bind_text(8, credentials.password_hash);
    return added(insert.run());
}

SqlResult<UserStore::Added> UserStore::save(const User& user) {
    Statement update = TRY(database_.prepare(
        "UPDATE users SET email = ?, name = ?, role = ?, active = ?, version = ? WHERE id = ?"));
    update.bind_text(1, user.email);
    update.bind_text(2, user.name);
    update.bind_integer(3, static_cast<std::int64_t>(user.role));
    update.bind_integer(4, user.active ? 1 : 0);
    update.bind_integer(5, static_cast<std::int64_t>(user.version));
    update.bind_text(6, user.id.text());
    return added(update.run());
}

SqlOutcome UserStore::save(const model::Owner& id, const Credentials& credentials) {
    Statement update = TRY(database_.prepare("UPDATE users SET password = ? WHERE id = ?"));
    update.bind_text(1, credentials.password_hash);
    update.bind_text(2, id.text());
    return update.run();
}

SqlResult<std::optional<User>> UserStore::find_by(const std::string& condition,
                                                  const std::string& value) {
    Statement select = TRY(database_.prepare("SELECT " + std::string(kUserColumns) +
                                             " FROM users WHERE " + condition));
    select.bind_text(1, value);
    const store_sqlite::ResetAtEnd reset(select);
    if (TRY(select.step()) == Statement::Step::Done) return std::optional<User>();
    return std::optional<User>(TRY(user_of(select)));
}

SqlResult<std::optional<User>> UserStore::find(const model::Owner& id) {
    return find_by("id = ?", id.text());
}

SqlResult<std::optional<User>> UserStore::find_email(const std::string& email) {
    return find_by("email = ?", email);
}

SqlResult<Credentials> UserStore::credentials(const model::Owner& id) {
    Statement select = TRY(database_.prepare("SELECT password FROM users WHERE id = ?"));
    select.bind_text(1, id.text());
    const store_sqlite::ResetAtEnd reset(select);
    Credentials found;
    if (TRY(select.step()) == Statement::Step::Done) return found;
    found.password_hash = select.text(0);
    return found;
}

SqlResult<std::vector<User>> UserStore::list(const model::Owner& after, std::size_t limit) {
    Statement select = TRY(database_.prepare("SELECT " + std::string(kUserColumns) +
                                             " FROM users WHERE id > ? ORDER BY id LIMIT ?"));
    select.bind_text(1, after.text());
    select.bind_integer(2, static_cast<std::int64_t>(limit));
    const store_sqlite::ResetAtEnd reset(select);
    std::vector<User> users;
    while (TRY(select.step()) == Statement::Step::Row)
        users.push_back(TRY(user_of(select)));
    return users;
}

SqlResult<std::int64_t> UserStore::count() {
    return database_.integer("SELECT count(*) FROM users");
}

SqlOutcome UserStore::remember_password(const model::Owner& id,
                                        const std::string& hash,
                                        std::size_t keep) {
    Statement insert =
        TRY(database_.prepare("INSERT INTO old_passwords (user, hash) VALUES (?, ?)"));
    insert.bind_text(1, id.text());
    insert.bind_text(2, hash);
    (void)TRY(insert.run());
    Statement trim = TRY(database_.prepare(
        "DELETE FROM old_passwords WHERE user = ?1 AND number NOT IN (SELECT number FROM "
        "old_passwords WHERE user = ?1 ORDER BY number DESC LIMIT ?2)"));
    trim.bind_text(1, id.text());
    trim.bind_integer(2, static_cast<std::int64_t>(keep));
    return trim.run();
}

SqlResult<std::vector<std::string>> UserStore::passwords(const model::Owner& id) {
    Statement select = TRY(
        database_.prepare("SELECT hash FROM old_passwords WHERE user = ? ORDER BY number DESC"));
    select.bind_text(1, id.text());
    const store_sqlite::ResetAtEnd reset(select);
    return rows_of(select, [](const Statement& row) { return std::string(row.text(0)); });
}

SqlOutcome UserStore::add(const Session& session) {
    Statement insert =
        TRY(database_.prepare("INSERT INTO tokens (id, user, name, ending, hash, created, expires) "
                              "VALUES (?,?,?,?,?,?,?)"));
    insert.bind_text(1, session.id);
    insert.bind_text(2, session.user.text());
    insert.bind_text(3, session.name);
    insert.bind_text(4, session.ending);
    insert.bind_blob(5, session.hash.data(), session.hash.size());
    insert.bind_integer(6, session.created.in_microseconds());
    insert.bind_integer(7, session.expires.in_microseconds());
    return insert.run();
}

SqlResult<std::vector<Session>> UserStore::sessions(const model::Owner& user) {
    Statement select = TRY(database_.prepare(
        "SELECT id, user, name, ending, hash, created, expires FROM tokens WHERE ?1 = '' OR "
        "user = ?1 ORDER BY created, id"));
    select.bind_text(1, user.text());
    const store_sqlite::ResetAtEnd reset(select);
    return rows_of(select, session_of);
}

SqlResult<bool> UserStore::remove_session(const model::Owner& user, const std::string& id) {
    Statement remove = TRY(database_.prepare("DELETE FROM tokens WHERE user = ? AND id = ?"));
    remove.bind_text(1, user.text());
    remove.bind_text(2, id);
    (void)TRY(remove.run());
    return database_.changes() == 1;
}

SqlOutcome UserStore::remove_sessions(const model::Owner& user, const std::string& except) {
    Statement remove = TRY(database_.prepare("DELETE FROM tokens WHERE user = ? AND id != ?"));
    remove.bind_text(1, user.text());
    remove.bind_text(2, except);
    return remove.run();
}

SqlOutcome UserStore::remove_expired(Timestamp now) {
    Statement correct = TRY(database_.prepare(
        "UPDATE tokens SET expires = ?1 + (expires - created), created = ?1 WHERE created > ?2"));
    correct.bind_integer(1, now.in_microseconds());
    correct.bind_integer(2, (now + operations::kAheadMax).in_microseconds());
    TRY(correct.run());
    Statement remove = TRY(database_.prepare("DELETE FROM tokens WHERE expires <= ?"));
    remove.bind_integer(1, now.in_microseconds());
    return remove.run();
}

}  // namespace botcore::users
