#pragma once

/// Access control around an API: users and their tokens, limits, web origins and the audit.
///
/// Threads: the thread of the loop.

#include "shell/auth/audit_journal.hpp"
#include "shell/http/api.hpp"
#include "shell/http/auth_routes.hpp"
#include "shell/http/cors_filter.hpp"
#include "shell/http/rate_limit_filter.hpp"

#include <functional>
#include <memory>
#include <optional>
#include <string>

namespace botcore::shell::http {

struct UserAccessOptions {
    std::string users_path;  ///< `<data>/users.sqlite`
    auth::UserServiceOptions user_service{};
    auth::LoginDelayOptions delays{};
    AuthRoutesOptions auth_routes{};
    AccessLimits limits{};
    std::string cors_origins{};
};

class UserAccess {
public:
    /// Opens the users file and loads the users and their tokens. `operator_token` outlives this
    /// object; `post` runs a job later on the thread of the loop, and may be called from any
    /// thread. The error text says what went wrong.
    [[nodiscard]] static base::Result<std::unique_ptr<UserAccess>, std::string> open(
        UserAccessOptions options,
        const auth::TokenVerifier& operator_token,
        std::function<void(auth::AuthWorker::Job)> post,
        base::Timestamp now);

    /// Must be called about once a second. After the clock was set back to `now`, this function
    /// corrects the sessions whose start is later than `now`.
    void tick(base::Timestamp now);

    /// The verifier of tokens for the API.
    [[nodiscard]] const auth::TokenVerifier& tokens() const { return sessions_; }

    /// Adds the routes and the filters; call it once, before the server starts. All arguments
    /// outlive this object.
    void attach(const ApiContext& context, RouteTable& routes, Api& api);

    void set_limits(const AccessLimits& limits) { filter_.set_limits(limits); }

    /// The handler that the server calls instead of the API. It exists only after `attach`.
    [[nodiscard]] HttpHandler& front() { return *front_; }

    /// Records audit events, for other groups of routes whose actions are audited. It can be used
    /// only after `attach`.
    [[nodiscard]] auth::RecordAudit record_audit();

private:
    UserAccess(UserAccessOptions options, const auth::TokenVerifier& operator_token)
        : options_(std::move(options)),
          sessions_(operator_token),
          delays_(options_.delays),
          filter_(options_.limits) {}

    UserAccessOptions options_;
    base::Timestamp seen_;  ///< The time of the last tick.
    auth::SessionTable sessions_;
    auth::LoginDelays delays_;
    RateLimitFilter filter_;
    auth::AuditJournal* audit_ = nullptr;  ///< Null before `attach`.
    std::optional<auth::AuthWorker> worker_;
    std::optional<AuthRoutes> routes_;
    std::optional<CorsFilter> front_;
};

}  // namespace botcore::shell::http
