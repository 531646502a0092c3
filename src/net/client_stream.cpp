#include "net/client_stream.hpp"

#include <boost/asio/redirect_error.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/ssl/ssl_stream.hpp>

#include <optional>

namespace botcore::net {

namespace asio = boost::asio;
namespace beast = boost::beast;
using asio::ip::tcp;
using Tls = beast::ssl_stream<beast::tcp_stream>;

namespace {

constexpr std::chrono::seconds kCloseTimeout(2);

}  // namespace

struct ClientStream::Wire {
    Wire(tcp::socket socket, TlsContext context) : tls_context(std::move(context)) {
        if (tls_context) {
            tls.emplace(std::move(socket), *tls_context);
        } else {
            plain.emplace(std::move(socket));
        }
    }

    beast::tcp_stream& tcp() { return tls ? tls->next_layer() : *plain; }

    /// The connection keeps its own reference, so that a reload does not affect it.
    TlsContext tls_context;
    std::optional<beast::tcp_stream> plain;
    std::optional<Tls> tls;
};

ClientStream::ClientStream(tcp::socket socket, TlsContext tls)
    : wire_(std::make_unique<Wire>(std::move(socket), std::move(tls))) {
}

ClientStream::ClientStream(ClientStream&&) noexcept = default;
ClientStream& ClientStream::operator=(ClientStream&&) noexcept = default;
ClientStream::~ClientStream() = default;

ClientStream::executor_type ClientStream::get_executor() noexcept {
    return wire_->tcp().get_executor();
}

tcp::socket& ClientStream::socket() noexcept {
    return wire_->tcp().socket();
}

bool ClientStream::is_secure() const noexcept {
    return wire_->tls.has_value();
}

void ClientStream::expires_after(std::chrono::milliseconds limit) {
    wire_->tcp().expires_after(limit);
}

void ClientStream::expires_never() {
    wire_->tcp().expires_never();
}

void ClientStream::cut() noexcept {
    wire_->tcp().close();
}

asio::awaitable<ClientStream::Error> ClientStream::shake_hands() {
    Error error;
    if (wire_->tls) {
        co_await wire_->tls->async_handshake(asio::ssl::stream_base::server,
                                             asio::redirect_error(asio::use_awaitable, error));
    }
    co_return error;
}

asio::awaitable<void> ClientStream::shut_down_send() {
    Error ignored;
    if (wire_->tls) {
        expires_after(kCloseTimeout);
        co_await wire_->tls->async_shutdown(asio::redirect_error(asio::use_awaitable, ignored));
    }
    socket().shutdown(tcp::socket::shutdown_send, ignored);
}

asio::awaitable<void> ClientStream::drain(std::chrono::milliseconds within, std::size_t bytes_max) {
    expires_after(within);
    std::array<char, 16 * 1024> rest{};
    for (std::size_t forgotten = 0; forgotten < bytes_max;) {
        Error failed;
        const std::size_t got = co_await wire_->tcp().async_read_some(
            asio::buffer(rest), asio::redirect_error(asio::use_awaitable, failed));
        if (failed || got == 0) co_return;
        forgotten += got;
    }
}

void ClientStream::read_some(const Buffers<asio::mutable_buffer>& into, Done done) {
    if (wire_->tls) return wire_->tls->async_read_some(into, std::move(done));
    wire_->plain->async_read_some(into, std::move(done));
}

void ClientStream::write_some(const Buffers<asio::const_buffer>& from, Done done) {
    if (wire_->tls) return wire_->tls->async_write_some(from, std::move(done));
    wire_->plain->async_write_some(from, std::move(done));
}

void ClientStream::tear_down(beast::role_type role, Done done) {
    using beast::async_teardown;
    if (wire_->tls) return async_teardown(role, *wire_->tls, std::move(done));
    async_teardown(role, *wire_->plain, std::move(done));
}

}  // namespace botcore::net
