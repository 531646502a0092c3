// A rebuild ends at the first damaged record of the journal, or when a store fails.

#include "runtime/rebuild.hpp"

#include "ports/forwarding_store.hpp"
#include "protocol/journal.hpp"
#include "sim/world/world.hpp"

#include <gtest/gtest.h>

namespace botcore::sim {
namespace {

using model::Duration;
using ports::JournalEntry;
using ports::StoreError;
using runtime::RebuildError;
using Kind = runtime::RebuildError::Kind;

/// The simulated store, whose journal pages cannot be read after a given point.
class FailingReader final : public ports::ForwardingReader {
public:
    using ForwardingReader::ForwardingReader;

    ports::StoreResult<std::vector<JournalEntry>> journal(model::Sequence first,
                                                          std::size_t limit) override {
        if (!readable) return base::Failure{StoreError::Unavailable};
        return ForwardingReader::journal(first, limit);
    }

    base::Outcome<StoreError> begin_snapshot() override {
        if (!opens) return base::Failure{StoreError::Unavailable};
        ++snapshots;
        return ForwardingReader::begin_snapshot();
    }

    void end_snapshot() override {
        --snapshots;
        ForwardingReader::end_snapshot();
    }

    bool opens = true;
    bool readable = true;
    int snapshots = 0;
};

/// An empty store to rebuild rows in.
struct Scratch {
    checkers::Checker checker{checkers::Assumptions::Hold};
    Faults faults{Plan{}, base::Random(1)};
    SimStore store{checker, faults};

