#pragma once

/// How long the service was up, degraded, down, stopped on purpose, or away as announced, by day,
/// and what follows: availability, what is left of the budget, mean time between failures and to
/// repair. Whole numbers only.
///
/// U1  Every moment since the first note is counted once, in one of the five.
/// U2  Planned time is no downtime and no uptime: it stands apart.
/// U3  Rounding never flatters: an availability is rounded down.
/// U4  A stop that somebody ordered is no outage, but nothing was served meanwhile: it counts
///     against the availability.

#include "operations/health.hpp"

#include <cstddef>
#include <map>
#include <vector>

namespace botcore::operations {

struct UptimeFigures {
    Duration up;         ///< Everything worked.
    Duration degraded;   ///< Served, with a part missing. Not downtime, but told apart.
    Duration down;       ///< Unhealthy, or not running at all.
    Duration planned;    ///< In an announced maintenance window, whatever the health was.
    Duration stopped{};  ///< Between an orderly stop and the next start.

    /// What availability is judged by: everything but planned time.
    [[nodiscard]] Duration counted() const { return up + degraded + down + stopped; }

    friend bool operator==(const UptimeFigures&, const UptimeFigures&) = default;
};

/// Does planned time count as downtime? The specification leaves it out; people may ask for both.
enum class PlannedTime : std::uint8_t { LeftOut, CountsAsDown };

/// (total - down) / total in parts per million, rounded down. 1,000,000 where nothing was counted.
[[nodiscard]] std::int64_t availability_ppm(const UptimeFigures& figures, PlannedTime planned);

/// The downtime that a target leaves in a period, rounded down: 999,000 ppm of 30 days leave 43 min
/// 12 s. The target is between 0 and 1,000,000.
[[nodiscard]] Duration budget_of(Duration period, std::int64_t target_ppm);

/// What a service is measured against. Source: R1-AVAIL of the specification.
struct AvailabilityTarget {
    std::string_view service;
    std::int64_t ppm = 0;
};

[[nodiscard]] std::span<const AvailabilityTarget> availability_targets();

/// A time of being down that nobody announced.
struct Outage {
    Timestamp began;
    std::optional<Timestamp> ended;  ///< Nothing while it lasts.

    friend bool operator==(const Outage&, const Outage&) = default;
};

struct FailureRates {
    std::size_t outages = 0;
    std::optional<Duration> between;    ///< MTBF: time in service for each outage.
    std::optional<Duration> to_repair;  ///< MTTR, of the outages that ended.
};

/// What is going on at a moment, as far as uptime is concerned.
struct ServiceState {
    HealthState health = HealthState::Healthy;
    bool planned = false;  ///< Inside an announced window.
    bool stopped = false;  ///< Not running, since somebody stopped it.

    friend bool operator==(const ServiceState&, const ServiceState&) = default;
};

/// From `begin` up to, but not with, `end`.
struct Period {
    Timestamp begin;
    Timestamp end;

    friend bool operator==(const Period&, const Period&) = default;
};

/// Kept for the last year and a day, and for the last thousand outages.
class UptimeLog {
public:
    static constexpr std::int64_t kDaysMax = 366;
    static constexpr std::size_t kOutagesMax = 1'000;

    /// Nothing is counted before the first note.
    UptimeLog() = default;

    /// Continues what an earlier process had counted until `noted_until`. Whatever passed since
    /// then is counted by the next `resume`. Days and outages in rising order.
    UptimeLog(std::map<std::int64_t, UptimeFigures> days,
              std::vector<Outage> outages,
              Timestamp noted_until);

    /// The process ends, since somebody stopped it: what passes until the next `resume` is no
    /// outage.
    void stop_in_order() { stopped_in_order_ = true; }

    [[nodiscard]] bool stopped_in_order() const { return stopped_in_order_; }

    /// The process was away since the last note: down or stopped, but for a maintenance window.
    void resume(Timestamp now, std::optional<Period> announced);

    /// From `now` on it is so. What passed since the last note counts as what was said then: the
    /// `elapsed` time where it is known, whatever the calendar's clock did meanwhile. Without it, a
    /// time before the last note counts nothing. Days and outages that a wrong clock put ahead of
    /// `now` are dropped.
    void note(Timestamp now, ServiceState state, std::optional<Duration> elapsed = std::nullopt);

    /// The last `days` calendar days (UTC), today included.
    [[nodiscard]] UptimeFigures over(std::int64_t days) const;

    /// Of the outages that began within the last `days` days.
    [[nodiscard]] FailureRates failures(std::int64_t days) const;

    [[nodiscard]] const std::map<std::int64_t, UptimeFigures>& days() const { return days_; }

    [[nodiscard]] const std::vector<Outage>& outages() const { return outages_; }

    [[nodiscard]] std::optional<Timestamp> noted_until() const { return until_; }

private:
    void count(Timestamp to, ServiceState state);
    void begin_or_end_outage(Timestamp now, bool down);
    void put(Timestamp now, ServiceState state);
    void forget_old();
    void forget_future(Timestamp now);

    std::map<std::int64_t, UptimeFigures> days_;
    std::vector<Outage> outages_;
    std::optional<Timestamp> until_;
    std::optional<ServiceState> state_;
    bool stopped_in_order_ = false;
};

}  // namespace botcore::operations
