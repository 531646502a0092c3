#pragma once

/// Routes about users: registration, login and logout, passwords, sessions, profiles; for operators
/// also the list of users and the audit.
///
/// E1  Nothing here blocks: slow work runs on the worker, and the response is sent when its result
///     arrives.
/// E2  Every action, successful or refused, is recorded as an audit event (ids only).
/// E3  A user who may trade has its own paper accounts, named after its id.
///
/// Threads: the thread of the loop.

#include "shell/auth/audit_event.hpp"
#include "shell/auth/auth_worker.hpp"
#include "shell/auth/login_delay.hpp"
#include "shell/auth/session_table.hpp"
#include "shell/http/api_context.hpp"
#include "shell/http/route_table.hpp"

#include <boost/json/object.hpp>

#include <functional>
#include <memory>
#include <string_view>

namespace botcore::shell::http {

struct AuthRoutesOptions {
    /// Whether anybody can register. If not, only operators can add users.
    bool registration_open = false;
    /// Initial deposit of a new user's paper accounts.
    model::Money deposit = model::Money::whole(10'000);
};

class AuthRoutes {
public:
    /// All references outlive the routes.
    struct Parts {
        const ApiContext& context;
        auth::AuthWorker& worker;
        auth::SessionTable& sessions;
        auth::LoginDelays& delays;
        auth::RecordAudit record;
    };

    AuthRoutes(AuthRoutesOptions options, Parts parts)
        : options_(options),
          parts_(std::move(parts)) {}

    void add_to(RouteTable& table);

private:
    using Handler = void (AuthRoutes::*)(RequestContext&);
    void add(RouteTable& table, std::string_view pattern, Handler handler, RouteRow row);
    void add_own(RouteTable& table);
    void add_users(RouteTable& table);

    void register_user(RequestContext& call);
    void login(RequestContext& call);
    void logout(RequestContext& call);
    void change_password(RequestContext& call);
    void verify(RequestContext& call);
    void show_profile(RequestContext& call);
    void change_profile(RequestContext& call);
    void list_sessions(RequestContext& call);
    void revoke_session(RequestContext& call);
    void revoke_all(RequestContext& call);

    void list_users(RequestContext& call);
    void show_user(RequestContext& call);
    void set_role(RequestContext& call);
    void deactivate(RequestContext& call);
    void activate(RequestContext& call);
    void set_password(RequestContext& call);
    void list_audit_events(RequestContext& call);

    /// Runs `work` on the worker, then `then(call, result)` on the loop.
    template <class Work, class Then>
    void ask(RequestContext& call, Work work, Then then) {
        auto held = std::make_shared<RequestContext>(std::move(call));
        const bool accepted = parts_.worker.ask(
            std::move(work),
            [held, then = std::move(then)](const auto& result) mutable { then(*held, result); },
            limit_of(held));
        if (accepted) return;
        held->fail(
            503, "OVERLOADED", "too many logins and changes of users wait; try again shortly");
    }

    /// A call that waits for the worker beyond its deadline is not carried out.
    [[nodiscard]] static auth::AuthWorker::Limit limit_of(
        const std::shared_ptr<RequestContext>& call);
    void change_user(RequestContext& call, auth::ProfileChange change, std::string_view action);
    void fail(RequestContext& call, const auth::AuthError& error, std::string_view action);
    /// Whether this password may be checked now. If not, sends 429, whether or not the user exists.
    [[nodiscard]] bool check_login_delay(RequestContext& call,
                                         const auth::LoginDelays::Attempt& attempt,
                                         std::string_view action) const;
    /// Reports the result of a password check to the login delays.
    void count(const auth::LoginDelays::Attempt& attempt, const auth::AuthError* error) const;
    void record(const RequestContext& call,
                std::string_view action,
                std::string_view outcome,
                const model::Owner& subject) const;
    /// Whether the caller is a user and not the operator's token. If not, sends the error response.
    [[nodiscard]] bool is_user(RequestContext& call) const;
    /// Opens the user's paper accounts (E3). Calls `then` once they are open, and also if they
    /// cannot be opened now.
    void open_accounts(const auth::User& user, std::function<void()> then);

    AuthRoutesOptions options_;
    Parts parts_;
};

}  // namespace botcore::shell::http
