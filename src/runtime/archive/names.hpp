#pragma once

/// The names of an archive's objects, which tell what they hold without being opened:
///
///   timeline/<8 digits>/start
///   timeline/<8 digits>/segment/<first record, 20 digits>-<last record, 20 digits>
///   timeline/<8 digits>/snapshot/<its record, 20 digits>-<yyyymmdd>t<hhmmss>z/<part>
///   timeline/<8 digits>/users/<yyyymmdd>t<hhmmss>z-<8 digits of its hash>
///
/// A part of a snapshot is "part-<4 digits>", "manifest" or "verified". A timeline is what one
/// store wrote without being restored: each restore begins a new one (docs/disaster-recovery.md).

#include "base/time.hpp"
#include "model/names.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace botcore::runtime::archive {

using Timeline = std::uint32_t;

/// The timeline of a store that was never restored.
inline constexpr Timeline kFirstTimeline = 1;
inline constexpr Timeline kTimelineMax = 99'999'999;

struct SegmentName {
    Timeline timeline = kFirstTimeline;
    model::Sequence first = 0;
    model::Sequence last = 0;

    friend bool operator==(const SegmentName&, const SegmentName&) = default;
};

struct SnapshotName {
    Timeline timeline = kFirstTimeline;
    model::Sequence sequence = 0;
    std::string time;  ///< "20261123t020000z".

    friend bool operator==(const SnapshotName&, const SnapshotName&) = default;
};

/// "20261123t020000z", UTC, seconds rounded down.
[[nodiscard]] std::string compact_time(base::Timestamp time);

[[nodiscard]] std::string timeline_prefix(Timeline timeline);
[[nodiscard]] std::string start_name(Timeline timeline);
[[nodiscard]] std::string segment_prefix(Timeline timeline);
/// Every segment that ends at `sequence` or later, and begins at most `records_max` before, is
/// behind this name in the alphabet.
[[nodiscard]] std::string segments_after(Timeline timeline,
                                         model::Sequence sequence,
                                         std::uint64_t records_max);
[[nodiscard]] std::string to_text(const SegmentName& name);
[[nodiscard]] std::string snapshot_prefix(Timeline timeline);
/// With the slash at its end.
[[nodiscard]] std::string to_text(const SnapshotName& name);
[[nodiscard]] std::string part_name(std::uint32_t number);
[[nodiscard]] std::string users_prefix(Timeline timeline);

/// Nothing where the name is not of this kind.
[[nodiscard]] std::optional<Timeline> parse_start(std::string_view name);
[[nodiscard]] std::optional<SegmentName> parse_segment(std::string_view name);

struct SnapshotPart {
    SnapshotName snapshot;
    std::string part;
};

[[nodiscard]] std::optional<SnapshotPart> parse_snapshot_part(std::string_view name);

}  // namespace botcore::runtime::archive
