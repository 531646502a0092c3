#pragma once

/// The HTTP API: finds the route of a request, authenticates and authorizes the caller, checks the
/// query parameters and calls the route's handler. docs/api describes the API for callers.
///
/// Y1  Without a valid token only public routes respond. The 401 comes before the path, any other
///     header or the body is checked.
///
/// Threads: the thread of the loop.

#include "api/api_context.hpp"
#include "api/deferred_calls.hpp"
#include "api/request_metrics.hpp"
#include "host/caller.hpp"
#include "host/route_table.hpp"
#include "net/http_message.hpp"

#include <functional>
#include <vector>

namespace botcore::api {

class Api final : public net::HttpHandler {
public:
    /// A filter runs before the handler; `call.row` is the route. It returns false when it has sent
    /// the response itself (for example because a limit is reached or the mode forbids the call).
    using Filter = std::function<bool(host::RequestContext& call)>;

    /// All references outlive the API.
    Api(const ApiContext& context,
        const host::RouteTable& routes,
        const host::TokenVerifier& tokens)
        : context_(context),
          routes_(routes),
          tokens_(tokens),
          metrics_(context.metrics) {}

    /// Filters run in the order in which they were added, after the caller is authenticated and
    /// authorized for the route.
    void add_filter(Filter filter) { filters_.push_back(std::move(filter)); }

    /// Sets the queue that holds calls while the store is unavailable. Without a queue, calls are
    /// served at once. The queue outlives the API.
    void set_deferred_calls(DeferredCalls& room) { deferred_calls_ = &room; }

    /// Sets the filter that runs for a call without a valid token, before the 401 is sent.
    void set_unauthenticated_filter(Filter filter) { unauthenticated_filter_ = std::move(filter); }

    void handle(net::HttpRequest request, net::Respond respond) override;
    void on_finished(const net::HttpExchange& exchange) override;

private:
    [[nodiscard]] bool authorize(host::RequestContext& call) const;
    [[nodiscard]] static bool may_use(host::RequestContext& call);
    [[nodiscard]] static bool check_query(host::RequestContext& call);
    [[nodiscard]] bool check_history(host::RequestContext& call) const;
    /// Replaces symbols in the path and the query by the exchange's spelling of them.
    void resolve_symbols(host::RequestContext& call) const;
    void serve(host::RequestContext& call);

    const ApiContext& context_;
    const host::RouteTable& routes_;
    const host::TokenVerifier& tokens_;
    RequestMetrics metrics_;
    std::vector<Filter> filters_;
    Filter unauthenticated_filter_;
    DeferredCalls* deferred_calls_ = nullptr;
};

}  // namespace botcore::api
