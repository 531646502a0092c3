#pragma once

/// An HTTP/1.1 server on the caller's event loop. It supports keep-alive, responds in the order of
/// the requests, and limits everything that a client could make grow.
///
/// H1  `respond` has an effect at most once; after the client has disconnected it has none.
/// H2  A connection holds one request at a time. While its response is outstanding nothing more is
///     read from the client, so that a client that does not read its responses cannot fill memory.
/// H3  Every complete request gets a response within `respond_within`: the handler's, or a 504.
/// H4  Silent connections cannot lock other clients out, see `ConnectionTable`. Places are reserved
///     for callers with a valid token, for health and metrics, and for programs on this machine.
///
/// Threads: everything runs on the thread that runs the io_context.

#include "net/http_message.hpp"
#include "net/server_errors.hpp"
#include "net/tls_files.hpp"
#include "resilience/deadline.hpp"

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

namespace botcore::net {

struct HttpServerOptions {
    std::optional<TlsFiles> tls{};  ///< If this is empty, the server uses plain HTTP.
    std::chrono::milliseconds tls_handshake_within = std::chrono::seconds(10);
    std::string address = "127.0.0.1";
    std::uint16_t port = 0;  ///< 0 stands for any free port.
    /// The proxies whose X-Forwarded-For header is trusted, in the format of
    /// `TrustedProxies::parse`.
    std::string trusted_proxies{};
    std::size_t header_bytes_max = 8 * 1024;
    std::size_t body_bytes_max = 64 * 1024;
    /// The host names that are accepted besides IP addresses and the names of this machine, in the
    /// format of `HostNames::parse`.
    std::string hosts{};
    /// When this many connections are open, a further one gets 503 and is closed, unless another
    /// connection can be evicted (`ConnectionTable`).
    std::size_t connections_max = 1'024;
    std::size_t connections_per_address = 256;
    /// Whether the token is valid. Connections with a valid token are not evicted.
    std::function<bool(std::string_view token)> knows_token{};
    /// Called at most once a minute while no connection can be accepted. The text names the cause
    /// and the remedy.
    std::function<void(const std::string& text)> warn{};
    /// Renders the errors of the server itself; empty: as plain text.
    RenderError render_error{};
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
    /// The context and the handlers outlive the server. The server no longer owns a connection that
    /// `upgrades` has taken over. If `upgrades` is null, no connection is upgraded.
    HttpServer(boost::asio::io_context& context,
               HttpServerOptions options,
               HttpHandler& handler,
               UpgradeHandler* upgrades = nullptr);
    /// Closes the listener and all connections at once.
    ~HttpServer();
    HttpServer(const HttpServer&) = delete;
    HttpServer& operator=(const HttpServer&) = delete;

    /// Binds the address and listens. Returns what failed, or an empty text.
    [[nodiscard]] std::string start();

    /// From now on every response closes its connection, so that callers move to another server
    /// while this one still accepts requests.
    void disable_keep_alive();

    /// Closes the listener and idle connections. Open requests still get their responses, then
    /// `drained` is called once. Connections that are still open after `within` are cut.
    void stop(std::chrono::milliseconds within, std::function<void()> drained);

    /// Reloads the certificate and the key. If that fails, the old ones stay in use, and the
    /// returned text says why; otherwise the text is empty.
    [[nodiscard]] std::string reload_tls();

    [[nodiscard]] std::uint16_t port() const;

    [[nodiscard]] std::size_t connections() const;

    /// The number of connections with an unfinished request, response or TLS shutdown.
    [[nodiscard]] std::size_t requests_open() const;

private:
    class Listener;

    std::shared_ptr<Listener> listener_;
};

}  // namespace botcore::net
