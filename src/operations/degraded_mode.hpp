#pragma once

/// Degraded modes: the designed states in which part of the service is missing. Each has a message
/// for callers, a label for metrics and a runbook. All are derived from component states, so that
/// no mode is ever set by hand and left on by mistake.
///
/// G1  A mode by itself never stops cancels or risk-reducing exits, unless the missing component is
///     the one that executes them (store, exchange).
/// @spec:NFR-RELIABILITY-001

#include "operations/health.hpp"

#include <vector>

namespace botcore::operations {

enum class DegradedMode : std::uint8_t {
    StoreDown,
    DiskFull,
    ExchangeDown,
    MarketDown,
    MarketStale,
    ClockUncertain,
    Overload,
    CacheDown,
    AnalysisDown,
    NotifierDown,
    ArchiveDown,
    BooksInDoubt,
};

struct DegradedModeRow {
    DegradedMode mode = DegradedMode::StoreDown;
    std::string_view id;       ///< In the API and as the label of the metric.
    std::string_view sign;     ///< What is missing and what still works, for callers.
    std::string_view runbook;  ///< The file docs/runbooks/<runbook>.md.
};

/// All modes, the most severe first.
[[nodiscard]] std::span<const DegradedModeRow> degraded_modes();

[[nodiscard]] const DegradedModeRow& row_of(DegradedMode mode);

/// Whether the process rejects requests because there are too many.
enum class Load : std::uint8_t { Normal, Overload };

/// The active modes, the most severe first, each at most once.
[[nodiscard]] std::vector<DegradedMode> modes_of(std::span<const ComponentStatus> findings,
                                                 Load load);

}  // namespace botcore::operations
