#include "venue/order_book.hpp"

#include "venue/testing.hpp"

#include <gtest/gtest.h>

namespace botcore::venue {
namespace {

using namespace testing;
using model::Side;

constexpr OrderSerial kA(1);
constexpr OrderSerial kB(2);
constexpr Party kAlice(1);
constexpr Party kBob(2);

void set_level(OrderBook& book, Side side, std::string_view at, std::string_view amount) {
    book.set_anonymous(side, {.price = price(at), .quantity = quantity(amount)});
}

BookOrder bid(OrderSerial serial, std::string_view at, std::string_view amount) {
    return {.serial = serial,
            .party = kAlice,
            .side = Side::Buy,
            .price = price(at),
            .quantity = quantity(amount)};
}

Match traded(std::string_view at, std::string_view amount, OrderSerial resting) {
    return {MatchKind::Trade, price(at), quantity(amount), resting};
}

std::vector<Match> sell(OrderBook& book, std::string_view amount, std::string_view limit) {
    std::vector<Match> matches;
    book.take(
        {.party = kBob, .side = Side::Sell, .quantity = quantity(amount), .limit = price(limit)},
        matches);
    return matches;
}

std::vector<Match> hit(OrderBook& book, std::string_view at, std::string_view amount) {
    PublicTrade trade{.price = price(at), .quantity = quantity(amount), .aggressor = Side::Sell};
    std::vector<Match> matches;
    while (const auto match = book.hit_next(trade))
        matches.push_back(*match);
    return matches;
}

TEST(OrderBook, TakerTradesAtBestPricesFirst) {
    OrderBook book;
    set_level(book, Side::Buy, "99", "2");
    set_level(book, Side::Buy, "100", "1");
    EXPECT_EQ(sell(book, "2", "99"),
              (std::vector{traded("100", "1", kAnonymous), traded("99", "1", kAnonymous)}));
    EXPECT_EQ(book.best(Side::Buy), price("99"));
}

TEST(OrderBook, TakerStopsAtItsLimit) {
    OrderBook book;
    set_level(book, Side::Buy, "99", "2");
    set_level(book, Side::Buy, "100", "1");
    EXPECT_EQ(sell(book, "2", "100"), (std::vector{traded("100", "1", kAnonymous)}));
}

TEST(OrderBook, ConsumedLiquidityStaysConsumedUntilTheNextFeedUpdate) {
    OrderBook book;
    set_level(book, Side::Buy, "100", "5");
    EXPECT_EQ(sell(book, "5", "100").size(), 1U);
    set_level(book, Side::Buy, "99", "1");
    EXPECT_TRUE(sell(book, "5", "100").empty());
    set_level(book, Side::Buy, "100", "5");
    EXPECT_EQ(sell(book, "5", "100").size(), 1U);
}

TEST(OrderBook, OrdersQueueBehindExistingLiquidity) {
    OrderBook book;
    set_level(book, Side::Buy, "100", "5");
    book.add(bid(kA, "100", "2"));
    set_level(book, Side::Buy, "100", "8");
    book.add(bid(kB, "100", "1"));
    EXPECT_EQ(book.in_front_of(kA), quantity("5"));
    EXPECT_EQ(book.in_front_of(kB), quantity("10"));
    EXPECT_EQ(sell(book, "11", "100"),
              (std::vector{traded("100", "5", kAnonymous),
                           traded("100", "2", kA),
                           traded("100", "3", kAnonymous),
                           traded("100", "1", kB)}));
}

TEST(OrderBook, DecreaseOfALevelIsTakenFromTheBack) {
    OrderBook book;
    set_level(book, Side::Buy, "100", "5");
    book.add(bid(kA, "100", "2"));
    set_level(book, Side::Buy, "100", "8");
    set_level(book, Side::Buy, "100", "6");
    EXPECT_EQ(book.in_front_of(kA), quantity("5"));
    set_level(book, Side::Buy, "100", "3");
    EXPECT_EQ(book.in_front_of(kA), quantity("3"));
    // The quantity in front never grows again.
    set_level(book, Side::Buy, "100", "50");
    EXPECT_EQ(book.in_front_of(kA), quantity("3"));
}

TEST(OrderBook, PublicTradeConsumesTheQueueFromTheFront) {
    OrderBook book;
    set_level(book, Side::Buy, "100", "5");
    book.add(bid(kA, "100", "2"));
    EXPECT_TRUE(hit(book, "100", "4").empty());
    EXPECT_EQ(book.in_front_of(kA), quantity("1"));
    EXPECT_EQ(hit(book, "100", "2"), (std::vector{traded("100", "1", kA)}));
    EXPECT_EQ(book.open_quantity(kA), quantity("1"));
}

TEST(OrderBook, PublicTradeFillsOrdersAtBetterPricesCompletely) {
    OrderBook book;
    set_level(book, Side::Buy, "100", "500");
    book.add(bid(kA, "100", "2"));
    book.add(bid(kB, "99", "3"));
    // A trade of one lot at 99 proves that the market traded through 100; at 99 it counts as one
    // lot.
    EXPECT_EQ(hit(book, "99", "1"), (std::vector{traded("100", "2", kA), traded("99", "1", kB)}));
    EXPECT_EQ(book.open_quantity(kB), quantity("2"));
}

TEST(OrderBook, BuyTradesReachAsksOnly) {
    OrderBook book;
    book.add(bid(kA, "100", "2"));
    PublicTrade trade{.price = price("99"), .quantity = quantity("9"), .aggressor = Side::Buy};
    EXPECT_EQ(book.hit_next(trade), std::nullopt);
    EXPECT_EQ(book.open_quantity(kA), quantity("2"));
}

TEST(OrderBook, CancelDoesNotChangeThePlacesOfOtherOrders) {
    OrderBook book;
    set_level(book, Side::Buy, "100", "5");
    book.add(bid(kA, "100", "2"));
    book.add(bid(kB, "100", "1"));
    EXPECT_TRUE(book.remove(kA));
    EXPECT_FALSE(book.remove(kA));
    EXPECT_EQ(book.in_front_of(kB), quantity("5"));
}

TEST(OrderBook, ReducedOrderKeepsItsPlace) {
    OrderBook book;
    book.add(bid(kA, "100", "2"));
    book.add(bid(kB, "100", "1"));
    book.reduce(kA, quantity("1"));
    EXPECT_EQ(book.in_front_of(kB), quantity("1"));
    EXPECT_EQ(sell(book, "1", "100"), (std::vector{traded("100", "1", kA)}));
}

TEST(OrderBook, OwnRestingOrderIsRemovedWithoutATrade) {
    OrderBook book;
    book.add(bid(kA, "101", "2"));
    set_level(book, Side::Buy, "100", "5");
    std::vector<Match> matches;
    const Taker own{
        .party = kAlice, .side = Side::Sell, .quantity = quantity("3"), .limit = std::nullopt};
    EXPECT_EQ(book.reach(own).quantity, quantity("3"));
    book.take(own, matches);
    EXPECT_EQ(matches,
              (std::vector{Match{MatchKind::SelfTradePrevented, price("101"), quantity("2"), kA},
                           traded("100", "3", kAnonymous)}));
}

TEST(OrderBook, LevelThatCrossesAnOrderTradesAtThePriceOfTheOrder) {
    OrderBook book;
    book.add(bid(kA, "100", "2"));
    set_level(book, Side::Sell, "99", "5");
    EXPECT_EQ(book.cross_next(Side::Sell), traded("100", "2", kA));
    EXPECT_EQ(book.cross_next(Side::Sell), std::nullopt);
    EXPECT_EQ(book.anonymous().best(Side::Sell)->quantity, quantity("3"));
}

TEST(OrderBook, RestoredOrderQueuesBehindTheFirstUpdateOfItsLevel) {
    OrderBook book;
    book.clear_anonymous();
    book.add(bid(kA, "100", "2"));
    book.add(bid(kB, "100", "1"));
    EXPECT_EQ(book.in_front_of(kA), std::nullopt);
    set_level(book, Side::Buy, "100", "7");
    EXPECT_EQ(book.in_front_of(kA), quantity("7"));
    EXPECT_EQ(book.in_front_of(kB), quantity("9"));
    set_level(book, Side::Buy, "100", "9");
    EXPECT_EQ(book.in_front_of(kA), quantity("7"));
}

TEST(OrderBook, RestoredOrderIsFirstWhenItsLevelIsMissingFromTheRebuiltBook) {
    OrderBook book;
    book.clear_anonymous();
    book.add(bid(kA, "100", "2"));
    set_level(book, Side::Buy, "99", "7");
    EXPECT_EQ(hit(book, "100", "1"), (std::vector{traded("100", "1", kA)}));
}

TEST(OrderBook, RebuildKeepsTheQuantityInFrontOfAnOrder) {
    OrderBook book;
    set_level(book, Side::Buy, "100", "5");
    book.add(bid(kA, "100", "2"));
    book.clear_anonymous();
    EXPECT_EQ(book.anonymous().best(Side::Buy), std::nullopt);
    EXPECT_EQ(book.open_quantity(kA), quantity("2"));
    set_level(book, Side::Buy, "100", "30");
    EXPECT_EQ(book.in_front_of(kA), quantity("5"));
    book.clear_anonymous();
    set_level(book, Side::Buy, "100", "1");
    EXPECT_EQ(book.in_front_of(kA), quantity("1"));
}

TEST(OrderBook, ReachSumsUpWithinTheLimit) {
    OrderBook book;
    set_level(book, Side::Buy, "100", "1");
    set_level(book, Side::Buy, "98", "10");
    auto order = bid(kA, "99", "2");
    order.firmness = Firmness::Conditional;
    book.add(order);
    const Reach reach = book.reach(
        {.party = kBob, .side = Side::Sell, .quantity = quantity("4"), .limit = price("98")});
    EXPECT_EQ(reach.quantity, quantity("4"));
    EXPECT_EQ(reach.firm_quantity, quantity("2"));
    EXPECT_EQ(reach.notional, money("396"));
    EXPECT_EQ(reach.worst, price("98"));
}

TEST(Worth, IsBoundedInsteadOfOverflowing) {
    EXPECT_EQ(worth(price("3"), quantity("0.5")), money("1.5"));
    const auto huge = model::Int128{1} << 100;
    EXPECT_GT(worth(model::Price::from_units(huge), model::Quantity::from_units(huge)),
              money("999999999999999"));
}

}  // namespace
}  // namespace botcore::venue
