#include "api/market_routes.hpp"
#include "api/response_cache.hpp"
#include "base/time_text.hpp"

#include <boost/json/array.hpp>

#include <algorithm>
#include <memory>

namespace botcore::api {

namespace json = boost::json;
using model::Candle;
using model::CandleInterval;

namespace {

constexpr std::size_t kCandlesDefault = 100;
/// The most charts of one request, so that the response fits into one cached value.
constexpr std::size_t kChartsMax = 32;

std::vector<std::string_view> parts_of(std::string_view list) {
    std::vector<std::string_view> parts;
    while (true) {
        const std::size_t comma = list.find(',');
        parts.push_back(list.substr(0, comma));
        if (comma == std::string_view::npos) return parts;
        list.remove_prefix(comma + 1);
    }
}

/// The candle span that the query asks for.
CandleSpan span_of(host::QueryReader& query) {
    CandleSpan span;
    span.limit = query.number("limit", kCandlesDefault, {1, model::kCandlesMax});
    span.since = query.time("since");
    if (const auto until = query.time("until")) span.until = *until;
    if (span.since && *span.since >= span.until) query.refuse("until", "later than since");
    return span;
}

}  // namespace

void MarketRoutes::add_charts(host::RouteTable& table) {
    auto& schemas = table.schemas();
    schemas.add_words("Timeframe",
                      "The span of a candle",
                      {"1m",
                       "3m",
                       "5m",
                       "15m",
                       "30m",
                       "1h",
                       "2h",
                       "4h",
                       "6h",
                       "8h",
                       "12h",
                       "1d",
                       "3d",
                       "1w",
                       "1M"});
    schemas.add_object("Candle",
                       "The prices within one span of the exchange's trade time; without a trade, "
                       "volume 0 and the previous close. `closed`: the span is over, only a late "
                       "trade changes it. `complete` false: trades of the span may be missing",
                       "open_time:Time close_time:Time open:Amount high:Amount low:Amount "
                       "close:Amount volume:Amount quote_volume:Amount trades:Number "
                       "closed:boolean complete:boolean");
    schemas.add_object(
        "MarketGap",
        "A span of which trades may be missing; `until` null: the span has not ended",
        "from:Time until:Time?");
    schemas.add_object(
        "Candles",
        "Ascending, the newest candle last. `incomplete`: spans of exchange time in which our feed "
        "was down; candles may be missing there. `late_trades`: trades that arrived after their "
        "candle was discarded. `next_since`: where the next page begins; null: there is no next "
        "page, or the request has no `since`",
        "exchange:Exchange market:Market symbol:Symbol timeframe:Timeframe source:MarketSource "
        "as_of:Time? age_ms:integer stale:boolean candles:[Candle] "
        "next_since:Time? "
        "incomplete:[MarketGap] late_trades:Number");
    schemas.add_object("Chart",
                       "Candles",
                       "Candles with the current best prices",
                       "bid:Amount? ask:Amount? last:Amount?");
    schemas.add_list("ChartList", "Chart");
    schemas.add_json("TimeframeList", R"({"type":"string","maxLength":200,
        "description":"Timeframes, separated by commas","examples":["1m,1h"]})");
    schemas.add_json("SymbolNames", R"({"type":"string","maxLength":700,
        "description":"Symbols, separated by commas","examples":["BTCUSDT,ETHUSDT"]})");
    const host::QueryParameterRow exchange = host::exchange_parameter();
    const host::QueryParameterRow market = host::market_parameter();
    const host::QueryParameterRow limit{
        "limit",
        "PageLimit",
        "The number of candles: the newest ones; with `since` the oldest ones"};
    const host::QueryParameterRow since{
        "since", "TimeGiven", "Only candles that open at this time or later"};
    const host::QueryParameterRow until{
        "until", "TimeGiven", "Only candles that open before this time"};
    host::RouteRow row{
        .query = {exchange, market, limit, since, until}, .cached = true, .statuses = {404}};
    const auto add = [&](std::string_view pattern,
                         void (MarketRoutes::*handler)(host::RequestContext&),
                         std::string_view summary,
                         std::string_view response) {
        row.pattern = pattern;
        row.tag = "market";
        row.summary = summary;
        row.response = response;
        row.handler = [this, handler](host::RequestContext& call) { (this->*handler)(call); };
        table.add(row);
    };
    add("/api/market/candles/{symbol}/{timeframe}",
        &MarketRoutes::show_candles,
        "A symbol's candles",
        "Candles");
    add("/api/market/chart/{symbol}/{timeframe}",
        &MarketRoutes::show_chart,
        "Candles and current prices of a symbol",
        "Chart");
    row.query.push_back({"symbols", "SymbolNames", "Default: all followed symbols"});
    row.query.push_back({"timeframes", "TimeframeList", "Default: 1m"});
    add("/api/market/charts", &MarketRoutes::list_charts, "Charts of several symbols", "ChartList");
}

