// One order or command for each reason that no other test of the core covers.

#include "core/engine.hpp"

#include <gtest/gtest.h>

#include <optional>
#include <string>

namespace botcore::core {
namespace {

using model::OrderReason;
using model::RefusalReason;
using model::Side;

const model::InstrumentId kBitcoin{model::Market::Futures, model::Symbol("BTCUSDT")};
const model::AccountId kFutures("futures");
const model::AccountId kSpot("spot");
const model::Asset kUsdt("USDT");

template <class Amount>
Amount amount(std::string_view text) {
    return model::parse_amount<Amount>(text).value();
}

/// An engine with two accounts; every decision counts as committed immediately.
class Refusals : public testing::Test {
protected:
    Refusals() {
        model::StartEpoch start;
        start.epoch = 1;
        start.incarnation = 7;
        apply(start);
        for (const auto& instrument : model::builtin_instruments())
            apply(model::DefineInstrument{instrument});
        for (const auto& account : {kFutures, kSpot}) {
            const auto market = account == kSpot ? model::Market::Spot : model::Market::Futures;
            apply(model::OpenAccount{
                origin(), account, market, kUsdt, amount<model::Money>("1000000")});
        }
    }

    /// The reason for which the input was refused; None if it was not.
    OrderReason apply(model::InputBody body) {
        time_ = time_ + model::Duration::milliseconds(1);
        const Decision decision = engine_.apply({.time = time_,
                                                 .clock = clock_,
                                                 .storage = model::StorageState::Normal,
                                                 .body = std::move(body),
                                                 .exchange_time = time_,
                                                 .monotonic_time = time_},
                                                {});
        engine_.evict_closed();
        sent_.reset();
        std::optional<model::Reply> reply;
        for (const auto& effect : decision.effects) {
            if (const auto* answer = std::get_if<ReplyToRequest>(&effect)) reply = answer->reply;
            if (const auto* send = std::get_if<SendOrder>(&effect)) sent_ = send->instruction;
        }
        if (decision.refusal) reply = *decision.refusal;
        if (!reply) return OrderReason::None;
        if (const auto* refusal = std::get_if<model::Refusal>(&*reply))
            return order_reason(refusal->reason);
        const auto* order = std::get_if<model::Order>(&*reply);
        return order == nullptr ? OrderReason::None : order->reason;
    }

    model::Origin origin() {
        return {
            model::Owner("olga"), model::IdempotencyKey("key-" + std::to_string(++keys_)), "hash"};
    }

    model::PlaceOrder order(std::string_view quantity) {
        model::PlaceOrder body;
        body.origin = origin();
        body.account = kFutures;
        body.instrument = kBitcoin;
        body.side = Side::Buy;
        body.quantity = amount<model::Quantity>(quantity);
        body.quote.instrument = kBitcoin;
        body.quote.source = model::MarketSource::Generated;
        body.quote.bid = amount<model::Price>("59990");
        body.quote.ask = amount<model::Price>("60000");
        body.quote.last = body.quote.ask;
        body.quote.worst = body.quote.ask;
        return body;
    }

    model::PlaceOrder limit(std::string_view quantity, std::string_view price) {
        model::PlaceOrder body = order(quantity);
        body.type = model::OrderType::Limit;
        body.price = amount<model::Price>(price);
        return body;
    }

    static model::Instrument bitcoin(model::Market market = model::Market::Futures) {
        for (const auto& instrument : model::builtin_instruments()) {
            if (instrument.id == model::InstrumentId{market, kBitcoin.symbol}) return instrument;
        }
        return {};
    }

    /// Bitcoin without a size limit.
    static model::Instrument boundless(model::Market market) {
        model::Instrument instrument = bitcoin(market);
        instrument.lot_filter.max = {};
        instrument.market_lot_filter.max = {};
        for (auto& bracket : instrument.brackets)
            bracket.notional_cap = amount<model::Money>("900000000000000");
        return instrument;
    }

    model::Money reserved(const model::AccountId& account) {
        const auto& balances = engine_.state().accounts.at(account).balances;
        return balances.at(kUsdt).of(model::Book::Reserved);
    }

