#pragma once

/// The services of a program, in the order in which they start.
///
/// L1  A service starts when all services before it have started.
/// L2  Services end in the reverse order. So a service may use all services before it until it is
///     destroyed.
///
/// Threads: the thread of the event loop.

#include "host/service.hpp"

#include <memory>
#include <utility>
#include <vector>

namespace botcore::host {

class ServiceList {
public:
    ServiceList() = default;

    ~ServiceList() { clear(); }

    ServiceList(const ServiceList&) = delete;
    ServiceList& operator=(const ServiceList&) = delete;

    /// Starts the service and appends it. The returned pointer is valid until `clear`. A service
    /// that cannot start is destroyed, and its failure is returned; then the program should end,
    /// which destroys the services that have started.
    template <class S>
    [[nodiscard]] base::Result<S*, StartFailure> add(std::unique_ptr<S> service) {
        (void)TRY(service->start());
        S* const added = service.get();
        services_.push_back(std::move(service));
        return added;
    }

    /// Adds the probes of all services to the prober, in order.
    void add_probes(HealthProber& prober);

    void tick(const model::Now& now);

    /// Stops all services in reverse order, even if one of them hangs. False: one hangs, and the
    /// process should exit without destroying anything.
    [[nodiscard]] bool stop();

    /// Destroys all services in reverse order.
    void clear();

private:
    std::vector<std::unique_ptr<Service>> services_;
};

}  // namespace botcore::host
