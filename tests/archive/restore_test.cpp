// A restore gives exactly the store of the moment, whichever objects it is made of.

#include "base/random.hpp"
#include "protocol/time_text.hpp"
#include "shell/archive/archive_service.hpp"
#include "shell/sqlite/replace_store.hpp"
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

    /// Restores into a scratch file; `warnings_` has what was said on the way.
    archive::ArchiveResult<archive::Restored> restore(Vault& vault, const archive::Moment& moment) {
        warnings_.clear();
        return archive::restore_into(vault.archive, moment, file("made.db"), {}, warnings_);
    }

    scratch::TemporaryFolder folder_;
    std::vector<archive::ArchiveError> warnings_;
};

std::size_t restores_wanted() {
    const char* const text = std::getenv("BOTCORE_RESTORES");
    return text == nullptr ? 50 : std::strtoul(text, nullptr, 10);
}

// @spec:TC-REL-014 @spec:R3-BKP-06 @spec:R3-AC-17
TEST_F(Restores, ToRandomMomentsEqualTheHistoryAtThatMoment) {
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

TEST_F(Restores, ToATimeTakesEverythingUntilThen) {
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

TEST_F(Restores, NothingButWhatIsThere) {
    Vault vault(file("vault"));
    EXPECT_EQ(restore(vault, {}).error().kind, Kind::Missing);
    TradingStore store(file("store.db"), vault, 7);
    store.trade(5);
    store.ship();
    const auto beyond = restore(vault, {.sequence = store.head().sequence + 1});
    ASSERT_FALSE(beyond);
    EXPECT_EQ(beyond.error().kind, Kind::NoSuchMoment);
    EXPECT_THAT(beyond.error().text,
                HasSubstr("the archive has records 1 to " + std::to_string(store.head().sequence) +
                          " of " + protocol::to_iso8601(store.head().time)));
    EXPECT_EQ(restore(vault, {.timeline = 2}).error().kind, Kind::NoSuchMoment);
    EXPECT_FALSE(std::filesystem::exists(file("made.db")));
}

TEST_F(Restores, NothingToATimeBeforeTheFirstRecord) {
    Vault vault(file("vault"));
    TradingStore store(file("store.db"), vault, 7);
    store.trade(5);
    store.ship();
    const auto first = store.reader().journal(1, 1);
    ASSERT_TRUE(first);
    const base::Timestamp begun = first.value().front().time;
    const std::string range = "records 1 of " + protocol::to_iso8601(begun) + " to " +
                              std::to_string(store.head().sequence) + " of " +
                              protocol::to_iso8601(store.head().time);
    const auto refused = [&] {
        const auto early = restore(vault, {.time = begun - Duration::microseconds(1)});
        return early ? std::string("restored") : early.error().text;
    };
    EXPECT_THAT(refused(), HasSubstr(range)) << "from segments";
    EXPECT_EQ(restore(vault, {.time = base::Timestamp()}).error().kind, Kind::NoSuchMoment);
    EXPECT_TRUE(restore(vault, {.time = begun}));
    // The same once only a snapshot has the first records.
    store.snapshot(kNow);
    const auto segments = vault.archive.segments(1, 1);
    ASSERT_TRUE(segments);
    for (const auto& name : segments.value())
        ASSERT_TRUE(vault.archive.remove(to_text(name)));
    EXPECT_THAT(refused(), HasSubstr(range)) << "from a snapshot";
    EXPECT_FALSE(std::filesystem::exists(file("made.db")));
}

// @spec:R3-BKP-02
TEST_F(Restores, FromASnapshotThatWasTakenUnderLoad) {
    Vault vault(file("vault"));
    TradingStore store(file("store.db"), vault, 7);
    store.trade(200);
    const std::filesystem::path copy = file("copy.db");
    std::atomic<bool> copied = false;
    std::thread copier([&] {
        copied =
            archive::copy_database(store.path(), copy, archive::CopyPace::Gentle, {}).has_value();
    });
    for (int i = 0; i < 30; ++i)
        store.trade(10);
    copier.join();
    ASSERT_TRUE(copied);
    store.ship();
    const auto snapshot = archive::put_snapshot(vault.archive, copy, kNow, {});
    ASSERT_TRUE(snapshot);
    EXPECT_LE(snapshot.value().name.sequence, store.head().sequence);
    const auto verified = archive::verify_snapshot(
        vault.archive, snapshot.value().name, file("scratch.db"), kNow, {});
    ASSERT_TRUE(verified) << verified.error().text;
    EXPECT_TRUE(vault.archive.snapshots(1).value().front().verified);
    const auto newest = restore(vault, {});
    ASSERT_TRUE(newest);
    EXPECT_EQ(newest.value().base, snapshot.value().name);
    EXPECT_EQ(newest.value().state_hash, store.hash());
}

TEST_F(Restores, OldRecordsComeOutOfALaterSnapshotOnceTheirSegmentsAreGone) {
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
                                         file("scratch.db"),
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

TEST_F(Restores, ARestoredStoreGoesOnInATimelineOfItsOwn) {
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
        archive::begin_timeline(vault.archive, restored.value(), file("made.db"), kNow);
    ASSERT_TRUE(timeline);
    EXPECT_EQ(timeline.value(), 2U);
    first.close();
    const auto old = shell::sqlite::replace_store(file("made.db"), file("store.db"), "now");
    ASSERT_TRUE(old) << old.error();
    EXPECT_EQ(hash_of(old.value()), end_of_first);
    std::filesystem::copy_file(file("store.db"), file("made.db"));
    const auto at_once = shell::sqlite::replace_store(file("made.db"), file("store.db"), "now");
    ASSERT_TRUE(at_once) << at_once.error();
    EXPECT_NE(at_once.value(), old.value());

    // Nothing was written since: the newest moment is still the end of the first one.
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

TEST_F(Restores, AStoreThatTheArchiveDoesNotKnowIsNotShipped) {
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

    // Put back by hand: it lacks what the archive has.
    const auto early = open_store(file("early.db"));
    const auto reader = shell::sqlite::open_reader(file("early.db"));
    ASSERT_TRUE(reader);
    archive::Shipper shipper(*reader.value(), vault.archive, 1);
    EXPECT_FALSE(shipper.step(kNow));
    ASSERT_TRUE(shipper.state().error);
    EXPECT_THAT(shipper.state().error->text, HasSubstr("which this store does not have"));
    EXPECT_EQ(vault.objects(), objects);
}

TEST_F(Restores, ShippingGoesOnWhereItEndedAndTriesAgainAfterFailures) {
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
    EXPECT_FALSE(store.shipper().step(kNow + Duration::milliseconds(500)));  // Not yet.
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
