// Tests of the checkers: each test installs one broken part and expects the right invariant to be
// reported. The core itself is never broken: a checker must find faults of the parts around it.

#include "ports/forwarding_store.hpp"
#include "sim/world/world.hpp"

#include <gtest/gtest.h>

namespace botcore::sim {

namespace {

using model::Duration;

/// A plan with many lost replies and crashes, so that broken parts take effect.
Plan rough_plan(VenueMode mode = VenueMode::Exchange) {
    Plan plan = calm_plan(mode);
    plan.seed = 7;
    plan.trading_clients = true;
    plan.clients = 6;
    plan.length = Duration::seconds(40);
    plan.per_mille[static_cast<std::size_t>(Fault::ReplyLost)] = 200;
    plan.per_mille[static_cast<std::size_t>(Fault::CrashIdle)] = 100;
    return plan;
}

std::string texts(const checkers::Violations& violations) {
    std::string all;
    for (const auto& violation : violations.list()) {
        all += violation.invariant + ": " + violation.text + "\n";
    }
    return all;
}

/// Runs the broken world and expects `invariant` among the violations.
void expect_caught(const Plan& plan, Parts parts, const std::string& invariant) {
    World world(plan, false, std::move(parts));
    world.boot();
    world.run_for(plan.length);
    if (!world.violations().names(invariant)) world.quiet();
    EXPECT_TRUE(world.violations().names(invariant)) << invariant << " not among:\n"
                                                     << texts(world.violations());
}

template <class T>
Parts with_link() {
    Parts parts;
    parts.link = [](Context& context, VenueServer& server, std::shared_ptr<Process> process) {
        return std::make_unique<T>(context, server, std::move(process));
    };
    return parts;
}

template <class T>
Parts with_store() {
    Parts parts;
    parts.store = [](Context& context, SimStore& store) -> std::unique_ptr<ports::Store> {
        return std::make_unique<T>(context, store);
    };
    return parts;
}

/// Sends a placement a second time when no reply arrives for a while.
class ResendingLink final : public Link {
public:
    ResendingLink(Context& context, VenueServer& server, std::shared_ptr<Process> process)
        : Link(context, server, std::move(process)),
          queue_(context.queue) {}

    void place(const model::OrderInstruction& instruction) override {
        Link::place(instruction);
        queue_.after(Duration::milliseconds(1'500), [this, instruction] {
            if (!process()->dead) write(instruction);
        });
    }

private:
    EventQueue& queue_;
};

/// Forwards everything, but alters each report.
class BrokenSink : public ports::ExchangeSink {
public:
    void on_report(model::OrderReport report) override {
        spoil(report);
        sink->on_report(std::move(report));
    }

    void on_order_found(model::VenueOrder order) override {
        spoil(order.report);
        sink->on_order_found(std::move(order));
    }

    void on_reconciled(const model::AccountId& account,
                       std::optional<model::VenueBooks> books) override {
        sink->on_reconciled(account, std::move(books));
    }

    virtual void spoil(model::OrderReport& report) = 0;

    ports::ExchangeSink* sink = nullptr;
};

/// Treats a missing reply as a rejection: "no reply" becomes "rejected".
class SilenceIsRejectionSink final : public BrokenSink {
public:
    void spoil(model::OrderReport& report) override {
        if (report.kind == model::ReportKind::NoAnswer) report.kind = model::ReportKind::Rejected;
    }
};

/// Renumbers trades, so that a duplicate report looks like two fills.
class RenumberingSink final : public BrokenSink {
public:
    void spoil(model::OrderReport& report) override {
        for (auto& trade : report.trades)
            trade.id += ++count_;
    }

private:
    std::uint64_t count_ = 0;
};

/// Sends stops that are too large and may open a position.
class OpeningStopsLink final : public Link {
public:
    using Link::Link;

    void place(const model::OrderInstruction& instruction) override {
        model::OrderInstruction sent = instruction;
        if (sent.stop_price && sent.reduce_only == model::ReduceOnly::Yes) {
            sent.reduce_only = model::ReduceOnly::No;
            sent.quantity += sent.quantity;
        }
        write(sent);
    }
};

/// Loses fills on their way to the core.
class FillLosingSink final : public BrokenSink {
public:
    void spoil(model::OrderReport& report) override {
        if (report.trades.size() == 1 && report.trades.front().id % 3 == 0) report.trades.clear();
    }
};

/// A connection that receives everything through a broken `Sink`.
template <class Sink>
class BrokenSinkLink final : public Link {
public:
    using Link::Link;

