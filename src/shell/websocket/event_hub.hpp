#pragma once

/// Delivers the event stream to subscribers: filters, bounded queues, and the transition from the
/// journal to the live stream. Uses no sockets.
///
/// W1  A subscriber gets the numbered events of its filter in order, each once, without a gap, from
///     its start position on: those up to the head from the journal, later ones from commits. A
///     subscriber that is behind gets no events from commits; it reads those records from the
///     journal when its turn comes.
/// W2  A subscriber gets no events of accounts of other owners; operators get all events.
/// W3  A queue never exceeds its limits. A subscriber that would exceed them is too slow: its queue
///     is dropped, and `place` says from which position it may resume. Other subscribers are not
///     affected.
/// W4  Replay waits for free space in the queue, so that it never makes a subscriber too slow.
/// W5  A position of another timeline is refused, since its numbers denote different records here.
///
/// Queues: one per subscriber (`QueueLimits`; when full: W3; prices are skipped from half full on).
///
/// Threads: the thread of the loop, between two steps of the runtime.

#include "ports/store.hpp"
#include "protocol/events.hpp"
#include "protocol/stream_requests.hpp"
#include "runtime/archive/history.hpp"
#include "runtime/runtime.hpp"
#include "shell/auth/caller.hpp"

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

namespace botcore::shell::websocket {

struct QueueLimits {
    std::size_t messages = 1'000;
    std::size_t bytes = 4U << 20U;
};

/// A rendered message, shared by all subscribers that get it.
using Text = std::shared_ptr<const std::string>;

/// The position of a subscriber: it has taken all events up to this one.
using StreamPosition = protocol::StreamPosition;

class EventHub;

/// One subscriber. Owned by its connection; created by the hub, which outlives it.
class Subscriber {
public:
    ~Subscriber();
    Subscriber(const Subscriber&) = delete;
    Subscriber& operator=(const Subscriber&) = delete;

    /// Takes the next message, which then counts as delivered; nothing when there is none now. A
    /// warning about a long queue comes before the queued messages, and is delivered even after the
    /// queue was dropped.
    [[nodiscard]] Text take();

    /// The subscriber read too slowly and gets nothing more (W3).
    [[nodiscard]] bool too_slow() const { return too_slow_; }

    /// A record of the journal cannot be read; the subscriber gets nothing more.
    [[nodiscard]] bool unreadable() const { return unreadable_; }

    /// The position to resume from after the connection has ended.
    [[nodiscard]] StreamPosition place() const { return place_; }

    [[nodiscard]] std::size_t waiting() const { return queue_.size(); }

    /// Applies to events that are published or read from the journal from now on.
    void set_role(auth::Role role) { caller_.role = role; }

private:
    friend class EventHub;

    struct Waiting {
        Text text;
        std::optional<StreamPosition> place;  ///< Nothing: not a numbered event.
    };

    Subscriber(EventHub& hub, auth::Caller caller, std::function<void()> on_ready);

    EventHub& hub_;
    auth::Caller caller_;
    std::function<void()> on_ready_;
    std::set<protocol::Channel> channels_;
    std::optional<std::set<model::AccountId>> accounts_;
    std::optional<std::set<model::Symbol>> symbols_;
    bool subscribed_ = false;
    bool live_ = true;
    model::Sequence next_ = 0;  ///< The next record to read from the journal. Only when not live.
    std::optional<StreamPosition>
        skip_;  ///< The caller has the events of that record up to this one.
    std::deque<Waiting> queue_;
    std::size_t bytes_ = 0;
    StreamPosition place_;
    bool warned_ = false;
    Text warning_;  ///< Not taken yet.
    bool too_slow_ = false;
    bool unreadable_ = false;
};

class EventHub final : public runtime::CommitListener {
public:
    /// All of them outlive the hub.
    struct Parts {
        ports::StoreReader& reader;
        /// The owner of the account; nothing when there is no account of that name.
        std::function<std::optional<model::Owner>(const model::AccountId&)> owner_of;
        std::function<model::Timestamp()> now;
        /// A subscriber is behind: call `replay` soon.
        std::function<void()> wake;
    };

    /// `head` is the last durable record.
    EventHub(QueueLimits limits, Parts parts, model::Sequence head);

    /// `on_ready` is called when there is something to take, and when the subscriber became too
    /// slow or the journal unreadable.
    [[nodiscard]] std::unique_ptr<Subscriber> join(auth::Caller caller,
                                                   std::function<void()> on_ready);

    /// Replaces the whole subscription. Refused: an account that is not the caller's
    /// (ACCOUNT_UNKNOWN); a position of another timeline (HISTORY_CHANGED) or beyond the head
    /// (SINCE_AHEAD); a position in a second subscription of one connection (SINCE_NOT_FIRST).
    [[nodiscard]] base::Outcome<protocol::RequestError> subscribe(
        Subscriber& subscriber, const protocol::StreamSubscribe& subscription);
    void unsubscribe(Subscriber& subscriber, const protocol::StreamUnsubscribe& subscription);

    /// Publishes records that are durable now. If records are missing between the last published
    /// one and the first of these, the missing ones are read from the journal.
    void on_committed(const std::vector<model::Record>& records) override;

    /// A command was refused for a transient reason: publishes an event without a number.
    void on_refused(const model::InputBody& body, const model::Refusal& refusal) override;

    /// Publishes an event without a number to the subscribers whose filter matches it now.
    void publish(const protocol::Event& event);

    /// Replays a page of the journal to the next subscriber that is behind and has free space. True
    /// while more can be replayed now.
    bool replay();

    [[nodiscard]] bool wants_prices() const;

    [[nodiscard]] model::Sequence head() const { return head_; }

    /// Sets the timeline of the journal; called before the first subscriber joins.
    void set_timeline(runtime::archive::TimelineIdentity timeline) {
        timeline_ = std::move(timeline);
    }

    [[nodiscard]] const runtime::archive::TimelineIdentity& timeline() const { return timeline_; }

    [[nodiscard]] std::size_t subscribers() const { return subscribers_.size(); }

private:
    friend class Subscriber;

    [[nodiscard]] bool wants(const Subscriber& subscriber, const protocol::Event& event) const;
    [[nodiscard]] bool may_receive(const auth::Caller& caller,
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
    model::Sequence head_;
    runtime::archive::TimelineIdentity timeline_;
    std::vector<Subscriber*> subscribers_;
    std::size_t turn_ = 0;  ///< The subscriber that was last considered for a page.
};

}  // namespace botcore::shell::websocket
