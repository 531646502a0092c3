#pragma once

/// One client's connection, with or without TLS: a stream in the sense of Asio and Beast. The TCP
/// and TLS layers below it are compiled once, in client_stream.cpp, so that the HTTP and WebSocket
/// code includes no TLS templates.
///
/// Time-outs work as in `beast::tcp_stream`: when one expires, pending operations fail and the
/// connection is closed.
///
/// Threads: the thread that runs the io_context.

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/associated_executor.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/core/role.hpp>

#include <array>
#include <chrono>
#include <cstddef>
#include <memory>
#include <utility>

namespace boost::asio::ssl {
class context;
}

namespace botcore::net {

class ClientStream {
public:
    using Error = boost::system::error_code;
    using TlsContext = std::shared_ptr<boost::asio::ssl::context>;
    using executor_type = boost::asio::any_io_executor;

    /// The first 16 buffers of a sequence. The rest can be left out, since one read or write need
    /// not process the whole sequence.
    template <class Buffer>
    class Buffers {
    public:
        using value_type = Buffer;
        using const_iterator = const Buffer*;

        template <class Sequence>
        explicit Buffers(const Sequence& sequence) {
            const auto end = boost::asio::buffer_sequence_end(sequence);
            for (auto it = boost::asio::buffer_sequence_begin(sequence);
                 it != end && count_ < all_.size();
                 ++it) {
                all_.at(count_++) = *it;
            }
        }

        [[nodiscard]] const_iterator begin() const { return all_.data(); }

        [[nodiscard]] const_iterator end() const { return all_.data() + count_; }

    private:
        std::array<Buffer, 16> all_;
        std::size_t count_ = 0;
    };

    /// The completion handler of an operation. It is called once, on its executor.
    class Done {
    public:
        using executor_type = boost::asio::any_io_executor;

        template <class Handler>
        Done(Handler handler, executor_type executor)
            : call_(std::make_unique<CallOf<Handler>>(std::move(handler))),
              executor_(std::move(executor)) {}

        [[nodiscard]] executor_type get_executor() const noexcept { return executor_; }

        void operator()(Error error, std::size_t bytes = 0) {
            const auto call = std::move(call_);
            call->run(error, bytes);
        }

    private:
        struct Call {
            Call() = default;
            Call(const Call&) = delete;
            Call& operator=(const Call&) = delete;
            virtual ~Call() = default;
            virtual void run(Error error, std::size_t bytes) = 0;
        };

        template <class Handler>
        struct CallOf final : Call {
            explicit CallOf(Handler given) : handler(std::move(given)) {}

            void run(Error error, std::size_t bytes) override {
                // The handler may destroy the owner of this object.
                auto last = std::move(handler);
                last(error, bytes);
            }

            Handler handler;
        };

        std::unique_ptr<Call> call_;
        executor_type executor_;
    };

    /// If `tls` is null, the connection is not encrypted.
    ClientStream(boost::asio::ip::tcp::socket socket, TlsContext tls);
    ClientStream(ClientStream&&) noexcept;
    ClientStream& operator=(ClientStream&&) noexcept;
    ~ClientStream();

    [[nodiscard]] executor_type get_executor() noexcept;

    [[nodiscard]] boost::asio::ip::tcp::socket& socket() noexcept;

    [[nodiscard]] bool is_secure() const noexcept;

    [[nodiscard]] bool is_open() noexcept { return socket().is_open(); }

    /// Every pending and later operation fails when this time has passed.
    void expires_after(std::chrono::milliseconds limit);
    void expires_never();

    /// Closes the connection at once; pending operations fail.
    void cut() noexcept;

    /// Performs the TLS handshake. Does nothing without TLS.
    boost::asio::awaitable<Error> shake_hands();

    /// Shuts down the sending side: first TLS, then TCP.
    boost::asio::awaitable<void> shut_down_send();

    /// Reads and discards what the client still sends, as TCP bytes without decrypting them, until
    /// the client stops sending, `within` passes or `bytes_max` are read.
    boost::asio::awaitable<void> drain(std::chrono::milliseconds within, std::size_t bytes_max);

    template <class Sequence, class Token>
    auto async_read_some(const Sequence& sequence, Token&& token) {
        return boost::asio::async_initiate<Token, void(Error, std::size_t)>(
            [this](auto handler, const Buffers<boost::asio::mutable_buffer>& into) {
                read_some(into, done(std::move(handler)));
            },
            token,
            Buffers<boost::asio::mutable_buffer>(sequence));
    }

    template <class Sequence, class Token>
    auto async_write_some(const Sequence& sequence, Token&& token) {
        return boost::asio::async_initiate<Token, void(Error, std::size_t)>(
            [this](auto handler, const Buffers<boost::asio::const_buffer>& from) {
                write_some(from, done(std::move(handler)));
            },
            token,
            Buffers<boost::asio::const_buffer>(sequence));
    }

    /// Called by Beast's WebSocket to close the connection after the last frame.
    template <class Handler>
    friend void async_teardown(boost::beast::role_type role,
                               ClientStream& stream,
                               Handler handler) {
        auto executor = boost::asio::get_associated_executor(handler, stream.get_executor());
        stream.tear_down(role,
                         Done([last = std::move(handler)](
                                  Error error, std::size_t /*bytes*/) mutable { last(error); },
                              std::move(executor)));
    }

    /// Called by Beast's WebSocket when one of its own time-outs expires.
    friend void beast_close_socket(ClientStream& stream) { stream.cut(); }

private:
    struct Wire;

    template <class Handler>
    [[nodiscard]] Done done(Handler handler) {
        auto executor = boost::asio::get_associated_executor(handler, get_executor());
        return Done(std::move(handler), std::move(executor));
    }

    void read_some(const Buffers<boost::asio::mutable_buffer>& into, Done done);
    void write_some(const Buffers<boost::asio::const_buffer>& from, Done done);
    void tear_down(boost::beast::role_type role, Done done);

    std::unique_ptr<Wire> wire_;
};

}  // namespace botcore::net
