#include "venue/market_generator.hpp"

#include "venue/paper_venue.hpp"
#include "venue/testing.hpp"

#include <gtest/gtest.h>

namespace botcore::venue {
namespace {

using namespace testing;
using model::Market;
using model::Side;

std::vector<MarketEvent> run(std::uint64_t seed, const model::Instrument& rules, int steps) {
    MarketGenerator generator(seed, settings_for(rules, price("60000")));
    std::vector<MarketEvent> events;
    for (int step = 0; step < steps; ++step)
        generator.step(at_ms(step * 100), events);
    return events;
}

TEST(MarketGenerator, ProducesTheSameEventsForTheSameSeed) {
    const auto rules = builtin(Market::Futures, "BTCUSDT");
    EXPECT_EQ(run(7, rules, 200), run(7, rules, 200));
    EXPECT_NE(run(7, rules, 200), run(8, rules, 200));
}

TEST(MarketGenerator, FirstStepEmitsAFullBook) {
    const auto events = run(1, builtin(Market::Spot, "BTCUSDT"), 1);
    ASSERT_EQ(events.size(), 61U);
    EXPECT_EQ(events.front().kind, MarketEventKind::Reset);
    for (std::size_t i = 1; i < events.size(); ++i) {
        EXPECT_EQ(events[i].kind, MarketEventKind::Depth);
    }
}

TEST(MarketGenerator, BookIsNeverCrossedAndAlwaysHasDepth) {
    for (const auto& rules : model::builtin_instruments()) {
        MarketGenerator generator(3, settings_for(rules, price("137.5")));
        model::DepthBook book;
        int trades = 0;
        for (int step = 0; step < 2'000; ++step) {
            std::vector<MarketEvent> events;
            generator.step(at_ms(step), events);
            for (const auto& event : events) {
                ASSERT_TRUE(event.price.is_positive());
                ASSERT_TRUE(model::is_multiple(event.price, rules.price_filter.tick));
                ASSERT_TRUE(model::is_multiple(event.quantity, rules.lot_filter.step));
                if (event.kind == MarketEventKind::Reset) book.clear();
                if (event.kind == MarketEventKind::Depth) {
                    book.set(event.side, {event.price, event.quantity});
                }
                if (event.kind != MarketEventKind::Trade) continue;
                ++trades;
                // A trade executes at the best level, which has at least its quantity.
                const auto level = book.best(opposite(event.side));
                ASSERT_TRUE(level.has_value());
                ASSERT_EQ(level->price, event.price);
                ASSERT_GE(level->quantity, event.quantity);
            }
            ASSERT_LT(book.best(Side::Buy)->price, book.best(Side::Sell)->price);
            ASSERT_GE(book.levels(Side::Buy).size(), 10U);
            ASSERT_LE(book.levels(Side::Buy).size(), 46U);
            ASSERT_GE(book.levels(Side::Sell).size(), 10U);
            ASSERT_LE(book.levels(Side::Sell).size(), 46U);
        }
        EXPECT_GT(trades, 500);
    }
}

TEST(MarketGenerator, StartsAtTheConfiguredPrice) {
    const auto rules = builtin(Market::Futures, "BTCUSDT");
    auto settings = settings_for(rules, price("60000"));
    settings.begin = price("59123.4");
    MarketGenerator generator(7, settings);
    std::vector<MarketEvent> events;
    generator.step(at_ms(0), events);
    model::DepthBook book;
    for (const auto& event : events) {
        if (event.kind == MarketEventKind::Depth) {
            book.set(event.side, {event.price, event.quantity});
        }
    }
    // A row is 0.002 % of the price high, and the best two rows are filled.
    EXPECT_GE(book.best(Side::Buy)->price, price("59120"));
    EXPECT_LE(book.best(Side::Sell)->price, price("59127"));
}

TEST(MarketGenerator, SnapshotMatchesTheBookBuiltFromEvents) {
    MarketGenerator generator(5, settings_for(builtin(Market::Spot, "ETHUSDT"), price("3000")));
    PaperVenue followed;
    PaperVenue joined;
    PaperVenue::Reports reports;
    const auto rules = builtin(Market::Spot, "ETHUSDT");
    followed.define(rules);
    joined.define(rules);
    std::vector<MarketEvent> events;
    for (int step = 0; step < 300; ++step)
        generator.step(at_ms(step), events);
    for (const auto& event : events)
        followed.apply(event, reports);
    events.clear();
    generator.snapshot(at_ms(300), events);
    for (const auto& event : events)
        joined.apply(event, reports);
    EXPECT_TRUE(reports.empty());
    for (const Side side : {Side::Buy, Side::Sell}) {
        EXPECT_EQ(followed.book(rules.id)->anonymous().levels(side),
                  joined.book(rules.id)->anonymous().levels(side));
    }
}

TEST(MarketGenerator, FillsRestingOrdersOfTheVenue) {
    const auto rules = builtin(Market::Spot, "BTCUSDT");
    PaperVenue venue;
    PaperVenue::Reports reports;
    venue.define(rules);
    model::Account account;
    account.id = model::AccountId("spot");
    account.market = Market::Spot;
    model::Balance balance;
    balance.asset = model::Asset("USDT");
    balance.of(model::Book::Cash) = money("100000");
    venue.restore_account(
        {.account = account, .balances = {balance}, .positions = {}, .live_orders = {}},
        at_ms(0),
        reports);
    MarketGenerator generator(11, settings_for(rules, price("60000")));
    std::vector<MarketEvent> events;
    generator.step(at_ms(0), events);
    for (const auto& event : events)
        venue.apply(event, reports);
    model::OrderInstruction order;
    order.account = account.id;
    order.id = model::ClientOrderId("resting");
    order.instrument = rules.id;
    order.type = model::OrderType::Limit;
    order.quantity = quantity("0.01");
    order.price = model::rounded_down_to(price("59995"), rules.price_filter.tick);
    order.attempt = {at_ms(0), model::Duration::seconds(5), 1};
    venue.place(order, at_ms(0), reports);
    ASSERT_EQ(reports.back().kind, model::ReportKind::Open);
    for (int step = 1; step < 2'000; ++step) {
        events.clear();
        generator.step(at_ms(step), events);
        for (const auto& event : events)
            venue.apply(event, reports);
    }
    EXPECT_EQ(reports.back().kind, model::ReportKind::Filled);
    EXPECT_TRUE(reports.back().trades.back().maker);
}

}  // namespace
}  // namespace botcore::venue
