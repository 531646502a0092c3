#pragma once

/// Whom to tell about an incident that nobody acknowledges, and when.
///
/// S1  The first person of the order is told at once. If the incident is not acknowledged within
///     the period, the next person is told, and so on. After the last person everybody is told
///     again once a period.
/// S2  However long the process did not run or the clock was wrong, the next step is a single one:
///     nobody is skipped, and a period passes between two steps.
///
/// Threads: one.

#include "base/time.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace botcore::operations {

struct EscalationState {
    std::uint64_t incident = 0;      ///< Its number.
    std::vector<std::string> order;  ///< Not empty; nobody is named twice.
    std::size_t told = 0;            ///< How many of the order were told, from the first.
    base::Timestamp last{};          ///< When somebody was told last; meaningless if `told` is 0.
};

/// The people to tell now.
struct EscalationStep {
    std::vector<std::string> people;
    std::string fact;  ///< For the timeline, such as "Not acknowledged within 300 s: told bob".
};

/// Takes the step that is due at `now`; empty if none is.
[[nodiscard]] std::optional<EscalationStep> take_step(EscalationState& escalation,
                                                      base::Timestamp now,
                                                      base::Duration period);

/// Adapts the order of an earlier process to the people whom the configuration now has, in their
/// order: those who are not there any more leave, and new ones are told after the others. Returns
/// whether anything changed.
bool adopt_people(EscalationState& escalation, std::span<const std::string> people);

}  // namespace botcore::operations
