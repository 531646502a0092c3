#include "services/archive/restore.hpp"

#include "base/time_text.hpp"
#include "runtime/rebuild.hpp"
#include "runtime/verify.hpp"
#include "services/archive/segment_check.hpp"

#include <sodium.h>

#include <algorithm>
#include <limits>
#include <map>
#include <set>
#include <utility>

namespace botcore::archive {

namespace {

using Kind = ArchiveError::Kind;

constexpr model::Sequence kEnd = std::numeric_limits<model::Sequence>::max();

base::Failure<ArchiveError> failure(Kind kind, std::string object, std::string text) {
    return base::Failure{ArchiveError{kind, std::move(object), std::move(text)}};
}

/// The part of a store's history that one timeline wrote: records up to `last`.
struct Leg {
    model::Timeline timeline = model::kFirstTimeline;
    model::Sequence last = kEnd;
};

/// The legs that lead to the timeline, oldest first, as far back as the archive reaches.
ArchiveResult<std::vector<Leg>> lineage_of(const Timelines& starts, model::Timeline timeline) {
    std::vector<Leg> legs;
    model::Sequence last = kEnd;
    while (starts.contains(timeline)) {
        legs.insert(legs.begin(), Leg{timeline, last});
        const auto& start = starts.at(timeline);
        if (start.parent >= timeline) {
            return failure(Kind::Broken,
                           names::start_name(timeline),
                           "a timeline cannot begin in a later timeline");
        }
        last = std::min(last, start.sequence);
        timeline = start.parent;
    }
    return legs;
}

/// Whether the record is within the target.
bool is_wanted(const RestoreTarget& moment, model::Sequence sequence, base::Timestamp time) {
    return (!moment.sequence || sequence <= *moment.sequence) &&
           (!moment.time || time <= *moment.time);
}

ArchiveResult<std::unique_ptr<ports::Store>> open_store(const StorePlace& place) {
    auto opened = place.stores.open_store(place.path);
    if (!opened) return failure(Kind::Store, {}, opened.error());
    return std::move(opened).value();
}

ArchiveError error_of(const runtime::RebuildError& error, const std::string& object) {
    const bool store = error.kind == runtime::RebuildError::Kind::Store;
    return {store ? Kind::Store : Kind::Broken,
            object,
            "record " + std::to_string(error.sequence) + ": " + error.text};
}

/// N1: checks every row of the fetched store.
ArchiveResult<std::string> checked_hash(const StorePlace& store,
                                        const std::string& object,
                                        const Progress& progress) {
    const auto reader = store.stores.open_reader(store.path);
    if (!reader) return failure(Kind::Damaged, object, reader.error());
    const auto report =
        runtime::verify(*reader.value(), [&](model::Sequence done, model::Sequence total) {
            if (progress) progress("checked", done, total);
        });
    if (!report) return failure(Kind::Damaged, object, "its store cannot be read");
    if (!report.value().clean()) {
        return failure(Kind::Broken,
                       object,
                       "its store has findings: " + report.value().findings.front().text);
    }
    auto hash = runtime::state_hash(*reader.value());
    if (!hash) return failure(Kind::Damaged, object, "its store cannot be read");
    return std::move(hash).value();
}

}  // namespace

ArchiveResult<model::Timeline> newest_in_use(Archive& archive, const Timelines& starts) {
    for (auto place = starts.rbegin(); place != starts.rend(); ++place) {
        const auto& [timeline, start] = *place;
        if (!TRY(archive.segments(timeline, start.sequence + 1)).empty()) return timeline;
        if (!TRY(archive.snapshots(timeline)).empty()) return timeline;
    }
    return starts.begin()->first;
}

namespace {

/// The index of the first segment that overlaps with another one (one process never puts a record
/// twice), or the number of segments if none does.
std::size_t first_overlap(const std::vector<names::SegmentName>& segments) {
    const auto overlap = std::adjacent_find(
        segments.begin(), segments.end(), [](const auto& left, const auto& right) {
            return left.last >= right.first;
        });
    return static_cast<std::size_t>(overlap - segments.begin());
}

class Restore {
public:
    Restore(Archive& archive,
            const RestoreTarget& moment,
            StorePlace to,
            const Progress& progress,
            std::vector<ArchiveError>& warnings)
        : archive_(archive),
          target_(moment),
          to_(std::move(to)),
          progress_(progress),
          warnings_(warnings) {}

