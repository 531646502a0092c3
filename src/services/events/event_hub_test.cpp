#include "services/events/event_hub.hpp"

#include "base/random.hpp"
#include "services/events/hub_world_test.hpp"
#include "tests/scratch/temporary_folder.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <charconv>
#include <string_view>

namespace botcore::events {
namespace {

using host::Role;
using protocol::Channel;
using testing::ElementsAre;
using testing::HasSubstr;

struct Received {
    std::vector<std::pair<std::uint64_t, std::uint64_t>> places;
    std::vector<std::string> others;  ///< The types of the messages other than events.
};

/// The number that follows `name` in a message; empty when there is no such number.
std::optional<std::uint64_t> number_in(std::string_view text, std::string_view name) {
    const std::size_t place = text.find(name);
    if (place == std::string_view::npos) return std::nullopt;
    const char* const begin = text.data() + place + name.size();
    std::uint64_t number = 0;
    const auto read = std::from_chars(begin, text.data() + text.size(), number);
    if (read.ec != std::errc()) return std::nullopt;
    return number;
}

void drain(Subscriber& subscriber, Received& received, std::size_t max = SIZE_MAX) {
    for (std::size_t i = 0; i < max; ++i) {
        const Text text = subscriber.take();
        if (!text) return;
        if (!text->starts_with(R"({"type":"event")")) {
            received.others.emplace_back(boost::json::parse(*text).at("type").as_string());
            continue;
        }
        const auto sequence = number_in(*text, R"("sequence":)");
        const auto index = number_in(*text, R"("index":)");
        if (sequence && index) received.places.emplace_back(*sequence, *index);
    }
}

TEST(EventHub, SendsEventsOnlyToTheOwnerAndOperators) {
    HubWorld world;
    auto mine = world.join_since(0);
    auto boss = world.join_since(0, {model::Owner("boss"), Role::Operator, "b"});
    auto viewer = world.join_since(0, {model::Owner(kTheirs), Role::Viewer, "v"});
    while (world.hub().replay()) {
    }
    world.commit(1, kMine);
    world.commit(1, kTheirs);
    Received my, all, their;
    drain(*mine, my);
    drain(*boss, all);
    drain(*viewer, their);
    EXPECT_THAT(my.places, ElementsAre(std::pair(1, 0), std::pair(1, 1)));
    EXPECT_EQ(all.places.size(), 4U);
    EXPECT_THAT(their.places, ElementsAre(std::pair(2, 0), std::pair(2, 1)));
}

TEST(EventHub, RefusesForeignAccountsAndInvalidStartPositions) {
    HubWorld world;
    world.commit(3);
    auto one = world.join();
    protocol::StreamSubscribe subscription;
    subscription.accounts = {model::AccountId(kTheirs)};
    EXPECT_EQ(world.hub().subscribe(*one, subscription).error().code, "ACCOUNT_UNKNOWN");
    subscription.accounts = {model::AccountId(kMine)};
    subscription.since = StreamPosition{4, std::nullopt};
    EXPECT_EQ(world.hub().subscribe(*one, subscription).error().code, "SINCE_AHEAD");
    subscription.since = StreamPosition{3, std::nullopt};
    EXPECT_TRUE(world.hub().subscribe(*one, subscription).has_value());
    EXPECT_EQ(world.hub().subscribe(*one, subscription).error().code, "SINCE_NOT_FIRST");
    subscription.since.reset();
    EXPECT_TRUE(world.hub().subscribe(*one, subscription).has_value());
}

// Regression: a subscriber that reconnected after a restore got other records and missed events.
TEST(EventHub, RefusesPositionsOfAnotherTimeline) {
    HubWorld world;
    world.commit(9);
    world.hub().set_timeline({.number = 2, .id = 0x9f2c41d0, .ancestors = {{1, 0x11, 4}}});
    auto one = world.join();
    protocol::StreamSubscribe subscription;
    subscription.since = StreamPosition{7, std::nullopt};
    for (const char* timeline : {"", "1-00000011", "2-00000011", "3-9f2c41d0"}) {
        subscription.timeline = timeline;
        const auto refused = world.hub().subscribe(*one, subscription);
        ASSERT_FALSE(refused.has_value()) << timeline;
        EXPECT_EQ(refused.error().code, "HISTORY_CHANGED") << timeline;
        EXPECT_THAT(refused.error().message, HasSubstr("2-9f2c41d0"));
    }
    subscription.timeline = "1-00000011";
    EXPECT_THAT(world.hub().subscribe(*one, subscription).error().message, HasSubstr("up to 4"));
    subscription.timeline = "2-9f2c41d0";
    EXPECT_TRUE(world.hub().subscribe(*one, subscription).has_value());
    // The beginning is the same in all timelines.
    auto other = world.join();
    subscription.timeline.clear();
    subscription.since = StreamPosition{0, std::nullopt};
    EXPECT_TRUE(world.hub().subscribe(*other, subscription).has_value());
}

TEST(EventHub, FiltersByChannelAccountAndSymbol) {
    HubWorld world;
    auto one = world.join();
    protocol::StreamSubscribe subscription;
    subscription.channels = {Channel::Trades};
    subscription.symbols = {model::Symbol("BTCUSDT")};
    ASSERT_TRUE(world.hub().subscribe(*one, subscription).has_value());
    world.commit(4);
    Received received;
    drain(*one, received);
    EXPECT_THAT(received.places, ElementsAre(std::pair(2, 1), std::pair(4, 1)));
    world.hub().unsubscribe(*one, {.channels = {}, .symbols = {model::Symbol("BTCUSDT")}});
    world.commit(2);  // An empty set of symbols matches none of them; no set at all matches all.
    EXPECT_EQ(one->take(), nullptr);
    subscription.symbols.reset();
    ASSERT_TRUE(world.hub().subscribe(*one, subscription).has_value());
    world.hub().unsubscribe(*one, {.channels = {Channel::Trades}, .symbols = {}});
    world.commit(2);
    EXPECT_EQ(one->take(), nullptr);
}

TEST(EventHub, ResumesInTheMiddleOfARecord) {
    HubWorld world;
    world.commit(2);
    auto one = world.join();
    protocol::StreamSubscribe subscription;
    subscription.channels = {Channel::Orders, Channel::Trades};
    subscription.since = StreamPosition{1, 0};
    ASSERT_TRUE(world.hub().subscribe(*one, subscription).has_value());
    while (world.hub().replay()) {
    }
    Received received;
    drain(*one, received);
    EXPECT_THAT(received.places, ElementsAre(std::pair(1, 1), std::pair(2, 0), std::pair(2, 1)));
    EXPECT_THAT(received.others, ElementsAre("caught_up"));
    EXPECT_EQ(one->place().sequence, 2U);
}

TEST(EventHub, WarnsASlowReaderOnceAndThenDropsOnlyItsQueue) {
    HubWorld world({.messages = 20, .bytes = 1U << 20U});
    auto slow = world.join_since(0);
    auto quick = world.join_since(0);
    while (world.hub().replay()) {
    }
    Received early, all;
    drain(*slow, early);
    drain(*quick, all);
    for (int i = 0; i < 30; ++i) {
        world.commit(1);
        drain(*quick, all);
        if (i == 7) drain(*slow, early, 4);  // The first message is the warning.
    }
    EXPECT_TRUE(slow->too_slow());
    EXPECT_EQ(slow->waiting(), 0U);
    EXPECT_EQ(slow->take(), nullptr);
    EXPECT_EQ(slow->place().sequence, 2U);  // Three of its messages were taken.
    EXPECT_EQ(slow->place().index, 0U);
    EXPECT_FALSE(quick->too_slow());
    EXPECT_EQ(all.places.size(), 60U);
    EXPECT_THAT(all.others, ElementsAre("caught_up"));
}

TEST(EventHub, DeliversTheWarningEvenAfterTheQueueWasDropped) {
    HubWorld world({.messages = 20, .bytes = 1U << 20U});
    auto slow = world.join_since(0);
    while (world.hub().replay()) {
    }
    world.commit(30);
    ASSERT_TRUE(slow->too_slow());
    const Text warning = slow->take();
    ASSERT_NE(warning, nullptr);
    EXPECT_NE(warning->find("SLOW_READER"), std::string::npos);
    EXPECT_EQ(slow->take(), nullptr);
}

TEST(EventHub, TheWarningPrecedesTheQueuedMessages) {
    HubWorld world({.messages = 20, .bytes = 1U << 20U});
    auto slow = world.join_since(0);
    while (world.hub().replay()) {
    }
    world.commit(8);
    ASSERT_FALSE(slow->too_slow());
    Received received;
    drain(*slow, received);
    EXPECT_THAT(received.others, ElementsAre("warning", "caught_up"))
        << "before all queued messages";
    world.commit(8);
    drain(*slow, received);
    EXPECT_EQ(received.others.size(), 2U);  // The warning is sent once.
}

TEST(EventHub, LimitsQueuedBytesToo) {
    HubWorld world({.messages = 1'000, .bytes = 20'000});
    auto slow = world.join_since(0);
    while (world.hub().replay()) {
    }
    for (int i = 0; i < 8; ++i)
        world.commit(1, kMine, 2'000);
    EXPECT_TRUE(slow->too_slow());
}

TEST(EventHub, ReplayWaitsForFreeSpaceAndPricesAreSkipped) {
    HubWorld world({.messages = 20, .bytes = 1U << 20U});
    world.commit(100);
    auto one = world.join();
    protocol::StreamSubscribe subscription;
    subscription.channels = {Channel::Orders, Channel::Prices};
    subscription.since = StreamPosition{0, std::nullopt};
    ASSERT_TRUE(world.hub().subscribe(*one, subscription).has_value());
    EXPECT_TRUE(world.hub().wants_prices());
    EXPECT_FALSE(world.hub().replay());
    EXPECT_EQ(one->waiting(), 10U);
    model::Quote quote;
    quote.instrument.symbol = model::Symbol("BTCUSDT");
    for (int i = 0; i < 50; ++i)
        world.hub().publish(protocol::price_update(quote, {}, {}));
    EXPECT_EQ(one->waiting(), 10U);
    const int wakes = world.wakes;
    Received received;
    while (received.places.size() < 100) {
        drain(*one, received, 3);
        (void)world.hub().replay();
    }
    EXPECT_GT(world.wakes, wakes);
    world.hub().publish(protocol::price_update(quote, {}, {}));
    EXPECT_FALSE(one->too_slow());
    EXPECT_EQ(received.places.back().first, 100U);
}

TEST(EventHub, ReportsAnUnreadableJournalRecord) {
    const scratch::TemporaryFolder folder;
    {
        store_sqlite::SqliteOptions options;
        options.path = folder.file("shard.db");
        options.reserve_bytes = 0;
        options.low_water_bytes = 0;
        auto store = std::move(store_sqlite::SqliteStore::open(options)).value();
        ports::Batch batch;
        batch.epoch = 1;
        batch.entries.push_back({1, 1, {}, protocol::hash_of("x"), "not a record"});
        ASSERT_EQ(store->commit_now(batch), ports::CommitResult::Committed);
        EventHub hub({},
                     {store->reader(),
                      [](const model::AccountId&) { return std::optional<model::Owner>(); },
                      [] { return model::Timestamp(); }},
                     1);
        auto one = hub.join(HubWorld::mine(), [] {});
        protocol::StreamSubscribe subscription;
        subscription.since = StreamPosition{0, std::nullopt};
        ASSERT_TRUE(hub.subscribe(*one, subscription).has_value());
        EXPECT_FALSE(hub.replay());
        EXPECT_TRUE(one->unreadable());
        EXPECT_FALSE(one->too_slow());
    }
}

// @spec:R4-FAIL-02
TEST(EventHub, NotifiesTheOwnerOfATransientlyRefusedOrder) {
    HubWorld world;
    auto mine = world.join_since(0);
    auto theirs = world.join_since(0, {model::Owner(kTheirs), Role::Trader, "t"});
    model::PlaceOrder place;
    place.account = model::AccountId(kMine);
    model::Refusal refusal;
    refusal.reason = model::RefusalReason::PriceStale;
    world.hub().on_refused(place, refusal);
    world.hub().on_refused(model::SetLeverage{}, refusal);
    const Text text = mine->take();
    ASSERT_NE(text, nullptr);
    EXPECT_THAT(*text, HasSubstr("trade_failed"));
    EXPECT_THAT(*text, HasSubstr("PRICE_STALE"));
    EXPECT_EQ(mine->take(), nullptr);
    EXPECT_EQ(theirs->take(), nullptr);
}

TEST(EventHub, ReadsUnannouncedDurableRecordsFromTheJournal) {
    HubWorld world;
    auto one = world.join_since(0);
    auto late = world.join();
    protocol::StreamSubscribe subscription;
    subscription.channels = {Channel::Orders};
    ASSERT_TRUE(world.hub().subscribe(*late, subscription).has_value());
    while (world.hub().replay()) {
    }
    world.commit(2);
    world.commit_unseen(3);
    world.commit(1);
    while (world.hub().replay()) {
    }
    Received received, others;
    drain(*one, received);
    drain(*late, others);
    ASSERT_EQ(received.places.size(), 12U);
    ASSERT_EQ(others.places.size(), 6U);
    for (std::uint64_t i = 0; i < 12; ++i)
        EXPECT_EQ(received.places[i], (std::pair{1 + i / 2, i % 2}));
    EXPECT_EQ(world.hub().head(), 6U);
}

// W1 holds whatever the order of commits, replayed pages and reads.
RC_GTEST_PROP(EventHubProperty,
              ReplayJoinsTheLiveStreamWithoutAGapOrADuplicate,
              (std::uint64_t seed)) {
    base::Random random(seed);
    // One journal for all cases, since creating a store takes long; each case begins where the
    // previous one ended.
    static HubWorld world;
    world.make_hub({.messages = 50, .bytes = 1U << 20U});
    const model::Sequence begin = world.hub().head();

    struct Listening {
        std::unique_ptr<Subscriber> subscriber;
        model::Sequence since = 0;
        Received received;
    };

    std::vector<Listening> all;
    model::Sequence head = begin;
    for (int step = 0; step < 40; ++step) {
        switch (random.below(5)) {
            case 0:
            case 1: {
                const std::size_t count = random.below(8) + 1;
                world.commit(count);
                head += count;
                break;
            }
            case 2:
                if (all.size() < 4) {
                    const model::Sequence since = begin + random.below(head - begin + 1);
                    all.push_back({world.join_since(since), since, {}});
                }
                break;
            case 3:
                (void)world.hub().replay();
                break;
            default:
                for (auto& one : all)
                    drain(*one.subscriber, one.received, random.below(40));
        }
        // No subscriber may become too slow here: this test is about order, not about pace.
        for (auto& one : all) {
            if (one.subscriber->waiting() > 30) drain(*one.subscriber, one.received);
        }
    }
    for (auto& one : all) {
        do {
            drain(*one.subscriber, one.received);
        } while (world.hub().replay() || one.subscriber->waiting() > 0);
        RC_ASSERT(!one.subscriber->too_slow());
        RC_ASSERT(one.received.places.size() == 2 * (head - one.since));
        for (std::size_t i = 0; i < one.received.places.size(); ++i) {
            RC_ASSERT(one.received.places[i].first == one.since + 1 + i / 2);
            RC_ASSERT(one.received.places[i].second == i % 2);
        }
    }
}

}  // namespace
}  // namespace botcore::events
