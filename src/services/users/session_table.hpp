#pragma once

/// Finds the caller of a token in memory: all open sessions and their users, as in the users file.
/// A token that belongs to no user is passed on to another verifier (the operator's token).
///
/// S1  A session is added only after it is on disk, and removed as soon as its removal is known to
///     be on disk.
///
/// Threads: the loop's.

#include "host/caller.hpp"
#include "ports/user_store.hpp"

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace botcore::users {

class SessionTable final : public host::TokenVerifier {
public:
    /// `others` must outlive the table.
    explicit SessionTable(const host::TokenVerifier& others) : others_(others) {}

    [[nodiscard]] std::optional<host::Caller> caller_of(std::string_view token,
                                                        model::Timestamp now) const override;

    /// Adds or updates a user. All sessions of an inactive user are removed.
    void put(const ports::User& user);
    /// The user must exist. Also removes sessions of the user that have expired by then.
    void put(const ports::Session& session);
    void remove(const model::Owner& user, std::string_view session);
    /// Removes all sessions of the user except the one with the id `except`.
    void remove_all(const model::Owner& user, std::string_view except = {});

    /// The clock was set back to `now`: a session that began later than `now` begins at `now` and
    /// keeps its duration.
    void correct_times(model::Timestamp now);

    /// The session of a user's token, expired or not; `nullptr` for any other token.
    [[nodiscard]] const ports::Session* session_of(std::string_view token) const;
    /// All users, as last put.
    [[nodiscard]] std::vector<ports::User> users() const;
    /// `nullptr` if there is no such user.
    [[nodiscard]] const ports::User* find_user(const model::Owner& id) const;
    /// The user's sessions that have not expired, newest first.
    [[nodiscard]] std::vector<ports::Session> sessions_of(const model::Owner& user,
                                                          model::Timestamp now) const;

    [[nodiscard]] std::size_t size() const { return by_hash_.size(); }

private:
    struct Known {
        ports::User user;
        std::map<std::string, std::string, std::less<>> hashes;  ///< By session id.
    };

    const host::TokenVerifier& others_;
    std::map<model::Owner, Known> users_;
    std::map<std::string, ports::Session, std::less<>> by_hash_;
};

}  // namespace botcore::users
