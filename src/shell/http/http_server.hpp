#pragma once

/// HTTP/1.1 on the caller's event loop: keep-alive, responses in the order of the requests, and a
/// limit for everything that a client could make grow.
///
/// H1  `respond` acts at most once; after the client has disconnected it does nothing.
/// H2  A connection holds one request at a time. While its response is outstanding nothing more is
///     read, so that a client that does not read cannot fill memory.
/// H3  Every complete request gets a response within `respond_within`: the handler's, or 504.
/// H4  Silent connections cannot lock others out, see `ConnectionTable`. Places are reserved for
///     callers with a valid token, for health and metrics, and for programs on this machine.
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
    std::optional<TlsFiles> tls{};  ///< Empty: plain HTTP.
    std::chrono::milliseconds tls_handshake_within = std::chrono::seconds(10);
    std::string address = "127.0.0.1";
    std::uint16_t port = 0;  ///< 0: any free port.
    /// Whose X-Forwarded-For is trusted, in the format of `TrustedProxies::parse`.
    std::string trusted_proxies{};
    std::size_t header_bytes_max = 8 * 1024;
    std::size_t body_bytes_max = 64 * 1024;
    /// Accepted host names besides addresses and those of this machine, in the format of
    /// `HostNames::parse`.
    std::string hosts{};
    /// A further connection gets 503 and is closed, unless another one can be evicted
    /// (`ConnectionTable`).
    std::size_t connections_max = 1'024;
    std::size_t connections_per_address = 256;
    /// Whether the token is valid. Connections with a valid token are not evicted.
    std::function<bool(std::string_view token)> knows_token{};
    /// Called when no connection can be accepted, with the remedy, at most once a minute.
    std::function<void(const std::string& text)> warn{};
    std::chrono::milliseconds idle_max = std::chrono::minutes(5);
    /// A new connection that has sent no complete request after this time is closed.
    std::chrono::milliseconds first_request_within = std::chrono::seconds(60);
    std::chrono::milliseconds read_within = std::chrono::seconds(30);
    /// The deadline of every request.
    std::chrono::milliseconds respond_within{resilience::kDeadlineDefault.in_milliseconds()};
};

class UpgradeHandler;

class HttpServer {
public:
    /// The context and the handlers outlive the server. The server no longer owns connections that
    /// `upgrades` takes over; without it there are none.
    HttpServer(boost::asio::io_context& context,
               HttpServerOptions options,
               HttpHandler& handler,
               UpgradeHandler* upgrades = nullptr);
    /// Closes everything at once.
    ~HttpServer();
    HttpServer(const HttpServer&) = delete;
    HttpServer& operator=(const HttpServer&) = delete;

    /// Binds and listens. Returns what failed, or an empty text.
    [[nodiscard]] std::string start();

    /// From now on every response closes its connection, so that callers move to another server
    /// while this one still accepts requests.
    void disable_keep_alive();

    /// Closes the listener and idle connections. Open requests still get their responses, then
    /// `drained` is called once. Connections that are still open after `within` are cut.
    void stop(std::chrono::milliseconds within, std::function<void()> drained);

    /// Reloads certificate and key. Returns why the old ones stay in use, or an empty text.
    [[nodiscard]] std::string reload_tls();

    [[nodiscard]] std::uint16_t port() const;

    [[nodiscard]] std::size_t connections() const;

    /// Connections with an unfinished request, response or TLS shutdown.
    [[nodiscard]] std::size_t requests_open() const;

private:
    class Listener;

    std::shared_ptr<Listener> listener_;
};

}  // namespace botcore::shell::http
