#include "ports/store.hpp"

#include <gtest/gtest.h>

#include <concepts>
#include <cstddef>

namespace botcore::ports {

TEST(RowVisitor, HasTheCallbacksOfTheKindsThatAreAccepted) {
    std::size_t keys = 0;
    RowSet rows;
    const RowVisitor visitor([](const model::Order&) {}, [&](const KeyRow&) { ++keys; });
    model::RowKinds::each([&]<class Row>(model::RowKind<Row>) {
        const bool accepted = std::same_as<Row, model::Order> || std::same_as<Row, model::KeyEntry>;
        EXPECT_EQ(static_cast<bool>(visitor.of<Row>()), accepted) << model::kTable<Row>;
        rows.of<Row>().emplace_back();
        EXPECT_FALSE(RowVisitor().of<Row>()) << model::kTable<Row>;
    });
    visitor.of<model::KeyEntry>()(rows.keys.at(0));
    EXPECT_EQ(keys, 1U);
}

}  // namespace botcore::ports
