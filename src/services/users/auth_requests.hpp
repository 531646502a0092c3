#pragma once

/// Parses the bodies of the requests about users. Passwords are returned as secrets, and no error
/// shows a password.

#include "protocol/api_requests.hpp"
#include "services/users/user_service.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace botcore::users {

template <class T>
using AuthParsed = base::Result<T, protocol::RequestError>;

struct PasswordChange {
    host::Secret present;
    host::Secret requested;
};

/// Fields: email, password; name of the token (default: login).
[[nodiscard]] AuthParsed<Login> parse_login(std::string_view body);
/// Fields: email, password, name; role (default: trader).
[[nodiscard]] AuthParsed<NewUser> parse_new_user(std::string_view body);
/// Fields: current_password, new_password.
[[nodiscard]] AuthParsed<PasswordChange> parse_password_change(std::string_view body);
/// Field: password.
[[nodiscard]] AuthParsed<host::Secret> parse_password(std::string_view body);
/// Fields: name, email; at least one.
[[nodiscard]] AuthParsed<ProfileChange> parse_profile_change(std::string_view body);
/// Field: role.
[[nodiscard]] AuthParsed<host::Role> parse_role_change(std::string_view body);

[[nodiscard]] std::optional<host::Role> parse_role(std::string_view text);

}  // namespace botcore::users
