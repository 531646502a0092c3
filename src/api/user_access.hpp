#pragma once

/// Access control around an API: users and their tokens, limits, web origins and the audit.
///
/// Threads: the thread of the loop.

#include "api/api.hpp"
#include "api/auth_routes.hpp"
#include "api/cors_filter.hpp"
#include "api/rate_limit_filter.hpp"
#include "ports/user_store.hpp"
#include "services/audit/audit_journal.hpp"

#include <functional>
#include <memory>
#include <optional>
#include <string>

namespace botcore::api {

struct UserAccessOptions {
    users::UserServiceOptions user_service{};
    users::LoginDelayOptions delays{};
    AuthRoutesOptions auth_routes{};
    AccessLimits limits{};
    std::string cors_origins{};
};

class UserAccess {
public:
    /// Loads the users and their tokens from the store. `operator_token` outlives this object;
    /// `post` runs a job later on the thread of the loop, and may be called from any thread. The
    /// error text says what went wrong.
    [[nodiscard]] static base::Result<std::unique_ptr<UserAccess>, std::string> open(
        UserAccessOptions options,
        std::unique_ptr<ports::UserStore> store,
        const host::TokenVerifier& operator_token,
        std::function<void(users::AuthWorker::Job)> post,
        base::Timestamp now);

    /// Must be called about once a second. After the clock was set back to `now`, this function
    /// corrects the sessions whose start is later than `now`.
    void tick(base::Timestamp now);

    /// The verifier of tokens for the API.
    [[nodiscard]] const host::TokenVerifier& tokens() const { return sessions_; }

    /// The users and their sessions, as in the store.
    [[nodiscard]] const users::SessionTable& users() const { return sessions_; }

    /// Adds the routes and the filters; call it once, before the server starts. All arguments
    /// outlive this object.
    void attach(const ApiContext& context, host::RouteTable& routes, Api& api);

    void set_limits(const AccessLimits& limits) { filter_.set_limits(limits); }

    /// The handler that the server calls instead of the API. It exists only after `attach`.
    [[nodiscard]] net::HttpHandler& front() { return *front_; }

    /// Records audit events, for other groups of routes whose actions are audited. It can be used
    /// only after `attach`.
    [[nodiscard]] audit::RecordAudit record_audit();

private:
    UserAccess(UserAccessOptions options, const host::TokenVerifier& operator_token)
        : options_(std::move(options)),
          sessions_(operator_token),
          delays_(options_.delays),
          filter_(options_.limits) {}

    UserAccessOptions options_;
    base::Timestamp seen_;  ///< The time of the last tick.
    users::SessionTable sessions_;
    users::LoginDelays delays_;
    RateLimitFilter filter_;
    audit::AuditJournal* audit_ = nullptr;  ///< Null before `attach`.
    std::optional<users::AuthWorker> worker_;
    std::optional<AuthRoutes> routes_;
    std::optional<CorsFilter> front_;
};

}  // namespace botcore::api
