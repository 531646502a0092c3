#include "operations/service_uptime.hpp"

#include "base/check.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace botcore::operations {

namespace {

/// Logs whose last notes differ by more than this were not in use at the same time.
constexpr Duration kSameNote = Duration::seconds(2);

struct ServiceOfComponent {
    Dependency dependency;
    std::string_view service;
};

constexpr std::array kServices = {ServiceOfComponent{Dependency::Database, "store"},
                                  ServiceOfComponent{Dependency::Analysis, "analysis"},
                                  ServiceOfComponent{Dependency::Cache, "cache"},
                                  ServiceOfComponent{Dependency::Notifier, "monitoring"}};

}  // namespace

std::vector<NamedState> service_states(const ServiceSources& sources) {
    std::vector<NamedState> states;
    const auto add = [&](std::string_view service, HealthState health, bool emergency = false) {
        states.push_back({service, {health, sources.planned, false, emergency}});
    };
    add(kEngine,
        sources.emergency ? HealthState::Unhealthy : overall(sources.findings),
        sources.emergency);
    for (const ServiceOfComponent& row : kServices) {
        if (row.dependency == Dependency::Cache && !sources.cache_is_remote) continue;
        for (const ComponentStatus& finding : sources.findings)
            if (finding.dependency == row.dependency) add(row.service, finding.state);
    }
    if (sources.logs) add("logs", *sources.logs);
    return states;
}

ServiceUptimes::ServiceUptimes(Logs logs) : logs_(std::move(logs)) {
    logs_.try_emplace(std::string(kEngine));
}

const UptimeLog* ServiceUptimes::find(std::string_view service) const {
    if (!in_use_.contains(service)) return nullptr;
    const auto place = logs_.find(service);
    CHECK(place != logs_.end());
    return &place->second;
}

void ServiceUptimes::stop_in_order() {
    for (auto& [service, log] : logs_)
        log.stop_in_order();
}

void ServiceUptimes::resume(Timestamp now,
                            std::optional<Period> announced,
                            std::span<const NamedState> in_use) {
    const std::optional<Timestamp> ended = engine().noted_until();
    for (const NamedState& one : in_use) {
        UptimeLog& log = logs_[std::string(one.service)];
        const std::optional<Timestamp> noted = log.noted_until();
        if (noted && ended && *noted + kSameNote < *ended) {
            log.skip_to(now);
        } else {
            log.resume(now, announced);
        }
    }
}

void ServiceUptimes::note(Timestamp now,
                          std::span<const NamedState> states,
                          std::optional<Duration> elapsed) {
    in_use_.clear();
    for (const NamedState& one : states) {
        const auto place = logs_.find(one.service);
        UptimeLog& log = place != logs_.end() ? place->second : logs_[std::string(one.service)];
        log.note(now, one.state, elapsed);
        in_use_.emplace(one.service);
    }
}

}  // namespace botcore::operations
