#pragma once

/// Copies every committed record into one archive, in order and without gap, and knows how far it
/// is.
///
/// H1  Only records that continue what the archive holds are put there. Another store's archive is
///     never written, nor is one that holds what this store has lost: `Taken` or `Broken`. A store
///     of any timeline begins in an empty archive, and in one that shares its history: with a start
///     of its own and every record from the first one on.
///     Another process that writes the same timeline is noticed within seconds, and then neither of
///     the two ships any more (shell/archive/ownership.hpp).
/// H2  After a crash it goes on behind the last segment that is there; nothing is put twice.
/// H3  What could not be put is tried again after 1, 2, 4 ... 30 s, for ever; nothing is skipped.
///
/// Threads: one.

#include "shell/archive/ownership.hpp"

#include <functional>
#include <optional>
#include <string>
#include <utility>

namespace botcore::shell::archive {

struct ShippedState {
    model::Sequence archived = 0;  ///< The last record that is in the archive.
    model::Sequence head = 0;      ///< The store's last record when it was looked at.
    std::optional<base::Timestamp>
        late_since;              ///< When the oldest record that is missing was made.
    std::uint64_t segments = 0;  ///< Put since the start.
    std::uint64_t bytes = 0;     ///< As stored, since the start.
    std::uint64_t failures = 0;  ///< Since the start.
    bool accepted = false;       ///< The archive is this store's, and may be written.
    /// The archive holds records of this very timeline that the store does not have: acknowledged
    /// records are missing from the store. Empty: nothing says so.
    std::string behind;
    bool needs_snapshot = false;        ///< It had no snapshot of this timeline at the start.
    std::optional<ArchiveError> error;  ///< What stands in the way now.

    /// How long the oldest record waits that is not in the archive yet.
    [[nodiscard]] base::Duration lag(base::Timestamp now) const {
        return late_since ? now - *late_since : base::Duration();
    }
};

class Shipper {
public:
    /// Reader and archive outlive this.
    Shipper(ports::StoreReader& reader, Archive& archive, names::TimelineIdentity identity)
        : reader_(reader),
          archive_(archive),
          identity_(std::move(identity)),
          timeline_(identity_.number),
          ownership_(archive, timeline_) {}

    /// Puts what is new, a few segments at most, so that a caller can do other things between.
    /// True while more is waiting that can be put at once.
    bool step(base::Timestamp now);

    [[nodiscard]] const ShippedState& state() const { return state_; }

private:
    struct Pending {
        std::string name;
        std::string sealed;
        model::Head next;
    };

    [[nodiscard]] ArchiveOutcome ship(base::Timestamp now);
    [[nodiscard]] ArchiveResult<model::Head> learn(base::Timestamp now);
    [[nodiscard]] ArchiveResult<names::TimelineStart> start(base::Timestamp now);
    [[nodiscard]] ArchiveResult<bool> shares_history(const Timelines& timelines);
    [[nodiscard]] ArchiveResult<std::optional<model::Head>> oldest_record(Timeline timeline);
    [[nodiscard]] ArchiveResult<bool> has(const model::Head& record);
    [[nodiscard]] ArchiveResult<std::optional<names::SegmentName>> last_segment(
        model::Sequence head);
    [[nodiscard]] ArchiveResult<model::Head> known(const model::Head& archived);
    [[nodiscard]] ArchiveOutcome gather(const names::Segment& segment);
    void note_lag();
    void note_failure(ArchiveError error, base::Timestamp now);

    ports::StoreReader& reader_;
    Archive& archive_;
    names::TimelineIdentity identity_;
    Timeline timeline_;
    Ownership ownership_;
    std::optional<model::Head> archived_;
    std::optional<Pending> pending_;
    ShippedState state_;
    base::Timestamp next_try_;
    base::Duration wait_;
};

}  // namespace botcore::shell::archive
