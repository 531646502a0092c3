#include "api/auth_responses.hpp"

#include "base/time_text.hpp"

namespace botcore::api {

namespace json = boost::json;

namespace {

struct Refusal {
    std::uint16_t status = 0;
    std::string_view code;
};

Refusal refusal_of(users::AuthFailure failure) {
    using users::AuthFailure;
    switch (failure) {
        case AuthFailure::InvalidEmail:
            return {400, "INVALID_EMAIL"};
        case AuthFailure::InvalidName:
            return {400, "INVALID_NAME"};
        case AuthFailure::WeakPassword:
            return {400, "WEAK_PASSWORD"};
        case AuthFailure::PasswordReused:
            return {400, "PASSWORD_REUSED"};
        case AuthFailure::DuplicateEmail:
            return {409, "DUPLICATE_EMAIL"};
        case AuthFailure::WrongPassword:
            return {401, "INVALID_LOGIN"};
        case AuthFailure::UserUnknown:
            return {404, "USER_UNKNOWN"};
        case AuthFailure::SessionUnknown:
            return {404, "SESSION_UNKNOWN"};
        case AuthFailure::UsersFull:
            return {409, "USERS_FULL"};
        case AuthFailure::VersionConflict:
            return {409, "VERSION_CONFLICT"};
        case AuthFailure::StoreFailed:
            return {503, "SERVICE_UNAVAILABLE"};
    }
    return {500, "INTERNAL_ERROR"};
}

}  // namespace

json::object user_json(const ports::User& user) {
    json::object out;
    out["id"] = user.id.text();
    out["email"] = user.email.empty() ? json::value(nullptr) : json::value(user.email);
    out["name"] = user.name;
    out["role"] = to_text(user.role);
    out["active"] = user.active;
    out["created_at"] =
        user.email.empty() ? json::value(nullptr) : json::value(base::to_iso8601(user.created));
    out["version"] = user.version;
    return out;
}

json::object session_json(const ports::Session& session, const ports::Session* current) {
    json::object out;
    out["id"] = session.id;
    out["name"] = session.name;
    out["token_ending"] = session.ending;
    out["created_at"] = base::to_iso8601(session.created);
    out["expires_at"] = base::to_iso8601(session.expires);
    out["current"] = current != nullptr && current->id == session.id;
    return out;
}

host::RouteRow auth_post_row(host::Access access, std::string_view summary) {
    return {.method = "POST",
            .access = access,
            .purpose = host::Purpose::Admin,
            .tag = "auth",
            .summary = summary};
}

host::RouteRow auth_get_row(std::string_view summary, std::string_view response) {
    return {
        .purpose = host::Purpose::Admin, .tag = "auth", .summary = summary, .response = response};
}

void answer_done(host::RequestContext& call) {
    json::object data;
    data["done"] = true;
    call.send(std::move(data));
}

void answer_failure(host::RequestContext& call, const users::AuthError& error) {
    const Refusal refusal = refusal_of(error.failure);
    call.fail(refusal.status, refusal.code, error.text);
}

}  // namespace botcore::api
