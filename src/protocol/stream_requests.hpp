#pragma once

/// Strict parser for the messages of a client on the event stream: one JSON object per message,
/// known fields only. docs/api/stream.md describes the messages.

#include "protocol/api_requests.hpp"
#include "protocol/events.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace botcore::protocol {

/// Longer messages close the connection.
inline constexpr std::size_t kStreamMessageMax = 64 * 1024;
/// The maximum number of accounts or symbols that one subscription names.
inline constexpr std::size_t kStreamNamesMax = 100;

struct StreamPing {};

struct StreamAuthenticate {
    std::string token;
};

/// Where to resume: after event `index` of record `sequence`, or after the whole record.
struct StreamPosition {
    model::Sequence sequence = 0;
    std::optional<std::uint32_t> index;
};

/// A complete subscription, which replaces the previous one.
struct StreamSubscribe {
    std::vector<Channel> channels;  ///< If absent from the message: all except prices.
    std::optional<std::vector<model::AccountId>> accounts;  ///< Empty: all accounts of the caller.
    std::optional<std::vector<model::Symbol>> symbols;      ///< Empty: all symbols.
    std::optional<StreamPosition> since;                    ///< Empty: from now on.
    std::string timeline;  ///< The timeline of `since`; empty: the first timeline.
};

/// Removes channels and symbols from the subscription.
struct StreamUnsubscribe {
    std::vector<Channel> channels;
    std::vector<model::Symbol> symbols;
};

struct StreamRequest {
    std::string id;  ///< Chosen by the client and returned in the response; may be empty.
    std::variant<StreamPing, StreamAuthenticate, StreamSubscribe, StreamUnsubscribe> body;
};

/// INVALID_JSON, for bytes that are not a JSON object, closes the connection; the other errors
/// (UNKNOWN_COMMAND, UNKNOWN_FIELD, MISSING_FIELD, INVALID_FIELD) get an error message.
[[nodiscard]] base::Result<StreamRequest, RequestError> parse_stream_request(std::string_view text);

/// `{"type":"error","id","code","message","recoverable","timestamp"}`. If the error is not
/// recoverable, the connection is closed afterwards.
struct StreamError {
    std::string_view id;
    std::string_view code;
    std::string_view message;
    bool recoverable = true;
    std::string_view timeline{};  ///< The timeline of the journal, if the error is about it.
    /// The last record that the caller's history and this one have in common.
    std::optional<model::Sequence> common{};
};

[[nodiscard]] std::string render(const StreamError& error, base::Timestamp now);

/// `{"type":TYPE,"id",…,"timestamp"}`: every other message that is not an event.
[[nodiscard]] std::string render_stream_reply(std::string_view type,
                                              std::string_view id,
                                              boost::json::object fields,
                                              base::Timestamp now);

}  // namespace botcore::protocol
