#pragma once

/// A service: a part of a program that runs from the program's start to its end, such as the store,
/// the trading or the API. A program is an ordered list of services (host/service_list.hpp).
///
/// A constructor, or a function that makes the service, receives references to earlier services and
/// leaves nothing to be set later. The destructor ends everything that the service has begun.
///
/// Threads: the thread of the event loop.

#include "base/result.hpp"
#include "host/health_prober.hpp"
#include "model/now.hpp"

#include <string>

namespace botcore::host {

/// Why the program cannot start.
struct StartFailure {
    int code = 0;  ///< The exit status, one of <sysexits.h>.
    std::string text;
};

using Started = base::Outcome<StartFailure>;

class Service {
public:
    Service() = default;
    virtual ~Service() = default;
    Service(const Service&) = delete;
    Service& operator=(const Service&) = delete;

    /// Begins the work. Called once, when all earlier services have started.
    [[nodiscard]] virtual Started start() { return base::Done{}; }

    /// Adds the components that this service depends on to the health of the process. What the
    /// probes use must outlive the prober.
    virtual void add_probes(HealthProber& /*prober*/) {}

    /// Does what is due and writes the current figures into the metrics. Called about four times a
    /// second.
    virtual void tick(const model::Now& /*now*/) {}

    /// Ends the service's own threads in an orderly shutdown. The result is false if one of them
    /// hangs: then what it uses must not be destroyed.
    [[nodiscard]] virtual bool stop() { return true; }
};

}  // namespace botcore::host
