#include "api/auth_routes.hpp"

#include "api/api_schemas.hpp"
#include "api/auth_responses.hpp"
#include "base/time_text.hpp"
#include "model/default_account.hpp"
#include "net/bearer_header.hpp"
#include "net/client_address.hpp"
#include "services/users/auth_requests.hpp"
#include "services/users/email.hpp"
#include "services/users/operator_token.hpp"

#include <boost/json/array.hpp>

#include <chrono>
#include <utility>
#include <vector>

namespace botcore::api {

namespace json = boost::json;
using users::AuthFailure;

void AuthRoutes::add(host::RouteTable& table,
                     std::string_view pattern,
                     Handler handler,
                     host::RouteRow row) {
    row.pattern = pattern;
    row.handler = [this, handler](host::RequestContext& call) { (this->*handler)(call); };
    table.add(std::move(row));
}

void AuthRoutes::add_to(host::RouteTable& table) {
    add_auth_schemas(table.schemas());
    add_own(table);
    add_users(table);
}

void AuthRoutes::add_own(host::RouteTable& table) {
    const host::Access registers =
        options_.registration_open ? host::Access::Public : host::Access::Operator;
    host::RouteRow registration = auth_post_row(registers, "Adds a user");
    registration.limit = host::Limit::Registration;
    registration.request = "NewUser";
    registration.response = "User";
    registration.statuses = {201, 403, 409};
    add(table, "/api/auth/register", &AuthRoutes::register_user, std::move(registration));

    host::RouteRow login =
        auth_post_row(host::Access::Public, "Logs a user in and returns a new token");
    login.limit = host::Limit::Login;
    login.request = "Login";
    login.response = "LoggedIn";
    login.statuses = {401};
    add(table, "/api/auth/login", &AuthRoutes::login, std::move(login));

    host::RouteRow logout =
        auth_post_row(host::Access::Viewer, "Logs out: revokes the token of this request");
    logout.response = "Done";
    logout.statuses = {404, 409};
    add(table, "/api/auth/logout", &AuthRoutes::logout, std::move(logout));

    host::RouteRow password = auth_post_row(
        host::Access::Viewer, "Changes the caller's password and revokes all its other tokens");
    password.limit = host::Limit::Login;
    password.request = "PasswordChange";
    password.response = "User";
    password.statuses = {404, 409};
    add(table, "/api/auth/change-password", &AuthRoutes::change_password, std::move(password));

    add(table,
        "/api/auth/verify",
        &AuthRoutes::verify,
        auth_get_row("The user and the expiry of the token of this request", "TokenCheck"));
    host::RouteRow self = auth_get_row("The caller's profile", "User");
    self.statuses = {404};
    add(table, "/api/auth/profile", &AuthRoutes::show_profile, std::move(self));

    host::RouteRow profile =
        auth_post_row(host::Access::Viewer, "Changes the caller's name or e-mail address");
    profile.method = "PATCH";
    profile.versioned = true;
    profile.request = "ProfileChange";
    profile.response = "User";
    profile.statuses = {404, 409};
    add(table, "/api/auth/profile", &AuthRoutes::change_profile, std::move(profile));

    add(table,
        "/api/auth/sessions",
        &AuthRoutes::list_sessions,
        auth_get_row("The caller's active tokens", "SessionList"));
    host::RouteRow revoke =
        auth_post_row(host::Access::Viewer, "Revokes one of the caller's tokens");
    revoke.method = "DELETE";
    revoke.response = "Done";
    revoke.statuses = {404, 409};
    add(table, "/api/auth/sessions/{session}", &AuthRoutes::revoke_session, std::move(revoke));
    host::RouteRow all = auth_post_row(host::Access::Viewer, "Revokes all of the caller's tokens");
    all.response = "Done";
    all.statuses = {409};
    add(table, "/api/auth/sessions/revoke-all", &AuthRoutes::revoke_all, std::move(all));
}

void AuthRoutes::record(const host::RequestContext& call,
                        std::string_view action,
                        std::string_view outcome,
                        const model::Owner& subject) const {
    parts_.record(
        {call.caller.owner, action, subject.text(), outcome, {}, call.request.request_id});
}

void AuthRoutes::fail(host::RequestContext& call,
                      const users::AuthError& error,
                      std::string_view action) {
    const std::string_view outcome =
        error.failure == AuthFailure::StoreFailed ? "failed" : "refused";
    record(call, action, outcome, error.subject);
    answer_failure(call, error);
}

bool AuthRoutes::may_check_password(host::RequestContext& call,
                                    const users::LoginDelays::Attempt& attempt,
                                    std::string_view action) const {
    const base::Duration wait = parts_.delays.wait(attempt, call.now.monotonic);
    if (wait == base::Duration()) return true;
    record(call, action, "delayed", call.caller.owner);
    const std::string seconds = std::to_string((wait.in_microseconds() + 999'999) / 1'000'000);
    call.headers.emplace_back("Retry-After", seconds);
    call.fail(
        429,
        "RATE_LIMITED",
        "too many wrong passwords for this user from this address; try again in " + seconds + " s");
    return false;
}

void AuthRoutes::count(const users::LoginDelays::Attempt& attempt,
                       const users::AuthError* error) const {
    const base::Timestamp now = parts_.context.now().monotonic;
    if (error == nullptr) return parts_.delays.succeeded(attempt, now);
    if (error->failure == AuthFailure::WrongPassword) parts_.delays.failed(attempt, now);
}

users::AuthWorker::Limit AuthRoutes::limit_of(const std::shared_ptr<host::RequestContext>& call) {
    const base::Duration left = call->deadline.remaining(call->now.monotonic);
    return {
        .at = std::chrono::steady_clock::now() + std::chrono::microseconds(left.in_microseconds()),
        .late = [call] {
            call->fail(504,
                       "TIMEOUT",
                       "the request waited until its deadline and was not started; nothing was "
                       "done; try again");
        }};
}

bool AuthRoutes::is_user(host::RequestContext& call) const {
    if (call.caller.owner != users::operator_owner()) return true;
    call.fail(409,
              "NOT_A_USER",
              "the operator's token does not belong to a user; to replace it, delete the file "
              "operator.token and restart the daemon");
    return false;
}

void AuthRoutes::open_accounts(const ports::User& user, std::function<void()> then) {
    const ApiContext& context = parts_.context;
    if (user.role == host::Role::Viewer || context.runtime.status() != runtime::Status::Running) {
        return then();
    }
    std::vector<model::Market> missing;
    for (const model::Market market : {model::Market::Futures, model::Market::Spot}) {
        const auto& accounts = context.runtime.state().accounts;
        const auto taken = accounts.find(model::default_account(user.id, market));
        if (taken == accounts.end()) {
            missing.push_back(market);
        } else if (taken->second.account.owner != user.id) {
            // Another user opened this account before such names were reserved. The user has no
            // default account in this market.
            context.log.write(observability::Level::Warn,
                              "the default account of this user belongs to another user",
                              {{"account", taken->first.text()},
                               {"user_id", user.id.text()},
                               {"owner", taken->second.account.owner.text()}});
        }
    }
    if (missing.empty()) return then();
    const auto open = std::make_shared<std::size_t>(missing.size());
    const auto answered = [open, then = std::move(then)](const net::HttpResponse&) {
        if (--*open == 0) then();
    };
    for (const model::Market market : missing) {
        const model::AccountId account = model::default_account(user.id, market);
        const std::string key = "first-" + account.text();
        context.runtime.submit(
            {.body = model::OpenAccount{{user.id, model::IdempotencyKey(key), key},
                                        account,
                                        market,
                                        model::Asset("USDT"),
                                        options_.deposit},
             .handle = context.replies.add(answered, user.id.text(), {}),
             .request_id = key},
            context.now());
    }
    context.wake();
}

void AuthRoutes::register_user(host::RequestContext& call) {
    auto requested = users::parse_new_user(call.request.body);
    if (!requested) return call.fail(400, requested.error());
    const bool by_operator = call.caller.role == host::Role::Operator;
    if (!by_operator && requested.value().role != host::Role::Trader) {
        return call.fail(403, "FORBIDDEN", "only an operator may choose the role of a user");
    }
    ask(
        call,
        [requested = std::move(requested).value(), now = call.now.time](
            users::UserService& user_service) { return user_service.add(requested, now); },
        [this](host::RequestContext& held, const users::AuthResult<ports::User>& added) {
            if (!added) return fail(held, added.error(), "user-added");
            const ports::User& user = added.value();
            parts_.sessions.put(user);
            record(held, "user-added", "ok", user.id);
            const auto kept = std::make_shared<host::RequestContext>(std::move(held));
            open_accounts(user, [kept, user] { kept->send(user_json(user), 201); });
        });
}

void AuthRoutes::login(host::RequestContext& call) {
    auto login = users::parse_login(call.request.body);
    if (!login) return call.fail(400, login.error());
    const std::string& email = login.value().email;
    users::LoginDelays::Attempt attempt{users::normalized_email(email).value_or(email),
                                        net::limit_key(call.request.remote)};
    if (!may_check_password(call, attempt, "login")) {
        return parts_.context.metrics.count("logins_total", {"delayed"});
    }
    ask(
        call,
        [login = std::move(login).value(), now = call.now.time](users::UserService& user_service) {
            return user_service.login(login, now);
        },
        [this, attempt = std::move(attempt)](host::RequestContext& held,
                                             const users::AuthResult<users::LoggedIn>& in) {
            count(attempt, in ? nullptr : &in.error());
            parts_.context.metrics.count("logins_total", {in ? "success" : "failure"});
            if (!in) return fail(held, in.error(), "login");
            const users::LoggedIn& made = in.value();
            parts_.sessions.put(made.user);
            parts_.sessions.put(made.session);
            held.caller = {made.user.id, made.user.role, made.user.id.text()};
            record(held, "login", "ok", made.user.id);
            json::object data;
            data["token"] = made.token.reveal();
            data["expires_at"] = base::to_iso8601(made.session.expires);
            data["session"] = session_json(made.session, &made.session);
            data["user"] = user_json(made.user);
            const auto kept = std::make_shared<host::RequestContext>(std::move(held));
            open_accounts(made.user,
                          [kept, data = std::move(data)] { kept->send(json::value(data)); });
        });
}

void AuthRoutes::logout(host::RequestContext& call) {
    if (!is_user(call)) return;
    const auto shown = net::bearer_of(call.request.header("authorization"));
    const ports::Session* session = shown ? parts_.sessions.session_of(*shown) : nullptr;
    if (session == nullptr) return answer_done(call);
    call.parameters.emplace_back("session", session->id);
    revoke_session(call);
}

void AuthRoutes::revoke_session(host::RequestContext& call) {
    if (!is_user(call)) return;
    const std::string id = call.parameter("session");
    ask(
        call,
        [owner = call.caller.owner, id](users::UserService& user_service) {
            return user_service.revoke(owner, id);
        },
        [this, id](host::RequestContext& held, const users::AuthResult<base::Done>& done) {
            if (!done) return fail(held, done.error(), "token-revoked");
            parts_.sessions.remove(held.caller.owner, id);
            record(held, "token-revoked", "ok", held.caller.owner);
            answer_done(held);
        });
}

void AuthRoutes::revoke_all(host::RequestContext& call) {
    if (!is_user(call)) return;
    ask(
        call,
        [owner = call.caller.owner](users::UserService& user_service) {
            return user_service.revoke_all(owner);
        },
        [this](host::RequestContext& held, const users::AuthResult<base::Done>& done) {
            if (!done) return fail(held, done.error(), "tokens-revoked");
            parts_.sessions.remove_all(held.caller.owner);
            record(held, "tokens-revoked", "ok", held.caller.owner);
            answer_done(held);
        });
}

void AuthRoutes::change_password(host::RequestContext& call) {
    if (!is_user(call)) return;
    auto change = users::parse_password_change(call.request.body);
    if (!change) return call.fail(400, change.error());
    const auto shown = net::bearer_of(call.request.header("authorization"));
    const ports::Session* session = shown ? parts_.sessions.session_of(*shown) : nullptr;
    const std::string kept = session == nullptr ? std::string() : session->id;
    users::LoginDelays::Attempt attempt{call.caller.owner.text(),
                                        net::limit_key(call.request.remote)};
    if (!may_check_password(call, attempt, "password-changed")) return;
    ask(
        call,
        [change = std::move(change).value(), owner = call.caller.owner, kept](
            users::UserService& user_service) {
            return user_service.change_password(owner, change.present, change.requested, kept);
        },
        [this, kept, attempt = std::move(attempt)](host::RequestContext& held,
                                                   const users::AuthResult<ports::User>& user) {
            count(attempt, user ? nullptr : &user.error());
            if (!user) {
                // The token is valid, so the status is not 401, which would mean that it is not.
                if (user.error().failure != AuthFailure::WrongPassword) {
                    return fail(held, user.error(), "password-changed");
                }
                record(held, "password-changed", "refused", held.caller.owner);
                return held.fail(400,
                                 "WRONG_PASSWORD",
                                 "the current password is wrong; after several wrong passwords the "
                                 "next attempt must wait");
            }
            parts_.sessions.remove_all(held.caller.owner, kept);
            record(held, "password-changed", "ok", held.caller.owner);
            held.send(user_json(user.value()));
        });
}

void AuthRoutes::verify(host::RequestContext& call) {
    const auto shown = net::bearer_of(call.request.header("authorization"));
    const ports::Session* session = shown ? parts_.sessions.session_of(*shown) : nullptr;
    json::object data;
    data["valid"] = true;
    data["user"] = call.caller.owner.text();
    data["role"] = to_text(call.caller.role);
    data["expires_at"] =
        session == nullptr ? json::value(nullptr) : json::value(base::to_iso8601(session->expires));
    call.send(std::move(data));
}

void AuthRoutes::show_profile(host::RequestContext& call) {
    if (call.caller.owner == users::operator_owner()) {
        ports::User self;
        self.id = call.caller.owner;
        self.name = "operator";
        self.role = host::Role::Operator;
        return call.send(user_json(self));
    }
    ask(
        call,
        [owner = call.caller.owner](users::UserService& user_service) {
            return user_service.find(owner);
        },
        [](host::RequestContext& held, const users::AuthResult<ports::User>& user) {
            if (!user) return answer_failure(held, user.error());
            held.send(user_json(user.value()));
        });
}

void AuthRoutes::change_profile(host::RequestContext& call) {
    if (!is_user(call)) return;
    auto change = users::parse_profile_change(call.request.body);
    if (!change) return call.fail(400, change.error());
    users::ProfileChange requested = std::move(change).value();
    if (!parts_.context.read_if_match(call, requested.version)) return;
    call.parameters.emplace_back("user", call.caller.owner.text());
    change_user(call, std::move(requested), "profile-changed");
}

void AuthRoutes::change_user(host::RequestContext& call,
                             users::ProfileChange change,
                             std::string_view action) {
    ask(
        call,
        [change = std::move(change), id = model::Owner(call.parameter("user"))](
            users::UserService& user_service) { return user_service.change(id, change); },
        [this, action](host::RequestContext& held, const users::AuthResult<ports::User>& changed) {
            if (!changed) {
                auto error = changed.error();
                error.subject = model::Owner(held.parameter("user"));
                return fail(held, error, action);
            }
            const ports::User& user = changed.value();
            parts_.sessions.put(user);
            record(held, action, "ok", user.id);
            const auto kept = std::make_shared<host::RequestContext>(std::move(held));
            open_accounts(user, [kept, user] { kept->send(user_json(user)); });
        });
}

void AuthRoutes::list_sessions(host::RequestContext& call) {
    const auto shown = net::bearer_of(call.request.header("authorization"));
    const ports::Session* current = shown ? parts_.sessions.session_of(*shown) : nullptr;
    json::array list;
    for (const ports::Session& session :
         parts_.sessions.sessions_of(call.caller.owner, call.now.time)) {
        list.push_back(session_json(session, current));
    }
    call.send(std::move(list));
}

}  // namespace botcore::api
