#include "shell/http/http_server.hpp"

#include "base/check.hpp"
#include "shell/http/client_address.hpp"
#include "shell/http/http_wire.hpp"
#include "shell/http/server_refusals.hpp"
#include "shell/http/tls_gate.hpp"
#include "shell/http/upgrade.hpp"
#include "shell/log/redact.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>

#include <algorithm>
#include <array>
#include <set>

namespace botcore::shell::http {

namespace asio = boost::asio;
namespace beast = boost::beast;
using asio::ip::tcp;
using Error = boost::system::error_code;
using SteadyTime = std::chrono::steady_clock::time_point;

namespace {

using Parser = beast::http::request_parser<beast::http::string_body>;

}  // namespace

class HttpServer::Listener : public std::enable_shared_from_this<Listener> {
public:
    Listener(asio::io_context& context,
             HttpServerOptions options,
             HttpHandler& handler,
             UpgradeHandler* upgrades)
        : context_(context),
          options_(std::move(options)),
          handler_(&handler),
          upgrades_(upgrades),
          acceptor_(context),
          sweeper_(context) {}

    [[nodiscard]] std::string listen() {
        Error error;
        const auto address = asio::ip::make_address(options_.address, error);
        if (error) return "'" + options_.address + "' is no address to listen on";
        auto proxies = TrustedProxies::parse(options_.trusted_proxies);
        if (!proxies) return "http.trusted_proxies: " + proxies.error();
        proxies_ = std::move(proxies).value();
        if (const auto trouble = open_tls(); !trouble.empty()) return trouble;
        const tcp::endpoint endpoint(address, options_.port);
        acceptor_.open(endpoint.protocol(), error);
        if (!error) acceptor_.set_option(tcp::acceptor::reuse_address(true), error);
        if (!error) acceptor_.bind(endpoint, error);
        if (!error) acceptor_.listen(asio::socket_base::max_listen_connections, error);
        if (error) {
            return "cannot listen on " + options_.address + ":" + std::to_string(options_.port) +
                   ": " + error.message();
        }
        port_ = acceptor_.local_endpoint(error).port();
        asio::co_spawn(context_, accept(shared_from_this()), asio::detached);
        asio::co_spawn(context_, sweep(shared_from_this()), asio::detached);
        return {};
    }

    void stop(std::chrono::milliseconds within, std::function<void()> drained);
    void flush(std::function<void()> flushed);
    void abandon();

    void say_goodbye() { goodbye_ = true; }

    [[nodiscard]] std::string reload_tls() { return tls_ ? tls_->reload() : std::string(); }

    [[nodiscard]] std::uint16_t port() const { return port_; }

    [[nodiscard]] std::size_t connections() const { return connections_.size(); }

    [[nodiscard]] std::size_t requests_open() const;

private:
    class Connection;
    friend class Connection;

    static asio::awaitable<void> accept(std::shared_ptr<Listener> self);
    static asio::awaitable<void> sweep(std::shared_ptr<Listener> self);
    static asio::awaitable<void> turn_away(std::shared_ptr<Listener> self, tcp::socket socket);
    void closed(Connection* connection);
    void tell_drained();
    [[nodiscard]] std::string open_tls();
    void tls_changed();
    void admit(tcp::socket socket, const std::string& remote);

    asio::io_context& context_;
    HttpServerOptions options_;
    TrustedProxies proxies_;
    HttpHandler* handler_;  ///< `nullptr` once the server is gone.
    UpgradeHandler* upgrades_;
    tcp::acceptor acceptor_;
    asio::steady_timer sweeper_;
    std::set<Connection*> connections_;
    std::uint16_t port_ = 0;
    bool stopping_ = false;
    bool goodbye_ = false;
    SteadyTime cut_at_ = SteadyTime::max();
    std::function<void()> drained_;
    std::function<void()> flushed_;
    std::unique_ptr<TlsGate> tls_;
    RequestIds request_ids_;
    HttpDate date_;
};

/// One client. Owned by its coroutine; responses hold it weakly.
class HttpServer::Listener::Connection : public std::enable_shared_from_this<Connection> {
public:
    Connection(std::shared_ptr<Listener> listener, tcp::socket socket, std::string remote)
        : listener_(std::move(listener)),
          socket_(std::move(socket)),
          remote_(std::move(remote)),
          answered_(socket_.get_executor()),
          buffer_(listener_->options_.header_bytes_max + listener_->options_.body_bytes_max) {
        Error ignored;
        socket_.set_option(tcp::no_delay(true), ignored);
        answered_.expires_at(SteadyTime::max());
        listener_->connections_.insert(this);
    }

