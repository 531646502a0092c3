#include "shell/http/auth_answers.hpp"

#include "protocol/time_text.hpp"

namespace botcore::shell::http {

namespace json = boost::json;

namespace {

struct Refusal {
    std::uint16_t status = 0;
    std::string_view code;
};

Refusal refusal_of(auth::AuthFailure failure) {
    using auth::AuthFailure;
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
        case AuthFailure::Locked:
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

json::object user_json(const auth::User& user) {
    json::object out;
    out["id"] = user.id.text();
    out["email"] = user.email.empty() ? json::value(nullptr) : json::value(user.email);
    out["name"] = user.name;
    out["role"] = to_text(user.role);
    out["active"] = user.active;
    out["created_at"] =
        user.email.empty() ? json::value(nullptr) : json::value(protocol::to_iso8601(user.created));
    out["version"] = user.version;
    return out;
}

json::object session_json(const auth::Session& session, const auth::Session* current) {
    json::object out;
    out["id"] = session.id;
    out["name"] = session.name;
    out["token_ending"] = session.ending;
    out["created_at"] = protocol::to_iso8601(session.created);
    out["expires_at"] = protocol::to_iso8601(session.expires);
    out["current"] = current != nullptr && current->id == session.id;
    return out;
}

model::AccountId own_account(const model::Owner& owner, model::Market market) {
    return model::AccountId(owner.text() + "-" + std::string(to_text(market)));
}

RouteRow auth_act(Access access, std::string_view summary) {
    return {.method = "POST",
            .access = access,
            .purpose = Purpose::Admin,
            .tag = "auth",
            .summary = summary};
}

RouteRow auth_look(std::string_view summary, std::string_view response) {
    return {.purpose = Purpose::Admin, .tag = "auth", .summary = summary, .response = response};
}

void add_auth_schemas(SchemaTable& schemas) {
    schemas.add_enum<auth::Role>("Role", "What a user may do; each may what those before it may");
    schemas.add_json("Email", R"({"type":"string","format":"email","maxLength":254})");
    schemas.add_json("PersonName", R"({"type":"string","minLength":1,"maxLength":64})");
    schemas.add_json("Password", R"({"type":"string","format":"password","maxLength":256})");
    schemas.add_object("User",
                       "A user; null where the operator's token stands for nobody",
                       "id:text email:Email? name:PersonName role:Role active:boolean "
                       "created_at:Time? version:Number");
    schemas.add_object("UserPage",
                       "Users by id; `next_after` leads to the next page",
                       "users:[User] next_after:text?");
    schemas.add_object("Session",
                       "A token without the token",
                       "id:text name:text token_ending:text created_at:Time expires_at:Time "
                       "current:boolean");
    schemas.add_list("SessionList", "Session");
    schemas.add_object("LoggedIn",
                       "The token is shown this once",
                       "token:text expires_at:Time session:Session user:User");
    schemas.add_object(
        "TokenCheck", "Whose token it is", "valid:boolean user:text role:Role expires_at:Time?");
    schemas.add_object("Done", "It is done", "done:boolean");
    schemas.add_object(
        "Login", "`name` is the token's", "email:Email password:Password name?:PersonName");
    schemas.add_object("NewUser",
                       "A new user; a role other than trader is an operator's to give",
                       "email:Email password:Password name:PersonName role?:Role");
    schemas.add_object(
        "PasswordChange", "One's own password", "current_password:Password new_password:Password");
    schemas.add_object("PasswordSet", "Another user's password", "password:Password");
    schemas.add_object("ProfileChange", "At least one", "name?:PersonName email?:Email");
    schemas.add_object("RoleChange", "The new role", "role:Role");
    schemas.add_object("Act",
                       "Who did what to whom, and what came of it",
                       "sequence:Number time:Time actor:text? act:text subject:text? outcome:text "
                       "detail:text request_id:text");
    schemas.add_object("ActPage",
                       "Acts, newest first; `next_before` leads to the next page",
                       "acts:[Act] next_before:Number?");
}

void answer_done(Call& call) {
    json::object data;
    data["done"] = true;
    call.answer(std::move(data));
}

void answer_failure(Call& call, const auth::AuthError& error) {
    const Refusal refusal = refusal_of(error.failure);
    call.fail(refusal.status, refusal.code, error.text);
}

}  // namespace botcore::shell::http