    void place(const model::OrderInstruction& instruction) override {
        put_in();
        Link::place(instruction);
    }

    void reconcile(const ports::AccountProjection& projection) override {
        put_in();
        Link::reconcile(projection);
    }

private:
    void put_in() {
        if (process()->sink == &sink_) return;
        sink_.sink = process()->sink;
        process()->sink = &sink_;
    }

    Sink sink_;
};

/// Broken stores override one function.
class StoreWrapper : public ports::ForwardingStore {
public:
    StoreWrapper(Context& context, SimStore& store)
        : ForwardingStore(store),
          context_(context),
          store_(store) {}

protected:
    Context& context_;
    SimStore& store_;
};

/// Acknowledges at once and writes later.
class WriteBehindStore final : public StoreWrapper {
public:
    using StoreWrapper::StoreWrapper;

    void commit(const ports::Batch& batch, ports::CommitDone done) override {
        context_.queue.after(Duration(), [this, batch] { store_.commit(batch, [](auto) {}); });
        done(ports::CommitResult::Committed);
    }
};

/// Acknowledges every 40th batch without storing it.
class ForgetfulStore final : public StoreWrapper {
public:
    using StoreWrapper::StoreWrapper;

    void commit(const ports::Batch& batch, ports::CommitDone done) override {
        if (++count_ % 40 == 0) return done(ports::CommitResult::Committed);
        store_.commit(batch, std::move(done));
    }

private:
    std::uint64_t count_ = 0;
};

/// Loses the balance rows of some batches, as if their commits were only partially written.
class TornStore final : public StoreWrapper {
public:
    using StoreWrapper::StoreWrapper;

    void commit(const ports::Batch& batch, ports::CommitDone done) override {
        ports::Batch torn = batch;
        if (!torn.balances.empty() && ++count_ % 5 == 0) torn.balances.clear();
        store_.commit(torn, std::move(done));
    }

private:
    std::uint64_t count_ = 0;
};

/// Accepts every batch without comparing its expected head.
class HeadlessStore final : public StoreWrapper {
public:
    using StoreWrapper::StoreWrapper;

    void commit(const ports::Batch& batch, ports::CommitDone done) override {
        ports::Batch forced = batch;
        forced.expected = store_.head().value();
        forced.epoch = std::max(forced.epoch, forced.expected.epoch);
        store_.commit(forced, [done](auto) { done(ports::CommitResult::Committed); });
    }
};

/// Corrupts the stored hash of a record.
class BadHashStore final : public StoreWrapper {
public:
    using StoreWrapper::StoreWrapper;

    void commit(const ports::Batch& batch, ports::CommitDone done) override {
        ports::Batch bad = batch;
        bad.entries.front().hash[0] ^= 1U;
        store_.commit(bad, std::move(done));
    }
};

/// Has forgotten the bytes of every stored reply, as if it had expired.
class ForgettingReader final : public ports::ForwardingReader {
public:
    using ForwardingReader::ForwardingReader;

    ports::StoreResult<std::optional<ports::KeyRow>> find_key(
        const model::Owner& owner, const model::IdempotencyKey& key) override {
        auto row = ForwardingReader::find_key(owner, key);
        if (!row || !row.value()) return row;
        ports::KeyRow changed = *row.value();
        changed.body.clear();
        return std::optional(std::move(changed));
    }
};

class ForgettingStore final : public StoreWrapper {
public:
    ForgettingStore(Context& context, SimStore& store)
        : StoreWrapper(context, store),
          forgetting_(store.reader()) {}

    ports::StoreReader& reader() override { return forgetting_; }

private:
    ForgettingReader forgetting_;
};

/// Does not report what is wrong with the store.
class SilentStore final : public StoreWrapper {
public:
    using StoreWrapper::StoreWrapper;

    ports::StoreResult<ports::OpenState> load() override {
        auto loaded = store_.load();
        if (!loaded) return loaded;
        ports::OpenState silent = std::move(loaded).value();
        silent.doubts.clear();
        silent.behind.clear();
        return silent;
    }
};

/// Stores reply bytes for a key that differ from those to be committed.
class OtherBytesStore final : public StoreWrapper {
public:
    using StoreWrapper::StoreWrapper;

