#include "api/user_access.hpp"

#include "base/check.hpp"

#include <utility>

namespace botcore::api {

using base::Failure;

namespace {

constexpr std::size_t kUsersAtOnce = 1'000;

/// Loads every user and every open session from the file.
base::Outcome<std::string> read_all(users::UserService& user_service,
                                    users::SessionTable& sessions,
                                    base::Timestamp now) {
    model::Owner after;
    while (true) {
        const auto users = user_service.list(after, kUsersAtOnce);
        if (!users) return Failure{users.error().text};
        for (const ports::User& user : users.value())
            sessions.put(user);
        if (users.value().size() < kUsersAtOnce) break;
        after = users.value().back().id;
    }
    const auto open = user_service.sessions(now);
    if (!open) return Failure{open.error().text};
    for (const ports::Session& session : open.value())
        sessions.put(session);
    return base::Done{};
}

}  // namespace

base::Result<std::unique_ptr<UserAccess>, std::string> UserAccess::open(
    UserAccessOptions options,
    std::unique_ptr<ports::UserStore> store,
    const host::TokenVerifier& operator_token,
    std::function<void(users::AuthWorker::Job)> post,
    base::Timestamp now) {
    if (auto mistake = mistake_in_origins(options.cors_origins); !mistake.empty()) {
        return Failure{"http.cors_origins: " + mistake};
    }
    users::UserService user_service(std::move(store), options.user_service);
    std::unique_ptr<UserAccess> access(new UserAccess(std::move(options), operator_token));
    (void)TRY(read_all(user_service, access->sessions_, now));
    access->worker_.emplace(std::move(user_service), std::move(post));
    return access;
}

void UserAccess::attach(const ApiContext& context, host::RouteTable& routes, Api& api) {
    CHECK(!routes_.has_value());
    audit_ = &context.acts;
    routes_.emplace(options_.auth_routes,
                    AuthRoutes::Parts{context, *worker_, sessions_, delays_, record_audit()});
    routes_->add_to(routes);
    front_.emplace(options_.cors_origins, CorsFilter::Parts{api, record_audit(), context.now});
    filter_.on_refused([&context](std::string_view route) {
        context.metrics.count("rate_limited_total", {route});
    });
    filter_.on_proxy_ignored([&context] {
        context.log.write(observability::Level::Warn,
                          "a proxy on this machine sends X-Forwarded-For, but http.trusted_proxies "
                          "does not list it: its callers share the limits of one address");
    });
    api.set_unauthenticated_filter(
        [this](host::RequestContext& call) { return filter_.pass_without_token(call); });
    api.add_filter([this](host::RequestContext& call) { return filter_.pass(call); });
}

void UserAccess::tick(base::Timestamp now) {
    if (seen_ - now > model::kClockStep) sessions_.correct_times(now);
    seen_ = now;
}

audit::RecordAudit UserAccess::record_audit() {
    return [this](const audit::AuditEvent& action) { audit_->record(action); };
}

}  // namespace botcore::api
