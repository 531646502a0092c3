#include "services/events/websocket_connection.hpp"

#include "host/secret.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/websocket/rfc6455.hpp>
#include <boost/beast/websocket/stream.hpp>

#include <deque>
#include <optional>
#include <utility>

namespace botcore::events {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace json = boost::json;
using beast::websocket::close_code;
using Error = boost::system::error_code;

namespace {

constexpr std::string_view kBearer = "Bearer ";

std::string resume_text(const StreamPosition& place, const std::string& timeline) {
    std::string text = "read too slowly; resume with since=" + std::to_string(place.sequence);
    if (place.index) text += " since_index=" + std::to_string(*place.index);
    return text + " timeline=" + timeline;
}

class BeastConnection final : public WebSocketConnection,
                              public std::enable_shared_from_this<BeastConnection> {
public:
    BeastConnection(std::shared_ptr<WebsocketServer::State> state, net::Upgrade upgrade)
        : state_(std::move(state)),
          stream_(std::move(upgrade.stream)),
          message_(std::move(upgrade.message)),
          remote_(std::move(upgrade.request.remote)),
          wake_(stream_.get_executor()),
          deadline_(std::chrono::steady_clock::now() + options().handshake_within),
          last_frame_(std::chrono::steady_clock::now()) {
        wake_.expires_at(SteadyTime::max());
        std::string_view shown = upgrade.request.header("authorization");
        if (shown.starts_with(kBearer)) {
            shown.remove_prefix(kBearer.size());
            token_.emplace(std::string(shown));
        }
        state_->sessions.insert(this);
    }

    BeastConnection(const BeastConnection&) = delete;
    BeastConnection& operator=(const BeastConnection&) = delete;

    ~BeastConnection() override { state_->ended(this); }

    static asio::awaitable<void> run(std::shared_ptr<BeastConnection> self) {
        Error error;
        self->prepare();
        co_await self->stream_.async_accept(self->message_,
                                            asio::redirect_error(asio::use_awaitable, error));
        if (error || self->state_->gone) {
            if (error && !self->state_->gone && !self->over_) self->state_->count(Cut::Handshake);
            self->end();
            co_return;
        }
        self->welcome();
        asio::co_spawn(self->stream_.get_executor(), write_all(self), asio::detached);
        while (co_await self->read_one()) {
        }
        self->end();
    }

    void check(SteadyTime now) override;

    void close_for_shutdown() override {
        close(Cut::Shutdown, close_code::going_away, "the server is stopping; connect again");
    }

    void abandon() override { end(); }

private:
    enum class Phase : std::uint8_t { Handshake, Waiting, Listening, Closing };

    [[nodiscard]] const WebsocketOptions& options() const { return state_->options; }

    void prepare() {
        Error ignored;
        if (options().send_buffer_bytes > 0) {
            stream_.next_layer().socket().set_option(
                asio::socket_base::send_buffer_size(options().send_buffer_bytes), ignored);
        }
        stream_.read_message_max(protocol::kStreamMessageMax);
        stream_.auto_fragment(false);
        stream_.control_callback(
            [this](beast::websocket::frame_type kind, beast::string_view /*text*/) {
                note_frame();
                if (kind == beast::websocket::frame_type::ping) bound_rate();
            });
    }

    static asio::awaitable<void> write_all(std::shared_ptr<BeastConnection> self);
    asio::awaitable<bool> read_one();
    [[nodiscard]] Text next_text();
    void welcome();
    void handle(std::string_view text);
    void carry_out(const std::string& id, const protocol::StreamPing& ping);
    void carry_out(const std::string& id, const protocol::StreamAuthenticate& subscription);
    void carry_out(const std::string& id, const protocol::StreamSubscribe& subscription);
    void carry_out(const std::string& id, const protocol::StreamUnsubscribe& subscription);
    void authenticate(std::string_view id);

    void note_frame() { last_frame_ = std::chrono::steady_clock::now(); }

    void bound_rate();
    void ping(SteadyTime now);
    [[nodiscard]] bool keeps_rights(SteadyTime now);
    void answer(std::string_view type, std::string_view id, json::object fields);
    void refuse(std::string_view id, const protocol::RequestError& error);
    void refuse_history(std::string_view id, std::string_view named);

    [[nodiscard]] std::string timeline() const { return to_text(state_->parts.hub.timeline()); }

    void close(Cut cut, close_code code, std::string_view reason);
    void close_slow();
    void cut(Cut why);
    void end();

    std::shared_ptr<WebsocketServer::State> state_;
    beast::websocket::stream<net::ClientStream> stream_;
    net::BeastRequest message_;
    std::string remote_;
    asio::steady_timer wake_;  ///< Canceled when the writer has something to do.
    Phase phase_ = Phase::Handshake;
    SteadyTime deadline_;  ///< The deadline of the phase; not used in Listening.
    SteadyTime last_frame_;
    SteadyTime next_ping_;
    SteadyTime next_rights_;  ///< When the token's rights are read again.
    std::optional<SteadyTime> pinged_;
    bool ping_under_way_ = false;
    bool writing_ = false;           ///< A message is being written to the socket.
    std::deque<SteadyTime> recent_;  ///< Times of the client's messages within the last minute.
    std::optional<host::Secret> token_;
    std::optional<host::Caller> caller_;
    std::unique_ptr<Subscriber> subscriber_;
    std::deque<std::string> answers_;  ///< Few: the client's own messages are limited.
    std::optional<StreamPosition> place_before_write_;
    beast::websocket::close_reason close_reason_;
    bool over_ = false;
};

void BeastConnection::welcome() {
    phase_ = Phase::Waiting;
    deadline_ = std::chrono::steady_clock::now() + options().authenticate_within;
    note_frame();
    message_ = {};
    json::object fields;
    fields["heartbeat_ms"] = options().ping_every.count();
    fields["messages_per_minute"] = options().messages_per_minute_max;
    answer("welcome", "", std::move(fields));
    if (token_) authenticate("");
}

asio::awaitable<bool> BeastConnection::read_one() {
    beast::flat_buffer buffer;
    Error error;
    (void)co_await stream_.async_read(buffer, asio::redirect_error(asio::use_awaitable, error));
    if (error == beast::websocket::error::message_too_big && !state_->gone) {
        state_->count(Cut::Malformed);
    }
    if (error || over_ || state_->gone) co_return false;
    note_frame();
    if (phase_ == Phase::Closing) co_return true;
    ++state_->counters.received;
    bound_rate();
    if (phase_ == Phase::Closing) co_return true;
    if (!stream_.got_text()) {
        close(Cut::Malformed, close_code::unknown_data, "messages must be JSON texts");
        co_return true;
    }
    const auto bytes = buffer.cdata();
    handle({static_cast<const char*>(bytes.data()), bytes.size()});
    co_return true;
}

void BeastConnection::handle(std::string_view text) {
    auto request = protocol::parse_stream_request(text);
    if (!request) {
        if (request.error().code == "INVALID_JSON") {
            close(Cut::Malformed, close_code::bad_payload, request.error().message);
        } else {
            refuse("", request.error());
        }
        return;
    }
    const std::string& id = request.value().id;
    const auto& body = request.value().body;
    if (!caller_ && !std::holds_alternative<protocol::StreamAuthenticate>(body)) {
        answers_.push_back(protocol::render(
            protocol::StreamError{
                .id = id,
                .code = "UNAUTHORIZED",
                .message =
                    "the first message must be {\"type\":\"authenticate\",\"token\":\"...\"}, "
                    "unless the token is sent in the Authorization header",
                .recoverable = false},
            state_->parts.now()));
        close(Cut::Unauthenticated, close_code::policy_error, "not authenticated");
        return;
    }
    std::visit([&](const auto& subscription) { carry_out(id, subscription); }, body);
}

void BeastConnection::carry_out(const std::string& id, const protocol::StreamPing& /*ping*/) {
    json::object fields;
    fields["head"] = state_->parts.hub.head();
    fields["timeline"] = timeline();
    answer("pong", id, std::move(fields));
}

void BeastConnection::carry_out(const std::string& id,
                                const protocol::StreamAuthenticate& subscription) {
    if (caller_) {
        refuse(id,
               {.code = "ALREADY_AUTHENTICATED",
                .message =
                    "this connection is already authenticated; open another one for another caller",
                .field = {},
                .expected = {},
                .received = {}});
        return;
    }
    token_.emplace(subscription.token);
    authenticate(id);
}

/// Authenticates the caller of the token, or closes the connection.
void BeastConnection::authenticate(std::string_view id) {
    auto caller = state_->parts.authenticate(token_->reveal());
    if (!caller) {
        answers_.push_back(protocol::render(
            protocol::StreamError{.id = id,
                                  .code = "UNAUTHORIZED",
                                  .message = "this token is not valid; log in again",
                                  .recoverable = false},
            state_->parts.now()));
        close(Cut::Unauthenticated, close_code::policy_error, "the token is not valid");
        return;
    }
    if (state_->users[caller->owner] >= options().connections_per_user_max) {
        close(Cut::TooMany,
              close_code::policy_error,
              "too many connections of this user are open; close one first");
        return;
    }
    caller_ = std::move(caller);
    ++state_->users[caller_->owner];
    phase_ = Phase::Listening;
    const SteadyTime now = std::chrono::steady_clock::now();
    next_ping_ = now + options().ping_every;
    next_rights_ = now + options().rights_every;
    subscriber_ = state_->parts.hub.join(*caller_, [this] { wake_.cancel(); });
    json::object fields;
    fields["role"] = to_text(caller_->role);
    fields["head"] = state_->parts.hub.head();
    fields["timeline"] = timeline();
    answer("authenticated", id, std::move(fields));
}

void BeastConnection::carry_out(const std::string& id,
                                const protocol::StreamSubscribe& subscription) {
    if (!keeps_rights(std::chrono::steady_clock::now())) return;
    const auto done = state_->parts.hub.subscribe(*subscriber_, subscription);
    if (!done && done.error().code == runtime::archive::kHistoryChanged) {
        return refuse_history(id, subscription.timeline);
    }
    if (!done) return refuse(id, done.error());
    json::object fields;
    fields["head"] = state_->parts.hub.head();
    fields["timeline"] = timeline();
    json::array channels;
    for (const auto channel : subscription.channels)
        channels.emplace_back(to_text(channel));
    fields["channels"] = std::move(channels);
    answer("subscribed", id, std::move(fields));
}

void BeastConnection::carry_out(const std::string& id,
                                const protocol::StreamUnsubscribe& subscription) {
    state_->parts.hub.unsubscribe(*subscriber_, subscription);
    answer("unsubscribed", id, {});
}

void BeastConnection::answer(std::string_view type, std::string_view id, json::object fields) {
    answers_.push_back(
        protocol::render_stream_reply(type, id, std::move(fields), state_->parts.now()));
    wake_.cancel();
}

void BeastConnection::refuse(std::string_view id, const protocol::RequestError& error) {
    answers_.push_back(protocol::render(
        protocol::StreamError{
            .id = id, .code = error.code, .message = error.message, .recoverable = true},
        state_->parts.now()));
    wake_.cancel();
}

/// Refuses a subscription with the current timeline and the last record that it has in common with
/// the client's history.
void BeastConnection::refuse_history(std::string_view id, std::string_view named) {
    const auto change = runtime::archive::history_change(state_->parts.hub.timeline(), named);
    if (!change) return;
    answers_.push_back(
        protocol::render(protocol::StreamError{.id = id,
                                               .code = runtime::archive::kHistoryChanged,
                                               .message = change->text,
                                               .timeline = change->current,
                                               .common = change->common},
                         state_->parts.now()));
    wake_.cancel();
}

/// Limits the number of messages, including pings, that a client sends in a minute.
void BeastConnection::bound_rate() {
    const SteadyTime now = std::chrono::steady_clock::now();
    while (!recent_.empty() && now - recent_.front() > std::chrono::minutes(1))
        recent_.pop_front();
    if (recent_.size() >= options().messages_per_minute_max) {
        close(Cut::Flood, close_code::policy_error, "too many messages within a minute");
        return;
    }
    recent_.push_back(now);
}

Text BeastConnection::next_text() {
    place_before_write_.reset();
    if (!answers_.empty()) {
        Text text = std::make_shared<const std::string>(std::move(answers_.front()));
        answers_.pop_front();
        return text;
    }
    if (!subscriber_) return nullptr;
    const StreamPosition before = subscriber_->place();
    Text text = subscriber_->take();
    if (text) place_before_write_ = before;
    return text;
}

asio::awaitable<void> BeastConnection::write_all(std::shared_ptr<BeastConnection> self) {
    Error error;
    while (!self->over_ && !self->state_->gone) {
        if (self->subscriber_ && self->subscriber_->too_slow()) self->close_slow();
        if (self->subscriber_ && self->subscriber_->unreadable()) {
            self->close(Cut::Failure,
                        close_code::internal_error,
                        "the journal cannot be read from that position; read the state again");
        }
        const Text text = self->next_text();
        if (text) {
            self->stream_.text(true);
            self->writing_ = true;
            (void)co_await self->stream_.async_write(
                asio::buffer(*text), asio::redirect_error(asio::use_awaitable, error));
            self->writing_ = false;
            if (error || self->state_->gone) co_return;
            ++self->state_->counters.sent;
        } else if (self->phase_ == Phase::Closing) {
            co_await self->stream_.async_close(self->close_reason_,
                                               asio::redirect_error(asio::use_awaitable, error));
            co_return;
        } else {
            co_await self->wake_.async_wait(asio::redirect_error(asio::use_awaitable, error));
        }
    }
}

void BeastConnection::check(SteadyTime now) {
    if (over_) return;
    if (subscriber_ && subscriber_->too_slow()) close_slow();
    switch (phase_) {
        case Phase::Handshake:
            if (now >= deadline_) cut(Cut::Handshake);
            return;
        case Phase::Waiting:
            if (now >= deadline_) {
                close(Cut::Unauthenticated, close_code::policy_error, "no token was sent in time");
            }
            return;
        case Phase::Closing:
            if (now >= deadline_) end();
            return;
        case Phase::Listening:
            break;
    }
    if (now >= next_rights_ && !keeps_rights(now)) return;
    if (pinged_ && last_frame_ < *pinged_ && now - *pinged_ >= options().pong_within) {
        // If a message or a ping is still being written, the client does not read: it is a slow
        // reader.
        if ((ping_under_way_ || writing_) && subscriber_) return close_slow();
        cut(Cut::Heartbeat);  // S2
    } else if (now - last_frame_ >= options().idle_max) {
        close(Cut::Idle, close_code::normal, "no message was received for too long");
    } else if (now >= next_ping_) {
        ping(now);
    }
}

/// Reads the caller of the token again (S1). Returns false if the token is no longer valid or its
/// rights were lowered; then the connection is closed, and its queued messages are dropped. Raised
/// rights apply from now on.
bool BeastConnection::keeps_rights(SteadyTime now) {
    next_rights_ = now + options().rights_every;
    const auto present = state_->parts.authenticate(token_->reveal());
    if (!present) {
        close(Cut::Unauthenticated, close_code::policy_error, "the token is no longer valid");
        return false;
    }
    if (present->role < caller_->role || present->owner != caller_->owner) {
        close(Cut::RightsFell, close_code::policy_error, "your role was reduced; connect again");
        return false;
    }
    caller_->role = present->role;
    subscriber_->set_role(present->role);
    return true;
}

void BeastConnection::ping(SteadyTime now) {
    next_ping_ = now + options().ping_every;
    if (std::exchange(ping_under_way_, true)) return;
    pinged_ = now;
    answers_.push_back(
        protocol::render(protocol::heartbeat(state_->parts.hub.head(), state_->parts.now())));
    wake_.cancel();
    stream_.async_ping(
        {}, [self = shared_from_this()](const Error& /*error*/) { self->ping_under_way_ = false; });
}

void BeastConnection::close_slow() {
    // The message that is being written may not arrive completely.
    const StreamPosition place = place_before_write_.value_or(subscriber_->place());
    answers_.clear();
    // A dropped queue yields only the warning, if it was not taken yet.
    const Text warning = subscriber_->too_slow() ? subscriber_->take() : nullptr;
    if (warning) answers_.push_back(*warning);
    close(Cut::SlowReader, close_code::try_again_later, resume_text(place, timeline()));
    deadline_ = std::chrono::steady_clock::now() + options().slow_close_within;
}

void BeastConnection::close(Cut cut, close_code code, std::string_view reason) {
    if (over_ || phase_ == Phase::Closing) return;
    if (phase_ == Phase::Handshake) return this->cut(cut);
    state_->count(cut);
    phase_ = Phase::Closing;
    deadline_ = std::chrono::steady_clock::now() + options().close_within;
    close_reason_ = beast::websocket::close_reason(code, reason);
    subscriber_.reset();
    if (cut != Cut::Shutdown) {
        state_->parts.log.write(observability::Level::Info,
                                "event stream closed",
                                {{"cause", to_text(cut)},
                                 {"user_id", caller_ ? std::string_view(caller_->name) : ""},
                                 {"remote", remote_}});
    }
    wake_.cancel();
}

void BeastConnection::cut(Cut why) {
    state_->count(why);
    state_->parts.log.write(observability::Level::Info,
                            "event stream disconnected",
                            {{"cause", to_text(why)},
                             {"user_id", caller_ ? std::string_view(caller_->name) : ""},
                             {"remote", remote_}});
    end();
}

void BeastConnection::end() {
    if (std::exchange(over_, true)) return;
    subscriber_.reset();
    answers_.clear();
    if (caller_) {
        const auto user = state_->users.find(caller_->owner);
        if (--user->second == 0) state_->users.erase(user);
    }
    wake_.cancel();
    stream_.next_layer().cut();
}

}  // namespace

void start_connection(const std::shared_ptr<WebsocketServer::State>& state, net::Upgrade upgrade) {
    auto session = std::make_shared<BeastConnection>(state, std::move(upgrade));
    asio::co_spawn(state->parts.context, BeastConnection::run(std::move(session)), asio::detached);
}

}  // namespace botcore::events
