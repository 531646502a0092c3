#pragma once

/// The uptime of each service with an availability target that this process can observe itself, and
/// which components' states it follows from.
///
///     findings, log ──service_states──> one ServiceState for each service in use ──note──> logs
///
/// V1  A service that is not in use has no figure, and the time in which it is not in use is not
///     counted.
/// V2  While the process does not run, no service is available to its callers: that time counts as
///     down, stopped or planned for each service that is in use before and after.
/// @spec:NFR-RELIABILITY-001

#include "operations/uptime.hpp"

#include <functional>
#include <map>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace botcore::operations {

/// The service that callers use; it is always in use.
inline constexpr std::string_view kEngine = "engine";

struct NamedState {
    std::string_view service;  ///< A name of `availability_targets`.
    ServiceState state;
};

/// What the state of the services follows from.
struct ServiceSources {
    std::span<const ComponentStatus> findings;
    bool cache_is_remote = false;       ///< A cache inside the process is no service of its own.
    std::optional<HealthState> logs{};  ///< Whether log lines are written; empty without a log.
    bool planned = false;               ///< In an announced maintenance window.
    bool emergency = false;             ///< In an emergency maintenance, which is an engine outage.
};

/// The state of each service in use. The engine is the whole of the findings, the store the
/// database, monitoring the notifier: alerts are evaluated by the thread that also counts the time,
/// so they are evaluated whenever time is counted. Nothing here observes a load balancer.
[[nodiscard]] std::vector<NamedState> service_states(const ServiceSources& sources);

/// One `UptimeLog` for each service that was ever in use. Threads: not synchronised.
class ServiceUptimes {
public:
    using Logs = std::map<std::string, UptimeLog, std::less<>>;

    ServiceUptimes() : ServiceUptimes(Logs()) {}

    /// Continues the logs of an earlier process. A missing log of the engine is empty.
    explicit ServiceUptimes(Logs logs);

    [[nodiscard]] const UptimeLog& engine() const { return logs_.find(kEngine)->second; }

    /// `nullptr` for a service that is not in use, and before the first note (V1).
    [[nodiscard]] const UptimeLog* find(std::string_view service) const;

    /// Also those of services that are not in use.
    [[nodiscard]] const Logs& logs() const { return logs_; }

    /// See `UptimeLog::stop_in_order`.
    void stop_in_order();

    /// Counts the time without a process, for the services that were in use when it ended (V2).
    void resume(Timestamp now, std::optional<Period> announced, std::span<const NamedState> in_use);

    /// Sets the states from `now` on; see `UptimeLog::note`. Services that are not listed are not
    /// in use.
    void note(Timestamp now,
              std::span<const NamedState> states,
              std::optional<Duration> elapsed = std::nullopt);

private:
    Logs logs_;
    std::set<std::string, std::less<>> in_use_;
};

}  // namespace botcore::operations
