#include "runtime/outbox.hpp"

#include "base/random.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace botcore::runtime {
namespace {

using base::Duration;
using base::Timestamp;
using ports::Delivery;
using ports::Notice;
using ports::NoticeLevel;
using testing::ElementsAre;
using testing::IsEmpty;
using Result = ports::Delivery::Result;

Timestamp at(std::int64_t milliseconds) {
    return Timestamp::from_milliseconds(milliseconds);
}

Notice about(const std::string& subject, NoticeLevel level = NoticeLevel::Critical) {
    return {.subject = subject, .level = level, .text = "It is broken"};
}

Notice over(const std::string& subject) {
    Notice notice = about(subject);
    notice.over = true;
    return notice;
}

const std::vector<std::string> kMail = {"mail"};
const std::vector<std::string> kBoth = {"mail", "slack"};

class OutboxTest : public testing::Test {
protected:
    /// Adds a notice whose rows are stored at once.
    std::vector<OutboxRow> add(const Notice& notice,
                               const std::vector<std::string>& channels,
                               Timestamp now) {
        const auto added = outbox_.add(notice, channels, now);
        for (const auto& row : added.put)
            outbox_.stored(row.number);
        return added.put;
    }

    /// The subject of what the channel sends now; empty: nothing.
    std::string due(std::string_view channel, Timestamp now) {
        const auto row = outbox_.take_due(channel, now);
        return row ? row->notice.subject : "";
    }

