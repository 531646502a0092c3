#pragma once

/// Parses the bodies of the requests about users. Passwords are returned as secrets, and no error
/// shows a password.

#include "protocol/api_requests.hpp"
#include "shell/auth/user_service.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace botcore::shell::auth {

template <class T>
using AuthParsed = base::Result<T, protocol::RequestError>;

struct PasswordChange {
    Secret present;
    Secret requested;
};

/// Fields: email, password; name of the token (default: login).
[[nodiscard]] AuthParsed<Login> parse_login(std::string_view body);
/// Fields: email, password, name; role (default: trader).
[[nodiscard]] AuthParsed<NewUser> parse_new_user(std::string_view body);
/// Fields: current_password, new_password.
[[nodiscard]] AuthParsed<PasswordChange> parse_password_change(std::string_view body);
/// Field: password.
[[nodiscard]] AuthParsed<Secret> parse_password(std::string_view body);
/// Fields: name, email; at least one.
[[nodiscard]] AuthParsed<ProfileChange> parse_profile_change(std::string_view body);
/// Field: role.
[[nodiscard]] AuthParsed<Role> parse_role_change(std::string_view body);

[[nodiscard]] std::optional<Role> parse_role(std::string_view text);

}  // namespace botcore::shell::auth
