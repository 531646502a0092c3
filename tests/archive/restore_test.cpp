// A restore reproduces the store at the chosen point exactly, regardless of the objects it is built
// from.

#include "base/random.hpp"
#include "base/time_text.hpp"
#include "services/archive/archive_service.hpp"
#include "tests/archive/archive_world.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <map>
#include <thread>

namespace botcore::archive_tests {
namespace {

using Kind = archive::ArchiveError::Kind;
using base::Duration;
using testing::HasSubstr;

class Restores : public testing::Test {
protected:
    std::filesystem::path file(const std::string& name) { return folder_.file(name); }

    /// Restores into a scratch file; `warnings_` holds the warnings of the restore.
    archive::ArchiveResult<archive::Restored> restore(Vault& vault,
                                                      const archive::RestoreTarget& moment) {
        warnings_.clear();
        return archive::restore_into(
            vault.archive, moment, place_of(file("made.db")), {}, warnings_);
    }

    scratch::TemporaryFolder folder_;
    std::vector<archive::ArchiveError> warnings_;
};

std::size_t restores_wanted() {
    const char* const text = std::getenv("BOTTEST_RESTORES");
    return text == nullptr ? 50 : std::strtoul(text, nullptr, 10);
}

// @spec:TC-REL-014 @spec:R3-BKP-06 @spec:R3-AC-17
TEST_F(Restores, EqualTheHistoryAtRandomPoints) {
    const std::size_t wanted = restores_wanted();
    Vault vault(file("vault"));
    TradingStore store(file("store.db"), vault, 7);
    base::Random random(11);
    std::map<model::Sequence, std::string> moments;
    for (std::size_t i = 0; i < wanted; ++i) {
        store.trade(1 + random.below(6));
        moments[store.head().sequence] = store.hash();
        if (random.below(3) == 0) store.ship();
        if (i % 17 == 5) store.snapshot(kNow + Duration::seconds(static_cast<int>(i)));
    }
    store.ship();
    std::size_t from_snapshot = 0;
    for (const auto& [sequence, hash] : moments) {
        const auto restored = restore(vault, {.sequence = sequence});
        ASSERT_TRUE(restored) << restored.error().object << restored.error().text;
        ASSERT_EQ(restored.value().head.sequence, sequence);
        ASSERT_EQ(restored.value().state_hash, hash) << "at record " << sequence;
        from_snapshot += restored.value().base ? 1U : 0U;
    }
    EXPECT_EQ(moments.size(), wanted);
    EXPECT_GT(from_snapshot, 0U);
    EXPECT_LT(from_snapshot, moments.size());
    RecordProperty("restores_equal", static_cast<int>(moments.size()));
    std::printf("restores_equal %zu of %zu\n", moments.size(), wanted);
}

TEST_F(Restores, ToATimeIncludeAllRecordsUntilThen) {
    Vault vault(file("vault"));
    TradingStore store(file("store.db"), vault, 7);
    store.trade(20);
    const model::Head before = store.head();
    const std::string hash = store.hash();
    store.trade(20);
    store.ship();
    const auto later = store.reader().journal(before.sequence + 1, 1);
    ASSERT_TRUE(later && !later.value().empty());
    const auto restored =
        restore(vault, {.time = later.value().front().time - Duration::microseconds(1)});
    ASSERT_TRUE(restored);
    if (later.value().front().time > before.time) {
        EXPECT_EQ(restored.value().head, before);
        EXPECT_EQ(restored.value().state_hash, hash);
    }
    EXPECT_LE(restored.value().head.time, later.value().front().time);
    EXPECT_FALSE(restored.value().is_newest);
    const auto all = restore(vault, {.time = kNow + Duration::seconds(1'000'000'000)});
    ASSERT_TRUE(all);
    EXPECT_EQ(all.value().head, store.head());
    EXPECT_TRUE(all.value().is_newest);
}

TEST_F(Restores, AreRefusedBeyondTheArchivedRecords) {
    Vault vault(file("vault"));
    EXPECT_EQ(restore(vault, {}).error().kind, Kind::Missing);
    TradingStore store(file("store.db"), vault, 7);
    store.trade(5);
    store.ship();
    const auto beyond = restore(vault, {.sequence = store.head().sequence + 1});
    ASSERT_FALSE(beyond);
    EXPECT_EQ(beyond.error().kind, Kind::OutOfRange);
    EXPECT_THAT(beyond.error().text,
                HasSubstr("the archive has records 1 to " + std::to_string(store.head().sequence) +
                          " of " + base::to_iso8601(store.head().time)));
    EXPECT_EQ(restore(vault, {.timeline = 2}).error().kind, Kind::OutOfRange);
    EXPECT_FALSE(std::filesystem::exists(file("made.db")));
}

TEST_F(Restores, AreRefusedForATimeBeforeTheFirstRecord) {
    Vault vault(file("vault"));
    TradingStore store(file("store.db"), vault, 7);
    store.trade(5);
    store.ship();
    const auto first = store.reader().journal(1, 1);
    ASSERT_TRUE(first);
    const base::Timestamp begun = first.value().front().time;
    const std::string range = "records 1 of " + base::to_iso8601(begun) + " to " +
                              std::to_string(store.head().sequence) + " of " +
                              base::to_iso8601(store.head().time);
    const auto refused = [&] {
        const auto early = restore(vault, {.time = begun - Duration::microseconds(1)});
        return early ? std::string("restored") : early.error().text;
    };
    EXPECT_THAT(refused(), HasSubstr(range)) << "from segments";
    EXPECT_EQ(restore(vault, {.time = base::Timestamp()}).error().kind, Kind::OutOfRange);
    EXPECT_TRUE(restore(vault, {.time = begun}));
    // The same error when only a snapshot has the first records.
    store.snapshot(kNow);
    const auto segments = vault.archive.segments(1, 1);
    for (const auto& name : segments.value())
        ASSERT_TRUE(vault.archive.remove(to_text(name)));
    EXPECT_THAT(refused(), HasSubstr(range)) << "from a snapshot";
    EXPECT_FALSE(std::filesystem::exists(file("made.db")));
}

// @spec:R3-BKP-02
TEST_F(Restores, UseASnapshotThatWasTakenUnderLoad) {
    Vault vault(file("vault"));
    TradingStore store(file("store.db"), vault, 7);
    store.trade(200);
    const std::filesystem::path copy = file("copy.db");
    std::atomic<bool> copied = false;
    std::thread copier([&] {
        copied = stores().copy(store.path(), copy, ports::CopyPace::Gentle, {}).has_value();
    });
    for (int i = 0; i < 30; ++i)
        store.trade(10);
    copier.join();
    ASSERT_TRUE(copied);
    store.ship();
    const auto snapshot = archive::put_snapshot(vault.archive, place_of(copy), kNow, {});
    ASSERT_TRUE(snapshot);
    EXPECT_LE(snapshot.value().name.sequence, store.head().sequence);
    const auto verified = archive::verify_snapshot(
        vault.archive, snapshot.value().name, place_of(file("scratch.db")), kNow, {});
    ASSERT_TRUE(verified) << verified.error().text;
    EXPECT_TRUE(vault.archive.snapshots(1).value().front().verified);
    const auto newest = restore(vault, {});
    ASSERT_TRUE(newest);
    EXPECT_EQ(newest.value().base, snapshot.value().name);
    EXPECT_EQ(newest.value().state_hash, store.hash());
}

TEST_F(Restores, ReadOldRecordsFromALaterSnapshotAfterTheirSegmentsAreRemoved) {
    Vault vault(file("vault"));
    TradingStore store(file("store.db"), vault, 7);
    store.trade(15);
    const model::Head early = store.head();
    const std::string hash = store.hash();
    store.trade(15);
    store.ship();
    store.snapshot(kNow - Duration::seconds(10 * 86'400));
    ASSERT_TRUE(archive::verify_snapshot(vault.archive,
                                         vault.archive.snapshots(1).value().front().name,
                                         place_of(file("scratch.db")),
                                         kNow,
                                         {}));
    const auto chosen =
        archive::prunable(vault.archive, 1, {}, Duration::seconds(8 * 86'400), kNow);
    ASSERT_TRUE(chosen);
    EXPECT_EQ(chosen.value().segments, vault.archive.segments(1, 1).value());
    ASSERT_TRUE(archive::prune(vault.archive, 1, chosen.value(), kNow));
    ASSERT_TRUE(vault.archive.segments(1, 1).value().empty());
    const auto restored = restore(vault, {.sequence = early.sequence});
    ASSERT_TRUE(restored) << restored.error().text;
    EXPECT_EQ(restored.value().state_hash, hash);
    EXPECT_FALSE(restored.value().base);
    store.trade(5);
    store.ship();
    const auto newest = restore(vault, {});
    ASSERT_TRUE(newest) << newest.error().text;
    EXPECT_EQ(newest.value().state_hash, store.hash());
}

TEST_F(Restores, BeginANewTimelineForTheRestoredStore) {
    Vault vault(file("vault"));
    TradingStore first(file("store.db"), vault, 7);
    first.trade(10);
    const model::Head branch = first.head();
    first.trade(10);
    first.ship();
    const std::string end_of_first = first.hash();

    const auto restored = restore(vault, {.sequence = branch.sequence});
    ASSERT_TRUE(restored);
    const auto timeline =
        archive::begin_timeline(vault.archive, restored.value(), place_of(file("made.db")), kNow);
    ASSERT_TRUE(timeline);
    EXPECT_EQ(timeline.value().number, 2U);
    const auto marked = stores().timeline_of(file("made.db"));
    ASSERT_TRUE(marked) << marked.error();
    EXPECT_EQ(marked.value(), timeline.value());
    ASSERT_EQ(marked.value().ancestors.size(), 1U);
    EXPECT_EQ(marked.value().ancestors.front().timeline, 1U);
    EXPECT_EQ(marked.value().ancestors.front().last, branch.sequence);
    first.close();
    const auto old = stores().replace(file("made.db"), file("store.db"), "now");
    ASSERT_TRUE(old) << old.error();
    EXPECT_EQ(hash_of(old.value()), end_of_first);
    std::filesystem::copy_file(file("store.db"), file("made.db"));
    const auto at_once = stores().replace(file("made.db"), file("store.db"), "now");
    ASSERT_TRUE(at_once) << at_once.error();
    EXPECT_NE(at_once.value(), old.value());

    // The new timeline has no records yet: the newest point is still the end of the first timeline.
    EXPECT_EQ(restore(vault, {}).value().state_hash, end_of_first);

    TradingStore second(file("store.db"), vault, 8);
    second.trade(10);
    second.ship();
    EXPECT_FALSE(second.shipped().error);
    second.snapshot(kNow);
    second.trade(3);
    second.ship();
    const auto newest = restore(vault, {});
    ASSERT_TRUE(newest);
    EXPECT_EQ(newest.value().timeline, 2U);
    EXPECT_EQ(newest.value().state_hash, second.hash());
    const auto before_branch = restore(vault, {.sequence = branch.sequence - 1});
    ASSERT_TRUE(before_branch) << before_branch.error().text;
    const auto left_behind = restore(vault, {.timeline = 1});
    ASSERT_TRUE(left_behind);
    EXPECT_EQ(left_behind.value().state_hash, end_of_first);
}

/// Restores the newest point of `from` into the file `name`, on a new timeline.
model::TimelineIdentity restored_to(Vault& from,
                                    const std::filesystem::path& file,
                                    model::Timeline above = 0) {
    std::vector<archive::ArchiveError> warnings;
    const auto restored = archive::restore_into(from.archive, {}, place_of(file), {}, warnings);
    CHECK(restored.has_value());
    const auto begun =
        archive::begin_timeline(from.archive, restored.value(), place_of(file), kNow, above);
    CHECK(begun.has_value());
    return begun.value();
}

// @spec:TC-REL-014
TEST_F(Restores, ShipAStoreOfAnyTimelineToAnEmptyRepository) {
    Vault first(file("first"));
    {
        TradingStore store(file("store.db"), first, 7);
        store.trade(10);
        store.ship();
        store.close();
    }
    const auto second_timeline = restored_to(first, file("second.db"));
    EXPECT_EQ(second_timeline.number, 2U);
    Vault empty(file("empty"));
    TradingStore second(file("second.db"), empty, 8);
    second.trade(10);
    second.ship();
    ASSERT_FALSE(second.shipped().error) << second.shipped().error->text;
    EXPECT_TRUE(second.shipped().needs_snapshot);
    EXPECT_EQ(second.shipped().archived, second.head().sequence);
    const auto timelines = empty.archive.timelines();
    ASSERT_TRUE(timelines);
    ASSERT_EQ(timelines.value().size(), 1U);
    EXPECT_EQ(timelines.value().begin()->first, 2U);
    const auto all = restore(empty, {});
    ASSERT_TRUE(all) << all.error().text;
    EXPECT_EQ(all.value().state_hash, second.hash());

    // Repeats it with another new repository and a restore from that one.
    const std::string end = second.hash();
    second.close();
    const auto third_timeline = restored_to(empty, file("third.db"));
    EXPECT_EQ(third_timeline.number, 3U);
    ASSERT_EQ(third_timeline.ancestors.size(), 2U);
    EXPECT_EQ(third_timeline.ancestors.front(), second_timeline.ancestors.front());
    EXPECT_EQ(third_timeline.ancestors.back().id, second_timeline.id);
    EXPECT_EQ(hash_of(file("third.db")), end);
    Vault other(file("other"));
    TradingStore third(file("third.db"), other, 9);
    third.trade(5);
    third.ship();
    ASSERT_FALSE(third.shipped().error) << third.shipped().error->text;
    const auto everything = restore(other, {});
    ASSERT_TRUE(everything) << everything.error().text;
    EXPECT_EQ(everything.value().timeline, 3U);
    EXPECT_EQ(everything.value().state_hash, third.hash());
}

TEST_F(Restores, ShipToAnArchiveThatHoldsTheEarlierRecords) {
    Vault first(file("first"));
    Vault second(file("second"));
    TradingStore store(file("store.db"), first, 7);
    store.trade(10);
    store.ship();
    archive::Shipper to_second(store.reader(), second.archive, {});
    while (to_second.step(kNow)) {
    }
    // `first` has records that are not part of the restore from `second`.
    store.trade(10);
    store.ship();
    const std::string left_behind = store.hash();
    store.close();
    const auto timeline = restored_to(second, file("restored.db"), 1);
    EXPECT_EQ(timeline.number, 2U);
    TradingStore restored(file("restored.db"), first, 8);
    restored.trade(3);
    restored.ship();
    ASSERT_FALSE(restored.shipped().error) << restored.shipped().error->text;
    const auto newest = restore(first, {});
    ASSERT_TRUE(newest) << newest.error().text;
    EXPECT_EQ(newest.value().state_hash, restored.hash());
    const auto old = restore(first, {.timeline = 1});
    ASSERT_TRUE(old) << old.error().text;
    EXPECT_EQ(old.value().state_hash, left_behind);
}

TEST_F(Restores, DoNotShipToAnArchiveOfAnotherStoreOnTheSameTimeline) {
    Vault first(file("first"));
    {
        TradingStore store(file("store.db"), first, 7);
        store.trade(10);
        store.ship();
        store.close();
    }
    // Two restores from two copies of one archive get the same number but different ids.
    std::filesystem::copy(file("first"), file("copy"), std::filesystem::copy_options::recursive);
    std::filesystem::copy_file(file("first.key"), file("copy.key"));
    Vault copy(file("copy"));
    const auto one = restored_to(first, file("one.db"));
    const auto two = restored_to(copy, file("two.db"));
    EXPECT_EQ(one.number, two.number);
    EXPECT_NE(one.id, two.id);
    TradingStore store(file("two.db"), first, 8);
    store.trade(3);
    const auto objects = first.objects();
    store.ship();
    ASSERT_TRUE(store.shipped().error);
    EXPECT_EQ(store.shipped().error->kind, Kind::Taken);
    EXPECT_THAT(store.shipped().error->text, HasSubstr(to_text(one)));
    EXPECT_EQ(first.objects(), objects);
}

TEST_F(Restores, DoNotShipAStoreUnknownToTheArchive) {
    Vault vault(file("vault"));
    TradingStore first(file("store.db"), vault, 7);
    first.trade(10);
    std::filesystem::copy_file(file("store.db"), file("early.db"));
    std::filesystem::copy_file(file("store.db-wal"), file("early.db-wal"));
    first.trade(10);
    first.ship();
    const auto objects = vault.objects();

    TradingStore other(file("other.db"), vault, 8);
    other.trade(30);
    other.ship();
    ASSERT_TRUE(other.shipped().error);
    EXPECT_EQ(other.shipped().error->kind, Kind::Taken);

    // An older copy put in place by hand: it lacks records that the archive has.
    {
        const auto early = open_store(file("early.db"));
        const auto reader = store_sqlite::open_reader(file("early.db"));
        ASSERT_TRUE(reader);
        archive::Shipper shipper(*reader.value(), vault.archive, {});
        EXPECT_FALSE(shipper.step(kNow));
        ASSERT_TRUE(shipper.state().error);
        EXPECT_THAT(shipper.state().error->text, HasSubstr("but the local store ends at record"));
        EXPECT_THAT(shipper.state().error->text,
                    HasSubstr("records of the local store would be discarded"));
        EXPECT_THAT(shipper.state().behind, HasSubstr("but the local store ends at record"));
    }
    // The copy has gone on with records of its own, and has more of them than the archive.
    TradingStore later(file("early.db"), vault, 9);
    later.trade(40);
    later.ship();
    ASSERT_TRUE(later.shipped().error);
    EXPECT_THAT(later.shipped().error->text, HasSubstr("older copy that has written records"));
    EXPECT_THAT(later.shipped().behind, HasSubstr("differs from the local store's"));
    EXPECT_EQ(vault.objects(), objects);
}

/// Copies the store's files as they are on the disk of a running machine.
void copy_disk(const std::filesystem::path& from, const std::filesystem::path& to) {
    std::filesystem::copy_file(from, to);
    std::filesystem::copy_file(from.string() + "-wal", to.string() + "-wal");
}

// @spec:TC-REL-014
TEST_F(Restores, DetectACopyOfARunningMachineAndStopBoth) {
    Vault vault(file("vault"));
    TradingStore first(file("store.db"), vault, 7);
    first.trade(10);
    first.ship();
    copy_disk(file("store.db"), file("copy.db"));
    TradingStore copy(file("copy.db"), vault, 8);
    copy.trade(3);
    copy.ship();
    EXPECT_FALSE(copy.shipped().error);
    const std::string last_of_copy = copy.hash();

    // The first one has nothing to ship, but checks the archive every few seconds.
    (void)first.shipper().step(kNow + archive::kConfirmEvery - Duration::milliseconds(1));
    EXPECT_FALSE(first.shipped().error);
    EXPECT_FALSE(first.shipper().step(kNow + archive::kConfirmEvery));
    ASSERT_TRUE(first.shipped().error);
    EXPECT_EQ(first.shipped().error->kind, Kind::Taken);
    EXPECT_THAT(first.shipped().error->text, HasSubstr("another daemon writes the same timeline"));
    EXPECT_FALSE(first.shipped().accepted);

    // The copy detects the conflict before it ships anything more.
    copy.trade(2);
    EXPECT_FALSE(copy.shipper().step(kNow + Duration::seconds(1)));
    ASSERT_TRUE(copy.shipped().error);
    EXPECT_EQ(copy.shipped().error->kind, Kind::Taken);
    const auto objects = vault.objects();
    first.trade(5);
    for (int i = 1; i < 5; ++i) {
        EXPECT_FALSE(first.shipper().step(kNow + Duration::seconds(60 * i)));
        EXPECT_FALSE(copy.shipper().step(kNow + Duration::seconds(60 * i)));
    }
    EXPECT_EQ(vault.objects(), objects);
    const auto restored = restore(vault, {});
    ASSERT_TRUE(restored) << restored.error().text;
    EXPECT_EQ(restored.value().state_hash, last_of_copy);
    EXPECT_TRUE(warnings_.empty());

    // After one of the two is stopped, the other continues after a restart.
    first.close();
    const std::string end = copy.hash();
    copy.close();
    TradingStore again(file("copy.db"), vault, 9);
    again.trade(1);
    again.ship();
    EXPECT_FALSE(again.shipped().error);
    EXPECT_NE(again.hash(), end);
    EXPECT_EQ(restore(vault, {}).value().state_hash, again.hash());
}

// Both ship segments before either detects the other.
TEST_F(Restores, FollowTheLongerChainOfTwoDaemons) {
    Vault vault(file("vault"));
    TradingStore first(file("store.db"), vault, 7);
    first.trade(10);
    first.ship();
    const std::string common = first.hash();
    const model::Sequence parted = first.head().sequence;
    copy_disk(file("store.db"), file("copy.db"));
    std::filesystem::copy(file("vault"), file("other"), std::filesystem::copy_options::recursive);
    std::filesystem::copy_file(file("vault.key"), file("other.key"));
    Vault other(file("other"));
    TradingStore copy(file("copy.db"), other, 8);
    for (const std::size_t orders : {3U, 4U}) {
        first.trade(orders);
        first.ship();
    }
    // The numbers of records differ from those of the first, so that no two segments share a name.
    for (const std::size_t orders : {2U, 2U, 9U}) {
        copy.trade(orders);
        copy.ship();
    }
    ASSERT_GT(copy.head().sequence, first.head().sequence);
    std::filesystem::copy(
        file("other"),
        file("vault"),
        std::filesystem::copy_options::recursive | std::filesystem::copy_options::skip_existing);
    const auto longer = restore(vault, {});
    ASSERT_TRUE(longer) << longer.error().object << longer.error().text;
    EXPECT_EQ(longer.value().state_hash, copy.hash());
    EXPECT_EQ(warnings_.size(), 2U);
    EXPECT_THAT(warnings_.front().text, HasSubstr("two daemons wrote this timeline"));
    const auto before = restore(vault, {.sequence = parted});
    ASSERT_TRUE(before) << before.error().text;
    EXPECT_EQ(before.value().state_hash, common);
}

TEST_F(Restores, ResumeShippingAndRetryAfterFailures) {
    Vault vault(file("vault"));
    {
        TradingStore store(file("store.db"), vault, 7);
        store.trade(10);
        store.ship();
        EXPECT_EQ(store.shipped().archived, store.head().sequence);
        EXPECT_EQ(store.shipped().lag(kNow), Duration());
        store.close();
    }
    TradingStore store(file("store.db"), vault, 9);
    store.trade(10);
    std::filesystem::rename(file("vault"), file("away"));
    EXPECT_FALSE(store.shipper().step(kNow));
    ASSERT_TRUE(store.shipped().error);
    EXPECT_EQ(store.shipped().error->kind, Kind::Unavailable);
    EXPECT_TRUE(store.shipped().late_since);
    std::filesystem::rename(file("away"), file("vault"));
    // The retry is not due yet.
    EXPECT_FALSE(store.shipper().step(kNow + Duration::milliseconds(500)));
    EXPECT_TRUE(store.shipped().error);
    (void)store.shipper().step(kNow + Duration::seconds(1));
    EXPECT_FALSE(store.shipped().error);
    EXPECT_EQ(store.shipped().archived, store.head().sequence);
    const auto restored = restore(vault, {});
    ASSERT_TRUE(restored);
    EXPECT_EQ(restored.value().state_hash, store.hash());
}

}  // namespace
}  // namespace botcore::archive_tests
