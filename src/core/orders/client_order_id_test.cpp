#include "core/orders/client_order_id.hpp"

#include <gtest/gtest.h>

#include <limits>
#include <string>

namespace botcore::core {
namespace {

constexpr ClientOrderIdParts kParts = {
    .incarnation = std::numeric_limits<std::uint64_t>::max(),
    .shard = 7,
    .sequence = 123'456'789,
    .index = 63,
};

// @spec:I2
TEST(ClientOrderId, ParsesBackToTheSameParts) {
    const auto id = make_client_order_id(kParts);
    EXPECT_EQ(id.text().size(), 34U);
    EXPECT_EQ(parse_client_order_id(id.text()), kParts);
}

// @spec:I2
TEST(ClientOrderId, DiffersWhenAnyPartDiffers) {
    const auto id = make_client_order_id(kParts);
    auto other = kParts;
    other.incarnation = 1;
    EXPECT_NE(make_client_order_id(other), id);
    other = kParts;
    other.sequence += 1;
    EXPECT_NE(make_client_order_id(other), id);
    other = kParts;
    other.index -= 1;
    EXPECT_NE(make_client_order_id(other), id);
}

TEST(ClientOrderId, RecognizesDamagedAndForeignIds) {
    const std::string id = make_client_order_id(kParts).text();
    for (std::size_t i = 0; i < id.size(); ++i) {
        std::string damaged = id;
        damaged[i] = damaged[i] == 'x' ? 'y' : 'x';
        EXPECT_EQ(parse_client_order_id(damaged), std::nullopt) << i;
    }
    EXPECT_EQ(parse_client_order_id(id.substr(1)), std::nullopt);
    EXPECT_EQ(parse_client_order_id(""), std::nullopt);
    EXPECT_EQ(parse_client_order_id("x-HNA2TXFJ9b7a1c2d3e4f5a6b7c8d9e0f1a"), std::nullopt);
    EXPECT_EQ(parse_client_order_id("autoclose-1582000000000"), std::nullopt);
}

TEST(ClientOrderId, RefusesImpossiblePartsEvenWithAValidCheck) {
    EXPECT_EQ(parse_client_order_id("BC1LygHa16AHYG070000000000100ceWmc"), std::nullopt)
        << "An incarnation of 2^64.";
    EXPECT_EQ(parse_client_order_id("BC10000000000107zzzzzzzzzzz00HzXcL"), std::nullopt)
        << "The largest sequence that eleven digits can write.";
    EXPECT_EQ(parse_client_order_id("BC1000000000010-0000000000100qqahm"), std::nullopt)
        << "A shard with a character that is no digit.";
}

}  // namespace
}  // namespace botcore::core
