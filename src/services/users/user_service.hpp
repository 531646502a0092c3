#pragma once

/// The rules for users: who may be added, who may log in, which passwords are allowed. The service
/// works on the user store and is slow, since it hashes passwords. `LoginDelays` decides which
/// login attempts are checked.
///
/// V1  A rejected login returns the same error after the same time whether the user is unknown, the
///     password is wrong or the user is inactive.
/// V2  A new password or a deactivation ends all tokens of the user (a change of one's own password
///     keeps the token of that request).
///
/// Threads: one at a time, never the loop's.

#include "host/secret.hpp"
#include "services/users/password.hpp"
#include "services/users/user_store.hpp"

namespace botcore::users {

enum class AuthFailure : std::uint8_t {
    InvalidEmail,
    InvalidName,
    WeakPassword,
    PasswordReused,
    DuplicateEmail,
    WrongPassword,  ///< Also an unknown or inactive user.
    UserUnknown,
    SessionUnknown,
    UsersFull,
    VersionConflict,
    StoreFailed,
};

struct AuthError {
    AuthFailure failure = AuthFailure::StoreFailed;
    std::string text;      ///< For the caller; holds no secret and no personal data.
    model::Owner subject;  ///< The user concerned, if known.
};

template <class T>
using AuthResult = base::Result<T, AuthError>;

struct UserServiceOptions {
    HashCost cost{};
    base::Duration token_lifetime = base::Duration::seconds(24 * 60 * 60);
    std::size_t users_max = 10'000;
    std::size_t sessions_max = 50;  ///< For each user; one more session ends the oldest one.
};

struct NewUser {
    std::string email;
    std::string name;
    host::Secret password;
    host::Role role = host::Role::Trader;
};

struct Login {
    std::string email;
    host::Secret password;
    std::string token_name;
};

struct LoggedIn {
    User user;
    Session session;
    host::Secret token;  ///< Shown only this once.
};

struct ProfileChange {
    std::optional<std::string> name;
    std::optional<std::string> email;
    std::optional<host::Role> role;
    std::optional<bool> active;
    std::optional<std::uint64_t> version;  ///< The version that the caller has read.
};

class UserService {
public:
    UserService(UserStore store, UserServiceOptions options);

    [[nodiscard]] AuthResult<User> add(const NewUser& requested, base::Timestamp now);
    [[nodiscard]] AuthResult<LoggedIn> login(const Login& login, base::Timestamp now);
    /// Changes the password on behalf of the user; requires the present password.
    [[nodiscard]] AuthResult<User> change_password(const model::Owner& id,
                                                   const host::Secret& present,
                                                   const host::Secret& requested,
                                                   const std::string& session_kept);
    /// Sets a new password on behalf of an operator.
    [[nodiscard]] AuthResult<User> set_password(const model::Owner& id,
                                                const host::Secret& requested);
    [[nodiscard]] AuthResult<User> change(const model::Owner& id, const ProfileChange& change);
    [[nodiscard]] AuthResult<User> find(const model::Owner& id);
    [[nodiscard]] AuthResult<User> find_email(const std::string& email);
    [[nodiscard]] AuthResult<std::vector<User>> list(const model::Owner& after, std::size_t limit);
    [[nodiscard]] AuthResult<base::Done> revoke(const model::Owner& id, const std::string& session);
    [[nodiscard]] AuthResult<base::Done> revoke_all(const model::Owner& id);
    /// Every token that has not expired; expired ones are deleted.
    [[nodiscard]] AuthResult<std::vector<Session>> sessions(base::Timestamp now);

private:
    [[nodiscard]] AuthResult<User> known(const model::Owner& id);
    [[nodiscard]] AuthResult<base::Done> check_password(const User& user,
                                                        const host::Secret& candidate);
    [[nodiscard]] AuthResult<base::Done> choose_password(const User& user,
                                                         const host::Secret& requested,
                                                         const std::string& session_kept);
    [[nodiscard]] AuthResult<Session> open_session(const User& user,
                                                   const host::Secret& token,
                                                   const std::string& name,
                                                   base::Timestamp now);

    UserStore store_;
    UserServiceOptions options_;
    std::string nobody_hash_;  ///< The hash of a password that no user has, for V1.
};

/// Whether this may be a display name: 1 to 64 bytes that `base::is_plain_line` accepts.
[[nodiscard]] bool is_valid_name(std::string_view text);

}  // namespace botcore::users
