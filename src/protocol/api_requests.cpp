#include "protocol/api_requests.hpp"

#include <boost/json/basic_parser_impl.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include <algorithm>
#include <array>
#include <map>
#include <optional>

namespace botcore::protocol {

namespace {

using base::Failure;
using base::Result;

enum class FieldKind : std::uint8_t { Text, Number, Boolean, Null, Nested };

struct FlatField {
    FieldKind kind = FieldKind::Null;
    std::string text;  ///< The text's content, or the number, true and false as they stood there.
};

using FlatObject = std::map<std::string, FlatField, std::less<>>;

namespace json = boost::json;
using Error = json::error_code;

/// Takes the parser's events; refuses by returning false with an error set.
class FlatHandler {
public:
    static constexpr std::size_t max_object_size = kRequestBodyMax;
    static constexpr std::size_t max_array_size = kRequestBodyMax;
    static constexpr std::size_t max_key_size = kRequestBodyMax;
    static constexpr std::size_t max_string_size = kRequestBodyMax;

    bool on_document_begin(Error&) { return true; }

    bool on_document_end(Error&) { return true; }

    bool on_object_begin(Error&) { return open(Opening::Object); }

    bool on_object_end(std::size_t, Error&) { return close(); }

    bool on_array_begin(Error&) { return open(Opening::Array); }

    bool on_array_end(std::size_t, Error&) { return close(); }

    bool on_key_part(json::string_view part, std::size_t, Error&) {
        if (depth_ == 1) key_.append(part.data(), part.size());
        return true;
    }

    bool on_key(json::string_view part, std::size_t size, Error& error) {
        if (depth_ != 1) return true;
        (void)on_key_part(part, size, error);
        if (!fields_.contains(key_)) return true;
        doubled_ = key_;
        error = json::error::syntax;
        return false;
    }

    bool on_string_part(json::string_view part, std::size_t, Error&) { return add(part); }

    bool on_string(json::string_view part, std::size_t, Error&) {
        (void)add(part);
        return put(FieldKind::Text);
    }

    bool on_number_part(json::string_view part, Error&) { return add(part); }

    bool on_int64(std::int64_t, json::string_view part, Error&) { return number(part); }

    bool on_uint64(std::uint64_t, json::string_view part, Error&) { return number(part); }

    // The value itself is never looked at: the text says it without rounding.
    bool on_double(double, json::string_view part, Error&) {  // rule-ok: the parser's interface
        return number(part);
    }

    bool on_bool(bool value, Error&) {
        value_ = value ? "true" : "false";
        return put(FieldKind::Boolean);
    }

    bool on_null(Error&) {
        value_ = "null";
        return put(FieldKind::Null);
    }

    bool on_comment_part(json::string_view, Error&) { return true; }

    bool on_comment(json::string_view, Error&) { return true; }

    [[nodiscard]] bool is_object() const { return is_object_; }

    [[nodiscard]] const std::optional<std::string>& doubled() const { return doubled_; }

    [[nodiscard]] FlatObject take() { return std::move(fields_); }

private:
    enum class Opening : std::uint8_t { Object, Array };

    bool open(Opening opening) {
        if (depth_ == 0) is_object_ = opening == Opening::Object;
        if (depth_ == 1 && is_object_) {
            value_ = opening == Opening::Object ? "an object" : "an array";
            (void)put(FieldKind::Nested);
        }
        ++depth_;
        return true;
    }

    bool close() {
        --depth_;
        return true;
    }

    bool add(json::string_view part) {
        if (depth_ == 1) value_.append(part.data(), part.size());
        return true;
    }

    bool number(json::string_view part) {
        (void)add(part);
        return put(FieldKind::Number);
    }

    bool put(FieldKind kind) {
        if (depth_ == 1 && is_object_) {
            fields_.emplace(std::move(key_), FlatField{kind, std::move(value_)});
        }
        key_.clear();
        value_.clear();
        return true;
    }

