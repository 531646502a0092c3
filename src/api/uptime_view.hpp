#pragma once

/// Availability as JSON: of the engine over some days, and of each service over some days and
/// calendar months.

#include "operations/service_uptime.hpp"

#include <boost/json/array.hpp>

namespace botcore::api {

/// The schema `Uptime` for each of 30, 90 and 365 days (UTC, including today).
[[nodiscard]] boost::json::array uptime_view(const operations::UptimeLog& log,
                                             std::int64_t target_ppm);

/// The schema `ServiceUptime` for each service in use. Services that nothing here observes, or that
/// are not configured, are not listed.
[[nodiscard]] boost::json::array services_view(const operations::ServiceUptimes& uptimes);

}  // namespace botcore::api
