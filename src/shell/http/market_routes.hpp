#pragma once

/// Routes about the market: prices, books, candles and what can be traded. Every answer with market
/// data says its source, its age, and whether it is stale.
///
/// Which symbols the lists show is the operator's choice among those that this installation knows
/// (`FollowedSymbols`): POST shows one, DELETE hides it. Nothing else depends on it.
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
    /// Both outlive the door, and the door the table.
    MarketRoutes(const ApiContext& context, FollowedSymbols& followed)
        : context_(context),
          followed_(followed) {}

    void add_to(RouteTable& table);

private:
    /// Which candles are asked for.
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

    [[nodiscard]] CandleRow row_of(const ChartKey& key) const {
        return {context_.market, key.instrument, key.interval};
    }

    /// Makes a part of what the histories lack for these candles; true once they lack nothing.
    [[nodiscard]] bool prepare(const ChartKeys& keys) const;

    /// The candles that no trade changes any more come from the cache; `finish` gets one object for
    /// each key, whole.
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
