#include "base/whole_number.hpp"

#include <gtest/gtest.h>

#include <cstdint>

namespace botcore::base {
namespace {

TEST(WholeNumber, ReadsATextThatIsOneNumberAndNothingElse) {
    EXPECT_EQ(whole_number<std::uint16_t>("0"), 0);
    EXPECT_EQ(whole_number<std::uint16_t>("0065535"), 65'535);
    EXPECT_EQ(whole_number<std::int64_t>("-17"), -17);
    for (const char* text : {"", " 1", "1 ", "+1", "1.0", "1e3", "0x1", "-", "65536"})
        EXPECT_EQ(whole_number<std::uint16_t>(text), std::nullopt) << text;
    EXPECT_EQ(whole_number<std::uint64_t>("-1"), std::nullopt);
    EXPECT_EQ(whole_number<std::int64_t>("9223372036854775808"), std::nullopt);
}

}  // namespace
}  // namespace botcore::base
