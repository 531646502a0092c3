#pragma once

/// The one screen of an operator: what `botctl status` prints, from what the API answers.

#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include <ostream>
#include <string>
#include <string_view>

namespace botcore::botctl {

/// What the daemon answered. A part that could not be had is null, and the screen leaves it out.
struct StatusParts {
    boost::json::value health;          ///< /health/detailed
    boost::json::value accounts;        ///< /api/accounts
    boost::json::value positions;       ///< Of every account, one after another.
    boost::json::value reconciliation;  ///< /api/reconciliation
    boost::json::value system;          ///< /api/monitoring/system
    boost::json::value acts;            ///< /api/audit of frozen accounts
    std::string metrics;                ///< /metrics
};

/// The sections of the screen as JSON: `overall_status`, `mode`, `degraded_modes`, `maintenance`,
/// `accounts` that may not trade, `unknown_orders`, `unprotected`, `archive`, `start`, `journal`,
/// `checks`.
[[nodiscard]] boost::json::object status_view(const StatusParts& parts);

void print_status(std::ostream& out, const boost::json::value& view);

/// The value of one line of a Prometheus text; null where it is not there.
[[nodiscard]] boost::json::value metric_in(std::string_view text, std::string_view name);

}  // namespace botcore::botctl