    void commit(const ports::Batch& batch, ports::CommitDone done) override {
        ports::Batch other = batch;
        for (auto& row : other.keys)
            row.body += " ";
        store_.commit(other, std::move(done));
    }
};

}  // namespace

TEST(CheckerMutation, ResendingAfterATimeOutBreaksI13) {
    expect_caught(rough_plan(), with_link<ResendingLink>(), "I13");
}

TEST(CheckerMutation, TreatingAMissingReplyAsARejectionBreaksI3) {
    Plan plan = rough_plan();
    plan.per_mille[static_cast<std::size_t>(Fault::ReplyLost)] = 500;
    plan.per_mille[static_cast<std::size_t>(Fault::StreamLost)] = 700;
    plan.per_mille[static_cast<std::size_t>(Fault::CrashIdle)] = 0;
    expect_caught(plan, with_link<BrokenSinkLink<SilenceIsRejectionSink>>(), "I3");
}

TEST(CheckerMutation, BookingATradeUnderAnotherNumberBreaksI4) {
    expect_caught(rough_plan(), with_link<BrokenSinkLink<RenumberingSink>>(), "I4");
}

TEST(CheckerMutation, LosingFillsBreaksI4) {
    expect_caught(rough_plan(), with_link<BrokenSinkLink<FillLosingSink>>(), "I4");
}

TEST(CheckerMutation, WritingAfterAcknowledgingBreaksI1AndI6) {
    expect_caught(rough_plan(), with_store<WriteBehindStore>(), "I1");
    expect_caught(rough_plan(), with_store<WriteBehindStore>(), "I6");
}

TEST(CheckerMutation, LosingAnAcknowledgedBatchBreaksI6) {
    expect_caught(rough_plan(), with_store<ForgetfulStore>(), "I6");
}

TEST(CheckerMutation, WritingABatchPartiallyBreaksI10) {
    expect_caught(rough_plan(), with_store<TornStore>(), "I10");
}

TEST(CheckerMutation, CommittingWithoutComparingTheHeadBreaksI7) {
    Plan plan = rough_plan();
    plan.per_mille[static_cast<std::size_t>(Fault::TakeOver)] = 300;
    expect_caught(plan, with_store<HeadlessStore>(), "I7");
}

TEST(CheckerMutation, ACorruptHashBreaksI12) {
    expect_caught(rough_plan(), with_store<BadHashStore>(), "I12");
}

TEST(CheckerMutation, ReplyingWithOtherThanTheStoredBytesBreaksI6) {
    expect_caught(rough_plan(), with_store<OtherBytesStore>(), "I6");
}

TEST(CheckerMutation, ExpiringANewReplyBreaksI8) {
    expect_caught(rough_plan(), with_store<ForgettingStore>(), "I8");
}

TEST(CheckerMutation, TradingOnAnAccountInDoubtBreaksI13) {
    Plan plan = rough_plan();
    plan.per_mille[static_cast<std::size_t>(Fault::StoreInDoubt)] = 200;
    expect_caught(plan, with_store<SilentStore>(), "I13");
}

TEST(CheckerMutation, TradingOnAStoreBehindItsArchiveBreaksI9) {
    Plan plan = rough_plan();
    plan.per_mille[static_cast<std::size_t>(Fault::StoreBehind)] = 200;
    expect_caught(plan, with_store<SilentStore>(), "I9");
}

TEST(CheckerMutation, UsingAnIncarnationTwiceBreaksI2) {
    Parts parts;
    parts.incarnation = [](std::uint64_t) { return std::uint64_t{42}; };
    expect_caught(rough_plan(), std::move(parts), "I2");
}

TEST(CheckerMutation, AWorldWithoutBrokenPartsHasNoViolations) {
    const Plan plan = rough_plan();
    World world(plan);
    world.boot();
    world.run_for(plan.length);
    world.quiet();
    EXPECT_EQ(world.violations().count(), 0U) << texts(world.violations());
}

TEST(CheckerMutation, DetectsAStopThatOpensAPosition) {
    Plan plan = rough_plan();
    plan.seed = 1;  // Its stops trigger.
    plan.per_mille.fill(0);
    plan.clients = 8;
    plan.length = Duration::seconds(200);
    expect_caught(plan, with_link<OpeningStopsLink>(), "S2");
}

}  // namespace botcore::sim
