#pragma once

/// Routes for the performance of an account: GET /api/accounts/{account}/performance, and the short
/// path /api/trading/performance. The performance is computed from all fills of the account, each
/// applied once, and cached.
///
/// Reading fills blocks the loop, so they are read in pages, and the runtime gets a turn between
/// two pages. A history that is too long for one request is read during several requests.
///
/// Threads: the thread of the loop.

#include "api/api_context.hpp"
#include "api/performance_book.hpp"
#include "core/ledger/performance.hpp"
#include "host/route_table.hpp"

#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include <cstddef>
#include <optional>

namespace botcore::api {

class PerformanceRoutes {
public:
    static constexpr std::size_t kFillsAtOnce = 5'000;

    /// The context outlives this object, and this object outlives the table.
    explicit PerformanceRoutes(const ApiContext& context, std::size_t fills_at_once = kFillsAtOnce)
        : context_(context),
          book_(context.reader, fills_at_once) {}

    void add_to(host::RouteTable& table);

private:
    void show(host::RequestContext& call);
    void respond(host::RequestContext& call);
    [[nodiscard]] std::optional<boost::json::value> make(host::RequestContext& call);

    const ApiContext& context_;
    PerformanceBook book_;
};

[[nodiscard]] boost::json::object performance_view(const core::Performance& performance);

}  // namespace botcore::api
