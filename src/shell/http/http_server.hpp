#pragma once

/// HTTP/1.1 on the caller's event loop: keep-alive, answers in the order of the requests, and a
/// limit for everything that a client could make grow.
///
/// H1  `respond` acts at most once; after the client has gone it does nothing.
/// H2  A connection holds one request at a time; while its answer is open nothing more is read
///     from it, so that a client that does not read cannot fill memory.
/// H3  Whatever happens, every whole request gets an answer within `answer_within`: the handler's,
///     or 504.
/// H4  Silent connections lock nobody out: see `ConnectionTable`. Places are kept for callers with
/// a
///     valid token, for health and metrics, and for programs of this machine.
///
/// Threads: everything runs on the thread that runs the io_context.

#include "resilience/deadline.hpp"
#include "shell/http/http_message.hpp"
#include "shell/http/tls_files.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace boost::asio {
class io_context;
}

namespace botcore::shell::http {

struct HttpServerOptions {
    std::optional<TlsFiles> tls{};  ///< Nothing: plain HTTP.
    std::chrono::milliseconds tls_handshake_within = std::chrono::seconds(10);
    std::string address = "127.0.0.1";
    std::uint16_t port = 0;  ///< 0: any free one.
    /// Whose X-Forwarded-For is believed: as `TrustedProxies::parse` reads it.
    std::string trusted_proxies{};
    std::size_t header_bytes_max = 8 * 1024;
    std::size_t body_bytes_max = 64 * 1024;
    /// Names besides addresses and those of this machine: as `HostNames::parse` reads them.
    std::string hosts{};
    /// One more, for which nobody gives way, gets 503 and is closed (`ConnectionTable`).
    std::size_t connections_max = 1'024;
    std::size_t connections_per_address = 256;
    /// Is it the token of somebody? Their connections are not closed to make room for others.
    std::function<bool(std::string_view token)> knows_token{};
    /// Told when no connection can be accepted, and what to do, at most once a minute.
    std::function<void(const std::string& text)> warn{};
    std::chrono::milliseconds idle_max = std::chrono::minutes(5);
    /// A new connection that has not sent a whole request after this is closed.
    std::chrono::milliseconds first_request_within = std::chrono::seconds(60);
    std::chrono::milliseconds read_within = std::chrono::seconds(30);
    /// The deadline of every request.
    std::chrono::milliseconds answer_within{resilience::kDeadlineDefault.in_milliseconds()};
};

class UpgradeHandler;

class HttpServer {
public:
    /// The context and the handlers outlive the server. Connections that `upgrades` takes over are
    /// no longer the server's; without it there are none.
    HttpServer(boost::asio::io_context& context,
               HttpServerOptions options,
               HttpHandler& handler,
               UpgradeHandler* upgrades = nullptr);
    /// Closes everything at once.
    ~HttpServer();
    HttpServer(const HttpServer&) = delete;
    HttpServer& operator=(const HttpServer&) = delete;

    /// Binds and listens. Answers what went wrong, or an empty text.
    [[nodiscard]] std::string start();

    /// From now on every answer is the last one of its connection, so that callers find their way
    /// to another door while this one is still open.
    void disable_keep_alive();

    /// Closes the listener and idle connections; open requests get their answers, then `drained` is
    /// called once. What is still open after `within` is cut.
    void stop(std::chrono::milliseconds within, std::function<void()> drained);

    /// Reads certificate and key anew. Answers why the old ones stay, or an empty text.
    [[nodiscard]] std::string reload_tls();

    [[nodiscard]] std::uint16_t port() const;

    [[nodiscard]] std::size_t connections() const;

    /// Connections that have begun a request and not yet got the whole answer, or not yet the end
    /// of TLS behind it.
    [[nodiscard]] std::size_t requests_open() const;

private:
    class Listener;

    std::shared_ptr<Listener> listener_;
};

}  // namespace botcore::shell::http
