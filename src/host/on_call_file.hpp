#pragma once

/// Reads the file of `notify.on_call_file`, which says who is on call when, and how to reach them:
///
///     [rotation]
///     first_day = "2026-11-02"    # The first person of `order` begins on this day,
///     handover = "09:00"          # at this time, UTC.
///     shift_days = 7              # 1 to 366
///     order = ["ann", "bob"]
///
///     [people.ann]                # Each person has an email, a pagerduty_key or both.
///     email = "ann@example.org"
///
///     [[override]]                # The last one that contains a time applies.
///     from = "2026-12-24T00:00Z"
///     to = "2026-12-27T00:00Z"
///     person = "bob"
///
/// Threads: any.

#include "base/result.hpp"
#include "host/secret.hpp"
#include "operations/on_call.hpp"

#include <string>
#include <vector>

namespace botcore::host {

struct OnCallPerson {
    std::string name;          ///< 1 to 32 of a-z, 0-9, '-' and '_'.
    std::string email{};       ///< Empty: none. Whether it is an address is not checked here.
    Secret pagerduty_key{""};  ///< Empty: none.
    std::string origin{};      ///< The file and the line, for errors.
};

struct OnCallFile {
    operations::OnCallPlan plan;
    std::vector<OnCallPerson> people;  ///< Contains everybody whom the plan names.
};

/// The error lists everything that is wrong, one a line, each with the file and the line. It never
/// contains a key of PagerDuty.
[[nodiscard]] base::Result<OnCallFile, std::string> read_on_call_file(const std::string& path);

}  // namespace botcore::host
