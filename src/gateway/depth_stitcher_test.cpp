#include "gateway/depth_stitcher.hpp"

#include <gtest/gtest.h>

#include <map>
#include <string>
#include <vector>

namespace botcore::gateway {
namespace {

using model::Level;
using model::Market;
using model::Price;
using model::Quantity;
using model::Side;
using protocol::MarketMessage;
using protocol::MarketMessageKind;

/// Records the bids, and whether the book is complete.
class Bids final : public DepthSink {
public:
    void book_reset() override {
        levels.clear();
        ready = false;
        ++resets;
    }

    void set_level(Side side, const Level& level) override {
        if (side == Side::Sell) return;
        if (level.quantity.is_zero()) {
            levels.erase(level.price);
        } else {
            levels[level.price] = level.quantity;
        }
    }

    void book_ready() override { ready = true; }

    [[nodiscard]] bool has(std::int64_t price) const {
        return levels.contains(Price::whole(price));
    }

    std::map<Price, Quantity> levels;
    bool ready = false;
    int resets = 0;
};

struct Ids {
    std::uint64_t first = 0;
    std::uint64_t last = 0;
    std::optional<std::uint64_t> previous;
};

/// A change that sets one bid at price `ids.last`, so that a test can see which changes arrived.
MarketMessage change(Ids ids, std::int64_t quantity = 1) {
    MarketMessage message;
    message.kind = MarketMessageKind::DepthUpdate;
    message.first_update = ids.first;
    message.last_update = ids.last;
    message.previous_update = ids.previous;
    message.bids = {{Price::whole(static_cast<std::int64_t>(ids.last)), Quantity::whole(quantity)}};
    return message;
}

MarketMessage snapshot(std::uint64_t last_update) {
    MarketMessage message;
    message.kind = MarketMessageKind::DepthSnapshot;
    message.last_update = last_update;
    message.bids = {{Price::whole(1), Quantity::whole(5)}};
    return message;
}

class SpotStitcher : public ::testing::Test {
protected:
    StitchStep take(const MarketMessage& message) { return stitcher.apply(message, bids); }

    DepthStitcher stitcher{Market::Spot};
    Bids bids;
};

class FuturesStitcher : public ::testing::Test {
protected:
    StitchStep take(const MarketMessage& message) { return stitcher.apply(message, bids); }

