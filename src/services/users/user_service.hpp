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

#include "host/caller.hpp"
#include "host/secret.hpp"
#include "ports/user_store.hpp"
#include "services/users/password.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

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
    ports::User user;
    ports::Session session;
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
    UserService(std::unique_ptr<ports::UserStore> store, UserServiceOptions options);

    [[nodiscard]] AuthResult<ports::User> add(const NewUser& requested, base::Timestamp now);
    [[nodiscard]] AuthResult<LoggedIn> login(const Login& login, base::Timestamp now);
    /// Changes the password on behalf of the user; requires the present password.
    [[nodiscard]] AuthResult<ports::User> change_password(const model::Owner& id,
                                                          const host::Secret& present,
                                                          const host::Secret& requested,
                                                          const std::string& session_kept);
    /// Sets a new password on behalf of an operator.
    [[nodiscard]] AuthResult<ports::User> set_password(const model::Owner& id,
                                                       const host::Secret& requested);
    [[nodiscard]] AuthResult<ports::User> change(const model::Owner& id,
                                                 const ProfileChange& change);
    [[nodiscard]] AuthResult<ports::User> find(const model::Owner& id);
    [[nodiscard]] AuthResult<ports::User> find_email(const std::string& email);
    [[nodiscard]] AuthResult<std::vector<ports::User>> list(const model::Owner& after,
                                                            std::size_t limit);
    [[nodiscard]] AuthResult<base::Done> revoke(const model::Owner& id, const std::string& session);
    [[nodiscard]] AuthResult<base::Done> revoke_all(const model::Owner& id);
    /// Every token that has not expired; expired ones are deleted.
    [[nodiscard]] AuthResult<std::vector<ports::Session>> sessions(base::Timestamp now);

private:
    [[nodiscard]] AuthResult<ports::User> known(const model::Owner& id);
    [[nodiscard]] AuthResult<base::Done> check_password(const ports::User& user,
                                                        const host::Secret& candidate);
    [[nodiscard]] AuthResult<base::Done> choose_password(const ports::User& user,
                                                         const host::Secret& requested,
                                                         const std::string& session_kept);
    [[nodiscard]] AuthResult<ports::Session> open_session(const ports::User& user,
                                                          const host::Secret& token,
                                                          const std::string& name,
                                                          base::Timestamp now);

    std::unique_ptr<ports::UserStore> store_;
    UserServiceOptions options_;
    std::string nobody_hash_;  ///< The hash of a password that no user has, for V1.
};

/// Whether this may be a display name: 1 to 64 bytes that `base::is_plain_line` accepts.
[[nodiscard]] bool is_valid_name(std::string_view text);

}  // namespace botcore::users
