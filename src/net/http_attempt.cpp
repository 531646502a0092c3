#include "net/http_attempt.hpp"

#include "net/tls_client.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/connect.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/error.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/error.hpp>
#include <boost/beast/http/message.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/beast/http/write.hpp>

#include <exception>
#include <utility>

namespace botcore::net {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = boost::beast::http;
using asio::ip::tcp;
using resilience::AttemptEnd;
using Error = boost::system::error_code;
using TlsStream = asio::ssl::stream<tcp::socket&>;

struct HttpTransport::Tls {
    std::unique_ptr<asio::ssl::context> context;
};

namespace {

OutboundHttpResponse ended(AttemptEnd end, std::string detail) {
    return {.result = {.end = end, .status = 0}, .detail = std::move(detail)};
}

base::Timestamp wall_now() {
    return base::Timestamp::from_microseconds(
        std::chrono::duration_cast<std::chrono::microseconds>(
            std::chrono::system_clock::now().time_since_epoch())
            .count());
}

/// Why a response could not be read. A connection that ends too early is broken; bytes that are not
/// valid HTTP are garbled.
AttemptEnd end_of_reading(const Error& error) {
    if (error == http::error::end_of_stream || error == http::error::partial_message) {
        return AttemptEnd::Broken;
    }
    const Error garbled = http::make_error_code(http::error::bad_version);
    return error.category() == garbled.category() ? AttemptEnd::Garbled : AttemptEnd::Broken;
}

/// An error of the TLS library means that the library rejected what it read; all other errors are
/// network errors.
AttemptEnd end_of_handshake(const Error& error) {
    return error.category() == asio::error::get_ssl_category() ? AttemptEnd::CertificateRefused
                                                               : AttemptEnd::ConnectionRefused;
}

class Attempt : public HttpAttempt, public std::enable_shared_from_this<Attempt> {
public:
    Attempt(asio::io_context& context, ServiceUrl url, OutboundHttpRequest http_request)
        : url_(std::move(url)),
          http_request_(std::move(http_request)),
          resolver_(context),
          socket_(context),
          timer_(context) {}

    void start(asio::ssl::context* tls, std::chrono::microseconds limit, HttpTransport::Done done) {
        done_ = std::move(done);
        timer_.expires_after(limit);
        timer_.async_wait([self = shared_from_this()](const Error& error) {
            if (!error) self->time_out();
        });
        asio::co_spawn(
            socket_.get_executor(),
            [self = shared_from_this(), tls]() { return self->run(tls); },
            [self = shared_from_this()](const std::exception_ptr& failure,
                                        OutboundHttpResponse response) {
                if (failure) response = ended(AttemptEnd::Broken, "the client library failed");
                self->finish(std::move(response));
            });
    }

    void cancel() override {
        done_ = nullptr;
        close();
    }

private:
    asio::awaitable<OutboundHttpResponse> run(asio::ssl::context* tls) {
        Error error;
        const std::string trouble = co_await connect();
        if (!trouble.empty()) co_return ended(AttemptEnd::ConnectionRefused, trouble);
        if (tls == nullptr) co_return co_await talk(socket_);
        TlsStream stream(socket_, *tls);
        expect_host(stream.native_handle(), url_.host);
        co_await stream.async_handshake(asio::ssl::stream_base::client,
                                        asio::redirect_error(asio::use_awaitable, error));
        if (error) co_return ended(end_of_handshake(error), error.message());
        co_return co_await talk(stream);
    }

    /// Returns an error message; empty on success.
    asio::awaitable<std::string> connect() {
        Error error;
        tcp::resolver::results_type places;
        const auto address = asio::ip::make_address(url_.host, error);
        if (!error) {
            places = tcp::resolver::results_type::create(
                tcp::endpoint(address, url_.port), url_.host, "");
        } else {
            places =
                co_await resolver_.async_resolve(url_.host,
                                                 std::to_string(url_.port),
                                                 asio::redirect_error(asio::use_awaitable, error));
            if (error) co_return "the host's name was not found: " + error.message();
        }
        if (!done_) co_return "ended";  // The time limit passed during the name lookup.
        co_await asio::async_connect(
            socket_, places, asio::redirect_error(asio::use_awaitable, error));
        if (error) co_return "cannot connect: " + error.message();
        socket_.set_option(tcp::no_delay(true), error);
        co_return std::string();
    }

