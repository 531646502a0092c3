#pragma once

/// Maintenance windows: when the usual window takes place, which step of a window comes next and
/// when, the texts for callers, and which time counts as planned.
///
/// M1  A window moves along one arrow at a time, and never back.
/// M2  Entries are refused from the beginning of the window and never earlier than announced.
/// M3  Time counts as planned only if it was announced in good time; the time of an emergency never
///     counts as planned.
///
///   Planned ─ 7 days before ─> Noticed ─ begin ─> Draining ─ nothing under way, or 5 min ─>
///   Active ─ end ─> Ramping ─ 15 min ─> Watching ─ 1 h ─> Done
///
/// Source of the figures: R1-MAINT of the specification.
/// @spec:NFR-RELIABILITY-001

#include "model/operating.hpp"
#include "operations/uptime.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace botcore::operations {

/// The durations of a window's steps.
struct MaintenanceTimes {
    Duration notice = Duration::seconds(7 * 86'400);
    Duration drain_max = Duration::seconds(5 * 60);
    Duration ramp = Duration::seconds(15 * 60);
    Duration watch = Duration::seconds(3'600);
};

/// The first usual window that begins at `now` or later: the first Sunday of a month, 02:00 to
/// 04:00 UTC.
[[nodiscard]] Period usual_window(Timestamp now);

/// The usual window to plan now: the first that can be announced in good time, unless a window
/// overlaps it. A canceled window counts: whoever canceled it does not want it again.
[[nodiscard]] std::optional<Period> usual_window_to_plan(
    std::span<const model::MaintenanceWindow> windows, Duration notice, Timestamp now);

/// A step that is due.
struct MaintenanceMove {
    model::WindowState state = model::WindowState::Noticed;
    Timestamp until;  ///< When the new state is expected to end.

    friend bool operator==(const MaintenanceMove&, const MaintenanceMove&) = default;
};

/// The step that is due now, if any. `under_way` is the number of requests to the exchange that
/// have no response yet.
[[nodiscard]] std::optional<MaintenanceMove> move_due(const model::MaintenanceWindow& window,
                                                      const MaintenanceTimes& times,
                                                      Timestamp now,
                                                      std::size_t under_way);

/// The maximum time from now to a window's beginning; a later window was planned while the clock
/// was wrong.
inline constexpr Duration kWindowAheadMax = Duration::seconds(std::int64_t{366} * 86'400);

/// The step that corrects the consequences of a clock that has been set back: a window beyond
/// `kWindowAheadMax` is canceled, and a window that is under way although its beginning is in the
/// future spends at most its own length in each of its states. `in_state` is the time that has
/// really passed since the window was first seen in its state.
[[nodiscard]] std::optional<MaintenanceMove> move_after_clock_step(
    const model::MaintenanceWindow& window,
    const MaintenanceTimes& times,
    Timestamp now,
    Duration in_state);

/// When to check the window again even if nothing else happens; empty if the window is over.
[[nodiscard]] std::optional<Timestamp> next_check_at(const model::MaintenanceWindow& window,
                                                     const MaintenanceTimes& times);

/// How an operator ends a window early: with the gradual return of new orders, or at once.
enum class ReturnWay : std::uint8_t { Gradual, AtOnce };
/// The step by which an operator ends the window early: to the gradual return, or directly to the
/// close watch that follows it. An emergency that has not begun yet is canceled. Empty for every
/// other window that is not under way.
[[nodiscard]] std::optional<MaintenanceMove> return_move(const model::MaintenanceWindow& window,
                                                         const MaintenanceTimes& times,
                                                         Timestamp now,
                                                         ReturnWay way);

[[nodiscard]] bool is_over(model::WindowState state);

/// The most important window for users. A window that is under way comes first, then one that has
/// been announced, then one that is only planned; of equal windows, the one that begins first.
/// `nullptr` if there is none.
[[nodiscard]] const model::MaintenanceWindow* foremost(
    std::span<const model::MaintenanceWindow> windows);

/// Whether `now` counts as planned time (M3).
[[nodiscard]] bool is_planned(const model::MaintenanceWindow& window, Timestamp now);

/// Whether this is an emergency during which entries are refused. Such time is downtime (M3).
[[nodiscard]] bool is_outage(const model::MaintenanceWindow& window, Timestamp now);

/// The text that is shown to all users; empty before the notice is due and after the window is
/// over.
[[nodiscard]] std::string banner(const model::MaintenanceWindow& window);

/// What subscribers and notifiers receive when a window has entered a state.
struct MaintenanceNews {
    std::string_view event;  ///< "maintenance_notice" and so on.
    std::string text;
};

[[nodiscard]] MaintenanceNews news_of(const model::MaintenanceWindow& window);

}  // namespace botcore::operations
