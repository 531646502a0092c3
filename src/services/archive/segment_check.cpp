#include "services/archive/segment_check.hpp"

#include "protocol/journal.hpp"

#include <algorithm>
#include <set>
#include <string>

namespace botcore::archive {

namespace {

using Kind = ArchiveError::Kind;
using Link = std::pair<model::Sequence, model::Hash>;

std::string records(model::Sequence first, model::Sequence last) {
    if (first == last) return "record " + std::to_string(first) + " is";
    return "records " + std::to_string(first) + " to " + std::to_string(last) + " are";
}

/// Checks that every record of the segment has its hash and continues its predecessor.
ArchiveOutcome check_inside(const names::Segment& segment, const std::string& object) {
    std::optional<Link> before;
    for (const auto& entry : segment.entries) {
        const auto record = protocol::decode_record(entry.bytes);
        const bool continues = !before || (record && entry.sequence == before->first + 1 &&
                                           record.value().prior_hash == before->second);
        if (!record || protocol::hash_of(entry.bytes) != entry.hash || !continues) {
            return base::Failure{ArchiveError{Kind::Broken,
                                              object,
                                              "record " + std::to_string(entry.sequence) +
                                                  " in it does not continue the record before it"}};
        }
        before = Link(entry.sequence, entry.hash);
    }
    return base::Done{};
}

}  // namespace

std::optional<Link> link_of(const names::Segment& segment, const model::Head& start) {
    const auto& first = segment.entries.front();
    if (segment.entries.back().sequence <= start.sequence) return std::nullopt;
    if (first.sequence <= start.sequence) {
        const std::size_t place = start.sequence - first.sequence;
        if (place >= segment.entries.size()) return std::nullopt;
        const auto& same = segment.entries.at(place);
        return Link(same.sequence, same.hash);
    }
    const auto record = protocol::decode_record(first.bytes);
    if (!record) return std::nullopt;
    return Link(first.sequence - 1, record.value().prior_hash);
}

ArchiveResult<CheckedSegments> check_segments(Archive& archive,
                                              model::Timeline timeline,
                                              const model::Head& from,
                                              model::Sequence until) {
    CheckedSegments checked{.count = 0, .last = from.sequence};
    std::set<Link> ends{Link(from.sequence, from.hash)};
    std::optional<ArchiveError> stray;  // The first segment that continues no known record.
    model::Sequence furthest = std::max(until, from.sequence);
    for (const names::SegmentName& name : TRY(archive.segments(timeline, from.sequence + 1))) {
        const std::string object = to_text(name);
        const names::Segment segment = TRY(archive.segment(name));
        (void)TRY(check_inside(segment, object));
        ++checked.count;
        furthest = std::max(furthest, name.last);
        const auto link = link_of(segment, from);
        if (link && ends.contains(*link)) {
            const auto& last = segment.entries.back();
            ends.emplace(last.sequence, last.hash);
            checked.last = std::max(checked.last, last.sequence);
        } else if (!stray && name.first > checked.last + 1) {
            stray = ArchiveError{Kind::Gap,
                                 object,
                                 records(checked.last + 1, name.first - 1) + " missing before it"};
        } else if (!stray) {
            stray =
                ArchiveError{Kind::Broken, object, "it does not continue the records before it"};
        }
    }
    if (checked.last >= furthest) return checked;
    if (stray) return base::Failure{*stray};
    return base::Failure{ArchiveError{Kind::Gap,
                                      names::segment_prefix(timeline),
                                      records(checked.last + 1, furthest) + " missing at its end"}};
}

ArchiveResult<CheckedSegments> check_newest_segments(Archive& archive,
                                                     model::Timeline timeline,
                                                     model::Sequence until) {
    const auto snapshots = TRY(archive.snapshots(timeline));
    if (!snapshots.empty()) {
        const auto manifest = TRY(archive.manifest(snapshots.back().name));
        return check_segments(archive, timeline, manifest.head(), until);
    }
    const auto start = TRY(archive.start_of(timeline));
    if (!start) {
        return base::Failure{ArchiveError{
            Kind::Missing, names::start_name(timeline), "the archive does not have the timeline"}};
    }
    return check_segments(archive, timeline, {start->sequence, start->hash, 0, {}}, until);
}

}  // namespace botcore::archive
