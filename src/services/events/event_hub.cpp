#include "services/events/event_hub.hpp"

#include "base/check.hpp"
#include "protocol/journal.hpp"

#include <algorithm>
#include <utility>

namespace botcore::events {

namespace {

/// The number of records that are read and rendered for one subscriber between two turns of the
/// loop.
constexpr std::size_t kPageRecords = 32;

protocol::RequestError refusal(std::string_view code, std::string message, std::string_view field) {
    return {.code = code,
            .message = std::move(message),
            .field = std::string(field),
            .expected = {},
            .received = {}};
}

std::optional<StreamPosition> place_of(const protocol::Event& event) {
    if (event.sequence == 0) return std::nullopt;
    return StreamPosition{event.sequence, event.index};
}

}  // namespace

Subscriber::Subscriber(EventHub& hub, host::Caller caller, std::function<void()> on_ready)
    : hub_(hub),
      caller_(std::move(caller)),
      on_ready_(std::move(on_ready)) {
}

Subscriber::~Subscriber() {
    hub_.leave(*this);
}

Text Subscriber::take() {
    if (warning_) return std::exchange(warning_, nullptr);
    if (queue_.empty()) return nullptr;
    Waiting waiting = std::move(queue_.front());
    queue_.pop_front();
    bytes_ -= waiting.text->size();
    if (waiting.place) place_ = *waiting.place;
    if (hub_.can_replay(*this)) hub_.wake_();
    return std::move(waiting.text);
}

EventHub::EventHub(QueueLimits limits, Parts parts, model::Sequence head)
    : limits_(limits),
      parts_(std::move(parts)),
      head_(head) {
    CHECK(limits_.messages >= 4);
}

std::unique_ptr<Subscriber> EventHub::join(host::Caller caller, std::function<void()> on_ready) {
    // Not make_unique: only the hub may call the constructor.
    std::unique_ptr<Subscriber> made(new Subscriber(*this, std::move(caller), std::move(on_ready)));
    made->place_ = {head_, std::nullopt};
    subscribers_.push_back(made.get());
    return made;
}

void EventHub::leave(Subscriber& subscriber) {
    subscribers_.erase(std::find(subscribers_.begin(), subscribers_.end(), &subscriber));
}

bool EventHub::may_receive(const host::Caller& caller, const model::AccountId& account) const {
    if (caller.role == host::Role::Operator) return true;
    const auto owner = parts_.owner_of(account);
    return owner && *owner == caller.owner;
}

base::Outcome<protocol::RequestError> EventHub::subscribe(
    Subscriber& subscriber, const protocol::StreamSubscribe& subscription) {
    if (subscription.accounts) {
        for (const auto& account : *subscription.accounts) {
            if (parts_.owner_of(account) && may_receive(subscriber.caller_, account)) continue;
            return base::Failure{
                refusal("ACCOUNT_UNKNOWN", "you have no account with this name", "accounts")};
        }
    }
    if (subscription.since && subscriber.subscribed_) {
        return base::Failure{refusal("SINCE_NOT_FIRST",
                                     "only the first subscription of a connection can begin in the "
                                     "past; open a new connection",
                                     "since")};
    }
    // A start at the very beginning needs no timeline: the beginning is the same in all timelines.
    const bool in_the_past =
        subscription.since && (subscription.since->sequence > 0 || subscription.since->index);
    if (in_the_past || !subscription.timeline.empty()) {
        const auto change = runtime::archive::history_change(timeline_, subscription.timeline);
        if (change) {
            return base::Failure{
                refusal(runtime::archive::kHistoryChanged, change->text, "timeline")};
        }
    }
    if (subscription.since && subscription.since->sequence > head_) {
        return base::Failure{
            refusal("SINCE_AHEAD",
                    "the journal ends at " + std::to_string(head_) +
                        "; a position beyond it belongs to another journal: read the state again",
                    "since")};
    }
    subscriber.channels_ = {subscription.channels.begin(), subscription.channels.end()};
    subscriber.accounts_.reset();
    if (subscription.accounts)
        subscriber.accounts_.emplace(subscription.accounts->begin(), subscription.accounts->end());
    subscriber.symbols_.reset();
    if (subscription.symbols)
        subscriber.symbols_.emplace(subscription.symbols->begin(), subscription.symbols->end());
    if (subscription.since) {
        subscriber.place_ = *subscription.since;
        subscriber.live_ = false;
        subscriber.next_ = subscription.since->sequence + (subscription.since->index ? 0 : 1);
        if (subscription.since->index) subscriber.skip_ = subscription.since;
        wake_();
    }
    subscriber.subscribed_ = true;
    return base::Done{};
}

void EventHub::unsubscribe(Subscriber& subscriber,
                           const protocol::StreamUnsubscribe& subscription) {
    for (const auto channel : subscription.channels)
        subscriber.channels_.erase(channel);
    if (!subscriber.symbols_) return;
    for (const auto& symbol : subscription.symbols)
        subscriber.symbols_->erase(symbol);
}

bool EventHub::wants(const Subscriber& subscriber, const protocol::Event& event) const {
    if (!subscriber.channels_.contains(event.channel)) return false;
    if (subscriber.symbols_ && !event.symbol.empty() &&
        !subscriber.symbols_->contains(event.symbol)) {
        return false;
    }
    if (event.account.empty()) return true;
    if (subscriber.accounts_ && !subscriber.accounts_->contains(event.account)) return false;
    return may_receive(subscriber.caller_, event.account);  // W2
}

void EventHub::on_committed(const std::vector<model::Record>& records) {
    for (const model::Record& record : records) {
        CHECK(record.sequence > head_);
        if (record.sequence > head_ + 1) fall_behind();
        head_ = record.sequence;
        const bool has_receiver =
            std::any_of(subscribers_.begin(), subscribers_.end(), [](auto* one) {
                return one->live_ && one->subscribed_ && !one->too_slow_;
            });
        if (!has_receiver) continue;
        for (const protocol::Event& event : protocol::events_of(record)) {
            Text text;
            for (Subscriber* subscriber : subscribers_) {
                if (subscriber->live_) offer(*subscriber, event, text);
            }
        }
    }
}

/// Handles durable records that were not announced, since the outcome of their commit was not
/// known: every live subscriber gets these records and the following ones from the journal.
void EventHub::fall_behind() {
    for (Subscriber* subscriber : subscribers_) {
        if (!subscriber->live_ || !subscriber->subscribed_) continue;
        subscriber->live_ = false;
        subscriber->next_ = head_ + 1;
    }
    wake_();
}

void EventHub::on_refused(const model::InputBody& body, const model::Refusal& refusal) {
    if (subscribers_.empty()) return;
    if (const auto event = protocol::transient_refusal(body, refusal, parts_.now()))
        publish(*event);
}

void EventHub::publish(const protocol::Event& event) {
    Text text;
    for (Subscriber* subscriber : subscribers_) {
        const bool price = event.channel == protocol::Channel::Prices;
        if (price && half_full(*subscriber)) continue;  // The next price replaces it.
        offer(*subscriber, event, text);
    }
}

void EventHub::offer(Subscriber& subscriber, const protocol::Event& event, Text& text) {
    if (subscriber.too_slow_ || !wants(subscriber, event)) return;
    if (!text) text = std::make_shared<const std::string>(protocol::render(event));
    push(subscriber, text, place_of(event));
}

void EventHub::push(Subscriber& subscriber, Text text, std::optional<StreamPosition> place) {
    const bool full = subscriber.queue_.size() >= limits_.messages ||
                      subscriber.bytes_ + text->size() > limits_.bytes;
    if (full) {
        subscriber.too_slow_ = true;  // W3
        subscriber.queue_.clear();
        subscriber.bytes_ = 0;
        subscriber.on_ready_();
        return;
    }
    subscriber.bytes_ += text->size();
    subscriber.queue_.push_back({std::move(text), place});
    subscriber.on_ready_();
    const bool nearly = subscriber.queue_.size() * 4 >= limits_.messages * 3 ||
                        subscriber.bytes_ * 4 >= limits_.bytes * 3;
    if (nearly && !std::exchange(subscriber.warned_, true)) {
        boost::json::object fields;
        fields["code"] = "SLOW_READER";
        fields["message"] =
            "messages are waiting to be sent; read faster or the connection will be closed";
        fields["waiting"] = subscriber.queue_.size();
        subscriber.warning_ = std::make_shared<const std::string>(
            protocol::render_stream_reply("warning", "", std::move(fields), parts_.now()));
    }
}

void EventHub::push_answer(Subscriber& subscriber,
                           std::string_view type,
                           boost::json::object fields) {
    push(subscriber,
         std::make_shared<const std::string>(
             protocol::render_stream_reply(type, "", std::move(fields), parts_.now())),
         std::nullopt);
}

bool EventHub::half_full(const Subscriber& subscriber) const {
    return subscriber.queue_.size() * 2 >= limits_.messages ||
           subscriber.bytes_ * 2 >= limits_.bytes;
}

bool EventHub::can_replay(const Subscriber& subscriber) const {
    return !subscriber.live_ && !subscriber.too_slow_ && !subscriber.unreadable_ &&
           !half_full(subscriber);  // W4
}

bool EventHub::replay() {
    for (std::size_t tried = 0; tried < subscribers_.size(); ++tried) {
        turn_ = (turn_ + 1) % subscribers_.size();
        if (!can_replay(*subscribers_[turn_])) continue;
        if (!replay_page(*subscribers_[turn_])) return false;  // The store does not respond now.
        break;
    }
    return std::any_of(
        subscribers_.begin(), subscribers_.end(), [this](auto* one) { return can_replay(*one); });
}

/// Replays a page to the subscriber. Returns false when the store could not be read.
bool EventHub::replay_page(Subscriber& subscriber) {
    if (subscriber.next_ == 0) subscriber.next_ = 1;
    if (subscriber.next_ > head_) {
        subscriber.live_ = true;
        boost::json::object fields;
        fields["sequence"] = head_;
        fields["timeline"] = to_text(timeline_);
        push_answer(subscriber, "caught_up", std::move(fields));
        return true;
    }
    const auto page = parts_.reader.journal(subscriber.next_, kPageRecords);
    if (!page || page.value().empty()) return false;
    for (const ports::JournalEntry& entry : page.value()) {
        // Records beyond the head are not announced yet; their events come with the commit.
        if (entry.sequence > head_ || half_full(subscriber)) break;
        const auto record = protocol::decode_record(entry.bytes);
        if (entry.sequence != subscriber.next_ || !record) {
            subscriber.unreadable_ = true;
            subscriber.on_ready_();
            return true;
        }
        for (const protocol::Event& event : protocol::events_of(record.value())) {
            const bool had = subscriber.skip_ && subscriber.skip_->sequence == event.sequence &&
                             event.index <= *subscriber.skip_->index;
            Text text;
            if (!had) offer(subscriber, event, text);
        }
        ++subscriber.next_;
    }
    return true;
}

bool EventHub::wants_prices() const {
    return std::any_of(subscribers_.begin(), subscribers_.end(), [](const Subscriber* one) {
        return one->channels_.contains(protocol::Channel::Prices);
    });
}

}  // namespace botcore::events
