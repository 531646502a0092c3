#include "protocol/binance/market_messages.hpp"

#include "base/check.hpp"

#include <simdjson.h>

#include <array>
#include <optional>
#include <utility>

namespace botcore::protocol {

namespace {

namespace ondemand = simdjson::ondemand;
using base::Done;
using base::Failure;
using base::Outcome;
using base::Result;
using model::Level;
using model::Price;
using model::Quantity;

static_assert(kMarketMessagePadding >= simdjson::SIMDJSON_PADDING);

constexpr base::Duration kTradeAheadMax = base::Duration::seconds(60);

// The positions of the fields: first the names of one letter, then the longer ones.
constexpr std::size_t kUpdatePreviousField = 52;  // "pu"
constexpr std::size_t kUpdateLastField = 53;      // "lastUpdateId"
constexpr std::size_t kBidsField = 54;
constexpr std::size_t kRequestField = 55;
constexpr std::size_t kFieldCount = 56;
constexpr std::size_t kFieldUnknown = kFieldCount;

constexpr std::size_t field_of_letter(char letter) {
    if (letter >= 'a' && letter <= 'z') return static_cast<std::size_t>(letter - 'a');
    if (letter >= 'A' && letter <= 'Z') return static_cast<std::size_t>(letter - 'A') + 26;
    return kFieldUnknown;
}

/// `key` is the text after the opening quote; a closing quote always follows.
std::size_t field_of(const char* key) {
    if (key[0] == '"') return kFieldUnknown;
    if (key[1] == '"') return field_of_letter(key[0]);
    const ondemand::raw_json_string name(reinterpret_cast<const std::uint8_t*>(key));
    if (name.unsafe_is_equal("pu")) return kUpdatePreviousField;
    if (name.unsafe_is_equal("lastUpdateId")) return kUpdateLastField;
    if (name.unsafe_is_equal("bids")) return kBidsField;
    if (name.unsafe_is_equal("asks")) return kRequestField;
    return kFieldUnknown;
}

/// The fields of one message: single values as their raw text, possibly with white space after it;
/// lists of levels are read into the message directly.
class Fields {
public:
    /// Returns false if the field was added before.
    bool add(std::size_t field, std::string_view text) {
        const std::uint64_t bit = std::uint64_t{1} << field;
        if ((seen_ & bit) != 0) return false;
        seen_ |= bit;
        texts_[field] = text;
        return true;
    }

    void clear() { seen_ = 0; }

    [[nodiscard]] bool has(char letter) const { return has(field_of_letter(letter)); }

    [[nodiscard]] bool has(std::size_t field) const { return ((seen_ >> field) & 1U) != 0; }

    [[nodiscard]] std::string_view text(char letter) const { return text(field_of_letter(letter)); }

    [[nodiscard]] std::string_view text(std::size_t field) const {
        return has(field) ? texts_[field] : std::string_view{};
    }

