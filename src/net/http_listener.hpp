#pragma once

/// The parts of the HTTP server that use sockets. This header slows compilation down, so only the
/// server's own files include it.

#include "net/client_address.hpp"
#include "net/client_stream.hpp"
#include "net/connection_table.hpp"
#include "net/http_server.hpp"
#include "net/http_wire.hpp"
#include "net/request_rules.hpp"
#include "net/server_errors.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <string>

namespace botcore::net {

class HttpServer::Listener : public std::enable_shared_from_this<Listener> {
public:
    using Error = boost::system::error_code;
    using Socket = boost::asio::ip::tcp::socket;
    using SteadyTime = std::chrono::steady_clock::time_point;

    Listener(boost::asio::io_context& context,
             HttpServerOptions options,
             HttpHandler& handler,
             UpgradeHandler* upgrades);

    [[nodiscard]] std::string listen();
    void stop(std::chrono::milliseconds within, std::function<void()> drained);
    void abandon();

    void disable_keep_alive() { keep_alive_disabled_ = true; }

    [[nodiscard]] std::string reload_tls();

    [[nodiscard]] std::uint16_t port() const { return port_; }

    [[nodiscard]] std::size_t connections() const { return connections_.size(); }

    [[nodiscard]] std::size_t requests_open() const;

private:
    class Connection;
    friend class Connection;

    static boost::asio::awaitable<void> accept(std::shared_ptr<Listener> self);
    static boost::asio::awaitable<void> refuse_connection(std::shared_ptr<Listener> self,
                                                          Socket socket);
    [[nodiscard]] std::string read_options();
    /// Runs one step of accepting connections. Returns false if it threw, for example because
    /// memory was missing: then this connection is dropped, and the next one can be accepted.
    template <class Step>
    [[nodiscard]] bool survives(Step step) noexcept;
    void admit(Socket socket);
    void cannot_accept(const Error& error);
    /// Passes a warning on, at most once a minute.
    void warn(const std::string& text);
    void closed(Connection* connection);
    void cut_all();
    void report_drained();

    boost::asio::io_context& context_;
    HttpServerOptions options_;
    TrustedProxies proxies_;
    HostNames hosts_;
    HttpHandler* handler_;  ///< `nullptr` once the server is destroyed.
    UpgradeHandler* upgrades_;
    boost::asio::ip::tcp::acceptor acceptor_;
    boost::asio::steady_timer cut_timer_;
    ConnectionTable table_;
    std::set<Connection*> connections_;
    std::size_t refusing_ = 0;
    std::optional<SteadyTime> warned_at_;
    std::uint16_t port_ = 0;
    bool stopping_ = false;
    bool keep_alive_disabled_ = false;
    std::function<void()> drained_;
    ClientStream::TlsContext tls_;
    RequestIds request_ids_;
    HttpDate date_;
};

/// One client's connection. Its coroutine owns it; response callbacks hold weak pointers to it.
class HttpServer::Listener::Connection : public std::enable_shared_from_this<Connection> {
public:
    Connection(std::shared_ptr<Listener> listener,
               ClientStream stream,
               std::string remote,
               ConnectionTable::Place& place);
    Connection(const Connection&) = delete;
    Connection& operator=(const Connection&) = delete;
    ~Connection();

    static boost::asio::awaitable<void> run(std::shared_ptr<Connection> self);

    void cut();

    /// Whether cutting the connection now loses no request.
    [[nodiscard]] bool is_idle() const { return phase_ <= Phase::Idle; }

private:
    using Parser = boost::beast::http::request_parser<boost::beast::http::string_body>;

    enum class Phase : std::uint8_t { Handshake, Idle, Reading, Responding, Writing };

    void enter(Phase phase, std::chrono::milliseconds limit);

    /// Serves the next request. The result is false when the connection is finished.
    boost::asio::awaitable<bool> serve_one();
    boost::asio::awaitable<Error> read(Parser& parser, HttpRequest& request);
    boost::asio::awaitable<Error> await_bytes(bool first);
    boost::asio::awaitable<void> respond_to(Parser& parser, HttpRequest& request);
    boost::asio::awaitable<void> await_response();
    boost::asio::awaitable<bool> write(HttpResponse& response, bool head);
    void note_head(Parser& parser, HttpRequest& request);
    void refuse(const ErrorResponse& refused);
    void respond(std::uint64_t serial, HttpResponse response);
    [[nodiscard]] bool upgrade(Parser& parser, HttpRequest& request);
    [[nodiscard]] bool may_stay(const HttpRequest& request);
    void report_finished(const HttpRequest& request, SteadyTime began);

    std::shared_ptr<Listener> listener_;
    ClientStream stream_;
    std::string remote_;
    ConnectionTable::Place& place_;
    boost::asio::steady_timer responded_;
    boost::beast::flat_buffer buffer_;
    std::string request_id_;
    Phase phase_ = Phase::Handshake;
    std::uint64_t serial_ = 0;  ///< The request whose response is awaited.
    std::optional<HttpResponse> response_;
    bool keep_alive_ = false;
    bool must_drain_ = false;
    /// The upgrade handler owns the stream now.
    bool taken_over_ = false;
};

}  // namespace botcore::net
