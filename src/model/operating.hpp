#pragma once

/// The operating state of an installation and the risk state of its accounts: the operating mode,
/// planned maintenance, and the figures that the risk limits of an account are checked against.

#include "model/account.hpp"

#include <array>
#include <string>
#include <string_view>

namespace botcore::model {

// The numbers of all enumerators of this file are stored in the journal: never change them.

/// Which entries are accepted. Cancels and exits are accepted in every mode (invariant I9).
enum class OperatingMode : std::uint8_t {
    Normal = 1,
    Draining = 2,     ///< A maintenance window is about to begin: no new entries.
    Maintenance = 3,  ///< Maintenance work is in progress: no entries, and exits may be queued.
    Ramping = 4,      ///< After the work: a growing share of the entries is accepted.
    Halted = 5,       ///< An operator stopped trading.
};

/// The operating state of the whole installation; there is only one row of it.
struct OperatingState {
    OperatingMode mode = OperatingMode::Normal;
    Timestamp since;
    Timestamp until;   ///< When the mode is expected to end; zero: unknown.
    std::string text;  ///< Explains the mode to users; may be empty.
    std::uint64_t version = 0;

    friend bool operator==(const OperatingState&, const OperatingState&) = default;

    template <class Visit>
    static void each_field(Visit&& visit, auto& self) {
        visit("mode", self.mode);
        visit("since", self.since);
        visit("until", self.until);
        visit("text", self.text);
        visit("version", self.version);
    }
};

///   Planned ──> Noticed ──> Draining ──> Active ──> Ramping ──> Watching ──> Done
///      └──────────┴────────────┴──> Canceled
enum class WindowState : std::uint8_t {
    Planned = 1,
    Noticed = 2,   ///< The notice has been given; the banner is shown.
    Draining = 3,  ///< No new entries; requests under way complete.
    Active = 4,
    Ramping = 5,
    Watching = 6,  ///< Everything runs again and is monitored closely for an hour.
    Done = 7,
    Canceled = 8,
};

/// A maintenance window, planned or past.
struct MaintenanceWindow {
    std::uint64_t id = 0;  ///< The sequence of the record that planned it.
    Timestamp begin;
    Timestamp end;
    WindowState state = WindowState::Planned;
    bool emergency = false;  ///< The window was planned with less than the usual notice.
    std::string text;        ///< What will be done, for the banner.
    Timestamp updated;
    std::uint64_t version = 0;

    friend bool operator==(const MaintenanceWindow&, const MaintenanceWindow&) = default;

    template <class Visit>
    static void each_field(Visit&& visit, auto& self) {
        visit("id", self.id);
        visit("begin", self.begin);
        visit("end", self.end);
        visit("state", self.state);
        visit("emergency", self.emergency);
        visit("text", self.text);
        visit("updated", self.updated);
        visit("version", self.version);
    }
};

/// The number of hours whose profit is stored separately: the last 24 hours and the hour that has
/// just begun.
inline constexpr std::size_t kProfitHours = 25;

/// The state of one account that the risk limits are checked against.
///
/// K1  `profits[h % 25]` is the net profit of hour h, for the 25 hours up to `hour`. Hours are
///     those of the monotonic scale, so that a temporarily wrong clock moves no loss to another
///     day.
struct RiskState {
    AccountId account;
    std::uint64_t hour = 0;                     ///< The last hour that has an entry in `profits`.
    std::array<Money, kProfitHours> profits{};  ///< The realized profit of each hour, net of fees.
    Money equity_peak;                          ///< The high-water mark of the equity.
    std::uint32_t losses_in_a_row = 0;  ///< Consecutive positions that were closed with a loss.
    /// No entries are accepted before this time, on the monotonic scale of the journal; zero: there
    /// is no cooldown.
    Timestamp cooldown_until;
    bool margin_call = false;  ///< Positions are being closed until the margin is sufficient again.
    std::uint64_t version = 0;

    friend bool operator==(const RiskState&, const RiskState&) = default;

    template <class Visit>
    static void each_field(Visit&& visit, auto& self) {
        visit("account", self.account);
        visit("hour", self.hour);
        visit("profits", self.profits);
        visit("equity_peak", self.equity_peak);
        visit("losses_in_a_row", self.losses_in_a_row);
        visit("cooldown_until", self.cooldown_until);
        visit("margin_call", self.margin_call);
        visit("version", self.version);
    }
};

[[nodiscard]] std::string_view to_text(OperatingMode mode);
[[nodiscard]] std::string_view to_text(WindowState state);

}  // namespace botcore::model
