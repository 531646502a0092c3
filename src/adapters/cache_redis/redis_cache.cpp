#include "adapters/cache_redis/redis_cache.hpp"

#include "adapters/cache_redis/redis_reply.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/asio/connect.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/write.hpp>
#include <sodium.h>

#include <algorithm>
#include <array>
#include <deque>
#include <utility>

namespace botcore::cache_redis {

namespace asio = boost::asio;
using asio::ip::tcp;
using Error = boost::system::error_code;
using Clock = std::chrono::steady_clock;

namespace {

base::Duration duration_of(Clock::duration span) {
    return base::Duration::microseconds(
        std::chrono::duration_cast<std::chrono::microseconds>(span).count());
}

/// The first word of a server's error, for example "OOM". The rest of the error is not used, since
/// it may repeat what was sent, including the password (N5).
std::string code_of(std::string_view complaint) {
    constexpr std::size_t kCodeMax = 24;
    const auto end = std::find_if_not(complaint.begin(), complaint.end(), [](char c) {
        return (c >= 'A' && c <= 'Z') || c == '_';
    });
    const auto size = static_cast<std::size_t>(end - complaint.begin());
    return std::string(complaint.substr(0, std::min(size, kCodeMax)));
}

enum class CallKind : std::uint8_t { Greet, Probe, Get, Put, Erase };

struct PendingCall {
    CallKind kind = CallKind::Probe;
    Clock::time_point sent;
    ports::Cache::Found found;
};

}  // namespace

std::chrono::milliseconds reconnect_pause(const RedisOptions& options, std::uint32_t failures) {
    auto pause = options.pause_first;
    for (std::uint32_t i = 1; i < failures && pause < options.pause_max; ++i)
        pause *= 2;
    return std::min(pause, options.pause_max);
}

/// The connection and all pending calls; handlers keep it alive until the last one has run.
class RedisCache::Link : public std::enable_shared_from_this<Link> {
public:
    Link(asio::io_context& context, RedisOptions options, base::Random random)
        : options_(std::move(options)),
          random_(random),
          resolver_(context),
          socket_(context),
          phase_timer_(context),
          call_timer_(context) {}

    void connect();
    void close();
    void call(CallKind kind, std::string command, Found found);

    [[nodiscard]] bool is_ready() const { return state_ == State::Ready; }

    [[nodiscard]] std::string key_of(std::string_view key) const {
        return options_.prefix + std::string(key);
    }

    [[nodiscard]] ports::CacheStatus status() const;

    ports::CacheCounters counters;

private:
    enum class State : std::uint8_t { Pausing, Connecting, Greeting, Ready, Closed };

    void try_endpoints(const std::vector<tcp::endpoint>& endpoints);
    void greet();
    void greeted();
    void limit_phase(std::string_view what);
    void send(std::string command, PendingCall call);
    void write();
    void read();
    [[nodiscard]] bool take_replies();
    void answer(PendingCall call, RedisReply reply);
    void watch_calls();
    void fail(std::string message);
    void pause();

