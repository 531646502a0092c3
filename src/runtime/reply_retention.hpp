#pragma once

/// How long replies are kept under their idempotency keys. A repeat of an older key is told where
/// its order is; it is never carried out again, since key and hash stay for ever.
///
/// Lives are measured on the monotonic scale of the journal: a clock that was wrong for a while
/// neither ends nor prolongs any.
///
/// Threads: one at a time.

#include "ports/store.hpp"

namespace botcore::runtime {

/// No reply goes earlier, whatever is configured.
inline constexpr base::Duration kReplyRetentionMin = base::Duration::seconds(24 * 3'600);

class ReplyRetention {
public:
    explicit ReplyRetention(base::Duration life) : life_(life) {}

    /// Brings `expired_until` up to date, at most once a minute. Reads a number of records that
    /// grows with the logarithm of the journal's length. Both times are on the journal's monotonic
    /// scale. Where a record cannot be read now it is tried again after a second.
    void update(ports::StoreReader& reader, model::Sequence head, base::Timestamp now);

    /// A new term begins.
    void clear() { next_search_ = base::Timestamp(); }

    /// Replies stored with this record or earlier ones have gone; 0: none.
    [[nodiscard]] model::Sequence expired_until() const { return expired_until_; }

    [[nodiscard]] bool has_expired(const ports::KeyRow& key) const;

private:
    base::Duration life_;
    base::Timestamp next_search_;
    model::Sequence expired_until_ = 0;
};

}  // namespace botcore::runtime
