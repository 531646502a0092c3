#pragma once

/// The rows of `users.sqlite`: users, their earlier passwords, their tokens. Personal data is
/// stored only here; the journal holds only ids.
///
/// U1  An e-mail address belongs to at most one user, a token's hash to at most one token.
/// U2  The result of every completed operation is on disk (WAL, synchronous=FULL).
///
/// Threads: one at a time.

#include "adapters/store_sqlite/database.hpp"
#include "base/time.hpp"
#include "host/caller.hpp"

#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace botcore::users {

struct User {
    model::Owner id;
    std::string email;  ///< As `normalized_email` returns it.
    std::string name;
    host::Role role = host::Role::Trader;
    bool active = true;
    base::Timestamp created;
    std::uint64_t version = 1;  ///< Incremented by each change of the fields above.
};

/// What authenticates a user.
struct Credentials {
    std::string password_hash;
};

/// A token's row, without the token itself.
struct Session {
    std::string id;
    model::Owner user;
    std::string name;
    std::string ending;  ///< The token's last four characters.
    std::string hash;    ///< `bearer_hash` of the token.
    base::Timestamp created;
    base::Timestamp expires;
};

class UserStore {
public:
    enum class Added : std::uint8_t { Done, Duplicate };

    /// Creates the file with mode 0600 if it does not exist. The error says what went wrong.
    [[nodiscard]] static base::Result<UserStore, std::string> open(const std::string& path);

    /// Runs `work` in one transaction, which is rolled back if `work` fails.
    [[nodiscard]] store_sqlite::SqlOutcome transact(
        const std::function<store_sqlite::SqlOutcome()>& work);

    [[nodiscard]] store_sqlite::SqlResult<Added> add(const User& user,
                                                     const Credentials& credentials);
    /// Writes e-mail, name, role, active and version.
    [[nodiscard]] store_sqlite::SqlResult<Added> save(const User& user);
    [[nodiscard]] store_sqlite::SqlOutcome save(const model::Owner& id,
                                                const Credentials& credentials);
    [[nodiscard]] store_sqlite::SqlResult<std::optional<User>> find(const model::Owner& id);
    [[nodiscard]] store_sqlite::SqlResult<std::optional<User>> find_email(const std::string& email);
    [[nodiscard]] store_sqlite::SqlResult<Credentials> credentials(const model::Owner& id);
    /// The users whose ids come after `after`, in the order of their ids.
    [[nodiscard]] store_sqlite::SqlResult<std::vector<User>> list(const model::Owner& after,
                                                                  std::size_t limit);
    [[nodiscard]] store_sqlite::SqlResult<std::int64_t> count();

    /// Adds the hash to the user's remembered passwords and keeps only the last `keep` of them.
    [[nodiscard]] store_sqlite::SqlOutcome remember_password(const model::Owner& id,
                                                             const std::string& hash,
                                                             std::size_t keep);
    [[nodiscard]] store_sqlite::SqlResult<std::vector<std::string>> passwords(
        const model::Owner& id);

    [[nodiscard]] store_sqlite::SqlOutcome add(const Session& session);
    /// The user's tokens, oldest first; those of every user if `user` is empty.
    [[nodiscard]] store_sqlite::SqlResult<std::vector<Session>> sessions(const model::Owner& user);
    /// False if the user has no such token.
    [[nodiscard]] store_sqlite::SqlResult<bool> remove_session(const model::Owner& user,
                                                               const std::string& id);
    /// Removes all tokens of the user except the one with the id `except`.
    [[nodiscard]] store_sqlite::SqlOutcome remove_sessions(const model::Owner& user,
                                                           const std::string& except);
    /// Removes tokens that have expired. Also corrects tokens that begin later than `now` because
    /// the clock was set back: they then begin at `now` and keep their duration.
    [[nodiscard]] store_sqlite::SqlOutcome remove_expired(base::Timestamp now);

private:
    explicit UserStore(store_sqlite::Database database) : database_(std::move(database)) {}

    [[nodiscard]] store_sqlite::SqlResult<std::optional<User>> find_by(const std::string& condition,
                                                                       const std::string& value);

    store_sqlite::Database database_;
};

}  // namespace botcore::users
