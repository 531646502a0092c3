#pragma once

/// Numbers of one timeline are never used in another: sequences of records, cursors of pages and
/// versions of rows mean something else in the history that a restore began.

#include "runtime/archive/names.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace botcore::runtime::archive {

inline constexpr std::string_view kHistoryChanged = "HISTORY_CHANGED";

struct HistoryChange {
    std::string current;  ///< The timeline that the journal is on.
    /// The last record that both histories have; nothing where they have none that is known of.
    std::optional<model::Sequence> common;
    std::string text;  ///< What happened and what to do, for the caller.
};

/// Nothing where numbers of the timeline `named` mean the same in this journal. A number without a
/// timeline belongs to the first one: to a journal that was never restored.
[[nodiscard]] std::optional<HistoryChange> history_change(const TimelineIdentity& current,
                                                          std::string_view named);

}  // namespace botcore::runtime::archive
