#pragma once

/// Who is on call at which time: a rotation of people, and overrides of it. All times are UTC, so
/// there is no daylight saving time, and every shift has the same length.
///
/// K1  Every moment has exactly one person. The rotation also continues before its first day.
/// K2  A shift and an override contain their first moment and do not contain their end.
/// K3  Where overrides overlap, the one that was defined last applies.
/// K4  The order of escalation begins with the person on call and names everyone of the rotation
///     once. A person whom an override replaces comes last.
///
/// Threads: any; a plan never changes.

#include "base/time.hpp"
#include "operations/daily_job.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace botcore::operations {

struct OnCallRotation {
    std::chrono::sys_days first_day;  ///< The first person of `order` begins on this day.
    TimeOfDay handover;               ///< When a shift begins, and the one before it ends.
    std::int64_t shift_days = 7;      ///< At least 1.
    std::vector<std::string> order;   ///< Not empty; nobody is named twice.
};

/// `person`, who need not be part of the rotation, is on call from `from` until `to`.
struct OnCallOverride {
    base::Timestamp from;
    base::Timestamp to;  ///< Later than `from`.
    std::string person;
};

/// From `at` on, `person` is on call, and before `at` it was somebody else.
struct OnCallHandover {
    base::Timestamp at;
    std::string person;

    friend bool operator==(const OnCallHandover&, const OnCallHandover&) = default;
};

class OnCallPlan {
public:
    /// The arguments must be as their types say.
    OnCallPlan(OnCallRotation rotation, std::vector<OnCallOverride> overrides);

    [[nodiscard]] const std::string& person_at(base::Timestamp time) const;

    /// The next handovers after `time`, at most `count`: a single person without overrides never
    /// hands over.
    [[nodiscard]] std::vector<OnCallHandover> handovers_after(base::Timestamp time,
                                                              std::size_t count) const;

    /// Whom to call, one after the other (K4).
    [[nodiscard]] std::vector<std::string> escalation_order(base::Timestamp time) const;

    [[nodiscard]] const OnCallRotation& rotation() const { return rotation_; }

    [[nodiscard]] const std::vector<OnCallOverride>& overrides() const { return overrides_; }

private:
    [[nodiscard]] std::int64_t shift_at(base::Timestamp time) const;
    [[nodiscard]] std::size_t place_at(base::Timestamp time) const;
    [[nodiscard]] const OnCallOverride* override_at(base::Timestamp time) const;
    [[nodiscard]] std::optional<base::Timestamp> next_boundary(base::Timestamp time) const;

    OnCallRotation rotation_;
    std::vector<OnCallOverride> overrides_;  ///< In the order of their definition.
    base::Timestamp start_;                  ///< Of the first shift.
    base::Duration shift_;
};

}  // namespace botcore::operations
