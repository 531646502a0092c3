#include "tests/api_world/still_market.hpp"

namespace botcore::api {

StillMarket::StillMarket() {
    book_.set(model::Side::Buy, {model::Price::whole(49'999), model::Quantity::whole(3)});
    book_.set(model::Side::Buy, {model::Price::whole(49'998), model::Quantity::whole(5)});
    book_.set(model::Side::Sell, {model::Price::whole(50'001), model::Quantity::whole(2)});
}

model::Quote StillMarket::quote(const model::InstrumentId& id, model::Side, model::Quantity) const {
    model::Quote quote;
    quote.instrument = id;
    if (!priced.contains(id.symbol.text()) || silent) return quote;
    quote.source = model::MarketSource::Generated;
    quote.bid = model::Price::whole(49'999);
    quote.ask = model::Price::whole(50'001);
    quote.last = model::Price::whole(50'000);
    quote.worst = quote.ask;
    quote.age = model::Duration::milliseconds(7);
    return quote;
}

}  // namespace botcore::api
