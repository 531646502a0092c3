#pragma once

/// Who stands behind a token, at once: all open sessions and their users, as the users' file has
/// them. The operator's token is asked for every token that is not a user's.
///
/// S1  A session is known here only after it is on disk, and forgotten here at the moment when its
///     removal is known to be on disk.
///
/// Threads: the thread of the loop.

#include "shell/auth/caller.hpp"
#include "shell/auth/user_store.hpp"

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace botcore::shell::auth {

class SessionTable final : public TokenVerifier {
public:
    /// `others` outlives the table.
    explicit SessionTable(const TokenVerifier& others) : others_(others) {}

    [[nodiscard]] std::optional<Caller> caller_of(std::string_view token,
                                                  model::Timestamp now) const override;

    /// A user is new or changed. An inactive one loses all sessions.
    void put(const User& user);
    /// The user must be known. Sessions of the user that have ended by then are forgotten.
    void put(const Session& session);
    void remove(const model::Owner& user, std::string_view session);
    /// All sessions of the user but that with the id `except`.
    void remove_all(const model::Owner& user, std::string_view except = {});

    /// The clock was set back to `now`: a session that began ahead of it begins now, with the life
    /// that it was given.
    void correct_times(model::Timestamp now);

    /// The session of a user's token, ended or not; `nullptr` for any other token.
    [[nodiscard]] const Session* session_of(std::string_view token) const;
    /// The user's sessions that have not ended, the newest first.
    [[nodiscard]] std::vector<Session> sessions_of(const model::Owner& user,
                                                   model::Timestamp now) const;

    [[nodiscard]] std::size_t size() const { return by_hash_.size(); }

private:
    struct Known {
        Role role = Role::Viewer;
        std::string name;
        std::map<std::string, std::string, std::less<>> hashes;  ///< By session id.
    };

    const TokenVerifier& others_;
    std::map<model::Owner, Known> users_;
    std::map<std::string, Session, std::less<>> by_hash_;
};

}  // namespace botcore::shell::auth
