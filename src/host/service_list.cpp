#include "host/service_list.hpp"

namespace botcore::host {

void ServiceList::add_probes(HealthProber& prober) {
    for (const auto& service : services_)
        service->add_probes(prober);
}

void ServiceList::tick(const model::Now& now) {
    for (const auto& service : services_)
        service->tick(now);
}

bool ServiceList::stop() {
    bool ended = true;
    for (auto it = services_.rbegin(); it != services_.rend(); ++it)
        ended = (*it)->stop() && ended;
    return ended;
}

void ServiceList::clear() {
    while (!services_.empty())
        services_.pop_back();
}

}  // namespace botcore::host
