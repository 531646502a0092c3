#include "api/rate_limit_filter.hpp"

#include "api/overload_filter.hpp"
#include "net/client_address.hpp"
#include "services/users/operator_token.hpp"

#include <algorithm>

namespace botcore::api {

using resilience::RateVerdict;

namespace {

/// The duration in whole seconds, rounded up, so that a caller who waits that long is accepted.
std::string seconds_up(base::Duration duration) {
    return std::to_string((duration.in_microseconds() + 999'999) / 1'000'000);
}

/// Adds the headers that state the caller's limit. Adds none when there is no limit.
void append_limit(std::vector<std::pair<std::string_view, std::string>>& headers,
                  const RateVerdict& verdict) {
    if (verdict.limit == 0) return;
    headers.emplace_back("X-RateLimit-Limit", std::to_string(verdict.limit));
    headers.emplace_back("X-RateLimit-Remaining", std::to_string(verdict.remaining));
    headers.emplace_back("X-RateLimit-Reset", seconds_up(verdict.full_in));
}

/// The label of the metric for the limit that applies to the request.
std::string_view route_of(const host::RequestContext& call) {
    if (call.row->limit == host::Limit::Login) return "login";
    if (call.row->limit == host::Limit::Registration) return "register";
    if (call.row->access == host::Access::Public) return "global";
    const host::Purpose purpose = purpose_of(call);
    return purpose == host::Purpose::Entry || purpose == host::Purpose::Exit ? "trade" : "read";
}

}  // namespace

RateLimitFilter::RateLimitFilter(const AccessLimits& limits)
    : limits_(limits),
      entries_(limits.entries, limits.keys_max),
      exits_(limits.exits, limits.keys_max),
      reads_(limits.reads, limits.keys_max),
      logins_(limits.logins, limits.keys_max),
      registrations_(limits.registrations, limits.keys_max),
      public_reads_(limits.public_reads, limits.keys_max),
      without_token_(limits.public_reads, limits.keys_max) {
}

void RateLimitFilter::set_limits(const AccessLimits& limits) {
    limits_ = limits;
    entries_.set_rule(limits.entries);
    exits_.set_rule(limits.exits);
    reads_.set_rule(limits.reads);
    logins_.set_rule(limits.logins);
    registrations_.set_rule(limits.registrations);
    public_reads_.set_rule(limits.public_reads);
    without_token_.set_rule(limits.public_reads);
}

/// Whether the request is exempt from the limits on addresses. It is if it comes from a program on
/// this machine, but not through a trusted proxy, and `for_loopback` is off.
bool RateLimitFilter::is_free(const net::HttpRequest& request) const {
    return !limits_.for_loopback && !request.forwarded && net::is_loopback(request.remote);
}

void RateLimitFilter::check_for_proxy(const net::HttpRequest& request) {
    if (!ignored_ || request.forwarded || request.header("x-forwarded-for").empty()) return;
    if (net::is_loopback(request.remote)) std::exchange(ignored_, nullptr)();
}

/// Charges the caller for the size of the response, once that size is known (G3).
void RateLimitFilter::charge_response(host::RequestContext& call) {
    call.respond = [this,
                    caller = call.caller.owner.text(),
                    now = call.now.monotonic,
                    respond = std::move(call.respond)](net::HttpResponse response) {
        reads_.charge(caller, now, response.body.size() / kPermitBytes);
        respond(std::move(response));
    };
}

RateVerdict RateLimitFilter::take(host::RequestContext& call) {
    const base::Timestamp now = call.now.monotonic;
    const std::string address = net::limit_key(call.request.remote);
    const std::string& caller = call.caller.owner.text();
    const bool is_operator = call.caller.role == host::Role::Operator;
    if (call.row->limit == host::Limit::Login) return logins_.take(address, now);
    if (call.row->limit == host::Limit::Registration) {
        return is_operator ? RateVerdict{} : registrations_.take(address, now);
    }
    if (call.row->access == host::Access::Public) {
        return is_free(call.request) ? RateVerdict{} : public_reads_.take(address, now);
    }
    if (is_operator && !limits_.for_operators) return {};
    switch (purpose_of(call)) {
        case host::Purpose::Entry:
            return entries_.take(caller, now);
        case host::Purpose::Exit:
            return exits_.take(caller, now);
        case host::Purpose::Probe:
        case host::Purpose::Read:
        case host::Purpose::Admin: {
            const RateVerdict verdict = reads_.take(caller, now);
            if (verdict.allowed && verdict.limit > 0) charge_response(call);
            return verdict;
        }
    }
    return {};
}

void RateLimitFilter::refuse(host::RequestContext& call,
                             const RateVerdict& verdict,
                             std::string_view what,
                             std::string_view route) const {
    if (refused_) refused_(route);
    const std::string wait = seconds_up(verdict.retry_after);
    call.headers.emplace_back("Retry-After", wait);
    call.fail(429,
              "RATE_LIMITED",
              "too many requests " + std::string(what) + ": at most " +
                  std::to_string(verdict.limit) + " at once; try again in " + wait + " s");
}

bool RateLimitFilter::pass(host::RequestContext& call) {
    check_for_proxy(call.request);
    const RateVerdict verdict = take(call);
    append_limit(call.headers, verdict);
    if (verdict.allowed) return true;
    refuse(
        call, verdict, "of this kind (cancels and closes are counted separately)", route_of(call));
    return false;
}

bool RateLimitFilter::pass_without_token(host::RequestContext& call) {
    check_for_proxy(call.request);
    if (is_free(call.request)) return true;
    const RateVerdict verdict =
        without_token_.take(net::limit_key(call.request.remote), call.now.monotonic);
    if (verdict.allowed) return true;
    append_limit(call.headers, verdict);
    refuse(call, verdict, "without a valid token from this address", "global");
    return false;
}

}  // namespace botcore::api
