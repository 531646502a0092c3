#include "core/ledger/performance.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <string>
#include <vector>

namespace botcore::core {
namespace {

using model::Asset;
using model::Duration;
using model::Market;
using model::Money;
using model::Price;
using model::Quantity;
using model::Rate;
using model::Side;
using model::Timestamp;

const model::InstrumentId kSpot{Market::Spot, model::Symbol("BTCUSDT")};
const model::InstrumentId kFutures{Market::Futures, model::Symbol("BTCUSDT")};

template <class A>
A amount(std::string_view text) {
    return model::parse_amount<A>(text).value();
}

/// The side, price, quantity and fee of one fill, as texts.
struct Deal {
    Side side = Side::Buy;
    std::string price;
    std::string quantity;
    std::string fee = "0";
    std::string fee_asset = "USDT";
    std::string booked = "0";  ///< Futures: the profit that the ledger booked.
};

class FillBuilder {
public:
    explicit FillBuilder(model::InstrumentId instrument) : instrument_(std::move(instrument)) {
        for (const auto& one : model::builtin_instruments())
            instruments_.emplace(one.id, one);
        fold_.emplace(Asset("USDT"), Money::whole(1'000));
    }

    /// Each deal is one minute after the previous one.
    FillBuilder& deal(const Deal& deal) {
        model::Fill fill;
        fill.instrument = instrument_;
        fill.side = deal.side;
        fill.trade.price = amount<Price>(deal.price);
        fill.trade.quantity = amount<Quantity>(deal.quantity);
        fill.trade.fee = amount<Money>(deal.fee);
        fill.trade.fee_asset = Asset(deal.fee_asset);
        fill.trade.time = time_ = time_ + Duration::seconds(60);
        fill.realized_profit = amount<Money>(deal.booked);
        const auto place = instruments_.find(fill.instrument);
        fold_->add(fill, place == instruments_.end() ? nullptr : &place->second);
        return *this;
    }

    PerformanceCalculator& fold() { return *fold_; }

    [[nodiscard]] Performance result() const { return fold_->result(); }

private:
    model::InstrumentId instrument_;
    std::map<model::InstrumentId, model::Instrument> instruments_;
    std::optional<PerformanceCalculator> fold_;
    Timestamp time_;
};

TEST(Performance, WithoutFillsAllFiguresAreEmpty) {
    const auto result = FillBuilder(kFutures).result();
    EXPECT_EQ(result.fills, 0U);
    EXPECT_EQ(result.rounds(), 0U);
    EXPECT_EQ(result.win_rate(), std::nullopt);
    EXPECT_EQ(result.profit_factor(), std::nullopt);
    EXPECT_EQ(result.average_net(), std::nullopt);
    EXPECT_EQ(result.average_held(), std::nullopt);
    EXPECT_EQ(result.best, std::nullopt);
    EXPECT_TRUE(result.net().is_zero());
}

TEST(Performance, CountsARoundFromFlatToFlatNetOfAllItsFees) {
    FillBuilder builder(kFutures);
    builder.deal({Side::Buy, "100", "1", "0.5"});
    EXPECT_EQ(builder.result().rounds_open, 1U);
    builder.deal({Side::Buy, "110", "1", "0.5"});
    builder.deal({Side::Sell, "120", "1.5", "0.25", "USDT", "22.5"});
    EXPECT_EQ(builder.result().rounds(), 0U) << "Half a coin is still held.";
    builder.deal({Side::Sell, "100", "0.5", "0.25", "USDT", "-2.5"});
    const auto result = builder.result();
    EXPECT_EQ(result.won.count, 1U);
    EXPECT_EQ(result.won.net, amount<Money>("18.5"));
    EXPECT_EQ(result.won.held, Duration::seconds(180));
    EXPECT_EQ(result.gross, Money::whole(20));
    EXPECT_EQ(result.fees, amount<Money>("1.5"));
    EXPECT_EQ(result.net(), amount<Money>("18.5"));
    EXPECT_EQ(result.volume, Money::whole(100 + 110 + 180 + 50));
    EXPECT_EQ(result.rounds_open, 0U);
    EXPECT_EQ(result.win_rate(), Rate::whole(1));
    EXPECT_EQ(result.profit_factor(), std::nullopt) << "The fall is zero.";
}

TEST(Performance, AFillThatReversesThePositionEndsOneRoundAndBeginsTheNext) {
    FillBuilder builder(kFutures);
    builder.deal({Side::Sell, "100", "1"});
    builder.deal({Side::Buy, "90", "4", "2", "USDT", "10"});
    auto result = builder.result();
    EXPECT_EQ(result.won.net, amount<Money>("9.5"))
        << "The closed round pays a quarter of the fee.";
    EXPECT_EQ(result.rounds_open, 1U);
    builder.deal({Side::Sell, "90", "3", "0", "USDT", "0"});
    result = builder.result();
    EXPECT_EQ(result.lost.net, amount<Money>("-1.5"));
    EXPECT_EQ(result.net(), Money::whole(8));
    EXPECT_EQ(result.best, amount<Money>("9.5"));
    EXPECT_EQ(result.worst, amount<Money>("-1.5"));
    EXPECT_EQ(result.win_rate(), amount<Rate>("0.5"));
    EXPECT_EQ(result.profit_factor(), amount<Rate>("6.33333333"));
    EXPECT_EQ(result.average_net(), Money::whole(4));
    EXPECT_EQ(result.average_held(), Duration::seconds(60));
}

TEST(Performance, MeasuresTheDeepestDrawdownFromAPeak) {
    FillBuilder builder(kFutures);
    const auto round = [&](const std::string& profit) {
        builder.deal({Side::Buy, "100", "1"});
        builder.deal({Side::Sell, "100", "1", "0", "USDT", profit});
    };
    round("-50");  // 950: 5 % of 1,000.
    round("250");  // 1,200: a new peak.
    round("-60");  // 1,140
    round("-60");  // 1,080: 10 % of 1,200.
    round("30");   // 1,110
    round("-31");  // 1,079: 121 below.
    const auto result = builder.result();
    EXPECT_EQ(result.drawdown_max, Money::whole(121));
    EXPECT_EQ(result.drawdown_max_rate, amount<Rate>("0.10083333"));
    EXPECT_EQ(result.lost.count, 4U);
    EXPECT_EQ(result.won.count, 2U);
}

TEST(Performance, ARoundWithoutProfitOrLossIsNeitherWonNorLost) {
    FillBuilder builder(kFutures);
    builder.deal({Side::Buy, "100", "1"}).deal({Side::Sell, "100", "1"});
    const auto result = builder.result();
    EXPECT_EQ(result.even.count, 1U);
    EXPECT_EQ(result.win_rate(), Rate());
    EXPECT_EQ(result.profit_factor(), std::nullopt);
}

TEST(Performance, ARoundWithUnknownBeginningCountsInTheSumsOnly) {
    FillBuilder builder(kFutures);
    builder.fold().begin_with(kFutures, Quantity::whole(2));
    builder.deal({Side::Sell, "100", "2", "1", "USDT", "40"});
    builder.deal({Side::Buy, "100", "1"}).deal({Side::Sell, "90", "1", "0", "USDT", "-10"});
    const auto result = builder.result();
    EXPECT_EQ(result.rounds_partial, 1U);
    EXPECT_EQ(result.rounds(), 1U);
    EXPECT_EQ(result.net(), Money::whole(29));
    EXPECT_EQ(result.worst, Money::whole(-10));
}

TEST(Performance, SpotProfitIsAtAverageCost) {
    FillBuilder builder(kSpot);
    builder.deal({Side::Buy, "100", "1"}).deal({Side::Buy, "200", "3"});
    builder.deal({Side::Sell, "200", "2"});
    auto result = builder.result();
    EXPECT_EQ(result.gross, Money::whole(50)) << "Sold for 400; the cost was half of 700.";
    EXPECT_EQ(result.rounds(), 0U);
    builder.deal({Side::Sell, "150", "2"});
    result = builder.result();
    EXPECT_EQ(result.gross, Money::whole(0));
    EXPECT_EQ(result.even.count, 1U);
    EXPECT_TRUE(result.unmatched_value.is_zero());
}

TEST(Performance, AFeeInTheBaseAssetCountsAtTheFillsPrice) {
    FillBuilder builder(kSpot);
    builder.deal({Side::Buy, "100", "1", "0.001", "BTC"});
    auto result = builder.result();
    EXPECT_EQ(result.fees, amount<Money>("0.1"));
    builder.deal({Side::Sell, "100", "0.999", "0.1", "USDT"});
    result = builder.result();
    EXPECT_TRUE(result.gross.is_zero());
    EXPECT_EQ(result.lost.count, 1U);
    EXPECT_EQ(result.lost.net, amount<Money>("-0.2"));
    EXPECT_EQ(result.net(), amount<Money>("-0.2"));
    builder.deal({Side::Buy, "100", "1", "0.02", "BNB"});
    EXPECT_EQ(builder.result().fees, amount<Money>("0.2"));
    EXPECT_EQ(builder.result().fees_other.at(Asset("BNB")), amount<Money>("0.02"));
}

TEST(Performance, ARemainderBelowAStepEndsASpotRoundAndKeepsItsCost) {
    FillBuilder builder(kSpot);
    builder.deal({Side::Buy, "100", "1.000005"}).deal({Side::Sell, "110", "1"});
    auto result = builder.result();
    EXPECT_EQ(result.won.count, 1U);
    EXPECT_EQ(result.won.net, Money::whole(10));
    builder.deal({Side::Buy, "100", "0.999995"}).deal({Side::Sell, "100", "1"});
    result = builder.result();
    EXPECT_EQ(result.rounds(), 2U);
    EXPECT_EQ(result.gross, Money::whole(10));
    EXPECT_EQ(result.rounds_open, 0U);
}

TEST(Performance, SellingCoinsThatWereNotBoughtHereMakesNoProfit) {
    FillBuilder builder(kSpot);
    builder.deal({Side::Sell, "100", "1"});
    EXPECT_TRUE(builder.result().gross.is_zero());
    EXPECT_EQ(builder.result().unmatched_value, Money::whole(100));
    builder.deal({Side::Buy, "100", "1"}).deal({Side::Sell, "120", "4"});
    const auto result = builder.result();
    EXPECT_EQ(result.gross, Money::whole(20));
    EXPECT_EQ(result.unmatched_value, Money::whole(100 + 360));
    EXPECT_EQ(result.rounds(), 1U);
}

TEST(Performance, FillsInOtherQuoteAssetsAreCountedButExcluded) {
    FillBuilder builder({Market::Spot, model::Symbol("ETHBTC")});
    builder.deal({Side::Buy, "1", "1", "1"});
    const auto result = builder.result();
    EXPECT_EQ(result.fills, 1U);
    EXPECT_EQ(result.fills_excluded, 1U);
    EXPECT_TRUE(result.volume.is_zero());
    EXPECT_TRUE(result.net().is_zero());
}

RC_GTEST_PROP(Performance, TheRoundsAddUpToTheSums, ()) {
    // A minimal ledger books the profits; every position ends flat.
    FillBuilder builder(kFutures);
    Quantity held;
    Money cost;
    Money booked;
    Money fees;
    const auto trade = [&](std::int64_t quantity, std::int64_t price) {
        if (quantity == 0) return;
        const Side side = quantity > 0 ? Side::Buy : Side::Sell;
        const Quantity whole = Quantity::whole(quantity);
        Money profit;
        Quantity closing;
        if (held.is_negative() != whole.is_negative() && !held.is_zero()) {
            closing = std::min(magnitude(held), magnitude(whole));
            const Money part =
                share(cost, closing, magnitude(held), model::Rounding::HalfEven).value();
            const Money value = notional(Price::whole(price), closing).value();
            profit = (held.is_positive() ? value : -value) - part;
            cost -= part;
            held += held.is_positive() ? -closing : closing;
        }
        const Quantity opening = magnitude(whole) - closing;
        const Money value = notional(Price::whole(price), opening).value();
        held += quantity > 0 ? opening : -opening;
        cost += quantity > 0 ? value : -value;
        booked += profit;
        fees += amount<Money>("0.07");
        builder.deal({side,
                      std::to_string(price),
                      to_text(magnitude(whole)),
                      "0.07",
                      "USDT",
                      to_text(profit)});
    };
    for (int i = *rc::gen::inRange(0, 40); i > 0; --i)
        trade(*rc::gen::inRange(-5, 6), *rc::gen::inRange(1, 1'000));
    trade(static_cast<std::int64_t>(-held.units() / model::kScale), 500);
    const auto result = builder.result();
    RC_ASSERT(result.rounds_open == 0U);
    RC_ASSERT(result.gross == booked);
    RC_ASSERT(result.fees == fees);
    RC_ASSERT(result.won.net + result.lost.net == result.net());
    RC_ASSERT(!result.won.net.is_negative() && !result.lost.net.is_positive());
}

}  // namespace
}  // namespace botcore::core
