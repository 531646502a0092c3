#include "operations/health.hpp"

#include "base/check.hpp"

#include <algorithm>
#include <array>

namespace botcore::operations {

namespace {

constexpr Duration ms(std::int64_t count) {
    return Duration::milliseconds(count);
}

// Indexed by the enumeration.
constexpr std::array<DependencyRow, 12> kDependencyRows = {{
    {Dependency::Database, "database", Criticality::Critical, ms(500), ms(2'000)},
    {Dependency::Exchange, "binance_api", Criticality::Critical, ms(2'000), ms(5'000)},
    {Dependency::Market, "market", Criticality::Entries, ms(1'000), ms(2'000)},
    {Dependency::Disk, "disk", Criticality::Entries, ms(1'000), ms(2'000)},
    {Dependency::Clock, "clock", Criticality::Entries, ms(1'000), ms(2'000)},
    {Dependency::Cache, "redis", Criticality::Optional, ms(500), ms(1'000)},
    {Dependency::WebSocket, "websocket", Criticality::Optional, ms(1'000), ms(2'000)},
    {Dependency::Analysis, "analysis", Criticality::Optional, ms(2'000), ms(3'000)},
    {Dependency::Notifier, "notifier", Criticality::Optional, ms(2'000), ms(3'000)},
    {Dependency::Monitoring, "monitoring", Criticality::Optional, ms(2'000), ms(3'000)},
    {Dependency::Archive, "archive", Criticality::Optional, ms(2'000), ms(3'000)},
    {Dependency::Books, "books", Criticality::Entries, ms(2'000), ms(3'000)},
}};

/// The state that one component implies for the whole service.
HealthState weighted(const ComponentStatus& finding) {
    if (finding.state != HealthState::Unhealthy) return finding.state;
    return row_of(finding.dependency).criticality == Criticality::Critical ? HealthState::Unhealthy
                                                                           : HealthState::Degraded;
}

}  // namespace

std::span<const DependencyRow> dependencies() {
    return kDependencyRows;
}

const DependencyRow& row_of(Dependency dependency) {
    const auto place = static_cast<std::size_t>(dependency);
    CHECK(place < kDependencyRows.size());
    CHECK(kDependencyRows.at(place).dependency == dependency);
    return kDependencyRows.at(place);
}

ComponentStatus evaluate(Dependency dependency,
                         const ProbeResult& reading,
                         Timestamp now,
                         Duration interval) {
    const DependencyRow& row = row_of(dependency);
    ComponentStatus finding{dependency, HealthState::Unhealthy, reading.message, {}};
    if (!reading.probed_at) {
        finding.message = "not probed yet";
        return finding;
    }
    // The wall clock may have been set back since the probe.
    finding.age = std::max(Duration(), now - *reading.probed_at);
    const Duration age_max = interval + interval + interval + row.reply_within;
    if (*finding.age > age_max) {
        finding.message = "no probe has finished within the last " +
                          std::to_string(finding.age->in_milliseconds() / 1'000) + " s";
        return finding;
    }
    finding.state = reading.reported_state;
    if (reading.reported_state == HealthState::Healthy && reading.latency &&
        *reading.latency >= row.latency_max) {
        finding.state = HealthState::Degraded;
        finding.message = "High latency";
    }
    return finding;
}

HealthState overall(std::span<const ComponentStatus> findings) {
    HealthState worst = HealthState::Healthy;
    for (const ComponentStatus& finding : findings)
        worst = std::max(worst, weighted(finding));
    return worst;
}

std::uint16_t http_status(HealthState state) {
    return state == HealthState::Unhealthy ? 503 : 200;
}

std::string_view to_text(HealthState state) {
    switch (state) {
        case HealthState::Healthy:
            return "healthy";
        case HealthState::Degraded:
            return "degraded";
        case HealthState::Unhealthy:
            return "unhealthy";
    }
    return "?";
}

std::string_view to_text(Criticality criticality) {
    switch (criticality) {
        case Criticality::Critical:
            return "critical";
        case Criticality::Entries:
            return "entries";
        case Criticality::Optional:
            return "optional";
    }
    return "?";
}

}  // namespace botcore::operations
