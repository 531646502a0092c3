#pragma once

/// The names of an archive's objects. A name says what the object contains, so that a listing is
/// enough to find objects without opening them:
///
///   timelines/<8 digits>
///   timeline/<8 digits>/start
///   timeline/<8 digits>/segment/<first record, 20 digits>-<last record, 20 digits>
///   timeline/<8 digits>/snapshot/<its record, 20 digits>-<yyyymmdd>t<hhmmss>z/<part>
///   timeline/<8 digits>/owner/<20 digits>-<8 digits of its writer>
///   timeline/<8 digits>/users/<yyyymmdd>t<hhmmss>z-<8 digits of its hash>
///
/// A part of a snapshot is "part-<4 digits>", "manifest" or "verified". A timeline contains the
/// records that a store wrote without a restore in between: each restore begins a new timeline
/// (docs/disaster-recovery.md).
/// "timelines/" lists the timelines of the archive. Archives written by earlier versions do not
/// have this list, but their timelines are numbered from 1 without a gap.

#include "base/time.hpp"
#include "model/names.hpp"
#include "model/record.hpp"
#include "model/timeline.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace botcore::runtime::archive {

/// The id of a timeline that was not begun by a restore, from the hash of the journal's first
/// record.
[[nodiscard]] std::uint32_t id_of(const model::Hash& first_record);

struct SegmentName {
    model::Timeline timeline = model::kFirstTimeline;
    model::Sequence first = 0;
    model::Sequence last = 0;

    friend bool operator==(const SegmentName&, const SegmentName&) = default;
};

struct SnapshotName {
    model::Timeline timeline = model::kFirstTimeline;
    model::Sequence sequence = 0;
    std::string time;  ///< "20261123t020000z".

    friend bool operator==(const SnapshotName&, const SnapshotName&) = default;
};

/// The time as "20261123t020000z": in UTC, rounded down to whole seconds.
[[nodiscard]] std::string compact_time(base::Timestamp time);

/// The prefix of the names in the list of timelines.
inline constexpr std::string_view kTimelinesPrefix = "timelines/";

[[nodiscard]] std::string listed_name(model::Timeline timeline);
[[nodiscard]] std::string timeline_prefix(model::Timeline timeline);
[[nodiscard]] std::string start_name(model::Timeline timeline);
[[nodiscard]] std::string segment_prefix(model::Timeline timeline);
/// A lower bound for listings: the name of every segment that ends at `sequence` or later sorts
/// after this name, provided that the segment has at most `records_max` records.
[[nodiscard]] std::string segments_after(model::Timeline timeline,
                                         model::Sequence sequence,
                                         std::uint64_t records_max);
[[nodiscard]] std::string to_text(const SegmentName& name);
[[nodiscard]] std::string snapshot_prefix(model::Timeline timeline);
/// The returned text ends with a slash.
[[nodiscard]] std::string to_text(const SnapshotName& name);
[[nodiscard]] std::string part_name(std::uint32_t number);
[[nodiscard]] std::string users_prefix(model::Timeline timeline);

[[nodiscard]] std::string claim_prefix(model::Timeline timeline);
[[nodiscard]] std::string claim_name(model::Timeline timeline,
                                     std::uint64_t number,
                                     std::uint32_t writer);

/// Each of these parsers returns nothing when the name is of another kind.
[[nodiscard]] std::optional<std::uint64_t> claim_number(std::string_view name);
[[nodiscard]] std::optional<model::Timeline> parse_listed(std::string_view name);
[[nodiscard]] std::optional<model::Timeline> parse_start(std::string_view name);
[[nodiscard]] std::optional<SegmentName> parse_segment(std::string_view name);

struct SnapshotPart {
    SnapshotName snapshot;
    std::string part;
};

[[nodiscard]] std::optional<SnapshotPart> parse_snapshot_part(std::string_view name);

}  // namespace botcore::runtime::archive