    Engine engine_{State{}};
    model::Timestamp time_ = model::Timestamp::from_milliseconds(1'000'000);
    model::ClockState clock_ = model::ClockState::Certain;
    std::optional<model::OrderInstruction> sent_;
    int keys_ = 0;
};

// @spec:I14
TEST_F(Refusals, EntriesWhileTheClockIsUncertain) {
    clock_ = model::ClockState::Uncertain;
    EXPECT_EQ(apply(order("0.01")), RefusalReason::ClockUncertain);
}

// @spec:I14
TEST_F(Refusals, EntriesWithoutAPrice) {
    model::PlaceOrder body = order("0.01");
    body.quote.source = model::MarketSource::None;
    EXPECT_EQ(apply(body), RefusalReason::PriceMissing);
    body = order("0.01");
    body.quote.worst = {};
    EXPECT_EQ(apply(body), RefusalReason::PriceMissing) << "The order book has too little depth.";
}

TEST_F(Refusals, OrdersOfAHaltedInstrument) {
    model::Instrument instrument = bitcoin();
    instrument.status = model::InstrumentStatus::Halted;
    apply(model::DefineInstrument{instrument});
    EXPECT_EQ(apply(order("0.01")), RefusalReason::InstrumentNotTrading);
}

TEST_F(Refusals, OrdersOfAnUndefinedInstrument) {
    model::PlaceOrder body = order("0.01");
    body.instrument.symbol = model::Symbol("NOPEUSDT");
    EXPECT_EQ(apply(body), RefusalReason::InstrumentUnknown);
    EXPECT_EQ(
        apply(model::SetLeverage{origin(), kFutures, body.instrument, model::Rate::whole(2), {}}),
        RefusalReason::InstrumentUnknown);
}

TEST_F(Refusals, LeverageOnSpotAccounts) {
    EXPECT_EQ(apply(model::SetLeverage{origin(), kSpot, kBitcoin, model::Rate::whole(2), {}}),
              RefusalReason::NotSupportedOnMarket);
}

TEST_F(Refusals, DefaultAccountNamesOfOtherUsers) {
    const auto open = [&](const char* owner, const char* name, model::Market market) {
        model::OpenAccount body{origin(), model::AccountId(name), market, kUsdt, {}};
        body.origin.owner = model::Owner(owner);
        return apply(body);
    };
    for (const model::Authority authority : {model::Authority::Own, model::Authority::All}) {
        model::OpenAccount body{
            origin(), model::AccountId("u-ann-futures"), model::Market::Futures, kUsdt, {}};
        body.origin.authority = authority;
        EXPECT_EQ(apply(body), RefusalReason::AccountExists)
            << "An operator may not open the default account of another user either.";
    }
    EXPECT_EQ(open("u-bob", "u-ann-spot", model::Market::Spot), RefusalReason::AccountExists);
    EXPECT_EQ(open("u-bob", "u-bob-futures", model::Market::Spot), RefusalReason::AccountExists)
        << "The name is reserved for the user's default futures account.";
    EXPECT_EQ(open("u-ann", "u-ann-futures", model::Market::Futures), OrderReason::None);
    EXPECT_EQ(open("u-ann", "u-ann-spot", model::Market::Spot), OrderReason::None);
    EXPECT_EQ(open("u-bob", "u-bob-second", model::Market::Spot), OrderReason::None);
    EXPECT_EQ(open("u-bob", "turn-spot", model::Market::Spot), OrderReason::None);
}

TEST_F(Refusals, TransfersOfAnAssetThatTheAccountNeverHeld) {
    EXPECT_EQ(apply(model::TransferMoney{
                  origin(), kFutures, kSpot, model::Asset("DOGE"), amount<model::Money>("1"), {}}),
              RefusalReason::AssetUnknown);
}

TEST_F(Refusals, OrdersAboveTheInstrumentsMaximumNotional) {
    model::Instrument instrument = bitcoin();
    instrument.notional_max = amount<model::Money>("1000");
    apply(model::DefineInstrument{instrument});
    EXPECT_EQ(apply(limit("0.1", "59000")), RefusalReason::NotionalTooLarge);
}

TEST_F(Refusals, AmountsThatOverflowReserveNothing) {
    apply(model::DefineInstrument{boundless(model::Market::Futures)});
    apply(model::DefineInstrument{boundless(model::Market::Spot)});
    model::PlaceOrder body = order("10000000000000");
    body.quote.worst = amount<model::Price>("10000000000");
    EXPECT_EQ(apply(body), RefusalReason::NotionalTooLarge);
    EXPECT_TRUE(reserved(kFutures).is_zero());
    body.origin = origin();
    body.account = kSpot;
    body.instrument.market = model::Market::Spot;
    EXPECT_EQ(apply(body), RefusalReason::NotionalTooLarge);
    EXPECT_TRUE(reserved(kSpot).is_zero());
}

TEST_F(Refusals, OverflowingLimitsAreRefusedByTheRuleTheyBreak) {
    EXPECT_EQ(apply(order("0")), RefusalReason::QuantityTooSmall);
    EXPECT_EQ(apply(limit("0.01", "900000")), RefusalReason::PriceOutOfRange)
        << "The price is above the maximum.";
    model::Instrument instrument = boundless(model::Market::Futures);
    instrument.price_filter.max = {};
    apply(model::DefineInstrument{instrument});
    model::PlaceOrder body = limit("10000000000000", "10000000000");
    body.quote.last = *body.price;
    EXPECT_EQ(apply(body), RefusalReason::NotionalTooLarge);
    instrument.price_percent_up = model::Rate::whole(100'000'000'000'000);
    apply(model::DefineInstrument{instrument});
    body.origin = origin();
    EXPECT_EQ(apply(body), RefusalReason::PriceOutOfRange)
        << "The bound itself overflows 128 bits.";
    EXPECT_TRUE(reserved(kFutures).is_zero());
}

TEST_F(Refusals, StopPricesThatBreakThePriceFilter) {
    model::PlaceOrder body = order("0.01");
    body.type = model::OrderType::StopMarket;
    body.stop_price = amount<model::Price>("66000.05");
    EXPECT_EQ(apply(body), RefusalReason::PriceOffTick);
    body.origin = origin();
    body.stop_price = amount<model::Price>("66000.1");
    EXPECT_EQ(apply(body), OrderReason::None);
}

TEST_F(Refusals, ReduceOnlyOrdersOnSpotAccounts) {
    model::PlaceOrder body = order("0.01");
    body.account = kSpot;
    body.instrument.market = model::Market::Spot;
    body.side = Side::Sell;
    body.reduce_only = model::ReduceOnly::Yes;
    EXPECT_EQ(apply(body), RefusalReason::ReduceOnlyRefused);
    EXPECT_FALSE(sent_.has_value());
}

TEST_F(Refusals, RatesThatOverflowReserveNothing) {
    model::Instrument instrument = boundless(model::Market::Futures);
    instrument.fee_taker = model::Rate::whole(100'000'000'000'000);
    apply(model::DefineInstrument{instrument});
    EXPECT_EQ(apply(order("1000000000")), RefusalReason::NotionalTooLarge)
        << "The fee overflows 128 bits.";
    model::StartEpoch start;
    start.epoch = 2;
    start.incarnation = 8;
    start.policy.risk = model::RiskLimits::none();
    start.policy.market_slippage = model::Rate::whole(100'000'000'000'000);
    apply(start);
    apply(model::ReportReconciled{kFutures});
    model::PlaceOrder body = order("0.01");
    body.quote.worst = amount<model::Price>("10000000000");
    EXPECT_EQ(apply(body), RefusalReason::NotionalTooLarge)
        << "The assumed price overflows 128 bits.";
    EXPECT_FALSE(sent_.has_value());
    EXPECT_TRUE(reserved(kFutures).is_zero());
}

TEST_F(Refusals, LimitsTooFarFromTheirStopPrice) {
    const auto refused = [&](model::OrderType type, std::string_view stop, std::string_view at) {
        model::PlaceOrder body = limit("0.01", at);
        body.type = type;
        body.stop_price = amount<model::Price>(stop);
        return apply(body);
    };
    EXPECT_EQ(refused(model::OrderType::StopLimit, "66000", "66100"), OrderReason::None)
        << "The limit is compared with the stop price.";
    EXPECT_EQ(refused(model::OrderType::StopLimit, "66000", "69400"),
              RefusalReason::PriceTooFarFromMarket);
    EXPECT_EQ(refused(model::OrderType::TakeProfitLimit, "54000", "57000"),
              RefusalReason::PriceTooFarFromMarket);
    EXPECT_EQ(refused(model::OrderType::TakeProfitLimit, "54000", "54100"), OrderReason::None);
}

TEST_F(Refusals, MoreOpenOrdersThanTheInstrumentAllows) {
    model::Instrument instrument = bitcoin();
    instrument.open_orders_max = 2;
    apply(model::DefineInstrument{instrument});
    EXPECT_EQ(apply(limit("0.01", "59000")), OrderReason::None);
    EXPECT_EQ(apply(limit("0.01", "59000")), OrderReason::None);
    EXPECT_EQ(apply(limit("0.01", "59000")), RefusalReason::TooManyOpenOrders);
    model::PlaceOrder at_market = limit("0.01", "59000");
    at_market.type = model::OrderType::Market;
    at_market.price.reset();
    EXPECT_EQ(apply(at_market), OrderReason::None)
        << "A market order never rests, and may be an exit (I9).";
    instrument.open_orders_max = 0;
    apply(model::DefineInstrument{instrument});
    EXPECT_EQ(apply(limit("0.01", "59000")), OrderReason::None) << "Zero disables the limit.";
}

TEST_F(Refusals, ExchangeRejectionsWithoutAReasonGetADefaultReason) {
    EXPECT_EQ(apply(limit("0.01", "59000")), OrderReason::None);
    ASSERT_TRUE(sent_.has_value());
    model::OrderReport report;
    report.account = sent_->account;
    report.instrument = sent_->instrument;
    report.id = sent_->id;
    report.attempt = sent_->attempt.number;
    report.kind = model::ReportKind::Rejected;
    EXPECT_EQ(apply(model::ReportOrder{report, {}}), RefusalReason::RejectedByExchange);
}

}  // namespace
}  // namespace botcore::core
