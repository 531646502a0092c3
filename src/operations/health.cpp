#include "operations/health.hpp"

#include "base/check.hpp"

#include <algorithm>
#include <array>

namespace botcore::operations {

namespace {

constexpr Duration ms(std::int64_t count) {
    return Duration::milliseconds(count);
}

// In the order of the enumeration.
constexpr std::array<DependencyRow, 12> kDependencyRows = {{
    {Dependency::Database, "database", Weight::Critical, ms(500), ms(2'000)},
    {Dependency::Exchange, "binance_api", Weight::Critical, ms(2'000), ms(5'000)},
    {Dependency::Market, "market", Weight::Entries, ms(1'000), ms(2'000)},
    {Dependency::Disk, "disk", Weight::Entries, ms(1'000), ms(2'000)},
    {Dependency::Clock, "clock", Weight::Entries, ms(1'000), ms(2'000)},
    {Dependency::Cache, "redis", Weight::Optional, ms(500), ms(1'000)},
    {Dependency::WebSocket, "websocket", Weight::Optional, ms(1'000), ms(2'000)},
    {Dependency::Analysis, "analysis", Weight::Optional, ms(2'000), ms(3'000)},
    {Dependency::Notifier, "notifier", Weight::Optional, ms(2'000), ms(3'000)},
    {Dependency::Monitoring, "monitoring", Weight::Optional, ms(2'000), ms(3'000)},
    {Dependency::Archive, "archive", Weight::Optional, ms(2'000), ms(3'000)},
    {Dependency::Books, "books", Weight::Entries, ms(2'000), ms(3'000)},
}};

/// What one part's trouble makes of the whole.
HealthState weighted(const Finding& finding) {
    if (finding.state != HealthState::Unhealthy) return finding.state;
    return row_of(finding.dependency).weight == Weight::Critical ? HealthState::Unhealthy
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

Finding judge(Dependency dependency, const Reading& reading, Timestamp now, Duration interval) {
    const DependencyRow& row = row_of(dependency);
    Finding finding{dependency, HealthState::Unhealthy, reading.message, {}};
    if (!reading.looked_at) {
        finding.message = "not looked at yet";
        return finding;
    }
    // The wall clock may have been set back since.
    finding.age = std::max(Duration(), now - *reading.looked_at);
    const Duration age_max = interval + interval + interval + row.answer_within;
    if (*finding.age > age_max) {
        finding.message = "no look ended within the last " +
                          std::to_string(finding.age->in_milliseconds() / 1'000) + " s";
        return finding;
    }
    finding.state = reading.said;
    if (reading.said == HealthState::Healthy && reading.latency &&
        *reading.latency >= row.latency_max) {
        finding.state = HealthState::Degraded;
        finding.message = "High latency";
    }
    return finding;
}

HealthState overall(std::span<const Finding> findings) {
    HealthState worst = HealthState::Healthy;
    for (const Finding& finding : findings)
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

std::string_view to_text(Weight weight) {
    switch (weight) {
        case Weight::Critical:
            return "critical";
        case Weight::Entries:
            return "entries";
        case Weight::Optional:
            return "optional";
    }
    return "?";
}

}  // namespace botcore::operations
