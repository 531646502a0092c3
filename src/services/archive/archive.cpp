#include "services/archive/archive.hpp"

#include <array>
#include <map>
#include <utility>

namespace botcore::archive {

namespace {

using Kind = ArchiveError::Kind;

ArchiveError error_of(const ports::RepositoryError& error, std::string_view object) {
    using From = ports::RepositoryError::Kind;
    Kind kind = Kind::Unavailable;
    switch (error.kind) {
        case From::Unavailable:
            kind = Kind::Unavailable;
            break;
        case From::Refused:
            kind = Kind::Refused;
            break;
        case From::Full:
            kind = Kind::Full;
            break;
        case From::Taken:
            kind = Kind::Taken;
            break;
        case From::Missing:
            kind = Kind::Missing;
            break;
    }
    return {kind, std::string(object), error.text};
}

ArchiveError error_of(SealError error, std::string_view object) {
    const Kind kind = error == SealError::OtherKey ? Kind::OtherKey : Kind::Damaged;
    return {kind, std::string(object), std::string(to_text(error))};
}

ArchiveError undecodable(std::string_view object) {
    return {Kind::Damaged,
            std::string(object),
            "its content is of a later version, or does not match its name"};
}

}  // namespace

std::string_view to_text(ArchiveError::Kind kind) {
    static constexpr std::array<std::string_view, 11> kWords{"UNAVAILABLE",
                                                             "REFUSED",
                                                             "FULL",
                                                             "TAKEN",
                                                             "MISSING",
                                                             "DAMAGED",
                                                             "OTHER_KEY",
                                                             "GAP",
                                                             "BROKEN",
                                                             "NO_SUCH_MOMENT",
                                                             "STORE"};
    return kWords.at(static_cast<std::size_t>(kind));
}

ArchiveOutcome Archive::put_sealed(std::string_view name, std::string_view sealed) {
    const auto put = repository_.put(name, sealed);
    if (!put) return base::Failure{error_of(put.error(), name)};
    return base::Done{};
}

ArchiveOutcome Archive::put(std::string_view name, std::string_view plain) {
    return put_sealed(name, seal(name, plain));
}

ArchiveResult<std::string> Archive::get(std::string_view name) {
    auto sealed = repository_.get(name);
    if (!sealed) return base::Failure{error_of(sealed.error(), name)};
    auto plain = key_.open(name, sealed.value());
    if (!plain) return base::Failure{error_of(plain.error(), name)};
    return std::move(plain).value();
}

ArchiveOutcome Archive::remove(std::string_view name) {
    const auto removed = repository_.remove(name);
    if (!removed) return base::Failure{error_of(removed.error(), name)};
    return base::Done{};
}

ArchiveResult<std::vector<ports::StoredObject>> Archive::list(std::string_view prefix,
                                                              std::string_view after) {
    auto listed = repository_.list(prefix, after);
    if (!listed) return base::Failure{error_of(listed.error(), prefix)};
    return std::move(listed).value();
}

ArchiveResult<std::optional<names::TimelineStart>> Archive::start_of(model::Timeline timeline) {
    const std::string name = names::start_name(timeline);
    const auto bytes = get(name);
    if (!bytes && bytes.error().kind == Kind::Missing) return std::optional<names::TimelineStart>();
    if (!bytes) return base::Failure{bytes.error()};
    auto start = names::decode_start(bytes.value());
    if (!start) return base::Failure{undecodable(name)};
    return start;
}

ArchiveResult<Timelines> Archive::timelines() {
    Timelines starts;
    const auto add = [&](model::Timeline timeline) -> ArchiveResult<bool> {
        if (starts.contains(timeline)) return true;
        auto start = TRY(start_of(timeline));
        if (start) starts.emplace(timeline, std::move(*start));
        return start.has_value();
    };
    // Archives of earlier versions have no list of timelines; their numbers have no gaps.
    for (model::Timeline timeline = model::kFirstTimeline; TRY(add(timeline)); ++timeline) {
    }
    for (const auto& object : TRY(list(names::kTimelinesPrefix, {}))) {
        const auto timeline = names::parse_listed(object.name);
        if (timeline) (void)TRY(add(*timeline));
    }
    return starts;
}

ArchiveOutcome Archive::begin_timeline(model::Timeline timeline,
                                       const names::TimelineStart& start) {
    // The list entry is put first: a listed number without a start is not a timeline. The entry may
    // exist already from an interrupted attempt.
    const auto listed = put(names::listed_name(timeline), {});
    if (!listed && listed.error().kind != Kind::Taken) return base::Failure{listed.error()};
    return put(names::start_name(timeline), names::encode(start));
}

ArchiveResult<std::vector<names::SegmentName>> Archive::segments(model::Timeline timeline,
                                                                 model::Sequence from) {
    const auto objects =
        TRY(list(names::segment_prefix(timeline),
                 names::segments_after(timeline, from, names::kSegmentRecordsMax)));
    std::vector<names::SegmentName> segments;
    for (const auto& object : objects) {
        const auto name = names::parse_segment(object.name);
        if (name && name->last >= from) segments.push_back(*name);
    }
    return segments;
}

ArchiveResult<names::Segment> Archive::segment(const names::SegmentName& name) {
    const std::string object = to_text(name);
    auto segment = names::decode_segment(TRY(get(object)));
    if (!segment || names::name_of(*segment, name.timeline) != name) {
        return base::Failure{undecodable(object)};
    }
    return std::move(*segment);
}

ArchiveResult<std::vector<Snapshot>> Archive::snapshots(model::Timeline timeline) {
    const auto objects = TRY(list(names::snapshot_prefix(timeline), {}));
    std::map<std::string, std::pair<Snapshot, bool>> found;  // The flag: has a manifest.
    for (const auto& object : objects) {
        const auto part = names::parse_snapshot_part(object.name);
        if (!part) continue;
        auto& [snapshot, whole] = found[to_text(part->snapshot)];
        snapshot.name = part->snapshot;
        snapshot.bytes += object.bytes;
        snapshot.verified |= part->part == "verified";
        whole |= part->part == "manifest";
    }
    std::vector<Snapshot> snapshots;
    for (const auto& [name, item] : found)
        if (item.second) snapshots.push_back(item.first);
    return snapshots;
}

ArchiveResult<names::Manifest> Archive::manifest(const names::SnapshotName& name) {
    const std::string object = to_text(name) + "manifest";
    auto manifest = names::decode_manifest(TRY(get(object)));
    if (!manifest || manifest->sequence != name.sequence) {
        return base::Failure{undecodable(object)};
    }
    return std::move(*manifest);
}

ArchiveOutcome Archive::remove(const names::SnapshotName& name) {
    (void)TRY(remove(to_text(name) + "manifest"));
    for (const auto& object : TRY(list(to_text(name), {})))
        (void)TRY(remove(object.name));
    return base::Done{};
}

}  // namespace botcore::archive
