#include "net/descriptor_limit.hpp"

#include <gtest/gtest.h>
#include <sys/resource.h>

namespace botcore::net {
namespace {

TEST(DescriptorLimit, LeavesDescriptorsForTheEventStream) {
    EXPECT_EQ(connections_that_fit(524'288, 1'024, 1'000), 1'024U);
    EXPECT_EQ(connections_that_fit(2'280, 1'024, 1'000), 1'024U);
    EXPECT_EQ(connections_that_fit(2'279, 1'024, 1'000), 1'011U);
    EXPECT_EQ(connections_that_fit(1'024, 1'024, 1'000), 384U);
    EXPECT_EQ(connections_that_fit(64, 1'024, 1'000), 16U);
    EXPECT_EQ(connections_that_fit(64, 8, 1'000), 8U);
}

TEST(DescriptorLimit, RaisesTheSoftLimitToTheHardLimit) {
    rlimit before{};
    ASSERT_EQ(::getrlimit(RLIMIT_NOFILE, &before), 0);
    const rlimit low{512, before.rlim_max};
    ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &low), 0);
    HttpServerOptions options;
    const std::string lowered = fit_to_descriptors(options, 100);
    rlimit after{};
    ASSERT_EQ(::getrlimit(RLIMIT_NOFILE, &after), 0);
    EXPECT_EQ(after.rlim_cur, before.rlim_max);
    EXPECT_EQ(options.connections_max, connections_that_fit(before.rlim_max, 1'024, 100));
    EXPECT_EQ(lowered.empty(), options.connections_max == 1'024);
    HttpServerOptions many{.connections_max = before.rlim_max};
    EXPECT_NE(fit_to_descriptors(many, 100).find("LimitNOFILE"), std::string::npos);
    EXPECT_LT(many.connections_max, before.rlim_max);
    ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &before), 0);
}

}  // namespace
}  // namespace botcore::net
