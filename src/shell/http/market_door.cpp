#include "shell/http/market_door.hpp"

#include "protocol/api_json.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

#include <algorithm>

namespace botcore::shell::http {

namespace json = boost::json;

namespace {

/// The best `limit` levels of a side, best first, as [price, quantity].
json::array levels_json(const model::DepthBook& book, model::Side side, std::size_t limit) {
    json::array list;
    const auto& levels = book.levels(side);
    for (auto level = levels.rbegin(); level != levels.rend() && list.size() < limit; ++level) {
        list.push_back(json::array{to_text(level->price), to_text(level->quantity)});
    }
    return list;
}

}  // namespace

void MarketDoor::add_to(RouteTable& table) {
    auto& schemas = table.schemas();
    schemas.add_object("Quote",
                       "The best prices of a symbol; null where there are none",
                       "market:Market symbol:Symbol bid:Amount? ask:Amount? last:Amount? "
                       "age_ms:integer source:MarketSource");
    schemas.add_list("QuoteList", "Quote");
    schemas.add_object("Book", "Quote", "The best levels, best first", "bids:[Level] asks:[Level]");
    schemas.add_object("SymbolRow",
                       "What can be traded, and its rules",
                       "market:Market symbol:Symbol base_asset:Asset quote_asset:Asset "
                       "status:SymbolStatus price_tick:Amount quantity_step:Amount "
                       "quantity_min:Amount quantity_max:Amount notional_min:Amount "
                       "fee_maker:Amount fee_taker:Amount leverage_max:Amount");
    schemas.add_list("SymbolList", "SymbolRow");
    const QueryRow market{"market", "Market", "spot or futures; futures where it is not given"};
    const auto add =
        [&](std::string_view pattern, void (MarketDoor::*handler)(Call&), RouteRow row) {
            row.pattern = pattern;
            row.tag = "market";
            row.handler = [this, handler](Call& call) { (this->*handler)(call); };
            table.add(std::move(row));
        };
    add("/api/market/prices",
        &MarketDoor::list_prices,
        {.summary = "The prices of all symbols of a market",
         .query = {market},
         .response = "QuoteList"});
    add("/api/market/book/{symbol}",
        &MarketDoor::show_book,
        {.summary = "The best levels of a symbol's book",
         .query = {market, {"limit", "BookLimit", "Levels of each side"}},
         .response = "Book",
         .statuses = {404}});
    add("/api/market/symbols",
        &MarketDoor::list_symbols,
        {.summary = "What can be traded, with steps, limits and fees",
         .query = {{"market", "Market", "spot or futures; both where it is not given"}},
         .response = "SymbolList"});
}

void MarketDoor::list_prices(Call& call) {
    QueryReader query(call);
    const model::Market market = query.market();
    if (query.error()) return call.fail(400, *query.error());
    json::array list;
    for (const auto& id : context_.market.instruments()) {
        if (id.market == market) list.push_back(protocol::to_api(context_.quote_of(id)));
    }
    call.answer(std::move(list));
}

void MarketDoor::show_book(Call& call) {
    QueryReader query(call);
    const model::InstrumentId id{query.market(), model::Symbol(call.parameter("symbol"))};
    const std::size_t limit = query.number("limit", 20, {1, 1'000});
    if (query.error()) return call.fail(400, *query.error());
    const auto known = context_.market.instruments();
    if (std::find(known.begin(), known.end(), id) == known.end()) {
        return call.fail(404, "INVALID_SYMBOL", "there is no such symbol on this market");
    }
    const model::DepthBook* book = context_.market.book(id);
    if (book == nullptr) {
        return call.fail(503, "PRICE_MISSING", "the book is being rebuilt; try again shortly");
    }
    json::object data = protocol::to_api(context_.quote_of(id));
    data["bids"] = levels_json(*book, model::Side::Buy, limit);
    data["asks"] = levels_json(*book, model::Side::Sell, limit);
    call.answer(std::move(data));
}

void MarketDoor::list_symbols(Call& call) {
    QueryReader query(call);
    const bool all = !query.text("market").has_value();
    const model::Market market = query.market();
    if (query.error()) return call.fail(400, *query.error());
    if (!context_.running(call)) return;
    json::array list;
    for (const auto& [id, instrument] : context_.runtime.state().instruments) {
        if (!all && id.market != market) continue;
        json::object item;
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
        list.push_back(std::move(item));
    }
    call.answer(std::move(list));
}

}  // namespace botcore::shell::http
