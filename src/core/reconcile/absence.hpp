#pragma once

/// When "not found" becomes proof of absence (docs/proof.md). A local clock never passes a fence:
/// only the exchange's own time counts.
///
/// F1  Nothing proves absence while the exchange's clock is not past t + w + M: until then the
///     request may still reach the matching engine.
/// F2  After that, queries must go on finding nothing for the view-lag bound L.

#include "core/state.hpp"

namespace botcore::core {

enum class AbsenceVerdict : std::uint8_t {
    TooEarly,  ///< Ask again later.
    Proven,
};

struct AbsenceJudgement {
    AbsenceVerdict verdict = AbsenceVerdict::TooEarly;
    model::Timestamp ask_again;  ///< Exchange time from which another query can tell more.
};

/// The exchange's time after which an attempt can no longer enter the matching engine.
[[nodiscard]] model::Timestamp fence_of(const model::Attempt& attempt, const model::Policy& policy);

/// Judges one NotFound answer given at `venue_time`; remembers in `live` when the waiting began.
[[nodiscard]] AbsenceJudgement judge_absence(LiveOrder& live,
                                             model::Timestamp venue_time,
                                             const model::Policy& policy);

}  // namespace botcore::core
