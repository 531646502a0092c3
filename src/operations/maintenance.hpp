#pragma once

/// Maintenance windows: when the usual one is, what a window's next step is and when, what callers
/// are told, and which time counts as planned.
///
/// M1  A window takes one arrow at a time, and never goes back.
/// M2  Entries are refused from the beginning of the window, never before it: nothing that was
///     announced begins early.
/// M3  Time is planned only if it was announced in good time: an emergency counts as what it is.
///
///   Planned ─ 7 days before ─> Noticed ─ begin ─> Draining ─ nothing under way, or 5 min ─>
///   Active ─ end ─> Ramping ─ 15 min ─> Watching ─ 1 h ─> Done
///
/// Source of the figures: R1-MAINT of the specification.

#include "model/operating.hpp"
#include "operations/uptime.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace botcore::operations {

/// How long the steps of a window take.
struct MaintenanceTimes {
    Duration notice = Duration::seconds(7 * 86'400);
    Duration drain_max = Duration::seconds(5 * 60);
    Duration ramp = Duration::seconds(15 * 60);
    Duration watch = Duration::seconds(3'600);
};

/// The first usual window that begins at `now` or later: the first Sunday of a month, 02:00 to
/// 04:00 UTC.
[[nodiscard]] Period usual_window(Timestamp now);

/// A step that is due.
struct MaintenanceMove {
    model::WindowState state = model::WindowState::Noticed;
    Timestamp until;  ///< When the new state is expected to end.

    friend bool operator==(const MaintenanceMove&, const MaintenanceMove&) = default;
};

/// The step that is due now; nothing where there is none. `under_way` is the number of requests to
/// the exchange that have no answer yet.
[[nodiscard]] std::optional<MaintenanceMove> move_due(const model::MaintenanceWindow& window,
                                                      const MaintenanceTimes& times,
                                                      Timestamp now,
                                                      std::size_t under_way);

/// A window begins at most this far ahead; what lies further was planned by a clock that was wrong.
inline constexpr Duration kWindowAheadMax = Duration::seconds(std::int64_t{366} * 86'400);

/// The step that undoes what a clock that has been set back left behind: a window that lies beyond
/// `kWindowAheadMax` is cancelled, and one that is under way although it begins only later holds
/// each of its states no longer than the window is long. `in_state` is the time that really passed
/// since the window was first seen in its state.
[[nodiscard]] std::optional<MaintenanceMove> move_after_clock_step(
    const model::MaintenanceWindow& window,
    const MaintenanceTimes& times,
    Timestamp now,
    Duration in_state);

/// When to look again although nothing else happened; nothing for a window that is over.
[[nodiscard]] std::optional<Timestamp> next_check_at(const model::MaintenanceWindow& window,
                                                     const MaintenanceTimes& times);

/// The step that an operator asks for with "off": out of the window early, through the gradual
/// return or straight to the close watch. An emergency that has not begun yet is cancelled. Nothing
/// for any other window that is not under way.
enum class ReturnWay : std::uint8_t { Gradual, AtOnce };
[[nodiscard]] std::optional<MaintenanceMove> return_move(const model::MaintenanceWindow& window,
                                                         const MaintenanceTimes& times,
                                                         Timestamp now,
                                                         ReturnWay way);

[[nodiscard]] bool is_over(model::WindowState state);

/// The one that people should know of: under way before announced before planned, then the one that
/// begins first. `nullptr` when none is left.
[[nodiscard]] const model::MaintenanceWindow* foremost(
    std::span<const model::MaintenanceWindow> windows);

/// Does this moment count as planned time (M3)?
[[nodiscard]] bool is_planned(const model::MaintenanceWindow& window, Timestamp now);

/// Is this an emergency that keeps entries out? Such time is downtime (M3).
[[nodiscard]] bool is_outage(const model::MaintenanceWindow& window, Timestamp now);

/// What everybody is shown; empty while the notice is not due, and when all is over.
[[nodiscard]] std::string banner(const model::MaintenanceWindow& window);

/// What listeners and notifiers are told when a window has come into a state.
struct MaintenanceNews {
    std::string_view event;  ///< "maintenance_notice" and so on.
    std::string text;
};

[[nodiscard]] MaintenanceNews news_of(const model::MaintenanceWindow& window);

}  // namespace botcore::operations
