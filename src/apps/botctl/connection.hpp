#pragma once

/// A blocking connection to the daemon over TCP or TLS, with a time limit. Used by one thread.
///
/// One type serves both transports, so that the code which uses it is compiled once. The type
/// satisfies Beast's concept SyncStream.

#include "apps/botctl/http_client.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/beast/core/role.hpp>
#include <boost/system/system_error.hpp>

#include <array>
#include <chrono>
#include <cstddef>
#include <memory>
#include <string>

namespace botcore::botctl {

class Connection {
public:
    using Error = boost::system::error_code;
    using executor_type = boost::asio::io_context::executor_type;

    /// Connects to `place`, and with TLS verifies that the peer's certificate is valid for that
    /// host. `authorities` is a PEM file of CA certificates; if it is empty, the system's
    /// certificates are used. The time limit `patience` also applies to all later operations.
    [[nodiscard]] static base::Result<std::unique_ptr<Connection>, ClientError> open(
        const ServerAddress& place, const std::string& authorities, std::chrono::seconds patience);

    ~Connection();
    Connection(const Connection&) = delete;
    Connection& operator=(const Connection&) = delete;

    /// Removes the time limit: from now on a read waits as long as the peer is connected.
    void wait_for_ever();

    /// Closes the connection.
    void close();

    [[nodiscard]] executor_type get_executor();

    template <class Buffers>
    std::size_t read_some(const Buffers& buffers, Error& error) {
        const auto end = boost::asio::buffer_sequence_end(buffers);
        for (auto at = boost::asio::buffer_sequence_begin(buffers); at != end; ++at) {
            if (boost::asio::mutable_buffer(*at).size() > 0) return read(*at, error);
        }
        return read({}, error);
    }

    /// Joins the buffers, so that they are sent as one TLS record and one packet.
    template <class Buffers>
    std::size_t write_some(const Buffers& buffers, Error& error) {
        std::array<char, 16'384> record{};
        const std::size_t size = boost::asio::buffer_copy(boost::asio::buffer(record), buffers);
        return write(boost::asio::buffer(record.data(), size), error);
    }

    /// The following two functions throw, as Beast requires of a stream.
    template <class Buffers>
    std::size_t read_some(const Buffers& buffers) {
        Error error;
        const std::size_t count = read_some(buffers, error);
        if (error) throw boost::system::system_error(error);
        return count;
    }

    template <class Buffers>
    std::size_t write_some(const Buffers& buffers) {
        Error error;
        const std::size_t count = write_some(buffers, error);
        if (error) throw boost::system::system_error(error);
        return count;
    }

private:
    struct Parts;

    explicit Connection(std::unique_ptr<Parts> parts);

    std::size_t read(boost::asio::mutable_buffer buffer, Error& error);
    std::size_t write(boost::asio::const_buffer buffer, Error& error);

    std::unique_ptr<Parts> parts_;
};

/// Closes the connection below a WebSocket.
void teardown(boost::beast::role_type role, Connection& line, Connection::Error& error);

}  // namespace botcore::botctl
