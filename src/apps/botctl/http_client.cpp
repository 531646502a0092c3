#include "apps/botctl/http_client.hpp"

#include "shell/outbound/tls_client.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/beast/http/write.hpp>
#include <boost/beast/ssl/ssl_stream.hpp>

#include <charconv>
#include <memory>
#include <optional>

namespace botcore::botctl {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
using asio::ip::tcp;
using Error = boost::system::error_code;
using Outcome = base::Result<ClientResponse, ClientError>;

namespace {

/// The journal's pages are the largest answers.
constexpr std::uint64_t kBodyMax = 64U << 20U;

struct Exchange {
    Place place;
    asio::ssl::context* tls = nullptr;  ///< Null: none is spoken.
    http::request<http::string_body> request;
    std::chrono::seconds patience;
    Outcome outcome = base::Failure{ClientError{ClientFailure::NoAnswer, "the request was cut"}};

    void fail(ClientFailure failure, const Error& error) {
        outcome = base::Failure{ClientError{failure, error.message()}};
    }
};

template <class Stream>
asio::awaitable<void> talk(Stream& stream, Exchange& exchange) {
    Error error;
    const auto token = [&error] { return asio::redirect_error(asio::use_awaitable, error); };
    co_await http::async_write(stream, exchange.request, token());
    if (error) co_return exchange.fail(ClientFailure::NoAnswer, error);
    beast::flat_buffer buffer;
    http::response_parser<http::string_body> parser;
    parser.body_limit(kBodyMax);
    co_await http::async_read(stream, buffer, parser, token());
    if (error) co_return exchange.fail(ClientFailure::NoAnswer, error);
    auto& message = parser.get();
    ClientResponse response;
    response.status = static_cast<int>(message.result_int());
    response.replayed = message["Idempotent-Replayed"] == "true";
    response.body = std::move(message.body());
    exchange.outcome = std::move(response);
}

asio::awaitable<void> perform(asio::io_context& context, Exchange& exchange) {
    Error error;
    const auto token = [&error] { return asio::redirect_error(asio::use_awaitable, error); };
    tcp::resolver resolver(context);
    const auto places =
        co_await resolver.async_resolve(exchange.place.host, exchange.place.port, token());
    if (error) co_return exchange.fail(ClientFailure::NotReached, error);
    beast::tcp_stream stream(context);
    stream.expires_after(exchange.patience);
    co_await stream.async_connect(places, token());
    if (error) co_return exchange.fail(ClientFailure::NotReached, error);
    if (exchange.tls == nullptr) co_return co_await talk(stream, exchange);
    beast::ssl_stream<beast::tcp_stream> secured(std::move(stream), *exchange.tls);
    shell::outbound::expect_host(secured.native_handle(), exchange.place.host);
    co_await secured.async_handshake(asio::ssl::stream_base::client, token());
    if (error) {
        const bool refused = error.category() == asio::error::get_ssl_category();
        co_return exchange.fail(refused ? ClientFailure::NotTrusted : ClientFailure::NotReached,
                                error);
    }
    co_await talk(secured, exchange);
}

}  // namespace

std::optional<Place> parse_url(std::string_view url) {
    constexpr std::string_view kPlain = "http://";
    constexpr std::string_view kTls = "https://";
    const Wire wire = url.starts_with(kTls) ? Wire::Tls : Wire::Plain;
    if (wire == Wire::Plain && !url.starts_with(kPlain)) return std::nullopt;
    url.remove_prefix(wire == Wire::Tls ? kTls.size() : kPlain.size());
    while (url.ends_with('/'))
        url.remove_suffix(1);
    const std::size_t colon = url.rfind(':');
    if (url.empty() || url.find('/') != std::string_view::npos || colon == 0) return std::nullopt;
    const std::string_view usual = wire == Wire::Tls ? "443" : "80";
    if (colon == std::string_view::npos) {
        return Place{wire, std::string(url), std::string(usual)};
    }
    const std::string_view port = url.substr(colon + 1);
    std::uint16_t number = 0;
    const auto [end, error] = std::from_chars(port.data(), port.data() + port.size(), number);
    if (error != std::errc() || end != port.data() + port.size() || number == 0)
        return std::nullopt;
    return Place{wire, std::string(url.substr(0, colon)), std::string(port)};
}

HttpClient::HttpClient(std::string url, std::string_view token, std::string authorities)
    : url_(std::move(url)),
      authorities_(std::move(authorities)) {
    if (!token.empty()) authorization_ = "Bearer " + std::string(token);
}

Outcome HttpClient::send(const ClientRequest& request) {
    auto place = parse_url(url_);
    if (!place) {
        return base::Failure{
            ClientError{ClientFailure::BadUrl,
                        "expected http://host:port or https://host:port, came '" + url_ + "'"}};
    }
    std::unique_ptr<asio::ssl::context> tls;
    if (place->wire == Wire::Tls) {
        auto made = shell::outbound::make_tls(authorities_);
        if (!made) return base::Failure{ClientError{ClientFailure::NotTrusted, made.error()}};
        tls = std::move(made).value();
    }
    Exchange exchange{
        .place = *std::move(place), .tls = tls.get(), .request = {}, .patience = patience_};
    auto& message = exchange.request;
    message.method_string({request.method.data(), request.method.size()});
    message.target(request.path);
    message.version(11);
    message.set(http::field::host, exchange.place.host);
    message.set(http::field::connection, "close");
    if (!authorization_.empty()) message.set(http::field::authorization, authorization_);
    if (!request.idempotency_key.empty()) message.set("Idempotency-Key", request.idempotency_key);
    if (!request.if_match.empty()) message.set(http::field::if_match, request.if_match);
    if (!request.body.empty()) message.set(http::field::content_type, "application/json");
    message.body() = request.body;
    message.prepare_payload();
    asio::io_context context;
    asio::co_spawn(context, perform(context, exchange), asio::detached);
    context.run();
    return std::move(exchange.outcome);
}

}  // namespace botcore::botctl
