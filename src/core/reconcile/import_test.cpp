#include "core/core_bench_test.hpp"
#include "core/orders/client_order_id.hpp"
#include "core/reconcile/comparison.hpp"

#include <gtest/gtest.h>

namespace botcore::core {

namespace {

const model::AccountId kAccount("futures");

model::Trade trade_of(std::uint64_t id, std::string_view size) {
    model::Trade trade;
    trade.id = id;
    trade.price = price("60000");
    trade.quantity = quantity(size);
    trade.fee = money("0.6");
    trade.fee_asset = kUsdt;
    return trade;
}

model::ReportFoundOrder found(const std::string& id,
                              const std::string& venue_id,
                              ReportKind kind,
                              std::vector<model::Trade> trades) {
    model::ReportFoundOrder body;
    body.order.type = model::OrderType::Limit;
    body.order.quantity = quantity("0.02");
    body.order.price = price("60000");
    auto& report = body.order.report;
    report.account = kAccount;
    report.instrument = kFutures;
    report.id = model::ClientOrderId(id);
    report.kind = kind;
    report.venue_order_id = venue_id;
    report.trades = std::move(trades);
    return body;
}

std::string lost_id() {
    return make_client_order_id({.incarnation = 99, .shard = 0, .sequence = 5, .index = 0}).text();
}

std::size_t orders_in(const Decision& decision) {
    std::size_t count = 0;
    for (const auto& change : decision.outcome.changes)
        count += std::holds_alternative<model::Order>(change) ? 1 : 0;
    return count;
}

const AccountState& account(const Bench& bench) {
    return bench.account("futures");
}

model::ReportReconciled books(std::string_view total, std::string_view size) {
    model::ReportReconciled body{kAccount, model::VenueBooks{}};
    body.books->balances = {{kUsdt, money(total)}};
    if (size != "0") {
        const auto cost = notional(price("60000"), quantity(size)).value();
        body.books->positions = {{kFutures, quantity(size), cost}};
    }
    return body;
}

}  // namespace

// @spec:I4
TEST(Import, BooksAnExternalOrderOnceAndReservesItsRest) {
    Bench bench;
    const auto body = found("web", "1", ReportKind::Open, {trade_of(1, "0.01")});
    EXPECT_EQ(bench.apply(body).verdict, Verdict::Recorded);
    ASSERT_EQ(account(bench).orders.size(), 1U);
    const auto& order = account(bench).orders.begin()->second.order;
    EXPECT_EQ(order.role, model::OrderRole::External);
    EXPECT_EQ(order.state, OrderState::Open);
    EXPECT_EQ(order.filled, quantity("0.01"));
    EXPECT_TRUE(account(bench).positions.at(kFutures).reserved.is_positive());
    EXPECT_EQ(account(bench).positions.at(kFutures).quantity, quantity("0.01"));
    EXPECT_EQ(account(bench).account.state, model::AccountState::Active);
    EXPECT_EQ(bench.apply(body).verdict, Verdict::Nothing);
    bench.apply(found("web", "1", ReportKind::Canceled, {trade_of(1, "0.01")}));
    EXPECT_TRUE(account(bench).orders.empty());
    EXPECT_EQ(account(bench).balances.at(kUsdt).of(Book::Reserved), Money());
}

// @spec:I2
// @error:FreezeReason::OrphanOrder
TEST(Import, AnOrderOfOursWithoutARecordFreezesTheAccount) {
    Bench bench;
    bench.apply(found(lost_id(), "1", ReportKind::Filled, {trade_of(1, "0.02")}));
    EXPECT_EQ(account(bench).account.state, model::AccountState::Frozen);
    EXPECT_EQ(account(bench).account.frozen_reason, FreezeReason::OrphanOrder);
    EXPECT_EQ(account(bench).positions.at(kFutures).quantity, quantity("0.02"));
    bench.apply(model::SetAccountState{
        bench.origin(), kAccount, model::AccountState::Active, "looked at it"});
    EXPECT_EQ(account(bench).account.frozen_reason, FreezeReason::None);
}

TEST(Import, AReusedClientOrderIdRefersToAnotherOrder) {
    Bench bench;
    bench.apply(found("web", "1", ReportKind::Open, {}));
    bench.apply(found("web", "2", ReportKind::Open, {}));
    EXPECT_EQ(account(bench).orders.size(), 2U);
    EXPECT_EQ(bench.apply(found("web", "2", ReportKind::Open, {})).verdict, Verdict::Nothing);
    EXPECT_EQ(bench.apply(found("web", "1", ReportKind::Open, {})).verdict, Verdict::Nothing);
}

TEST(Import, AReportOfALostOrderFreezesTheAccountAndRequestsAComparison) {
    Bench bench;
    model::ReportOrder stray{found(lost_id(), "1", ReportKind::Open, {}).order.report, {}};
    const auto decision = bench.apply(stray);
    ASSERT_EQ(decision.effects.size(), 1U);
    EXPECT_EQ(std::get<CompareAccount>(decision.effects.front()).account, kAccount);
    EXPECT_EQ(bench.apply(stray).verdict, Verdict::Nothing);
}

TEST(Import, AnOrderThatCannotBeBookedFreezesTheAccount) {
    Bench bench;
    auto strange = found("web", "1", ReportKind::Open, {});
    strange.order.report.instrument.symbol = model::Symbol("NOSUCH");
    EXPECT_EQ(orders_in(bench.apply(strange)), 0U);
    EXPECT_EQ(account(bench).account.frozen_reason, FreezeReason::BooksDiffer);
}

// @error:FreezeReason::FrozenByOperator
TEST(Import, AnOperatorFreezesAnAccount) {
    Bench bench;
    bench.apply(model::SetAccountState{
        bench.origin(), kAccount, model::AccountState::Frozen, "a strange login"});
    EXPECT_EQ(account(bench).account.frozen_reason, FreezeReason::FrozenByOperator);
    bench.apply(model::FreezeAccount{kAccount, FreezeReason::IntegrityFinding, "row_differs"});
    EXPECT_EQ(account(bench).account.frozen_reason, FreezeReason::FrozenByOperator);
}

// @spec:R3-INTEG-02
// @spec:R3-INTEG-08
TEST(Comparison, OnlyARepeatedDifferenceFreezesTheAccount) {
    Bench bench;
    const std::string total = to_text(account(bench).balances.at(kUsdt).total());
    EXPECT_EQ(bench.apply(books(total, "0")).verdict, Verdict::Nothing);
    const auto first = bench.apply(books(total, "0.01"));
    ASSERT_EQ(first.effects.size(), 1U);
    EXPECT_TRUE(std::holds_alternative<CompareAccount>(first.effects.front()));
    EXPECT_EQ(account(bench).account.state, model::AccountState::Active);
    bench.apply(books(total, "0"));  // The first difference was a report in flight.
    bench.apply(books(total, "0.01"));
    EXPECT_EQ(account(bench).account.state, model::AccountState::Active);
    bench.apply(books(total, "0.01"));
    EXPECT_EQ(account(bench).account.frozen_reason, FreezeReason::BooksDiffer);
    EXPECT_TRUE(account(bench).comparison->confirmed);
}

TEST(Comparison, WithoutTheExchangesBooksNothingIsAssumedToBeZero) {
    Bench bench;
    bench.apply(found("web", "1", ReportKind::Filled, {trade_of(1, "0.02")}));
    bench.apply(model::ReportReconciled{kAccount, std::nullopt});
    bench.apply(model::ReportReconciled{kAccount, std::nullopt});
    EXPECT_EQ(account(bench).account.state, model::AccountState::Active);
    EXPECT_EQ(account(bench).positions.at(kFutures).quantity, quantity("0.02"));
    EXPECT_TRUE(account(bench).comparison->differences.empty());
}

// @spec:R4-MAN-03
// @spec:I5
TEST(Comparison, AdoptingAClosedPositionReleasesItsMargin) {
    Bench bench;
    bench.apply(found("web", "1", ReportKind::Filled, {trade_of(1, "0.02")}));
    const Money total = account(bench).balances.at(kUsdt).total();
    model::AdoptBooks body;
    body.origin = bench.origin();
    body.account = kAccount;
    body.instrument = kFutures;
    body.quantity_seen = quantity("0.01");
    bench.apply(body);
    EXPECT_EQ(std::get<model::Refusal>(*bench.last_reply).reason, RefusalReason::VersionConflict);
    body.origin = bench.origin();
    body.quantity_seen = quantity("0.02");
    bench.apply(body);
    EXPECT_TRUE(account(bench).positions.at(kFutures).quantity.is_zero());
    EXPECT_TRUE(account(bench).positions.at(kFutures).cost.is_zero());
    EXPECT_EQ(account(bench).balances.at(kUsdt).of(Book::Margin), Money());
    EXPECT_EQ(account(bench).balances.at(kUsdt).total(), total);
    model::AdoptBooks cash;
    cash.origin = bench.origin();
    cash.account = kAccount;
    cash.asset = kUsdt;
    cash.total_seen = total;
    cash.total = total + money("5");
    bench.apply(cash);
    EXPECT_EQ(account(bench).balances.at(kUsdt).total(), total + money("5"));
}

// @spec:R4-MAN-05 R4-FAIL-03
TEST(FailedOrder, IsAbandonedWithAReasonAndNeverSentAgain) {
    Bench bench;
    const auto sent = bench.place(bench.order("futures", Side::Buy, "0.01"));
    auto rejected = Bench::report(*sent, ReportKind::Rejected);
    LiveOrder stored = account(bench).orders.begin()->second;
    stored.order.state = OrderState::Rejected;
    stored.order.reserved = {};
    bench.apply(rejected);
    model::CancelOrder cancel{bench.origin(), kAccount, sent->id, {}};
    bench.apply(cancel, {.key = {}, .order = stored});
    EXPECT_EQ(std::get<model::Refusal>(*bench.last_reply).reason, RefusalReason::OrderNotOpen);
    cancel.origin = bench.origin();
    cancel.reason = "the signal is old";
    const auto decision = bench.apply(cancel, {.key = {}, .order = stored});
    EXPECT_EQ(std::get<model::GivenUp>(*bench.last_reply).order.cancelled_reason,
              "the signal is old");
    EXPECT_EQ(std::get<model::GivenUp>(*bench.last_reply).order.state, OrderState::Rejected);
    for (const auto& effect : decision.effects)
        EXPECT_FALSE(std::holds_alternative<SendOrder>(effect));
}

}  // namespace botcore::core
