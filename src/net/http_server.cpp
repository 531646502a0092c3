#include "net/http_server.hpp"

#include "net/http_listener.hpp"
#include "net/tls_context.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/http/write.hpp>

#include <algorithm>
#include <array>
#include <cerrno>

namespace botcore::net {

namespace asio = boost::asio;
using asio::ip::tcp;
using Error = boost::system::error_code;

namespace {

constexpr std::size_t kTurningAwayMax = 64;

/// One eighth of the places is reserved.
ConnectionTable::Limits limits_of(const HttpServerOptions& options) {
    return {.places = options.connections_max,
            .reserved = options.connections_max / 8,
            .per_address = options.connections_per_address};
}

}  // namespace

HttpServer::Listener::Listener(asio::io_context& context,
                               HttpServerOptions options,
                               HttpHandler& handler,
                               UpgradeHandler* upgrades)
    : context_(context),
      options_(std::move(options)),
      handler_(&handler),
      upgrades_(upgrades),
      acceptor_(context),
      cut_timer_(context),
      table_(limits_of(options_)) {
}

std::string HttpServer::Listener::read_options() {
    auto proxies = TrustedProxies::parse(options_.trusted_proxies);
    if (!proxies) return "http.trusted_proxies: " + proxies.error();
    proxies_ = std::move(proxies).value();
    auto hosts = HostNames::parse(options_.hosts);
    if (!hosts) return "http.hosts: " + hosts.error();
    hosts_ = std::move(hosts).value();
    return reload_tls();
}

std::string HttpServer::Listener::listen() {
    Error error;
    const auto address = asio::ip::make_address(options_.address, error);
    if (error) return "'" + options_.address + "' is not an address to listen on";
    if (auto trouble = read_options(); !trouble.empty()) return trouble;
    const tcp::endpoint endpoint(address, options_.port);
    acceptor_.open(endpoint.protocol(), error);
    if (!error) acceptor_.set_option(tcp::acceptor::reuse_address(true), error);
    if (!error) acceptor_.bind(endpoint, error);
    if (!error) acceptor_.listen(asio::socket_base::max_listen_connections, error);
    if (error) {
        return "cannot listen on " + options_.address + ":" + std::to_string(options_.port) + ": " +
               error.message();
    }
    acceptor_.non_blocking(true, error);
    port_ = acceptor_.local_endpoint(error).port();
    asio::co_spawn(context_, accept(shared_from_this()), asio::detached);
    return {};
}

std::string HttpServer::Listener::reload_tls() {
    if (!options_.tls) return {};
    auto fresh = make_tls_context(*options_.tls);
    if (!fresh) return fresh.error();
    tls_ = std::move(fresh).value();
    return {};
}

asio::awaitable<void> HttpServer::Listener::accept(std::shared_ptr<Listener> self) {
    while (self->acceptor_.is_open()) {
        Error error;
        // First waits for a pending connection: the system reports missing descriptors even when no
        // connection is pending, and in that case no other connection may be cut.
        co_await self->acceptor_.async_wait(tcp::acceptor::wait_read,
                                            asio::redirect_error(asio::use_awaitable, error));
        if (error == asio::error::operation_aborted || self->stopping_) co_return;
        tcp::socket socket = self->acceptor_.accept(self->context_, error);
        if (error == asio::error::would_block) continue;  // The client has already disconnected.
        const bool handled = self->survives([&] {
            if (error) return self->cannot_accept(error);
            self->admit(std::move(socket));
        });
        if (!error && handled) continue;
        if (!handled) {
            (void)self->survives([&] {
                self->warn(
                    "a connection could not be accepted, because its set-up failed; check whether "
                    "the machine is out of memory");
            });
        }
        // The pause avoids a busy loop.
        asio::steady_timer pause(self->context_, std::chrono::milliseconds(50));
        co_await pause.async_wait(asio::redirect_error(asio::use_awaitable, error));
    }
}

template <class Step>
bool HttpServer::Listener::survives(Step step) noexcept {
    try {
        step();
        return true;
    } catch (...) {  // The next connection may succeed, so the server continues to accept.
        return false;
    }
}

void HttpServer::Listener::warn(const std::string& text) {
    const auto now = std::chrono::steady_clock::now();
    if (!options_.warn || (warned_at_ && now - *warned_at_ < std::chrono::minutes(1))) return;
    warned_at_ = now;
    options_.warn(text);
}

/// Frees a descriptor and warns if the descriptors have run out.
void HttpServer::Listener::cannot_accept(const Error& error) {
    const bool of_process = error.value() == EMFILE;
    const bool of_system = error.value() == ENFILE;
    if (!of_process && !of_system) return;
    (void)table_.make_room();
    warn(of_process
             ? "no connection can be accepted: this process has no file descriptor left (EMFILE); "
               "raise its limit (LimitNOFILE of the unit, `ulimit -n`) and start it again"
             : "no connection can be accepted: this machine has no file descriptor left (ENFILE); "
               "raise fs.file-max, or find the process that holds them");
}

void HttpServer::Listener::admit(tcp::socket socket) {
    Error error;
    const auto endpoint = socket.remote_endpoint(error);
    const std::string remote = error ? std::string() : endpoint.address().to_string();
    const bool shared = is_loopback(remote) || proxies_.trusts(remote);
    auto* const place = table_.admit(
        limit_key(remote),
        shared ? ConnectionTable::Address::Unlimited : ConnectionTable::Address::Limited);
    if (place == nullptr) {
        // A TLS client could not read a plain-text explanation before the handshake.
        if (tls_ || refusing_ >= kTurningAwayMax) return;
        asio::co_spawn(
            context_, refuse_connection(shared_from_this(), std::move(socket)), asio::detached);
        return;
    }
    socket.set_option(tcp::no_delay(true), error);
    auto connection = std::make_shared<Connection>(
        shared_from_this(), ClientStream(std::move(socket), tls_), remote, *place);
    asio::co_spawn(context_, Connection::run(std::move(connection)), asio::detached);
}

asio::awaitable<void> HttpServer::Listener::refuse_connection(std::shared_ptr<Listener> self,
                                                              tcp::socket socket) {
    ++self->refusing_;
    const std::string request_id = self->request_ids_.next();
    HttpResponse response = refusal(self->options_.render_error, kTooMany, request_id);
    const BeastResponse message = to_message(
        response, {.request_id = request_id, .date = self->date_.text(), .keep_alive = false});
    // The socket's send buffer holds this much; a client that does not read it gets no explanation.
    Error ignored;
    socket.non_blocking(true, ignored);
    (void)boost::beast::http::write(socket, message, ignored);
    socket.shutdown(tcp::socket::shutdown_send, ignored);
    asio::steady_timer linger(self->context_, std::chrono::milliseconds(100));
    co_await linger.async_wait(asio::redirect_error(asio::use_awaitable, ignored));
    std::array<char, 16 * 1024> rest{};
    (void)socket.read_some(asio::buffer(rest), ignored);
    --self->refusing_;
    if (self->handler_ != nullptr) {
        self->handler_->on_finished(
            {"", "", "", request_id, response.error_code, "", response.status, {}});
    }
}

void HttpServer::Listener::closed(Connection* connection) {
    connections_.erase(connection);
    if (stopping_ && connections_.empty()) report_drained();
}

void HttpServer::Listener::cut_all() {
    for (Connection* connection : connections_)
        connection->cut();
}

void HttpServer::Listener::report_drained() {
    cut_timer_.cancel();
    if (auto drained = std::exchange(drained_, nullptr)) drained();
}

void HttpServer::Listener::stop(std::chrono::milliseconds within, std::function<void()> drained) {
    if (stopping_) return;
    stopping_ = true;
    drained_ = std::move(drained);
    Error ignored;
    acceptor_.close(ignored);
    for (Connection* connection : connections_) {
        if (connection->is_idle()) connection->cut();
    }
    if (connections_.empty()) return report_drained();
    cut_timer_.expires_after(within);
    cut_timer_.async_wait([self = shared_from_this()](const Error& error) {
        if (!error) self->cut_all();
    });
}

std::size_t HttpServer::Listener::requests_open() const {
    return static_cast<std::size_t>(
        std::count_if(connections_.begin(), connections_.end(), [](const Connection* c) {
            return !c->is_idle();
        }));
}

void HttpServer::Listener::abandon() {
    handler_ = nullptr;
    upgrades_ = nullptr;
    stopping_ = true;
    drained_ = nullptr;
    options_.knows_token = nullptr;
    options_.warn = nullptr;
    Error ignored;
    acceptor_.close(ignored);
    cut_timer_.cancel();
    cut_all();
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

void HttpServer::disable_keep_alive() {
    listener_->disable_keep_alive();
}

std::size_t HttpServer::requests_open() const {
    return listener_->requests_open();
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

}  // namespace botcore::net
