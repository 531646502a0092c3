#include "protocol/api_requests.hpp"

#include "protocol/flat_reader.hpp"

#include <array>
#include <optional>

namespace botcore::protocol {

namespace {

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

base::Outcome<RequestError> parse_no_fields(std::string_view body) {
    if (body.empty()) return base::Done{};
    FieldReader reader(TRY(parse_flat_object(body)));
    return reader.only(std::array<std::string_view, 0>{});
}

}  // namespace botcore::protocol