    Connection(const Connection&) = delete;
    Connection& operator=(const Connection&) = delete;

    ~Connection() { listener_->closed(this); }

    static asio::awaitable<void> run(std::shared_ptr<Connection> self) {
        while (co_await self->serve_one()) {
        }
        Error ignored;
        self->socket_.shutdown(tcp::socket::shutdown_send, ignored);
        // Bytes that were not read would make the system reset the connection and destroy the
        // answer on its way.
        if (self->must_drain_) co_await self->drain();
    }

    /// Acts on a deadline that has passed.
    void check_deadline(SteadyTime now) {
        if (now < deadline_) return;
        if (phase_ == Phase::Answering) {
            respond(serial_, refusal(kTooLate, request_id_));
        } else {
            cut();
        }
    }

    void cut() {
        Error ignored;
        socket_.close(ignored);
        answered_.cancel();
    }

    [[nodiscard]] bool is_idle() const { return phase_ == Phase::Idle; }

private:
    enum class Phase : std::uint8_t { Idle, Reading, Answering, Writing };

    void enter(Phase phase, std::chrono::milliseconds limit) {
        phase_ = phase;
        deadline_ = std::chrono::steady_clock::now() + limit;
    }

    /// False when the connection is over.
    asio::awaitable<bool> serve_one();
    asio::awaitable<Error> read(Parser& parser, HttpRequest& request);
    asio::awaitable<bool> fill();
    asio::awaitable<bool> write(const HttpResponse& response, bool keep_alive, bool head);
    asio::awaitable<void> drain();
    [[nodiscard]] bool build_request(Parser& parser, HttpRequest& request);
    [[nodiscard]] bool upgrade(Parser& parser, HttpRequest& request);
    void respond(std::uint64_t serial, HttpResponse response);
    asio::awaitable<void> await_answer();