    RedisOptions options_;
    base::Random random_;
    tcp::resolver resolver_;
    tcp::socket socket_;
    asio::steady_timer phase_timer_;  // Times a pause, a connection attempt or a greeting.
    asio::steady_timer call_timer_;
    State state_ = State::Connecting;
    /// Handlers of an earlier connection have another number and do nothing.
    std::uint64_t generation_ = 0;
    std::uint32_t failures_ = 0;
    std::optional<RedisReplyReader> reader_;
    std::array<char, 16'384> input_{};
    std::string waiting_;  // Bytes for the next write.
    std::string sending_;
    bool call_timer_runs_ = false;
    std::deque<PendingCall> calls_;
    std::string trouble_ = "not connected yet";
    std::optional<base::Duration> latency_;
    std::optional<Clock::time_point> success_;
};

void RedisCache::Link::connect() {
    state_ = State::Connecting;
    ++generation_;
    limit_phase("no connection within the time limit");
    Error error;
    const auto address = asio::ip::make_address(options_.address.host, error);
    if (!error) return try_endpoints({tcp::endpoint(address, options_.address.port)});
    resolver_.async_resolve(options_.address.host,
                            std::to_string(options_.address.port),
                            [self = shared_from_this(), mine = generation_](
                                const Error& failure, const tcp::resolver::results_type& found) {
                                if (mine != self->generation_) return;
                                if (failure)
                                    return self->fail("the server's name cannot be resolved");
                                std::vector<tcp::endpoint> endpoints;
                                for (const auto& entry : found)
                                    endpoints.push_back(entry.endpoint());
                                self->try_endpoints(endpoints);
                            });
}

void RedisCache::Link::try_endpoints(const std::vector<tcp::endpoint>& endpoints) {
    asio::async_connect(socket_,
                        endpoints,
                        [self = shared_from_this(), mine = generation_](const Error& failure,
                                                                        const tcp::endpoint&) {
                            if (mine != self->generation_) return;
                            if (failure) return self->fail("cannot connect: " + failure.message());
                            self->greet();
                        });
}

void RedisCache::Link::greet() {
    state_ = State::Greeting;
    reader_.emplace();
    Error ignored;
    socket_.set_option(tcp::no_delay(true), ignored);
    limit_phase("connected, but the server did not complete the greeting within the time limit");
    const auto& address = options_.address;
    const auto greeting = [](Found found) {
        return PendingCall{CallKind::Greet, Clock::now(), std::move(found)};
    };
    if (!address.password.reveal().empty()) {
        send(redis_command({"AUTH", address.password.reveal()}), greeting({}));
    }
    send(redis_command({"SELECT", std::to_string(address.database)}), greeting({}));
    send(redis_command({"PING"}), greeting([this](auto) { greeted(); }));
    read();
}

void RedisCache::Link::greeted() {
    phase_timer_.cancel();
    state_ = State::Ready;
    trouble_.clear();
    if (failures_ > 0) ++counters.reconnects;
    failures_ = 0;
}

void RedisCache::Link::limit_phase(std::string_view what) {
    phase_timer_.expires_after(options_.connect_within);
    phase_timer_.async_wait(
        [self = shared_from_this(), mine = generation_, was = state_, what](const Error& error) {
            if (error || mine != self->generation_ || self->state_ != was) return;
            ++self->counters.timeouts;
            self->fail(std::string(what));
        });
}

void RedisCache::Link::close() {
    state_ = State::Closed;
    ++generation_;
    calls_.clear();
    resolver_.cancel();
    phase_timer_.cancel();
    call_timer_.cancel();
    Error ignored;
    socket_.close(ignored);
}

void RedisCache::Link::call(CallKind kind, std::string command, Found found) {
    const bool room = calls_.size() < options_.calls_max &&
                      waiting_.size() + sending_.size() + command.size() <= options_.bytes_max;
    if (state_ != State::Ready || !room) {  // N1, N3
        ++counters.errors;
        if (found) found(std::nullopt);
        return;
    }
    send(std::move(command), {kind, Clock::now(), std::move(found)});
}

void RedisCache::Link::send(std::string command, PendingCall call) {
    waiting_ += command;
    // The greeting may hold the password (N5).
    if (call.kind == CallKind::Greet) sodium_memzero(command.data(), command.size());
    calls_.push_back(std::move(call));
    if (sending_.empty()) write();
    if (state_ == State::Ready && !call_timer_runs_) watch_calls();
}

void RedisCache::Link::write() {
    if (waiting_.empty()) return;
    sending_.swap(waiting_);
    asio::async_write(
        socket_,
        asio::buffer(sending_),
        [self = shared_from_this(), mine = generation_](const Error& error, std::size_t) {
            if (mine != self->generation_) return;
            if (error) return self->fail("the connection broke: " + error.message());
            if (self->state_ == State::Greeting) {
                sodium_memzero(self->sending_.data(), self->sending_.size());
            }
            self->sending_.clear();
            self->write();
        });
}

void RedisCache::Link::read() {
    socket_.async_read_some(
        asio::buffer(input_),
        [self = shared_from_this(), mine = generation_](const Error& error, std::size_t size) {
            if (mine != self->generation_) return;
            if (error == asio::error::eof) return self->fail("the server closed the connection");
            if (error) return self->fail("the connection broke: " + error.message());
            self->reader_->feed({self->input_.data(), size});
            if (self->take_replies()) self->read();
        });
}

/// Delivers the complete replies. False if that has closed the connection.
bool RedisCache::Link::take_replies() {
    const auto mine = generation_;
    while (mine == generation_) {
        auto reply = reader_->next();
        if (!reply) {
            fail("the server's reply cannot be parsed");
            return false;
        }
        if (!reply.value()) return true;
        if (calls_.empty()) {
            fail("the server sent an unexpected reply");
            return false;
        }
        PendingCall call = std::move(calls_.front());
        calls_.pop_front();
        answer(std::move(call), *std::move(reply).value());
    }
    return false;
}

void RedisCache::Link::answer(PendingCall call, RedisReply reply) {
    using Kind = RedisReply::Kind;
    if (reply.kind == Kind::Error) {
        if (call.kind == CallKind::Greet)
            return fail("the server refused the connection: " + code_of(reply.text));
        ++counters.errors;
        trouble_ = "the server refused a command: " + code_of(reply.text);
        if (call.found) call.found(std::nullopt);
        return;
    }
    const bool is_text = reply.kind == Kind::Text || reply.kind == Kind::Nothing;
    const bool fits = call.kind == CallKind::Get     ? is_text
                      : call.kind == CallKind::Erase ? reply.kind == Kind::Integer
                                                     : reply.kind == Kind::Status;
    if (!fits) {
        calls_.push_front(std::move(call));  // Fails together with the others.
        return fail("the server's reply does not match the command");
    }
    latency_ = duration_of(Clock::now() - call.sent);
    success_ = Clock::now();
    if (call.kind == CallKind::Put) trouble_.clear();
    if (call.kind == CallKind::Get) {
        ++(reply.kind == Kind::Text ? counters.hits : counters.misses);
    }
    if (!call.found) return;
    if (reply.kind == Kind::Text) return call.found(std::move(reply.text));
    call.found(std::nullopt);
}

/// Checks the oldest call when its time limit is over; the others are younger (N2).
void RedisCache::Link::watch_calls() {
    if (calls_.empty()) {
        call_timer_runs_ = false;
        return;
    }
    call_timer_runs_ = true;
    call_timer_.expires_at(calls_.front().sent + options_.answer_within);
    call_timer_.async_wait([self = shared_from_this(), mine = generation_](const Error& error) {
        if (error || mine != self->generation_) return;
        const bool late = !self->calls_.empty() && self->state_ == State::Ready &&
                          self->calls_.front().sent + self->options_.answer_within <= Clock::now();
        if (late) {
            ++self->counters.timeouts;
            return self->fail("no response within the time limit");
        }
        self->watch_calls();
    });
}

void RedisCache::Link::fail(std::string message) {
    ++generation_;
    ++failures_;
    if (state_ != State::Ready) ++counters.reconnects_failed;
    state_ = State::Pausing;
    trouble_ = std::move(message);
    Error ignored;
    resolver_.cancel();
    call_timer_.cancel();
    call_timer_runs_ = false;
    socket_.close(ignored);
    sodium_memzero(waiting_.data(), waiting_.size());
    waiting_.clear();
    sending_.clear();  // The write ended when the socket closed.
    pause();
    for (auto& call : std::exchange(calls_, {})) {
        if (call.kind == CallKind::Greet) continue;
        ++counters.errors;
        if (call.found) call.found(std::nullopt);
    }
}

void RedisCache::Link::pause() {
    const auto plain = reconnect_pause(options_, failures_);
    const auto jitter = random_.between(-20, 20);
    phase_timer_.expires_after(plain + plain * jitter / 100);  // N4
    phase_timer_.async_wait([self = shared_from_this(), mine = generation_](const Error& error) {
        if (!error && mine == self->generation_) self->connect();
    });
}

ports::CacheStatus RedisCache::Link::status() const {
    ports::CacheStatus status;
    status.connected = state_ == State::Ready;
    status.latency = latency_;
    if (success_) status.success_age = duration_of(Clock::now() - *success_);
    status.message = trouble_;
    return status;
}

RedisCache::RedisCache(asio::io_context& context, RedisOptions options, base::Random random)
    : link_(std::make_shared<Link>(context, std::move(options), random)) {
    link_->connect();
}

RedisCache::~RedisCache() {
    link_->close();
}

void RedisCache::get(std::string_view key, Found found) {
    link_->call(CallKind::Get, redis_command({"GET", link_->key_of(key)}), std::move(found));
}

void RedisCache::put(std::string_view key, std::string_view value, base::Duration life) {
    const bool fits =
        key.size() <= ports::kCacheKeyBytesMax && value.size() <= ports::kCacheValueBytesMax;
    const auto milliseconds = life.in_milliseconds();
    if (!fits || milliseconds <= 0 || !link_->is_ready()) {
        ++link_->counters.errors;
        return;
    }
    ++link_->counters.puts;
    link_->call(
        CallKind::Put,
        redis_command({"SET", link_->key_of(key), value, "PX", std::to_string(milliseconds)}),
        {});
}

void RedisCache::erase(std::string_view key) {
    link_->call(CallKind::Erase, redis_command({"DEL", link_->key_of(key)}), {});
}

void RedisCache::probe() {
    if (link_->is_ready()) link_->call(CallKind::Probe, redis_command({"PING"}), {});
}

ports::CacheStatus RedisCache::status() const {
    return link_->status();
}

const ports::CacheCounters& RedisCache::counters() const {
    return link_->counters;
}

}  // namespace botcore::cache_redis
