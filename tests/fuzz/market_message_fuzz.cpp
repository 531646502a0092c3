// Fuzzes the parser of market messages and the code after it: no input may crash it, a refused
// message changes nothing, and an accepted one obeys the rules that the core relies on.

#include "base/check.hpp"
#include "gateway/market_feed.hpp"
#include "protocol/binance/market_messages.hpp"

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

namespace {

using namespace botcore;
using protocol::MarketMessage;
using protocol::MarketMessageKind;

void check_levels(const std::vector<model::Level>& levels) {
    for (const model::Level& level : levels) {
        CHECK(level.price.is_positive());
        CHECK(!level.quantity.is_negative());
    }
}

void check_message(const MarketMessage& message) {
    switch (message.kind) {
        case MarketMessageKind::Ignored:
            return;
        case MarketMessageKind::DepthUpdate:
            CHECK(message.first_update <= message.last_update);
            [[fallthrough]];
        case MarketMessageKind::DepthSnapshot:
            check_levels(message.bids);
            check_levels(message.asks);
            return;
        case MarketMessageKind::Trade:
        case MarketMessageKind::AggregateTrade:
            CHECK(!message.symbol.empty());
            CHECK(message.first_trade <= message.last_trade);
            if (message.trade_origin == protocol::TradeOrigin::Market) {
                check_levels({message.trade});
                CHECK(message.trade.quantity.is_positive());
            } else {
                CHECK(message.trade == model::Level{});
            }
            return;
        case MarketMessageKind::BookTicker:
            check_levels({message.best_bid, message.best_ask});
            CHECK(!message.symbol.empty());
            return;
    }
}

}  // namespace

/// Each line of the input is one message, sent to one instrument of each market.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static protocol::MarketParser parser;
    gateway::MarketFeed feed(
        {{.market = model::Market::Spot, .symbol = model::Symbol("BTCUSDT")},
         {.market = model::Market::Futures, .symbol = model::Symbol("BTCUSDT")}});
    MarketMessage message;
    std::vector<protocol::MarketEvent> events;
    std::string_view rest(reinterpret_cast<const char*>(data), size);
    while (!rest.empty()) {
        const std::size_t end = rest.find('\n');
        const std::string_view line = rest.substr(0, end);
        rest = end == std::string_view::npos ? std::string_view{} : rest.substr(end + 1);
        if (!parser.parse(line, message)) continue;
        check_message(message);
        for (const auto index : {protocol::InstrumentIndex{0}, protocol::InstrumentIndex{1}}) {
            (void)feed.apply(index, message, message.event_time, events);
        }
        events.clear();
    }
    return 0;
}
