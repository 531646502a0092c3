#include "base/plain_numbers.hpp"

#include <gtest/gtest.h>

#include <string>

namespace botcore::base {
namespace {

TEST(PlainNumbers, HaveNoExponent) {
    EXPECT_EQ(plain_numbers("0E0"), "0");
    EXPECT_EQ(plain_numbers("[6.5521E-2,2.87E-1,2.6140672E7,3.7E1,-1.5E0,1E2,-2E-3]"),
              "[0.065521,0.287,26140672,37,-1.5,100,-0.002]");
    EXPECT_EQ(plain_numbers("1.795983772697723E9"), "1795983772.697723");
    EXPECT_EQ(plain_numbers(R"({"a":12,"b":-3,"c":1.25,"d":1e+3})"),
              R"({"a":12,"b":-3,"c":1.25,"d":1000})");
}

TEST(PlainNumbers, LeaveStringsUnchanged) {
    for (const std::string& text : {std::string(R"("1E5")"),
                                    std::string(R"({"1E5":"a \"2E3\" b","c":null})"),
                                    std::string(R"("ends in \\")"),
                                    std::string(R"("not closed 1E5)"),
                                    std::string("true"),
                                    std::string("1E400")}) {
        EXPECT_EQ(plain_numbers(text), text);
    }
}

}  // namespace
}  // namespace botcore::base
