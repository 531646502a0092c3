#include "host/store_maintenance_thread.hpp"

#include <gtest/gtest.h>

#include <latch>
#include <thread>
#include <utility>

namespace botcore::host {
namespace {

TEST(StoreMaintenanceThread, RunsOnItsOwnThreadAndEndsWithTheObject) {
    std::latch worked(1);
    std::thread::id worker;
    bool first = true;
    {
        const StoreMaintenanceThread slow([&] {
            if (!std::exchange(first, false)) return;
            worker = std::this_thread::get_id();
            worked.count_down();
        });
        worked.wait();
    }
    EXPECT_NE(worker, std::this_thread::get_id());
}

}  // namespace
}  // namespace botcore::host
