#include "protocol/events.hpp"

#include "base/random.hpp"
#include "protocol/journal.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <set>

namespace botcore::protocol {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

const model::InstrumentId kBitcoin{model::Market::Futures, model::Symbol("BTCUSDT")};

model::Order order_in(model::OrderState state) {
    model::Order order;
    order.id = model::ClientOrderId("BC1-0001");
    order.owner = model::Owner("olga");
    order.account = model::AccountId("futures");
    order.instrument = kBitcoin;
    order.quantity = model::Quantity::whole(2);
    order.key = model::IdempotencyKey("a-long-key-of-the-caller");
    order.state = state;
    return order;
}

model::Fill fill_of(model::Side side, std::int64_t quantity) {
    model::Fill fill;
    fill.account = model::AccountId("futures");
    fill.instrument = kBitcoin;
    fill.order_id = model::ClientOrderId("BC1-0001");
    fill.side = side;
    fill.trade.price = model::Price::whole(50'000);
    fill.trade.quantity = model::Quantity::whole(quantity);
    return fill;
}

const base::Timestamp kRecordTime = base::Timestamp::from_milliseconds(1'700'000'000'000);

model::Position position_of(std::int64_t quantity) {
    model::Position position;
    position.account = model::AccountId("futures");
    position.instrument = kBitcoin;
    position.quantity = model::Quantity::whole(quantity);
    position.cost = model::Money::whole(quantity * 50'000);
    position.updated = kRecordTime;
    return position;
}

model::Record record_of(std::vector<model::Change> changes) {
    model::Record record;
    record.sequence = 41;
    record.input.time = kRecordTime;
    record.input.exchange_time = record.input.time;
    record.input.monotonic_time = record.input.time;
    record.input.body = model::ReportOrder{};
    record.outcome.changes = std::move(changes);
    return record;
}

std::vector<std::string_view> names_of(const model::Record& record) {
    std::vector<std::string_view> names;
    for (const Event& event : events_of(record))
        names.push_back(event.name);
    return names;
}

TEST(Events, OfARecordAreNumberedBySequenceAndIndex) {
    auto record = record_of({order_in(model::OrderState::Filled),
                             fill_of(model::Side::Buy, 2),
                             position_of(2),
                             model::KeyEntry{}});
    record.outcome.postings = {{model::AccountId("futures"),
                                model::Asset("USDT"),
                                model::Book::Cash,
                                model::Money::whole(-7)},
                               {model::AccountId("futures"),
                                model::Asset("USDT"),
                                model::Book::Margin,
                                model::Money::whole(6)},
                               {model::AccountId("futures"),
                                model::Asset("USDT"),
                                model::Book::Fees,
                                model::Money::whole(1)}};
    const auto events = events_of(record);
    ASSERT_THAT(
        names_of(record),
        ElementsAre("order_updated", "trade_executed", "position_opened", "balance_updated"));
    for (std::uint32_t i = 0; i < events.size(); ++i) {
        EXPECT_EQ(events[i].sequence, 41U);
        EXPECT_EQ(events[i].index, i);
        EXPECT_EQ(events[i].account.text(), "futures");
    }
    const auto balance = boost::json::parse(render(events[3]));
    EXPECT_EQ(balance.at("type").as_string(), "event");
    EXPECT_EQ(balance.at("event").as_string(), "balance_updated");
    EXPECT_EQ(balance.at("sequence").as_int64(), 41);
    EXPECT_EQ(balance.at("index").as_int64(), 3);
    EXPECT_EQ(balance.at("timestamp").as_string(), "2023-11-14T22:13:20.000Z");
    EXPECT_EQ(balance.at("data").at("changes").at("cash").as_string(), "-7");
    EXPECT_EQ(balance.at("data").at("changes").as_object().size(), 2U);
    EXPECT_THAT(render(events[1]), HasSubstr(R"("price":"50000")"));
}

TEST(Events, ReportOpenedUpdatedAndClosedPositions) {
    EXPECT_THAT(names_of(record_of({fill_of(model::Side::Sell, 2), position_of(0)})),
                ElementsAre("trade_executed", "position_closed"));
    EXPECT_THAT(names_of(record_of({fill_of(model::Side::Sell, 1), position_of(1)})),
                ElementsAre("trade_executed", "position_updated"));
    EXPECT_THAT(names_of(record_of({fill_of(model::Side::Sell, 3), position_of(-3)})),
                ElementsAre("trade_executed", "position_opened"));
    // A change of leverage only, flat or not.
    EXPECT_THAT(names_of(record_of({position_of(0)})), ElementsAre("position_updated"));
    // A changed reservation of its orders is not a change of the position.
    auto untouched = position_of(2);
    untouched.updated = kRecordTime - base::Duration::seconds(5);
    EXPECT_TRUE(names_of(record_of({untouched})).empty());
}

// @spec:R4-FAIL-02 @spec:R4-NOTE-01 @spec:R4-AC-06
TEST(Events, ReportEveryFailedTradeWithCodeAndOrder) {
    for (const auto state :
         {model::OrderState::Refused, model::OrderState::Rejected, model::OrderState::Absent}) {
        auto order = order_in(state);
        order.reason = model::order_reason(model::RefusalReason::InsufficientBalance);
        order.reason_text = "5 is needed, 1 is free";
        const auto events = events_of(record_of({order}));
        ASSERT_EQ(events.size(), 2U);
        EXPECT_EQ(events[1].name, "trade_failed");
        const auto body = boost::json::parse(render(events[1]));
        EXPECT_EQ(body.at("data").at("code").as_string(), "INSUFFICIENT_BALANCE");
        EXPECT_EQ(body.at("data").at("message").as_string(), "5 is needed, 1 is free");
        EXPECT_EQ(body.at("data").at("order_id").as_string(), "BC1-0001");
        EXPECT_EQ(body.at("data").at("key_end").as_string(), "ller");
        order.reason = model::OrderReason::LateFact;
        EXPECT_THAT(names_of(record_of({order})), ElementsAre("order_updated"));
    }
}

// @spec:R4-FAIL-02
TEST(Events, ReportTransientRefusalsOfOrders) {
    model::PlaceOrder place;
    place.account = model::AccountId("futures");
    place.instrument = kBitcoin;
    place.origin.key = model::IdempotencyKey("a-long-key-of-the-caller");
    model::Refusal refusal;
    refusal.reason = model::RefusalReason::PriceStale;
    refusal.text = "wait for a price";
    const auto event = transient_refusal(place, refusal, base::Timestamp());
    ASSERT_TRUE(event.has_value());
    EXPECT_THAT(render(*event), HasSubstr(R"("sequence":null)"));
    EXPECT_EQ(event->data.at("code").as_string(), "PRICE_STALE");
    EXPECT_EQ(event->data.at("key_end").as_string(), "ller");
    EXPECT_FALSE(event->data.at("retried").as_bool());
    model::ClosePosition close;
    close.instrument = kBitcoin;
    EXPECT_TRUE(transient_refusal(close, refusal, base::Timestamp()).has_value());
    EXPECT_FALSE(transient_refusal(model::SetLeverage{}, refusal, base::Timestamp()).has_value());
}

TEST(Events, ReportTheRiskRuleThatRefused) {
    auto order = order_in(model::OrderState::Refused);
    order.reason = model::order_reason(model::RefusalReason::DailyLossLimit);
    EXPECT_THAT(names_of(record_of({order})),
                ElementsAre("order_updated", "risk_event", "trade_failed"));
    auto exit = order_in(model::OrderState::Intended);
    exit.role = model::OrderRole::SafetyExit;
    exit.reason = model::OrderReason::Unprotected;
    exit.number = model::order_number(41, 0);
    EXPECT_THAT(names_of(record_of({exit})),
                ElementsAre("order_updated", "risk_event", "trade_failed"));
    exit.reason = model::OrderReason::MarginCall;
    EXPECT_THAT(names_of(record_of({exit})), ElementsAre("order_updated", "risk_event"));
    exit.number = model::order_number(40, 0);  // An earlier order: no new risk event.
    EXPECT_THAT(names_of(record_of({exit})), ElementsAre("order_updated"));
    model::RiskState risk;
    risk.losses_in_a_row = 3;
    EXPECT_THAT(names_of(record_of({risk})), ElementsAre("risk_updated"));
    risk.cooldown_until = base::Timestamp::from_milliseconds(1'700'003'600'000);
    const auto events = events_of(record_of({risk}));
    EXPECT_EQ(events.front().name, "cooldown_activated");
    EXPECT_EQ(events.front().data.at("cooldown_until").as_string(), "2023-11-14T23:13:20.000Z");
}

TEST(Events, ReportTheNewPriceOfATrailingStop) {
    auto stop = order_in(model::OrderState::Open);
    stop.role = model::OrderRole::StopLoss;
    stop.trail_distance = model::Rate::from_units(model::kScale / 100);
    stop.stop_price = model::Price::whole(49'000);
    auto record = record_of({stop});
    EXPECT_THAT(names_of(record), ElementsAre("order_updated"));
    record.input.body = model::Tick{};
    EXPECT_THAT(names_of(record), ElementsAre("order_updated", "trailing_stop_updated"));
    EXPECT_EQ(events_of(record)[1].data.at("stop_price").as_string(), "49000");
}

TEST(Events, ReportMaintenanceAndModesToAllSubscribers) {
    std::set<std::string_view> names;
    for (std::uint8_t state = 1; state <= 8; ++state) {
        model::MaintenanceWindow window;
        window.state = static_cast<model::WindowState>(state);
        const auto events = events_of(record_of({window}));
        ASSERT_EQ(events.size(), 1U);
        EXPECT_TRUE(events[0].account.empty());
        EXPECT_EQ(events[0].channel, Channel::Maintenance);
        EXPECT_TRUE(events[0].name.starts_with("maintenance_"));
        names.insert(events[0].name);
    }
    EXPECT_EQ(names.size(), 8U);
    EXPECT_THAT(names_of(record_of({model::OperatingState{}})), ElementsAre("mode_changed"));
}

TEST(Events, NeverContainAWholeIdempotencyKey) {
    const auto events =
        events_of(record_of({order_in(model::OrderState::Refused), fill_of(model::Side::Buy, 1)}));
    for (const Event& event : events) {
        EXPECT_THAT(render(event), Not(HasSubstr("a-long-key")));
        EXPECT_THAT(render(event), HasSubstr(R"("key_end":"ller")"));
    }
    EXPECT_EQ(key_end(model::IdempotencyKey("short")), "");
}

TEST(Events, ReportAccountsTermsInstrumentsAndResets) {
    model::Account account;
    account.id = model::AccountId("futures");
    auto record = record_of({account});
    EXPECT_THAT(names_of(record), ElementsAre("account_updated"));
    record.input.body = model::OpenAccount{};
    EXPECT_THAT(names_of(record), ElementsAre("account_opened"));
    account.state = model::AccountState::Frozen;
    account.frozen_reason = model::FreezeReason::LateFact;
    EXPECT_THAT(names_of(record_of({account})), ElementsAre("account_frozen"));
    record = record_of({});
    record.input.body =
        model::StartEpoch{.epoch = 3, .incarnation = 1, .software = "botcored 1", .policy = {}};
    EXPECT_THAT(names_of(record), ElementsAre("service_started"));
    EXPECT_TRUE(events_of(record).front().account.empty());
    record = record_of({model::builtin_instruments().front()});
    EXPECT_THAT(names_of(record), ElementsAre("instrument_defined"));
    record = record_of({});
    record.input.body = model::ReportReconciled{model::AccountId("futures")};
    EXPECT_THAT(names_of(record), ElementsAre("account_reconciled"));
    record.input.body = model::ResetAccount{};
    EXPECT_TRUE(names_of(record).empty());  // Refused: no money moved.
    record.outcome.postings.push_back({model::AccountId("futures"),
                                       model::Asset("USDT"),
                                       model::Book::External,
                                       model::Money::whole(1)});
    EXPECT_THAT(names_of(record), ElementsAre("portfolio_reset"));
}

TEST(Events, ReportImportedOrdersAndMismatchedAmounts) {
    auto order = order_in(model::OrderState::Open);
    order.number = model::order_number(41, 0);
    order.role = model::OrderRole::External;
    auto record = record_of({order});
    record.input.body = model::ReportFoundOrder{};
    const auto imported = events_of(record);
    ASSERT_EQ(imported.size(), 2U);
    EXPECT_EQ(imported[1].name, "order_imported");
    EXPECT_EQ(imported[1].data.at("role").as_string(), "EXTERNAL");

    model::Account account;
    account.id = model::AccountId("futures");
    account.state = model::AccountState::Frozen;
    account.frozen_reason = model::FreezeReason::BooksDiffer;
    auto compared = record_of({account});
    model::ReportReconciled body{account.id, model::VenueBooks{}};
    body.books->balances = {{model::Asset("USDT"), model::Money::whole(90)}};
    body.books->positions = {{kBitcoin, model::Quantity::whole(-1), model::Money::whole(-50'000)}};
    compared.input.body = body;
    const auto told = events_of(compared);
    ASSERT_EQ(told.size(), 3U);
    EXPECT_EQ(told[1].name, "reconcile_mismatch");
    EXPECT_EQ(told[1].data.at("balances").at(0).at("exchange_total").as_string(), "90");
    EXPECT_EQ(told[1].data.at("positions").at(0).at("exchange_quantity").as_string(), "-1");
    EXPECT_EQ(told[2].name, "account_frozen");
}

// @spec:R4-NOTE-01
TEST(Events, TransientEventsHaveNoNumber) {
    const base::Timestamp now = base::Timestamp::from_milliseconds(1'700'000'000'000);
    model::Quote quote;
    quote.instrument = kBitcoin;
    quote.source = model::MarketSource::Generated;
    quote.age = base::Duration::seconds(3);
    const Event price = price_update(quote, base::Duration::seconds(2), now);
    EXPECT_EQ(price.channel, Channel::Prices);
    EXPECT_TRUE(price.data.at("stale").as_bool());
    EXPECT_FALSE(price_update(quote, base::Duration::seconds(3), now).data.at("stale").as_bool());
    for (const Event& event :
         {price,
          health_changed({"exchange", "healthy", "unhealthy", "no answer"}, now),
          connection_error({.peer = "exchange", .message = "reset"}, now),
          analysis_timeout(model::Symbol("BTCUSDT"), base::Duration::seconds(10), now),
          consistency_checked({.result = "inconsistent", .text = "step 1"}, now),
          incident_changed({.number = 7, .severity = "high", .state = "open", .began = now}, now),
          heartbeat(12, now)}) {
        const auto body = boost::json::parse(render(event));
        EXPECT_TRUE(body.at("sequence").is_null()) << event.name;
        EXPECT_TRUE(body.at("index").is_null());
        EXPECT_EQ(body.at("event").as_string(), event.name);
        EXPECT_TRUE(body.at("data").is_object());
    }
}

TEST(Events, ChannelNamesParseBack) {
    std::set<std::string_view> words;
    for (const Channel channel : kChannels) {
        EXPECT_EQ(parse_channel(to_text(channel)), channel);
        words.insert(to_text(channel));
    }
    EXPECT_EQ(words.size(), kChannels.size());
    EXPECT_FALSE(parse_channel("ORDERS"));
    EXPECT_FALSE(parse_channel(""));
}

model::Change random_change(base::Random& random) {
    const auto quantity = random.between(-3, 3);
    switch (random.below(9)) {
        case 0:
            return model::Account{};
        case 1:
            return model::builtin_instruments().front();
        case 2:
            return order_in(static_cast<model::OrderState>(random.between(1, 9)));
        case 3:
            return fill_of(random.chance(1, 2) ? model::Side::Buy : model::Side::Sell,
                           random.between(1, 5));
        case 4:
            return position_of(quantity);
        case 5:
            return model::RiskState{};
        case 6:
            return model::OperatingState{};
        case 7:
            return model::MaintenanceWindow{};
        default:
            return model::KeyEntry{};
    }
}

RC_GTEST_PROP(Events, AreTheSameBytesFromTheStoredRecord, (std::uint64_t seed)) {
    base::Random random(seed);
    model::Record record = record_of({});
    record.sequence = random.below(1'000'000) + 1;
    for (std::uint64_t i = random.below(8); i > 0; --i)
        record.outcome.changes.push_back(random_change(random));
    for (std::uint64_t i = random.below(6); i > 0; --i) {
        record.outcome.postings.push_back({model::AccountId(random.chance(1, 2) ? "a" : "b"),
                                           model::Asset("USDT"),
                                           static_cast<model::Book>(random.below(9)),
                                           model::Money::from_units(random.between(-9, 9))});
    }
    const auto stored = decode_record(encode(record));
    RC_ASSERT(stored.has_value());
    const auto live = events_of(record);
    const auto replayed = events_of(stored.value());
    RC_ASSERT(live.size() == replayed.size());
    for (std::size_t i = 0; i < live.size(); ++i) {
        RC_ASSERT(render(live[i]) == render(replayed[i]));
        RC_ASSERT(live[i].index == i);
    }
}

}  // namespace
}  // namespace botcore::protocol
