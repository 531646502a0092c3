#include "protocol/api_json.hpp"
#include "shell/http/api.hpp"
#include "shell/http/api_call.hpp"

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

void Api::list_prices(Call& call) {
    QueryReader query(call.request, {"market"});
    const model::Market market = query.market();
    if (query.error()) return fail(call, 400, *query.error());
    json::array list;
    for (const auto& id : parts_.market.instruments()) {
        if (id.market == market) list.push_back(protocol::to_api(quote_of(id)));
    }
    answer(call, std::move(list));
}

void Api::show_book(Call& call) {
    QueryReader query(call.request, {"market", "limit"});
    const model::InstrumentId id{query.market(), model::Symbol(call.last_parameter())};
    const std::size_t limit = query.number("limit", 20, {1, 1'000});
    if (query.error()) return fail(call, 400, *query.error());
    const auto known = parts_.market.instruments();
    if (std::find(known.begin(), known.end(), id) == known.end()) {
        return fail(call, 404, "INVALID_SYMBOL", "there is no such symbol on this market");
    }
    const model::DepthBook* book = parts_.market.book(id);
    if (book == nullptr) {
        return fail(call, 503, "PRICE_MISSING", "the book is being rebuilt; try again shortly");
    }
    json::object data = protocol::to_api(quote_of(id));
    data["bids"] = levels_json(*book, model::Side::Buy, limit);
    data["asks"] = levels_json(*book, model::Side::Sell, limit);
    answer(call, std::move(data));
}

void Api::list_symbols(Call& call) {
    QueryReader query(call.request, {"market"});
    const bool all = !query.text("market").has_value();
    const model::Market market = query.market();
    if (query.error()) return fail(call, 400, *query.error());
    if (!running(call)) return;
    json::array list;
    for (const auto& [id, instrument] : parts_.runtime.state().instruments) {
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
    answer(call, std::move(list));
}

}  // namespace botcore::shell::http
