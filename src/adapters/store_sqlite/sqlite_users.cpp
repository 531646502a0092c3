#include "adapters/store_sqlite/sqlite_users.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace botcore::store_sqlite {

using base::Failure;
using base::Timestamp;
using ports::Credentials;
using ports::Session;
using ports::User;
using ports::UserStoreError;
using ports::UserStoreOutcome;
using ports::UserStoreResult;

namespace {

constexpr std::int64_t kUsersVersion = 1;

/// The columns failures and locked_until are no longer read; they stay because existing files have
/// them.
constexpr const char* kUsersSchema = R"(
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

Failure<UserStoreError> failure_of(const SqlError& error) {
    return Failure{UserStoreError{to_text(error)}};
}

UserStoreOutcome run(Statement& statement) {
    const auto outcome = statement.run();
    if (!outcome) return failure_of(outcome.error());
    return base::Done{};
}

UserStoreResult<Statement::Step> step(Statement& statement) {
    const auto result = statement.step();
    if (!result) return failure_of(result.error());
    return result.value();
}

UserStoreResult<User> user_of(const Statement& row) {
    const std::int64_t role = row.integer(3);
    // A number that is not a role would compare as higher than the highest role.
    if (role < 0 || role > static_cast<std::int64_t>(model::Role::Operator)) {
        return Failure{UserStoreError{"a user has a role that does not exist"}};
    }
    User user;
    user.id = model::Owner(row.text(0));
    user.email = row.text(1);
    user.name = row.text(2);
    user.role = static_cast<model::Role>(role);
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
    -> UserStoreResult<std::vector<std::invoke_result_t<Make, const Statement&>>> {
    std::vector<std::invoke_result_t<Make, const Statement&>> rows;
    while (TRY(step(statement)) == Statement::Step::Row)
        rows.push_back(make(statement));
    return rows;
}

/// A violated uniqueness rule becomes a result; every other error stays an error.
UserStoreResult<SqliteUsers::Added> added(const SqlOutcome& outcome) {
    if (outcome) return SqliteUsers::Added::Done;
    if (outcome.error().code == SQLITE_CONSTRAINT_UNIQUE) return SqliteUsers::Added::Duplicate;
    return failure_of(outcome.error());
}

SqlOutcome prepare_file(Database& database) {
    (void)TRY(
        database.execute("PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; "
                         "PRAGMA foreign_keys=ON; PRAGMA secure_delete=ON;"));
    if (TRY(database.integer("PRAGMA user_version")) != 0) return base::Done{};
    return database.execute(std::string("BEGIN IMMEDIATE;") + kUsersSchema + "COMMIT;");
}

}  // namespace

base::Result<std::unique_ptr<SqliteUsers>, std::string> SqliteUsers::open(const std::string& path) {
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
    auto database = Database::open(path, {}, OpenMode::ReadWrite);
    if (!database) return Failure{"cannot open " + path + ": " + to_text(database.error())};
    std::unique_ptr<SqliteUsers> store(new SqliteUsers(std::move(database).value()));
    if (const auto made = prepare_file(store->database_); !made) {
        return Failure{"cannot use " + path + ": " + to_text(made.error())};
    }
    const auto version = store->database_.integer("PRAGMA user_version");
    if (!version || version.value() != kUsersVersion) {
        return Failure{path + " was written by another version of this program"};
    }
    return store;
}

UserStoreResult<Statement> SqliteUsers::prepare(std::string_view sql) {
    auto statement = database_.prepare(sql);
    if (!statement) return failure_of(statement.error());
    return std::move(statement).value();
}

UserStoreOutcome SqliteUsers::transact(const std::function<UserStoreOutcome()>& work) {
    const auto begun = database_.execute("BEGIN IMMEDIATE");
    if (!begun) return failure_of(begun.error());
    UserStoreOutcome outcome = work();
    if (outcome) {
        const auto committed = database_.execute("COMMIT");
        if (!committed) outcome = failure_of(committed.error());
    }
    if (!outcome && database_.in_transaction()) (void)database_.execute("ROLLBACK");
    return outcome;
}

UserStoreResult<SqliteUsers::Added> SqliteUsers::add(const User& user,
                                                     const Credentials& credentials) {
    Statement insert =
        TRY(prepare("INSERT INTO users (id, email, name, role, active, created, version, "
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

UserStoreResult<SqliteUsers::Added> SqliteUsers::save(const User& user) {
    Statement update = TRY(prepare(
        "UPDATE users SET email = ?, name = ?, role = ?, active = ?, version = ? WHERE id = ?"));
    update.bind_text(1, user.email);
    update.bind_text(2, user.name);
    update.bind_integer(3, static_cast<std::int64_t>(user.role));
    update.bind_integer(4, user.active ? 1 : 0);
    update.bind_integer(5, static_cast<std::int64_t>(user.version));
    update.bind_text(6, user.id.text());
    return added(update.run());
}

UserStoreOutcome SqliteUsers::save(const model::Owner& id, const Credentials& credentials) {
    Statement update = TRY(prepare("UPDATE users SET password = ? WHERE id = ?"));
    update.bind_text(1, credentials.password_hash);
    update.bind_text(2, id.text());
    return run(update);
}

UserStoreResult<std::optional<User>> SqliteUsers::find_by(const std::string& condition,
                                                          const std::string& value) {
    Statement select =
        TRY(prepare("SELECT " + std::string(kUserColumns) + " FROM users WHERE " + condition));
    select.bind_text(1, value);
    const ResetAtEnd reset(select);
    if (TRY(step(select)) == Statement::Step::Done) return std::optional<User>();
    return std::optional<User>(TRY(user_of(select)));
}

UserStoreResult<std::optional<User>> SqliteUsers::find(const model::Owner& id) {
    return find_by("id = ?", id.text());
}

UserStoreResult<std::optional<User>> SqliteUsers::find_email(const std::string& email) {
    return find_by("email = ?", email);
}

UserStoreResult<Credentials> SqliteUsers::credentials(const model::Owner& id) {
    Statement select = TRY(prepare("SELECT password FROM users WHERE id = ?"));
    select.bind_text(1, id.text());
    const ResetAtEnd reset(select);
    Credentials found;
    if (TRY(step(select)) == Statement::Step::Done) return found;
    found.password_hash = select.text(0);
    return found;
}

UserStoreResult<std::vector<User>> SqliteUsers::list(const model::Owner& after, std::size_t limit) {
    Statement select = TRY(prepare("SELECT " + std::string(kUserColumns) +
                                   " FROM users WHERE id > ? ORDER BY id LIMIT ?"));
    select.bind_text(1, after.text());
    select.bind_integer(2, static_cast<std::int64_t>(limit));
    const ResetAtEnd reset(select);
    std::vector<User> users;
    while (TRY(step(select)) == Statement::Step::Row)
        users.push_back(TRY(user_of(select)));
    return users;
}

UserStoreResult<std::int64_t> SqliteUsers::count() {
    const auto number = database_.integer("SELECT count(*) FROM users");
    if (!number) return failure_of(number.error());
    return number.value();
}

UserStoreOutcome SqliteUsers::remember_password(const model::Owner& id,
                                                const std::string& hash,
                                                std::size_t keep) {
    Statement insert = TRY(prepare("INSERT INTO old_passwords (user, hash) VALUES (?, ?)"));
    insert.bind_text(1, id.text());
    insert.bind_text(2, hash);
    (void)TRY(run(insert));
    Statement trim = TRY(
        prepare("DELETE FROM old_passwords WHERE user = ?1 AND number NOT IN (SELECT number FROM "
                "old_passwords WHERE user = ?1 ORDER BY number DESC LIMIT ?2)"));
    trim.bind_text(1, id.text());
    trim.bind_integer(2, static_cast<std::int64_t>(keep));
    return run(trim);
}

UserStoreResult<std::vector<std::string>> SqliteUsers::passwords(const model::Owner& id) {
    Statement select =
        TRY(prepare("SELECT hash FROM old_passwords WHERE user = ? ORDER BY number DESC"));
    select.bind_text(1, id.text());
    const ResetAtEnd reset(select);
    return rows_of(select, [](const Statement& row) { return std::string(row.text(0)); });
}

UserStoreOutcome SqliteUsers::add(const Session& session) {
    Statement insert =
        TRY(prepare("INSERT INTO tokens (id, user, name, ending, hash, created, expires) "
                    "VALUES (?,?,?,?,?,?,?)"));
    insert.bind_text(1, session.id);
    insert.bind_text(2, session.user.text());
    insert.bind_text(3, session.name);
    insert.bind_text(4, session.ending);
    insert.bind_blob(5, session.hash.data(), session.hash.size());
    insert.bind_integer(6, session.created.in_microseconds());
    insert.bind_integer(7, session.expires.in_microseconds());
    return run(insert);
}

UserStoreResult<std::vector<Session>> SqliteUsers::sessions(const model::Owner& user) {
    Statement select = TRY(prepare(
        "SELECT id, user, name, ending, hash, created, expires FROM tokens WHERE ?1 = '' OR "
        "user = ?1 ORDER BY created, id"));
    select.bind_text(1, user.text());
    const ResetAtEnd reset(select);
    return rows_of(select, session_of);
}

UserStoreResult<bool> SqliteUsers::remove_session(const model::Owner& user, const std::string& id) {
    Statement remove = TRY(prepare("DELETE FROM tokens WHERE user = ? AND id = ?"));
    remove.bind_text(1, user.text());
    remove.bind_text(2, id);
    (void)TRY(run(remove));
    return database_.changes() == 1;
}

UserStoreOutcome SqliteUsers::remove_sessions(const model::Owner& user, const std::string& except) {
    Statement remove = TRY(prepare("DELETE FROM tokens WHERE user = ? AND id != ?"));
    remove.bind_text(1, user.text());
    remove.bind_text(2, except);
    return run(remove);
}

UserStoreOutcome SqliteUsers::remove_expired(Timestamp now, base::Duration ahead_max) {
    Statement correct = TRY(prepare(
        "UPDATE tokens SET expires = ?1 + (expires - created), created = ?1 WHERE created > ?2"));
    correct.bind_integer(1, now.in_microseconds());
    correct.bind_integer(2, (now + ahead_max).in_microseconds());
    TRY(run(correct));
    Statement remove = TRY(prepare("DELETE FROM tokens WHERE expires <= ?"));
    remove.bind_integer(1, now.in_microseconds());
    return run(remove);
}

}  // namespace botcore::store_sqlite