std::optional<MarketRoutes::ChartKey> MarketRoutes::chart_of(host::RequestContext& call) const {
    host::QueryReader query(call);
    ChartKey key;
    key.instrument = query.instrument(model::Symbol(call.parameter("symbol")));
    key.span = span_of(query);
    const auto interval = model::parse_candle_interval(call.parameter("timeframe"));
    if (query.error()) {
        call.fail(400, *query.error());
        return std::nullopt;
    }
    if (!interval) {
        call.fail(400,
                  protocol::RequestError{.code = "INVALID_FIELD",
                                         .message = "there is no such timeframe",
                                         .field = "timeframe",
                                         .expected = "1m, 3m, 5m, 15m, 30m, 1h, 2h, 4h, 6h, 8h, "
                                                     "12h, 1d, 3d, 1w or 1M",
                                         .received = call.parameter("timeframe").substr(0, 64)});
        return std::nullopt;
    }
    key.interval = *interval;
    if (!is_known(key.instrument)) {
        call.fail(404, "INVALID_SYMBOL", "there is no such symbol on this market");
        return std::nullopt;
    }
    return key;
}

std::optional<MarketRoutes::ChartKeys> MarketRoutes::charts_of(host::RequestContext& call) const {
    host::QueryReader query(call);
    const model::ExchangeId exchange = query.exchange();
    const model::Market market = query.market();
    const CandleSpan span = span_of(query);
    std::vector<model::InstrumentId> instruments;
    if (const auto symbols = query.text("symbols")) {
        for (const auto symbol : parts_of(*symbols))
            instruments.push_back({market, model::Symbol(symbol), exchange});
    } else {
        instruments = shown(exchange, market);
    }
    ChartKeys keys;
    for (const auto part : parts_of(query.text("timeframes").value_or("1m"))) {
        const auto interval = model::parse_candle_interval(part);
        if (!interval) query.refuse("timeframes", "timeframes such as 1m,1h, separated by commas");
        for (const auto& instrument : instruments)
            keys.push_back({instrument, interval.value_or(CandleInterval::Minute1), span});
    }
    if (keys.size() > kChartsMax) {
        query.refuse("symbols",
                     "a number of timeframes with which symbols times timeframes is at most 32");
    }
    if (query.error()) {
        call.fail(400, *query.error());
        return std::nullopt;
    }
    for (const auto& instrument : instruments) {
        if (is_known(instrument)) continue;
        call.fail(404, "INVALID_SYMBOL", "one of the symbols is not known on this market");
        return std::nullopt;
    }
    return keys;
}

void MarketRoutes::show_candles(host::RequestContext& call) {
    const auto key = chart_of(call);
    if (!key) return;
    send_charts(call, {*key}, [](host::RequestContext& one, std::vector<json::object> charts) {
        for (const char* name : {"bid", "ask", "last"})
            charts.front().erase(name);
        one.send(std::move(charts.front()));
    });
}

void MarketRoutes::show_chart(host::RequestContext& call) {
    const auto key = chart_of(call);
    if (!key) return;
    send_charts(call, {*key}, [](host::RequestContext& one, std::vector<json::object> charts) {
        one.send(std::move(charts.front()));
    });
}

void MarketRoutes::list_charts(host::RequestContext& call) {
    const auto keys = charts_of(call);
    if (!keys) return;
    send_charts(call, *keys, [](host::RequestContext& one, std::vector<json::object> charts) {
        json::array list;
        for (auto& chart : charts)
            list.push_back(std::move(chart));
        one.send(std::move(list));
    });
}

bool MarketRoutes::prepare(const ChartKeys& keys) const {
    int days_left = ports::CandleHistory::kDaysAtOnce;
    return std::all_of(keys.begin(), keys.end(), [&](const ChartKey& key) {
        return row_of(key).prepare(key.span, days_left);
    });
}

