#pragma once

/// What a client says on the event stream, read strictly: one JSON object a message, known fields
/// only. docs/api/stream.md describes the messages.

#include "protocol/api_requests.hpp"
#include "protocol/events.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace botcore::protocol {

/// Longer messages end the connection.
inline constexpr std::size_t kStreamMessageMax = 64 * 1024;
/// Accounts or symbols that one subscription names at most.
inline constexpr std::size_t kStreamNamesMax = 100;

struct StreamPing {};

struct StreamAuthenticate {
    std::string token;
};

/// Where to go on: after event `index` of record `sequence`, or after the whole record.
struct StreamPlace {
    model::Sequence sequence = 0;
    std::optional<std::uint32_t> index;
};

/// The whole wish anew: it takes the place of the subscription before.
struct StreamSubscribe {
    std::vector<Channel> channels;  ///< Absent in the message: all but prices.
    std::optional<std::vector<model::AccountId>> accounts;  ///< Nothing: all of the caller's.
    std::optional<std::vector<model::Symbol>> symbols;      ///< Nothing: all.
    std::optional<StreamPlace> since;                       ///< Nothing: from now on.
    std::string timeline;                                   ///< Of `since`; empty: the first.
};

/// Takes channels and symbols out of the subscription.
struct StreamUnsubscribe {
    std::vector<Channel> channels;
    std::vector<model::Symbol> symbols;
};

struct StreamRequest {
    std::string id;  ///< The client's own mark, echoed in the answer; may be empty.
    std::variant<StreamPing, StreamAuthenticate, StreamSubscribe, StreamUnsubscribe> body;
};

/// INVALID_JSON is for bytes that are no JSON object at all and ends the connection; all other
/// codes (UNKNOWN_COMMAND, UNKNOWN_FIELD, MISSING_FIELD, INVALID_FIELD) are answered.
[[nodiscard]] base::Result<StreamRequest, RequestError> parse_stream_request(std::string_view text);

/// `{"type":"error","id","code","message","recoverable","timestamp"}`. Not recoverable: the
/// connection ends now.
struct StreamError {
    std::string_view id;
    std::string_view code;
    std::string_view message;
    bool recoverable = true;
    std::string_view timeline{};  ///< Of the journal, where the error is about it.
    /// The last record that the caller's history and this one have in common.
    std::optional<model::Sequence> common{};
};

[[nodiscard]] std::string render(const StreamError& error, base::Timestamp now);

/// `{"type":TYPE,"id",…,"timestamp"}`: every other message that is no event.
[[nodiscard]] std::string render_stream_reply(std::string_view type,
                                              std::string_view id,
                                              boost::json::object fields,
                                              base::Timestamp now);

}  // namespace botcore::protocol
