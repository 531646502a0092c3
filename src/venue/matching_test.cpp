#include "venue/matching.hpp"

#include "venue/testing.hpp"

#include <gtest/gtest.h>

namespace botcore::venue {
namespace {

using namespace testing;
using model::Market;
using model::OrderType;
using model::Side;
using model::TimeInForce;

/// Records the events.
class Log final : public MatchingEvents {
public:
    void traded(const Execution& execution) override { executions.push_back(execution); }

    void ended(const ExchangeOrder& order, Ending ending) override {
        endings.emplace_back(order.serial, ending);
    }

    std::vector<Execution> executions;
    std::vector<std::pair<OrderSerial, Ending>> endings;
};

ExchangeOrder limit(std::uint64_t number, std::uint64_t party, Side side, std::string_view amount) {
    ExchangeOrder order;
    order.serial = OrderSerial(number);
    order.party = Party(party);
    order.id = model::ClientOrderId("order-" + std::to_string(number));
    order.side = side;
    order.quantity = quantity(amount);
    order.price = price("100");
    return order;
}

TEST(Matching, FillsByTimePriorityWithinAPrice) {
    Matching matching(Market::Spot);
    Log log;
    matching.enter(limit(1, 1, Side::Sell, "1"), log);
    matching.enter(limit(2, 2, Side::Sell, "1"), log);
    matching.enter(limit(3, 3, Side::Buy, "1.5"), log);
    ASSERT_EQ(log.executions.size(), 2U);
    EXPECT_EQ(log.executions[0].maker, OrderSerial(1));
    EXPECT_EQ(log.executions[1].maker, OrderSerial(2));
    EXPECT_EQ(log.executions[1].quantity, quantity("0.5"));
    EXPECT_EQ(log.endings,
              (std::vector<std::pair<OrderSerial, Ending>>{{OrderSerial(1), Ending::Filled},
                                                           {OrderSerial(3), Ending::Filled}}));
    EXPECT_EQ(matching.open_count(Party(2)), 1U);
}

TEST(Matching, ChecksPostOnlyAgainstIdentifiedOrdersToo) {
    Matching matching(Market::Futures);
    Log log;
    matching.enter(limit(1, 1, Side::Sell, "1"), log);
    auto order = limit(2, 1, Side::Buy, "1");
    order.time_in_force = TimeInForce::PostOnly;
    EXPECT_EQ(matching.check(order)->code, -5022);
    order.price = price("99");
    EXPECT_EQ(matching.check(order), std::nullopt);
}

TEST(Matching, FillOrKillDoesNotCountReduceOnlyOrders) {
    Matching matching(Market::Futures);
    Log log;
    auto reducing = limit(1, 1, Side::Sell, "1");
    reducing.reduce_only = model::ReduceOnly::Yes;
    matching.enter(reducing, log);
    auto order = limit(2, 2, Side::Buy, "1");
    order.time_in_force = TimeInForce::FillOrKill;
    EXPECT_EQ(matching.check(order)->code, -5021);
    order.time_in_force = TimeInForce::ImmediateOrCancel;
    EXPECT_EQ(matching.check(order), std::nullopt);
}

TEST(Matching, FillOrKillDoesNotChangeTheBookWhenItCannotFill) {
    Matching matching(Market::Spot);
    Log log;
    matching.enter(limit(1, 1, Side::Sell, "1"), log);
    auto order = limit(2, 2, Side::Buy, "1.1");
    order.time_in_force = TimeInForce::FillOrKill;
    ASSERT_EQ(matching.check(order), std::nullopt);
    matching.enter(order, log);
    EXPECT_TRUE(log.executions.empty());
    EXPECT_EQ(log.endings.back().second, Ending::ExpiredUnfilled);
    EXPECT_EQ(matching.open_count(Party(1)), 1U);
}

TEST(Matching, ClientIdCanBeReusedOnceTheOrderHasEnded) {
    Matching matching(Market::Spot);
    Log log;
    matching.enter(limit(1, 1, Side::Sell, "1"), log);
    auto again = limit(2, 1, Side::Sell, "1");
    again.id = model::ClientOrderId("order-1");
    EXPECT_EQ(matching.check(again)->text, "Duplicate order sent.");
    again.party = Party(2);
    EXPECT_EQ(matching.check(again), std::nullopt);
    matching.public_trade({price("100"), quantity("1"), Side::Buy}, log);
    again.party = Party(1);
    EXPECT_EQ(matching.check(again), std::nullopt);
}

TEST(Matching, ShrunkOrderEndsWhenNothingIsOpen) {
    Matching matching(Market::Futures);
    Log log;
    matching.enter(limit(1, 1, Side::Sell, "2"), log);
    matching.shrink(OrderSerial(1), quantity("0.5"), log);
    EXPECT_EQ(matching.book().open_quantity(OrderSerial(1)), quantity("0.5"));
    EXPECT_TRUE(log.endings.empty());
    matching.shrink(OrderSerial(1), model::Quantity(), log);
    EXPECT_EQ(log.endings.back().second, Ending::ExpiredReduceOnly);
    EXPECT_FALSE(matching.cancel(OrderSerial(1), log));
}

TEST(ReceiveWindow, IncludesItsLastInstant) {
    const model::Attempt attempt{at_ms(10'000), model::Duration::milliseconds(500), 1};
    EXPECT_EQ(check_receive_window(attempt, at_ms(10'500)), std::nullopt);
    EXPECT_EQ(check_receive_window(attempt, at_ms(10'501))->code, -1021);
    EXPECT_EQ(check_receive_window(attempt, at_ms(9'001)), std::nullopt);
    EXPECT_EQ(check_receive_window(attempt, at_ms(9'000))->code, -1021);
}

}  // namespace
}  // namespace botcore::venue
