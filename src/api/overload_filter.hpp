#pragma once

/// Refuses requests under overload: first reads, then also entries. It never refuses cancels,
/// exits, health checks or the operator's requests (invariant I9).
///
/// Threads: the thread of the loop.
/// @spec:NFR-RELIABILITY-002

#include "base/time.hpp"
#include "host/request_context.hpp"
#include "host/route_table.hpp"
#include "observability/metrics.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <utility>

namespace botcore::api {

/// The purpose of a request. It is the purpose of the request's route, except that an order with
/// "reduce_only": true is an exit on any route. The body is not parsed yet, so the search for
/// "reduce_only" may also match inside another text. Such a match does no harm, since it only saves
/// the request from being shed.
[[nodiscard]] host::Purpose purpose_of(const host::RequestContext& call);

/// The load: the number of waiting commands, and the lag of the loop.
struct Pressure {
    std::size_t commands_waiting = 0;
    base::Duration lag;  ///< The time from when a turn of the loop is due until it begins.
};

struct OverloadLimits {
    /// From this number of waiting commands on, reads are shed.
    std::size_t reads_at = 512;
    /// From this number of waiting commands on, entries are shed, too. The rest of the queue is for
    /// exits.
    std::size_t entries_at = 3'072;
    /// From this lag on, reads are shed.
    base::Duration reads_lag = base::Duration::milliseconds(200);
    /// From this lag on, entries are shed, too.
    base::Duration entries_lag = base::Duration::seconds(2);
};

class OverloadFilter {
public:
    /// The metrics outlive the filter.
    OverloadFilter(const OverloadLimits& limits,
                   observability::Metrics& metrics,
                   std::function<Pressure()> pressure)
        : limits_(limits),
          metrics_(metrics),
          pressure_(std::move(pressure)) {}

    /// Returns false if it refused the request: then it has responded with 503 OVERLOADED and
    /// Retry-After, and nothing was executed.
    [[nodiscard]] bool pass(host::RequestContext& call);

    /// Whether anything was shed since the previous call.
    [[nodiscard]] bool take_overload() { return std::exchange(shed_lately_, false); }

private:
    OverloadLimits limits_;
    observability::Metrics& metrics_;
    std::function<Pressure()> pressure_;
    bool shed_lately_ = false;
};

}  // namespace botcore::api