    FlatObject fields_;
    std::string key_;
    std::string value_;
    std::size_t depth_ = 0;
    bool is_object_ = false;
    std::optional<std::string> doubled_;
};

RequestError invalid_json(std::string message) {
    return {.code = "INVALID_JSON",
            .message = std::move(message),
            .field = {},
            .expected = {},
            .came = {}};
}

/// `text`, cut at 64 bytes between two characters.
std::string excerpt(std::string_view text) {
    constexpr std::size_t kMax = 64;
    if (text.size() <= kMax) return std::string(text);
    std::size_t end = kMax - 3;
    while (end > 0 && (static_cast<std::uint8_t>(text[end]) & 0xC0U) == 0x80U)
        --end;
    return std::string(text.substr(0, end)) + "...";
}

/// The fields of the object that `body` consists of. INVALID_JSON for anything else.
base::Result<FlatObject, RequestError> parse_flat_object(std::string_view body) {
    if (body.size() > kRequestBodyMax) {
        return base::Failure{RequestError{.code = "PAYLOAD_TOO_LARGE",
                                          .message = "a body has at most 65536 bytes",
                                          .field = {},
                                          .expected = {},
                                          .came = {}}};
    }
    json::parse_options options;
    options.max_depth = kRequestDepthMax;
    json::basic_parser<FlatHandler> parser(options);
    Error error;
    const std::size_t used = parser.write_some(false, body.data(), body.size(), error);
    if (const auto& doubled = parser.handler().doubled()) {
        RequestError refused = invalid_json("the field '" + excerpt(*doubled) + "' occurs twice");
        refused.field = excerpt(*doubled);
        return base::Failure{std::move(refused)};
    }
    if (error == json::error::too_deep) {
        return base::Failure{invalid_json("the body is nested more than ten levels deep")};
    }
    const bool rest = body.substr(used).find_first_not_of(" \t\r\n") != std::string_view::npos;
    if (error || !parser.done() || rest) {
        return base::Failure{
            invalid_json("the body is not one well-formed JSON object; the first "
                         "mistake is after byte " +
                         std::to_string(used))};
    }
    if (!parser.handler().is_object()) {
        return base::Failure{invalid_json("the body must be a JSON object such as {\"symbol\":…}")};
    }
    return parser.handler().take();
}

std::string serialize_sorted(const std::map<std::string, std::string>& fields) {
    json::object object;
    for (const auto& [name, value] : fields)
        object[name] = value;
    return json::serialize(object);
}

enum class Sign : std::uint8_t { Positive, NotNegative };

/// Takes the fields out of an object one by one; the rest is unknown in the end.
class FieldReader {
public:
    explicit FieldReader(FlatObject fields) : fields_(std::move(fields)) {}

    /// Refuses fields that the request does not have.
    template <std::size_t N>
    [[nodiscard]] base::Outcome<RequestError> only(
        const std::array<std::string_view, N>& names) const {
        for (const auto& [name, field] : fields_) {
            if (std::find(names.begin(), names.end(), name) != names.end()) continue;
            std::string known;
            for (const auto candidate : names) {
                known += (known.empty() ? "" : ", ") + std::string(candidate);
            }
            return Failure{RequestError{
                .code = "UNKNOWN_FIELD",
                .message = "there is no field '" + excerpt(name) + "' here; known are: " + known,
                .field = excerpt(name),
                .expected = known,
                .came = excerpt(name)}};
        }
        return base::Done{};
    }

    [[nodiscard]] bool has(std::string_view name) const { return fields_.contains(name); }

    /// A text that `parse` understands.
    template <class Parse>
    [[nodiscard]] auto word(std::string_view name, std::string_view expected, Parse parse)
        -> Result<typename std::invoke_result_t<Parse, std::string_view>::value_type,
                  RequestError> {
        const FlatField field = TRY(take(name, expected));
        if (field.kind != FieldKind::Text) return Failure{invalid(name, expected, field)};
        auto value = parse(field.text);
        if (!value) return Failure{invalid(name, expected, field)};
        said_[std::string(name)] = field.text;
        return *std::move(value);
    }

    template <class A>
    [[nodiscard]] Result<A, RequestError> amount(std::string_view name, Sign sign) {
        const std::string_view expected = sign == Sign::Positive
                                              ? "a decimal text greater than zero such as \"0.01\""
                                              : "a decimal text, zero or more, such as \"1000\"";
        const FlatField field = TRY(take(name, expected));
        if (field.kind == FieldKind::Number) {
            RequestError error = invalid(name, expected, field);
            error.message = "'" + std::string(name) + "' must be a text: write \"" + error.came +
                            "\" with quotes, since JSON numbers are rounded to binary fractions "
                            "on their way and money must stay exact";
            return Failure{std::move(error)};
        }
        if (field.kind != FieldKind::Text) return Failure{invalid(name, expected, field)};
        const auto value = model::parse_amount<A>(field.text);
        if (!value) {
            RequestError error = invalid(name, expected, field);
            error.message += why(value.error());
            return Failure{std::move(error)};
        }
        const bool fits =
            sign == Sign::Positive ? value.value().is_positive() : !value.value().is_negative();
        if (!fits) return Failure{invalid(name, expected, field)};
        said_[std::string(name)] = to_text(value.value());
        return value.value();
    }

