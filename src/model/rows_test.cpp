#include "model/rows.hpp"

#include <gtest/gtest.h>

#include <set>
#include <string>
#include <vector>

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

struct NoRow {};

static_assert(RowKinds::kIndex<NoRow> == RowKinds::kSize);

/// Any part of its own for each kind.
template <class Row>
using Counter = std::size_t;

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
    Balance balance;
    balance.account = account.id;
    EXPECT_EQ(account_of(balance), account.id);
    EXPECT_EQ(account_of(OperatingState()), std::nullopt);
    EXPECT_EQ(account_of(KeyEntry()), std::nullopt);
}

TEST(Rows, OnePartForEachKind) {
    PerRowKind<Counter> parts;
    RowKinds::each([&]<class Row>(RowKind<Row>) { parts.of<Row>() = RowKinds::kIndex<Row>; });
    EXPECT_EQ(parts.of<Account>(), 0U);
    EXPECT_EQ(parts.of<MaintenanceWindow>(), RowKinds::kSize - 1);
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
