// The runtime's own queues and deadlines, tested without the simulated world.

#include "runtime/runtime.hpp"

#include "protocol/journal.hpp"
#include "protocol/json_replies.hpp"
#include "sim/world/sim_store.hpp"
#include "tests/conformance/late_store.hpp"

#include <gtest/gtest.h>

#include <map>

namespace botcore::sim {
namespace {

using model::Duration;
using model::Timestamp;
using runtime::Status;

/// Accepts every call and never replies.
class SilentExchange final : public ports::Exchange {
public:
    void place(const model::OrderInstruction&) override { ++placed; }

    void cancel(const model::CancelInstruction&) override {}

    void query(const model::AccountId&,
               const model::InstrumentId&,
               const model::ClientOrderId&) override {}

    void reconcile(const ports::AccountProjection& projection) override {
        compared.push_back(projection.account.id);
    }

    void compare(const ports::AccountProjection&) override {}

    void account_changed(const ports::AccountProjection&) override {}

    void define(const model::Instrument&) override {}

    void probe(std::function<void()>) override {}

    int placed = 0;
    std::vector<model::AccountId> compared;
};

class OnePrice final : public ports::MarketData {
public:
    model::Quote quote(const model::InstrumentId& id, model::Side, model::Quantity) const override {
        model::Quote quote;
        quote.instrument = id;
        quote.source = model::MarketSource::Generated;
        quote.bid = quote.ask = quote.last = quote.worst = model::Price::whole(60'000);
        return quote;
    }

    const model::DepthBook* book(const model::InstrumentId&) const override { return nullptr; }

    std::vector<model::InstrumentId> instruments() const override { return {}; }

    const model::CandleBoard* candles(const model::InstrumentId&) const override { return nullptr; }
};

class RuntimeAlone : public testing::Test,
                     public runtime::ReplySink,
                     public runtime::CommitListener {
protected:
    RuntimeAlone()
        : runtime_({.shard = 0,
                    .software = "test",
                    .policy = {},
                    .instruments = model::builtin_instruments(),
                    .next_incarnation = [this] { return ++incarnation_; },
                    .batch_max = 256},
                   {late_, exchange_, market_, *this, renderer_, {this}, [this] { ++woken_; }}) {}

    void on_reply(runtime::RequestHandle handle, runtime::ApiReply reply) override {
        replies_[handle] = std::move(reply);
    }

    void on_committed(const std::vector<model::Record>& records) override {
        records_reported_ += records.size();
    }

    void on_refused(const model::InputBody& body, const model::Refusal& refusal) override {
        refusals_reported_.emplace_back(model::origin_of(body)->key, refusal.reason);
    }

    [[nodiscard]] model::Now now() const { return {time_, model::ClockState::Certain}; }

    void pass(Duration span) { time_ = time_ + span; }

    /// Runs steps until no work is left at the current time.
    void steps() {
        while (runtime_.step(now())) {
        }
    }

    void start() {
        ASSERT_EQ(runtime_.start(now()), Status::Running);
        submit(model::OpenAccount{origin(),
                                  kAccount,
                                  model::Market::Futures,
                                  model::Asset("USDT"),
                                  model::Money::whole(10'000)});
        steps();
    }

    runtime::RequestHandle submit(model::InputBody body,
                                  std::optional<resilience::Deadline> deadline = std::nullopt) {
        runtime_.submit({.body = std::move(body),
                         .handle = ++tickets_,
                         .request_id = "req-" + std::to_string(tickets_),
                         .deadline = deadline},
                        now());
        return tickets_;
    }

    model::Origin origin() {
        return {model::Owner("olga"), model::IdempotencyKey("k" + std::to_string(++keys_)), "h"};
    }

    model::PlaceOrder order() {
        model::PlaceOrder order;
        order.origin = origin();
        order.account = kAccount;
        order.instrument = {model::Market::Futures, model::Symbol("BTCUSDT")};
        order.quantity = model::Quantity::from_units(1'000'000);
        return order;
    }

    [[nodiscard]] bool record(int number) {
        return runtime_.record({.actor = model::Owner("olga"),
                                .action = "login",
                                .subject = {},
                                .outcome = "ok",
                                .detail = std::to_string(number),
                                .request_id = {}});
    }

    /// The numbers of the audit events in the journal.
    [[nodiscard]] std::vector<int> audit_events() {
        std::vector<int> numbers;
        const auto entries = store_.journal(1, 1'000'000).value();
        for (const auto& entry : entries) {
            const auto record = protocol::decode_record(entry.bytes);
            const auto* action = std::get_if<model::RecordAuditEvent>(&record.value().input.body);
            if (action != nullptr) numbers.push_back(std::stoi(action->detail));
        }
        return numbers;
    }

    [[nodiscard]] bool says(runtime::RequestHandle handle,
                            std::uint16_t status,
                            std::string_view code) {
        const auto& reply = replies_.at(handle);
        return reply.status == status && reply.body.find(code) != std::string::npos;
    }

    static inline const model::AccountId kAccount{"futures"};

    checkers::Checker checker_{checkers::Assumptions::Hold};
    Faults faults_{calm_plan(VenueMode::Exchange), base::Random(1)};
    SimStore store_{checker_, faults_};
    conformance::LateStore late_{store_};
    protocol::JsonReplies<ports::ReplyRenderer> renderer_;
    int woken_ = 0;
    SilentExchange exchange_;
    OnePrice market_;
    std::uint64_t incarnation_ = 0;
    runtime::Runtime runtime_;
    Timestamp time_ = Timestamp::from_milliseconds(1'000'000);
    std::map<runtime::RequestHandle, runtime::ApiReply> replies_;
    std::size_t records_reported_ = 0;
    std::vector<std::pair<model::IdempotencyKey, model::RefusalReason>> refusals_reported_;
    runtime::RequestHandle tickets_ = 0;
    int keys_ = 0;
};

TEST_F(RuntimeAlone, WakesAtOnceBeforeTheFirstLoad) {
    EXPECT_EQ(runtime_.wake_after(now()), Duration());
    faults_.force(Fault::LoadFails);
    EXPECT_EQ(runtime_.start(now()), Status::Down);
    EXPECT_EQ(runtime_.wake_after(now()), Duration::milliseconds(500));
    EXPECT_FALSE(runtime_.reconciled());
    EXPECT_TRUE(says(submit(order()), 503, "SERVICE_UNAVAILABLE"));
    pass(Duration::milliseconds(500));
    steps();
    EXPECT_EQ(runtime_.status(), Status::Running);
}

// @error:OVERLOADED
TEST_F(RuntimeAlone, RefusesTheRequestBeyondItsBoundAndRepliesToAllOthers) {
    start();
    std::vector<runtime::RequestHandle> taken;
    for (std::size_t i = 0; i < runtime::kRequestsMax; ++i) {
        model::CancelAll body;
        body.origin = origin();
        body.account = kAccount;
        taken.push_back(submit(body));
    }
    EXPECT_EQ(runtime_.requests_waiting(), runtime::kRequestsMax);
    const auto refused = submit(order());
    EXPECT_TRUE(says(refused, 503, "OVERLOADED"));
    EXPECT_EQ(runtime_.counters().requests_dropped, 1U);
    steps();
    for (const auto handle : taken)
        EXPECT_EQ(replies_.at(handle).status, 200);
    EXPECT_EQ(exchange_.placed, 0);
    EXPECT_EQ(checker_.violations().count(), 0U);
}

TEST_F(RuntimeAlone, ComparesEveryAccountAgainAfterAFactWasDropped) {
    start();
    const auto sent = submit(order());
    steps();
    ASSERT_EQ(exchange_.placed, 1);
    exchange_.compared.clear();
    model::OrderReport stray;
    stray.account = kAccount;
    for (std::size_t i = 0; i < runtime::kFactsMax; ++i)
        runtime_.on_report(stray);
    EXPECT_EQ(runtime_.counters().facts_dropped, 0U);
    runtime_.on_report(stray);
    runtime_.on_reconciled(kAccount, std::nullopt);
    EXPECT_EQ(runtime_.counters().facts_dropped, 2U);
    const auto terms = runtime_.counters().terms;
    steps();
    EXPECT_EQ(runtime_.counters().terms, terms + 1);
    EXPECT_EQ(exchange_.compared, std::vector{kAccount});
    EXPECT_TRUE(says(sent, 503, "OUTCOME_UNKNOWN"));
    const auto& orders = runtime_.state().accounts.at(kAccount).orders;
    ASSERT_EQ(orders.size(), 1U);
    EXPECT_EQ(orders.begin()->second.order.state, model::OrderState::Unknown);
    EXPECT_EQ(checker_.violations().count(), 0U);
}

// @spec:R2-TMO-07
// @error:TIMEOUT
TEST_F(RuntimeAlone, StartsNoRequestWhoseDeadlineHasPassed) {
    start();
    const auto late = submit(order(), resilience::Deadline::after(time_));
    const auto head = runtime_.head();
    pass(Duration::seconds(25));
    steps();
    EXPECT_TRUE(says(late, 504, "TIMEOUT"));
    EXPECT_TRUE(says(late, 504, "\"last_error\""));
    EXPECT_EQ(exchange_.placed, 0);
    EXPECT_EQ(runtime_.head(), head);
    EXPECT_EQ(runtime_.counters().requests_late, 1U);
}

TEST_F(RuntimeAlone, ReportsRefusalsWithoutARecordToListeners) {
    start();
    store_.set_storage(model::StorageState::Reserve);
    const auto head = runtime_.head();
    const auto told = records_reported_;
    const model::PlaceOrder entry = order();
    const auto handle = submit(entry);
    steps();
    EXPECT_EQ(replies_.at(handle).status, 503);
    EXPECT_EQ(refusals_reported_,
              (std::vector{std::pair{entry.origin.key, model::RefusalReason::DiskFull}}));
    EXPECT_EQ(runtime_.head(), head);
    EXPECT_EQ(records_reported_, told);
    EXPECT_EQ(exchange_.placed, 0);
    store_.set_storage(model::StorageState::Normal);
    (void)submit(entry);
    steps();
    EXPECT_EQ(exchange_.placed, 1) << "The key can be used again.";
    EXPECT_EQ(records_reported_, told + 1);
    EXPECT_EQ(refusals_reported_.size(), 1U);
}

// The previous process's clock was ahead; this process starts with a corrected clock.
// @spec:I14 I9
TEST_F(RuntimeAlone, HoldsOnlyEntriesAfterAStartBehindTheJournalsTime) {
    start();
    const auto entry = submit(order());
    steps();
    ASSERT_EQ(exchange_.placed, 1) << replies_.contains(entry);
    const Timestamp ahead = runtime_.state().time;
    runtime::Runtime next({.shard = 0,
                           .software = "test",
                           .policy = {},
                           .instruments = model::builtin_instruments(),
                           .next_incarnation = [this] { return ++incarnation_; },
                           .batch_max = 256},
                          {store_, exchange_, market_, *this, renderer_, {this}});
    const Timestamp began = ahead - Duration::seconds(std::int64_t{400} * 86'400);
    const auto at = [&](Duration later) { return model::Now(began + later); };
    ASSERT_EQ(next.start(at({})), Status::Running);
    EXPECT_EQ(next.state().time, ahead) << "Journal time never decreases.";
    EXPECT_EQ(next.state().exchange_time, began);
    EXPECT_EQ(next.state().monotonic_time, ahead) << "No elapsed time can be proven.";
    next.on_reconciled(kAccount, std::nullopt);
    const auto submit_at = [&](model::InputBody body, Duration later) {
        next.submit({.body = std::move(body), .handle = ++tickets_, .request_id = "r"}, at(later));
        while (next.step(at(later))) {
        }
    };
    submit_at(order(), Duration::seconds(9));
    ASSERT_EQ(refusals_reported_.size(), 1U);
    EXPECT_EQ(refusals_reported_.back().second, model::RefusalReason::ClockUncertain);
    EXPECT_EQ(next.clock_state(at(Duration::seconds(9))), model::ClockState::Uncertain)
        << "Health uses the same function.";
    submit_at(model::CancelAll{origin(), kAccount, std::nullopt, true}, Duration::seconds(9));
    EXPECT_EQ(exchange_.placed, 1);
    EXPECT_EQ(next.clock_state(at(Duration::seconds(10))), model::ClockState::Certain);
    submit_at(order(), Duration::seconds(10));
    EXPECT_EQ(exchange_.placed, 2);
    EXPECT_EQ(next.state().monotonic_time, ahead + Duration::seconds(10));
    EXPECT_EQ(next.shown_time(ahead + Duration::seconds(70), at(Duration::seconds(10))),
              began + Duration::seconds(70));
}

// @spec:I14
TEST_F(RuntimeAlone, ContinuesWhenTheClockStepsBackWhileRunning) {
    start();
    const Timestamp before = time_;
    const auto now_behind = [&](Duration passed) {
        return model::Now(before - Duration::seconds(3'600) + passed,
                          model::ClockState::Certain,
                          before + passed);
    };
    const auto handle = submit(order());
    while (runtime_.step(now_behind({}))) {
    }
    EXPECT_EQ(exchange_.placed, 1);
    // The caller gets its reply after five seconds, not after an hour and five seconds.
    (void)runtime_.step(now_behind(Duration::milliseconds(4'999)));
    EXPECT_FALSE(replies_.contains(handle));
    (void)runtime_.step(now_behind(Duration::milliseconds(5'000)));
    ASSERT_TRUE(replies_.contains(handle));
    EXPECT_EQ(replies_.at(handle).status, 202);
}

// @spec:RK-05
TEST_F(RuntimeAlone, FreezesAccountsOfRowsInDoubtBeforeAnyDecision) {
    start();
    store_.put_in_doubt(
        {kAccount, "row 'futures USDT' of table balances differs from what was written"});
    runtime::Runtime next({.shard = 0,
                           .software = "test",
                           .policy = {},
                           .instruments = model::builtin_instruments(),
                           .next_incarnation = [this] { return ++incarnation_; },
                           .batch_max = 256},
                          {store_, exchange_, market_, *this, renderer_, {this}});
    ASSERT_EQ(next.start(now()), Status::Running);
    const auto& account = next.state().accounts.at(kAccount).account;
    EXPECT_EQ(account.state, model::AccountState::Frozen);
    EXPECT_EQ(account.frozen_reason, model::FreezeReason::IntegrityFinding);
    ASSERT_EQ(next.doubts().size(), 1U);
    const auto entries = store_.journal(next.head().sequence - 1, 2).value();
    for (const auto& entry : entries) {
        const auto record = protocol::decode_record(entry.bytes).value();
        EXPECT_FALSE(std::holds_alternative<model::Tick>(record.input.body));
    }
}

// @spec:I7
TEST_F(RuntimeAlone, WritesNothingOnceAnotherWriterOwnsTheShard) {
    start();
    SilentExchange other_exchange;
    runtime::Runtime other({.shard = 0,
                            .software = "test",
                            .policy = {},
                            .instruments = model::builtin_instruments(),
                            .next_incarnation = [this] { return ++incarnation_; },
                            .batch_max = 256},
                           {store_, other_exchange, market_, *this, renderer_});
    ASSERT_EQ(other.start(now()), Status::Running);
    const auto head = store_.head().value();
    const auto doubtful = submit(order());
    steps();
    EXPECT_EQ(runtime_.status(), Status::Fenced);
    EXPECT_TRUE(says(doubtful, 503, "OUTCOME_UNKNOWN"));
    EXPECT_TRUE(says(submit(order()), 503, "SERVICE_UNAVAILABLE"));
    pass(Duration::seconds(60));
    EXPECT_FALSE(runtime_.step(now()));
    EXPECT_EQ(runtime_.status(), Status::Fenced) << "It does not retry.";
    EXPECT_EQ(runtime_.counters().conflicts, 1U);
    EXPECT_EQ(exchange_.placed, 0);
    EXPECT_EQ(store_.head().value(), head);
    EXPECT_EQ(checker_.violations().count(), 0U);
}

TEST_F(RuntimeAlone, KnowsItsMaintenanceWindowsAfterALostBatch) {
    start();
    model::ScheduleMaintenance body;
    body.origin = origin();
    body.begin = time_ + Duration::seconds(3'600);
    body.end = body.begin + Duration::seconds(600);
    body.emergency = true;
    (void)submit(body);
    steps();
    const auto windows = runtime_.state().windows;
    ASSERT_EQ(windows.size(), 1U);
    const auto terms = runtime_.counters().terms;
    faults_.force(Fault::UnavailableLost);
    const auto lost = submit(order());
    steps();
    EXPECT_TRUE(says(lost, 503, "OUTCOME_UNKNOWN"));
    pass(Duration::seconds(1));
    steps();
    EXPECT_EQ(runtime_.counters().terms, terms + 1);
    EXPECT_EQ(runtime_.state().windows, windows);
}

TEST_F(RuntimeAlone, WaitsForAReplyNoLongerThanTheDeadline) {
    start();
    const auto usual = submit(order());
    const auto hurried = submit(order(), resilience::Deadline::after(time_, Duration::seconds(2)));
    steps();
    pass(Duration::seconds(2));
    steps();
    EXPECT_EQ(replies_.at(hurried).status, 202);
    EXPECT_FALSE(replies_.contains(usual));
    pass(Duration::seconds(3));
    steps();
    EXPECT_EQ(replies_.at(usual).status, 202);
}

TEST_F(RuntimeAlone, RecordsAuditEventsOnceAndInOrderDespiteFailedCommits) {
    start();
    int number = 0;
    std::vector<int> given;
    for (const Fault fault : {Fault::UnavailableLost, Fault::UnavailableKept, Fault::LoadFails}) {
        for (int i = 0; i < 3; ++i) {
            ASSERT_TRUE(record(number));
            given.push_back(number++);
        }
        faults_.force(fault);
        if (fault == Fault::LoadFails) faults_.force(Fault::UnavailableKept);
        (void)runtime_.step(now());
        ASSERT_TRUE(record(number));  // The store is unavailable now.
        given.push_back(number++);
        pass(Duration::seconds(1));
        steps();
        pass(Duration::seconds(1));
        steps();
        EXPECT_EQ(runtime_.status(), Status::Running);
        EXPECT_EQ(audit_events(), given);
        EXPECT_EQ(runtime_.audit_events_waiting(), 0U);
    }
}

TEST_F(RuntimeAlone, KeepsABoundedNumberOfAuditEvents) {
    start();
    faults_.force(Fault::UnavailableLost, 1'000'000);
    for (std::size_t i = 0; i < runtime::kAuditEventsMax; ++i)
        ASSERT_TRUE(record(static_cast<int>(i)));
    EXPECT_FALSE(record(-1));
    (void)runtime_.step(now());
    EXPECT_EQ(runtime_.status(), Status::Down);
    EXPECT_FALSE(record(-1)) << "The waiters of the failed batch still wait.";
    faults_.stop();
    pass(Duration::seconds(1));
    steps();
    EXPECT_EQ(audit_events().size(), runtime::kAuditEventsMax);
    EXPECT_TRUE(record(0));
}

// @spec:I6
TEST_F(RuntimeAlone, WaitsForACommitThatCompletesLater) {
    start();
    const auto head = runtime_.head();
    const auto reported = records_reported_;
    late_.held = true;
    const auto sent = submit(order());
    EXPECT_FALSE(runtime_.step(now())) << "There is nothing to do before the result.";
    EXPECT_TRUE(runtime_.is_committing());
    EXPECT_EQ(runtime_.head(), head);
    EXPECT_EQ(runtime_.status(), Status::Running);
    const auto waiting = submit(order());
    EXPECT_FALSE(runtime_.step(now()));
    EXPECT_EQ(exchange_.placed, 0) << "I1";
    EXPECT_FALSE(replies_.contains(sent));
    EXPECT_EQ(records_reported_, reported);
    EXPECT_GT(runtime_.wake_after(now()), Duration());
    late_.held = false;
    late_.complete();
    EXPECT_EQ(woken_, 1);
    EXPECT_EQ(exchange_.placed, 0) << "The next step takes the result.";
    EXPECT_TRUE(runtime_.step(now()));
    EXPECT_EQ(exchange_.placed, 1);
    EXPECT_FALSE(runtime_.is_committing()) << "Readers get their turn before the next batch.";
    steps();
    EXPECT_EQ(exchange_.placed, 2);
    EXPECT_EQ(runtime_.state().accounts.at(kAccount).orders.size(), 2U);
    EXPECT_FALSE(replies_.contains(waiting));
    EXPECT_EQ(checker_.violations().count(), 0U);
}

// @spec:I6
TEST_F(RuntimeAlone, EndsTheProcessWhenTheStateIsReadDuringACommit) {
    GTEST_FLAG_SET(death_test_style, "threadsafe");
    start();
    late_.held = true;
    submit(order());
    (void)runtime_.step(now());
    EXPECT_DEATH((void)runtime_.state(), "CHECK failed");
    late_.complete();
}

TEST_F(RuntimeAlone, EndsTheProcessWhenAToolsStoreCompletesLater) {
    GTEST_FLAG_SET(death_test_style, "threadsafe");
    late_.held = true;
    EXPECT_DEATH((void)late_.commit_now({}), "CHECK failed");
}

// @spec:I7
TEST_F(RuntimeAlone, IsFencedByALateConflict) {
    start();
    late_.held = true;
    const auto sent = submit(order());
    (void)runtime_.step(now());
    SilentExchange other_exchange;
    runtime::Runtime other({.shard = 0,
                            .software = "test",
                            .policy = {},
                            .instruments = model::builtin_instruments(),
                            .next_incarnation = [this] { return ++incarnation_; },
                            .batch_max = 256},
                           {store_, other_exchange, market_, *this, renderer_});
    ASSERT_EQ(other.start(now()), Status::Running);
    late_.held = false;
    late_.complete();
    steps();
    EXPECT_EQ(runtime_.status(), Status::Fenced);
    EXPECT_TRUE(says(sent, 503, "OUTCOME_UNKNOWN"));
    EXPECT_EQ(exchange_.placed, 0) << "I1";
    EXPECT_EQ(checker_.violations().count(), 0U);
}

TEST_F(RuntimeAlone, DiscardsABatchWhoseLateResultIsAFailure) {
    start();
    const auto head = runtime_.head();
    late_.held = true;
    const auto sent = submit(order());
    (void)runtime_.step(now());
    const auto waiting = submit(order());
    faults_.force(Fault::UnavailableLost);
    late_.held = false;
    late_.complete();
    EXPECT_FALSE(runtime_.step(now()));
    EXPECT_TRUE(says(sent, 503, "OUTCOME_UNKNOWN"));
    EXPECT_TRUE(says(waiting, 503, "SERVICE_UNAVAILABLE"));
    EXPECT_EQ(runtime_.wake_after(now()), Duration());
    steps();
    EXPECT_EQ(runtime_.status(), Status::Running) << "A new term began.";
    EXPECT_EQ(exchange_.placed, 0);
    EXPECT_TRUE(runtime_.state().accounts.at(kAccount).orders.empty());
    EXPECT_GT(runtime_.head().epoch, head.epoch);
    EXPECT_EQ(checker_.violations().count(), 0U);
}

TEST_F(RuntimeAlone, RepliesInTimeWhileACommitIsInProgress) {
    start();
    late_.held = true;
    const auto sent = submit(order());
    (void)runtime_.step(now());
    const auto waiting = submit(order(), resilience::Deadline::after(time_, Duration::seconds(2)));
    pass(Duration::seconds(3));
    (void)runtime_.step(now());
    EXPECT_TRUE(says(waiting, 504, "TIMEOUT"));
    EXPECT_FALSE(replies_.contains(sent));
    pass(Duration::seconds(3));
    (void)runtime_.step(now());
    EXPECT_TRUE(says(sent, 503, "OUTCOME_UNKNOWN"));
    late_.held = false;
    late_.complete();
    steps();
    EXPECT_EQ(exchange_.placed, 1) << "It was recorded in the end.";
    EXPECT_EQ(checker_.violations().count(), 0U);
}

TEST_F(RuntimeAlone, BeginsATermWithACommitThatCompletesLater) {
    late_.held = true;
    EXPECT_EQ(runtime_.start(now()), Status::Down);
    EXPECT_TRUE(runtime_.is_committing());
    EXPECT_TRUE(says(submit(order()), 503, "SERVICE_UNAVAILABLE"));
    late_.complete();
    (void)runtime_.step(now());
    EXPECT_EQ(runtime_.status(), Status::Running);
    EXPECT_EQ(runtime_.head().epoch, 1U);
}

TEST_F(RuntimeAlone, RetriesLaterAfterTheLateFailureOfTheFirstCommit) {
    late_.held = true;
    (void)runtime_.start(now());
    faults_.force(Fault::UnavailableLost);
    late_.held = false;
    late_.complete();
    EXPECT_FALSE(runtime_.step(now()));
    EXPECT_EQ(runtime_.status(), Status::Down);
    EXPECT_EQ(runtime_.wake_after(now()), Duration::milliseconds(500));
    pass(Duration::milliseconds(500));
    steps();
    EXPECT_EQ(runtime_.status(), Status::Running);
}

TEST_F(RuntimeAlone, KnowsTheOwnersOfDurableAccountsDuringACommit) {
    start();
    late_.held = true;
    const model::AccountId other("other");
    submit(model::OpenAccount{
        origin(), other, model::Market::Futures, model::Asset("USDT"), model::Money::whole(10)});
    (void)runtime_.step(now());
    EXPECT_EQ(runtime_.owner_of(kAccount), model::Owner("olga"));
    EXPECT_EQ(runtime_.owner_of(other), std::nullopt);
    late_.complete();
    (void)runtime_.step(now());
    EXPECT_EQ(runtime_.owner_of(other), model::Owner("olga"));
}

}  // namespace
}  // namespace botcore::sim
