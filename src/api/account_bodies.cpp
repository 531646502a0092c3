#include "api/account_bodies.hpp"

#include "api/market_views.hpp"
#include "api/views.hpp"
#include "base/time_text.hpp"

#include <optional>

namespace botcore::api {

namespace json = boost::json;

json::object position_body(const ApiContext& context,
                           const core::AccountState& account,
                           const model::Position& position) {
    const auto quote_of = [&](const model::InstrumentId& id) { return context.quote_of(id); };
    json::object object = position_view(context.runtime.state(), account, position, quote_of);
    add_age(object,
            quote_of(position.instrument),
            {context.now().time, context.options.market_age_max});
    return object;
}

json::array positions_body(const ApiContext& context, const core::AccountState& account) {
    json::array list;
    for (const auto& [id, position] : account.positions) {
        if (position.quantity.is_zero()) continue;
        list.push_back(position_body(context, account, position));
    }
    return list;
}

json::object account_body(const ApiContext& context, const core::AccountState& account) {
    const auto quote_of = [&](const model::InstrumentId& id) { return context.quote_of(id); };
    json::object object = account_view(context.runtime.state(), account, quote_of);
    const model::Now now = context.now();
    const model::Timestamp pause = context.runtime.shown_time(account.risk.cooldown_until, now);
    const bool cooling = pause > now.time;
    object["cooldown_until"] =
        cooling ? json::value(base::to_iso8601(pause)) : json::value(nullptr);
    if (cooling) object["can_trade"] = false;
    std::optional<model::Quote> oldest;
    for (const auto& [id, position] : account.positions) {
        if (position.quantity.is_zero()) continue;
        const model::Quote quote = quote_of(id);
        const bool older = !oldest || oldest->age < quote.age;
        if (older || quote.source == model::MarketSource::None) oldest = quote;
        if (quote.source == model::MarketSource::None) break;
    }
    if (oldest) {
        add_age(object, *oldest, {context.now().time, context.options.market_age_max});
    } else {
        object["as_of"] = nullptr;
        object["age_ms"] = 0;
        object["stale"] = false;
    }
    return object;
}

}  // namespace botcore::api
