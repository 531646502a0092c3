#pragma once

/// The store of users, their earlier passwords and their tokens. Personal data is stored only here;
/// the journal holds only ids.
///
/// U1  An e-mail address belongs to at most one user, a token's hash to at most one token.
/// U2  The result of every completed operation is on stable storage; inside `transact` it is when
///     `transact` returns Done. An operation that failed may be repeated.
///
/// No call has a time limit: it waits for the disk, and for a limited time for other programs that
/// use the store.
///
/// Threads: one at a time. Calls block, so no thread that an order waits for may make them.

#include "base/result.hpp"
#include "base/time.hpp"
#include "model/order.hpp"
#include "model/role.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace botcore::ports {

/// A user, without what authenticates it.
struct User {
    model::Owner id;
    std::string email;  ///< In the one spelling in which addresses are compared.
    std::string name;   ///< For display.
    model::Role role = model::Role::Trader;
    bool active = true;  ///< An inactive user cannot log in.
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
    std::string hash;    ///< The hash of the token, in binary form.
    base::Timestamp created;
    base::Timestamp expires;
};

/// Why the store cannot be used, or that a row is damaged.
struct UserStoreError {
    std::string text;  ///< For the log; contains no personal data.
};

template <class T>
using UserStoreResult = base::Result<T, UserStoreError>;
using UserStoreOutcome = base::Outcome<UserStoreError>;

class UserStore {
public:
    /// Duplicate: nothing was written, because another user has the e-mail address.
    enum class Added : std::uint8_t { Done, Duplicate };

    virtual ~UserStore() = default;

    /// Runs `work` in one transaction, which is rolled back if `work` fails. `work` calls the other
    /// functions of this store, but not `transact`.
    [[nodiscard]] virtual UserStoreOutcome transact(
        const std::function<UserStoreOutcome()>& work) = 0;

    [[nodiscard]] virtual UserStoreResult<Added> add(const User& user,
                                                     const Credentials& credentials) = 0;
    /// Writes e-mail, name, role, active and version of an existing user.
    [[nodiscard]] virtual UserStoreResult<Added> save(const User& user) = 0;
    [[nodiscard]] virtual UserStoreOutcome save(const model::Owner& id,
                                                const Credentials& credentials) = 0;
    /// Empty if there is no such user. An error, never a user, if the row's role is not known.
    [[nodiscard]] virtual UserStoreResult<std::optional<User>> find(const model::Owner& id) = 0;
    /// Like `find`, by the address as it is stored.
    [[nodiscard]] virtual UserStoreResult<std::optional<User>> find_email(
        const std::string& email) = 0;
    /// An empty hash, which no password has, if there is no such user.
    [[nodiscard]] virtual UserStoreResult<Credentials> credentials(const model::Owner& id) = 0;
    /// At most `limit` users whose ids come after `after`, in the order of their ids.
    [[nodiscard]] virtual UserStoreResult<std::vector<User>> list(const model::Owner& after,
                                                                  std::size_t limit) = 0;
    /// The number of users.
    [[nodiscard]] virtual UserStoreResult<std::int64_t> count() = 0;

    /// Adds the hash to the user's remembered passwords and keeps only the last `keep` of them.
    [[nodiscard]] virtual UserStoreOutcome remember_password(const model::Owner& id,
                                                             const std::string& hash,
                                                             std::size_t keep) = 0;
    /// The hashes of the user's remembered passwords, newest first.
    [[nodiscard]] virtual UserStoreResult<std::vector<std::string>> passwords(
        const model::Owner& id) = 0;

    /// The user must exist.
    [[nodiscard]] virtual UserStoreOutcome add(const Session& session) = 0;
    /// The user's tokens, oldest first; those of every user if `user` is empty.
    [[nodiscard]] virtual UserStoreResult<std::vector<Session>> sessions(
        const model::Owner& user) = 0;
    /// False if the user has no such token.
    [[nodiscard]] virtual UserStoreResult<bool> remove_session(const model::Owner& user,
                                                               const std::string& id) = 0;
    /// Removes all tokens of the user except the one with the id `except`.
    [[nodiscard]] virtual UserStoreOutcome remove_sessions(const model::Owner& user,
                                                           const std::string& except) = 0;
    /// Removes tokens that have expired. Also corrects tokens that begin more than `ahead_max`
    /// later than `now` because the clock was set back: they then begin at `now` and keep their
    /// duration.
    [[nodiscard]] virtual UserStoreOutcome remove_expired(base::Timestamp now,
                                                          base::Duration ahead_max) = 0;
};

}  // namespace botcore::ports
