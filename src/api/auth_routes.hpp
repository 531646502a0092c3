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

#include "api/api_context.hpp"
#include "host/route_table.hpp"
#include "services/audit/audit_event.hpp"
#include "services/users/auth_worker.hpp"
#include "services/users/login_delay.hpp"
#include "services/users/session_table.hpp"

#include <boost/json/object.hpp>

#include <functional>
#include <memory>
#include <string_view>

namespace botcore::api {

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
        users::AuthWorker& worker;
        users::SessionTable& sessions;
        users::LoginDelays& delays;
        audit::RecordAudit record;
    };

    AuthRoutes(AuthRoutesOptions options, Parts parts)
        : options_(options),
          parts_(std::move(parts)) {}

    void add_to(host::RouteTable& table);

private:
    using Handler = void (AuthRoutes::*)(host::RequestContext&);
    void add(host::RouteTable& table,
             std::string_view pattern,
             Handler handler,
             host::RouteRow row);
    void add_own(host::RouteTable& table);
    void add_users(host::RouteTable& table);

    void register_user(host::RequestContext& call);
    void login(host::RequestContext& call);
    void logout(host::RequestContext& call);
    void change_password(host::RequestContext& call);
    void verify(host::RequestContext& call);
    void show_profile(host::RequestContext& call);
    void change_profile(host::RequestContext& call);
    void list_sessions(host::RequestContext& call);
    void revoke_session(host::RequestContext& call);
    void revoke_all(host::RequestContext& call);

    void list_users(host::RequestContext& call);
    void show_user(host::RequestContext& call);
    void set_role(host::RequestContext& call);
    void deactivate(host::RequestContext& call);
    void activate(host::RequestContext& call);
    void set_password(host::RequestContext& call);
    void list_audit_events(host::RequestContext& call);

    /// Runs `work` on the worker, then `then(call, result)` on the loop.
    template <class Work, class Then>
    void ask(host::RequestContext& call, Work work, Then then) {
        auto held = std::make_shared<host::RequestContext>(std::move(call));
        const bool accepted = parts_.worker.ask(
            std::move(work),
            [held, then = std::move(then)](const auto& result) mutable { then(*held, result); },
            limit_of(held));
        if (accepted) return;
        held->fail(503,
                   "OVERLOADED",
                   "too many logins and changes of users are waiting; try again shortly");
    }

    /// A call that waits for the worker beyond its deadline is not executed.
    [[nodiscard]] static users::AuthWorker::Limit limit_of(
        const std::shared_ptr<host::RequestContext>& call);
    void change_user(host::RequestContext& call,
                     users::ProfileChange change,
                     std::string_view action);
    void fail(host::RequestContext& call, const users::AuthError& error, std::string_view action);
    /// Whether this password may be checked now. If not, sends 429, whether or not the user exists.
    [[nodiscard]] bool may_check_password(host::RequestContext& call,
                                          const users::LoginDelays::Attempt& attempt,
                                          std::string_view action) const;
    /// Reports the result of a password check to the login delays.
    void count(const users::LoginDelays::Attempt& attempt, const users::AuthError* error) const;
    void record(const host::RequestContext& call,
                std::string_view action,
                std::string_view outcome,
                const model::Owner& subject) const;
    /// Whether the caller is a user and not the operator's token. If not, sends the error response.
    [[nodiscard]] bool is_user(host::RequestContext& call) const;
    /// Opens the user's paper accounts (E3). Calls `then` once they are open, and also if they
    /// cannot be opened now.
    void open_accounts(const ports::User& user, std::function<void()> then);

    AuthRoutesOptions options_;
    Parts parts_;
};

}  // namespace botcore::api
