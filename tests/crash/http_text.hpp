#pragma once

/// HTTP/1.1 as a client of our API speaks it: one request with a body and a key, one answer with a
/// length. Only what the daemon sends is understood.

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

/// One whole answer. Texts live as long as the bytes that it was read from.
struct ReplyFields {
    int status = 0;
    std::string_view body;
    bool replayed = false;  ///< The stored bytes of an earlier answer.
    bool closing = false;   ///< The daemon closes the connection after it.
};

struct Answer {
    int status = 0;
    std::string body;
    bool replayed = false;
};

/// Appends the request's bytes.
void append_request(std::string& out, const Call& call, std::string_view token);

/// Reads one answer from the front of `bytes`; answers how many of them it took, 0 while some are
/// still missing. Nothing when this is no answer that we understand.
[[nodiscard]] std::optional<std::size_t> take_answer(std::string_view bytes, ReplyFields& answer);

/// The text of a JSON field that occurs once in `body`: a string without escapes, a number or a
/// word. Empty when it is absent or null. Enough for the daemon's own answers, and quick.
[[nodiscard]] std::string_view field_of(std::string_view body, std::string_view name);

/// 64 bits that tell two bodies apart.
[[nodiscard]] std::uint64_t hash_of(std::string_view text);

}  // namespace botcore::crash