    [[nodiscard]] http::request<http::string_body> request() const {
        http::request<http::string_body> request;
        request.method_string(http_request_.method);
        request.target(url_.base + http_request_.path);
        request.version(11);
        request.set(http::field::host, url_.authority());
        request.set(http::field::user_agent, "botcore");
        request.set(http::field::accept, "application/json");
        request.set(http::field::connection, "close");
        for (const auto& [name, value] : http_request_.headers)
            request.set(name, value);
        if (!http_request_.request_id.empty())
            request.set("X-Request-ID", http_request_.request_id);
        if (!http_request_.body.empty()) {
            request.set(http::field::content_type, http_request_.content_type);
            request.body() = http_request_.body;
        }
        request.prepare_payload();
        return request;
    }

    template <class Stream>
    asio::awaitable<OutboundHttpResponse> talk(Stream& stream) {
        Error error;
        const auto http_request = request();
        written_ = true;
        co_await http::async_write(
            stream, http_request, asio::redirect_error(asio::use_awaitable, error));
        if (error) co_return ended(AttemptEnd::Broken, "cannot send: " + error.message());
        beast::flat_buffer buffer;
        http::response_parser<http::string_body> parser;
        parser.header_limit(kResponseHeadBytesMax);
        parser.body_limit(http_request_.response_bytes_max);
        co_await http::async_read(
            stream, buffer, parser, asio::redirect_error(asio::use_awaitable, error));
        if (error) co_return ended(end_of_reading(error), error.message());
        auto message = parser.release();
        OutboundHttpResponse response;
        response.result.status = static_cast<std::uint16_t>(message.result_int());
        const auto asked = message[http::field::retry_after];
        response.result.retry_after = parse_retry_after({asked.data(), asked.size()}, wall_now());
        response.body = std::move(message.body());
        co_return response;
    }

    void time_out() {
        finish(ended(written_ ? AttemptEnd::TimedOut : AttemptEnd::ConnectTimedOut,
                     written_ ? "no response in time" : "no connection in time"));
    }

    void finish(OutboundHttpResponse response) {
        close();
        if (const auto done = std::exchange(done_, nullptr)) done(std::move(response));
    }

    void close() {
        Error ignored;
        timer_.cancel();
        resolver_.cancel();
        socket_.close(ignored);
    }

    ServiceUrl url_;
    OutboundHttpRequest http_request_;
    tcp::resolver resolver_;
    tcp::socket socket_;
    asio::steady_timer timer_;
    HttpTransport::Done done_;
    bool written_ = false;
};

}  // namespace

HttpTransport::HttpTransport(asio::io_context& context, std::unique_ptr<Tls> tls)
    : context_(context),
      tls_(std::move(tls)) {
}

HttpTransport::~HttpTransport() = default;

base::Result<std::unique_ptr<HttpTransport>, std::string> HttpTransport::make(
    asio::io_context& context, const std::string& authorities) {
    auto tls = std::make_unique<Tls>(TRY(make_tls(authorities)));
    return std::unique_ptr<HttpTransport>(new HttpTransport(context, std::move(tls)));
}

std::shared_ptr<HttpAttempt> HttpTransport::start(const ServiceUrl& url,
                                                  OutboundHttpRequest http_request,
                                                  std::chrono::microseconds limit,
                                                  Done done) {
    auto attempt = std::make_shared<Attempt>(context_, url, std::move(http_request));
    auto* tls = url.transport == Transport::Tls ? tls_->context.get() : nullptr;
    attempt->start(tls, limit, std::move(done));
    return attempt;
}

}  // namespace botcore::net
