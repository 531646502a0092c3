#include "apps/botctl/connection.hpp"

#include "net/tls_client.hpp"

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/error.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <poll.h>

#include <algorithm>
#include <cerrno>
#include <optional>
#include <utility>

namespace botcore::botctl {

namespace asio = boost::asio;
using asio::ip::tcp;
using Clock = std::chrono::steady_clock;

namespace {

/// A socket on which every wait ends at the deadline.
class TimedSocket {
public:
    using lowest_layer_type = tcp::socket::lowest_layer_type;
    using executor_type = tcp::socket::executor_type;

    TimedSocket(asio::io_context& context, Clock::time_point deadline)
        : socket_(context),
          deadline_(deadline) {}

    void wait_for_ever() { deadline_.reset(); }

    executor_type get_executor() { return socket_.get_executor(); }

    lowest_layer_type& lowest_layer() { return socket_.lowest_layer(); }

    void connect(const tcp::endpoint& endpoint, Connection::Error& error) {
        Connection::Error ignored;
        socket_.close(ignored);
        socket_.open(endpoint.protocol(), error);
        if (!error) socket_.non_blocking(true, error);
        if (error) return;
        socket_.set_option(asio::socket_base::keep_alive(true), ignored);
        socket_.set_option(tcp::no_delay(true), ignored);
        socket_.connect(endpoint, error);
        if (error != asio::error::in_progress && error != asio::error::would_block) return;
        if (!wait(POLLOUT, error)) return;
        int outcome = 0;
        socklen_t size = sizeof outcome;
        const int asked =
            ::getsockopt(socket_.native_handle(), SOL_SOCKET, SO_ERROR, &outcome, &size);
        error.assign(asked == 0 ? outcome : errno, boost::system::system_category());
    }

    template <class Buffers>
    std::size_t read_some(const Buffers& buffers, Connection::Error& error) {
        return patiently(POLLIN, error, [&] { return socket_.read_some(buffers, error); });
    }

    template <class Buffers>
    std::size_t write_some(const Buffers& buffers, Connection::Error& error) {
        return patiently(POLLOUT, error, [&] { return socket_.write_some(buffers, error); });
    }

    void close() {
        Connection::Error ignored;
        socket_.shutdown(tcp::socket::shutdown_both, ignored);
        socket_.close(ignored);
    }

private:
    template <class Act>
    std::size_t patiently(short events, Connection::Error& error, Act action) {
        do {
            const std::size_t count = action();
            if (error != asio::error::would_block) return count;
        } while (wait(events, error));
        return 0;
    }

    bool wait(short events, Connection::Error& error) {
        while (true) {
            int limit = -1;
            if (deadline_) {
                const auto left =
                    std::chrono::ceil<std::chrono::milliseconds>(*deadline_ - Clock::now());
                limit = static_cast<int>(std::max<std::int64_t>(0, left.count()));
            }
            pollfd asked{.fd = socket_.native_handle(), .events = events, .revents = 0};
            const int ready = ::poll(&asked, 1, limit);
            if (ready > 0) {
                error = {};
                return true;
            }
            if (ready < 0 && errno == EINTR) continue;
            error = ready == 0 ? Connection::Error(asio::error::timed_out)
                               : Connection::Error(errno, boost::system::system_category());
            return false;
        }
    }

    tcp::socket socket_;
    std::optional<Clock::time_point> deadline_;  ///< None: no limit.
};

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
    explicit Parts(Clock::time_point deadline) : socket(context, deadline) {}

    asio::io_context context;
    TimedSocket socket;
    std::unique_ptr<asio::ssl::context> tls;
    std::optional<asio::ssl::stream<TimedSocket&>> secured;  ///< None: no TLS.
};

Connection::Connection(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {
}

Connection::~Connection() = default;

base::Result<std::unique_ptr<Connection>, ClientError> Connection::open(
    const ServerAddress& place, const std::string& authorities, std::chrono::seconds patience) {
    auto parts = std::make_unique<Parts>(Clock::now() + patience);
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
    error = asio::error::host_not_found;
    for (const auto& entry : found) {
        parts->socket.connect(entry.endpoint(), error);
        if (!error) break;
    }
    if (error) return failure(ClientFailure::NotReached, error.message());
    if (parts->tls) {
        auto& secured = parts->secured.emplace(parts->socket, *parts->tls);
        net::expect_host(secured.native_handle(), host);
        secured.handshake(asio::ssl::stream_base::client, error);
        if (error) {
            const bool refused = error.category() == asio::error::get_ssl_category();
            return failure(refused ? ClientFailure::NotTrusted : ClientFailure::NotReached,
                           error.message());
        }
    }
    return std::unique_ptr<Connection>(new Connection(std::move(parts)));
}

void Connection::wait_for_ever() {
    parts_->socket.wait_for_ever();
}

void Connection::close() {
    parts_->socket.close();
}

Connection::executor_type Connection::get_executor() {
    return parts_->context.get_executor();
}

std::size_t Connection::read(asio::mutable_buffer buffer, Error& error) {
    return parts_->secured ? parts_->secured->read_some(buffer, error)
                           : parts_->socket.read_some(buffer, error);
}

std::size_t Connection::write(asio::const_buffer buffer, Error& error) {
    return parts_->secured ? parts_->secured->write_some(buffer, error)
                           : parts_->socket.write_some(buffer, error);
}

void teardown(boost::beast::role_type /*role*/, Connection& line, Connection::Error& error) {
    line.close();
    error = {};
}

}  // namespace botcore::botctl
