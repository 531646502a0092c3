#include "api/overload_filter.hpp"

#include <gtest/gtest.h>

#include <optional>

namespace botcore::api {
namespace {

using base::Duration;

class OverloadFilterTest : public ::testing::Test {
protected:
    /// The status with which the filter responds; empty when the request passes.
    std::optional<std::uint16_t> asked(host::Purpose purpose, std::string body = {}) {
        host::RouteRow row{};
        row.purpose = purpose;
        std::optional<std::uint16_t> status;
        host::RequestContext call{};
        call.row = &row;
        call.request.body = std::move(body);
        call.respond = [&](net::HttpResponse response) {
            status = response.status;
            retry_after_ = false;
            for (const auto& [name, value] : response.headers)
                retry_after_ |= name == "Retry-After";
        };
        EXPECT_EQ(filter_.pass(call), !status.has_value());
        return status;
    }

    Pressure pressure_;
    observability::Metrics metrics_;
    OverloadFilter filter_{{.reads_at = 10,
                            .entries_at = 20,
                            .reads_lag = Duration::milliseconds(100),
                            .entries_lag = Duration::milliseconds(500)},
                           metrics_,
                           [this] { return pressure_; }};
    bool retry_after_ = false;
};

// @spec:I9 RT-CHAOS-05
TEST_F(OverloadFilterTest, ShedsReadsFirstThenEntriesAndNeverExits) {
    const auto shed = [&] {
        return std::pair(asked(host::Purpose::Read).has_value(),
                         asked(host::Purpose::Entry).has_value());
    };
    EXPECT_EQ(shed(), std::pair(false, false));
    pressure_.commands_waiting = 10;
    EXPECT_EQ(shed(), std::pair(true, false));
    pressure_.commands_waiting = 20;
    EXPECT_EQ(shed(), std::pair(true, true));
    for (const host::Purpose purpose :
         {host::Purpose::Exit, host::Purpose::Admin, host::Purpose::Probe})
        EXPECT_FALSE(asked(purpose));
    EXPECT_TRUE(filter_.take_overload());
    EXPECT_FALSE(filter_.take_overload());
    EXPECT_NE(metrics_.render().find("requests_shed_total{purpose=\"read\"} 2"), std::string::npos);
    EXPECT_NE(metrics_.render().find("requests_shed_total{purpose=\"entry\"} 1"),
              std::string::npos);
}

TEST_F(OverloadFilterTest, ShedsWhenTheLoopLags) {
    pressure_.lag = Duration::milliseconds(100);
    EXPECT_EQ(asked(host::Purpose::Read), 503);
    EXPECT_TRUE(retry_after_);
    EXPECT_FALSE(asked(host::Purpose::Entry));
    pressure_.lag = Duration::milliseconds(500);
    EXPECT_EQ(asked(host::Purpose::Entry), 503);
}

TEST_F(OverloadFilterTest, TreatsAReduceOnlyOrderAsAnExitOnAnyRoute) {
    pressure_.commands_waiting = 1'000;
    EXPECT_FALSE(asked(host::Purpose::Entry, R"({"symbol":"BTCUSDT","reduce_only":true})"));
    EXPECT_FALSE(asked(host::Purpose::Entry, "{\"reduce_only\" :\n true}"));
    EXPECT_TRUE(asked(host::Purpose::Entry, R"({"reduce_only":false})"));
    EXPECT_TRUE(asked(host::Purpose::Entry, R"({"reduce_only"})"));
    EXPECT_TRUE(asked(host::Purpose::Entry, R"({"side":"true"})"));
}

}  // namespace
}  // namespace botcore::api
