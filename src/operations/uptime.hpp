#pragma once

/// How long per day a service was up, degraded, down, stopped on purpose, or in planned
/// maintenance, and what follows: availability, remaining downtime budget, mean time between
/// failures and to repair. Integer arithmetic only.
///
/// U1  Every moment since the first note is counted exactly once, in one of the five figures.
/// U2  Planned time is neither downtime nor uptime; it is counted separately.
/// U3  Availability is rounded down, never up.
/// U4  An ordered stop is not an outage, but nothing is served during it, so it reduces the
///     availability.
/// @spec:NFR-RELIABILITY-001

#include "operations/health.hpp"

#include <chrono>
#include <cstddef>
#include <map>
#include <string>
#include <vector>

namespace botcore::operations {

struct UptimeFigures {
    Duration up;           ///< Everything worked.
    Duration degraded;     ///< A component was missing. Not downtime, but counted separately.
    Duration down;         ///< Unhealthy, or not running at all.
    Duration planned;      ///< In an announced maintenance window, whatever the health was.
    Duration stopped{};    ///< Between an ordered stop and the next start.
    Duration emergency{};  ///< The part of `down` that was an emergency maintenance.

    /// The time that availability is based on: everything but planned time.
    [[nodiscard]] Duration counted() const { return up + degraded + down + stopped; }

    friend bool operator==(const UptimeFigures&, const UptimeFigures&) = default;
};

/// Whether planned time counts as downtime. The specification excludes it; callers may ask for
/// both.
enum class PlannedTime : std::uint8_t { LeftOut, CountsAsDown };

/// (total - down) / total in parts per million, rounded down. 1,000,000 if nothing was counted.
[[nodiscard]] std::int64_t availability_ppm(const UptimeFigures& figures, PlannedTime planned);

/// The same with degraded time counted as downtime.
[[nodiscard]] std::int64_t fully_functional_ppm(const UptimeFigures& figures, PlannedTime planned);

/// Parts per million, not negative, as a percentage such as "99.9012".
[[nodiscard]] std::string percent_text(std::int64_t ppm);

/// The downtime that a target allows in a period, rounded down: 999,000 ppm of 30 days allow 43 min
/// 12 s. The target is between 0 and 1,000,000.
[[nodiscard]] Duration budget_of(Duration period, std::int64_t target_ppm);

/// The availability target of a service. Source: R1-AVAIL of the specification.
struct AvailabilityTarget {
    std::string_view service;
    std::int64_t ppm = 0;
};

[[nodiscard]] std::span<const AvailabilityTarget> availability_targets();

/// The target of a service of that table, in parts per million.
[[nodiscard]] std::int64_t availability_target(std::string_view service);

/// A period of unannounced downtime.
struct Outage {
    Timestamp began;
    std::optional<Timestamp> ended;  ///< Empty while it lasts.

    friend bool operator==(const Outage&, const Outage&) = default;
};

struct FailureRates {
    std::size_t outages = 0;
    std::optional<Duration> between;    ///< MTBF: time in service per outage.
    std::optional<Duration> to_repair;  ///< MTTR, over the outages that ended.
};

/// The state of the service at a moment, as far as uptime is concerned.
struct ServiceState {
    HealthState health = HealthState::Healthy;
    bool planned = false;  ///< Inside an announced window.
    bool stopped = false;  ///< Not running because it was stopped on purpose.
    /// In an emergency maintenance. Such time is downtime if the health is Unhealthy.
    bool emergency = false;

    friend bool operator==(const ServiceState&, const ServiceState&) = default;
};

/// The half-open interval [begin, end).
struct Period {
    Timestamp begin;
    Timestamp end;

    friend bool operator==(const Period&, const Period&) = default;
};

/// Stores the last year and a day, and the last thousand outages.
class UptimeLog {
public:
    static constexpr std::int64_t kDaysMax = 366;
    static constexpr std::size_t kOutagesMax = 1'000;

    /// Nothing is counted before the first note.
    UptimeLog() = default;

    /// Continues the figures of an earlier process, which counted until `noted_until`. The next
    /// `resume` counts the time since then. Days and outages must be ascending.
    UptimeLog(std::map<std::chrono::sys_days, UptimeFigures> days,
              std::vector<Outage> outages,
              Timestamp noted_until);

    /// The process ends because it was stopped on purpose: the time until the next `resume` is no
    /// outage.
    void stop_in_order() { stopped_in_order_ = true; }

    [[nodiscard]] bool stopped_in_order() const { return stopped_in_order_; }

    /// The process did not run since the last note: that time counts as down or stopped, or as
    /// planned inside the announced window.
    void resume(Timestamp now, std::optional<Period> announced);

    /// The service was not in use since the last note: that time is not counted.
    void skip_to(Timestamp now);

    /// Sets the state from `now` on. The time since the last note counts for the previous state:
    /// the `elapsed` time if it is known, whatever the calendar clock did in between. Without it, a
    /// `now` before the last note counts nothing. Days and outages that a wrong clock put later
    /// than `now` are dropped; other outages keep their duration.
    void note(Timestamp now, ServiceState state, std::optional<Duration> elapsed = std::nullopt);

    /// Sums over the last `days` calendar days (UTC), including today.
    [[nodiscard]] UptimeFigures over(std::int64_t days) const;

    /// Sums over the calendar days (UTC) from `first` until before `end`.
    [[nodiscard]] UptimeFigures between(std::chrono::sys_days first,
                                        std::chrono::sys_days end) const;

    /// The unplanned downtime in the last `window` before the last note.
    [[nodiscard]] Duration downtime_within(Duration window) const;

    /// The rates of the outages that began within the last `days` days.
    [[nodiscard]] FailureRates failures(std::int64_t days) const;

    /// The rates of the outages that began on a day from `first` until before `end`.
    [[nodiscard]] FailureRates failures_between(std::chrono::sys_days first,
                                                std::chrono::sys_days end) const;

    [[nodiscard]] const std::map<std::chrono::sys_days, UptimeFigures>& days() const {
        return days_;
    }

    [[nodiscard]] const std::vector<Outage>& outages() const { return outages_; }

    [[nodiscard]] std::optional<Timestamp> noted_until() const { return until_; }

private:
    void count(Timestamp to, ServiceState state);
    void begin_or_end_outage(Timestamp now, bool down);
    void put(Timestamp now, ServiceState state);
    void move_clock(Timestamp to);
    void forget_old();
    void forget_future(Timestamp now);

    std::map<std::chrono::sys_days, UptimeFigures> days_;
    std::vector<Outage> outages_;
    std::optional<Timestamp> until_;
    std::optional<ServiceState> state_;
    bool stopped_in_order_ = false;
};

}  // namespace botcore::operations
