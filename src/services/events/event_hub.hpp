#pragma once

/// Delivers the event stream to subscribers: applies their filters, limits their queues, and takes
/// them from the journal to the live stream. It uses no sockets.
///
/// W1  A subscriber gets the numbered events of its filter in order, each once, without a gap, from
///     its start position on. Events up to the head come from the journal, later ones from commits.
///     A subscriber that is behind gets no events from commits; the hub reads those records from
///     the journal when the subscriber's turn comes.
/// W2  A subscriber gets no events of other owners' accounts; operators get all events.
/// W3  A queue never exceeds its limits. A subscriber that would exceed them is too slow: its queue
///     is dropped, and `place` says from which position it may resume. Other subscribers are not
///     affected.
/// W4  Replay waits for free space in the queue, so that it never makes a subscriber too slow.
/// W5  A position of another timeline is refused, since its sequence number may denote a different
///     record in this timeline.
///
/// Queues: each subscriber has one, limited by `QueueLimits`. What happens when it is full is said
/// in W3. While it is at least half full, the subscriber gets no prices.
///
/// Threads: the thread of the loop, between two steps of the runtime.

#include "host/caller.hpp"
#include "model/timeline.hpp"
#include "ports/store.hpp"
#include "protocol/events.hpp"
#include "protocol/stream_requests.hpp"
#include "runtime/archive/history.hpp"
#include "runtime/runtime.hpp"

#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace botcore::events {

struct QueueLimits {
    std::size_t messages = 1'000;
    std::size_t bytes = 4U << 20U;
};

/// A rendered message, shared by all subscribers that get it.
using Text = std::shared_ptr<const std::string>;

/// The position of a subscriber: the subscriber has taken all events up to this position.
using StreamPosition = protocol::StreamPosition;

class EventHub;

/// One subscriber. The hub creates it and outlives it; the subscriber's connection owns it.
class Subscriber {
public:
    ~Subscriber();
    Subscriber(const Subscriber&) = delete;
    Subscriber& operator=(const Subscriber&) = delete;

    /// Takes the next message, which then counts as delivered; null when there is no message now. A
    /// warning about a long queue comes before the queued messages, and is returned even after the
    /// queue was dropped.
    [[nodiscard]] Text take();

    /// Whether the subscriber read too slowly. It then gets no further messages (W3).
    [[nodiscard]] bool too_slow() const { return too_slow_; }

    /// Whether a record of the journal could not be read. The subscriber then gets no further
    /// messages.
    [[nodiscard]] bool unreadable() const { return unreadable_; }

    /// The position to resume from after the connection has ended.
    [[nodiscard]] StreamPosition place() const { return place_; }

    [[nodiscard]] std::size_t waiting() const { return queue_.size(); }

    /// Changes the role of the caller. The new role applies to events that are published or read
    /// from the journal from now on.
    void set_role(host::Role role) { caller_.role = role; }

private:
    friend class EventHub;

    struct Waiting {
        Text text;
        std::optional<StreamPosition> place;  ///< Empty if the message is not a numbered event.
    };

    Subscriber(EventHub& hub, host::Caller caller, std::function<void()> on_ready);

    EventHub& hub_;
    host::Caller caller_;
    std::function<void()> on_ready_;
    std::set<protocol::Channel> channels_;
    std::optional<std::set<model::AccountId>> accounts_;
    std::optional<std::set<model::Symbol>> symbols_;
    bool subscribed_ = false;
    bool live_ = true;
    /// The next record to read from the journal. Used only while the subscriber is not live.
    model::Sequence next_ = 0;
    /// The caller already has the events of this position's record up to this position.
    std::optional<StreamPosition> skip_;
    std::deque<Waiting> queue_;
    std::size_t bytes_ = 0;
    StreamPosition place_;
    bool warned_ = false;
    Text warning_;  ///< The warning that is not taken yet, or null.
    bool too_slow_ = false;
    bool unreadable_ = false;
};

class EventHub final : public runtime::CommitListener {
public:
    /// All parts outlive the hub.
    struct Parts {
        ports::StoreReader& reader;
        /// The owner of the account; empty when there is no account of that name.
        std::function<std::optional<model::Owner>(const model::AccountId&)> owner_of;
        std::function<model::Timestamp()> now;
    };

    /// `head` is the last durable record.
    EventHub(QueueLimits limits, Parts parts, model::Sequence head);

    /// Creates a subscriber. `on_ready` is called when there is a message to take, when the
    /// subscriber has become too slow, and when the journal cannot be read.
    [[nodiscard]] std::unique_ptr<Subscriber> join(host::Caller caller,
                                                   std::function<void()> on_ready);

    /// Replaces the whole subscription of the subscriber. It is refused if it names an account that
    /// is not the caller's (ACCOUNT_UNKNOWN), a position of another timeline (HISTORY_CHANGED), a
    /// position beyond the head (SINCE_AHEAD), or any position when it is not the first
    /// subscription of the connection (SINCE_NOT_FIRST).
    [[nodiscard]] base::Outcome<protocol::RequestError> subscribe(
        Subscriber& subscriber, const protocol::StreamSubscribe& subscription);
    void unsubscribe(Subscriber& subscriber, const protocol::StreamUnsubscribe& subscription);

    /// Publishes records that have become durable. If records are missing between the last
    /// published record and the first of these, the missing records are read from the journal.
    void on_committed(const std::vector<model::Record>& records) override;

    /// Called when a command was refused. If the reason is transient, publishes an event without a
    /// number.
    void on_refused(const model::InputBody& body, const model::Refusal& refusal) override;

    /// Publishes an event without a number to the subscribers whose filter matches it now.
    void publish(const protocol::Event& event);

    /// Replays a page of the journal to the next subscriber that is behind and has free space in
    /// its queue. Returns true while more can be replayed now.
    bool replay();

    /// Sets the function that is called when a subscriber is behind, so that `replay` is called
    /// soon. It must be set before the first subscriber joins and stay callable as long as the hub.
    void on_behind(std::function<void()> wake) { wake_ = std::move(wake); }

    [[nodiscard]] bool wants_prices() const;

    [[nodiscard]] model::Sequence head() const { return head_; }

    /// Sets the timeline of the journal; called before the first subscriber joins.
    void set_timeline(model::TimelineIdentity timeline) { timeline_ = std::move(timeline); }

    [[nodiscard]] const model::TimelineIdentity& timeline() const { return timeline_; }

    [[nodiscard]] std::size_t subscribers() const { return subscribers_.size(); }

private:
    friend class Subscriber;

    [[nodiscard]] bool wants(const Subscriber& subscriber, const protocol::Event& event) const;
    [[nodiscard]] bool may_receive(const host::Caller& caller,
                                   const model::AccountId& account) const;
    void offer(Subscriber& subscriber, const protocol::Event& event, Text& text);
    void push(Subscriber& subscriber, Text text, std::optional<StreamPosition> place);
    void push_answer(Subscriber& subscriber, std::string_view type, boost::json::object fields);
    [[nodiscard]] bool half_full(const Subscriber& subscriber) const;
    [[nodiscard]] bool can_replay(const Subscriber& subscriber) const;
    bool replay_page(Subscriber& subscriber);
    void leave(Subscriber& subscriber);
    void fall_behind();

    QueueLimits limits_;
    Parts parts_;
    std::function<void()> wake_ = [] {};
    model::Sequence head_;
    model::TimelineIdentity timeline_;
    std::vector<Subscriber*> subscribers_;
    std::size_t turn_ = 0;  ///< The index of the subscriber that was last considered for a page.
};

}  // namespace botcore::events
