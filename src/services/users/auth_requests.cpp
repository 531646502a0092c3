#include "services/users/auth_requests.hpp"

#include "protocol/flat_reader.hpp"

#include <array>

namespace botcore::users {

using base::Failure;
using protocol::FieldReader;
using protocol::parse_flat_object;
using protocol::RequestError;

namespace {

/// More than the longest allowed password, so that the password rule reports the error and not this
/// limit.
constexpr std::size_t kSecretMax = 1'024;

constexpr std::string_view kRoles = "viewer, trader or operator";
constexpr std::string_view kAddress = "an e-mail address of at most 254 bytes";
constexpr std::string_view kName =
    "a text of 1 to 64 bytes without control or direction characters";

/// The error does not show the address: it is personal data, or may be a password in the wrong
/// field.
AuthParsed<std::string> read_address(FieldReader& reader) {
    auto address = reader.secret("email", 254);
    if (!address) {
        RequestError error = std::move(address).error();
        if (error.code == "INVALID_FIELD") {
            error.expected = kAddress;
            error.message = "'email' must be " + std::string(kAddress);
        }
        return Failure{std::move(error)};
    }
    return std::move(address).value();
}

AuthParsed<std::string> read_name(FieldReader& reader) {
    std::string name = TRY(reader.secret("name", 64));
    if (is_valid_name(name)) return name;
    return Failure{RequestError{.code = "INVALID_FIELD",
                                .message = "'name' must be " + std::string(kName),
                                .field = "name",
                                .expected = std::string(kName),
                                .received = {}}};
}

AuthParsed<host::Secret> read_secret(FieldReader& reader, std::string_view name) {
    return host::Secret(TRY(reader.secret(name, kSecretMax)));
}

}  // namespace

std::optional<host::Role> parse_role(std::string_view text) {
    for (const host::Role role : {host::Role::Viewer, host::Role::Trader, host::Role::Operator}) {
        if (to_text(role) == text) return role;
    }
    return std::nullopt;
}

AuthParsed<Login> parse_login(std::string_view body) {
    FieldReader reader(TRY(parse_flat_object(body)));
    (void)TRY(reader.only(std::array<std::string_view, 3>{"email", "password", "name"}));
    std::string address = TRY(read_address(reader));
    host::Secret password = TRY(read_secret(reader, "password"));
    std::string name;
    if (reader.has("name")) name = TRY(read_name(reader));
    return Login{std::move(address), std::move(password), std::move(name)};
}

AuthParsed<NewUser> parse_new_user(std::string_view body) {
    FieldReader reader(TRY(parse_flat_object(body)));
    (void)TRY(reader.only(std::array<std::string_view, 4>{"email", "password", "name", "role"}));
    std::string address = TRY(read_address(reader));
    std::string name = TRY(read_name(reader));
    host::Secret password = TRY(read_secret(reader, "password"));
    host::Role role = host::Role::Trader;
    if (reader.has("role")) role = TRY(reader.word("role", kRoles, parse_role));
    return NewUser{std::move(address), std::move(name), std::move(password), role};
}

AuthParsed<PasswordChange> parse_password_change(std::string_view body) {
    FieldReader reader(TRY(parse_flat_object(body)));
    (void)TRY(reader.only(std::array<std::string_view, 2>{"current_password", "new_password"}));
    host::Secret present = TRY(read_secret(reader, "current_password"));
    host::Secret requested = TRY(read_secret(reader, "new_password"));
    return PasswordChange{std::move(present), std::move(requested)};
}

AuthParsed<host::Secret> parse_password(std::string_view body) {
    FieldReader reader(TRY(parse_flat_object(body)));
    (void)TRY(reader.only(std::array<std::string_view, 1>{"password"}));
    return read_secret(reader, "password");
}

AuthParsed<ProfileChange> parse_profile_change(std::string_view body) {
    FieldReader reader(TRY(parse_flat_object(body)));
    (void)TRY(reader.only(std::array<std::string_view, 2>{"name", "email"}));
    ProfileChange change;
    if (reader.has("name")) change.name = TRY(read_name(reader));
    if (reader.has("email")) change.email = TRY(read_address(reader));
    if (change.name || change.email) return change;
    return Failure{
        RequestError{.code = "MISSING_FIELD",
                     .message = "the request changes nothing: send 'name', 'email' or both",
                     .field = "name",
                     .expected = std::string(kName),
                     .received = {}}};
}

AuthParsed<host::Role> parse_role_change(std::string_view body) {
    FieldReader reader(TRY(parse_flat_object(body)));
    (void)TRY(reader.only(std::array<std::string_view, 1>{"role"}));
    return reader.word("role", kRoles, parse_role);
}

}  // namespace botcore::users
