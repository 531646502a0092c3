#include "core/reconcile/absence.hpp"

#include <algorithm>

namespace botcore::core {

model::Timestamp fence_of(const model::Order& order, const model::Policy& policy) {
    const model::Timestamp last = order.attempt.time + order.attempt.window;
    return std::max(order.signed_until, last) + policy.fence_margin;
}

AbsenceResult evaluate_absence(LiveOrder& live,
                               model::Timestamp venue_time,
                               const model::Policy& policy) {
    if (!live.written_before) live.written_before = venue_time;
    const model::Timestamp fence =
        std::min(fence_of(live.order, policy),
                 *live.written_before + policy.request_lifetime + policy.fence_margin);
    if (venue_time <= fence) {  // F1
        return {AbsenceVerdict::TooEarly, fence + model::Duration::milliseconds(1), fence};
    }
    if (!live.absent_since) live.absent_since = venue_time;
    const model::Timestamp proven_at = *live.absent_since + policy.view_lag;
    if (venue_time < proven_at) return {AbsenceVerdict::TooEarly, proven_at, fence};  // F2
    return {AbsenceVerdict::Proven, venue_time, fence};
}

}  // namespace botcore::core
