#include "apps/botctl/connection.hpp"

#include "net/tls_client.hpp"

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/error.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/beast/core/error.hpp>
#include <boost/beast/core/tcp_stream.hpp>

#include <optional>
#include <utility>

namespace botcore::botctl {

namespace asio = boost::asio;
namespace beast = boost::beast;
using asio::ip::tcp;

namespace {

base::Failure<ClientError> failure(ClientFailure kind, const std::string& text) {
    return base::Failure{ClientError{kind, text}};
}

/// Removes the brackets that an IPv6 address has in a URL.
std::string without_brackets(const std::string& host) {
    const bool has_them = host.starts_with('[') && host.ends_with(']');
    return has_them ? host.substr(1, host.size() - 2) : host;
}

}  // namespace

struct Connection::Parts {
    asio::io_context context;
    beast::tcp_stream socket{context};
    std::unique_ptr<asio::ssl::context> tls;
    std::optional<asio::ssl::stream<beast::tcp_stream&>> secured;  ///< None: no TLS.

    /// Waits for the operation that was started. Time limits exist for asynchronous operations
    /// only.
    void wait(Error& error) {
        context.restart();
        context.run();
        if (error == beast::error::timeout) error = asio::error::timed_out;
    }

    /// Returns the number of bytes that the operation moved.
    template <class Start>
    std::size_t transfer(Error& error, Start start) {
        std::size_t count = 0;
        const auto done = [&](const Error& result, std::size_t bytes) {
            error = result;
            count = bytes;
        };
        secured ? start(*secured, done) : start(socket, done);
        wait(error);
        return count;
    }
};

Connection::Connection(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {
}

Connection::~Connection() = default;

base::Result<std::unique_ptr<Connection>, ClientError> Connection::open(
    const ServerAddress& place, const std::string& authorities, std::chrono::seconds patience) {
    const auto deadline = std::chrono::steady_clock::now() + patience;
    auto parts = std::make_unique<Parts>();
    if (place.wire == Wire::Tls) {
        auto tls = net::make_tls(authorities);
        if (!tls) return failure(ClientFailure::NotTrusted, tls.error());
        parts->tls = std::move(tls).value();
    }
    Error error;
    tcp::resolver resolver(parts->context);
    const std::string host = without_brackets(place.host);
    const auto found = resolver.resolve(host, place.port, error);
    if (error) return failure(ClientFailure::NotReached, error.message());
    parts->socket.expires_at(deadline);
    const auto store = [&error](const Error& result, const auto&...) { error = result; };
    parts->socket.async_connect(found, store);
    parts->wait(error);
    if (error) return failure(ClientFailure::NotReached, error.message());
    Error ignored;
    parts->socket.socket().set_option(asio::socket_base::keep_alive(true), ignored);
    parts->socket.socket().set_option(tcp::no_delay(true), ignored);
    if (parts->tls) {
        auto& secured = parts->secured.emplace(parts->socket, *parts->tls);
        net::expect_host(secured.native_handle(), host);
        secured.async_handshake(asio::ssl::stream_base::client, store);
        parts->wait(error);
        if (error) {
            const bool refused = error.category() == asio::error::get_ssl_category();
            return failure(refused ? ClientFailure::NotTrusted : ClientFailure::NotReached,
                           error.message());
        }
    }
    return std::unique_ptr<Connection>(new Connection(std::move(parts)));
}

void Connection::wait_for_ever() {
    parts_->socket.expires_never();
}

void Connection::close() {
    Error ignored;
    parts_->socket.socket().shutdown(tcp::socket::shutdown_both, ignored);
    parts_->socket.close();
}

Connection::executor_type Connection::get_executor() {
    return parts_->context.get_executor();
}

std::size_t Connection::read(asio::mutable_buffer buffer, Error& error) {
    return parts_->transfer(error,
                            [&](auto& stream, auto done) { stream.async_read_some(buffer, done); });
}

std::size_t Connection::write(asio::const_buffer buffer, Error& error) {
    return parts_->transfer(
        error, [&](auto& stream, auto done) { stream.async_write_some(buffer, done); });
}

void teardown(boost::beast::role_type /*role*/, Connection& line, Connection::Error& error) {
    line.close();
    error = {};
}

}  // namespace botcore::botctl
