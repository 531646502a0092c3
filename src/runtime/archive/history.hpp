#pragma once

/// Detects that a caller's number belongs to another timeline. Sequences of records, cursors of
/// pages and versions of rows are valid within one timeline only: after a restore, the same number
/// may identify a different record.

#include "runtime/archive/names.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace botcore::runtime::archive {

inline constexpr std::string_view kHistoryChanged = "HISTORY_CHANGED";

struct HistoryChange {
    std::string current;  ///< The timeline that the journal is on.
    /// The last record that both timelines contain; empty when none is known.
    std::optional<model::Sequence> common;
    std::string text;  ///< What happened and what to do, for the caller.
};

/// Compares the timeline `named` by a caller with the current one. Empty when numbers of `named`
/// identify the same records in this journal. A number given without a timeline belongs to the
/// first timeline, that is, to a journal that was never restored.
[[nodiscard]] std::optional<HistoryChange> history_change(const model::TimelineIdentity& current,
                                                          std::string_view named);

}  // namespace botcore::runtime::archive
