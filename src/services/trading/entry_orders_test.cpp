#include "services/trading/entry_orders.hpp"

#include <gtest/gtest.h>

namespace botcore::trading {
namespace {

using model::Market;
using model::OrderState;
using model::ReduceOnly;
using model::Side;

model::Order order_on(Market market, Side side, ReduceOnly reduce_only = ReduceOnly::No) {
    model::Order order;
    order.instrument = {market, model::Symbol("BTCUSDT")};
    order.side = side;
    order.reduce_only = reduce_only;
    order.state = OrderState::Open;
    return order;
}

core::AccountState with_position(model::Quantity quantity) {
    core::AccountState account;
    model::Position position;
    position.instrument = {Market::Futures, model::Symbol("BTCUSDT")};
    position.quantity = quantity;
    account.positions.emplace(position.instrument, position);
    return account;
}

const model::Quantity kOne = model::Quantity::whole(1);

// @spec:X-18
TEST(EntryOrders, AreOrdersThatCouldIncreaseTheRisk) {
    const core::AccountState flat;
    EXPECT_TRUE(is_entry(flat, order_on(Market::Futures, Side::Buy)));
    EXPECT_TRUE(is_entry(flat, order_on(Market::Futures, Side::Sell)));
    EXPECT_TRUE(is_entry(flat, order_on(Market::Spot, Side::Buy)));
    EXPECT_TRUE(is_entry(with_position(kOne), order_on(Market::Futures, Side::Buy)));
    EXPECT_TRUE(is_entry(with_position(-kOne), order_on(Market::Futures, Side::Sell)));
    EXPECT_TRUE(is_entry(with_position(model::Quantity()), order_on(Market::Futures, Side::Sell)));
}

// @spec:X-18
TEST(EntryOrders, AreNeverOrdersThatReduceAPosition) {
    const core::AccountState flat;
    EXPECT_FALSE(is_entry(flat, order_on(Market::Spot, Side::Sell)));
    EXPECT_FALSE(is_entry(flat, order_on(Market::Futures, Side::Sell, ReduceOnly::Yes)));
    EXPECT_FALSE(is_entry(with_position(kOne), order_on(Market::Futures, Side::Sell)));
    EXPECT_FALSE(is_entry(with_position(-kOne), order_on(Market::Futures, Side::Buy)));
}

TEST(EntryOrders, AreNeverOrdersThatHaveEnded) {
    for (const OrderState state : {OrderState::Filled,
                                   OrderState::Canceled,
                                   OrderState::Expired,
                                   OrderState::Rejected,
                                   OrderState::Refused,
                                   OrderState::Absent}) {
        model::Order order = order_on(Market::Futures, Side::Buy);
        order.state = state;
        EXPECT_FALSE(is_entry({}, order));
    }
}

}  // namespace
}  // namespace botcore::trading
