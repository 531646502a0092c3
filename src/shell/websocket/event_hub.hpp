#pragma once

/// Who hears what of the event stream: filters, bounded queues, and the way from the journal into
/// the live stream. Knows no sockets.
///
/// W1  A subscriber gets the numbered events of its filter in order, each once, without a gap, from
///     its starting place on: those up to the head from the journal, later ones from commits. One
///     that is behind hears of no commit; it reads it from the journal when its turn comes.
/// W2  Nobody hears of an account that is not theirs; operators hear of all.
/// W3  A queue never outgrows its limits. A subscriber that would exceed them is TooSlow: its queue
///     is dropped, and `place` says from where it may go on. Nobody else notices.
/// W4  Replaying waits for room in the queue, so that it never makes anybody too slow.
/// W5  A place of another timeline is refused: its numbers mean other records here.
///
/// Queues: one a subscriber (`QueueLimits`; full: W3; prices are left out from half full on).
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

/// A rendered message; one for all who get it.
using Text = std::shared_ptr<const std::string>;

/// Where a subscriber is: all events up to this one were handed over.
using Place = protocol::StreamPlace;

class EventHub;

/// One listener. Owned by its connection, made by the hub, which outlives it.
class Subscriber {
public:
    ~Subscriber();
    Subscriber(const Subscriber&) = delete;
    Subscriber& operator=(const Subscriber&) = delete;

    /// The next message, which then counts as handed over; nothing when there is none now. A
    /// warning that much waits comes before what waits, and also once it is too late.
    [[nodiscard]] Text take();

    /// The subscriber read too slowly and gets nothing more (W3).
    [[nodiscard]] bool too_slow() const { return too_slow_; }

    /// What the journal holds cannot be read; the subscriber gets nothing more.
    [[nodiscard]] bool unreadable() const { return unreadable_; }

    /// Where to go on after the connection has ended.
    [[nodiscard]] Place place() const { return place_; }

    [[nodiscard]] std::size_t waiting() const { return queue_.size(); }

    /// Holds for events that are published or read from the journal from now on.
    void set_role(auth::Role role) { caller_.role = role; }

private:
    friend class EventHub;

    struct Waiting {
        Text text;
        std::optional<Place> place;  ///< Nothing: not a numbered event.
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
    model::Sequence next_ = 0;   ///< The first record that it has not had. Only when not live.
    std::optional<Place> skip_;  ///< Events of a record that the caller has already.
    std::deque<Waiting> queue_;
    std::size_t bytes_ = 0;
    Place place_;
    bool warned_ = false;
    Text warning_;  ///< Not handed over yet.
    bool too_slow_ = false;
    bool unreadable_ = false;
};

class EventHub final : public runtime::CommitListener {
public:
    /// Everything outlives the hub.
    struct Parts {
        ports::StoreReader& reader;
        /// Whose account it is; nothing when there is none of that name.
        std::function<std::optional<model::Owner>(const model::AccountId&)> owner_of;
        std::function<model::Timestamp()> now;
        /// Somebody is behind: call `replay` soon.
        std::function<void()> wake;
    };

    /// `head` is the last record that is durable now.
    EventHub(QueueLimits limits, Parts parts, model::Sequence head);

    /// `on_ready` is called when there is something to take, or to look at (`too_slow`).
    [[nodiscard]] std::unique_ptr<Subscriber> join(auth::Caller caller,
                                                   std::function<void()> on_ready);

    /// The whole subscription anew. Refused: an account that is not the caller's (ACCOUNT_UNKNOWN);
    /// a place of another timeline (HISTORY_CHANGED) or beyond the head (SINCE_AHEAD); a place in a
    /// second subscription of one connection (SINCE_NOT_FIRST).
    [[nodiscard]] base::Outcome<protocol::RequestError> subscribe(
        Subscriber& subscriber, const protocol::StreamSubscribe& wish);
    void unsubscribe(Subscriber& subscriber, const protocol::StreamUnsubscribe& wish);

    /// These records are durable. Where they do not follow the head, the journal has the rest.
    void on_committed(const std::vector<model::Record>& records) override;

    /// A command was turned away for the moment: an event without a number.
    void on_refused(const model::InputBody& body, const model::Refusal& refusal) override;

    /// An event of the moment, for those whom it concerns now.
    void publish(const protocol::Event& event);

    /// Replays a page of the journal to the next subscriber that is behind and has room. True while
    /// there is more to do now.
    bool replay();

    [[nodiscard]] bool wants_prices() const;

    [[nodiscard]] model::Sequence head() const { return head_; }

    /// The timeline that the journal is on; called before the first subscriber joins.
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
    void push(Subscriber& subscriber, Text text, std::optional<Place> place);
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
    std::size_t turn_ = 0;  ///< Whose page comes next.
};

}  // namespace botcore::shell::websocket
