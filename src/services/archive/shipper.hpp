#pragma once

/// Copies every committed record into one archive, in order and without gaps, and reports its
/// progress.
///
/// H1  Only records that continue what the archive holds are put there. The archive of another
///     store is never written, nor one that holds records this store has lost: `Taken` or `Broken`.
///     A store of any timeline may start an empty archive, or add to one that shares its history,
///     with a timeline start of its own and every record from the first one. Another process that
///     writes the same timeline is noticed within seconds, and then neither process ships any more
///     (services/archive/ownership.hpp).
/// H2  After a crash it continues after the last archived segment; nothing is put twice.
/// H3  A failed put is retried after 1, 2, 4 ... 30 s, without limit; nothing is skipped.
///
/// Threads: one.

#include "services/archive/ownership.hpp"

#include <functional>
#include <optional>
#include <string>
#include <utility>

namespace botcore::archive {

struct ShippedState {
    model::Sequence archived = 0;  ///< The last record that is in the archive.
    model::Sequence head = 0;      ///< The store's last record when it was last read.
    std::optional<base::Timestamp>
        late_since;              ///< The time of the oldest record that is not archived.
    std::uint64_t segments = 0;  ///< Segments put since the start.
    std::uint64_t bytes = 0;     ///< As stored, since the start.
    std::uint64_t failures = 0;  ///< Failed steps since the start.
    bool accepted = false;       ///< The archive belongs to this store and may be written.
    /// Set if the archive holds records of this very timeline that the store does not have:
    /// acknowledged records are missing from the store. Empty: there is no sign of a loss.
    std::string behind;
    bool needs_snapshot = false;  ///< The archive had no snapshot of this timeline at the start.
    std::optional<ArchiveError> error;  ///< Why nothing is shipped now.

    /// The age of the oldest record that is not in the archive yet.
    [[nodiscard]] base::Duration lag(base::Timestamp now) const {
        return late_since ? now - *late_since : base::Duration();
    }
};

class Shipper {
public:
    /// Reader and archive must outlive this object.
    Shipper(ports::StoreReader& reader, Archive& archive, model::TimelineIdentity identity)
        : reader_(reader),
          archive_(archive),
          identity_(std::move(identity)),
          timeline_(identity_.number),
          ownership_(archive, timeline_) {}

    /// Puts new records, a few segments at most, so that the caller can do other work in between.
    /// True if more records can be put immediately.
    bool step(base::Timestamp now);

    [[nodiscard]] const ShippedState& state() const { return state_; }

private:
    struct Pending {
        std::string name;
        std::string sealed;
        model::Head next;
    };

    [[nodiscard]] ArchiveOutcome ship(base::Timestamp now);
    [[nodiscard]] ArchiveResult<model::Head> find_archived_head(base::Timestamp now);
    [[nodiscard]] ArchiveResult<names::TimelineStart> start(base::Timestamp now);
    [[nodiscard]] ArchiveResult<bool> shares_history(const Timelines& timelines);
    [[nodiscard]] ArchiveResult<std::optional<model::Head>> oldest_record(model::Timeline timeline);
    [[nodiscard]] ArchiveResult<bool> has(const model::Head& record);
    [[nodiscard]] ArchiveResult<std::optional<names::SegmentName>> last_segment(
        model::Sequence head);
    [[nodiscard]] ArchiveResult<model::Head> known(const model::Head& archived);
    [[nodiscard]] ArchiveOutcome gather(const names::Segment& segment);
    void note_lag();
    void note_failure(ArchiveError error, base::Timestamp now);

    ports::StoreReader& reader_;
    Archive& archive_;
    model::TimelineIdentity identity_;
    model::Timeline timeline_;
    Ownership ownership_;
    std::optional<model::Head> archived_;
    std::optional<Pending> pending_;
    ShippedState state_;
    base::Timestamp next_try_;
    base::Duration wait_;
};

}  // namespace botcore::archive
