#include "operations/quiet_hours.hpp"

#include "base/time_text.hpp"

#include <gtest/gtest.h>

#include <string>

namespace botcore::operations {
namespace {

bool quiet(std::string_view hours, const std::string& time) {
    return parse_quiet_hours(hours).value().contain(
        base::parse_iso8601("2026-11-30T" + time + "Z").value());
}

TEST(QuietHours, LastFromTheirBeginToBeforeTheirEnd) {
    for (const char* time : {"22:00:00", "23:59:59", "00:00:00", "06:59:59"})
        EXPECT_TRUE(quiet("22:00-07:00", time)) << time;
    for (const char* time : {"07:00:00", "12:00:00", "21:59:59"})
        EXPECT_FALSE(quiet("22:00-07:00", time)) << time;
    EXPECT_TRUE(quiet("01:00-05:00", "01:00:00"));
    EXPECT_FALSE(quiet("01:00-05:00", "05:00:00"));
    EXPECT_FALSE(quiet("01:00-05:00", "00:59:59"));
}

TEST(QuietHours, RefuseWhatIsNoPairOfTimes) {
    for (const char* text : {"", "22:00", "22:00-", "22:00-24:00", "22:00-22:00", "22:00 - 07:00"})
        EXPECT_FALSE(parse_quiet_hours(text)) << text;
}

}  // namespace
}  // namespace botcore::operations
