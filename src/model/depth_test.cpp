#include "model/depth.hpp"

#include "base/random.hpp"

#include <gtest/gtest.h>

#include <map>

namespace botcore::model {
namespace {

TEST(DepthBook, KeepsTheBestPriceLastOnBothSides) {
    DepthBook book;
    book.set(Side::Buy, {Price::whole(10), Quantity::whole(1)});
    book.set(Side::Buy, {Price::whole(11), Quantity::whole(2)});
    book.set(Side::Sell, {Price::whole(13), Quantity::whole(3)});
    book.set(Side::Sell, {Price::whole(12), Quantity::whole(4)});
    EXPECT_EQ(book.best(Side::Buy)->price, Price::whole(11));
    EXPECT_EQ(book.best(Side::Sell)->price, Price::whole(12));
}

TEST(DepthBook, RemovesALevelAtZeroAndIgnoresUnknownOnes) {
    DepthBook book;
    book.set(Side::Buy, {Price::whole(10), Quantity::whole(1)});
    book.set(Side::Buy, {Price::whole(9), Quantity::whole(0)});
    book.set(Side::Buy, {Price::whole(10), Quantity::whole(0)});
    EXPECT_EQ(book.best(Side::Buy), std::nullopt);
}

TEST(DepthBook, WalksTheOppositeSideForTheWorstPrice) {
    DepthBook book;
    book.set(Side::Sell, {Price::whole(12), Quantity::whole(4)});
    book.set(Side::Sell, {Price::whole(13), Quantity::whole(3)});
    EXPECT_EQ(book.worst_price(Side::Buy, Quantity::whole(4)), Price::whole(12));
    EXPECT_EQ(book.worst_price(Side::Buy, Quantity::whole(5)), Price::whole(13));
    EXPECT_EQ(book.worst_price(Side::Buy, Quantity::whole(8)), std::nullopt);
    book.clear();
    EXPECT_EQ(book.worst_price(Side::Buy, Quantity::whole(1)), std::nullopt);
}

TEST(DepthBook, MatchesAMapUnderRandomChanges) {
    for (const Side side : {Side::Buy, Side::Sell}) {
        base::Random random(11);
        DepthBook book;
        std::map<Price, Quantity> expected;
        for (int i = 0; i < 5'000; ++i) {
            const Price price = Price::whole(random.between(1, 60));
            const Quantity quantity = Quantity::whole(random.between(0, 2));
            book.set(side, {price, quantity});
            if (quantity.is_zero()) {
                expected.erase(price);
            } else {
                expected[price] = quantity;
            }
        }
        std::vector<Level> levels;
        for (const auto& [price, quantity] : expected)
            levels.push_back({price, quantity});
        if (side == Side::Sell) std::reverse(levels.begin(), levels.end());
        EXPECT_EQ(book.levels(side), levels);
    }
}

}  // namespace
}  // namespace botcore::model
