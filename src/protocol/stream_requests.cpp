#include "protocol/stream_requests.hpp"

#include "base/plain_text.hpp"
#include "base/time_text.hpp"

#include <boost/json/array.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>

#include <algorithm>
#include <initializer_list>

namespace botcore::protocol {

namespace json = boost::json;

namespace {

using base::Failure;

constexpr std::size_t kIdMax = 64;
constexpr std::size_t kTimelineMax = 32;
constexpr std::size_t kTokenMax = 4'096;
constexpr std::size_t kCameMax = 64;
constexpr std::int64_t kSequenceMax = INT64_MAX - 1;

RequestError error_of(std::string_view code, std::string message, std::string_view field = {}) {
    return {.code = code,
            .message = std::move(message),
            .field = std::string(field.substr(0, kCameMax)),
            .expected = {},
            .received = {}};
}

RequestError invalid(std::string_view field, std::string_view expected) {
    RequestError error = error_of(
        "INVALID_FIELD", "'" + std::string(field) + "' must be " + std::string(expected), field);
    error.expected = expected;
    return error;
}

/// Rejects fields that the message does not have.
base::Outcome<RequestError> only(const json::object& message,
                                 std::initializer_list<std::string_view> known) {
    for (const auto& [name, value] : message) {
        const std::string_view text(name.data(), name.size());
        if (text == "type" || text == "id") continue;
        if (std::find(known.begin(), known.end(), text) != known.end()) continue;
        std::string list = "type, id";
        for (const auto candidate : known)
            list.append(", ").append(candidate);
        return Failure{
            error_of("UNKNOWN_FIELD", "a field is unknown; known fields: " + list, text)};
    }
    return base::Done{};
}

template <class T, class Parse>
base::Result<std::vector<T>, RequestError> names(const json::value& value,
                                                 std::string_view field,
                                                 std::string_view expected,
                                                 Parse parse) {
    std::vector<T> list;
    const json::array* array = value.if_array();
    if (array == nullptr || array->size() > kStreamNamesMax) {
        return Failure{invalid(field, expected)};
    }
    for (const json::value& item : *array) {
        const json::string* text = item.if_string();
        if (text == nullptr) return Failure{invalid(field, expected)};
        auto parsed = parse(std::string_view(text->data(), text->size()));
        if (!parsed) return Failure{invalid(field, expected)};
        list.push_back(*std::move(parsed));
    }
    return list;
}

constexpr std::string_view kChannelsExpected =
    "a list of channels: orders, trades, positions, balances, accounts, risk, system, "
    "maintenance, prices";
constexpr std::string_view kSymbolsExpected = "a list of at most 100 symbols such as \"BTCUSDT\"";
constexpr std::string_view kAccountsExpected = "a list of at most 100 accounts such as \"futures\"";

base::Result<std::vector<Channel>, RequestError> channels_of(const json::value& value) {
    return names<Channel>(value, "channels", kChannelsExpected, parse_channel);
}

base::Result<std::vector<model::Symbol>, RequestError> symbols_of(const json::value& value) {
    return names<model::Symbol>(value, "symbols", kSymbolsExpected, [](std::string_view text) {
        return model::is_valid_symbol(text) ? std::optional(model::Symbol(text)) : std::nullopt;
    });
}

std::optional<std::int64_t> whole(const json::value& value, std::int64_t max) {
    const std::int64_t* number = value.if_int64();
    if (number == nullptr || *number < 0 || *number > max) return std::nullopt;
    return *number;
}

base::Result<std::optional<StreamPosition>, RequestError> place_of(const json::object& message) {
    const json::value* since = message.if_contains("since");
    const json::value* index = message.if_contains("since_index");
    if (since == nullptr && index != nullptr) {
        return Failure{error_of("MISSING_FIELD", "'since_index' requires 'since'", "since")};
    }
    if (since == nullptr) return std::optional<StreamPosition>{};
    StreamPosition place;
    const auto sequence = whole(*since, kSequenceMax);
    if (!sequence) {
        return Failure{invalid("since", "the sequence of a record: a whole number of at least 0")};
    }
    place.sequence = static_cast<model::Sequence>(*sequence);
    if (index != nullptr) {
        const auto number = whole(*index, UINT32_MAX);
        if (!number) return Failure{invalid("since_index", "an event's index: a whole number")};
        place.index = static_cast<std::uint32_t>(*number);
    }
    return std::optional(place);
}

base::Result<std::string, RequestError> timeline_of(const json::object& message) {
    const json::value* timeline = message.if_contains("timeline");
    if (timeline == nullptr) return std::string();
    const json::string* text = timeline->if_string();
    if (text == nullptr || text->empty() || text->size() > kTimelineMax) {
        return Failure{
            invalid("timeline", "the timeline of 'since', such as \"2-9f2c41d0\": a text")};
    }
    return std::string(*text);
}

base::Result<StreamSubscribe, RequestError> read_subscribe(const json::object& message) {
    (void)TRY(
        only(message, {"channels", "accounts", "symbols", "since", "since_index", "timeline"}));
    StreamSubscribe requested;
    if (const auto* value = message.if_contains("channels")) {
        requested.channels = TRY(channels_of(*value));
    } else {
        std::copy_if(kChannels.begin(),
                     kChannels.end(),
                     std::back_inserter(requested.channels),
                     [](Channel channel) { return channel != Channel::Prices; });
    }
    if (const auto* value = message.if_contains("symbols"))
        requested.symbols = TRY(symbols_of(*value));
    if (const auto* value = message.if_contains("accounts")) {
        requested.accounts = TRY(names<model::AccountId>(
            *value, "accounts", kAccountsExpected, [](std::string_view text) {
                return model::is_valid_account(text) ? std::optional(model::AccountId(text))
                                                     : std::nullopt;
            }));
    }
    requested.since = TRY(place_of(message));
    requested.timeline = TRY(timeline_of(message));
    return requested;
}

base::Result<StreamUnsubscribe, RequestError> read_unsubscribe(const json::object& message) {
    (void)TRY(only(message, {"channels", "symbols"}));
    StreamUnsubscribe requested;
    if (const auto* value = message.if_contains("channels")) {
        requested.channels = TRY(channels_of(*value));
    }
    if (const auto* value = message.if_contains("symbols"))
        requested.symbols = TRY(symbols_of(*value));
    if (requested.channels.empty() && requested.symbols.empty()) {
        return Failure{
            error_of("MISSING_FIELD", "name the 'channels' or 'symbols' to unsubscribe from", {})};
    }
    return requested;
}

base::Result<StreamAuthenticate, RequestError> read_authenticate(const json::object& message) {
    (void)TRY(only(message, {"token"}));
    const json::value* token = message.if_contains("token");
    if (token == nullptr) return Failure{error_of("MISSING_FIELD", "'token' is missing", "token")};
    const json::string* text = token->if_string();
    if (text == nullptr || text->empty() || text->size() > kTokenMax) {
        return Failure{invalid("token", "your bearer token as a text")};
    }
    return StreamAuthenticate{std::string(text->data(), text->size())};
}

base::Result<StreamRequest, RequestError> read_message(const json::object& message) {
    StreamRequest request;
    if (const json::value* id = message.if_contains("id")) {
        const json::string* text = id->if_string();
        if (text == nullptr || text->size() > kIdMax) {
            return Failure{invalid("id", "a text of at most 64 bytes")};
        }
        request.id = std::string(text->data(), text->size());
    }
    const json::value* type = message.if_contains("type");
    const json::string* command = type == nullptr ? nullptr : type->if_string();
    if (command == nullptr) {
        return Failure{
            error_of("MISSING_FIELD", "'type' is missing; it names the command", "type")};
    }
    if (*command == "ping") {
        (void)TRY(only(message, {}));
        request.body = StreamPing{};
    } else if (*command == "authenticate") {
        request.body = TRY(read_authenticate(message));
    } else if (*command == "subscribe") {
        request.body = TRY(read_subscribe(message));
    } else if (*command == "unsubscribe") {
        request.body = TRY(read_unsubscribe(message));
    } else {
        return Failure{error_of(
            "UNKNOWN_COMMAND",
            "the command is unknown; known commands: authenticate, subscribe, unsubscribe, ping",
            "type")};
    }
    return request;
}

}  // namespace

base::Result<StreamRequest, RequestError> parse_stream_request(std::string_view text) {
    json::parse_options options;
    options.max_depth = kRequestDepthMax;
    json::error_code error;
    const json::value value =
        json::parse(json::string_view(text.data(), text.size()), error, {}, options);
    if (error || !value.is_object()) {
        return Failure{
            error_of("INVALID_JSON", "a message is one JSON object such as {\"type\":\"ping\"}")};
    }
    return read_message(value.get_object());
}

std::string render(const StreamError& error, base::Timestamp now) {
    json::object fields;
    fields["code"] = error.code;
    fields["message"] = error.message;
    fields["recoverable"] = error.recoverable;
    if (!error.timeline.empty()) {
        fields["timeline"] = error.timeline;
        fields["common_sequence"] =
            error.common ? json::value(*error.common) : json::value(nullptr);
    }
    return render_stream_reply("error", error.id, std::move(fields), now);
}

std::string render_stream_reply(std::string_view type,
                                std::string_view id,
                                json::object fields,
                                base::Timestamp now) {
    json::object body;
    body["type"] = type;
    if (!id.empty()) body["id"] = id;
    for (auto& [name, value] : fields)
        body[name] = std::move(value);
    body["timestamp"] = base::to_iso8601(now);
    return base::escaped(json::serialize(body));
}

}  // namespace botcore::protocol
