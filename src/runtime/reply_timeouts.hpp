#pragma once

/// Watches for answers that never come: an exchange, or the way to it, may stay silent for ever.
/// After the silence is long enough it becomes a fact of its own ("no answer"), so that no order
/// waits for the next term to be asked about; and a question without an answer is asked again.
///
/// An exchange gives up by itself after 10 s (spot documentation, -1007), so that a real answer may
/// take that long; ours is the longer one. Nothing is kept per order sent: once a second, while
/// anything is outstanding, the live orders are looked through.

#include "core/decision.hpp"

#include <map>
#include <optional>
#include <set>
#include <vector>

namespace botcore::runtime {

/// How long an exchange may take to answer before it counts as silent.
inline constexpr model::Duration kSilenceMax = model::Duration::seconds(12);

/// All times are on the monotonic scale: how long an exchange was silent does not depend on what a
/// clock shows.
class ReplyTimeouts {
public:
    /// An attempt to place the order, or to cancel it, was sent at `now` and wants an answer.
    void note_placed(const model::ClientOrderId& order,
                     std::uint32_t attempt,
                     model::Timestamp now);
    void note_cancelled(const model::ClientOrderId& order,
                        std::uint32_t attempt,
                        model::Timestamp now);
    /// A question about the order was asked at `now`.
    void note_queried(const model::ClientOrderId& order, model::Timestamp now);

    /// What nobody answered although its time is over: reports of "no answer" for placements and
    /// cancels, and questions to ask again.
    struct Due {
        std::vector<model::OrderReport> reports;
        std::vector<core::QueryOrder> queries;
    };

    [[nodiscard]] Due take_due(model::Timestamp now, const core::State& state);

    /// When to look next; nothing while nothing is outstanding.
    [[nodiscard]] std::optional<model::Timestamp> next() const { return next_; }

    /// Since when the oldest placement or cancel has been waiting for its answer; nothing while
    /// none does. As of the last look, which is at most a second old.
    [[nodiscard]] std::optional<model::Timestamp> waiting_since() const;

    void clear();

private:
    struct Sent {
        std::uint32_t attempt = 0;
        model::Timestamp at;
    };

    using SentAttempts = std::map<model::ClientOrderId, Sent>;

    void note_sent(SentAttempts& sent, const model::ClientOrderId& order, Sent attempt);
    /// Has the attempt waited for longer than an exchange may take?
    [[nodiscard]] static bool is_overdue(SentAttempts& sent,
                                         const model::ClientOrderId& order,
                                         Sent attempt);
    void forget_others(const std::set<model::ClientOrderId>& live);
    /// True when the order wants an answer of any kind.
    bool judge(const model::Order& order, model::Timestamp now, Due& due);

    std::optional<model::Timestamp> next_;
    std::map<model::ClientOrderId, model::Timestamp> asked_;
    SentAttempts placed_;
    SentAttempts cancelled_;
};

}  // namespace botcore::runtime