    [[nodiscard]] bool is_list(std::size_t field) const {
        const std::string_view found = text(field);
        return !found.empty() && found.front() == '[';
    }

private:
    std::uint64_t seen_ = 0;
    std::array<std::string_view, kFieldCount> texts_{};
};

constexpr bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

/// The content of a text value without its quotes. Empty if it is not a text, or if it has escapes,
/// which no name or number of the exchange needs.
std::optional<std::string_view> unquoted(std::string_view raw) {
    if (raw.size() < 2 || raw.front() != '"') return std::nullopt;
    const std::size_t end = raw.find('"', 1);
    if (end == std::string_view::npos) return std::nullopt;
    const std::string_view content = raw.substr(1, end - 1);
    if (content.find('\\') != std::string_view::npos) return std::nullopt;
    return content;
}

constexpr std::array<std::uint32_t, 9> kPowersOfTen = {
    1, 10, 100, 1'000, 10'000, 100'000, 1'000'000, 10'000'000, 100'000'000};

/// The fast path: reads a quoted decimal of the usual form in units of 10^-8. The usual form has
/// digits and optionally a point with up to eight decimals, at most 18 digits in total and 15
/// before the point, so that nothing can overflow. Empty for every other text, valid or not.
inline std::optional<std::uint64_t> usual_units_of(std::string_view raw) {
    if (raw.size() < 3 || raw.front() != '"') return std::nullopt;
    const char* const begin = raw.data() + 1;
    // The closing quote ends both loops.
    const char* at = begin;
    std::uint64_t units = 0;
    for (; is_digit(*at); ++at)
        units = units * 10 + static_cast<unsigned>(*at - '0');
    const std::ptrdiff_t whole = at - begin;
    std::ptrdiff_t decimals = 0;
    if (*at == '.') {
        const char* const fraction = ++at;
        for (; is_digit(*at); ++at)
            units = units * 10 + static_cast<unsigned>(*at - '0');
        decimals = at - fraction;
        if (decimals == 0) return std::nullopt;
    }
    if (*at != '"' || whole == 0 || whole > 15 || decimals > 8) return std::nullopt;
    if (whole + decimals > 18) return std::nullopt;
    if (decimals == 8) return units;
    const std::uint64_t factor = kPowersOfTen[static_cast<std::size_t>(8 - decimals)];
    std::uint64_t scaled = 0;
    if (__builtin_mul_overflow(units, factor, &scaled)) return std::nullopt;
    return scaled;
}

/// Like `usual_units_of`, but reads every decimal without a sign that the model accepts, and
/// reports the error for every other text.
Result<base::Int128, MarketParseError> units_of(std::string_view raw) {
    if (raw.empty() || raw.front() != '"') return Failure{MarketParseError::BadShape};
    const auto content = unquoted(raw);
    if (!content || content->empty() || !is_digit(content->front())) {
        return Failure{MarketParseError::BadNumber};
    }
    const auto amount = model::parse_amount<Quantity>(*content);
    if (!amount) return Failure{MarketParseError::BadNumber};
    return amount.value().units();
}

Result<Level, MarketParseError> unusual_level_of(std::string_view price,
                                                 std::string_view quantity) {
    const base::Int128 price_units = TRY(units_of(price));
    if (price_units == 0) return Failure{MarketParseError::BadNumber};  // M2
    const base::Int128 quantity_units = TRY(units_of(quantity));
    return Level{Price::from_units(price_units), Quantity::from_units(quantity_units)};
}

inline Result<Level, MarketParseError> level_of(std::string_view price, std::string_view quantity) {
    const auto price_units = usual_units_of(price);
    const auto quantity_units = usual_units_of(quantity);
    if (price_units && quantity_units && *price_units != 0) [[likely]] {
        return Level{Price::from_units(*price_units), Quantity::from_units(*quantity_units)};
    }
    return unusual_level_of(price, quantity);
}

/// Reads an unsigned whole number of at most 18 digits: update ids, trade ids and times have at
/// most 14.
Result<std::uint64_t, MarketParseError> number_of(std::string_view raw) {
    std::uint64_t number = 0;
    std::size_t digits = 0;
    for (; digits < raw.size() && is_digit(raw[digits]); ++digits) {
        number = number * 10 + static_cast<unsigned>(raw[digits] - '0');
    }
    if (digits == 0) return Failure{MarketParseError::BadShape};
    if (digits > 18) return Failure{MarketParseError::BadNumber};
    for (const char c : raw.substr(digits)) {
        if (c != ' ' && c != '\n' && c != '\r' && c != '\t') {
            return Failure{MarketParseError::BadNumber};
        }
    }
    return number;
}

/// Reads the field that is true for a trade whose buyer had the resting order, so that the seller
/// is the taker.
Result<bool, MarketParseError> truth_of(std::string_view raw) {
    while (!raw.empty() &&
           (raw.back() == ' ' || raw.back() == '\n' || raw.back() == '\r' || raw.back() == '\t')) {
        raw.remove_suffix(1);
    }
    if (raw == "true") return true;
    if (raw == "false") return false;
    return Failure{MarketParseError::BadShape};
}

Outcome<MarketParseError> read_level(ondemand::array pair, std::vector<Level>& levels) {
    std::array<std::string_view, 2> texts;
    std::size_t count = 0;
    for (auto item : pair) {
        ondemand::value value;
        if (std::move(item).get(value) != simdjson::SUCCESS) {
            return Failure{MarketParseError::NotJson};
        }
        // The exchange used to send a third, empty list in each level, so additional members are
        // ignored.
        if (count < 2) texts[count] = value.raw_json_token();
        ++count;
    }
    if (count < 2) return Failure{MarketParseError::BadShape};
    levels.push_back(TRY(level_of(texts[0], texts[1])));
    return Done{};
}

Outcome<MarketParseError> read_levels(ondemand::value value, std::vector<Level>& levels) {
    ondemand::array list;
    if (value.get_array().get(list) != simdjson::SUCCESS) {
        return Failure{MarketParseError::NotJson};
    }
    for (auto item : list) {
        ondemand::value pair_value;
        ondemand::array pair;
        if (std::move(item).get(pair_value) != simdjson::SUCCESS) {
            return Failure{MarketParseError::NotJson};
        }
        if (pair_value.get_array().get(pair) != simdjson::SUCCESS) {
            return Failure{MarketParseError::BadShape};
        }
        TRY(read_level(pair, levels));
    }
    return Done{};
}

/// Whether the stream name announces depth messages of another kind than "btcusdt@depth@100ms".
/// Partial books ("@depth5") and others ("@rpiDepth") have the same event name and are not changes
/// of our book.
bool is_other_depth_stream(std::string_view stream) {
    const std::size_t at = stream.find('@');
    if (at == std::string_view::npos) return false;
    const std::string_view kind = stream.substr(at + 1);
    return kind != "depth" && !kind.starts_with("depth@");
}

struct Wrapping {
    bool wrapped = false;
    std::string_view stream;
};

Outcome<MarketParseError> read_symbol(const Fields& fields, MarketMessage& message) {
    const auto symbol = unquoted(fields.text('s'));
    if (!symbol || symbol->empty()) return Failure{MarketParseError::BadShape};
    message.symbol = *symbol;
    return Done{};
}

Result<base::Timestamp, MarketParseError> time_of(std::string_view raw) {
    const std::uint64_t milliseconds = TRY(number_of(raw));
    // This limit is in the year 5138. Later times are invalid, and would exceed the range of
    // microseconds.
    if (milliseconds > 100'000'000'000'000) return Failure{MarketParseError::BadNumber};
    return base::Timestamp::from_milliseconds(static_cast<std::int64_t>(milliseconds));
}

Outcome<MarketParseError> read_event_time(const Fields& fields, MarketMessage& message) {
    message.event_time = base::Timestamp{};
    if (fields.has('E')) message.event_time = TRY(time_of(fields.text('E')));
    return Done{};
}

Outcome<MarketParseError> interpret_depth(const Fields& fields, MarketMessage& message) {
    TRY(read_symbol(fields, message));
    TRY(read_event_time(fields, message));
    if (!fields.is_list(field_of_letter('b')) || !fields.is_list(field_of_letter('a'))) {
        return Failure{MarketParseError::BadShape};
    }
    message.first_update = TRY(number_of(fields.text('U')));
    message.last_update = TRY(number_of(fields.text('u')));
    if (message.first_update > message.last_update) return Failure{MarketParseError::BadNumber};
    message.previous_update.reset();
    if (fields.has(kUpdatePreviousField)) {
        message.previous_update = TRY(number_of(fields.text(kUpdatePreviousField)));
    }
    message.kind = MarketMessageKind::DepthUpdate;
    return Done{};
}

/// Futures send the kind of a trade in `X`; spot and aggregates have none.
Result<TradeOrigin, MarketParseError> origin_of(const Fields& fields) {
    if (!fields.has('X')) return TradeOrigin::Market;
    const auto origin = unquoted(fields.text('X'));
    if (!origin) return Failure{MarketParseError::BadShape};
    return *origin == "MARKET" ? TradeOrigin::Market : TradeOrigin::Other;
}

Outcome<MarketParseError> read_trade_ids(const Fields& fields, MarketMessage& message) {
    if (message.kind == MarketMessageKind::Trade) {
        message.trade_id = TRY(number_of(fields.text('t')));
        message.first_trade = message.last_trade = message.trade_id;
        return Done{};
    }
    message.trade_id = TRY(number_of(fields.text('a')));
    message.first_trade = TRY(number_of(fields.text('f')));
    message.last_trade = TRY(number_of(fields.text('l')));
    if (message.first_trade > message.last_trade) return Failure{MarketParseError::BadNumber};
    return Done{};
}

/// A trade cannot be much later than the message that reports it: such a time would close candles
/// that are not over.
Outcome<MarketParseError> read_trade_time(const Fields& fields, MarketMessage& message) {
    message.trade_time = TRY(time_of(fields.text('T')));
    if (!fields.has('E')) return Done{};
    if (message.trade_time > message.event_time + kTradeAheadMax) {
        return Failure{MarketParseError::BadNumber};
    }
    return Done{};
}

Outcome<MarketParseError> interpret_trade(const Fields& fields, MarketMessage& message) {
    TRY(read_symbol(fields, message));
    TRY(read_event_time(fields, message));
    TRY(read_trade_ids(fields, message));
    TRY(read_trade_time(fields, message));
    message.taker = TRY(truth_of(fields.text('m'))) ? model::Side::Sell : model::Side::Buy;
    message.trade_origin = TRY(origin_of(fields));
    message.trade = {};
    if (message.trade_origin != TradeOrigin::Market) return Done{};
    message.trade = TRY(level_of(fields.text('p'), fields.text('q')));
    if (message.trade.quantity.is_zero()) return Failure{MarketParseError::BadNumber};
    return Done{};
}

Outcome<MarketParseError> interpret_ticker(const Fields& fields, MarketMessage& message) {
    TRY(read_symbol(fields, message));
    TRY(read_event_time(fields, message));
    message.last_update = TRY(number_of(fields.text('u')));
    message.best_bid = TRY(level_of(fields.text('b'), fields.text('B')));
    message.best_ask = TRY(level_of(fields.text('a'), fields.text('A')));
    message.kind = MarketMessageKind::BookTicker;
    return Done{};
}

Outcome<MarketParseError> interpret_snapshot(const Fields& fields, MarketMessage& message) {
    TRY(read_event_time(fields, message));
    if (!fields.is_list(kBidsField) || !fields.is_list(kRequestField)) {
        return Failure{MarketParseError::BadShape};
    }
    message.symbol = {};
    message.last_update = TRY(number_of(fields.text(kUpdateLastField)));
    message.kind = MarketMessageKind::DepthSnapshot;
    return Done{};
}

Outcome<MarketParseError> interpret_named(const Fields& fields,
                                          const Wrapping& wrapping,
                                          MarketMessage& message) {
    const auto name = unquoted(fields.text('e'));
    if (!name) return Failure{MarketParseError::BadShape};
    if (*name == "bookTicker") return interpret_ticker(fields, message);
    if (*name == "depthUpdate") {
        if (is_other_depth_stream(wrapping.stream)) return Done{};
        return interpret_depth(fields, message);
    }
    if (*name == "trade" || *name == "aggTrade") {
        message.kind =
            *name == "trade" ? MarketMessageKind::Trade : MarketMessageKind::AggregateTrade;
        return interpret_trade(fields, message);
    }
    return Done{};
}

Outcome<MarketParseError> interpret(const Fields& fields,
                                    const Wrapping& wrapping,
                                    MarketMessage& message) {
    if (fields.has('e')) return interpret_named(fields, wrapping, message);
    if (fields.has(kUpdateLastField) && (fields.has(kBidsField) || fields.has(kRequestField))) {
        // On a stream this form is a partial book (spot "@depth5"), not a snapshot.
        if (wrapping.wrapped) return Done{};
        return interpret_snapshot(fields, message);
    }
    // Spot's book ticker has no event name.
    if (fields.has('u') && fields.has('b') && fields.has('a') && fields.has('B')) {
        return interpret_ticker(fields, message);
    }
    return Done{};
}

}  // namespace

struct MarketParser::State {
    ondemand::parser parser{kMarketMessageBytesMax + kMarketMessagePadding};
    std::vector<char> copy;
    Fields fields;
    Wrapping wrapping;
    /// The result of reading the lists of levels. It is used only if the message is of a kind that
    /// has such lists: an unknown event may use the same letters for something else.
    Outcome<MarketParseError> levels = Done{};

