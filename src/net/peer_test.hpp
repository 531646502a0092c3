#pragma once

/// A scripted server for tests of outbound calls: it accepts connections on its own loopback port
/// and does with each what its script says, on the loop of the test.

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/completion_condition.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/streambuf.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>

#include <algorithm>
#include <chrono>
#include <deque>
#include <list>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace botcore::net {

enum class PeerAction {
    Send,       ///< Reads the request, sends the bytes, closes.
    Hang,       ///< Accepts the connection and sends nothing.
    HalfClose,  ///< Reads the request, shuts down its sending direction, keeps the connection.
    Reset,      ///< Reads the request and resets the connection.
};

struct PeerStep {
    PeerAction action = PeerAction::Send;
    std::string bytes{};
};

/// A complete response.
inline PeerStep response(int status, const std::string& body = "{}", const std::string& more = "") {
    return {.bytes = "HTTP/1.1 " + std::to_string(status) + " X\r\nContent-Length: " +
                     std::to_string(body.size()) + "\r\n" + more + "\r\n" + body};
}

class TestPeer {
    using Tcp = boost::asio::ip::tcp;
    using Error = boost::system::error_code;

public:
    /// The last step of the script is repeated for all further connections.
    TestPeer(boost::asio::io_context& context, std::deque<PeerStep> script)
        : acceptor_(context, {boost::asio::ip::address_v4::loopback(), 0}),
          script_(std::move(script)) {
        boost::asio::co_spawn(context, accept(), boost::asio::detached);
    }

    [[nodiscard]] std::uint16_t port() const { return acceptor_.local_endpoint().port(); }

    [[nodiscard]] std::string url(const std::string& base = "") const {
        return "http://127.0.0.1:" + std::to_string(port()) + base;
    }

    /// The received requests, each with its body if the head says how long that is.
    [[nodiscard]] const std::vector<std::string>& requests() const { return requests_; }

    [[nodiscard]] std::size_t connections() const { return connections_; }

private:
    boost::asio::awaitable<void> accept() {
        while (true) {
            Error error;
            auto socket = co_await acceptor_.async_accept(
                boost::asio::redirect_error(boost::asio::use_awaitable, error));
            if (error) co_return;
            ++connections_;
            const PeerStep step = script_.front();
            if (script_.size() > 1) script_.pop_front();
            boost::asio::co_spawn(
                acceptor_.get_executor(), serve(std::move(socket), step), boost::asio::detached);
        }
    }

    boost::asio::awaitable<void> serve(Tcp::socket socket, PeerStep step) {
        Error error;
        if (step.action == PeerAction::Hang) {
            held_.push_back(std::move(socket));
            co_return;
        }
        std::string request;
        co_await boost::asio::async_read_until(
            socket,
            boost::asio::dynamic_buffer(request),
            "\r\n\r\n",
            boost::asio::redirect_error(boost::asio::use_awaitable, error));
        if (const std::size_t missing = missing_bytes(request); !error && missing > 0) {
            co_await boost::asio::async_read(
                socket,
                boost::asio::dynamic_buffer(request),
                boost::asio::transfer_exactly(missing),
                boost::asio::redirect_error(boost::asio::use_awaitable, error));
        }
        requests_.push_back(request);
        if (step.action == PeerAction::Reset) {
            socket.set_option(Tcp::socket::linger(true, 0), error);
            co_return;
        }
        if (step.action == PeerAction::HalfClose) {
            socket.shutdown(Tcp::socket::shutdown_send, error);
            held_.push_back(std::move(socket));
            co_return;
        }
        co_await boost::asio::async_write(
            socket,
            boost::asio::buffer(step.bytes),
            boost::asio::redirect_error(boost::asio::use_awaitable, error));
    }

    /// How much of the body has not arrived with the head.
    static std::size_t missing_bytes(const std::string& request) {
        constexpr std::string_view kName = "Content-Length: ";
        const std::size_t head = request.find("\r\n\r\n");
        const std::size_t field = request.find(kName);
        if (head == std::string::npos || field > head) return 0;
        const std::size_t whole = head + 4 + std::stoul(request.substr(field + kName.size()));
        return whole - std::min(whole, request.size());
    }

    Tcp::acceptor acceptor_;
    std::deque<PeerStep> script_;
    std::list<Tcp::socket> held_;
    std::vector<std::string> requests_;
    std::size_t connections_ = 0;
};

/// The body of a request that `TestPeer` has received.
inline std::string body_of(const std::string& request) {
    const std::size_t head = request.find("\r\n\r\n");
    return head == std::string::npos ? "" : request.substr(head + 4);
}

/// A loopback port without a listener.
inline std::uint16_t refused_port(boost::asio::io_context& context) {
    const boost::asio::ip::tcp::acceptor acceptor(context,
                                                  {boost::asio::ip::address_v4::loopback(), 0});
    return acceptor.local_endpoint().port();
}

/// Runs the loop until `ready`, for at most ten seconds.
template <class Ready>
bool run_until(boost::asio::io_context& context, Ready ready) {
    const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(10);
    while (!ready() && std::chrono::steady_clock::now() < end) {
        context.restart();
        (void)context.run_one_for(std::chrono::milliseconds(50));
    }
    return ready();
}

}  // namespace botcore::net
