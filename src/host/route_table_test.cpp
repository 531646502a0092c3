#include "host/route_table.hpp"

#include <gtest/gtest.h>

namespace botcore::host {
namespace {

class RouteTableOfSome : public testing::Test {
protected:
    RouteTableOfSome() {
        add("GET", "/api/orders/{order}");
        add("DELETE", "/api/orders/{order}");
        add("GET", "/api/orders/all");
        add("GET", "/api/{kind}/{name}/explain");
    }

    void add(std::string_view method, std::string_view pattern) {
        table_.add(
            {.method = method, .pattern = std::string(pattern), .handler = [](RequestContext&) {}});
    }

    RouteTable table_;
};

TEST_F(RouteTableOfSome, FindsARowAndItsParameters) {
    const auto one = table_.find("DELETE", {"api", "orders", "7"});
    ASSERT_NE(one.row, nullptr);
    EXPECT_EQ(one.row->pattern, "/api/orders/{order}");
    ASSERT_EQ(one.parameters.size(), 1U);
    EXPECT_EQ(one.parameters[0].first, "order");
    EXPECT_EQ(one.parameters[0].second, "7");

    const auto two = table_.find("GET", {"api", "a", "b", "explain"});
    ASSERT_NE(two.row, nullptr);
    ASSERT_EQ(two.parameters.size(), 2U);
    EXPECT_EQ(two.parameters[1].first, "name");
    EXPECT_EQ(two.parameters[1].second, "b");
}

TEST_F(RouteTableOfSome, PrefersTheRowAddedFirst) {
    EXPECT_EQ(table_.find("GET", {"api", "orders", "all"}).row->pattern, "/api/orders/{order}");
}

TEST_F(RouteTableOfSome, ReportsTheMethodsOfAPath) {
    const auto found = table_.find("PUT", {"api", "orders", "all"});
    EXPECT_EQ(found.row, nullptr);
    EXPECT_EQ(found.allowed, "GET, DELETE");
    EXPECT_TRUE(found.parameters.empty());
    EXPECT_EQ(table_.find("GET", {"api"}).allowed, "");
    EXPECT_EQ(table_.find("GET", {"api", "orders", "1", "2"}).allowed, "");
}

TEST_F(RouteTableOfSome, AbortsOnADuplicateRoute) {
    EXPECT_DEATH(add("GET", "/api/orders/{order}"), "other.method");
}

}  // namespace
}  // namespace botcore::host
