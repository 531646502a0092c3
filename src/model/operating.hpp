#pragma once

/// What an installation is up to, and what its accounts have been through: the operating mode,
/// planned maintenance, and the figures that the risk gates of an account look at.

#include "model/account.hpp"

#include <array>
#include <string>
#include <string_view>

namespace botcore::model {

// All enumerations of this file are stored in the journal: never renumber.

/// Which entries are taken. Cancels and exits pass in every mode (invariant I9).
enum class OperatingMode : std::uint8_t {
    Normal = 1,
    Draining = 2,     ///< A maintenance window is about to begin: no new entries.
    Maintenance = 3,  ///< Work is being done: no entries, and exits may be queued.
    Ramping = 4,      ///< After the work: a growing share of the entries.
    Halted = 5,       ///< An operator stopped trading.
};

/// The one row of its kind.
struct OperatingState {
    OperatingMode mode = OperatingMode::Normal;
    Timestamp since;
    Timestamp until;  ///< When the mode is expected to end; zero: nobody knows.
    std::string text;
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
    Noticed = 2,   ///< The notice has been given, the banner shows.
    Draining = 3,  ///< No new entries; what is under way ends.
    Active = 4,
    Ramping = 5,
    Watching = 6,  ///< Everything runs again, and is watched closely for an hour.
    Done = 7,
    Canceled = 8,
};

/// A maintenance window, planned or past.
struct MaintenanceWindow {
    std::uint64_t id = 0;  ///< The sequence of the record that planned it.
    Timestamp begin;
    Timestamp end;
    WindowState state = WindowState::Planned;
    bool emergency = false;  ///< Planned with less than the usual notice.
    std::string text;        ///< What is going to be done, for the banner.
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

/// Hours whose profit is kept apart: a day, and the hour that has just begun.
inline constexpr std::size_t kProfitHours = 25;

/// What the risk gates of one account remember.
///
/// K1  `profits[h % 25]` is the net profit of hour h, for the 25 hours up to `hour`. Hours are
/// those
///     of the monotonic scale: a clock that is wrong for a while moves no loss out of its day.
struct RiskState {
    AccountId account;
    std::uint64_t hour = 0;                     ///< The last hour that has a bucket.
    std::array<Money, kProfitHours> profits{};  ///< Realized, net of fees, by hour.
    Money equity_peak;                          ///< The high-water mark of the equity.
    std::uint32_t losses_in_a_row = 0;  ///< Positions closed with a loss, one after another.
    /// No entries before, on the monotonic scale of the journal; zero: no cool-down.
    Timestamp cooldown_until;
    bool margin_call = false;  ///< Positions are being closed until margin suffices again.
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
