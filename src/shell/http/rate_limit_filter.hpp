#pragma once

/// How often a caller or an address may ask: the limits of the API, as a gate before the handlers.
///
/// G1  Cancels and closes have a limit of their own: however many entries a caller tries, its exits
///     pass (I9).
/// G2  Everything that is remembered about callers and addresses is bounded.
/// G3  A read costs by what it weighs: one permit for each `kPermitBytes` of its answer that were
///     begun. So one caller's large pages cannot slow everybody's orders.
///
/// Threads: the thread of the loop.

#include "resilience/rate_limit.hpp"
#include "shell/http/request_context.hpp"
#include "shell/http/route_table.hpp"

#include <functional>
#include <string_view>
#include <utility>

namespace botcore::shell::http {

struct AccessLimits {
    resilience::RateRule entries{.count = 10, .per = base::Duration::seconds(1)};
    resilience::RateRule exits{.count = 100, .per = base::Duration::seconds(1)};
    resilience::RateRule reads{.count = 100, .per = base::Duration::seconds(1)};
    resilience::RateRule logins{.count = 10, .per = base::Duration::seconds(60)};
    resilience::RateRule registrations{.count = 5, .per = base::Duration::seconds(3'600)};
    resilience::RateRule public_reads{.count = 1'000, .per = base::Duration::seconds(60)};
    /// Does the bearer of the operator's token have the limits of callers, too?
    bool for_operators = false;
    /// Do programs of this machine have the limit of public routes, too?
    bool for_loopback = false;
    std::size_t keys_max = 10'000;  ///< Of each kind.
};

/// Rendering and sending so much takes some 0.1 ms of the loop.
inline constexpr std::size_t kPermitBytes = 16 * 1'024;

class RateLimitFilter {
public:
    /// Told of each refusal: "trade", "read", "login", "register", or "global" for what is public.
    using Refused = std::function<void(std::string_view route)>;

    explicit RateLimitFilter(const AccessLimits& limits);

    /// For calls from now on; `keys_max` stays as it was.
    void set_limits(const AccessLimits& limits);

    void on_refused(Refused refused) { refused_ = std::move(refused); }

    /// `ignored` is called once, when a request names another address in X-Forwarded-For and comes
    /// from a program of this machine that is no trusted proxy: all callers behind that proxy share
    /// the limits of one address.
    void on_proxy_ignored(std::function<void()> ignored) { ignored_ = std::move(ignored); }

    /// Takes a permit for the call; false: it was answered with 429. The answer's headers say what
    /// is left.
    [[nodiscard]] bool pass(RequestContext& call);

    /// The same for a call that shows no token that is known; after too many of an address they are
    /// answered with 429 instead of 401.
    [[nodiscard]] bool pass_without_token(RequestContext& call);

private:
    [[nodiscard]] resilience::RateVerdict take(RequestContext& call);
    void charge_response(RequestContext& call);
    void refuse(RequestContext& call,
                const resilience::RateVerdict& verdict,
                std::string_view what,
                std::string_view route) const;
    [[nodiscard]] bool is_free(const HttpRequest& request) const;
    void check_for_proxy(const HttpRequest& request);

    AccessLimits limits_;
    Refused refused_;
    std::function<void()> ignored_;
    resilience::RateTable entries_;
    resilience::RateTable exits_;
    resilience::RateTable reads_;
    resilience::RateTable logins_;
    resilience::RateTable registrations_;
    resilience::RateTable public_reads_;
    resilience::RateTable without_token_;
};

}  // namespace botcore::shell::http