    Outbox outbox_{{{.name = "mail"}, {.name = "slack", .gap = Duration::seconds(1)}}};
};

TEST_F(OutboxTest, QueuesARepetitionThatTheCallerWants) {
    add(about("a"), kMail, at(0));
    EXPECT_THAT(outbox_.add(about("a"), kMail, at(1)).put, IsEmpty());
    const auto added = outbox_.add_repeatable(about("a"), kBoth, at(1));
    ASSERT_EQ(added.put.size(), 2U);
    EXPECT_EQ(added.put[0].notice.id, added.put[1].notice.id);
    EXPECT_EQ(outbox_.state("mail").waiting, 2U);
}

TEST_F(OutboxTest, SendsInOrderAndOneAtATime) {
    add(about("a"), kMail, at(0));
    add(about("b"), kMail, at(0));
    EXPECT_EQ(due("mail", at(0)), "a");
    EXPECT_EQ(due("mail", at(0)), "");
    EXPECT_TRUE(outbox_.finished("mail", {}, at(5)));
    EXPECT_EQ(due("mail", at(5)), "b");
    EXPECT_TRUE(outbox_.finished("mail", {}, at(6)));
    EXPECT_EQ(due("mail", at(60'000)), "");
    EXPECT_EQ(outbox_.state("mail").delivered, 2U);
    EXPECT_EQ(outbox_.state("mail").waiting, 0U);
}

TEST_F(OutboxTest, AllChannelsOfANoticeHaveItsId) {
    const auto rows = add(about("a"), kBoth, at(0));
    ASSERT_EQ(rows.size(), 2U);
    EXPECT_NE(rows[0].number, rows[1].number);
    EXPECT_EQ(rows[0].notice.id, rows[1].notice.id);
    EXPECT_FALSE(rows[0].notice.id.empty());
}

TEST_F(OutboxTest, AChannelThatFailsPausesLongerEachTimeAndHoldsUpNoOther) {
    add(about("a"), kBoth, at(0));
    std::int64_t now = 0;
    for (const std::int64_t pause : {1, 2, 4, 8, 16, 32, 60, 60}) {
        EXPECT_EQ(due("mail", at(now)), "a") << now;
        EXPECT_FALSE(outbox_.finished("mail", {Result::Failed, "no answer"}, at(now)));
        EXPECT_EQ(due("mail", at(now + pause * 1'000 - 1)), "");
        now += pause * 1'000;
    }
    EXPECT_EQ(due("slack", at(1)), "a");
    EXPECT_TRUE(outbox_.finished("slack", {}, at(2)));
    EXPECT_EQ(outbox_.state("mail").failures, 8U);
    EXPECT_EQ(outbox_.state("mail").error, "no answer");
    EXPECT_EQ(outbox_.state("mail").failing_since, at(0));
    const auto row = outbox_.take_due("mail", at(now));
    ASSERT_TRUE(row.has_value());
    EXPECT_TRUE(row->notice.may_be_repeated);
    EXPECT_TRUE(outbox_.finished("mail", {}, at(now)));
    EXPECT_FALSE(outbox_.state("mail").failing_since.has_value());
    EXPECT_EQ(outbox_.state("mail").error, "");
}

TEST_F(OutboxTest, WaitsAsLongAsTheServiceRequests) {
    add(about("a"), kMail, at(0));
    EXPECT_EQ(due("mail", at(0)), "a");
    EXPECT_FALSE(outbox_.finished("mail", {Result::Failed, "429", Duration::seconds(90)}, at(0)));
    EXPECT_EQ(due("mail", at(89'999)), "");
    EXPECT_EQ(due("mail", at(90'000)), "a");
}

TEST_F(OutboxTest, ARefusedNoticeLeavesAndTheNextOneIsSent) {
    add(about("a"), kMail, at(0));
    add(about("b"), kMail, at(0));
    EXPECT_EQ(due("mail", at(0)), "a");
    EXPECT_TRUE(outbox_.finished("mail", {Result::Refused, "400"}, at(0)));
    EXPECT_EQ(outbox_.state("mail").refused, 1U);
    EXPECT_EQ(outbox_.state("mail").error, "400");
    EXPECT_EQ(due("mail", at(0)), "b");
}

TEST_F(OutboxTest, KeepsTheGapThatAServiceRequires) {
    add(about("a"), {"slack"}, at(0));
    add(about("b"), {"slack"}, at(0));
    EXPECT_EQ(due("slack", at(0)), "a");
    EXPECT_TRUE(outbox_.finished("slack", {}, at(0)));
    EXPECT_EQ(due("slack", at(999)), "");
    EXPECT_EQ(due("slack", at(1'000)), "b");
}

TEST_F(OutboxTest, WhatWasSaidAMomentAgoIsNotSentAgain) {
    EXPECT_EQ(add(about("a"), kMail, at(0)).size(), 1U);
    EXPECT_THAT(add(about("a"), kMail, at(299'999)), IsEmpty());
    EXPECT_EQ(add(about("b"), kMail, at(299'999)).size(), 1U);
    EXPECT_EQ(add(about("a"), kMail, at(300'000)).size(), 1U);
}

TEST_F(OutboxTest, ABeginAfterAnEndIsNew) {
    EXPECT_EQ(add(about("a"), kMail, at(0)).size(), 1U);
    EXPECT_EQ(add(over("a"), kMail, at(1)).size(), 1U);
    EXPECT_EQ(add(about("a"), kMail, at(2)).size(), 1U);
    EXPECT_THAT(add(about("a"), kMail, at(3)), IsEmpty());
    EXPECT_EQ(add(over("a"), kMail, at(4)).size(), 1U);
}

TEST_F(OutboxTest, ANoticeWaitsForItsRowButNotForAStoreThatHangs) {
    const auto added = outbox_.add(about("a"), kMail, at(0));
    EXPECT_EQ(due("mail", at(1'999)), "");
    EXPECT_EQ(due("mail", at(2'000)), "a");
    EXPECT_TRUE(outbox_.finished("mail", {}, at(2'000)));
    const auto second = outbox_.add(about("b"), kMail, at(3'000));
    ASSERT_EQ(second.put.size(), 1U);
    outbox_.stored(second.put.front().number);
    EXPECT_EQ(due("mail", at(3'000)), "b");
    outbox_.stored(added.put.front().number);  // Long gone: no effect.
}

TEST_F(OutboxTest, DropsTheOldestOfTheLowestLevelWhenItIsFull) {
    for (std::size_t i = 0; i < Outbox::kRowsMax; ++i) {
        const auto level = i % 2 == 0 ? NoticeLevel::Critical : NoticeLevel::Warning;
        EXPECT_THAT(outbox_.add(about(std::to_string(i), level), kMail, at(0)).dropped, IsEmpty());
    }
    EXPECT_EQ(due("mail", at(2'000)), "0");
    const auto added = outbox_.add(about("last"), kMail, at(2'000));
    EXPECT_THAT(added.dropped, ElementsAre(2));  // The row of "1", a warning.
    EXPECT_EQ(outbox_.state("mail").dropped, 1U);
    EXPECT_EQ(outbox_.state("mail").waiting, Outbox::kRowsMax);
    EXPECT_TRUE(outbox_.finished("mail", {}, at(2'000)));
    EXPECT_EQ(due("mail", at(2'000)), "2");
}

TEST_F(OutboxTest, RowsOfAnEarlierProcessAreSentFirstAndMayBeRepeated) {
    std::vector<OutboxRow> rows;
    rows.push_back({.number = 7, .channel = "mail", .notice = about("old")});
    rows.push_back({.number = 9, .channel = "pager", .notice = about("gone")});
    const auto homeless = outbox_.restore(rows);
    ASSERT_EQ(homeless.size(), 1U);
    EXPECT_EQ(homeless.front().number, 9U);
    const auto added = add(about("new"), kMail, at(0));
    EXPECT_EQ(added.front().number, 10U);
    const auto row = outbox_.take_due("mail", at(0));
    ASSERT_TRUE(row.has_value());
    EXPECT_EQ(row->notice.subject, "old");
    EXPECT_TRUE(row->notice.may_be_repeated);
    EXPECT_TRUE(outbox_.finished("mail", {}, at(0)));
    EXPECT_FALSE(outbox_.take_due("mail", at(0))->notice.may_be_repeated);
}

/// A store, two services and processes that end at any moment.
class FaultyWorld {
public:
    explicit FaultyWorld(std::uint64_t seed) : random_(seed) { start(); }

    void run() {
        for (int step = 0; step < 60; ++step) {
            now_ = now_ + Duration::milliseconds(random_.between(1, 20'000));
            if (random_.chance(1, 3) && added_ < 20) add();
            for (const std::string& channel : kBoth)
                attempt(channel);
            if (random_.chance(1, 12)) start();
        }
        for (int step = 0; step < 2'000 && !stored_.empty(); ++step) {
            now_ = now_ + Duration::seconds(61);
            healed_ = true;
            for (const std::string& channel : kBoth)
                attempt(channel);
        }
    }

    void check() const {
        EXPECT_THAT(stored_, IsEmpty());
        for (const std::string& channel : kBoth) {
            int last_first = 0;
            for (int i = 1; i <= added_; ++i) {
                const auto found = received_.find({channel, std::to_string(i)});
                ASSERT_NE(found, received_.end()) << channel << " lost " << i;
                // One more for each attempt whose end nobody saw.
                const auto lost = lost_answers_.find({channel, std::to_string(i)});
                const int allowed = 1 + (lost == lost_answers_.end() ? 0 : lost->second);
                EXPECT_LE(found->second.times, allowed) << channel << " " << i;
                EXPECT_GT(found->second.first, last_first) << "out of order: " << i;
                last_first = found->second.first;
            }
        }
    }

private:
    struct Received {
        int first = 0;  ///< Its position among all deliveries of the channel.
        int times = 0;
    };

    void start() {
        outbox_.emplace(std::vector<Outbox::ChannelRules>{{.name = "mail"}, {.name = "slack"}});
        std::vector<OutboxRow> rows;
        for (const auto& [number, row] : stored_)
            rows.push_back(row);
        EXPECT_THAT(outbox_->restore(rows), IsEmpty());
    }

    void add() {
        const auto added = outbox_->add(about(std::to_string(++added_)), kBoth, now_);
        for (const auto& row : added.put) {
            stored_.emplace(row.number, row);
            outbox_->stored(row.number);
        }
    }

    void attempt(const std::string& channel) {
        const auto row = outbox_->take_due(channel, now_);
        if (!row) return;
        const bool arrives = healed_ || random_.chance(1, 2);
        const bool is_answered = healed_ || random_.chance(3, 4);
        const std::pair key{channel, row->notice.subject};
        if (arrives) {
            Received& received = received_[key];
            if (received.times++ == 0) received.first = ++deliveries_[channel];
            if (!is_answered) ++lost_answers_[key];
        }
        if (!healed_ && random_.chance(1, 10)) {  // The process ends before it saw the answer.
            if (arrives && is_answered) ++lost_answers_[key];
            return start();
        }
        const bool delivered = arrives && is_answered;
        const Delivery delivery{delivered ? Result::Delivered : Result::Failed};
        if (outbox_->finished(channel, delivery, now_)) stored_.erase(row->number);
    }

    base::Random random_;
    Timestamp now_ = at(0);
    std::optional<Outbox> outbox_;
    std::map<std::uint64_t, OutboxRow> stored_;
    std::map<std::pair<std::string, std::string>, Received> received_;
    std::map<std::pair<std::string, std::string>, int> lost_answers_;
    std::map<std::string, int> deliveries_;
    int added_ = 0;
    bool healed_ = false;
};

/// 1,000 random sequences of lost answers, refusing services and ended processes: no notice is
/// lost, and none arrives twice unless the answer to it was lost.
TEST(OutboxFaults, LoseNoNoticeAndRepeatOneOnlyForALostAnswer) {
    for (std::uint64_t seed = 1; seed <= 1'000; ++seed) {
        FaultyWorld world(seed);
        world.run();
        world.check();
        if (testing::Test::HasFailure()) FAIL() << "seed " << seed;
    }
}

}  // namespace
}  // namespace botcore::runtime