    DepthStitcher stitcher{Market::Futures};
    Bids bids;
};

// The documentation's example change is U 157, u 160 (spot), and pu 149 (futures).

TEST_F(SpotStitcher, RequestsASnapshotAndBuffersChangesUntilThen) {
    EXPECT_TRUE(stitcher.snapshot_wanted());
    EXPECT_EQ(take(change({157, 160, {}})), StitchStep::Kept);
    EXPECT_FALSE(bids.ready);
    EXPECT_TRUE(bids.levels.empty());
}

TEST_F(SpotStitcher, RefusesASnapshotOlderThanTheFirstBufferedChange) {
    (void)take(change({157, 160, {}}));
    EXPECT_EQ(take(snapshot(156)), StitchStep::SnapshotOld);
    EXPECT_TRUE(stitcher.snapshot_wanted());
    EXPECT_EQ(take(snapshot(157)), StitchStep::Applied);
    EXPECT_TRUE(bids.ready);
}

TEST_F(SpotStitcher, DropsChangesThatTheSnapshotContains) {
    (void)take(change({150, 156, {}}));
    (void)take(change({157, 160, {}}));
    (void)take(change({161, 163, {}}));
    EXPECT_EQ(take(snapshot(160)), StitchStep::Applied);
    EXPECT_TRUE(bids.ready);
    EXPECT_FALSE(bids.has(156));
    EXPECT_FALSE(bids.has(160));
    EXPECT_TRUE(bids.has(163));
    EXPECT_EQ(stitcher.last_update(), 163U);
}

TEST_F(SpotStitcher, JoinsWithTheChangeThatContainsTheSnapshot) {
    (void)take(change({157, 160, {}}));
    EXPECT_EQ(take(snapshot(158)), StitchStep::Applied);
    EXPECT_TRUE(bids.has(1) && bids.has(160));
    EXPECT_EQ(stitcher.state(), StitchState::Synced);
}

TEST_F(SpotStitcher, IsNotReadyBeforeTheFirstChangeFits) {
    EXPECT_EQ(take(snapshot(160)), StitchStep::Applied);
    EXPECT_EQ(stitcher.state(), StitchState::Joining);
    EXPECT_FALSE(bids.ready);
    EXPECT_EQ(take(change({157, 160, {}})), StitchStep::Ignored);
    EXPECT_FALSE(bids.ready);
    EXPECT_EQ(take(change({161, 162, {}})), StitchStep::Applied);
    EXPECT_TRUE(bids.ready);
}

TEST_F(SpotStitcher, IgnoresOldAndDuplicateChanges) {
    (void)take(snapshot(156));
    (void)take(change({157, 160, {}}));
    EXPECT_EQ(take(change({157, 160, {}}, 9)), StitchStep::Ignored);
    EXPECT_EQ(take(change({150, 159, {}}, 9)), StitchStep::Ignored);
    EXPECT_EQ(bids.levels[Price::whole(160)], Quantity::whole(1));
}

TEST_F(SpotStitcher, AppliesAnOverlappingChange) {
    (void)take(snapshot(156));
    (void)take(change({157, 160, {}}));
    EXPECT_EQ(take(change({159, 162, {}})), StitchStep::Applied);
    EXPECT_EQ(stitcher.last_update(), 162U);
}

TEST_F(SpotStitcher, RequestsASnapshotAfterAGap) {
    (void)take(snapshot(156));
    (void)take(change({157, 160, {}}));
    EXPECT_EQ(take(change({162, 165, {}})), StitchStep::Gap);
    EXPECT_TRUE(stitcher.snapshot_wanted());
    EXPECT_FALSE(bids.ready);
    EXPECT_TRUE(bids.levels.empty());
    EXPECT_EQ(stitcher.last_update(), 0U);
    // The change that revealed the gap was buffered and joins with the new snapshot.
    EXPECT_EQ(take(snapshot(163)), StitchStep::Applied);
    EXPECT_TRUE(bids.ready && bids.has(165));
}

TEST_F(SpotStitcher, FindsAGapAmongTheBufferedChanges) {
    (void)take(change({157, 160, {}}));
    (void)take(change({164, 165, {}}));
    EXPECT_EQ(take(snapshot(158)), StitchStep::Gap);
    EXPECT_TRUE(stitcher.snapshot_wanted());
    EXPECT_FALSE(bids.ready);
    EXPECT_EQ(take(snapshot(164)), StitchStep::Applied);
    EXPECT_TRUE(bids.ready && bids.has(165));
}

TEST_F(SpotStitcher, ZeroRemovesAndUnknownLevelsMayBeRemoved) {
    (void)take(snapshot(156));
    (void)take(change({157, 160, {}}));
    MarketMessage removal = change({161, 161, {}}, 0);
    removal.bids.push_back({Price::whole(160), Quantity{}});
    EXPECT_EQ(take(removal), StitchStep::Applied);
    EXPECT_FALSE(bids.has(160));
}

TEST_F(SpotStitcher, IgnoresASnapshotThatWasNotRequested) {
    (void)take(snapshot(156));
    (void)take(change({157, 160, {}}));
    EXPECT_EQ(take(snapshot(159)), StitchStep::Ignored);
    EXPECT_TRUE(bids.has(160));
}

TEST_F(SpotStitcher, DiscardsEverythingOnReset) {
    (void)take(snapshot(156));
    (void)take(change({157, 160, {}}));
    stitcher.reset(bids);
    EXPECT_FALSE(bids.ready);
    EXPECT_TRUE(stitcher.snapshot_wanted());
    EXPECT_EQ(take(snapshot(3)), StitchStep::Applied) << "No change was buffered.";
}

TEST_F(SpotStitcher, IgnoresOtherMessages) {
    MarketMessage message;
    for (const auto kind : {MarketMessageKind::Ignored,
                            MarketMessageKind::Trade,
                            MarketMessageKind::AggregateTrade,
                            MarketMessageKind::BookTicker}) {
        message.kind = kind;
        EXPECT_EQ(take(message), StitchStep::Ignored);
    }
}

TEST(DepthStitcher, DropsTheOldestChangeWhenTheBufferIsFull) {
    DepthStitcher stitcher(Market::Spot, 2);
    Bids bids;
    for (const std::uint64_t id : {10U, 11U, 12U}) {
        (void)stitcher.apply(change({id, id, {}}), bids);
    }
    EXPECT_EQ(stitcher.dropped_count(), 1U);
    EXPECT_EQ(stitcher.apply(snapshot(9), bids), StitchStep::SnapshotOld);
    EXPECT_EQ(stitcher.apply(snapshot(11), bids), StitchStep::Applied);
    EXPECT_TRUE(bids.ready && bids.has(12));
}

TEST_F(FuturesStitcher, JoinsWithTheChangeThatContainsTheSnapshot) {
    (void)take(change({140, 149, 139}));
    (void)take(change({157, 160, 149}));
    EXPECT_EQ(take(snapshot(157)), StitchStep::Applied);
    EXPECT_TRUE(bids.ready);
    EXPECT_FALSE(bids.has(149));
    EXPECT_TRUE(bids.has(160));
}

TEST_F(FuturesStitcher, KeepsAChangeThatEndsAtTheSnapshot) {
    (void)take(change({157, 160, 149}));
    EXPECT_EQ(take(snapshot(160)), StitchStep::Applied);
    EXPECT_TRUE(bids.ready && bids.has(160)) << "Only changes with u < lastUpdateId are dropped.";
    EXPECT_EQ(take(change({165, 167, 160})), StitchStep::Applied);
}

TEST_F(FuturesStitcher, RefusesASnapshotThatNoChangeContains) {
    (void)take(change({157, 160, 149}));
    EXPECT_EQ(take(snapshot(150)), StitchStep::SnapshotOld);
    EXPECT_TRUE(stitcher.snapshot_wanted());
    EXPECT_EQ(take(snapshot(162)), StitchStep::Applied);
    EXPECT_FALSE(bids.ready);
    EXPECT_EQ(take(change({165, 167, 160})), StitchStep::Gap)
        << "The first change must contain the snapshot's update id.";
    EXPECT_TRUE(stitcher.snapshot_wanted());
}

TEST_F(FuturesStitcher, RequestsASnapshotWhenThePreviousUpdateIdDiffers) {
    (void)take(change({157, 160, 149}));
    (void)take(snapshot(158));
    EXPECT_EQ(take(change({170, 175, 160})), StitchStep::Applied);
    EXPECT_EQ(take(change({176, 180, 174})), StitchStep::Gap);
    EXPECT_TRUE(bids.levels.empty());
    EXPECT_TRUE(stitcher.snapshot_wanted());
}

TEST_F(FuturesStitcher, RequestsASnapshotWhenThePreviousUpdateIdIsMissing) {
    (void)take(change({157, 160, 149}));
    (void)take(snapshot(158));
    EXPECT_EQ(take(change({161, 165, {}})), StitchStep::Gap);
}

TEST_F(FuturesStitcher, IgnoresAChangeReceivedTwice) {
    (void)take(change({157, 160, 149}));
    (void)take(snapshot(158));
    (void)take(change({170, 175, 160}));
    EXPECT_EQ(take(change({157, 160, 149})), StitchStep::Ignored);
    EXPECT_EQ(take(change({170, 175, 160})), StitchStep::Ignored);
    EXPECT_EQ(take(change({176, 180, 175})), StitchStep::Applied);
}

}  // namespace
}  // namespace botcore::gateway
