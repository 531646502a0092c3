#include "services/archive/shipper.hpp"

#include "protocol/journal.hpp"

#include <algorithm>
#include <utility>

namespace botcore::archive {

namespace {

using Kind = ArchiveError::Kind;

constexpr int kSegmentsAtOnce = 8;
constexpr base::Duration kFirstWait = base::Duration::seconds(1);
constexpr base::Duration kLongestWait = base::Duration::seconds(30);

ArchiveError unreadable() {
    return {Kind::Store, {}, "the local store cannot be read now"};
}

ArchiveError foreign(std::string object, const std::string& why) {
    return {
        Kind::Taken,
        std::move(object),
        why +
            "; nothing is archived there. To continue with the local store, set archive.repository "
            "to an empty place, which then gets a complete copy of the store"};
}

}  // namespace

bool Shipper::step(base::Timestamp now) {
    if (now < next_try_) return false;
    const auto shipped = ship(now);
    if (!shipped) {
        note_failure(shipped.error(), now);
        return false;
    }
    state_.error.reset();
    state_.accepted = true;
    wait_ = {};
    note_lag();
    return state_.archived < state_.head;
}

void Shipper::note_failure(ArchiveError error, base::Timestamp now) {
    ++state_.failures;
    if (error.kind == Kind::Taken || error.kind == Kind::Broken) state_.accepted = false;
    state_.error = std::move(error);
    wait_ = std::clamp(wait_ + wait_, kFirstWait, kLongestWait);
    next_try_ = now + wait_;
    note_lag();
}

/// The first record that is not archived says since when the archive is late.
void Shipper::note_lag() {
    const auto head = reader_.head();
    if (!head) return;
    state_.head = head.value().sequence;
    if (archived_ && archived_->sequence >= state_.head) {
        state_.late_since.reset();
        return;
    }
    const auto next = reader_.journal(state_.archived + 1, 1);
    if (next && !next.value().empty()) state_.late_since = next.value().front().time;
}

ArchiveOutcome Shipper::ship(base::Timestamp now) {
    if (!archived_) {
        // Claims only an archive that is known to belong to this store. Reads it again afterwards,
        // since another process may have put segments before the claim.
        (void)TRY(find_archived_head(now));
        (void)TRY(ownership_.claim(now));
        const model::Head archived = TRY(find_archived_head(now));
        state_.needs_snapshot = TRY(archive_.snapshots(timeline_)).empty();
        state_.archived = archived.sequence;
        archived_ = archived;
    }
    (void)TRY(ownership_.confirm_if_due(now));
    for (int i = 0; i < kSegmentsAtOnce; ++i) {
        if (!pending_) {
            const auto segment = names::read_segment(reader_, archived_->sequence);
            if (!segment) return base::Failure{unreadable()};
            if (segment.value().entries.empty()) return base::Done{};
            (void)TRY(gather(segment.value()));
        }
        (void)TRY(ownership_.confirm(now));
        (void)TRY(archive_.put_sealed(pending_->name, pending_->sealed));
        ++state_.segments;
        state_.bytes += pending_->sealed.size();
        archived_ = pending_->next;
        state_.archived = archived_->sequence;
        pending_.reset();
    }
    return base::Done{};
}

/// Seals the segment once, so that a put whose result was lost can be repeated.
ArchiveOutcome Shipper::gather(const names::Segment& segment) {
    model::Head head = *archived_;
    const std::string name = to_text(names::name_of(segment, timeline_));
    for (const auto& entry : segment.entries) {
        const auto record = protocol::decode_record(entry.bytes);
        if (!record || record.value().prior_hash != head.hash ||
            protocol::hash_of(entry.bytes) != entry.hash) {
            return base::Failure{
                ArchiveError{Kind::Broken,
                             name,
                             "record " + std::to_string(entry.sequence) +
                                 " of the local store does not continue the record before it; stop "
                                 "the daemon and run botctl check"}};
        }
        head = {entry.sequence, entry.hash, entry.epoch, entry.time};
    }
    pending_ = Pending{name, archive_.seal(name, names::encode(segment)), head};
    return base::Done{};
}

ArchiveResult<model::Head> Shipper::find_archived_head(base::Timestamp now) {
    const auto head = reader_.head();
    if (!head) return base::Failure{unreadable()};
    const names::TimelineStart begun = TRY(start(now));
    const auto last = TRY(last_segment(head.value().sequence));
    if (!last) {
        return known({begun.sequence, begun.hash, 0, {}});
    }
    const names::Segment segment = TRY(archive_.segment(*last));
    const auto& entry = segment.entries.back();
    return known({entry.sequence, entry.hash, entry.epoch, entry.time});
}

/// The start of this store's timeline in the archive; puts it if it is missing.
ArchiveResult<names::TimelineStart> Shipper::start(base::Timestamp now) {
    if (identity_.id == 0) {
        const auto id = names::id_from_journal(reader_);
        if (!id) return base::Failure{unreadable()};
        identity_.id = id.value();
    }
    const std::string object = names::start_name(timeline_);
    const auto found = TRY(archive_.start_of(timeline_));
    if (found && found->id != 0 && found->id != identity_.id) {
        return base::Failure{foreign(object,
                                     "the archive holds timeline " +
                                         model::timeline_text(timeline_, found->id) +
                                         ", but the local store is on " + to_text(identity_))};
    }
    if (found) return *found;
    const Timelines timelines = TRY(archive_.timelines());
    if (!timelines.empty() && !TRY(shares_history(timelines))) {
        return base::Failure{foreign({}, "the archive holds the records of another store")};
    }
    const names::TimelineStart begun{
        .created = now, .id = identity_.id, .ancestors = identity_.ancestors};
    (void)TRY(archive_.begin_timeline(timeline_, begun));
    return begun;
}

/// Whether the archive holds the history of this store, or of one that it was restored from.
ArchiveResult<bool> Shipper::shares_history(const Timelines& timelines) {
    bool holds_records = false;
    for (const auto& [timeline, start] : timelines) {
        for (const model::Ancestor& ancestor : identity_.ancestors) {
            if (ancestor.timeline == timeline && ancestor.id == start.id) return true;
        }
        const auto oldest = TRY(oldest_record(timeline));
        if (!oldest) continue;
        holds_records = true;
        if (TRY(has(*oldest))) return true;
    }
    return !holds_records;
}

/// The oldest record of the timeline that the archive still describes; nothing if it has none.
ArchiveResult<std::optional<model::Head>> Shipper::oldest_record(model::Timeline timeline) {
    std::optional<model::Head> oldest;
    const auto segments = TRY(archive_.segments(timeline, 1));
    if (!segments.empty()) {
        const names::Segment segment = TRY(archive_.segment(segments.front()));
        const auto& entry = segment.entries.front();
        oldest = model::Head{entry.sequence, entry.hash, entry.epoch, entry.time};
    }
    const auto snapshots = TRY(archive_.snapshots(timeline));
    const bool snapshot_is_older =
        !snapshots.empty() && (!oldest || snapshots.front().name.sequence < oldest->sequence);
    if (snapshot_is_older) oldest = TRY(archive_.manifest(snapshots.front().name)).head();
    return oldest;
}

ArchiveResult<bool> Shipper::has(const model::Head& record) {
    const auto ours = reader_.journal(record.sequence, 1);
    if (!ours) return base::Failure{unreadable()};
    return !ours.value().empty() && ours.value().front().sequence == record.sequence &&
           ours.value().front().hash == record.hash;
}

/// Searches near the end first: after years an archive has many segments.
ArchiveResult<std::optional<names::SegmentName>> Shipper::last_segment(model::Sequence head) {
    for (std::uint64_t back = names::kSegmentRecordsMax;; back *= 32) {
        const model::Sequence from = head > back ? head - back : 1;
        const auto segments = TRY(archive_.segments(timeline_, from));
        if (!segments.empty()) return std::optional(segments.back());
        if (from == 1) return std::optional<names::SegmentName>();
    }
}

ArchiveResult<model::Head> Shipper::known(const model::Head& archived) {
    if (archived.sequence == 0 || TRY(has(archived))) return archived;
    const auto head = reader_.head();
    if (!head) return base::Failure{unreadable()};
    const std::string record = std::to_string(archived.sequence);
    if (head.value().sequence < archived.sequence) {
        state_.behind = "the archive holds a record " + record +
                        " of this timeline, but the local store ends at record " +
                        std::to_string(head.value().sequence);
        return base::Failure{
            foreign({},
                    "the archive holds record " + record + ", but the local store ends at record " +
                        std::to_string(head.value().sequence) +
                        ". botctl restore --dry-run shows which records the archive would restore "
                        "and which records of the local store would be discarded")};
    }
    state_.behind = "record " + record + " of the archive differs from the local store's";
    return base::Failure{foreign({},
                                 state_.behind +
                                     ": another store wrote it, or the local store was replaced "
                                     "by an older copy that has written records of its own")};
}

}  // namespace botcore::archive
