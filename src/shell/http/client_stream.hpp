#pragma once

/// One client's connection, with TLS or without: a stream in the sense of Asio and Beast. What lies
/// below is compiled once, in its own file: HTTP and WebSocket know neither TLS nor its templates.
///
/// Time-outs are those of `beast::tcp_stream`: what is under way when one passes ends with an
/// error, and the connection is closed.
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

namespace botcore::shell::http {

class ClientStream {
public:
    using Error = boost::system::error_code;
    using TlsContext = std::shared_ptr<boost::asio::ssl::context>;
    using executor_type = boost::asio::any_io_executor;

    /// The first buffers of a sequence; what is read or written at once is bounded anyway.
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

    /// Told once, on its executor, how an operation ended.
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
                // The handler may destroy what this call belongs to.
                auto last = std::move(handler);
                last(error, bytes);
            }

            Handler handler;
        };

        std::unique_ptr<Call> call_;
        executor_type executor_;
    };

    /// Without `tls` the bytes are plain.
    ClientStream(boost::asio::ip::tcp::socket socket, TlsContext tls);
    ClientStream(ClientStream&&) noexcept;
    ClientStream& operator=(ClientStream&&) noexcept;
    ~ClientStream();

    [[nodiscard]] executor_type get_executor() noexcept;

    [[nodiscard]] boost::asio::ip::tcp::socket& socket() noexcept;

    [[nodiscard]] bool is_secure() const noexcept;

    [[nodiscard]] bool is_open() noexcept { return socket().is_open(); }

    /// Everything under way and to come ends before this has passed.
    void expires_after(std::chrono::milliseconds limit);
    void expires_never();

    /// Closes at once; what is under way ends with an error.
    void cut() noexcept;

    /// Nothing to do without TLS.
    boost::asio::awaitable<Error> shake_hands();

    /// Says in TLS, and then in TCP, that nothing more will be sent.
    boost::asio::awaitable<void> disable_keep_alive();

    /// Reads and forgets what the client still sends, below TLS, until it ends or `within` passes.
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

    /// How Beast's WebSocket ends a connection after its last frame.
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

    /// How Beast's WebSocket acts on a time-out of its own.
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

}  // namespace botcore::shell::http
