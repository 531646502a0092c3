#pragma once

/// HTTP/1.1 as clients of our API use it: one request with a body and a key, one response with a
/// length. Parses only what the daemon sends.

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace botcore::crash {

/// One request to the API.
struct Call {
    std::string method = "GET";
    std::string target;
    std::string body;
    std::string key;  ///< Idempotency-Key; empty for reads.
};

/// One complete response. Its texts are views of the bytes that it was parsed from.
struct ReplyFields {
    int status = 0;
    std::string_view body;
    bool replayed = false;  ///< The stored bytes of an earlier response.
    bool closing = false;   ///< The daemon closes the connection after this response.
};

struct Answer {
    int status = 0;
    std::string body;
    bool replayed = false;
};

/// Appends the request's bytes.
void append_request(std::string& out, const Call& call, std::string_view token);

/// Parses one response from the front of `bytes`. Returns the number of bytes used, 0 while some
/// are still missing. Empty when the bytes are not a valid response.
[[nodiscard]] std::optional<std::size_t> parse_response(std::string_view bytes,
                                                        ReplyFields& answer);

/// The text of a JSON field that occurs once in `body`: a string without escapes, a number or a
/// word. Empty when it is absent or null. Sufficient for the daemon's own responses, and fast.
[[nodiscard]] std::string_view field_of(std::string_view body, std::string_view name);

/// A 64-bit hash to compare two bodies.
[[nodiscard]] std::uint64_t hash_of(std::string_view text);

}  // namespace botcore::crash
