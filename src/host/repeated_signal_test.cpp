#include "host/repeated_signal.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <csignal>
#include <cstdlib>

namespace botcore::host {
namespace {

using namespace std::chrono_literals;

TEST(SecondSignalDeathTest, ShortlyAfterTheFirstItIsTheSameRequest) {
    EXPECT_EXIT(
        {
            end_at_second_signal(1h);
            (void)std::raise(SIGTERM);
            (void)std::raise(SIGINT);
            std::_Exit(7);
        },
        testing::ExitedWithCode(7),
        "");
}

TEST(SecondSignalDeathTest, LaterItEndsTheProcess) {
    for (const int number : {SIGTERM, SIGINT}) {
        EXPECT_EXIT(
            {
                end_at_second_signal(0ms);
                (void)std::raise(number);
                std::_Exit(7);
            },
            testing::KilledBySignal(number),
            "");
    }
}

}  // namespace
}  // namespace botcore::host
