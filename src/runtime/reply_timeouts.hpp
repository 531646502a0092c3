#pragma once

/// Time limits for the exchange's replies: an exchange, or the connection to it, may never reply.
/// After `kSilenceMax` the missing reply becomes a fact of its own ("no answer"), so that an
/// order's state is queried without waiting for the next term; an unanswered query is sent again.
///
/// The exchange itself gives up after 10 s (spot documentation, -1007), so a real reply may take
/// that long; our limit is longer. No timer exists per order: once a second, while anything is
/// outstanding, the live orders are scanned.

#include "core/decision.hpp"

#include <map>
#include <optional>
#include <set>
#include <vector>

namespace botcore::runtime {

/// How long an exchange may take to reply before the reply counts as missing.
inline constexpr model::Duration kSilenceMax = model::Duration::seconds(12);

/// All times are on the monotonic scale: how long a reply has been missing does not depend on the
/// shown time.
class ReplyTimeouts {
public:
    /// An attempt to place or cancel the order was sent at `now` and expects a reply.
    void note_placed(const model::ClientOrderId& order,
                     std::uint32_t attempt,
                     model::Timestamp now);
    void note_cancelled(const model::ClientOrderId& order,
                        std::uint32_t attempt,
                        model::Timestamp now);
    /// A query about the order was sent at `now`.
    void note_queried(const model::ClientOrderId& order, model::Timestamp now);

    /// The overdue replies: "no answer" reports for placements and cancels, and queries to repeat.
    struct Due {
        std::vector<model::OrderReport> reports;
        std::vector<core::QueryOrder> queries;
    };

    [[nodiscard]] Due take_due(model::Timestamp now, const core::State& state);

    /// The time of the next scan; empty while nothing is outstanding.
    [[nodiscard]] std::optional<model::Timestamp> next() const { return next_; }

    /// Since when the oldest placement or cancel has been waiting for its reply; empty when none
    /// waits. The value is from the last scan, at most a second old.
    [[nodiscard]] std::optional<model::Timestamp> waiting_since() const;

    void clear();

private:
    struct Sent {
        std::uint32_t attempt = 0;
        model::Timestamp at;
    };

    using SentAttempts = std::map<model::ClientOrderId, Sent>;

    void note_sent(SentAttempts& sent, const model::ClientOrderId& order, Sent attempt);
    /// Has the attempt waited longer than `kSilenceMax`?
    [[nodiscard]] static bool is_overdue(SentAttempts& sent,
                                         const model::ClientOrderId& order,
                                         Sent attempt);
    void forget_others(const std::set<model::ClientOrderId>& live);
    /// Adds the order's overdue replies to `due`. True when the order still expects any reply.
    bool collect_due(const model::Order& order, model::Timestamp now, Due& due);

    std::optional<model::Timestamp> next_;
    std::map<model::ClientOrderId, model::Timestamp> asked_;
    SentAttempts placed_;
    SentAttempts cancelled_;
};

}  // namespace botcore::runtime