void MarketRoutes::send_charts(
    host::RequestContext& call,
    const ChartKeys& keys,
    std::function<void(host::RequestContext&, std::vector<json::object>)> finish) {
    if (!prepare(keys)) {
        // The work continues in later turns of the loop, so that orders are not delayed.
        if (call.deadline.has_passed(context_.now().monotonic)) {
            return call.fail(504,
                             "TIMEOUT",
                             "candles are computed on the first request, and only a part of them "
                             "has been computed so far; repeat the request to continue");
        }
        const auto waiting = std::make_shared<host::RequestContext>(std::move(call));
        context_.later([this, waiting, keys, finish = std::move(finish)] {
            send_charts(*waiting, keys, finish);
        });
        return;
    }
    const auto make = [this, keys](host::RequestContext&) -> std::optional<json::value> {
        json::array all;
        for (const ChartKey& key : keys)
            all.push_back(kept_candles(key));
        return json::value(std::move(all));
    };
    const auto whole = [this, keys, finish = std::move(finish)](host::RequestContext& one,
                                                                json::value kept) {
        std::vector<json::object> charts;
        auto& lists = kept.as_array();
        for (std::size_t i = 0; i < keys.size(); ++i)
            charts.push_back(whole_chart(keys[i], std::move(lists[i])));
        finish(one, std::move(charts));
    };
    respond_cached(context_, call, {[this, keys] { return meaning_of(keys); }, make, whole});
}

/// A text with everything that the cached candles depend on: the process, the series, its revision,
/// and the requested span. The process is named by its incarnation, which is random and never
/// reused; the history does not change within a process.
std::string MarketRoutes::meaning_of(const ChartKeys& keys) const {
    std::string meaning = "candles\n" + std::to_string(context_.runtime.state().incarnation) + "\n";
    for (const ChartKey& key : keys) {
        const model::CandleBoard* candles = context_.market.candles(key.instrument);
        const auto revision = candles != nullptr ? candles->series(key.interval).revision() : 0;
        const auto& since = key.span.since;
        meaning.append(to_text(key.instrument.exchange)).append(" ");
        meaning.append(to_text(key.instrument.market)).append(" ");
        meaning.append(key.instrument.symbol.text()).append(" ");
        meaning.append(to_text(key.interval)).append(" ");
        meaning.append(std::to_string(key.span.limit)).append(" ");
        meaning.append(since ? std::to_string(since->in_microseconds()) : "newest").append(" ");
        meaning.append(std::to_string(key.span.until.in_microseconds())).append(" ");
        meaning.append(std::to_string(revision)).append("\n");
    }
    return meaning;
}

/// The requested candles that can be cached: all but the one that trades may still change.
json::array MarketRoutes::kept_candles(const ChartKey& key) const {
    json::array list;
    const CandleView row = row_of(key);
    for (const Candle& candle : row.candles(key.span)) {
        if (row.is_kept(candle)) list.push_back(candle_view(candle, key.interval, true));
    }
    return list;
}

/// A complete chart: the cached candles and the newer ones, with source and age.
json::object MarketRoutes::whole_chart(const ChartKey& key, json::value kept) const {
    const model::Quote quote = context_.quote_of(key.instrument);
    json::object chart = quote_view(quote, age_rule());
    chart["timeframe"] = to_text(key.interval);
    const model::CandleBoard* board = context_.market.candles(key.instrument);
    const auto missing_since = context_.market.trades_missing_since(key.instrument);
    chart["incomplete"] = gaps_view(board, missing_since);
    chart["late_trades"] = board != nullptr ? board->late_trades().too_late : 0;
    chart["candles"] = std::move(kept);
    chart["next_since"] = nullptr;
    add_newer(chart, key);
    return chart;
}

/// Appends the candles that follow the cached ones. While an external cache was responding, the
/// last candle may have closed and new ones may have begun.
void MarketRoutes::add_newer(json::object& chart, const ChartKey& key) const {
    json::array& list = chart["candles"].as_array();
    const CandleView row = row_of(key);
    const auto missing_since = context_.market.trades_missing_since(key.instrument);
    CandleSpan newer = key.span;
    if (!list.empty()) {
        const auto last = base::parse_iso8601(list.back().at("open_time").as_string());
        CHECK(last);
        newer.since = *last + base::Duration::microseconds(1);
    }
    // One candle more than the limit shows where the next page begins.
    if (key.span.since) newer.limit = key.span.limit + 1 - list.size();
    for (Candle& candle : row.candles(newer)) {
        if (key.span.since && list.size() == key.span.limit) {
            chart["next_since"] = base::to_iso8601(candle.open_time);
            return;
        }
        const bool lost =
            missing_since && model::candle_end(key.interval, candle.open_time) > *missing_since;
        candle.complete = candle.complete && !lost;
        list.push_back(candle_view(candle, key.interval, row.is_closed(candle)));
    }
    if (list.size() > key.span.limit) list.erase(list.begin(), list.end() - key.span.limit);
}

}  // namespace botcore::api
