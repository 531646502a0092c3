#pragma once

/// The timeline of a store: which records it wrote, and which it shares with other stores. A
/// timeline contains the records that a store wrote without a restore in between; each restore
/// begins a new timeline (docs/disaster-recovery.md).

#include "model/record.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace botcore::model {

/// The number of a timeline, which puts the timelines of one archive in order.
using Timeline = std::uint32_t;

/// The timeline of a store that was never restored.
inline constexpr Timeline kFirstTimeline = 1;
inline constexpr Timeline kTimelineMax = 99'999'999;

/// A timeline from which a store was restored, and the last record that both timelines have in
/// common.
struct Ancestor {
    Timeline timeline = kFirstTimeline;
    std::uint32_t id = 0;
    Sequence last = 0;

    friend bool operator==(const Ancestor&, const Ancestor&) = default;

    // Stored in the archive: never rename a field.
    template <class Visit>
    static void each_field(Visit&& visit, auto& self) {
        visit("timeline", self.timeline);
        visit("id", self.id);
        visit("last", self.last);
    }
};

/// The timeline that a store is on. A combination of number and id is never used twice.
struct TimelineIdentity {
    Timeline number = kFirstTimeline;
    /// A random number that was drawn by the restore that began the timeline. The id of a timeline
    /// that began without a restore is derived from the first record of the journal; it is 0 while
    /// there is no record.
    std::uint32_t id = 0;
    std::vector<Ancestor> ancestors;  ///< Oldest first.

    friend bool operator==(const TimelineIdentity&, const TimelineIdentity&) = default;
};

/// "2-9f2c41d0": the form in which the API shows a timeline.
[[nodiscard]] std::string timeline_text(Timeline number, std::uint32_t id);
[[nodiscard]] std::string to_text(const TimelineIdentity& identity);

}  // namespace botcore::model
