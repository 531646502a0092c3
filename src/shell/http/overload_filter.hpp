#pragma once

/// Refuses requests under overload: reads first, then entries; never cancels, exits, health checks
/// or the operator's requests (invariant I9).
///
/// Threads: the thread of the loop.

#include "base/time.hpp"
#include "shell/http/request_context.hpp"
#include "shell/http/route_table.hpp"
#include "shell/metrics/metrics.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <utility>

namespace botcore::shell::http {

/// The purpose of a request: that of its route, except that an order with "reduce_only": true is an
/// exit on any route. The body is not parsed yet, so the search may also match inside another text;
/// that does no harm, since it only saves the request from being shed.
[[nodiscard]] Purpose purpose_of(const RequestContext& call);

/// The load: the number of waiting commands, and the lag of the loop.
struct Pressure {
    std::size_t commands_waiting = 0;
    base::Duration lag;  ///< From the time at which a turn of the loop is due until it begins.
};

struct OverloadLimits {
    std::size_t reads_at = 512;      ///< From this number of waiting commands on, reads are shed.
    std::size_t entries_at = 3'072;  ///< From here on entries too; the queue's rest is for exits.
    base::Duration reads_lag = base::Duration::milliseconds(200);
    base::Duration entries_lag = base::Duration::seconds(2);
};

class OverloadFilter {
public:
    /// The metrics outlive the filter.
    OverloadFilter(const OverloadLimits& limits,
                   metrics::Metrics& metrics,
                   std::function<Pressure()> pressure)
        : limits_(limits),
          metrics_(metrics),
          pressure_(std::move(pressure)) {}

    /// False: it responded with 503 OVERLOADED and Retry-After, and nothing was executed.
    [[nodiscard]] bool pass(RequestContext& call);

    /// Whether anything was shed since the previous call.
    [[nodiscard]] bool take_overload() { return std::exchange(shed_lately_, false); }

private:
    OverloadLimits limits_;
    metrics::Metrics& metrics_;
    std::function<Pressure()> pressure_;
    bool shed_lately_ = false;
};

}  // namespace botcore::shell::http
