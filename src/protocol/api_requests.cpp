#include "protocol/api_requests.hpp"

#include "base/time_text.hpp"
#include "model/candle.hpp"
#include "protocol/flat_reader.hpp"

#include <array>
#include <optional>

namespace botcore::protocol {

std::optional<model::Symbol> read_exact_symbol(std::string_view text) {
    if (!model::is_valid_symbol(text)) return std::nullopt;
    return model::Symbol(text);
}

namespace {

/// Not case-sensitive: "buy" and "Buy" mean the same order as "BUY".
std::optional<model::Side> read_side(std::string_view text) {
    std::string upper(text);
    for (char& letter : upper) {
        if (letter >= 'a' && letter <= 'z') letter = static_cast<char>(letter - 'a' + 'A');
    }
    return model::parse_side(upper);
}

std::optional<model::Asset> read_asset(std::string_view text) {
    if (!model::is_valid_symbol(text)) return std::nullopt;
    return model::Asset(text);
}

std::optional<model::AccountId> read_account(std::string_view text) {
    if (!model::is_valid_account(text)) return std::nullopt;
    return model::AccountId(text);
}

constexpr std::string_view kSymbolExpected =
    "a symbol as the exchange lists it, such as \"BTCUSDT\"";
constexpr std::string_view kAssetExpected = "an asset as the exchange lists it, such as \"USDT\"";
constexpr std::string_view kAccountExpected =
    "1 to 32 lower-case letters, digits and dashes such as \"futures\"";

Result<model::Asset, RequestError> asset_or_default(FieldReader& reader) {
    if (!reader.has("asset")) return model::Asset("USDT");
    return reader.word("asset", kAssetExpected, read_asset);
}

using model::OrderType;

constexpr std::string_view kTypeExpected =
    "MARKET, LIMIT, STOP_MARKET, STOP, TAKE_PROFIT_MARKET or TAKE_PROFIT";

/// The order types in the names of the futures market and of the spot market.
std::optional<OrderType> read_order_type(std::string_view text) {
    if (text == "STOP_LOSS") return OrderType::StopMarket;
    if (text == "STOP_LOSS_LIMIT") return OrderType::StopLimit;
    if (text == "TAKE_PROFIT_LIMIT") return OrderType::TakeProfitLimit;
    return model::parse_order_type(text);
}

/// STOP and TAKE_PROFIT without a price mean the market form.
OrderType settle_type(OrderType type, std::string_view word, bool has_price) {
    if (has_price) return type;
    if (word == "STOP") return OrderType::StopMarket;
    if (word == "TAKE_PROFIT") return OrderType::TakeProfitMarket;
    return type;
}

/// Reads the optional field `exchange`. The canonical text leaves the default out, so that a
/// request means the same with it and without it.
Result<model::ExchangeId, RequestError> read_exchange(FieldReader& reader) {
    constexpr model::ExchangeId kDefault = model::ExchangeId::Binance;
    if (!reader.has("exchange")) return kDefault;
    return reader.word_or_default("exchange", "binance", model::parse_exchange, kDefault);
}

/// Rejects a field that an order of this type does not have.
base::Outcome<RequestError> refuse_with_type(const FieldReader& reader,
                                             std::string_view name,
                                             OrderType type,
                                             std::string_view use) {
    if (!reader.has(name)) return base::Done{};
    const std::string word(to_text(type));
    RequestError error = reader.invalid(name, "absent with type " + word, {});
    error.message = "a " + word + " order does not use '" + std::string(name) +
                    "': omit it, or use type " + std::string(use);
    return Failure{std::move(error)};
}

/// Reads the type, and the fields that belong to certain types only.
base::Outcome<RequestError> read_type(FieldReader& reader, model::PlaceOrder& order) {
    if (reader.has("type")) {
        const auto word = [](std::string_view text) {
            return read_order_type(text) ? std::optional<std::string>(text) : std::nullopt;
        };
        const std::string text = TRY(reader.word("type", kTypeExpected, word));
        order.type = settle_type(*read_order_type(text), text, reader.has("price"));
    }
    if (has_limit(order.type)) {
        order.price = TRY(reader.amount<model::Price>("price", Sign::Positive));
        if (reader.has("time_in_force")) {
            order.time_in_force = TRY(
                reader.word("time_in_force", "GTC, IOC, FOK or GTX", model::parse_time_in_force));
        }
    } else {
        constexpr std::string_view kUse = "LIMIT";
        (void)TRY(refuse_with_type(reader, "price", order.type, kUse));
        (void)TRY(refuse_with_type(reader, "time_in_force", order.type, kUse));
    }
    if (is_conditional(order.type)) {
        order.stop_price = TRY(reader.amount<model::Price>("stop_price", Sign::Positive));
        return base::Done{};
    }
    return refuse_with_type(reader, "stop_price", order.type, "STOP_MARKET or TAKE_PROFIT_MARKET");
}

/// Reads a ratio within bounds, written as a decimal text.
Result<model::Rate, RequestError> read_ratio(FieldReader& reader,
                                             std::string_view name,
                                             model::Rate low,
                                             model::Rate high) {
    const auto value = TRY(reader.amount<model::Rate>(name, Sign::Positive));
    if (value >= low && value <= high) return value;
    const std::string expected = "a ratio from " + to_text(low) + " to " + to_text(high);
    return Failure{reader.invalid(name, expected, {FieldKind::Text, to_text(value)})};
}

/// Reads the stops that are attached to the position that the order opens.
base::Outcome<RequestError> read_attached(FieldReader& reader, model::PlaceOrder& order) {
    if (reader.has("stop_loss")) {
        order.stop_loss = TRY(reader.amount<model::Price>("stop_loss", Sign::Positive));
    }
    if (reader.has("take_profit")) {
        order.take_profit = TRY(reader.amount<model::Price>("take_profit", Sign::Positive));
    }
    if (!reader.has("trailing")) return base::Done{};
    if (!order.stop_loss) {
        return Failure{RequestError{.code = "MISSING_FIELD",
                                    .message = "'stop_loss' is missing; 'trailing' moves the "
                                               "stop-loss, so state its initial price",
                                    .field = "stop_loss",
                                    .expected = "a price",
                                    .received = {}}};
    }
    FieldReader trailing = TRY(
        reader.inner("trailing", R"(an object such as {"activation":"0.02","distance":"0.015"})"));
    (void)TRY(trailing.only(std::array<std::string_view, 2>{"activation", "distance"}));
    order.trail_activation =
        TRY(read_ratio(trailing, "activation", kTrailActivationMin, kTrailRatioMax));
    order.trail_distance = TRY(read_ratio(trailing, "distance", kTrailDistanceMin, kTrailRatioMax));
    if (order.trail_activation < order.trail_distance) {
        return Failure{trailing.invalid("activation",
                                        "at least the distance, " + to_text(order.trail_distance),
                                        {FieldKind::Text, to_text(order.trail_activation)})};
    }
    reader.absorb(std::move(trailing));
    return base::Done{};
}

}  // namespace

ParseResult<model::PlaceOrder> parse_place_order(std::string_view body, const ReadSymbol& read) {
    static constexpr std::array<std::string_view, 12> kNames = {"symbol",
                                                                "exchange",
                                                                "side",
                                                                "type",
                                                                "quantity",
                                                                "price",
                                                                "time_in_force",
                                                                "reduce_only",
                                                                "stop_price",
                                                                "stop_loss",
                                                                "take_profit",
                                                                "trailing"};
    FieldReader reader(TRY(parse_flat_object(body)));
    (void)TRY(reader.only(kNames));
    model::PlaceOrder order;
    auto symbol = reader.word("symbol", kSymbolExpected, read);
    if (!symbol) {
        RequestError error = std::move(symbol).error();
        if (error.code == "INVALID_FIELD") error.code = "INVALID_SYMBOL";
        return Failure{std::move(error)};
    }
    order.instrument.symbol = std::move(symbol).value();
    order.instrument.exchange = TRY(read_exchange(reader));
    order.side = TRY(reader.word("side", "BUY or SELL", read_side));
    order.quantity = TRY(reader.amount<model::Quantity>("quantity", Sign::Positive));
    (void)TRY(read_type(reader, order));
    if (reader.has("reduce_only")) order.reduce_only = TRY(reader.reduce_only("reduce_only"));
    (void)TRY(read_attached(reader, order));
    return Parsed<model::PlaceOrder>{std::move(order), reader.canonical()};
}

ParseResult<model::ClosePosition> parse_close_position(std::string_view body) {
    Parsed<model::ClosePosition> close;
    if (body.empty()) return close;
    FieldReader reader(TRY(parse_flat_object(body)));
    (void)TRY(reader.only(std::array<std::string_view, 2>{"exchange", "queue"}));
    close.value.instrument.exchange = TRY(read_exchange(reader));
    if (close.value.instrument != model::InstrumentId()) close.canonical = reader.canonical();
    if (!reader.has("queue")) return close;
    FieldReader queue = TRY(reader.inner(
        "queue", R"(an object such as {"limit_price":"59000","until":"2026-12-06T06:00:00Z"})"));
    (void)TRY(queue.only(std::array<std::string_view, 2>{"limit_price", "until"}));
    close.value.queue_limit = TRY(queue.amount<model::Price>("limit_price", Sign::Positive));
    close.value.queue_until = TRY(
        queue.word("until", "a time in UTC such as \"2026-12-06T06:00:00Z\"", base::parse_iso8601));
    reader.absorb(std::move(queue));
    close.canonical = reader.canonical();
    return close;
}

ParseResult<model::CancelAll> parse_cancel_all(std::string_view body, const ReadSymbol& read) {
    Parsed<model::CancelAll> sweep;
    if (body.empty()) return sweep;
    FieldReader reader(TRY(parse_flat_object(body)));
    (void)TRY(reader.only(std::array<std::string_view, 3>{"symbol", "exchange", "protective"}));
    (void)TRY(read_exchange(reader));  // There is one exchange, so that it selects no orders.
    if (reader.has("symbol")) {
        sweep.value.symbol = TRY(reader.word("symbol", kSymbolExpected, read));
    }
    if (reader.has("protective")) sweep.value.protective = TRY(reader.boolean("protective"));
    sweep.canonical = reader.canonical();
    return sweep;
}

ParseResult<model::SetLeverage> parse_set_leverage(std::string_view body) {
    FieldReader reader(TRY(parse_flat_object(body)));
    (void)TRY(reader.only(std::array<std::string_view, 2>{"leverage", "exchange"}));
    model::SetLeverage command;
    command.instrument.exchange = TRY(read_exchange(reader));
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
    (void)TRY(reader.only(std::array<std::string_view, 3>{"symbol", "exchange", "market"}));
    model::InstrumentId id{model::Market::Futures, {}};
    id.symbol = TRY(reader.word("symbol", kSymbolExpected, read_exact_symbol));
    id.exchange = TRY(read_exchange(reader));
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

base::Result<AnalysisQuery, RequestError> parse_analysis_query(std::string_view body) {
    static constexpr std::array<std::string_view, 2> kNames = {"symbol", "timeframe"};
    FieldReader reader(TRY(parse_flat_object(body)));
    (void)TRY(reader.only(kNames));
    AnalysisQuery question;
    question.symbol = TRY(reader.word("symbol", kSymbolExpected, read_exact_symbol));
    if (reader.has("timeframe")) {
        const auto known = [](std::string_view text) {
            return model::parse_candle_interval(text) ? std::optional<std::string>(text)
                                                      : std::nullopt;
        };
        question.timeframe = TRY(reader.word("timeframe", "one of 1m to 1M", known));
    }
    return question;
}

}  // namespace botcore::protocol
