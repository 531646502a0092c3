#pragma once

/// Routes for market data: prices, books, candles and tradable symbols. Every response with market
/// data states its source, its age, and whether it is stale.
///
/// The operator chooses which of the symbols known to this installation the lists show
/// (`FollowedSymbols`): POST shows a symbol, DELETE hides it. Nothing else depends on this choice.
///
/// Threads: the thread of the loop.

#include "model/candle.hpp"
#include "shell/http/api_context.hpp"
#include "shell/http/candle_row.hpp"
#include "shell/http/market_views.hpp"
#include "shell/http/route_table.hpp"
#include "shell/market/followed_symbols.hpp"

#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

namespace botcore::shell::http {

class MarketRoutes {
public:
    /// Both arguments outlive this object, and this object outlives the table.
    MarketRoutes(const ApiContext& context, FollowedSymbols& followed)
        : context_(context),
          followed_(followed) {}

    void add_to(RouteTable& table);

private:
    /// The candles that a request asks for.
    struct ChartKey {
        model::InstrumentId instrument;
        model::CandleInterval interval = model::CandleInterval::Minute1;
        CandleSpan span;
    };

    using ChartKeys = std::vector<ChartKey>;

    static void add_schemas(RouteTable& table);
    void add_lists(RouteTable& table);
    void add_charts(RouteTable& table);

    void list_prices(RequestContext& call);
    void list_overview(RequestContext& call);
    void show_book(RequestContext& call);
    void list_symbols(RequestContext& call);
    void follow_symbol(RequestContext& call);
    void unfollow_symbol(RequestContext& call);
    void show_candles(RequestContext& call);
    void show_chart(RequestContext& call);
    void list_charts(RequestContext& call);

    [[nodiscard]] AgeRule age_rule() const {
        return {context_.now().time, context_.options.market_age_max};
    }

    [[nodiscard]] std::vector<model::InstrumentId> shown(model::Market market) const;
    [[nodiscard]] bool is_known(const model::InstrumentId& id) const;
    [[nodiscard]] std::optional<ChartKey> chart_of(RequestContext& call) const;
    [[nodiscard]] std::optional<ChartKeys> charts_of(RequestContext& call) const;

    [[nodiscard]] CandleView row_of(const ChartKey& key) const {
        return {context_.market, key.instrument, key.interval};
    }

    /// Generates a part of the missing history of these candles. Returns true once nothing is
    /// missing.
    [[nodiscard]] bool prepare(const ChartKeys& keys) const;

    /// Takes the candles that trades no longer change from the cache and adds the newer ones.
    /// `finish` gets one complete chart object for each key.
    void send_charts(RequestContext& call,
                     const ChartKeys& keys,
                     std::function<void(RequestContext&, std::vector<boost::json::object>)> finish);
    [[nodiscard]] std::string meaning_of(const ChartKeys& keys) const;
    [[nodiscard]] boost::json::array kept_candles(const ChartKey& key) const;
    [[nodiscard]] boost::json::object whole_chart(const ChartKey& key,
                                                  boost::json::value kept) const;
    void add_newer(boost::json::object& chart, const ChartKey& key) const;

    const ApiContext& context_;
    FollowedSymbols& followed_;
};

}  // namespace botcore::shell::http
