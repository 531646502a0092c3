#include "gateway/trade_deduplicator.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <vector>

namespace botcore::gateway {
namespace {

using model::Price;
using model::Quantity;
using protocol::MarketMessage;
using protocol::MarketMessageKind;

MarketMessage trade(std::uint64_t id, std::int64_t quantity) {
    MarketMessage message;
    message.kind = MarketMessageKind::Trade;
    message.trade_id = message.first_trade = message.last_trade = id;
    message.trade_time = base::Timestamp::from_milliseconds(static_cast<std::int64_t>(id));
    message.trade = {Price::whole(5), Quantity::from_units(quantity)};
    return message;
}

TEST(TradeDeduplicator, TreatsAnIdOlderThanTheRememberedOnesAsRepeated) {
    TradeDeduplicator trades(2);
    for (const std::uint64_t id : {10U, 11U, 12U})
        EXPECT_EQ(trades.decide(trade(id, 1)).verdict, TradeVerdict::Counts);
    EXPECT_EQ(trades.decide(trade(10, 1)).verdict, TradeVerdict::Repeated);
    EXPECT_EQ(trades.decide(trade(9, 1)).verdict, TradeVerdict::Repeated);
}

TEST(TradeDeduplicator, CountsTradesAgainAfterTheExchangeRestartsItsIds) {
    TradeDeduplicator trades(2);
    for (const std::uint64_t id : {10U, 11U, 12U})
        (void)trades.decide(trade(id, 1));
    MarketMessage first = trade(1, 1);
    first.trade_time = base::Timestamp::from_milliseconds(13);
    EXPECT_EQ(trades.decide(first).verdict, TradeVerdict::Counts);
    EXPECT_EQ(trades.decide(first).verdict, TradeVerdict::Repeated);
}

TEST(TradeDeduplicator, AnIdFarAheadDoesNotHideLaterTrades) {
    TradeDeduplicator trades(4);
    (void)trades.decide(trade(10, 1));
    MarketMessage far = trade(1'000'000, 1);
    far.trade_time = base::Timestamp::from_milliseconds(10);
    (void)trades.decide(far);
    for (std::uint64_t id = 11; id < 100; ++id)
        EXPECT_EQ(trades.decide(trade(id, 1)).verdict, TradeVerdict::Counts) << id;
}

/// Two connections deliver the trades one by one, and two other connections deliver the aggregates.
/// Each stream stays in order, but they are interleaved.
RC_GTEST_PROP(TradeDeduplicator, CountsEachTradeOnceHoweverStreamsAreInterleaved, ()) {
    std::vector<MarketMessage> trades;
    std::vector<MarketMessage> aggregates;
    Quantity all;
    std::uint64_t id = 100;
    for (int i = *rc::gen::inRange(1, 40); i > 0; --i) {
        MarketMessage whole = trade(id, 0);
        whole.kind = MarketMessageKind::AggregateTrade;
        whole.trade_id = static_cast<std::uint64_t>(i);
        for (int parts = *rc::gen::inRange(1, 4); parts > 0; --parts, ++id) {
            trades.push_back(trade(id, *rc::gen::inRange<std::int64_t>(1, 1'000)));
            whole.trade.quantity += trades.back().trade.quantity;
            whole.last_trade = id;
            all += trades.back().trade.quantity;
            if (*rc::gen::inRange(0, 5) != 0) continue;
            trades.push_back(trade(++id, 7));  // Within the aggregate's ids, but not in its
                                               // quantity.
            trades.back().trade_origin = protocol::TradeOrigin::Other;
        }
        aggregates.push_back(whole);
    }
    const std::vector<const std::vector<MarketMessage>*> streams = {
        &trades, &aggregates, &trades, &aggregates};
    std::vector<std::size_t> next(streams.size());
    TradeDeduplicator deduplicator;
    Quantity counted;
    for (std::size_t left = 2 * (trades.size() + aggregates.size()); left > 0; --left) {
        auto stream = *rc::gen::inRange<std::size_t>(0, streams.size());
        while (next[stream] == streams[stream]->size())
            stream = (stream + 1) % streams.size();
        const auto decision = deduplicator.decide((*streams[stream])[next[stream]++]);
        RC_ASSERT(decision.quantity.is_positive() == (decision.verdict == TradeVerdict::Counts));
        counted += decision.quantity;
    }
    RC_ASSERT(counted == all);
}

}  // namespace
}  // namespace botcore::gateway