    [[nodiscard]] Result<model::Rate, RequestError> whole(std::string_view name) {
        constexpr std::string_view kExpected = "a whole number from 1 such as \"10\"";
        const FlatField field = TRY(take(name, kExpected));
        const auto value = model::parse_amount<model::Rate>(field.text);
        const bool kind = field.kind == FieldKind::Text || field.kind == FieldKind::Number;
        if (!kind || !value || !value.value().is_positive() ||
            !model::is_multiple(value.value(), model::Rate::whole(1))) {
            return Failure{invalid(name, kExpected, field)};
        }
        said_[std::string(name)] = to_text(value.value());
        return value.value();
    }

    [[nodiscard]] Result<model::ReduceOnly, RequestError> reduce_only(std::string_view name) {
        const FlatField field = TRY(take(name, "true or false"));
        if (field.kind != FieldKind::Boolean) return Failure{invalid(name, "true or false", field)};
        said_[std::string(name)] = field.text;
        return field.text == "true" ? model::ReduceOnly::Yes : model::ReduceOnly::No;
    }

    [[nodiscard]] std::string canonical() const { return serialize_sorted(said_); }

    static RequestError invalid(std::string_view name,
                                std::string_view expected,
                                const FlatField& field) {
        const std::string came = excerpt(field.text);
        return {.code = "INVALID_FIELD",
                .message = "'" + std::string(name) + "' must be " + std::string(expected) +
                           ", but '" + came + "' came",
                .field = std::string(name),
                .expected = std::string(expected),
                .came = came};
    }

private:
    [[nodiscard]] Result<FlatField, RequestError> take(std::string_view name,
                                                       std::string_view expected) {
        const auto place = fields_.find(name);
        if (place == fields_.end()) {
            return Failure{RequestError{
                .code = "MISSING_FIELD",
                .message = "'" + std::string(name) + "' is missing; it is " + std::string(expected),
                .field = std::string(name),
                .expected = std::string(expected),
                .came = {}}};
        }
        return place->second;
    }

    static std::string_view why(model::AmountError error) {
        switch (error) {
            case model::AmountError::Empty:
                return "; it is empty";
            case model::AmountError::NotANumber:
                return "; only digits and one point may be in it";
            case model::AmountError::TooPrecise:
                return "; at most eight decimal places count";
            case model::AmountError::OutOfRange:
                return "; it must be below 10^15";
        }
        return "";
    }

