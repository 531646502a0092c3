#include "runtime/archive/history.hpp"

#include <algorithm>

namespace botcore::runtime::archive {

std::optional<HistoryChange> history_change(const model::TimelineIdentity& current,
                                            std::string_view named) {
    HistoryChange change{.current = to_text(current), .common = std::nullopt, .text = {}};
    const bool same =
        named.empty() ? current.number == model::kFirstTimeline : named == change.current;
    if (same) return std::nullopt;
    const auto ancestor = std::find_if(
        current.ancestors.begin(), current.ancestors.end(), [&](const model::Ancestor& one) {
            return named.empty() ? one.timeline == model::kFirstTimeline
                                 : named == model::timeline_text(one.timeline, one.id);
        });
    if (ancestor != current.ancestors.end()) change.common = ancestor->last;
    change.text = "the history changed: this journal is on timeline " + change.current + ", and " +
                  (named.empty() ? "a number without a timeline belongs to a journal that was "
                                   "never restored"
                                 : "the timeline that you named is another one");
    change.text += change.common
                       ? "; both have the same records up to " + std::to_string(*change.common) +
                             ", none after it. Discard what you know of later records"
                       : "; read the state again";
    change.text += ", and name the timeline with every number";
    return change;
}

}  // namespace botcore::runtime::archive
