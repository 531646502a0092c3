#pragma once

/// The rate limits of the API for callers and addresses, as a filter before the handlers.
///
/// G1  Cancels and closes have a limit of their own, so that a caller's exits pass however many
///     entries it tries (I9).
/// G2  Everything that is stored about callers and addresses is bounded.
/// G3  The cost of a read depends on the size of its response: one permit for each block of
///     `kPermitBytes`, of which the last may be incomplete. So the large pages of one caller cannot
///     delay the orders of others.
///
/// Threads: the thread of the loop.

#include "host/request_context.hpp"
#include "host/route_table.hpp"
#include "resilience/rate_limit.hpp"

#include <functional>
#include <string_view>
#include <utility>

namespace botcore::api {

struct AccessLimits {
    resilience::RateRule entries{.count = 10, .per = base::Duration::seconds(1)};
    resilience::RateRule exits{.count = 100, .per = base::Duration::seconds(1)};
    resilience::RateRule reads{.count = 100, .per = base::Duration::seconds(1)};
    resilience::RateRule logins{.count = 10, .per = base::Duration::seconds(60)};
    resilience::RateRule registrations{.count = 5, .per = base::Duration::seconds(3'600)};
    resilience::RateRule public_reads{.count = 1'000, .per = base::Duration::seconds(60)};
    /// Whether the limits for callers also apply to the operator's token.
    bool for_operators = false;
    /// Whether the limit for public routes also applies to programs on this machine.
    bool for_loopback = false;
    std::size_t keys_max = 10'000;  ///< The number of callers or addresses that each limit stores.
};

/// Rendering and sending this many bytes takes about 0.1 ms of the loop's time.
inline constexpr std::size_t kPermitBytes = 16 * 1'024;

class RateLimitFilter {
public:
    /// Called for each refusal with the name of the limit: "trade", "read", "login", "register", or
    /// "global" for public routes and requests without a valid token.
    using Refused = std::function<void(std::string_view route)>;

    explicit RateLimitFilter(const AccessLimits& limits);

    /// Changes the limits for requests from now on; `keys_max` does not change.
    void set_limits(const AccessLimits& limits);

    void on_refused(Refused refused) { refused_ = std::move(refused); }

    /// `ignored` is called once, when a request with an X-Forwarded-For header comes from a program
    /// on this machine that is not a trusted proxy. If that program is a proxy, all callers behind
    /// it share the limits of one address.
    void on_proxy_ignored(std::function<void()> ignored) { ignored_ = std::move(ignored); }

    /// Takes a permit for the request. Returns false if there was none: then it has responded with
    /// 429. The headers of the response state how many permits are left.
    [[nodiscard]] bool pass(host::RequestContext& call);

    /// Does the same for a request without a valid token. After too many such requests from one
    /// address, it responds with 429, so that the caller does not get the 401.
    [[nodiscard]] bool pass_without_token(host::RequestContext& call);

private:
    [[nodiscard]] resilience::RateVerdict take(host::RequestContext& call);
    void charge_response(host::RequestContext& call);
    void refuse(host::RequestContext& call,
                const resilience::RateVerdict& verdict,
                std::string_view what,
                std::string_view route) const;
    [[nodiscard]] bool is_free(const net::HttpRequest& request) const;
    void check_for_proxy(const net::HttpRequest& request);

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

}  // namespace botcore::api
