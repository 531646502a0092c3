#include "operations/maintenance.hpp"

#include "base/calendar.hpp"
#include "base/time_text.hpp"
#include "operations/daily_job.hpp"

#include <algorithm>
#include <array>

namespace botcore::operations {

namespace {

using model::MaintenanceWindow;
using model::WindowState;

constexpr Duration kUsualBegin = Duration::seconds(2 * 3'600);
constexpr Duration kUsualLength = Duration::seconds(2 * 3'600);

/// When the next step is due, as far as it depends only on the time.
Timestamp due_at(const MaintenanceWindow& window, const MaintenanceTimes& times) {
    // If no process ran at the end of the window, the durations of its steps count from that end.
    const Timestamp ramp_begin = std::min(window.updated, window.end);
    const Timestamp watch_begin = std::min(window.updated, window.end + times.ramp);
    switch (window.state) {
        case WindowState::Planned:
            return window.emergency ? window.updated : window.begin - times.notice;
        case WindowState::Noticed:
            return window.begin;
        case WindowState::Draining:
            return std::min(window.end, window.begin + times.drain_max);
        case WindowState::Active:
            return window.end;
        case WindowState::Ramping:
            return ramp_begin + times.ramp;
        case WindowState::Watching:
            return watch_begin + times.watch;
        case WindowState::Done:
        case WindowState::Canceled:
            break;
    }
    return {};
}

/// The next state, and the time at which this state is expected to end.
MaintenanceMove next_of(const MaintenanceWindow& window,
                        const MaintenanceTimes& times,
                        Timestamp now) {
    switch (window.state) {
        case WindowState::Planned:
            return {WindowState::Noticed, window.begin};
        case WindowState::Noticed:
            return {WindowState::Draining, window.end};
        case WindowState::Draining:
            return {WindowState::Active, window.end};
        case WindowState::Active:
            return {WindowState::Ramping, std::min(now, window.end) + times.ramp};
        case WindowState::Ramping:
            return {WindowState::Watching, std::min(now, window.end + times.ramp) + times.watch};
        case WindowState::Watching:
        case WindowState::Done:
        case WindowState::Canceled:
            break;
    }
    return {WindowState::Done, now};
}

/// "02:00".
std::string time_text(Timestamp time) {
    return base::to_iso8601(time).substr(11, 5);
}

/// "Sunday 6 December 2026".
std::string date_text(Timestamp time) {
    static constexpr std::array<std::string_view, 7> kWeekdays = {
        "Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"};
    static constexpr std::array<std::string_view, 12> kMonths = {"January",
                                                                 "February",
                                                                 "March",
                                                                 "April",
                                                                 "May",
                                                                 "June",
                                                                 "July",
                                                                 "August",
                                                                 "September",
                                                                 "October",
                                                                 "November",
                                                                 "December"};
    const std::chrono::sys_days day = base::day_of(time);
    const std::chrono::year_month_day date(day);
    std::string text(kWeekdays.at(std::chrono::weekday(day).c_encoding()));
    text += ' ' + std::to_string(static_cast<unsigned>(date.day())) + ' ';
    text += kMonths.at(static_cast<unsigned>(date.month()) - 1);
    return text + ' ' + std::to_string(static_cast<int>(date.year()));
}

std::string span_text(const MaintenanceWindow& window) {
    return date_text(window.begin) + ", " + time_text(window.begin) + " to " +
           time_text(window.end) + " UTC";
}

/// The reason in parentheses with a space before it, or an empty text if no reason is given.
std::string reason_text(const MaintenanceWindow& window) {
    return window.text.empty() ? std::string() : " (" + window.text + ")";
}

int rank_of(WindowState state) {
    switch (state) {
        case WindowState::Draining:
        case WindowState::Active:
        case WindowState::Ramping:
            return 0;
        case WindowState::Noticed:
            return 1;
        case WindowState::Watching:
            return 2;
        case WindowState::Planned:
            return 3;
        case WindowState::Done:
        case WindowState::Canceled:
            break;
    }
    return 4;
}

}  // namespace

Period usual_window(Timestamp now) {
    const std::chrono::year_month_day today(base::day_of(now));
    for (auto month = today.year() / today.month();; month += std::chrono::months(1)) {
        const Timestamp begin = base::midnight_of(month / std::chrono::Sunday[1]) + kUsualBegin;
        if (begin >= now) return {begin, begin + kUsualLength};
    }
}

std::optional<Period> usual_window_to_plan(std::span<const MaintenanceWindow> windows,
                                           Duration notice,
                                           Timestamp now) {
    // The command takes effect a little later than now.
    constexpr Duration kHeadStart = Duration::seconds(60);
    const Period usual = usual_window(now + notice + kHeadStart);
    for (const MaintenanceWindow& window : windows) {
        if (window.begin < usual.end && window.end > usual.begin) return std::nullopt;
    }
    return usual;
}

bool is_over(WindowState state) {
    return state == WindowState::Done || state == WindowState::Canceled;
}

std::optional<MaintenanceMove> move_due(const MaintenanceWindow& window,
                                        const MaintenanceTimes& times,
                                        Timestamp now,
                                        std::size_t under_way) {
    if (is_over(window.state)) return std::nullopt;
    const bool drained = window.state == WindowState::Draining && under_way == 0;
    if (!drained && now < due_at(window, times)) return std::nullopt;
    MaintenanceMove move = next_of(window, times, now);
    move.until = std::max(move.until, now);
    return move;
}

std::optional<MaintenanceMove> move_after_clock_step(const MaintenanceWindow& window,
                                                     const MaintenanceTimes& times,
                                                     Timestamp now,
                                                     Duration in_state) {
    switch (window.state) {
        case WindowState::Planned:
        case WindowState::Noticed:
            if (window.begin - now <= kWindowAheadMax) return std::nullopt;
            return MaintenanceMove{WindowState::Canceled, now};
        case WindowState::Draining:
        case WindowState::Active:
        case WindowState::Ramping:
        case WindowState::Watching:
            if (is_plausible(window.begin, now)) return std::nullopt;
            if (in_state < window.end - window.begin) return std::nullopt;
            return next_of(window, times, now);
        case WindowState::Done:
        case WindowState::Canceled:
            break;
    }
    return std::nullopt;
}

std::optional<Timestamp> next_check_at(const MaintenanceWindow& window,
                                       const MaintenanceTimes& times) {
    if (is_over(window.state)) return std::nullopt;
    return due_at(window, times);
}

std::optional<MaintenanceMove> return_move(const MaintenanceWindow& window,
                                           const MaintenanceTimes& times,
                                           Timestamp now,
                                           ReturnWay way) {
    switch (window.state) {
        case WindowState::Active:
        case WindowState::Draining:
            if (way == ReturnWay::Gradual) {
                return MaintenanceMove{WindowState::Ramping, now + times.ramp};
            }
            return MaintenanceMove{WindowState::Watching, now + times.watch};
        case WindowState::Ramping:
            if (way == ReturnWay::Gradual) return std::nullopt;
            return MaintenanceMove{WindowState::Watching, now + times.watch};
        case WindowState::Planned:
        case WindowState::Noticed:
            // An emergency was not announced in good time, so its cancellation needs no
            // announcement.
            if (window.emergency) return MaintenanceMove{WindowState::Canceled, now};
            break;
        case WindowState::Watching:
        case WindowState::Done:
        case WindowState::Canceled:
            break;
    }
    return std::nullopt;
}

const MaintenanceWindow* foremost(std::span<const MaintenanceWindow> windows) {
    const MaintenanceWindow* best = nullptr;
    const auto before = [](const MaintenanceWindow& a, const MaintenanceWindow& b) {
        if (rank_of(a.state) != rank_of(b.state)) return rank_of(a.state) < rank_of(b.state);
        return a.begin < b.begin;
    };
    for (const MaintenanceWindow& window : windows) {
        if (is_over(window.state)) continue;
        if (best == nullptr || before(window, *best)) best = &window;
    }
    return best;
}

bool is_planned(const MaintenanceWindow& window, Timestamp now) {
    if (window.emergency || window.state == WindowState::Canceled) return false;
    const bool under_way =
        window.state == WindowState::Draining || window.state == WindowState::Active;
    return under_way && now >= window.begin && now < window.end;
}

bool is_outage(const MaintenanceWindow& window, Timestamp now) {
    const bool under_way =
        window.state == WindowState::Draining || window.state == WindowState::Active;
    return window.emergency && under_way && now < window.end;
}

std::string banner(const MaintenanceWindow& window) {
    const std::string kind = window.emergency ? "Emergency maintenance" : "Planned maintenance";
    switch (window.state) {
        case WindowState::Noticed:
            return kind + " on " + span_text(window) + reason_text(window) +
                   ". New orders are refused during that time; cancels and exits work.";
        case WindowState::Draining:
        case WindowState::Active:
            return kind + " until " + time_text(window.end) + " UTC" + reason_text(window) +
                   ". New orders are refused; cancels and exits work.";
        case WindowState::Ramping:
            return "Maintenance has ended: new orders are accepted again, gradually. Repeat a "
                   "refused order with the same key.";
        case WindowState::Watching:
            return "Maintenance has ended; the service works normally and is monitored closely.";
        case WindowState::Planned:
        case WindowState::Done:
        case WindowState::Canceled:
            break;
    }
    return {};
}

MaintenanceNews news_of(const MaintenanceWindow& window) {
    switch (window.state) {
        case WindowState::Planned:
            return {"maintenance_planned", "Maintenance is planned for " + span_text(window) + "."};
        case WindowState::Noticed:
            return {"maintenance_notice", banner(window)};
        case WindowState::Draining:
            return {"maintenance_draining", banner(window)};
        case WindowState::Active:
            return {"maintenance_started", banner(window)};
        case WindowState::Ramping:
            return {"maintenance_ramping", banner(window)};
        case WindowState::Watching:
            return {"maintenance_ended", banner(window)};
        case WindowState::Done:
            return {"maintenance_completed",
                    "The maintenance of " + span_text(window) +
                        " is complete, and the hour of close monitoring has ended."};
        case WindowState::Canceled:
            return {"maintenance_canceled",
                    "The maintenance of " + span_text(window) + " was canceled."};
    }
    return {"maintenance_planned", {}};
}

}  // namespace botcore::operations
