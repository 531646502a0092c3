#pragma once

/// Degraded modes: the designed states in which part of the service is missing. Each has a sign for
/// callers, a label for metrics and a runbook, and all follow from findings, so that none is ever
/// switched by hand and forgotten.
///
/// G1  A mode never stops cancels or risk-reducing exits by itself, save where the part that is
///     missing is what carries them out (store, exchange).

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
    std::string_view id;       ///< In the API and as the metric's label.
    std::string_view sign;     ///< What is missing and what goes on, for callers.
    std::string_view runbook;  ///< The file docs/runbooks/<runbook>.md.
};

/// All modes, the gravest first.
[[nodiscard]] std::span<const DegradedModeRow> degraded_modes();

[[nodiscard]] const DegradedModeRow& row_of(DegradedMode mode);

/// Does the process refuse requests because there are too many?
enum class Load : std::uint8_t { Normal, Overload };

/// The modes that hold, the gravest first, each at most once.
[[nodiscard]] std::vector<DegradedMode> modes_of(std::span<const ComponentStatus> findings,
                                                 Load load);

}  // namespace botcore::operations
