#include "runtime/archive/history.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace botcore::runtime::archive {
namespace {

using testing::HasSubstr;

const model::TimelineIdentity kRestored{
    .number = 3, .id = 0x9f2c41d0, .ancestors = {{1, 0x11, 300}, {2, 0x22, 450}}};

TEST(HistoryChange, AcceptsNumbersOfTheCurrentTimeline) {
    EXPECT_FALSE(history_change(kRestored, "3-9f2c41d0"));
    const model::TimelineIdentity first{.number = 1, .id = 0x11, .ancestors = {}};
    EXPECT_FALSE(history_change(first, "1-00000011"));
    EXPECT_FALSE(history_change(first, ""));
}

TEST(HistoryChange, ReportsWhereAnEarlierTimelineEnds) {
    const auto second = history_change(kRestored, "2-00000022");
    ASSERT_TRUE(second);
    EXPECT_EQ(second->current, "3-9f2c41d0");
    EXPECT_EQ(second->common, 450U);
    EXPECT_THAT(second->text, HasSubstr("3-9f2c41d0"));
    EXPECT_THAT(second->text, HasSubstr("up to 450"));
    const auto unnamed = history_change(kRestored, "");
    ASSERT_TRUE(unnamed);
    EXPECT_EQ(unnamed->common, 300U);
}

TEST(HistoryChange, ReportsNoCommonRecordForAnotherJournal) {
    for (const char* named : {"3-9f2c41d1", "2-9f2c41d0", "3", "x"}) {
        const auto change = history_change(kRestored, named);
        ASSERT_TRUE(change) << named;
        EXPECT_FALSE(change->common) << named;
    }
    // The store was created again and is empty of history: the first timeline of another journal.
    const model::TimelineIdentity first{.number = 1, .id = 0x11, .ancestors = {}};
    EXPECT_TRUE(history_change(first, "1-00000012"));
}

}  // namespace
}  // namespace botcore::runtime::archive