    [[nodiscard]] bool is_empty() {
        return store.head().value() == model::Head{} && store.table<model::Account>().empty();
    }
};

class Rebuild : public testing::Test {
protected:
    Rebuild() {
        world_.boot();
        world_.run_for(Duration::seconds(1));
        model::OpenAccount account;
        account.origin = {Clients::kAlice, {}, {}};
        account.account = Clients::kAliceFutures;
        account.market = model::Market::Futures;
        account.quote = model::Asset("USDT");
        account.deposit = model::Money::whole(100'000);
        (void)world_.clients().call(account);
        world_.run_for(Duration::seconds(1));
        model::PlaceOrder order;
        order.origin = account.origin;
        order.account = account.account;
        order.instrument = {account.market, model::Symbol("BTCUSDT")};
        order.quantity = model::Quantity::from_units(1'000'000);
        for (int i = 0; i < 3; ++i) {
            (void)world_.clients().call(order);
            world_.run_for(Duration::seconds(1));
        }
        model::ScheduleMaintenance window;
        window.origin = account.origin;
        window.begin = world_.local_now().time + Duration::seconds(3'600);
        window.end = window.begin + Duration::seconds(600);
        window.emergency = true;
        (void)world_.clients().call(window);
        world_.run_for(Duration::seconds(1));
        entries_ = world_.store().journal(1, 10'000).value();
        middle_ = entries_.size() / 2;
    }

    [[nodiscard]] runtime::ReplyOf replies() {
        return [this](const model::KeyEntry& entry) -> std::optional<std::string> {
            const auto* row = world_.store().key_row({entry.owner, entry.key});
            return row == nullptr ? std::optional<std::string>() : row->body;
        };
    }

    static base::Result<model::Head, RebuildError> rebuild_rows(
        const std::vector<JournalEntry>& entries,
        const runtime::ReplyOf& reply_of,
        SimStore& into) {
        runtime::Rebuild work(into);
        (void)TRY(work.begin());
        for (const auto& entry : entries)
            (void)TRY(work.add(entry, reply_of));
        (void)TRY(work.finish());
        return work.head();
    }

    /// The error that ends a rebuild from these entries. Expects that nothing was written (R1).
    RebuildError error_of(const std::vector<JournalEntry>& entries,
                          const runtime::ReplyOf& reply_of) {
        Scratch scratch;
        const auto made = rebuild_rows(entries, reply_of, scratch.store);
        EXPECT_TRUE(scratch.is_empty());
        EXPECT_FALSE(made.has_value());
        if (made) return {};
        EXPECT_FALSE(made.error().text.empty());
        return made.error();
    }

    World world_{calm_plan(VenueMode::Paper)};
    std::vector<JournalEntry> entries_;
    std::size_t middle_ = 0;
};

TEST_F(Rebuild, RebuildsTheSameRowsFromACompleteJournal) {
    ASSERT_GT(entries_.size(), 8U);
    ASSERT_EQ(world_.store().rows().windows.size(), 1U);
    Scratch scratch;
    const auto made = rebuild_rows(entries_, replies(), scratch.store);
    ASSERT_TRUE(made.has_value()) << made.error().text;
    EXPECT_EQ(made.value(), world_.store().head().value());
    EXPECT_EQ(runtime::state_hash(scratch.store).value(),
              runtime::state_hash(world_.store()).value());
}

// @spec:TC-REL-010
TEST_F(Rebuild, EndsAtARecordWhoseBytesWereChanged) {
    const model::Sequence at = entries_[middle_].sequence;
    const auto damaged = [&](const std::function<void(JournalEntry&)>& damage) {
        auto entries = entries_;
        damage(entries[middle_]);
        const RebuildError error = error_of(entries, replies());
        EXPECT_EQ(error.sequence, at);
        return error.kind;
    };
    EXPECT_EQ(damaged([](JournalEntry& entry) { entry.bytes = "\x02\xff"; }), Kind::Unreadable);
    EXPECT_EQ(damaged([](JournalEntry& entry) { entry.bytes[0] = '\x7f'; }), Kind::Unreadable);
    EXPECT_EQ(damaged([](JournalEntry& entry) { entry.hash[0] ^= 1; }), Kind::HashMismatch);
    EXPECT_EQ(damaged([](JournalEntry& entry) { entry.epoch += 1; }), Kind::ChainBroken);
}

// @spec:TC-REL-010
TEST_F(Rebuild, DetectsARecordRewrittenWithItsHashAtTheNextRecord) {
    auto entries = entries_;
    JournalEntry& forged = entries[middle_];
    model::Record record = protocol::decode_record(forged.bytes).value();
    record.input.time = record.input.time + Duration::microseconds(1);
    forged.bytes = protocol::encode(record);
    forged.hash = protocol::hash_of(forged.bytes);
    const RebuildError error = error_of(entries, replies());
    EXPECT_EQ(error.kind, Kind::ChainBroken);
    EXPECT_EQ(error.sequence, forged.sequence + 1);
}

// @spec:TC-REL-010
TEST_F(Rebuild, RefusesDuplicateMissingAndReorderedRecords) {
    const auto place = entries_.begin() + static_cast<std::ptrdiff_t>(middle_);
    auto missing = entries_;
    missing.erase(missing.begin() + static_cast<std::ptrdiff_t>(middle_));
    auto twice = entries_;
    twice.insert(twice.begin() + static_cast<std::ptrdiff_t>(middle_), *place);
    auto misplaced = entries_;
    misplaced[middle_].sequence += 1;
    for (const auto& [entries, at] :
         {std::pair{missing, place->sequence + 1}, {twice, place->sequence}}) {
        const RebuildError error = error_of(entries, replies());
        EXPECT_EQ(error.kind, Kind::SequenceGap);
        EXPECT_EQ(error.sequence, at);
    }
    EXPECT_EQ(error_of(misplaced, replies()).kind, Kind::SequenceGap);
}

TEST_F(Rebuild, FailsWhenAReplyIsMissing) {
    const auto nothing = [](const model::KeyEntry&) { return std::optional<std::string>(); };
    EXPECT_EQ(error_of(entries_, nothing).kind, Kind::ReplyMissing);
}

TEST_F(Rebuild, KeepsTheKeyOfAnExpiredReplyWithAnEmptyBody) {
    const auto blank = [](const model::KeyEntry&) { return std::optional<std::string>(""); };
    Scratch rebuilt;
    EXPECT_TRUE(rebuild_rows(entries_, blank, rebuilt.store).has_value());
}

TEST_F(Rebuild, EndsWhenTheTargetStoreFails) {
    Scratch unread;
    unread.faults.force(Fault::LoadFails);
    const auto not_begun = rebuild_rows(entries_, replies(), unread.store);
    ASSERT_FALSE(not_begun.has_value());
    EXPECT_EQ(not_begun.error().kind, Kind::Store);
    EXPECT_TRUE(unread.is_empty());
    Scratch full;
    full.faults.force(Fault::UnavailableLost);
    const auto not_taken = rebuild_rows(entries_, replies(), full.store);
    ASSERT_FALSE(not_taken.has_value());
    EXPECT_EQ(not_taken.error().kind, Kind::Store);
    EXPECT_EQ(not_taken.error().sequence, 1U);
    EXPECT_TRUE(full.is_empty());
}

TEST_F(Rebuild, WritesNothingAndClosesTheSnapshotWhenReadingFails) {
    FailingReader reader(world_.store());
    const model::Sequence last = entries_.back().sequence;
    const auto refolded = [&](model::Sequence up_to) {
        Scratch scratch;
        const auto made = runtime::replay_journal(reader, scratch.store, up_to, {});
        EXPECT_FALSE(made.has_value());
        EXPECT_TRUE(scratch.is_empty());
        EXPECT_EQ(reader.snapshots, 0);
        return made ? RebuildError() : made.error();
    };
    const RebuildError beyond = refolded(last + 5);
    EXPECT_EQ(beyond.kind, Kind::SequenceGap);
    EXPECT_EQ(beyond.sequence, last + 1);
    reader.readable = false;
    const RebuildError unreadable = refolded(last);
    EXPECT_EQ(unreadable.kind, Kind::Store);
    EXPECT_EQ(unreadable.sequence, 1U);
    reader.opens = false;
    EXPECT_EQ(refolded(last).kind, Kind::Store);
    EXPECT_EQ(runtime::state_hash(reader).error(), StoreError::Unavailable);
    reader.opens = reader.readable = true;
    Scratch scratch;
    EXPECT_TRUE(runtime::replay_journal(reader, scratch.store, last, {}).has_value());
    EXPECT_EQ(reader.snapshots, 0);
}

}  // namespace
}  // namespace botcore::sim
