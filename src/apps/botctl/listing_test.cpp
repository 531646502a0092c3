#include "apps/botctl/listing.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

namespace botcore::botctl {
namespace {

/// A list of `length` numbers, newest first, in pages.
class Numbers {
public:
    explicit Numbers(std::uint64_t length) : length_(length) {}

    std::optional<Page> operator()(const std::string& cursor, std::uint64_t at_most) {
        ++reads;
        std::uint64_t at = cursor.empty() ? length_ : std::stoull(cursor);
        Page page;
        while (at > 0 && page.rows.size() < at_most)
            page.rows.emplace_back(at--);
        if (at > 0) page.next = std::to_string(at);
        return page;
    }

    int reads = 0;

private:
    std::uint64_t length_;
};

Listed listed_of(std::uint64_t length, ListArguments args) {
    Numbers numbers(length);
    auto listed = gather(args, std::ref(numbers));
    EXPECT_TRUE(listed.has_value());
    return std::move(listed).value_or(Listed());
}

// Before an emergency stop the operator must know of every open order.
TEST(Listing, ReportsHowManyRowsWereLeftOut) {
    const Listed cut = listed_of(120, {.limit = 100});
    EXPECT_EQ(cut.rows.size(), 100U);
    EXPECT_EQ(left_out(cut), "100 of 120 shown; -n 120 or --all shows the rest");
    EXPECT_EQ(left_out(listed_of(100, {.limit = 100})), "");
    EXPECT_EQ(left_out(listed_of(0, {.limit = 100})), "");
}

TEST(Listing, ReadsAllPagesInOrder) {
    const Listed all = listed_of(5'375, {.limit = 100, .all = true});
    ASSERT_EQ(all.rows.size(), 5'375U);
    EXPECT_EQ(all.rows.front().to_number<std::uint64_t>(), 5'375U);
    EXPECT_EQ(all.rows.back().to_number<std::uint64_t>(), 1U);
    EXPECT_EQ(left_out(all), "");
    EXPECT_EQ(listed_of(5'375, {.limit = 2'500}).rows.size(), 2'500U);
}

TEST(Listing, StopsCountingAtALimit) {
    const Listed cut = listed_of(1'000'000, {.limit = 50});
    EXPECT_EQ(cut.rows.size(), 50U);
    EXPECT_TRUE(left_out(cut).starts_with("50 of more than 10"));
    EXPECT_TRUE(left_out(cut).ends_with(" shown; --all shows the rest"));
}

TEST(Listing, FailsIfARequestedPageIsMissing) {
    int reads = 0;
    EXPECT_FALSE(gather({.limit = 5}, [&](const std::string&, std::uint64_t) {
                     if (++reads == 2) return std::optional<Page>();
                     return std::optional<Page>(Page{{1}, "1"});
                 }).has_value());
}

TEST(Listing, ReturnsTheRequestedRowsWhenCountingFails) {
    int reads = 0;
    const auto listed = gather({.limit = 1}, [&](const std::string&, std::uint64_t) {
        if (++reads == 2) return std::optional<Page>();
        return std::optional<Page>(Page{{1}, "1"});
    });
    ASSERT_TRUE(listed.has_value());
    EXPECT_EQ(left_out(*listed), "1 of more than 1 shown; --all shows the rest");
}

}  // namespace
}  // namespace botcore::botctl
