#pragma once

/// The errors that the HTTP server responds with itself, without calling the request handler. The
/// owner of the server decides how they look (`HttpServerOptions::render_error`).

#include "net/http_message.hpp"

#include <cstdint>
#include <functional>
#include <string_view>

namespace botcore::net {

struct ErrorResponse {
    std::uint16_t status = 0;
    std::string_view code;
    std::string_view message;
};

/// Writes the body and the content type of the response for an error.
using RenderError = std::function<void(
    const ErrorResponse& error, std::string_view request_id, HttpResponse& response)>;

inline constexpr ErrorResponse kTooLarge{
    413, "PAYLOAD_TOO_LARGE", "the body must have at most 65536 bytes"};
inline constexpr ErrorResponse kHeadTooLarge{
    431, "HEADERS_TOO_LARGE", "request line and headers must have at most 8192 bytes together"};
inline constexpr ErrorResponse kMalformed{
    400, "INVALID_HTTP", "this is not a well-formed HTTP/1.1 request"};
inline constexpr ErrorResponse kNotOneHost{
    400, "INVALID_HTTP", "a request must have exactly one Host header"};
inline constexpr ErrorResponse kUnknownCoding{
    501,
    "UNSUPPORTED_TRANSFER_ENCODING",
    "the only supported transfer coding is 'chunked', without another one"};
inline constexpr ErrorResponse kMisdirected{
    421,
    "MISDIRECTED_REQUEST",
    "the name in the Host header is not served here: use the server's IP address, or ask the "
    "operator to list the name in http.hosts"};
inline constexpr ErrorResponse kBadTarget{
    400,
    "INVALID_TARGET",
    "path or query is malformed: a bad escape, a control character, or "
    "a query name that occurs twice"};
inline constexpr ErrorResponse kTooLate{
    504,
    "TIMEOUT",
    "no response within the time limit; the outcome of the request is not "
    "known: repeat it with the same idempotency key"};
inline constexpr ErrorResponse kTooMany{
    503, "TOO_MANY_CONNECTIONS", "too many connections are open; try again shortly"};

/// The response for an error: `render`, or a line of plain text if `render` is empty. Its status
/// and its code are those of the error.
[[nodiscard]] HttpResponse refusal(const RenderError& render,
                                   const ErrorResponse& refused,
                                   std::string_view request_id);

}  // namespace botcore::net