    std::shared_ptr<Listener> listener_;
    tcp::socket socket_;
    std::string remote_;
    asio::steady_timer answered_;
    beast::flat_buffer buffer_;
    std::string out_;
    std::string request_id_;
    Phase phase_ = Phase::Idle;
    SteadyTime deadline_;
    std::uint64_t serial_ = 0;  ///< Of the request whose answer is waited for.
    std::optional<HttpResponse> response_;
    bool must_drain_ = false;
};

asio::awaitable<bool> HttpServer::Listener::Connection::fill() {
    Error error;
    const std::size_t room = std::min<std::size_t>(8 * 1024, buffer_.max_size() - buffer_.size());
    if (room == 0) co_return false;
    const std::size_t got = co_await socket_.async_read_some(
        buffer_.prepare(room), asio::redirect_error(asio::use_awaitable, error));
    buffer_.commit(got);
    co_return !error && got > 0;
}

/// Reads until the request is whole. The error is Beast's, or end_of_stream.
asio::awaitable<Error> HttpServer::Listener::Connection::read(Parser& parser,
                                                              HttpRequest& request) {
    const auto& options = listener_->options_;
    const bool first = serial_ == 0;
    enter(Phase::Idle,
          first ? std::min(options.first_request_within, options.idle_max) : options.idle_max);
    bool continued = false;
    bool has_head = false;
    parser.eager(false);  // Stops behind the head.
    while (true) {
        if (buffer_.size() > 0) {
            if (phase_ == Phase::Idle) enter(Phase::Reading, listener_->options_.read_within);
            Error error;
            buffer_.consume(parser.put(buffer_.data(), error));
            if (error && error != beast::http::error::need_more) co_return error;
            if (parser.is_header_done() && !std::exchange(has_head, true)) {
                take_head(parser.get(), {remote_, listener_->proxies_}, request);
                parser.eager(true);
                if (!parser.is_done() && buffer_.size() > 0) continue;
            }
            if (parser.is_done()) co_return Error{};
        }
        if (listener_->stopping_ && phase_ == Phase::Idle) {
            co_return beast::http::error::end_of_stream;
        }
        if (parser.is_header_done() && !continued && buffer_.size() == 0) {
            continued = true;
            if (asks_to_continue(parser.get())) {
                static constexpr std::string_view kContinue = "HTTP/1.1 100 Continue\r\n\r\n";
                Error error;
                (void)co_await asio::async_write(socket_,
                                                 asio::buffer(kContinue),
                                                 asio::redirect_error(asio::use_awaitable, error));
            }
        }
        if (!co_await fill()) co_return beast::http::error::end_of_stream;
    }
}

bool HttpServer::Listener::Connection::build_request(Parser& parser, HttpRequest& request) {
    auto& message = parser.get();
    request.method = std::string(message.method_string());
    request.target = std::string(message.target());
    const std::string_view id = request.header("x-request-id");
    // One that looks like a secret is not echoed and not logged.
    const bool usable = is_valid_request_id(id) && log::redact(id) == id;
    request.request_id = usable ? std::string(id) : listener_->request_ids_.next();
    request_id_ = request.request_id;
    request.body = std::move(message.body());
    Target target;
    if (!parse_target(request.target, target)) return false;
    request.segments = std::move(target.segments);
    request.query = std::move(target.query);
    return true;
}

asio::awaitable<bool> HttpServer::Listener::Connection::serve_one() {
    Parser parser;
    parser.header_limit(static_cast<std::uint32_t>(listener_->options_.header_bytes_max));
    parser.body_limit(listener_->options_.body_bytes_max);
    HttpRequest request;
    const Error error = co_await read(parser, request);
    if (error == beast::http::error::end_of_stream) co_return false;
    const SteadyTime began = std::chrono::steady_clock::now();
    ++serial_;
    response_.reset();
    bool keep_alive = false;
    if (error) {
        must_drain_ = true;
        request_id_ = listener_->request_ids_.next();
        response_ = refusal(error == beast::http::error::body_limit     ? kTooLarge
                            : error == beast::http::error::header_limit ? kHeadTooLarge
                                                                        : kMalformed,
                            request_id_);
    } else {
        keep_alive = parser.keep_alive();
        if (!build_request(parser, request)) {
            response_ = refusal(kBadTarget, request_id_);
        } else if (listener_->handler_ != nullptr && upgrade(parser, request)) {
            if (!response_) co_return false;  // The socket is somebody else's now.
        } else if (listener_->handler_ != nullptr) {
            enter(Phase::Answering, listener_->options_.answer_within);
            HttpRequest copy_for_log;
            copy_for_log.method = request.method;
            copy_for_log.target = request.target;
            copy_for_log.remote = request.remote;
            listener_->handler_->handle(
                std::move(request),
                [weak = weak_from_this(), serial = serial_](HttpResponse response) {
                    if (auto self = weak.lock()) self->respond(serial, std::move(response));
                });
            request = std::move(copy_for_log);
            co_await await_answer();
        }
    }
    if (!response_) co_return false;  // Cut while it waited.
    keep_alive = keep_alive && !listener_->stopping_ && !listener_->goodbye_;
    const bool sent = co_await write(*response_, keep_alive, request.method == "HEAD");
    if (listener_->handler_ != nullptr) {
        listener_->handler_->on_finished({request.method,
                                          request.target,
                                          request.remote.empty() ? remote_ : request.remote,
                                          request_id_,
                                          response_->error_code,
                                          response_->caller,
                                          response_->status,
                                          std::chrono::steady_clock::now() - began});
    }
    co_return sent&& keep_alive;
}

asio::awaitable<void> HttpServer::Listener::Connection::await_answer() {
    while (!response_ && socket_.is_open()) {
        Error ignored;
        co_await answered_.async_wait(asio::redirect_error(asio::use_awaitable, ignored));
    }
}

/// Was the request for the upgrade handler? It has the socket then, or `response_` says why not.
bool HttpServer::Listener::Connection::upgrade(Parser& parser, HttpRequest& request) {
    UpgradeHandler* const upgrades = listener_->upgrades_;
    if (upgrades == nullptr || !upgrades->claims(request)) return false;
    if (auto refused = upgrades->refuse(request, parser.get())) {
        response_ = *std::move(refused);
    } else if (buffer_.size() > 0) {
        response_ = refusal(kMalformed, request_id_);  // Nobody may speak before the answer.
    } else {
        upgrades->take({std::move(socket_), parser.release(), std::move(request)});
    }
    return true;
}

void HttpServer::Listener::Connection::respond(std::uint64_t serial, HttpResponse response) {
    if (serial != serial_ || response_) return;  // H1
    response_ = std::move(response);
    answered_.cancel();
}

asio::awaitable<bool> HttpServer::Listener::Connection::write(const HttpResponse& response,
                                                              bool keep_alive,
                                                              bool head) {
    enter(Phase::Writing, listener_->options_.read_within);
    out_.clear();
    append_response(out_,
                    response,
                    {.request_id = request_id_,
                     .date = listener_->date_.text(),
                     .keep_alive = keep_alive,
                     .head = head,
                     .secure = listener_->tls_ != nullptr});
    Error error;
    (void)co_await asio::async_write(
        socket_, asio::buffer(out_), asio::redirect_error(asio::use_awaitable, error));
    co_return !error;
}

/// Reads and forgets a bounded rest of what the client still sends.
asio::awaitable<void> HttpServer::Listener::Connection::drain() {
    enter(Phase::Writing, std::chrono::seconds(2));
    std::array<char, 16 * 1024> rest{};
    for (int i = 0; i < 64; ++i) {
        Error error;
        const std::size_t got = co_await socket_.async_read_some(
            asio::buffer(rest), asio::redirect_error(asio::use_awaitable, error));
        if (error || got == 0) co_return;
    }
}

asio::awaitable<void> HttpServer::Listener::accept(std::shared_ptr<Listener> self) {
    while (self->acceptor_.is_open()) {
        Error error;
        tcp::socket socket =
            co_await self->acceptor_.async_accept(asio::redirect_error(asio::use_awaitable, error));
        if (error == asio::error::operation_aborted || self->stopping_) co_return;
        if (error) {
            // Out of descriptors, for example: wait instead of spinning.
            asio::steady_timer pause(self->context_, std::chrono::milliseconds(50));
            co_await pause.async_wait(asio::redirect_error(asio::use_awaitable, error));
            continue;
        }
        // A connection in its handshake cannot be told why in plain words.
        if (self->tls_ && self->tls_->size() >= self->options_.connections_max) continue;
        if (self->connections_.size() >= self->options_.connections_max) {
            asio::co_spawn(self->context_, turn_away(self, std::move(socket)), asio::detached);
            continue;
        }
        const auto endpoint = socket.remote_endpoint(error);
        const std::string remote = error ? std::string() : endpoint.address().to_string();
        if (!self->tls_) {
            self->admit(std::move(socket), remote);
            continue;
        }
        self->tls_->take(std::move(socket),
                         [weak = self->weak_from_this(), remote](tcp::socket plain) {
                             const auto listener = weak.lock();
                             if (listener) listener->admit(std::move(plain), remote);
                         });
    }
}

void HttpServer::Listener::admit(tcp::socket socket, const std::string& remote) {
    if (stopping_) return;
    auto connection = std::make_shared<Connection>(shared_from_this(), std::move(socket), remote);
    asio::co_spawn(context_, Connection::run(std::move(connection)), asio::detached);
}

std::string HttpServer::Listener::open_tls() {
    if (!options_.tls) return {};
    auto gate = TlsGate::open(
        context_, *options_.tls, options_.tls_handshake_within, [this] { tls_changed(); });
    if (!gate) return gate.error();
    tls_ = std::move(gate).value();
    return {};
}

void HttpServer::Listener::tls_changed() {
    if (tls_->size() > 0) return;
    if (auto flushed = std::exchange(flushed_, nullptr)) flushed();
}

void HttpServer::Listener::flush(std::function<void()> flushed) {
    if (!tls_ || tls_->size() == 0) return flushed();
    flushed_ = std::move(flushed);
    tls_->stop();
}

asio::awaitable<void> HttpServer::Listener::turn_away(std::shared_ptr<Listener> self,
                                                      tcp::socket socket) {
    const std::string request_id = self->request_ids_.next();
    const HttpResponse response = refusal(kTooMany, request_id);
    std::string out;
    append_response(
        out,
        response,
        {.request_id = request_id, .date = self->date_.text(), .keep_alive = false, .head = false});
    // The socket's own buffer holds this much; whoever does not take it goes without.
    Error ignored;
    socket.non_blocking(true, ignored);
    (void)socket.write_some(asio::buffer(out), ignored);
    socket.shutdown(tcp::socket::shutdown_send, ignored);
    asio::steady_timer linger(self->context_, std::chrono::milliseconds(100));
    co_await linger.async_wait(asio::redirect_error(asio::use_awaitable, ignored));
    std::array<char, 16 * 1024> rest{};
    (void)socket.read_some(asio::buffer(rest), ignored);
    if (self->handler_ != nullptr) {
        self->handler_->on_finished(
            {"", "", "", request_id, response.error_code, "", response.status, {}});
    }
}

asio::awaitable<void> HttpServer::Listener::sweep(std::shared_ptr<Listener> self) {
    while (!self->stopping_ || !self->connections_.empty()) {
        Error ignored;
        self->sweeper_.expires_after(self->options_.sweep_every);
        co_await self->sweeper_.async_wait(asio::redirect_error(asio::use_awaitable, ignored));
        const SteadyTime now = std::chrono::steady_clock::now();
        self->date_.refresh();
        for (Connection* connection : self->connections_) {
            if (now >= self->cut_at_) {
                connection->cut();
            } else {
                connection->check_deadline(now);
            }
        }
    }
}

void HttpServer::Listener::closed(Connection* connection) {
    connections_.erase(connection);
    if (stopping_ && connections_.empty()) tell_drained();
}

void HttpServer::Listener::tell_drained() {
    sweeper_.cancel();
    if (auto drained = std::exchange(drained_, nullptr)) drained();
}

void HttpServer::Listener::stop(std::chrono::milliseconds within, std::function<void()> drained) {
    if (stopping_) return;
    stopping_ = true;
    drained_ = std::move(drained);
    cut_at_ = std::chrono::steady_clock::now() + within;
    Error ignored;
    acceptor_.close(ignored);
    for (Connection* connection : connections_) {
        if (connection->is_idle()) connection->cut();
    }
    sweeper_.cancel();
    if (connections_.empty()) tell_drained();
}

std::size_t HttpServer::Listener::requests_open() const {
    return static_cast<std::size_t>(
        std::count_if(connections_.begin(), connections_.end(), [](const Connection* c) {
            return !c->is_idle();
        }));
}

void HttpServer::Listener::abandon() {
    handler_ = nullptr;
    stopping_ = true;
    drained_ = nullptr;
    flushed_ = nullptr;
    tls_.reset();
    Error ignored;
    acceptor_.close(ignored);
    sweeper_.cancel();
    for (Connection* connection : connections_)
        connection->cut();
}

HttpServer::HttpServer(asio::io_context& context,
                       HttpServerOptions options,
                       HttpHandler& handler,
                       UpgradeHandler* upgrades)
    : listener_(std::make_shared<Listener>(context, std::move(options), handler, upgrades)) {
}

HttpServer::~HttpServer() {
    listener_->abandon();
}

std::string HttpServer::start() {
    return listener_->listen();
}

void HttpServer::stop(std::chrono::milliseconds within, std::function<void()> drained) {
    listener_->stop(within, std::move(drained));
}

void HttpServer::say_goodbye() {
    listener_->say_goodbye();
}

std::size_t HttpServer::requests_open() const {
    return listener_->requests_open();
}

void HttpServer::flush(std::function<void()> flushed) {
    listener_->flush(std::move(flushed));
}

std::string HttpServer::reload_tls() {
    return listener_->reload_tls();
}

std::uint16_t HttpServer::port() const {
    return listener_->port();
}

std::size_t HttpServer::connections() const {
    return listener_->connections();
}

}  // namespace botcore::shell::http
