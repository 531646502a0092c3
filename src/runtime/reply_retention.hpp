#pragma once

/// How long replies are stored under their idempotency keys. A repeat of an older key receives a
/// link to its order; it is never carried out again, since key and hash are stored permanently.
///
/// Retention is measured on the journal's monotonic scale, so that a temporarily wrong clock
/// neither shortens nor extends it.
///
/// Threads: one at a time.

#include "ports/store.hpp"

namespace botcore::runtime {

/// The lower limit of the retention; a shorter configured value is not used.
inline constexpr base::Duration kReplyRetentionMin = base::Duration::seconds(24 * 3'600);

class ReplyRetention {
public:
    explicit ReplyRetention(base::Duration life) : life_(life) {}

    /// Updates `expired_until`, at most once a minute. Reads a number of records that grows with
    /// the logarithm of the journal's length. `now` is on the journal's monotonic scale. When a
    /// record cannot be read, the search is repeated after a second.
    void update(ports::StoreReader& reader, model::Sequence head, base::Timestamp now);

    /// A new term begins.
    void clear() { next_search_ = base::Timestamp(); }

    /// Replies that were stored with this record or an earlier one have expired; 0 when none has.
    [[nodiscard]] model::Sequence expired_until() const { return expired_until_; }

    [[nodiscard]] bool has_expired(const ports::KeyRow& key) const;

private:
    base::Duration life_;
    base::Timestamp next_search_;
    model::Sequence expired_until_ = 0;
};

}  // namespace botcore::runtime
