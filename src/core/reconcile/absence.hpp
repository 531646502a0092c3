#pragma once

/// Decides when "not found" becomes proof of absence (docs/proof.md). The local clock is never
/// compared with a fence; only the exchange's own time counts.
///
/// F1  Nothing proves absence until the exchange's clock has passed t + w + M, with the latest t +
///     w of all attempts: before that the request may still reach the matching engine. A clock that
///     was far ahead signs with a t far in the future. However, no request arrives later than N
///     after it was written, so V + N + M is also a fence, where V is the exchange's time of the
///     first reply after it was written. The earlier of the two fences applies.
/// F2  After the fence, queries must continue to find nothing for the view-lag bound L.
/// @spec:NFR-RELIABILITY-004

#include "core/state.hpp"

namespace botcore::core {

enum class AbsenceVerdict : std::uint8_t {
    TooEarly,  ///< Query again later.
    Proven,
};

struct AbsenceResult {
    AbsenceVerdict verdict = AbsenceVerdict::TooEarly;
    model::Timestamp ask_again;  ///< Exchange time from which another query can give a new result.
    model::Timestamp fence;      ///< F1
};

/// The exchange time after which no attempt of the order can enter the matching engine any more. It
/// uses the latest t + w of all attempts, not that of the last attempt, because the clock may have
/// been set back between them.
[[nodiscard]] model::Timestamp fence_of(const model::Order& order, const model::Policy& policy);

/// Evaluates one NotFound report of exchange time `venue_time`; stores in `live` when the wait
/// began.
[[nodiscard]] AbsenceResult evaluate_absence(LiveOrder& live,
                                             model::Timestamp venue_time,
                                             const model::Policy& policy);

}  // namespace botcore::core