    Outcome<MarketParseError> read_field(ondemand::field& field, MarketMessage& message);
    Outcome<MarketParseError> read_data(ondemand::value value, MarketMessage& message);
    Outcome<MarketParseError> read_document(ondemand::document& document, MarketMessage& message);
};

Outcome<MarketParseError> MarketParser::State::read_field(ondemand::field& field,
                                                          MarketMessage& message) {
    const std::size_t place = field_of(field.key().raw());
    if (place == kFieldUnknown) return Done{};
    const std::string_view text = field.value().raw_json_token();
    if (!fields.add(place, text)) return Failure{MarketParseError::BadShape};
    if (text.front() != '[') return Done{};
    const bool bids = place == field_of_letter('b') || place == kBidsField;
    const bool asks = place == field_of_letter('a') || place == kRequestField;
    if (!bids && !asks) return Done{};
    auto outcome = read_levels(field.value(), bids ? message.bids : message.asks);
    if (!outcome && outcome.error() == MarketParseError::NotJson) return outcome;
    if (!outcome && levels) levels = outcome;
    return Done{};
}

Outcome<MarketParseError> MarketParser::State::read_document(ondemand::document& document,
                                                             MarketMessage& message) {
    ondemand::object object;
    if (document.get_object().get(object) != simdjson::SUCCESS) {
        return Failure{MarketParseError::NotJson};
    }
    for (auto item : object) {
        ondemand::field field;
        if (std::move(item).get(field) != simdjson::SUCCESS) {
            return Failure{MarketParseError::NotJson};
        }
        const ondemand::raw_json_string key = field.key();
        if (key.unsafe_is_equal("stream")) {
            const auto stream = unquoted(field.value().raw_json_token());
            if (stream) wrapping.stream = *stream;
        } else if (key.unsafe_is_equal("data")) {
            TRY(read_data(field.value(), message));
        } else if (!wrapping.wrapped) {
            TRY(read_field(field, message));
        }
    }
    // Anything after the closing brace, even a second message, means that the framing is wrong.
    if (document.current_location().error() == simdjson::SUCCESS) {
        return Failure{MarketParseError::NotJson};
    }
    return Done{};
}

Outcome<MarketParseError> MarketParser::State::read_data(ondemand::value value,
                                                         MarketMessage& message) {
    if (wrapping.wrapped) return Failure{MarketParseError::BadShape};
    wrapping.wrapped = true;
    fields.clear();
    message.bids.clear();
    message.asks.clear();
    if (value.raw_json_token().front() != '{') return Done{};  // Lists of tickers, for example.
    ondemand::object object;
    if (value.get_object().get(object) != simdjson::SUCCESS) {
        return Failure{MarketParseError::NotJson};
    }
    for (auto item : object) {
        ondemand::field field;
        if (std::move(item).get(field) != simdjson::SUCCESS) {
            return Failure{MarketParseError::NotJson};
        }
        TRY(read_field(field, message));
    }
    return Done{};
}

MarketParser::MarketParser() : state_(std::make_unique<State>()) {
}

MarketParser::~MarketParser() = default;
MarketParser::MarketParser(MarketParser&&) noexcept = default;
MarketParser& MarketParser::operator=(MarketParser&&) noexcept = default;

Outcome<MarketParseError> MarketParser::parse(PaddedText text, MarketMessage& message) {
    CHECK(text.readable >= text.text.size() + kMarketMessagePadding);
    if (text.text.size() > kMarketMessageBytesMax) return Failure{MarketParseError::TooLarge};
    State& state = *state_;
    state.fields.clear();
    state.wrapping = {};
    state.levels = Done{};
    message.kind = MarketMessageKind::Ignored;
    message.bids.clear();
    message.asks.clear();
    ondemand::document document;
    const simdjson::padded_string_view view(text.text.data(), text.text.size(), text.readable);
    if (state.parser.iterate(view).get(document) != simdjson::SUCCESS) {
        return Failure{MarketParseError::NotJson};
    }
    ondemand::json_type type{};
    if (document.type().get(type) != simdjson::SUCCESS) return Failure{MarketParseError::NotJson};
    if (type != ondemand::json_type::object) return Failure{MarketParseError::BadShape};
    TRY(state.read_document(document, message));
    TRY(interpret(state.fields, state.wrapping, message));
    const bool levels_matter = message.kind == MarketMessageKind::DepthUpdate ||
                               message.kind == MarketMessageKind::DepthSnapshot;
    if (levels_matter && !state.levels) return state.levels;
    return Done{};
}

Outcome<MarketParseError> MarketParser::parse(std::string_view text, MarketMessage& message) {
    if (text.size() > kMarketMessageBytesMax) return Failure{MarketParseError::TooLarge};
    std::vector<char>& copy = state_->copy;
    copy.assign(text.begin(), text.end());
    copy.resize(text.size() + kMarketMessagePadding);
    return parse(PaddedText{{copy.data(), text.size()}, copy.size()}, message);
}

std::string_view to_text(MarketParseError error) {
    switch (error) {
        case MarketParseError::TooLarge:
            return "TOO_LARGE";
        case MarketParseError::NotJson:
            return "NOT_JSON";
        case MarketParseError::BadShape:
            return "BAD_SHAPE";
        case MarketParseError::BadNumber:
            return "BAD_NUMBER";
    }
    return "?";
}

}  // namespace botcore::protocol
