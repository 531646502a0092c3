#pragma once

/// The HTTP API: finds the route of a request, checks who asks and what the query says, and hands
/// the call to the route's door. docs/api describes it for callers.
///
/// Y1  Without a token nothing but public routes answers; the 401 comes before the path, the
///     headers or the body are looked at.
///
/// Threads: the thread of the loop.

#include "shell/auth/caller.hpp"
#include "shell/http/api_context.hpp"
#include "shell/http/deferred_calls.hpp"
#include "shell/http/http_message.hpp"
#include "shell/http/route_table.hpp"

#include <functional>
#include <vector>

namespace botcore::shell::http {

class Api final : public HttpHandler {
public:
    /// Looks at a call on its way to its handler; `call.row` says which. False: it has answered the
    /// call itself (a limit reached, a mode that refuses).
    using Filter = std::function<bool(RequestContext& call)>;

    /// All outlive the API.
    Api(const ApiContext& context, const RouteTable& routes, const auth::TokenVerifier& tokens)
        : context_(context),
          routes_(routes),
          tokens_(tokens) {}

    /// Gates are asked in the order they were added, once the caller is known and may use the
    /// route.
    void add_filter(Filter filter) { filters_.push_back(std::move(filter)); }

    /// Where calls wait while the store is away; without one they are served at once. It outlives
    /// the API.
    void set_deferred_calls(DeferredCalls& room) { deferred_calls_ = &room; }

    /// Asked for a call that shows no valid token, before it is answered with 401.
    void set_unauthenticated_filter(Filter filter) { unauthenticated_filter_ = std::move(filter); }

    void handle(HttpRequest request, Respond respond) override;
    void on_finished(const HttpExchange& exchange) override;

private:
    [[nodiscard]] bool authorize(RequestContext& call) const;
    [[nodiscard]] static bool may_use(RequestContext& call);
    [[nodiscard]] static bool check_query(RequestContext& call);
    [[nodiscard]] bool check_history(RequestContext& call) const;
    /// Symbols of path and query, as the exchange writes them.
    void resolve_symbols(RequestContext& call) const;
    void serve(RequestContext& call);

    const ApiContext& context_;
    const RouteTable& routes_;
    const auth::TokenVerifier& tokens_;
    std::vector<Filter> filters_;
    Filter unauthenticated_filter_;
    DeferredCalls* deferred_calls_ = nullptr;
};

}  // namespace botcore::shell::http
