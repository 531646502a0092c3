#pragma once

/// A WebSocket client for tests, one call at a time; every wait ends after twenty seconds.

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http/message.hpp>
#include <boost/beast/websocket/stream.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace botcore::events {

class StreamClient {
public:
    /// Connects and requests the upgrade; `status` becomes the status of the response.
    explicit StreamClient(std::uint16_t port, std::string_view token = {}, int receive_buffer = 0) {
        namespace beast = boost::beast;
        namespace ip = boost::asio::ip;
        boost::system::error_code error;
        auto& socket = stream_.next_layer().socket();
        (void)socket.open(ip::tcp::v4(), error);
        if (receive_buffer > 0) {
            (void)socket.set_option(boost::asio::socket_base::receive_buffer_size(receive_buffer),
                                    error);
        }
        (void)socket.connect({ip::address_v4::loopback(), port}, error);
        if (error) return;
        stream_.read_message_max(16U << 20U);
        stream_.set_option(beast::websocket::stream_base::decorator([&](auto& request) {
            if (!token.empty()) {
                request.set(beast::http::field::authorization, "Bearer " + std::string(token));
            }
        }));
        beast::websocket::response_type response;
        run([&](auto done) { stream_.async_handshake(response, "localhost", "/ws", done); });
        status = static_cast<int>(response.result_int());
        authenticate_header = std::string(response["www-authenticate"]);
    }

    void send(std::string_view text, bool is_text = true) {
        stream_.text(is_text);
        run([&](auto done) { stream_.async_write(boost::asio::buffer(text), done); });
    }

    void ping() {
        run([&](auto done) { stream_.async_ping({}, done); });
    }

    /// The next message as received; empty when the connection ended.
    std::optional<std::string> receive_text() {
        boost::beast::flat_buffer buffer;
        if (!run([&](auto done) { stream_.async_read(buffer, done); })) return std::nullopt;
        const auto bytes = buffer.cdata();
        return std::string(static_cast<const char*>(bytes.data()), bytes.size());
    }

    /// The next message; null when the connection ended.
    boost::json::value receive() {
        const auto text = receive_text();
        return text ? boost::json::parse(*text) : boost::json::value(nullptr);
    }

    /// The next message of the type; null when the connection ended before such a message.
    boost::json::value receive(std::string_view type) {
        while (true) {
            auto message = receive();
            if (message.is_null() || message.at("type").as_string() == type) return message;
        }
    }

    /// Reads until the connection ends. Returns the close code, or 0 when there was no close code.
    std::uint16_t read_to_end() {
        while (receive_text()) {
        }
        return code();
    }

    void close() {
        run([&](auto done) { stream_.async_close({}, done); });
    }

    [[nodiscard]] std::uint16_t code() const { return stream_.reason().code; }

    [[nodiscard]] std::string reason() const {
        return {stream_.reason().reason.data(), stream_.reason().reason.size()};
    }

    int status = 0;
    std::string authenticate_header;

private:
    template <class Start>
    bool run(Start start) {
        boost::system::error_code result;
        stream_.next_layer().expires_after(std::chrono::seconds(20));
        start([&](const boost::system::error_code& error, auto&&...) { result = error; });
        context_.restart();
        context_.run();
        return !result;
    }

    boost::asio::io_context context_;
    boost::beast::websocket::stream<boost::beast::tcp_stream> stream_{context_};
};

}  // namespace botcore::events
