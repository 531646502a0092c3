#include "core/reconcile/absence.hpp"

namespace botcore::core {

model::Timestamp fence_of(const model::Attempt& attempt, const model::Policy& policy) {
    return attempt.time + attempt.window + policy.fence_margin;
}

AbsenceJudgement judge_absence(LiveOrder& live,
                               model::Timestamp venue_time,
                               const model::Policy& policy) {
    const model::Timestamp fence = fence_of(live.order.attempt, policy);
    if (venue_time <= fence) {  // F1
        return {AbsenceVerdict::TooEarly, fence + model::Duration::milliseconds(1)};
    }
    if (!live.absent_since) live.absent_since = venue_time;
    const model::Timestamp proven_at = *live.absent_since + policy.view_lag;
    if (venue_time < proven_at) return {AbsenceVerdict::TooEarly, proven_at};  // F2
    return {AbsenceVerdict::Proven, venue_time};
}

}  // namespace botcore::core
