#include "operations/degraded_mode.hpp"

#include "base/check.hpp"

#include <array>
#include <optional>

namespace botcore::operations {

namespace {

// Indexed by the enumeration.
constexpr std::array<DegradedModeRow, 12> kModeRows = {{
    {DegradedMode::StoreDown,
     "store_down",
     "The store does not respond. New requests are refused until it does; repeat them with the "
     "same key.",
     "store-down"},
    {DegradedMode::DiskFull,
     "disk_full",
     "The disk is full. No new entries are accepted; cancels and exits are committed using the "
     "reserved disk space.",
     "disk-full"},
    {DegradedMode::ExchangeDown,
     "exchange_down",
     "The exchange does not respond. No new entries are accepted; orders without a reply stay "
     "UNKNOWN until there is evidence.",
     "exchange-down"},
    {DegradedMode::MarketDown,
     "market_down",
     "There are no prices. No new entries are accepted; cancels and exits continue.",
     "market-stream-down"},
    {DegradedMode::MarketStale,
     "market_stale",
     "Prices are old and marked as stale. No entries are accepted on stale prices; cancels and "
     "exits continue.",
     "market-stream-down"},
    {DegradedMode::ClockUncertain,
     "clock_uncertain",
     "The clock jumped recently. No new entries are accepted until it is steady; cancels and exits "
     "continue.",
     "clock-uncertain"},
    {DegradedMode::Overload,
     "overload",
     "There are more requests than can be served. Reads are refused first, then entries; cancels "
     "and exits are never refused.",
     "overload"},
    {DegradedMode::CacheDown,
     "cache_down",
     "The cache does not respond. Reads are served from the store: slower, but correct.",
     "cache-down"},
    {DegradedMode::AnalysisDown,
     "analysis_down",
     "The analysis service does not respond. There are no signals; manual trading continues.",
     "analysis-down"},
    {DegradedMode::NotifierDown,
     "notifier_down",
     "Notifications cannot be sent. They are queued and sent later; trading continues.",
     "notifier-down"},
    {DegradedMode::ArchiveDown,
     "archive_down",
     "New records are not being copied to the archive, or backups fail. Trading continues; if this "
     "machine is lost, the records that are not yet copied are lost.",
     "archive-down"},
    {DegradedMode::BooksInDoubt,
     "books_in_doubt",
     "The check of all books has findings. Accounts whose money is in doubt accept exits only.",
     "data-damaged"},
}};

/// The mode that follows from the status of a component; empty if no mode follows.
std::optional<DegradedMode> mode_of(const ComponentStatus& finding) {
    if (finding.state == HealthState::Healthy) return std::nullopt;
    const bool down = finding.state == HealthState::Unhealthy;
    const auto only_down = [down](DegradedMode mode) {
        return down ? std::optional(mode) : std::nullopt;
    };
    switch (finding.dependency) {
        case Dependency::Database:
            return only_down(DegradedMode::StoreDown);
        case Dependency::Exchange:
            return only_down(DegradedMode::ExchangeDown);
        case Dependency::Market:
            return down ? DegradedMode::MarketDown : DegradedMode::MarketStale;
        case Dependency::Disk:
            return only_down(DegradedMode::DiskFull);
        case Dependency::Clock:
            return DegradedMode::ClockUncertain;
        case Dependency::Cache:
            return only_down(DegradedMode::CacheDown);
        case Dependency::Analysis:
            return only_down(DegradedMode::AnalysisDown);
        case Dependency::Notifier:
            return only_down(DegradedMode::NotifierDown);
        case Dependency::Archive:
            return DegradedMode::ArchiveDown;
        case Dependency::Books:
            return only_down(DegradedMode::BooksInDoubt);
        case Dependency::WebSocket:
        case Dependency::Monitoring:
            return std::nullopt;
    }
    return std::nullopt;
}

}  // namespace

std::span<const DegradedModeRow> degraded_modes() {
    return kModeRows;
}

const DegradedModeRow& row_of(DegradedMode mode) {
    const auto place = static_cast<std::size_t>(mode);
    CHECK(place < kModeRows.size());
    CHECK(kModeRows.at(place).mode == mode);
    return kModeRows.at(place);
}

std::vector<DegradedMode> modes_of(std::span<const ComponentStatus> findings, Load load) {
    std::array<bool, kModeRows.size()> holds{};
    for (const ComponentStatus& finding : findings) {
        if (const auto mode = mode_of(finding)) holds.at(static_cast<std::size_t>(*mode)) = true;
    }
    if (load == Load::Overload) holds.at(static_cast<std::size_t>(DegradedMode::Overload)) = true;
    std::vector<DegradedMode> modes;
    for (const DegradedModeRow& row : kModeRows) {
        if (holds.at(static_cast<std::size_t>(row.mode))) modes.push_back(row.mode);
    }
    return modes;
}

}  // namespace botcore::operations
