#include "operations/uptime.hpp"

#include "base/calendar.hpp"
#include "base/check.hpp"
#include "base/int128.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace botcore::operations {

namespace {

constexpr std::int64_t kMillion = 1'000'000;
/// The clock was set if the calendar time and the elapsed time differ by more than this.
constexpr Duration kClockStep = Duration::seconds(1);
/// A time further in the future than this was recorded by a wrong clock.
constexpr Duration kAheadTooFar = Duration::seconds(86'400);

constexpr std::array<AvailabilityTarget, 7> kTargets = {{
    {"engine", 999'000},
    {"store", 999'000},
    {"load_balancer", 999'500},
    {"analysis", 995'000},
    {"cache", 995'000},
    {"monitoring", 990'000},
    {"logs", 990'000},
}};

/// a * b / c, rounded down; a and b not negative, c positive.
std::int64_t share(std::int64_t a, std::int64_t b, std::int64_t c) {
    const auto product = static_cast<base::Int128>(a) * b;
    return static_cast<std::int64_t>(product / c);
}

std::int64_t share_of(Duration served, const UptimeFigures& figures, PlannedTime planned) {
    const Duration extra = planned == PlannedTime::CountsAsDown ? figures.planned : Duration();
    const std::int64_t total = (figures.counted() + extra).in_microseconds();
    return total == 0 ? kMillion : share(served.in_microseconds(), kMillion, total);
}

bool is_down(const ServiceState& state) {
    return state.health == HealthState::Unhealthy && !state.planned && !state.stopped;
}

Duration& bucket_of(UptimeFigures& figures, const ServiceState& state) {
    if (state.planned) return figures.planned;
    if (state.stopped) return figures.stopped;
    switch (state.health) {
        case HealthState::Healthy:
            return figures.up;
        case HealthState::Degraded:
            return figures.degraded;
        case HealthState::Unhealthy:
            return figures.down;
    }
    return figures.down;
}

}  // namespace

std::int64_t availability_ppm(const UptimeFigures& figures, PlannedTime planned) {
    return share_of(figures.up + figures.degraded, figures, planned);
}

std::int64_t fully_functional_ppm(const UptimeFigures& figures, PlannedTime planned) {
    return share_of(figures.up, figures, planned);
}

std::string percent_text(std::int64_t ppm) {
    constexpr std::int64_t kPercent = 10'000;
    CHECK(ppm >= 0);
    std::string rest = std::to_string(ppm % kPercent);
    rest.insert(0, 4 - rest.size(), '0');
    return std::to_string(ppm / kPercent) + "." + rest;
}

Duration budget_of(Duration period, std::int64_t target_ppm) {
    CHECK(period >= Duration());
    CHECK(target_ppm >= 0 && target_ppm <= kMillion);
    return Duration::microseconds(share(period.in_microseconds(), kMillion - target_ppm, kMillion));
}

std::span<const AvailabilityTarget> availability_targets() {
    return kTargets;
}

std::int64_t availability_target(std::string_view service) {
    const auto place = std::find_if(
        kTargets.begin(), kTargets.end(), [&](const auto& row) { return row.service == service; });
    CHECK(place != kTargets.end());
    return place->ppm;
}

UptimeLog::UptimeLog(std::map<std::chrono::sys_days, UptimeFigures> days,
                     std::vector<Outage> outages,
                     Timestamp noted_until)
    : days_(std::move(days)),
      outages_(std::move(outages)),
      until_(noted_until) {
    CHECK(std::is_sorted(outages_.begin(), outages_.end(), [](const Outage& a, const Outage& b) {
        return a.began < b.began;
    }));
    forget_old();
}

void UptimeLog::resume(Timestamp now, std::optional<Period> announced) {
    if (until_ && *until_ - now > kAheadTooFar) move_clock(now);
    if (!until_ || now <= *until_) return;
    const bool stopped = std::exchange(stopped_in_order_, false);
    const ServiceState away{HealthState::Unhealthy, false, stopped};
    const Timestamp gone = *until_;
    const Period planned = announced.value_or(Period{now, now});
    if (planned.begin > gone) put(gone, away);
    if (planned.begin < now && planned.end > gone) {
        put(planned.begin, {HealthState::Unhealthy, true, false});
    }
    if (planned.end < now) put(planned.end, away);
    put(now, *state_);
    state_.reset();
}

void UptimeLog::skip_to(Timestamp now) {
    stopped_in_order_ = false;
    state_.reset();
    if (!until_) return;
    begin_or_end_outage(*until_, false);
    until_ = std::max(*until_, now);
}

void UptimeLog::note(Timestamp now, ServiceState state, std::optional<Duration> elapsed) {
    if (!until_) until_ = now;
    if (elapsed) {
        const Duration shown = now - *until_;
        const bool stepped = shown > *elapsed + kClockStep || *elapsed > shown + kClockStep;
        if (stepped) move_clock(now - *elapsed);
    }
    if (*until_ - now > kAheadTooFar) move_clock(now);
    forget_future(now);
    put(now, state);
}

/// An outage that lasts keeps its duration. Outages that ended later than the new time, or than the
/// next outage began, are moved before it.
void UptimeLog::move_clock(Timestamp to) {
    const Duration step = to - *until_;
    until_ = to;
    const auto ended_ahead = [&](const Outage& outage) {
        return outage.ended && outage.began > to + kAheadTooFar;
    };
    std::erase_if(outages_, ended_ahead);
    Timestamp limit = to;
    for (auto outage = outages_.rbegin(); outage != outages_.rend(); ++outage) {
        if (!outage->ended) {
            outage->began = std::max(Timestamp(), outage->began + step);
        } else if (*outage->ended > limit) {
            const Duration lasted = *outage->ended - outage->began;
            outage->began = std::max(Timestamp(), limit - lasted);
            outage->ended = limit;
        }
        limit = outage->began;
    }
}

void UptimeLog::put(Timestamp now, ServiceState state) {
    if (!until_) until_ = now;
    now = std::max(now, *until_);
    if (state_) count(now, *state_);
    until_ = now;
    state_ = state;
    begin_or_end_outage(now, is_down(state));
    forget_old();
}

void UptimeLog::count(Timestamp to, ServiceState state) {
    Timestamp from = *until_;
    while (from < to) {
        const std::chrono::sys_days day = base::day_of(from);
        const Timestamp end = std::min(to, base::midnight_of(day) + base::kDay);
        UptimeFigures& figures = days_[day];
        Duration& place = bucket_of(figures, state);
        place = place + (end - from);
        if (state.emergency && is_down(state)) {
            figures.emergency = figures.emergency + (end - from);
        }
        from = end;
    }
}

void UptimeLog::begin_or_end_outage(Timestamp now, bool down) {
    const bool lasts = !outages_.empty() && !outages_.back().ended;
    if (down && !lasts) outages_.push_back({now, std::nullopt});
    if (down || !lasts) return;
    if (outages_.back().began == now) {
        outages_.pop_back();  // The outage had no duration.
    } else {
        outages_.back().ended = now;
    }
}

/// Counts entries instead of comparing dates, so that a clock that is temporarily ahead does not
/// delete the real history.
void UptimeLog::forget_old() {
    if (!until_) return;
    while (days_.size() > static_cast<std::size_t>(kDaysMax))
        days_.erase(days_.begin());
    if (outages_.size() > kOutagesMax) {
        outages_.erase(outages_.begin(), outages_.end() - static_cast<std::ptrdiff_t>(kOutagesMax));
    }
}

void UptimeLog::forget_future(Timestamp now) {
    const Timestamp last = now + kAheadTooFar;
    days_.erase(days_.upper_bound(base::day_of(last)), days_.end());
    while (!outages_.empty() && outages_.back().began > last)
        outages_.pop_back();
}

UptimeFigures UptimeLog::over(std::int64_t days) const {
    if (!until_) return {};
    const auto today = base::day_of(*until_);
    return between(today - std::chrono::days(days - 1), std::chrono::sys_days::max());
}

UptimeFigures UptimeLog::between(std::chrono::sys_days first, std::chrono::sys_days end) const {
    UptimeFigures sum;
    for (auto place = days_.lower_bound(first); place != days_.end(); ++place) {
        if (place->first >= end) break;
        const UptimeFigures& day = place->second;
        sum.up = sum.up + day.up;
        sum.degraded = sum.degraded + day.degraded;
        sum.down = sum.down + day.down;
        sum.planned = sum.planned + day.planned;
        sum.stopped = sum.stopped + day.stopped;
        sum.emergency = sum.emergency + day.emergency;
    }
    return sum;
}

Duration UptimeLog::downtime_within(Duration window) const {
    Duration sum;
    if (!until_) return sum;
    const Timestamp first = *until_ - window;
    for (const Outage& outage : outages_) {
        const Timestamp began = std::max(outage.began, first);
        const Timestamp ended = outage.ended.value_or(*until_);
        if (ended > began) sum = sum + (ended - began);
    }
    return sum;
}

FailureRates UptimeLog::failures(std::int64_t days) const {
    if (!until_) return {};
    const auto today = base::day_of(*until_);
    return failures_between(today - std::chrono::days(days - 1), std::chrono::sys_days::max());
}

FailureRates UptimeLog::failures_between(std::chrono::sys_days first,
                                         std::chrono::sys_days end) const {
    FailureRates rates;
    Duration repair;
    std::int64_t repaired = 0;
    for (const Outage& outage : outages_) {
        const auto day = base::day_of(outage.began);
        if (day < first || day >= end) continue;
        ++rates.outages;
        if (!outage.ended) continue;
        repair = repair + (*outage.ended - outage.began);
        ++repaired;
    }
    if (rates.outages == 0) return rates;
    const UptimeFigures figures = between(first, end);
    const std::int64_t served = (figures.up + figures.degraded).in_microseconds();
    rates.between = Duration::microseconds(served / static_cast<std::int64_t>(rates.outages));
    if (repaired > 0) {
        rates.to_repair = Duration::microseconds(repair.in_microseconds() / repaired);
    }
    return rates;
}

}  // namespace botcore::operations
