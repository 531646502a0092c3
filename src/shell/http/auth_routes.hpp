#pragma once

/// Routes about users: registration, login and logout, passwords, sessions, profiles; for operators
/// all users and the audit.
///
/// E1  Nothing here waits: what takes long goes to the worker, and the call is answered when it
///     comes back.
/// E2  Each act, done or refused, is recorded (ids only).
/// E3  A user who may trade has paper accounts of its own, named after its id.
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
    bool registration_open = false;  ///< May anybody register? Else operators add users.
    model::Money deposit = model::Money::whole(10'000);  ///< Of a new user's paper accounts.
};

class AuthRoutes {
public:
    /// All outlive the door.
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

    /// Runs `work` on the worker and then `then(call, result)` here.
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

    /// A call that waited for the worker until its deadline is not carried out.
    [[nodiscard]] static auth::AuthWorker::Limit limit_of(
        const std::shared_ptr<RequestContext>& call);
    void change_user(RequestContext& call, auth::ProfileChange change, std::string_view act);
    void fail(RequestContext& call, const auth::AuthError& error, std::string_view act);
    /// May this password be looked at now? Else the call is answered with 429, whoever the user is.
    [[nodiscard]] bool may_try(RequestContext& call,
                               const auth::LoginDelays::Attempt& attempt,
                               std::string_view act) const;
    /// Counts a password that was looked at.
    void count(const auth::LoginDelays::Attempt& attempt, const auth::AuthError* error) const;
    void record(const RequestContext& call,
                std::string_view act,
                std::string_view outcome,
                const model::Owner& subject) const;
    /// A user behind the call, not the operator's token; else the call is answered.
    [[nodiscard]] bool is_user(RequestContext& call) const;
    /// E3. `then` is called when the accounts are open, or cannot be opened now.
    void open_accounts(const auth::User& user, std::function<void()> then);

    AuthRoutesOptions options_;
    Parts parts_;
};

}  // namespace botcore::shell::http
