#include "services/trading/market_source_monitor.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace botcore::trading {
namespace {

TEST(MarketSourceMonitor, ReportsAFailureOnceAndTheRecoveryWithItsCause) {
    observability::Log log{observability::LogOptions{.identity = {}, .descriptor = -1, .path = {}}};
    std::vector<protocol::Event> events;
    MarketSourceMonitor monitor(
        {.log = log,
         .publish = [&](const protocol::Event& event) { events.push_back(event); },
         .now = [] { return model::Timestamp(); }});
    monitor.update("");
    EXPECT_TRUE(events.empty());
    monitor.update("the file has ended");
    monitor.update("the file has ended");
    ASSERT_EQ(events.size(), 1U);
    EXPECT_EQ(events[0].name, "connection_error");
    EXPECT_EQ(events[0].data.at("message").as_string(), "the file has ended");
    EXPECT_FALSE(events[0].data.at("recovered").as_bool());
    monitor.update("");
    ASSERT_EQ(events.size(), 2U);
    EXPECT_EQ(events[1].data.at("message").as_string(), "the file has ended");
    EXPECT_TRUE(events[1].data.at("recovered").as_bool());
}

}  // namespace
}  // namespace botcore::trading