    [[nodiscard]] ArchiveResult<Restored> run();

private:
    struct Candidate {
        names::SnapshotName name;
        names::Manifest manifest;
    };

    [[nodiscard]] ArchiveOutcome find_lineage();
    [[nodiscard]] ArchiveOutcome find_snapshots();
    [[nodiscard]] ArchiveOutcome begin_at_snapshot();
    [[nodiscard]] ArchiveOutcome apply_forward();
    [[nodiscard]] ArchiveResult<bool> apply_leg(const Leg& leg, runtime::Rebuild& work);
    [[nodiscard]] ArchiveResult<std::vector<names::SegmentName>> longest_chain(
        std::vector<names::SegmentName> segments, const model::Head& start);
    [[nodiscard]] ArchiveResult<bool> apply_segment(const names::SegmentName& name,
                                                    const Leg& leg,
                                                    runtime::Rebuild& work);
    [[nodiscard]] ArchiveOutcome fold_prefix();
    [[nodiscard]] ArchiveResult<model::Sequence> last_wanted(ports::StoreReader& reader,
                                                             model::Sequence head);
    [[nodiscard]] ArchiveOutcome check();
    [[nodiscard]] std::string extent();

    Archive& archive_;
    const RestoreTarget& target_;
    StorePlace to_;
    const Progress& progress_;
    std::vector<ArchiveError>& warnings_;
    std::vector<Leg> legs_;
    std::vector<Candidate> before_;          ///< Snapshots within the target, in ascending order.
    std::vector<Candidate> after_;           ///< Snapshots beyond the target, in ascending order.
    std::optional<base::Timestamp> beyond_;  ///< Time of the first record beyond the target.
    Restored restored_;
};

ArchiveOutcome Restore::find_lineage() {
    const auto starts = TRY(archive_.timelines());
    if (starts.empty()) {
        return failure(Kind::Missing, {}, "there is no archive at " + archive_.place());
    }
    restored_.timeline =
        target_.timeline ? *target_.timeline : TRY(newest_in_use(archive_, starts));
    if (!starts.contains(restored_.timeline)) {
        return failure(Kind::OutOfRange,
                       {},
                       "timeline " + std::to_string(restored_.timeline) +
                           " is not in the archive; the newest is " +
                           std::to_string(starts.rbegin()->first));
    }
    legs_ = TRY(lineage_of(starts, restored_.timeline));
    return base::Done{};
}

ArchiveOutcome Restore::find_snapshots() {
    for (const Leg& leg : legs_) {
        for (const auto& snapshot : TRY(archive_.snapshots(leg.timeline))) {
            if (snapshot.name.sequence > leg.last) continue;
            auto manifest = archive_.manifest(snapshot.name);
            if (!manifest) {
                warnings_.push_back(manifest.error());
                continue;
            }
            const model::Head head = manifest.value().head();
            const bool within = is_wanted(target_, head.sequence, head.time);
            (within ? before_ : after_).push_back({snapshot.name, std::move(manifest).value()});
        }
    }
    return base::Done{};
}

/// Starts at the newest snapshot that can be fetched; without one, all records are applied from the
/// first one.
ArchiveOutcome Restore::begin_at_snapshot() {
    for (auto candidate = before_.rbegin(); candidate != before_.rend(); ++candidate) {
        const auto fetched = fetch_snapshot(archive_, candidate->name, to_, progress_);
        if (fetched) {
            restored_.base = candidate->name;
            return base::Done{};
        }
        const Kind kind = fetched.error().kind;
        if (kind != Kind::Damaged && kind != Kind::Missing) return base::Failure{fetched.error()};
        warnings_.push_back(fetched.error());
    }
    return base::Done{};
}

/// Applies the records of one segment. Returns false when it meets a record beyond the target.
ArchiveResult<bool> Restore::apply_segment(const names::SegmentName& name,
                                           const Leg& leg,
                                           runtime::Rebuild& work) {
    const std::string object = to_text(name);
    if (name.first > work.head().sequence + 1) {
        return failure(Kind::Gap,
                       object,
                       "records " + std::to_string(work.head().sequence + 1) + " to " +
                           std::to_string(name.first - 1) + " are missing before it");
    }
    names::Segment segment = TRY(archive_.segment(name));
    std::map<std::pair<model::Owner, model::IdempotencyKey>, std::string> replies;
    for (auto& reply : segment.replies)
        replies[{reply.owner, reply.key}] = std::move(reply.body);
    const runtime::ReplyOf reply_of =
        [&](const model::KeyEntry& entry) -> std::optional<std::string> {
        const auto place = replies.find({entry.owner, entry.key});
        if (place == replies.end()) return std::nullopt;
        return place->second;
    };
    for (auto& entry : segment.entries) {
        if (entry.sequence <= work.head().sequence) continue;
        if (entry.sequence > leg.last) return true;
        if (!is_wanted(target_, entry.sequence, entry.time)) {
            beyond_ = entry.time;
            return false;
        }
        const auto added =
            work.add({entry.sequence, entry.epoch, entry.time, entry.hash, std::move(entry.bytes)},
                     reply_of);
        if (!added) return base::Failure{error_of(added.error(), object)};
        ++restored_.records;
    }
    return true;
}

/// Records of one process continue each other; a process that wrote the same timeline concurrently
/// starts with the same records. Returns the chain after `start` that reaches furthest, and warns
/// about the other segments.
ArchiveResult<std::vector<names::SegmentName>> Restore::longest_chain(
    std::vector<names::SegmentName> segments, const model::Head& start) {
    std::map<std::pair<model::Sequence, model::Hash>, std::size_t> ends;
    std::vector<std::optional<std::size_t>> previous(segments.size());
    std::optional<std::size_t> best;
    for (std::size_t i = 0; i < segments.size(); ++i) {
        const names::Segment segment = TRY(archive_.segment(segments.at(i)));
        const auto before = link_of(segment, start);
        if (!before) continue;
        const bool at_start = *before == std::pair(start.sequence, start.hash);
        const auto place = ends.find(*before);
        if (!at_start && place == ends.end()) continue;
        if (!at_start) previous.at(i) = place->second;
        const auto& last = segment.entries.back();
        ends.emplace(std::pair(last.sequence, last.hash), i);
        if (!best || last.sequence > segments.at(*best).last) best = i;
    }
    std::set<std::size_t> taken;
    for (auto step = best; step; step = previous.at(*step))
        taken.insert(*step);
    std::vector<names::SegmentName> chain;
    for (std::size_t i = 0; i < segments.size(); ++i) {
        if (taken.contains(i)) {
            chain.push_back(segments.at(i));
        } else if (segments.at(i).last > start.sequence) {
            warnings_.push_back({Kind::Taken,
                                 to_text(segments.at(i)),
                                 "two daemons wrote this timeline; the longer chain of records is "
                                 "restored, and this segment is left out"});
        }
    }
    return chain;
}

/// Applies the records of one leg. Returns false when it meets a record beyond the target.
ArchiveResult<bool> Restore::apply_leg(const Leg& leg, runtime::Rebuild& work) {
    auto segments = TRY(archive_.segments(leg.timeline, work.head().sequence + 1));
    const model::Sequence end = segments.empty() ? 0 : segments.back().last;
    const std::size_t doubtful = first_overlap(segments);
    for (std::size_t i = 0; i < segments.size(); ++i) {
        if (i == doubtful) {
            const auto chain = TRY(longest_chain(
                {segments.begin() + static_cast<std::ptrdiff_t>(i), segments.end()}, work.head()));
            segments.resize(i);
            segments.insert(segments.end(), chain.begin(), chain.end());
            if (chain.empty()) break;
        }
        const names::SegmentName name = segments.at(i);
        if (name.first > leg.last) break;  // Written after the next timeline began.
        if (!TRY(apply_segment(name, leg, work))) return false;
        if (progress_) progress_("folded", work.head().sequence, std::min(end, leg.last));
    }
    const bool whole = leg.last == kEnd || work.head().sequence >= leg.last;
    if (!whole && is_wanted(target_, work.head().sequence + 1, work.head().time)) {
        return failure(Kind::Gap,
                       names::segment_prefix(leg.timeline),
                       "records " + std::to_string(work.head().sequence + 1) + " to " +
                           std::to_string(leg.last) + " are missing at its end");
    }
    return whole;
}

ArchiveOutcome Restore::apply_forward() {
    const auto store = TRY(open_store(to_));
    runtime::Rebuild work(*store);
    if (const auto begun = work.begin(); !begun) return base::Failure{error_of(begun.error(), {})};
    bool reached_end = true;
    for (const Leg& leg : legs_) {
        if (leg.last <= work.head().sequence) continue;
        reached_end = TRY(apply_leg(leg, work));
        if (!reached_end) break;
    }
    const bool is_there = target_.sequence == work.head().sequence;
    if (reached_end && !is_there && !after_.empty()) {
        return failure(Kind::Gap,
                       names::segment_prefix(restored_.timeline),
                       "the segments end at record " + std::to_string(work.head().sequence) +
                           ", although there is a later snapshot");
    }
    if (const auto ended = work.finish(); !ended) {
        return base::Failure{error_of(ended.error(), {})};
    }
    restored_.head = work.head();
    restored_.is_newest = reached_end && after_.empty();
    return base::Done{};
}

/// Times never decrease in a journal, so a binary search finds the last wanted record.
ArchiveResult<model::Sequence> Restore::last_wanted(ports::StoreReader& reader,
                                                    model::Sequence head) {
    model::Sequence low = 0;  // Known to be wanted.
    model::Sequence high = head + 1;
    while (high - low > 1) {
        const model::Sequence middle = low + (high - low) / 2;
        const auto entry = reader.journal(middle, 1);
        if (!entry || entry.value().empty()) {
            return failure(Kind::Store, {}, "the fetched snapshot cannot be read");
        }
        const auto& found = entry.value().front();
        const bool wanted = is_wanted(target_, found.sequence, found.time);
        if (!wanted) beyond_ = found.time;
        (wanted ? low : high) = middle;
    }
    return low;
}

/// Describes the range of existing records as far as it can be determined.
std::string Restore::extent() {
    const Leg& newest = legs_.back();
    model::Sequence last = restored_.head.sequence;
    base::Timestamp time = restored_.head.time;
    const auto segments = archive_.segments(newest.timeline, last + 1);
    if (segments && !segments.value().empty()) {
        const auto segment = archive_.segment(segments.value().back());
        if (segment && !segment.value().entries.empty()) {
            last = segment.value().entries.back().sequence;
            time = segment.value().entries.back().time;
        }
    }
    if (!after_.empty() && after_.back().manifest.sequence > last) {
        last = after_.back().manifest.sequence;
        time = after_.back().manifest.head_time;
    }
    if (last == 0) return "the archive has no records yet";
    std::string text = "the archive has records 1";
    if (restored_.head.sequence == 0 && beyond_) text += " of " + base::to_iso8601(*beyond_);
    return text + " to " + std::to_string(last) + " of " + base::to_iso8601(time);
}

ArchiveOutcome Restore::fold_prefix() {
    const StorePlace source{to_.stores, to_.path.string() + "-source"};
    const Candidate& later = after_.front();
    (void)TRY(fetch_snapshot(archive_, later.name, source, progress_));
    const auto folded = [&]() -> ArchiveOutcome {
        const auto from = TRY(open_store(source));
        const auto into = TRY(open_store(to_));
        const model::Sequence last =
            TRY(last_wanted(from->reader(), later.manifest.head().sequence));
        const auto head = runtime::replay_journal(
            from->reader(), *into, last, [this](model::Sequence done, model::Sequence total) {
                if (progress_) progress_("folded", done, total);
            });
        if (!head) return base::Failure{error_of(head.error(), to_text(later.name))};
        restored_.head = head.value();
        restored_.records = head.value().sequence;
        return base::Done{};
    }();
    source.stores.remove(source.path);
    return folded;
}

ArchiveOutcome Restore::check() {
    if (target_.sequence && restored_.head.sequence != *target_.sequence) {
        return failure(
            Kind::OutOfRange,
            {},
            "record " + std::to_string(*target_.sequence) + " is not in the archive: " + extent());
    }
    if (target_.time && restored_.head.sequence == 0) {
        return failure(Kind::OutOfRange,
                       {},
                       base::to_iso8601(*target_.time) +
                           " is earlier than everything in the archive: " + extent());
    }
    const std::string object = restored_.base ? to_text(*restored_.base) : std::string();
    restored_.state_hash = TRY(checked_hash(to_, object, progress_));
    return base::Done{};
}

ArchiveResult<Restored> Restore::run() {
    (void)TRY(find_lineage());
    (void)TRY(find_snapshots());
    to_.stores.remove(to_.path);
    (void)TRY(begin_at_snapshot());
    const auto folded = apply_forward();
    if (!folded) {
        // Removed segments are not a loss as long as a later snapshot contains their records.
        if (folded.error().kind != Kind::Gap || after_.empty()) {
            return base::Failure{folded.error()};
        }
        warnings_.push_back(folded.error());
        restored_.base.reset();
        to_.stores.remove(to_.path);
        (void)TRY(fold_prefix());
    }
    (void)TRY(check());
    return restored_;
}

}  // namespace

ArchiveResult<Restored> restore_into(Archive& archive,
                                     const RestoreTarget& moment,
                                     const StorePlace& to,
                                     const Progress& progress,
                                     std::vector<ArchiveError>& warnings) {
    auto restored = Restore(archive, moment, to, progress, warnings).run();
    if (!restored) to.stores.remove(to.path);
    return restored;
}

ArchiveResult<std::string> verify_snapshot(Archive& archive,
                                           const names::SnapshotName& name,
                                           const StorePlace& scratch,
                                           base::Timestamp now,
                                           const Progress& progress) {
    (void)TRY(fetch_snapshot(archive, name, scratch, progress));
    auto hash = checked_hash(scratch, to_text(name), progress);
    scratch.stores.remove(scratch.path);
    if (!hash) return hash;
    const auto marked =
        archive.put(to_text(name) + "verified", names::encode(names::Verified{now, hash.value()}));
    if (!marked && marked.error().kind != Kind::Taken) return base::Failure{marked.error()};
    return hash;
}

namespace {

/// The ancestors of a store that is restored from `legs`, oldest first.
ArchiveResult<std::vector<model::Ancestor>> ancestors_of(const Timelines& starts,
                                                         const std::vector<Leg>& legs,
                                                         const Restored& restored,
                                                         const StorePlace& store) {
    const auto reader = store.stores.open_reader(store.path);
    if (!reader) return failure(Kind::Store, {}, reader.error());
    const auto from_journal = names::id_from_journal(*reader.value());
    if (!from_journal) return failure(Kind::Store, {}, store.path.string() + " cannot be read");
    std::vector<model::Ancestor> ancestors = starts.at(legs.front().timeline).ancestors;
    for (model::Ancestor& ancestor : ancestors)
        ancestor.last = std::min(ancestor.last, legs.front().last);
    for (const Leg& leg : legs) {
        const std::uint32_t told = starts.at(leg.timeline).id;
        ancestors.push_back({leg.timeline, told != 0 ? told : from_journal.value(), leg.last});
    }
    for (model::Ancestor& ancestor : ancestors)
        ancestor.last = std::min(ancestor.last, restored.head.sequence);
    return ancestors;
}

}  // namespace

ArchiveResult<model::TimelineIdentity> begin_timeline(Archive& archive,
                                                      const Restored& restored,
                                                      const StorePlace& store,
                                                      base::Timestamp now,
                                                      model::Timeline above) {
    const Timelines starts = TRY(archive.timelines());
    const auto legs = TRY(lineage_of(starts, restored.timeline));
    model::TimelineIdentity identity;
    identity.number = std::max(starts.rbegin()->first, above) + 1;
    while (identity.id == 0)
        randombytes_buf(&identity.id, sizeof(identity.id));
    identity.ancestors = TRY(ancestors_of(starts, legs, restored, store));
    (void)TRY(archive.begin_timeline(identity.number,
                                     {.parent = restored.timeline,
                                      .sequence = restored.head.sequence,
                                      .hash = restored.head.hash,
                                      .created = now,
                                      .id = identity.id,
                                      .ancestors = identity.ancestors}));
    const auto marked = store.stores.set_timeline(store.path, identity);
    if (!marked) return failure(Kind::Store, {}, marked.error());
    return identity;
}

}  // namespace botcore::archive
