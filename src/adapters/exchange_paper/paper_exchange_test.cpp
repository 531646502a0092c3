#include "adapters/exchange_paper/paper_exchange.hpp"

#include "venue/testing.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <optional>
#include <set>
#include <string>
#include <utility>

namespace botcore::exchange_paper {
namespace {

using venue::testing::builtin;
using venue::testing::money;
using venue::testing::price;
using venue::testing::quantity;

class RecordingSink final : public ports::ExchangeSink {
public:
    void on_report(model::OrderReport report) override { reports.push_back(std::move(report)); }

    void on_order_found(model::VenueOrder order) override {
        found.insert(order.report.id.text());
        ++found_now;
    }

    void on_reconciled(const model::AccountId& account,
                       std::optional<model::VenueBooks> told) override {
        reconciled.push_back(account.text());
        books = std::move(told);
    }

    std::vector<model::OrderReport> reports;
    std::set<std::string> found;
    std::size_t found_now = 0;
    std::vector<std::string> reconciled;
    std::optional<model::VenueBooks> books;  ///< From the last comparison.
};

class PaperExchangeTest : public testing::Test {
protected:
    PaperExchangeTest() {
        exchange_.begin_term(1);
        exchange_.define(bitcoin_);
        exchange_.reconcile(books());
        deliver_all();
        set_level(model::Side::Buy, "59999");
        set_level(model::Side::Sell, "60001");
    }

    void set_level(model::Side side, std::string_view at) {
        exchange_.apply(
            {bitcoin_.id, venue::MarketEventKind::Depth, side, price(at), quantity("100"), now_});
    }

    ports::AccountProjection books() const {
        ports::AccountProjection projection;
        projection.account.id = account_;
        projection.account.market = model::Market::Futures;
        projection.account.quote = model::Asset("USDT");
        model::Balance balance;
        balance.account = account_;
        balance.asset = model::Asset("USDT");
        balance.of(model::Book::Cash) = money("1000000");
        projection.balances = {balance};
        return projection;
    }

    /// Places a resting order and cancels it.
    void place_and_cancel(std::size_t number) {
        model::OrderInstruction order;
        order.account = account_;
        order.instrument = bitcoin_.id;
        order.id = model::ClientOrderId("bc-" + std::to_string(number));
        order.side = model::Side::Buy;
        order.type = model::OrderType::Limit;
        order.quantity = quantity("0.01");
        order.price = price("59000");
        order.attempt = {now_, model::Duration::seconds(5), 1};
        exchange_.place(order);
        exchange_.cancel({.account = account_,
                          .id = order.id,
                          .instrument = bitcoin_.id,
                          .attempt = {now_, model::Duration::seconds(5), 1}});
    }

    void deliver_all() {
        while (exchange_.has_reports())
            exchange_.deliver(sink_);
    }

    model::Timestamp now_ = venue::testing::at_ms(1'790'000'000'000);
    model::AccountId account_{"futures"};
    model::Instrument bitcoin_ = builtin(model::Market::Futures, "BTCUSDT");
    PaperExchange exchange_{[this] { return now_; }};
    RecordingSink sink_;
};

TEST_F(PaperExchangeTest, DeliversAComparisonOfManyOrdersInParts) {
    constexpr std::size_t kOrders = 500;
    for (std::size_t i = 0; i < kOrders; ++i)
        place_and_cancel(i);
    deliver_all();
    ASSERT_TRUE(std::none_of(sink_.reports.begin(), sink_.reports.end(), [](const auto& report) {
        return report.kind == model::ReportKind::Rejected;
    })) << sink_.reports.front().reason_text;
    sink_ = {};
    exchange_.compare(books());
    std::size_t turns = 0;
    while (sink_.reconciled.empty()) {
        ASSERT_TRUE(exchange_.has_reports());
        sink_.found_now = 0;
        exchange_.deliver(sink_);
        EXPECT_LE(sink_.found_now, venue::kClosedFoundMax)
            << "the comparison is delivered in parts";
        // Later changes are not part of the comparison.
        if (++turns == 3) place_and_cancel(kOrders);
    }
    EXPECT_EQ(sink_.found.size(), kOrders);
    EXPECT_FALSE(sink_.found.contains("bc-" + std::to_string(kOrders)));
    EXPECT_GE(turns, kOrders / venue::kClosedFoundMax);
    EXPECT_EQ(sink_.reconciled, (std::vector<std::string>{"futures"}));
}

TEST_F(PaperExchangeTest, NewComparisonReplacesTheOldOneOfTheAccount) {
    for (std::size_t i = 0; i < 100; ++i)
        place_and_cancel(i);
    deliver_all();
    sink_ = {};
    exchange_.compare(books());
    exchange_.deliver(sink_);
    exchange_.compare(books());
    deliver_all();
    EXPECT_EQ(sink_.reconciled.size(), 1U);
}

// A new regular comparison does not shorten the period of a comparison of a whole day that has not
// ended yet.
TEST_F(PaperExchangeTest, NewComparisonCoversThePeriodOfTheOldOne) {
    for (std::size_t i = 0; i < 100; ++i)
        place_and_cancel(i);
    deliver_all();
    sink_ = {};
    exchange_.compare(books());
    now_ = now_ + model::Duration::seconds(60);
    auto regular = books();
    regular.since = now_;
    exchange_.compare(regular);
    deliver_all();
    EXPECT_EQ(sink_.found.size(), 100U);
}

// The next comparison covers the changes since the time that this one reports as its beginning.
TEST_F(PaperExchangeTest, ComparisonReportsWhenItBegan) {
    for (std::size_t i = 0; i < 100; ++i)
        place_and_cancel(i);
    deliver_all();
    sink_ = {};
    const model::Timestamp begun = now_;
    exchange_.compare(books());
    exchange_.deliver(sink_);
    ASSERT_TRUE(sink_.reconciled.empty());
    now_ = now_ + model::Duration::seconds(1);
    deliver_all();
    ASSERT_TRUE(sink_.books.has_value());
    EXPECT_EQ(sink_.books->venue_time, begun);
}

TEST_F(PaperExchangeTest, ProbeGetsItsReplyWithTheReportsAndNotBefore) {
    int answered = 0;
    exchange_.probe([&] { ++answered; });
    EXPECT_EQ(answered, 0);
    EXPECT_TRUE(exchange_.has_reports());
    exchange_.deliver(sink_);
    EXPECT_EQ(answered, 1);
    EXPECT_FALSE(exchange_.has_reports());
}

}  // namespace
}  // namespace botcore::exchange_paper
