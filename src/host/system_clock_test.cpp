#include "host/system_clock.hpp"

#include <gtest/gtest.h>

namespace botcore::host {
namespace {

class SystemClockTest : public testing::Test {
protected:
    void pass(std::chrono::milliseconds steady, std::chrono::milliseconds wall) {
        reading_.steady += steady;
        reading_.wall = reading_.wall + base::Duration::milliseconds(wall.count());
    }

    SystemClock::Reading reading_{base::Timestamp::from_milliseconds(1'000'000), {}};
    SystemClock clock_{[this] { return reading_; }};
};

// @spec:I14
TEST_F(SystemClockTest, AStepMakesTheClockUncertainUntilItHasSettled) {
    using std::chrono::milliseconds;
    pass(milliseconds(500), milliseconds(500));
    EXPECT_EQ(clock_.now().clock, model::ClockState::Certain);
    pass(milliseconds(500), milliseconds(3'000));
    EXPECT_EQ(clock_.now().clock, model::ClockState::Uncertain);
    pass(milliseconds(9'999), milliseconds(9'999));
    EXPECT_EQ(clock_.now().clock, model::ClockState::Uncertain);
    pass(milliseconds(2), milliseconds(2));
    EXPECT_EQ(clock_.now().clock, model::ClockState::Certain);
    pass(milliseconds(10), milliseconds(-5'000));
    EXPECT_EQ(clock_.now().clock, model::ClockState::Uncertain);
}

TEST_F(SystemClockTest, ASlowCorrectionIsNotAStep) {
    using std::chrono::milliseconds;
    for (int i = 0; i < 100; ++i) {
        pass(milliseconds(1'000), milliseconds(1'010));
        EXPECT_EQ(clock_.now().clock, model::ClockState::Certain);
    }
}

}  // namespace
}  // namespace botcore::host
