#include "shell/archive/shipper.hpp"

#include "protocol/journal.hpp"

#include <algorithm>
#include <utility>

namespace botcore::shell::archive {

namespace {

using Kind = ArchiveError::Kind;

constexpr int kSegmentsAtOnce = 8;
constexpr base::Duration kFirstWait = base::Duration::seconds(1);
constexpr base::Duration kLongestWait = base::Duration::seconds(30);

ArchiveError unreadable() {
    return {Kind::Store, {}, "the store here cannot be read now"};
}

ArchiveError foreign(std::string object, const std::string& why) {
    return {Kind::Taken,
            std::move(object),
            why +
                "; if this store was put back by hand, restore it with botctl restore, which "
                "begins a new timeline; otherwise give it an archive of its own"};
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
    wait_ = {};
    note_lag();
    return state_.archived < state_.head;
}

void Shipper::note_failure(ArchiveError error, base::Timestamp now) {
    ++state_.failures;
    state_.error = std::move(error);
    wait_ = std::clamp(wait_ + wait_, kFirstWait, kLongestWait);
    next_try_ = now + wait_;
    note_lag();
}

/// The record behind the last archived one tells since when something is missing.
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
        archived_ = TRY(learn(now));
        state_.archived = archived_->sequence;
    }
    for (int i = 0; i < kSegmentsAtOnce; ++i) {
        if (!pending_) {
            auto segment = names::read_segment(reader_, archived_->sequence);
            if (!segment) return base::Failure{unreadable()};
            if (segment.value().entries.empty()) return base::Done{};
            (void)TRY(gather(std::move(segment).value()));
        }
        (void)TRY(archive_.put_sealed(pending_->name, pending_->sealed));
        ++state_.segments;
        state_.bytes += pending_->sealed.size();
        archived_ = pending_->next;
        state_.archived = archived_->sequence;
        pending_.reset();
    }
    return base::Done{};
}

/// Seals the segment once, so that a put whose answer was lost can be repeated.
ArchiveOutcome Shipper::gather(names::Segment segment) {
    model::Head head = *archived_;
    const std::string name = to_text(names::name_of(segment, timeline_));
    for (const auto& entry : segment.entries) {
        const auto record = protocol::decode_record(entry.bytes);
        if (!record || record.value().prior_hash != head.hash ||
            protocol::hash_of(entry.bytes) != entry.hash) {
            return base::Failure{ArchiveError{Kind::Broken,
                                              name,
                                              "record " + std::to_string(entry.sequence) +
                                                  " of the store here does not continue the one "
                                                  "before; stop the daemon and run botctl check"}};
        }
        head = {entry.sequence, entry.hash, entry.epoch, entry.time};
    }
    pending_ = Pending{name, archive_.seal(name, names::encode(segment)), head};
    return base::Done{};
}

ArchiveResult<model::Head> Shipper::learn(base::Timestamp now) {
    const auto head = reader_.head();
    if (!head) return base::Failure{unreadable()};
    auto start = TRY(archive_.start_of(timeline_));
    if (!start && timeline_ != names::kFirstTimeline) {
        return base::Failure{
            foreign(names::start_name(timeline_), "this store's timeline is not in the archive")};
    }
    if (!start) {
        start = names::TimelineStart{.created = now};
        (void)TRY(archive_.begin_timeline(timeline_, *start));
    }
    const auto last = TRY(last_segment(head.value().sequence));
    if (!last) {
        return known({start->sequence, start->hash, 0, {}});
    }
    const names::Segment segment = TRY(archive_.segment(*last));
    const auto& entry = segment.entries.back();
    return known({entry.sequence, entry.hash, entry.epoch, entry.time});
}

/// Looks near the end first: an archive of years has many segments.
ArchiveResult<std::optional<names::SegmentName>> Shipper::last_segment(model::Sequence head) {
    for (std::uint64_t back = names::kSegmentRecordsMax;; back *= 32) {
        const model::Sequence from = head > back ? head - back : 1;
        const auto segments = TRY(archive_.segments(timeline_, from));
        if (!segments.empty()) return std::optional(segments.back());
        if (from == 1) return std::optional<names::SegmentName>();
    }
}

ArchiveResult<model::Head> Shipper::known(const model::Head& archived) {
    if (archived.sequence == 0) return archived;
    const auto ours = reader_.journal(archived.sequence, 1);
    if (!ours) return base::Failure{unreadable()};
    if (ours.value().empty()) {
        return base::Failure{foreign({},
                                     "the archive holds record " +
                                         std::to_string(archived.sequence) +
                                         ", which this store does not have")};
    }
    const auto& entry = ours.value().front();
    if (entry.sequence != archived.sequence || entry.hash != archived.hash) {
        return base::Failure{foreign({},
                                     "record " + std::to_string(archived.sequence) +
                                         " of the archive is another one than this store's")};
    }
    return archived;
}

}  // namespace botcore::shell::archive
