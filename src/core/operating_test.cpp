#include "core/core_bench_test.hpp"
#include "core/sweep.hpp"

namespace botcore::core {
namespace {

using model::Duration;
using model::OperatingMode;
using model::WindowState;

constexpr Duration kWeek = Duration::seconds(7 * 86'400);
constexpr Duration kHour = Duration::seconds(3'600);

model::ScheduleMaintenance window(Bench& bench, Duration from_now, Duration length) {
    model::ScheduleMaintenance body;
    body.origin = bench.origin();
    body.begin = bench.time() + from_now;
    body.end = body.begin + length;
    body.text = "a new disk";
    return body;
}

std::uint64_t planned(Bench& bench, Duration from_now = kWeek + kHour) {
    bench.apply(window(bench, from_now, kHour));
    return std::get<model::MaintenanceWindow>(*bench.last_reply).id;
}

void move(Bench& bench, std::uint64_t id, WindowState state) {
    bench.apply(
        model::MoveMaintenance{bench.origin(), id, state, bench.time() + Duration::seconds(100)});
}

OrderReason refusal_of_entry(Bench& bench) {
    bench.last_reply.reset();
    return bench.place(bench.order("futures", Side::Buy, "0.002")) ? OrderReason::None
                                                                   : bench.refusal();
}

// @spec:R1-MAINT-02
TEST(Maintenance, AWindowIsLimitedInLengthAndAnnouncedInTime) {
    Bench bench;
    bench.apply(window(bench, kWeek + kHour, Duration::seconds(7'201)));
    EXPECT_EQ(bench.refusal(), RefusalReason::WindowTooLong);
    bench.apply(window(bench, kWeek, {}));
    EXPECT_EQ(bench.refusal(), RefusalReason::WindowTooLong);
    bench.apply(window(bench, kHour, kHour));
    EXPECT_EQ(bench.refusal(), RefusalReason::NoticeTooShort);
    auto urgent = window(bench, kHour, kHour);
    urgent.emergency = true;
    bench.apply(urgent);
    const auto planned = std::get<model::MaintenanceWindow>(*bench.last_reply);
    EXPECT_EQ(planned.state, WindowState::Planned);
    bench.apply(window(bench, kWeek + kHour, kHour));
    EXPECT_EQ(bench.refusal(), OrderReason::None);
    auto twice = window(bench, kWeek + kHour, kHour);
    bench.apply(twice);
    EXPECT_EQ(bench.refusal(), RefusalReason::WindowNotMovable) << "Windows do not overlap.";
}

TEST(Maintenance, AnImmediateEmergencyRefusesEntriesAfterItsReply) {
    Bench bench;
    auto urgent = window(bench, Duration::seconds(1), kHour);
    urgent.emergency = true;
    bench.apply(urgent);
    const auto begun = std::get<model::MaintenanceWindow>(*bench.last_reply);
    EXPECT_EQ(begun.state, WindowState::Draining);
    EXPECT_EQ(begun.begin, bench.time()) << "It has begun.";
    EXPECT_EQ(bench.engine().state().operating.mode, OperatingMode::Draining);
    EXPECT_EQ(bench.engine().state().operating.until, begun.end);
    EXPECT_EQ(refusal_of_entry(bench), RefusalReason::Maintenance);
    move(bench, begun.id, WindowState::Watching);
    EXPECT_EQ(refusal_of_entry(bench), OrderReason::None);
}

// @spec:R1-MAINT-09
TEST(Maintenance, RefusesEntriesButAllowsExits) {
    Bench bench;
    const auto entry = bench.place(bench.order("futures", Side::Buy, "0.01"));
    bench.fill_all(*entry, "60000");
    const auto id = planned(bench);
    move(bench, id, WindowState::Noticed);
    EXPECT_EQ(refusal_of_entry(bench), OrderReason::None);
    move(bench, id, WindowState::Draining);
    EXPECT_EQ(refusal_of_entry(bench), RefusalReason::Maintenance);
    EXPECT_TRUE(model::is_transient(RefusalReason::Maintenance));
    move(bench, id, WindowState::Active);
    EXPECT_EQ(bench.engine().state().operating.mode, OperatingMode::Maintenance);
    EXPECT_EQ(refusal_of_entry(bench), RefusalReason::Maintenance);
    const auto exits = Bench::sent_by(bench.apply(model::ClosePosition{
        bench.origin(), model::AccountId("futures"), kFutures, {}, quote(kFutures)}));
    EXPECT_EQ(exits.size(), 1U);
}

// @spec:R1-MAINT-11
TEST(Maintenance, AcceptsAGrowingShareOfEntriesAfterwards) {
    Bench bench;
    const auto id = planned(bench);
    move(bench, id, WindowState::Active);
    move(bench, id, WindowState::Ramping);
    const auto taken = [&] {
        int count = 0;
        for (int i = 0; i < 20; ++i)
            count += refusal_of_entry(bench) == OrderReason::None ? 1 : 0;
        return count;
    };
    const int early = taken();
    bench.pass(Duration::seconds(50));
    const int half = taken();
    bench.pass(Duration::seconds(50));
    EXPECT_LT(early, 3);
    EXPECT_GT(half, early);
    EXPECT_EQ(taken(), 20);
    move(bench, id, WindowState::Watching);
    EXPECT_EQ(bench.engine().state().operating.mode, OperatingMode::Normal);
}

TEST(Maintenance, AWindowOnlyMovesForward) {
    Bench bench;
    move(bench, 4'711, WindowState::Noticed);
    EXPECT_EQ(bench.refusal(), RefusalReason::WindowUnknown);
    const auto id = planned(bench);
    move(bench, id, WindowState::Active);
    move(bench, id, WindowState::Noticed);
    EXPECT_EQ(bench.refusal(), RefusalReason::WindowNotMovable);
    move(bench, id, WindowState::Canceled);
    EXPECT_EQ(bench.refusal(), RefusalReason::WindowNotMovable)
        << "A window that has begun cannot be canceled, only ended.";
    const auto other = planned(bench, kWeek + kWeek);
    move(bench, other, WindowState::Canceled);
    EXPECT_EQ(bench.engine().state().windows.at(other).state, WindowState::Canceled);
}

TEST(Maintenance, AWatchedWindowDoesNotBlockTheNextOne) {
    Bench bench;
    const auto id = planned(bench);
    move(bench, id, WindowState::Active);
    bench.apply(window(bench, kWeek + kHour, kHour));
    EXPECT_EQ(bench.refusal(), RefusalReason::WindowNotMovable);
    move(bench, id, WindowState::Watching);
    EXPECT_NE(planned(bench), 0U);
}

TEST(Maintenance, AHaltOutlastsAWindow) {
    Bench bench;
    const auto id = planned(bench);
    bench.apply(model::SetMode{bench.origin(), OperatingMode::Halted, {}, "a look at the books"});
    move(bench, id, WindowState::Active);
    move(bench, id, WindowState::Watching);
    EXPECT_EQ(refusal_of_entry(bench), RefusalReason::TradingHalted);
    bench.apply(model::SetMode{bench.origin(), OperatingMode::Normal, {}, ""});
    EXPECT_EQ(refusal_of_entry(bench), OrderReason::None);
}

/// A position of 0.01, and a close that may wait for the end of the window.
class QueuedClose : public ::testing::Test {
protected:
    void SetUp() override {
        const auto entry = bench_.place(bench_.order("futures", Side::Buy, "0.01"));
        bench_.fill_all(*entry, "60000");
        window_ = planned(bench_);
        move(bench_, window_, WindowState::Active);
        model::ClosePosition body{
            bench_.origin(), model::AccountId("futures"), kFutures, {}, quote(kFutures)};
        body.queue_limit = price("59000");
        body.queue_until = bench_.time() + kHour;
        const auto decision = bench_.apply(body);
        EXPECT_TRUE(Bench::sent_by(decision).empty());
        ASSERT_EQ(bench_.replied_order().state, OrderState::Queued);
        id_ = bench_.replied_order().id;
    }

    Bench bench_;
    std::uint64_t window_ = 0;
    model::ClientOrderId id_;
};

TEST_F(QueuedClose, IsSentAfterTheWindowAtAPriceWithinItsLimit) {
    EXPECT_TRUE(Bench::sent_by(bench_.tick(Duration::seconds(1), "60000")).empty());
    move(bench_, window_, WindowState::Watching);
    EXPECT_TRUE(Bench::sent_by(bench_.tick(Duration::seconds(1), "58000")).empty());
    const auto sent = Bench::sent_by(bench_.tick(Duration::seconds(1), "59500"));
    ASSERT_EQ(sent.size(), 1U);
    EXPECT_EQ(sent[0].id, id_);
    EXPECT_EQ(sent[0].price, price("59000"));
    EXPECT_EQ(sent[0].reduce_only, model::ReduceOnly::Yes);
}

TEST_F(QueuedClose, ExpiresAtItsDeadline) {
    const auto decision = bench_.tick(kHour, "60000");
    EXPECT_EQ(decision.verdict, Verdict::Recorded);
    EXPECT_EQ(Bench::reasons_in(decision), std::vector{order_reason(EndReason::QueueExpired)});
    EXPECT_TRUE(bench_.account("futures").orders.empty());
}

TEST_F(QueuedClose, IsCanceledWithoutTheExchange) {
    const auto decision =
        bench_.apply(model::CancelOrder{bench_.origin(), model::AccountId("futures"), id_, {}});
    EXPECT_TRUE(Bench::cancelled_by(decision).empty());
    EXPECT_EQ(bench_.replied_order().state, OrderState::Canceled);
    EXPECT_EQ(bench_.replied_order().reason, EndReason::CanceledByUser);
}

TEST_F(QueuedClose, IsCanceledByCancelAllWithoutTheExchange) {
    const auto decision =
        bench_.apply(model::CancelAll{bench_.origin(), model::AccountId("futures"), {}, false});
    EXPECT_TRUE(Bench::cancelled_by(decision).empty());
    EXPECT_TRUE(bench_.account("futures").orders.empty());
}

TEST_F(QueuedClose, DoesNotBlockAnImmediateClose) {
    const auto sent = Bench::sent_by(bench_.apply(model::ClosePosition{
        bench_.origin(), model::AccountId("futures"), kFutures, {}, quote(kFutures)}));
    ASSERT_EQ(sent.size(), 1U);
    bench_.fill_all(sent[0], "60000");
    move(bench_, window_, WindowState::Watching);
    EXPECT_TRUE(Bench::sent_by(bench_.tick(Duration::seconds(1), "60000")).empty());
    EXPECT_TRUE(bench_.account("futures").orders.empty()) << "There is no position to close.";
}

TEST(QueuedCloses, RequireALimitAndAFutureDeadline) {
    Bench bench;
    const auto entry = bench.place(bench.order("futures", Side::Buy, "0.01"));
    bench.fill_all(*entry, "60000");
    move(bench, planned(bench), WindowState::Active);
    model::ClosePosition body{
        bench.origin(), model::AccountId("futures"), kFutures, {}, quote(kFutures)};
    body.queue_until = bench.time() + kHour;
    bench.apply(body);
    EXPECT_EQ(bench.refusal(), RefusalReason::PriceOutsideQueueLimit);
}

TEST(QueuedCloses, RequireALimitThatTheExchangeAccepts) {
    Bench bench;
    const auto entry = bench.place(bench.order("futures", Side::Buy, "0.01"));
    bench.fill_all(*entry, "60000");
    move(bench, planned(bench), WindowState::Active);
    const auto refused = [&](std::string_view limit) {
        model::ClosePosition body{
            bench.origin(), model::AccountId("futures"), kFutures, {}, quote(kFutures)};
        body.queue_limit = price(limit);
        body.queue_until = bench.time() + kHour;
        bench.apply(body);
        return bench.refusal();
    };
    EXPECT_EQ(refused("59000.05"), RefusalReason::PriceOffTick);
    EXPECT_EQ(refused("0"), RefusalReason::PriceOutOfRange);
    EXPECT_EQ(refused("50000"), RefusalReason::PriceTooFarFromMarket);
    EXPECT_EQ(refused("59000.1"), OrderReason::None);
}

TEST_F(QueuedClose, IsSentWithAPriceThatTheExchangeAccepts) {
    move(bench_, window_, WindowState::Watching);
    const auto sent = Bench::sent_by(bench_.tick(Duration::seconds(1), "66000"));
    ASSERT_EQ(sent.size(), 1U);
    EXPECT_EQ(sent[0].price, price("62700"))
        << "The exchange rejects sells below 95 % of the price.";
}

/// A short position of 0.01, and a close that may pay 61,000 after the window.
class QueuedCloseOfAShort : public ::testing::Test {
protected:
    void SetUp() override {
        const auto entry = bench_.place(bench_.order("futures", Side::Sell, "0.01"));
        bench_.fill_all(*entry, "60000");
        const auto window = planned(bench_);
        move(bench_, window, WindowState::Active);
        model::ClosePosition body{
            bench_.origin(), model::AccountId("futures"), kFutures, {}, quote(kFutures)};
        body.queue_limit = price("61000");
        body.queue_until = bench_.time() + kHour;
        bench_.apply(body);
        ASSERT_EQ(bench_.replied_order().state, OrderState::Queued);
        move(bench_, window, WindowState::Watching);
    }

    Bench bench_;
};

TEST_F(QueuedCloseOfAShort, WaitsWhileTheMarketIsAboveItsLimit) {
    EXPECT_TRUE(Bench::sent_by(bench_.tick(Duration::seconds(1), "61000.1")).empty());
    const auto sent = Bench::sent_by(bench_.tick(Duration::seconds(1), "61000"));
    ASSERT_EQ(sent.size(), 1U);
    EXPECT_EQ(sent[0].side, Side::Buy);
    EXPECT_EQ(sent[0].price, price("61000"));
    EXPECT_EQ(sent[0].reduce_only, model::ReduceOnly::Yes);
}

TEST_F(QueuedCloseOfAShort, IsSentWithAPriceThatTheExchangeAccepts) {
    const auto sent = Bench::sent_by(bench_.tick(Duration::seconds(1), "54000.1"));
    ASSERT_EQ(sent.size(), 1U);
    EXPECT_EQ(sent[0].price, price("56700.1"))
        << "The exchange rejects buys above 105 % of the price.";
}

TEST(Sweeps, CancelAllKeepsProtectiveOrders) {
    Bench bench;
    auto body = bench.order("futures", Side::Buy, "0.01");
    body.stop_loss = price("57000");
    const auto entry = bench.place(body);
    const auto stops = Bench::sent_by(bench.fill_all(*entry, "60000"));
    bench.apply(Bench::report(stops.at(0), ReportKind::Open));
    auto limit = bench.order("futures", Side::Buy, "0.01");
    limit.type = model::OrderType::Limit;
    limit.price = price("58000");
    const auto resting = bench.place(limit);
    bench.apply(Bench::report(*resting, ReportKind::Open));
    const auto plain = bench.apply(
        model::CancelAll{bench.origin(), model::AccountId("futures"), std::nullopt, false});
    EXPECT_EQ(Bench::cancelled_by(plain), std::vector{resting->id});
    const auto all = bench.apply(
        model::CancelAll{bench.origin(), model::AccountId("futures"), std::nullopt, true});
    EXPECT_EQ(Bench::cancelled_by(all), std::vector{stops[0].id})
        << "The first order is already being canceled.";
}

TEST(Sweeps, FlattenClosesEverythingOnce) {
    Bench bench;
    const auto entry = bench.place(bench.order("futures", Side::Sell, "0.01"));
    bench.fill_all(*entry, "60000");
    const auto flatten = [&] {
        return Bench::sent_by(bench.apply(
            model::Flatten{bench.origin(), model::AccountId("futures"), {quote(kFutures)}}));
    };
    const auto exits = flatten();
    ASSERT_EQ(exits.size(), 1U);
    EXPECT_EQ(exits[0].side, Side::Buy);
    EXPECT_TRUE(flatten().empty()) << "The position is already being closed.";
    bench.fill_all(exits[0], "60000");
    EXPECT_TRUE(bench.position().quantity.is_zero());
}

model::PlaceOrder reduce_only(Bench& bench, std::string_view size, Side side = Side::Buy) {
    auto body = bench.order("futures", side, size);
    body.reduce_only = model::ReduceOnly::Yes;
    return body;
}

/// Starts a flatten of one position and returns its only exit.
model::OrderInstruction flatten_one(Bench& bench) {
    const auto entry = bench.place(bench.order("futures", Side::Sell, "0.01"));
    bench.fill_all(*entry, "60000");
    bench.last_reply.reset();
    const auto exits = Bench::sent_by(bench.apply(
        model::Flatten{bench.origin(), model::AccountId("futures"), {quote(kFutures)}}));
    EXPECT_EQ(exits.size(), 1U);
    EXPECT_FALSE(bench.last_reply.has_value()) << "The outcome of the exit is still unknown.";
    return exits.front();
}

// A reply before the exits have ended could report an account as flat that is not.
TEST(Sweeps, FlattenRepliesOnceItsExitsHaveEnded) {
    Bench bench;
    const auto exit = flatten_one(bench);
    bench.fill_all(exit, "60000");
    ASSERT_TRUE(bench.last_reply.has_value());
    const auto& touched = std::get<model::OrdersTouched>(*bench.last_reply);
    EXPECT_EQ(touched.exits, std::vector{exit.id});
    EXPECT_TRUE(touched.pending.empty());
    EXPECT_TRUE(touched.failed.empty());
    EXPECT_FALSE(model::did_nothing(touched));
}

// A repeated flatten must not report the account as flat either.
TEST(Sweeps, FlattenWaitsForExitsAlreadyInFlight) {
    Bench bench;
    const auto entry = bench.place(bench.order("futures", Side::Sell, "0.01"));
    bench.fill_all(*entry, "60000");
    const auto closing = bench.place(reduce_only(bench, "0.004"));
    bench.last_reply.reset();
    const auto flatten = model::Flatten{bench.origin(), model::AccountId("futures"), {}};
    const auto exits = Bench::sent_by(bench.apply(flatten));
    ASSERT_EQ(exits.size(), 1U);
    EXPECT_EQ(exits[0].quantity, quantity("0.006")) << "No position is closed twice.";
    EXPECT_TRUE(
        Bench::sent_by(bench.apply(model::Flatten{bench.origin(), model::AccountId("futures"), {}}))
            .empty());
    bench.fill_all(exits[0], "60000");
    EXPECT_FALSE(bench.last_reply.has_value()) << "The first exit has not ended.";
    bench.apply(Bench::report(*closing, ReportKind::Expired));
    ASSERT_TRUE(bench.last_reply.has_value());
    const auto& touched = std::get<model::OrdersTouched>(*bench.last_reply);
    EXPECT_EQ(touched.exits, (std::vector{closing->id, exits[0].id}));
    EXPECT_TRUE(touched.cancels.empty());
    ASSERT_EQ(touched.failed.size(), 1U);
    EXPECT_EQ(touched.failed[0].order, closing->id);
    EXPECT_TRUE(bench.engine().state().sweeps.empty()) << "Both requests have a reply.";
}

// After a restart only the record is known.
TEST(Sweeps, TheRecordListsAllExitsThatAFlattenWaitsFor) {
    Bench bench;
    auto protected_entry = bench.order("futures", Side::Buy, "0.01");
    protected_entry.stop_loss = price("59000");
    protected_entry.take_profit = price("63000");
    const auto entry = bench.place(protected_entry);
    for (const auto& each : Bench::sent_by(bench.fill_all(*entry, "60000")))
        bench.apply(Bench::report(each, ReportKind::Open));
    auto limit = bench.order("futures", Side::Buy, "0.01");
    limit.type = model::OrderType::Limit;
    limit.price = price("58000");
    bench.apply(Bench::report(*bench.place(limit), ReportKind::Open));
    (void)bench.place(reduce_only(bench, "0.004", Side::Sell));
    model::Record record;
    record.input.body = model::Flatten{bench.origin(), model::AccountId("futures"), {}};
    record.outcome = bench.apply(record.input.body).outcome;
    const auto& sweeps = bench.engine().state().sweeps;
    ASSERT_EQ(sweeps.size(), 1U);
    const model::OrdersTouched& awaited = sweeps.begin()->second;
    EXPECT_EQ(awaited.exits.size(), 2U);
    EXPECT_EQ(awaited.cancels.size(), 1U);
    const auto found = touched_by(record);
    ASSERT_TRUE(found.has_value());
    EXPECT_EQ(found->exits, awaited.exits);
    EXPECT_EQ(found->cancels, awaited.cancels);
    EXPECT_EQ(found->pending, awaited.pending);
}

TEST(Sweeps, FlattenReportsTheExitsThatFailed) {
    Bench bench;
    const auto exit = flatten_one(bench);
    auto rejected = Bench::report(exit, ReportKind::Rejected);
    rejected.report.reason = order_reason(RefusalReason::RejectedByExchange);
    rejected.report.reason_text = "-2022 ReduceOnly Order is rejected.";
    bench.apply(rejected);
    ASSERT_TRUE(bench.last_reply.has_value());
    const auto& touched = std::get<model::OrdersTouched>(*bench.last_reply);
    ASSERT_EQ(touched.failed.size(), 1U);
    EXPECT_EQ(touched.failed[0].order, exit.id);
    EXPECT_EQ(touched.failed[0].reason, RefusalReason::RejectedByExchange);
    EXPECT_EQ(touched.failed[0].text, "-2022 ReduceOnly Order is rejected.");
    EXPECT_TRUE(model::did_nothing(touched)) << "The exit closed no quantity.";
}

TEST(Sweeps, AreAllowedToTheOwnerAndToOperatorsOnly) {
    Bench bench;
    auto body = model::Flatten{bench.origin(), model::AccountId("futures"), {}};
    body.origin.owner = model::Owner("mallory");
    bench.apply(body);
    EXPECT_EQ(bench.refusal(), RefusalReason::AccountUnknown);
    body.origin.key = model::IdempotencyKey("another");
    body.origin.authority = model::Authority::All;
    bench.apply(body);
    EXPECT_TRUE(std::holds_alternative<model::OrdersTouched>(*bench.last_reply));
}

TEST(AuditEvents, AreRecordedWithoutChangingARow) {
    Bench bench;
    const auto decision = bench.apply(
        model::RecordAuditEvent{model::Owner("olga"), "login", "olga", "ok", "", "req_1"});
    EXPECT_EQ(decision.verdict, Verdict::Recorded);
    EXPECT_TRUE(decision.outcome.changes.empty());
}

}  // namespace
}  // namespace botcore::core
