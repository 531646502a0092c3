#pragma once

/// What is turned away when there is more to do than can be done: reads first, then entries, never
/// cancels, exits, health or the operator (invariant I9).
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

/// What the call is for: its route's purpose, but an order that says "reduce_only": true is an exit
/// wherever it comes in. The body is not parsed yet; a word inside another text does no harm, since
/// it only saves the call from being shed.
[[nodiscard]] Purpose purpose_of(const RequestContext& call);

/// How much waits, and for how long.
struct Pressure {
    std::size_t commands_waiting = 0;
    base::Duration lag;  ///< Between a turn of the loop being due and its beginning.
};

struct OverloadLimits {
    std::size_t reads_at = 512;      ///< Commands that wait; beyond, reads are shed.
    std::size_t entries_at = 3'072;  ///< Beyond, entries too; the rest of the queue is for exits.
    base::Duration reads_lag = base::Duration::milliseconds(200);
    base::Duration entries_lag = base::Duration::seconds(2);
};

class OverloadFilter {
public:
    /// The metrics outlive the gate.
    OverloadFilter(const OverloadLimits& limits,
                   metrics::Metrics& metrics,
                   std::function<Pressure()> pressure)
        : limits_(limits),
          metrics_(metrics),
          pressure_(std::move(pressure)) {}

    /// False: the call was answered with 503 OVERLOADED and Retry-After; nothing was done.
    [[nodiscard]] bool pass(RequestContext& call);

    /// Has anything been shed since the last time this was asked?
    [[nodiscard]] bool take_overload() { return std::exchange(shed_lately_, false); }

private:
    OverloadLimits limits_;
    metrics::Metrics& metrics_;
    std::function<Pressure()> pressure_;
    bool shed_lately_ = false;
};

}  // namespace botcore::shell::http
