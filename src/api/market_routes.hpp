#pragma once

/// Routes for market data: prices, books, candles and tradable symbols. Every response with market
/// data states its source, its age, and whether it is stale.
///
/// The operator chooses which of the symbols known to this installation the lists show
/// (`FollowedSymbols`): POST shows a symbol, DELETE hides it. Nothing else depends on this choice.
///
/// Threads: the thread of the loop.

#include "api/api_context.hpp"
#include "api/candle_row.hpp"
#include "api/followed_symbols.hpp"
#include "api/market_views.hpp"
#include "host/route_table.hpp"
#include "model/candle.hpp"

#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

namespace botcore::api {

class MarketRoutes {
public:
    /// Both arguments outlive this object, and this object outlives the table.
    MarketRoutes(const ApiContext& context, FollowedSymbols& followed)
        : context_(context),
          followed_(followed) {}

    void add_to(host::RouteTable& table);

private:
    /// The candles that a request asks for.
    struct ChartKey {
        model::InstrumentId instrument;
        model::CandleInterval interval = model::CandleInterval::Minute1;
        CandleSpan span;
    };

    using ChartKeys = std::vector<ChartKey>;

    static void add_schemas(host::RouteTable& table);
    void add_lists(host::RouteTable& table);
    void add_charts(host::RouteTable& table);

    void list_prices(host::RequestContext& call);
    void list_overview(host::RequestContext& call);
    void show_book(host::RequestContext& call);
    void list_symbols(host::RequestContext& call);
    void follow_symbol(host::RequestContext& call);
    void unfollow_symbol(host::RequestContext& call);
    void show_candles(host::RequestContext& call);
    void show_chart(host::RequestContext& call);
    void list_charts(host::RequestContext& call);

    [[nodiscard]] AgeRule age_rule() const {
        return {context_.now().time, context_.options.market_age_max};
    }

    [[nodiscard]] std::vector<model::InstrumentId> shown(model::ExchangeId exchange,
                                                         model::Market market) const;
    [[nodiscard]] bool is_known(const model::InstrumentId& id) const;
    [[nodiscard]] std::optional<ChartKey> chart_of(host::RequestContext& call) const;
    [[nodiscard]] std::optional<ChartKeys> charts_of(host::RequestContext& call) const;

    [[nodiscard]] CandleView row_of(const ChartKey& key) const {
        return {context_.market, key.instrument, key.interval};
    }

    /// Generates a part of the missing history of these candles. Returns true once nothing is
    /// missing.
    [[nodiscard]] bool prepare(const ChartKeys& keys) const;

    /// Takes the candles that trades no longer change from the cache and adds the newer ones.
    /// `finish` gets one complete chart object for each key.
    void send_charts(
        host::RequestContext& call,
        const ChartKeys& keys,
        std::function<void(host::RequestContext&, std::vector<boost::json::object>)> finish);
    [[nodiscard]] std::string meaning_of(const ChartKeys& keys) const;
    [[nodiscard]] boost::json::array kept_candles(const ChartKey& key) const;
    [[nodiscard]] boost::json::object whole_chart(const ChartKey& key,
                                                  boost::json::value kept) const;
    void add_newer(boost::json::object& chart, const ChartKey& key) const;

    const ApiContext& context_;
    FollowedSymbols& followed_;
};

}  // namespace botcore::api
