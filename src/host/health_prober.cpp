#include "host/health_prober.hpp"

#include <algorithm>
#include <utility>

namespace botcore::host {

using base::Timestamp;
using operations::ComponentStatus;
using operations::ProbeResult;

HealthProber::HealthProber(base::Duration interval, Clocks clocks)
    : interval_(interval),
      clocks_(std::move(clocks)),
      alive_(std::make_shared<bool>(true)) {
}

HealthProber::Part& HealthProber::part_of(Dependency dependency) {
    const auto place =
        std::lower_bound(parts_.begin(), parts_.end(), dependency, [](const Part& part, auto id) {
            return part.dependency < id;
        });
    if (place != parts_.end() && place->dependency == dependency) return *place;
    Part part;
    part.dependency = dependency;
    part.due = clocks_.steady();
    return *parts_.insert(place, std::move(part));
}

void HealthProber::add(Dependency dependency, HealthProbe probe) {
    part_of(dependency).probe = std::move(probe);
}

void HealthProber::add_local(Dependency dependency, std::function<ProbeReply()> ask) {
    part_of(dependency).ask = std::move(ask);
}

void HealthProber::tick() {
    const Timestamp steady = clocks_.steady();
    for (std::size_t place = 0; place < parts_.size(); ++place) {
        Part& part = parts_[place];
        if (!part.probe) continue;
        const base::Duration reply_within = operations::row_of(part.dependency).reply_within;
        if (part.in_time && steady - part.began >= reply_within) {
            part.in_time = false;
            keep(part.reading,
                 {HealthState::Unhealthy,
                  "no reply within " + std::to_string(reply_within.in_milliseconds()) + " ms"},
                 clocks_.wall());
        }
        if (steady < part.due) continue;
        part.due = steady + interval_;
        if (!part.under_way) {
            begin(place, steady);
        } else if (!part.in_time) {
            // The probe still hangs, so its time-out counts as a result of now.
            part.reading.probed_at = clocks_.wall();
        }
    }
}

void HealthProber::begin(std::size_t place, Timestamp steady) {
    Part& part = parts_[place];
    part.under_way = true;
    part.in_time = true;
    part.began = steady;
    const std::uint64_t number = ++part.probes;
    part.probe([this, place, number, alive = std::weak_ptr(alive_)](ProbeReply answer) {
        if (!alive.expired()) take(place, number, std::move(answer));
    });
}

void HealthProber::take(std::size_t place, std::uint64_t number, ProbeReply answer) {
    Part& part = parts_[place];
    if (part.probes != number || !part.under_way) return;
    part.under_way = false;
    if (!std::exchange(part.in_time, false)) return;
    part.reading.latency = clocks_.steady() - part.began;
    keep(part.reading, std::move(answer), clocks_.wall());
}

void HealthProber::keep(ProbeResult& reading, ProbeReply answer, Timestamp wall) {
    reading.reported_state = answer.state;
    reading.message = std::move(answer.message);
    reading.probed_at = wall;
    if (answer.state != HealthState::Unhealthy) reading.succeeded_at = wall;
}

std::vector<ComponentStatus> HealthProber::findings() const {
    std::vector<ComponentStatus> findings;
    const Timestamp now = clocks_.wall();
    for (const Part& part : parts_) {
        ComponentStatus finding{part.dependency, HealthState::Healthy, {}, {}};
        if (part.probe) finding = evaluate(part.dependency, part.reading, now, interval_);
        if (part.ask) {
            ProbeReply known = part.ask();
            if (!part.probe) finding.age = base::Duration();
            // If both states are equal, the message of the local check counts; if both are healthy,
            // it counts only if the probe has no message.
            const bool says_more = known.state == finding.state &&
                                   (known.state != HealthState::Healthy || finding.message.empty());
            if (known.state > finding.state || says_more) {
                finding.state = known.state;
                finding.message = std::move(known.message);
            }
        }
        findings.push_back(std::move(finding));
    }
    return findings;
}

const ProbeResult* HealthProber::reading(Dependency dependency) const {
    for (const Part& part : parts_) {
        if (part.dependency == dependency && part.probe) return &part.reading;
    }
    return nullptr;
}

}  // namespace botcore::host
