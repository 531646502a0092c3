#include "apps/botctl/http_client.hpp"

#include "apps/botctl/connection.hpp"
#include "base/whole_number.hpp"

#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/beast/http/write.hpp>

#include <optional>

namespace botcore::botctl {

namespace beast = boost::beast;
namespace http = beast::http;
using Outcome = base::Result<ClientResponse, ClientError>;

namespace {

/// The journal's pages are the largest responses.
constexpr std::uint64_t kBodyMax = 64U << 20U;

Outcome talk(Connection& line, const http::request<http::string_body>& request) {
    Connection::Error error;
    (void)http::write(line, request, error);
    if (error) return base::Failure{ClientError{ClientFailure::NoAnswer, error.message()}};
    beast::flat_buffer buffer;
    http::response_parser<http::string_body> parser;
    parser.body_limit(kBodyMax);
    (void)http::read(line, buffer, parser, error);
    if (error) return base::Failure{ClientError{ClientFailure::NoAnswer, error.message()}};
    auto& message = parser.get();
    ClientResponse response;
    response.status = static_cast<int>(message.result_int());
    response.replayed = message["Idempotent-Replayed"] == "true";
    response.body = std::move(message.body());
    return response;
}

}  // namespace

ClientRequest get_request(std::string path) {
    return {.method = "GET",
            .path = std::move(path),
            .body = {},
            .idempotency_key = {},
            .if_match = {}};
}

std::optional<ServerAddress> parse_url(std::string_view url) {
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
        return ServerAddress{wire, std::string(url), std::string(usual)};
    }
    const std::string_view port = url.substr(colon + 1);
    if (base::whole_number<std::uint16_t>(port).value_or(0) == 0) return std::nullopt;
    return ServerAddress{wire, std::string(url.substr(0, colon)), std::string(port)};
}

HttpClient::HttpClient(std::string url, std::string_view token, std::string authorities)
    : url_(std::move(url)),
      authorities_(std::move(authorities)) {
    if (!token.empty()) authorization_ = "Bearer " + std::string(token);
}

Outcome HttpClient::send(const ClientRequest& request) {
    auto place = parse_url(url_);
    if (!place) {
        return base::Failure{ClientError{
            ClientFailure::BadUrl,
            "expected http://host:port or https://host:port, but received '" + url_ + "'"}};
    }
    http::request<http::string_body> message;
    message.method_string({request.method.data(), request.method.size()});
    message.target(request.path);
    message.version(11);
    message.set(http::field::host, place->host);
    message.set(http::field::connection, "close");
    if (!authorization_.empty()) message.set(http::field::authorization, authorization_);
    if (!request.idempotency_key.empty()) message.set("Idempotency-Key", request.idempotency_key);
    if (!request.if_match.empty()) message.set(http::field::if_match, request.if_match);
    if (!request.timeline.empty()) message.set("X-Timeline", request.timeline);
    if (!request.accept.empty()) message.set(http::field::accept, request.accept);
    if (!request.body.empty()) message.set(http::field::content_type, "application/json");
    message.body() = request.body;
    message.prepare_payload();
    auto line = Connection::open(*place, authorities_, patience_);
    if (!line) return base::Failure{line.error()};
    return talk(*line.value(), message);
}

}  // namespace botcore::botctl
