#pragma once

/// When "not found" becomes proof of absence (docs/proof.md). A local clock never passes a fence:
/// only the exchange's own time counts.
///
/// F1  Nothing proves absence while the exchange's clock is not past t + w + M, with the latest t +
/// w
///     of all attempts: until then the request may still reach the matching engine.
///     A clock that was far ahead signs with a t that lies far ahead; but no request that was
///     written arrives later than N, so that V + N + M is a fence as well, V being the exchange's
///     time of the first answer after it was written. The earlier of the two counts.
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
    model::Timestamp fence;      ///< F1
};

/// The exchange's time after which no attempt of the order can enter the matching engine any more:
/// the latest t + w of all its attempts counts, not that of the last one, whose clock may have been
/// set back meanwhile.
[[nodiscard]] model::Timestamp fence_of(const model::Order& order, const model::Policy& policy);

/// Judges one NotFound answer given at `venue_time`; remembers in `live` when the waiting began.
[[nodiscard]] AbsenceJudgement judge_absence(LiveOrder& live,
                                             model::Timestamp venue_time,
                                             const model::Policy& policy);

}  // namespace botcore::core
