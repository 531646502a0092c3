#pragma once

/// What an account's trading brought: GET /api/accounts/{account}/performance, and the short
/// /api/trading/performance. Folded from the fills each time they have changed, else kept in the
/// cache.
///
/// Reading fills holds up the loop, so the newest `kFillsMax` are looked at and the answer says
/// whether these are all.
///
/// Threads: the thread of the loop.

#include "core/ledger/performance.hpp"
#include "shell/http/api_context.hpp"
#include "shell/http/route_table.hpp"

#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include <cstddef>
#include <optional>

namespace botcore::shell::http {

class PerformanceDoor {
public:
    static constexpr std::size_t kFillsMax = 5'000;

    /// The context outlives the door, and the door the table.
    explicit PerformanceDoor(const ApiContext& context, std::size_t fills_max = kFillsMax)
        : context_(context),
          fills_max_(fills_max) {}

    void add_to(RouteTable& table);

private:
    void show(Call& call);
    [[nodiscard]] std::optional<boost::json::value> make(Call& call) const;

    const ApiContext& context_;
    std::size_t fills_max_;
};

[[nodiscard]] boost::json::object performance_view(const core::Performance& performance);

}  // namespace botcore::shell::http
