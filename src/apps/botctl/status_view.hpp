#pragma once

/// The operator's overview: what `botctl status` prints, built from responses of the API.

#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include <ostream>
#include <string>
#include <string_view>

namespace botcore::botctl {

/// The daemon's responses. A part that could not be read is null and is not shown.
struct StatusParts {
    boost::json::value health;          ///< /health/detailed
    boost::json::value accounts;        ///< /api/accounts
    boost::json::value positions;       ///< The positions of all accounts in one list.
    boost::json::value reconciliation;  ///< /api/reconciliation
    boost::json::value system;          ///< /api/monitoring/system
    boost::json::value acts;            ///< /api/audit: who froze accounts
    std::string metrics;                ///< /metrics
};

/// The sections of the overview as JSON: `overall_status`, `mode`, `degraded_modes`, `maintenance`,
/// `accounts` that may not trade, `unknown_orders`, `unprotected`, `archive`, `start`, `journal`,
/// `checks`.
[[nodiscard]] boost::json::object status_view(const StatusParts& parts);

void print_status(std::ostream& out, const boost::json::value& view);

/// The value of a metric in Prometheus text format; null if it is missing.
[[nodiscard]] boost::json::value metric_in(std::string_view text, std::string_view name);

}  // namespace botcore::botctl
