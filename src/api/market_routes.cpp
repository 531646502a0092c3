#include "api/market_routes.hpp"

#include "protocol/api_json.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

#include <algorithm>

namespace botcore::api {

namespace json = boost::json;

namespace {

/// The best `limit` levels of a side of the book, best first, each as [price, quantity].
json::array levels_json(const model::DepthBook& book, model::Side side, std::size_t limit) {
    json::array list;
    const auto& levels = book.levels(side);
    for (auto level = levels.rbegin(); level != levels.rend() && list.size() < limit; ++level) {
        list.push_back(json::array{to_text(level->price), to_text(level->quantity)});
    }
    return list;
}

constexpr std::string_view kUnknownSymbol =
    "there is no such symbol on this market; GET /api/market/symbols lists those that are known";

}  // namespace

void MarketRoutes::add_to(host::RouteTable& table) {
    add_schemas(table);
    add_lists(table);
    add_charts(table);
}

void MarketRoutes::add_schemas(host::RouteTable& table) {
    auto& schemas = table.schemas();
    schemas.add_object(
        "Quote",
        "The best prices of a symbol; null when unknown",
        "exchange:Exchange market:Market symbol:Symbol bid:Amount? ask:Amount? last:Amount? "
        "age_ms:integer source:MarketSource as_of:Time? stale:boolean");
    schemas.add_list("QuoteList", "Quote");
    schemas.add_object("Overview",
                       "Quote",
                       "A symbol with its last day, from hourly candles since `since`; `complete`: "
                       "they hold every trade. `late_trades` as with candles",
                       "since:Time? first:Amount? high:Amount? low:Amount? change_percent:Amount? "
                       "volume:Amount? quote_volume:Amount? complete:boolean? late_trades:Number");
    schemas.add_list("OverviewList", "Overview");
    schemas.add_object("Book", "Quote", "The best levels, best first", "bids:[Level] asks:[Level]");
    schemas.add_object(
        "SymbolRow",
        "An instrument that can be traded, and its rules; `followed`: the lists show it",
        "exchange:Exchange market:Market symbol:Symbol base_asset:Asset quote_asset:Asset "
        "status:SymbolStatus price_tick:Amount quantity_step:Amount "
        "quantity_min:Amount quantity_max:Amount notional_min:Amount "
        "fee_maker:Amount fee_taker:Amount leverage_max:Amount followed:boolean");
    schemas.add_list("SymbolList", "SymbolRow");
    schemas.add_object(
        "FollowSymbol", "A known symbol", "symbol:Symbol exchange?:Exchange market?:Market");
    schemas.set_example("FollowSymbol", R"({"symbol":"BTCUSDT","market":"futures"})");
    schemas.add_object("Followed",
                       "Whether the lists show the symbol",
                       "exchange:Exchange market:Market symbol:Symbol followed:boolean");
}

void MarketRoutes::add_lists(host::RouteTable& table) {
    const host::QueryParameterRow exchange = host::exchange_parameter();
    const host::QueryParameterRow market = host::market_parameter();
    const auto add = [&](std::string_view pattern,
                         void (MarketRoutes::*handler)(host::RequestContext&),
                         host::RouteRow row) {
        row.pattern = pattern;
        row.tag = "market";
        row.handler = [this, handler](host::RequestContext& call) { (this->*handler)(call); };
        table.add(std::move(row));
    };
    add("/api/market/prices",
        &MarketRoutes::list_prices,
        {.summary = "The prices of all followed symbols of a market",
         .query = {exchange, market},
         .response = "QuoteList"});
    add("/api/market/overview",
        &MarketRoutes::list_overview,
        {.summary = "The followed symbols of a market with their 24-hour figures",
         .query = {exchange, market},
         .response = "OverviewList"});
    add("/api/market/book/{symbol}",
        &MarketRoutes::show_book,
        {.summary = "The best levels of a symbol's book",
         .query = {exchange,
                   market,
                   {"limit", "BookLimit", "The number of price levels on each side"}},
         .response = "Book",
         .statuses = {404}});
    add("/api/market/symbols",
        &MarketRoutes::list_symbols,
        {.summary = "Tradable symbols with steps, limits and fees",
         .query = {exchange, {"market", "Market", "spot or futures; default: both"}},
         .response = "SymbolList"});
    add("/api/market/symbols",
        &MarketRoutes::follow_symbol,
        {.method = "POST",
         .access = host::Access::Operator,
         .purpose = host::Purpose::Admin,
         .summary = "Shows a known symbol in the lists",
         .request = "FollowSymbol",
         .response = "Followed",
         .statuses = {404}});
    add("/api/market/symbols/{symbol}",
        &MarketRoutes::unfollow_symbol,
        {.method = "DELETE",
         .access = host::Access::Operator,
         .purpose = host::Purpose::Admin,
         .summary = "Hides a symbol from the lists; trading is not affected",
         .query = {exchange, market},
         .response = "Followed",
         .statuses = {404}});
}

std::vector<model::InstrumentId> MarketRoutes::shown(model::ExchangeId exchange,
                                                     model::Market market) const {
    std::vector<model::InstrumentId> list = context_.market.instruments();
    std::erase_if(list, [&](const model::InstrumentId& id) {
        return id.exchange != exchange || id.market != market || !followed_.is_followed(id);
    });
    return list;
}

bool MarketRoutes::is_known(const model::InstrumentId& id) const {
    const auto known = context_.market.instruments();
    return std::find(known.begin(), known.end(), id) != known.end();
}

void MarketRoutes::list_prices(host::RequestContext& call) {
    host::QueryReader query(call);
    const model::ExchangeId exchange = query.exchange();
    const model::Market market = query.market();
    if (query.error()) return call.fail(400, *query.error());
    json::array list;
    for (const auto& id : shown(exchange, market))
        list.push_back(quote_view(context_.quote_of(id), age_rule()));
    call.send(std::move(list));
}

void MarketRoutes::list_overview(host::RequestContext& call) {
    host::QueryReader query(call);
    const model::ExchangeId exchange = query.exchange();
    const model::Market market = query.market();
    if (query.error()) return call.fail(400, *query.error());
    json::array list;
    for (const auto& id : shown(exchange, market)) {
        json::object row = quote_view(context_.quote_of(id), age_rule());
        constexpr std::size_t kHoursOfDay = 24;
        const auto hours = CandleView(context_.market, id, model::CandleInterval::Hour1)
                               .candles({.since = {}, .limit = kHoursOfDay});
        for (auto& [name, value] : day_view(hours, context_.market.trades_missing_since(id)))
            row[name] = std::move(value);
        const model::CandleBoard* candles = context_.market.candles(id);
        row["late_trades"] = candles != nullptr ? candles->late_trades().too_late : 0;
        list.push_back(std::move(row));
    }
    call.send(std::move(list));
}

void MarketRoutes::show_book(host::RequestContext& call) {
    host::QueryReader query(call);
    const model::InstrumentId id = query.instrument(model::Symbol(call.parameter("symbol")));
    const std::size_t limit = query.number("limit", 20, {1, 1'000});
    if (query.error()) return call.fail(400, *query.error());
    if (!is_known(id)) return call.fail(404, "INVALID_SYMBOL", std::string(kUnknownSymbol));
    const model::DepthBook* book = context_.market.book(id);
    if (book == nullptr) {
        return call.fail(
            503, "PRICE_MISSING", "the order book is being rebuilt; try again shortly");
    }
    json::object data = quote_view(context_.quote_of(id), age_rule());
    data["bids"] = levels_json(*book, model::Side::Buy, limit);
    data["asks"] = levels_json(*book, model::Side::Sell, limit);
    call.send(std::move(data));
}

void MarketRoutes::list_symbols(host::RequestContext& call) {
    host::QueryReader query(call);
    const bool all = !query.text("market").has_value();
    const model::ExchangeId exchange = query.exchange();
    const model::Market market = query.market();
    if (query.error()) return call.fail(400, *query.error());
    if (!context_.running(call)) return;
    json::array list;
    for (const auto& [id, instrument] : context_.runtime.state().instruments) {
        if (id.exchange != exchange || (!all && id.market != market)) continue;
        json::object item;
        item["exchange"] = to_text(id.exchange);
        item["market"] = to_text(id.market);
        item["symbol"] = id.symbol.text();
        item["base_asset"] = instrument.base.text();
        item["quote_asset"] = instrument.quote.text();
        item["status"] = to_text(instrument.status);
        item["price_tick"] = to_text(instrument.price_filter.tick);
        item["quantity_step"] = to_text(instrument.lot_filter.step);
        item["quantity_min"] = to_text(instrument.lot_filter.min);
        item["quantity_max"] = to_text(instrument.lot_filter.max);
        item["notional_min"] = to_text(instrument.notional_min);
        item["fee_maker"] = to_text(instrument.fee_maker);
        item["fee_taker"] = to_text(instrument.fee_taker);
        item["leverage_max"] =
            to_text(instrument.brackets.empty() ? model::Rate::whole(1)
                                                : instrument.brackets.front().leverage_max);
        item["followed"] = followed_.is_followed(id);
        list.push_back(std::move(item));
    }
    call.send(std::move(list));
}

namespace {

json::object followed_json(const model::InstrumentId& id, bool followed) {
    json::object data;
    data["exchange"] = to_text(id.exchange);
    data["market"] = to_text(id.market);
    data["symbol"] = id.symbol.text();
    data["followed"] = followed;
    return data;
}

}  // namespace

void MarketRoutes::follow_symbol(host::RequestContext& call) {
    const auto parsed = protocol::parse_instrument(call.request.body);
    if (!parsed) return call.fail(400, parsed.error());
    const model::InstrumentId& id = parsed.value().value;
    if (!context_.running(call)) return;
    if (!context_.runtime.state().instruments.contains(id)) {
        return call.fail(404, "INVALID_SYMBOL", std::string(kUnknownSymbol));
    }
    const auto done = followed_.follow(id);
    if (!done) return call.fail(503, "SERVICE_UNAVAILABLE", done.error());
    call.send(followed_json(id, true));
}

void MarketRoutes::unfollow_symbol(host::RequestContext& call) {
    host::QueryReader query(call);
    const model::InstrumentId id = query.instrument(model::Symbol(call.parameter("symbol")));
    if (query.error()) return call.fail(400, *query.error());
    if (!context_.running(call)) return;
    if (!context_.runtime.state().instruments.contains(id)) {
        return call.fail(404, "INVALID_SYMBOL", std::string(kUnknownSymbol));
    }
    const auto done = followed_.unfollow(id);
    if (!done) return call.fail(503, "SERVICE_UNAVAILABLE", done.error());
    call.send(followed_json(id, false));
}

}  // namespace botcore::api
