#include "api/views.hpp"

#include "core/risk/margin.hpp"
#include "protocol/api_json.hpp"

#include <optional>
#include <vector>

namespace botcore::api {

namespace json = boost::json;
using model::Money;
using protocol::text_or_null;

namespace {

json::object balance_view(const model::Balance& balance) {
    json::object books;
    for (std::size_t i = 0; i < model::kBookCount; ++i) {
        books[to_text(static_cast<model::Book>(i))] = to_text(balance.books.at(i));
    }
    json::object object;
    object["asset"] = balance.asset.text();
    object["total"] = to_text(balance.total());
    object["cash"] = to_text(balance.of(model::Book::Cash));
    object["reserved"] = to_text(balance.of(model::Book::Reserved));
    object["margin"] = to_text(balance.of(model::Book::Margin));
    object["books"] = std::move(books);
    object["version"] = balance.version;
    return object;
}

/// The current value of spot holdings other than the quote asset; empty when a price is missing.
std::optional<Money> holdings_value(const core::State& state,
                                    const core::AccountState& account,
                                    const QuoteOf& quote_of) {
    Money sum;
    for (const auto& [asset, balance] : account.balances) {
        if (asset == account.account.quote || balance.total().is_zero()) continue;
        std::optional<Money> value;
        for (const auto& [id, instrument] : state.instruments) {
            const bool fits = id.market == account.account.market && instrument.base == asset &&
                              instrument.quote == account.account.quote;
            if (!fits) continue;
            const model::Quote quote = quote_of(id);
            if (quote.bid.is_zero()) return std::nullopt;
            const auto worth =
                model::notional(quote.bid, model::Quantity::from_units(balance.total().units()));
            if (worth) value = worth.value();
        }
        if (!value) return std::nullopt;
        sum += *value;
    }
    return sum;
}

/// The unrealized profit of open positions; empty when a price is missing.
std::optional<Money> unrealized(const core::AccountState& account,
                                const std::vector<model::Quote>& marks) {
    Money sum;
    for (const auto& quote : marks) {
        const auto& position = account.positions.at(quote.instrument);
        if (!core::mark_of(quote)) return std::nullopt;
        sum += core::unrealized_profit(position, quote);
    }
    return sum;
}

std::vector<model::Quote> marks_of(const core::AccountState& account, const QuoteOf& quote_of) {
    std::vector<model::Quote> marks;
    for (const auto& [id, position] : account.positions) {
        if (position.quantity.is_zero()) continue;
        marks.push_back(quote_of(id));
        marks.back().instrument = id;
    }
    return marks;
}

model::Rate leverage_max(const core::State& state, model::Market market) {
    model::Rate highest = model::Rate::whole(1);
    for (const auto& [id, instrument] : state.instruments) {
        if (id.market != market || instrument.brackets.empty()) continue;
        highest = std::max(highest, instrument.brackets.front().leverage_max);
    }
    return highest;
}

std::int64_t open_orders(const core::AccountState& account) {
    std::int64_t count = 0;
    for (const auto& [number, live] : account.orders) {
        count += model::is_live(live.order.state) ? 1 : 0;
    }
    return count;
}

/// The equity divided by the margin, as a plain ratio; null if there is no margin.
json::value margin_level(std::optional<Money> equity, Money margin) {
    if (!equity || margin.is_zero()) return nullptr;
    const auto ratio = model::average_price(*equity, model::Quantity::from_units(margin.units()));
    return ratio ? json::value(to_text(ratio.value())) : json::value(nullptr);
}

}  // namespace

json::object position_view(const core::State& state,
                           const core::AccountState& account,
                           const model::Position& position,
                           const QuoteOf& quote_of) {
    json::object object = protocol::to_api(position);
    const model::Quote quote = quote_of(position.instrument);
    const auto price = core::mark_of(quote);
    object["current_price"] = text_or_null(price);
    object["unrealized_pnl"] = price
                                   ? json::value(to_text(core::unrealized_profit(position, quote)))
                                   : json::value(nullptr);
    const auto liquidation =
        core::liquidation_price(state, account, position.instrument, marks_of(account, quote_of));
    object["liquidation_price"] = text_or_null(liquidation);
    object["price_age_ms"] = quote.age.in_milliseconds();
    object["source"] = to_text(quote.source);
    return object;
}

std::optional<Money> equity_at(const core::State& state,
                               const core::AccountState& account,
                               const QuoteOf& quote_of) {
    const auto place = account.balances.find(account.account.quote);
    const Money held = place == account.balances.end() ? Money() : place->second.total();
    const auto profit = unrealized(account, marks_of(account, quote_of));
    const auto holdings = holdings_value(state, account, quote_of);
    if (!profit || !holdings) return std::nullopt;
    return held + *profit + *holdings;
}

json::object account_view(const core::State& state,
                          const core::AccountState& account,
                          const QuoteOf& quote_of) {
    const model::Account& row = account.account;
    json::object object = protocol::to_api(row);
    json::array balances;
    for (const auto& [asset, balance] : account.balances)
        balances.push_back(balance_view(balance));
    object["balances"] = std::move(balances);

    const auto place = account.balances.find(row.quote);
    const model::Balance quote = place == account.balances.end() ? model::Balance() : place->second;
    const auto marks = marks_of(account, quote_of);
    const auto profit = unrealized(account, marks);
    const auto holdings = holdings_value(state, account, quote_of);
    const auto equity = equity_at(state, account, quote_of);
    const bool futures = row.market == model::Market::Futures;
    const auto figures = futures ? core::figures_of(state, account, marks) : core::AccountFigures();
    const Money margin = figures.margin.position_initial;
    const Money reserved = figures.margin.initial - margin + figures.fees_and_losses;

    object["total_balance"] = to_text(quote.total());
    object["available_balance"] =
        to_text(futures ? figures.available() : quote.of(model::Book::Cash));
    object["reserved_balance"] = to_text(futures ? reserved : quote.of(model::Book::Reserved));
    object["used_margin"] = to_text(margin);
    object["maintenance_margin"] = to_text(figures.margin.maintenance);
    object["unrealized_pnl"] = text_or_null(profit);
    object["holdings_value"] = text_or_null(holdings);
    object["total_equity"] = text_or_null(equity);
    object["margin_level"] = margin_level(equity, margin);
    json::array unpriced;
    for (const auto& mark : marks) {
        if (!core::is_fresh(state.policy, mark)) {
            unpriced.emplace_back(std::string(mark.instrument.symbol.text()));
        }
    }
    object["symbols_without_price"] = std::move(unpriced);
    object["positions_count"] = std::int64_t(marks.size());
    object["open_orders_count"] = open_orders(account);
    object["can_trade"] = row.state == model::AccountState::Active && account.reconciled;
    object["reconciled"] = account.reconciled;
    object["max_leverage"] = to_text(leverage_max(state, row.market));
    // This is the source of the prices from which the figures above are computed.
    object["source"] = to_text(marks.empty() ? model::MarketSource::None : marks.front().source);
    return object;
}

}  // namespace botcore::api
