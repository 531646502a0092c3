#include "services/health/health_monitor.hpp"

#include <algorithm>
#include <chrono>
#include <utility>

namespace botcore::health {

using operations::ComponentStatus;
using operations::DegradedMode;

namespace {

constexpr std::chrono::milliseconds kLogFailing(1'000);

}  // namespace

HealthMonitor::HealthMonitor(Parts parts, operations::ServiceUptimes uptimes)
    : parts_(std::move(parts)),
      uptimes_(std::move(uptimes)),
      seen_before_(uptime().noted_until()),
      cause_(!seen_before_                 ? StartCause::First
             : uptime().stopped_in_order() ? StartCause::OrderedStop
                                           : StartCause::UnexpectedStop) {
}

std::string_view to_text(StartCause cause) {
    switch (cause) {
        case StartCause::First:
            return "first_start";
        case StartCause::OrderedStop:
            return "ordered_stop";
        case StartCause::UnexpectedStop:
            break;
    }
    return "unexpected_stop";
}

HealthReport HealthMonitor::snapshot() const {
    HealthReport snapshot;
    snapshot.findings = parts_.prober.findings();
    snapshot.overall = operations::overall(snapshot.findings);
    snapshot.modes = operations::modes_of(snapshot.findings, parts_.load());
    snapshot.planned = parts_.planned(parts_.now().time);
    return snapshot;
}

void HealthMonitor::tick() {
    parts_.prober.tick();
    HealthReport now = snapshot();
    note_uptime(now);
    report_changes(now);
    last_ = std::move(now);
}

void HealthMonitor::note_uptime(const HealthReport& report) {
    const model::Now clocks = parts_.now();
    const base::Timestamp time = clocks.time;
    if (!settled_) {
        settled_ = std::all_of(report.findings.begin(),
                               report.findings.end(),
                               [](const ComponentStatus& one) { return one.age.has_value(); });
        if (!settled_) return;
    }
    const auto states =
        operations::service_states({.findings = report.findings,
                                    .cache_is_remote = parts_.cache_is_remote,
                                    .logs = state_of_log(),
                                    .planned = parts_.planned(time),
                                    .emergency = parts_.outage && parts_.outage(time)});
    if (!counted_) {
        const base::Timestamp until = uptime().noted_until().value_or(time);
        uptimes_.resume(time, parts_.announced({until, time}), states);
    }
    std::optional<base::Duration> elapsed;
    if (counted_) elapsed = clocks.monotonic - *counted_;
    counted_ = clocks.monotonic;
    uptimes_.note(time, states, elapsed);
}

/// A sink that takes no line for a moment is no outage: a pipe may be full.
std::optional<operations::HealthState> HealthMonitor::state_of_log() const {
    const auto failing = parts_.log.failing_for();
    if (!failing) return std::nullopt;
    return *failing >= kLogFailing ? operations::HealthState::Unhealthy
                                   : operations::HealthState::Healthy;
}

void HealthMonitor::report_changes(const HealthReport& now) {
    for (const ComponentStatus& finding : now.findings) {
        const auto before = std::find_if(
            last_.findings.begin(), last_.findings.end(), [&](const ComponentStatus& earlier) {
                return earlier.dependency == finding.dependency;
            });
        // A component without a probe result has not changed.
        if (!finding.age) continue;
        const bool known = before != last_.findings.end() && before->age;
        const operations::HealthState was =
            known ? before->state : operations::HealthState::Healthy;
        if (was == finding.state) continue;
        const bool better = finding.state < was;
        const std::string_view check = operations::row_of(finding.dependency).name;
        parts_.log.event(better ? observability::LogEvent::HealthRecovered
                                : observability::LogEvent::HealthFailed,
                         better ? "health recovered" : "health check failed",
                         {{"check", check},
                          {"status", to_text(finding.state)},
                          {"was", to_text(was)},
                          {"cause", finding.message}});
        if (parts_.changed) {
            parts_.changed({check, to_text(was), to_text(finding.state), finding.message});
        }
    }
    report_modes(now.findings);
}

void HealthMonitor::report_modes(std::vector<ComponentStatus> findings) {
    // Components without a probe result do not cause a degraded mode.
    std::erase_if(findings, [](const ComponentStatus& one) { return !one.age; });
    const auto modes = operations::modes_of(findings, parts_.load());
    for (const auto& row : operations::degraded_modes()) {
        const auto holds = [&](const std::vector<DegradedMode>& modes) {
            return std::find(modes.begin(), modes.end(), row.mode) != modes.end();
        };
        if (holds(modes) == holds(modes_reported_)) continue;
        parts_.log.write(holds(modes) ? observability::Level::Warn : observability::Level::Info,
                         holds(modes) ? "degraded mode entered" : "degraded mode ended",
                         {{"mode", row.id}, {"runbook", row.runbook}});
    }
    modes_reported_ = modes;
}

}  // namespace botcore::health