    FlatObject fields_;
    std::map<std::string, std::string> said_;
};

std::optional<model::Symbol> read_symbol(std::string_view text) {
    if (!model::is_valid_symbol(text)) return std::nullopt;
    return model::Symbol(text);
}

std::optional<model::Asset> read_asset(std::string_view text) {
    if (!model::is_valid_symbol(text)) return std::nullopt;
    return model::Asset(text);
}

std::optional<model::AccountId> read_account(std::string_view text) {
    if (!model::is_valid_account(text)) return std::nullopt;
    return model::AccountId(text);
}

constexpr std::string_view kSymbolExpected = "upper-case letters and digits such as \"BTCUSDT\"";
constexpr std::string_view kAssetExpected = "upper-case letters and digits such as \"USDT\"";
constexpr std::string_view kAccountExpected =
    "1 to 32 lower-case letters, digits and dashes such as \"futures\"";

Result<model::Asset, RequestError> asset_or_default(FieldReader& reader) {
    if (!reader.has("asset")) return model::Asset("USDT");
    return reader.word("asset", kAssetExpected, read_asset);
}

/// What belongs to a limit order only.
base::Outcome<RequestError> read_limit(FieldReader& reader, model::PlaceOrder& order) {
    if (order.type == model::OrderType::Market) {
        for (const std::string_view name : {"price", "time_in_force"}) {
            if (!reader.has(name)) continue;
            RequestError error = FieldReader::invalid(name, "absent with type MARKET", {});
            error.message = "a MARKET order has no '" + std::string(name) +
                            "': leave it out, or use type LIMIT";
            return Failure{std::move(error)};
        }
        return base::Done{};
    }
    order.price = TRY(reader.amount<model::Price>("price", Sign::Positive));
    if (reader.has("time_in_force")) {
        order.time_in_force =
            TRY(reader.word("time_in_force", "GTC, IOC, FOK or GTX", model::parse_time_in_force));
    }
    return base::Done{};
}

}  // namespace

ParseResult<model::PlaceOrder> parse_place_order(std::string_view body) {
    static constexpr std::array<std::string_view, 7> kNames = {
        "symbol", "side", "type", "quantity", "price", "time_in_force", "reduce_only"};
    FieldReader reader(TRY(parse_flat_object(body)));
    (void)TRY(reader.only(kNames));
    model::PlaceOrder order;
    auto symbol = reader.word("symbol", kSymbolExpected, read_symbol);
    if (!symbol) {
        RequestError error = std::move(symbol).error();
        if (error.code == "INVALID_FIELD") error.code = "INVALID_SYMBOL";
        return Failure{std::move(error)};
    }
    order.instrument.symbol = std::move(symbol).value();
    order.side = TRY(reader.word("side", "BUY or SELL", model::parse_side));
    if (reader.has("type")) {
        order.type = TRY(reader.word("type", "MARKET or LIMIT", model::parse_order_type));
    }
    order.quantity = TRY(reader.amount<model::Quantity>("quantity", Sign::Positive));
    (void)TRY(read_limit(reader, order));
    if (reader.has("reduce_only")) order.reduce_only = TRY(reader.reduce_only("reduce_only"));
    return Parsed<model::PlaceOrder>{std::move(order), reader.canonical()};
}

ParseResult<model::SetLeverage> parse_set_leverage(std::string_view body) {
    FieldReader reader(TRY(parse_flat_object(body)));
    (void)TRY(reader.only(std::array<std::string_view, 1>{"leverage"}));
    model::SetLeverage command;
    command.leverage = TRY(reader.whole("leverage"));
    return Parsed<model::SetLeverage>{std::move(command), reader.canonical()};
}

ParseResult<model::OpenAccount> parse_open_account(std::string_view body) {
    FieldReader reader(TRY(parse_flat_object(body)));
    (void)TRY(
        reader.only(std::array<std::string_view, 4>{"account", "market", "deposit", "asset"}));
    model::OpenAccount command;
    command.account = TRY(reader.word("account", kAccountExpected, read_account));
    command.market = TRY(reader.word("market", "spot or futures", model::parse_market));
    command.deposit = TRY(reader.amount<model::Money>("deposit", Sign::NotNegative));
    command.quote = TRY(asset_or_default(reader));
    return Parsed<model::OpenAccount>{std::move(command), reader.canonical()};
}

ParseResult<model::TransferMoney> parse_transfer(std::string_view body) {
    FieldReader reader(TRY(parse_flat_object(body)));
    (void)TRY(reader.only(std::array<std::string_view, 4>{"from", "to", "amount", "asset"}));
    model::TransferMoney command;
    command.from = TRY(reader.word("from", kAccountExpected, read_account));
    command.to = TRY(reader.word("to", kAccountExpected, read_account));
    command.amount = TRY(reader.amount<model::Money>("amount", Sign::Positive));
    command.asset = TRY(asset_or_default(reader));
    return Parsed<model::TransferMoney>{std::move(command), reader.canonical()};
}

ParseResult<model::InstrumentId> parse_instrument(std::string_view body) {
    FieldReader reader(TRY(parse_flat_object(body)));
    (void)TRY(reader.only(std::array<std::string_view, 2>{"symbol", "market"}));
    model::InstrumentId id{model::Market::Futures, {}};
    id.symbol = TRY(reader.word("symbol", kSymbolExpected, read_symbol));
    if (reader.has("market")) {
        id.market = TRY(reader.word("market", "spot or futures", model::parse_market));
    }
    return Parsed<model::InstrumentId>{std::move(id), reader.canonical()};
}

base::Outcome<RequestError> parse_no_fields(std::string_view body) {
    if (body.empty()) return base::Done{};
    FieldReader reader(TRY(parse_flat_object(body)));
    return reader.only(std::array<std::string_view, 0>{});
}

}  // namespace botcore::protocol
