#include "net/connection_table.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace botcore::net {
namespace {

using Address = ConnectionTable::Address;
using Place = ConnectionTable::Place;

class Table : public testing::Test {
protected:
    Place* admit(const std::string& address, Address kind = Address::Limited) {
        Place* const place = table_.admit(address, kind);
        if (place != nullptr)
            place->cut = [this, number = place->number] { cut_.push_back(number); };
        return place;
    }

    ConnectionTable table_{{.places = 8, .reserved = 2, .per_address = 4}};
    std::vector<std::uint64_t> cut_;
};

TEST_F(Table, EvictsNoConnectionWhilePlacesAreFree) {
    for (int i = 0; i < 6; ++i)
        EXPECT_FALSE(admit("a" + std::to_string(i))->provisional);
    EXPECT_TRUE(cut_.empty());
}

TEST_F(Table, AnAddressOverItsLimitLosesItsOwnOldestConnection) {
    admit("other");
    Place* const oldest = admit("a");
    for (int i = 0; i < 3; ++i)
        admit("a");
    EXPECT_TRUE(cut_.empty());
    ASSERT_NE(admit("a"), nullptr);
    EXPECT_EQ(cut_, std::vector{oldest->number});
}

TEST_F(Table, RefusesAnAddressOverItsLimitWhenAllItsConnectionsAreBusy) {
    for (int i = 0; i < 4; ++i)
        admit("a")->waits = false;
    EXPECT_EQ(admit("a"), nullptr);
    EXPECT_NE(admit("b"), nullptr);
    EXPECT_NE(admit("a", Address::Unlimited), nullptr);
    EXPECT_TRUE(cut_.empty());
}

TEST_F(Table, EvictsFromTheAddressWithTheMostConnectionsFirst) {
    admit("quiet");
    Place* const first = admit("greedy");
    Place* const second = admit("greedy");
    admit("greedy");
    admit("greedy");
    admit("quiet");
    admit("newcomer");
    EXPECT_EQ(cut_, std::vector{first->number});
    admit("newcomer");
    EXPECT_EQ(cut_, (std::vector{first->number, second->number}));
}

TEST_F(Table, DoesNotEvictConnectionsWithATokenOrARequestInProgress) {
    admit("a")->is_known = true;
    admit("a")->waits = false;
    Place* const newcomer = admit("b");
    for (int i = 0; i < 3; ++i)
        admit("c")->is_known = true;
    admit("d");
    EXPECT_EQ(cut_, std::vector{newcomer->number});
}

TEST_F(Table, GrantsReservedPlacesProvisionallyWhenNoneCanBeEvicted) {
    std::vector<Place*> busy;
    for (int i = 0; i < 6; ++i) {
        busy.push_back(admit("a" + std::to_string(i)));
        busy.back()->waits = false;
    }
    Place* const provisional = admit("b");
    ASSERT_NE(provisional, nullptr);
    EXPECT_TRUE(provisional->provisional);
    EXPECT_FALSE(table_.has_room());
    provisional->waits = false;
    admit("c")->waits = false;
    EXPECT_EQ(admit("d"), nullptr);
    for (int i = 0; i < 2; ++i)
        table_.leave(*busy.at(static_cast<std::size_t>(i)));
    EXPECT_TRUE(table_.has_room());
    EXPECT_TRUE(cut_.empty());
}

TEST_F(Table, AReplacedProvisionalPlaceStaysProvisional) {
    for (int i = 0; i < 6; ++i)
        admit("a" + std::to_string(i))->waits = false;
    Place* const first = admit("b");
    EXPECT_TRUE(admit("c")->provisional);
    EXPECT_EQ(cut_, std::vector{first->number});
    table_.leave(*first);
    EXPECT_TRUE(table_.make_room());
    EXPECT_FALSE(table_.make_room());
}

}  // namespace
}  // namespace botcore::net
