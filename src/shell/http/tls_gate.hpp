#pragma once

/// TLS in front of the server, for HTTP and WebSocket alike: takes sockets that were accepted, does
/// the handshake, and hands on a local socket that carries the plain bytes. Those behind it know
/// nothing of TLS; without TLS nothing of this runs.
///
/// S1  TLS 1.2 and later, with ephemeral keys and authenticated encryption only; no renegotiation.
/// S2  A handshake that is not over after `handshake_within` is cut.
/// S3  What the plain side wrote before it closed is sent before the connection is closed.
///
/// Threads: the thread that runs the io_context.

#include "base/result.hpp"
#include "shell/http/tls_files.hpp"

#include <boost/asio/ip/tcp.hpp>

#include <chrono>
#include <functional>
#include <memory>
#include <string>

namespace boost::asio {
class io_context;
}

namespace botcore::shell::http {

class TlsGate {
public:
    using Socket = boost::asio::ip::tcp::socket;

    /// Reads the files. The text says what is wrong with them, without their content. The context
    /// outlives the gate; `changed` is called when a connection has ended.
    [[nodiscard]] static base::Result<std::unique_ptr<TlsGate>, std::string> open(
        boost::asio::io_context& context,
        TlsFiles files,
        std::chrono::milliseconds handshake_within,
        std::function<void()> changed);

    /// Would `open` take these files?
    [[nodiscard]] static base::Outcome<std::string> check(const TlsFiles& files);

    /// Cuts every connection.
    ~TlsGate();
    TlsGate(const TlsGate&) = delete;
    TlsGate& operator=(const TlsGate&) = delete;

    /// Reads the files anew, for connections to come. Where they are no good the old ones stay, and
    /// the text says why.
    [[nodiscard]] std::string reload();

    /// `ready` gets the plain side once the handshake is over; never when it fails.
    void take(Socket socket, std::function<void(Socket)> ready);

    /// All connections, those in their handshake too.
    [[nodiscard]] std::size_t size() const;
    /// Cuts handshakes under way. The other connections end once their plain sides have closed.
    void stop();

private:
    struct Shared;
    class Pipe;

    explicit TlsGate(std::shared_ptr<Shared> shared) : shared_(std::move(shared)) {}

    std::shared_ptr<Shared> shared_;
};

}  // namespace botcore::shell::http
