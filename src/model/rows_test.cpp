#include "model/rows.hpp"

#include <gtest/gtest.h>

#include <set>
#include <string>

namespace botcore::model {

namespace {

/// The kinds that the journal knows, each of which must be in the list.
template <class... Rows>
consteval bool are_listed(std::variant<Rows...>*) {
    return ((RowKinds::kIndex<Rows> < RowKinds::kSize) && ...);
}

static_assert(are_listed(static_cast<Change*>(nullptr)));
static_assert(RowKinds::kIndex<Balance> < RowKinds::kSize);
static_assert(!RecordedRow<Balance> && RecordedRow<Order>);

}  // namespace

TEST(Rows, EveryKindHasATableOfItsOwnAndAKey) {
    std::set<std::string_view> tables;
    RowKinds::each([&]<class Row>(RowKind<Row>) {
        tables.insert(kTable<Row>);
        EXPECT_EQ(key_of(Row{}), KeyOf<Row>()) << kTable<Row>;
    });
    EXPECT_EQ(tables.size(), RowKinds::kSize);
}

TEST(Rows, RowsOfAnAccountNameIt) {
    Account account;
    account.id = AccountId("main");
    EXPECT_EQ(account_of(account), account.id);
    EXPECT_EQ(account_of(Balance()), AccountId());
    EXPECT_EQ(account_of(OperatingState()), std::nullopt);
}

TEST(Rows, TheFirstFailureEndsALoop) {
    std::size_t visited = 0;
    const auto outcome =
        RowKinds::try_each([&]<class Row>(RowKind<Row>) -> base::Outcome<std::string> {
            ++visited;
            if (std::same_as<Row, Order>) return base::Failure{std::string(kTable<Row>)};
            return base::Done{};
        });
    ASSERT_FALSE(outcome.has_value());
    EXPECT_EQ(outcome.error(), "orders");
    EXPECT_EQ(visited, RowKinds::kIndex<Order> + 1);
}

}  // namespace botcore::model
