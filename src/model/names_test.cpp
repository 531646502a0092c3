#include "model/names.hpp"

#include <gtest/gtest.h>

namespace botcore::model {
namespace {

TEST(Symbols, MayBeWhateverAnExchangeLists) {
    for (const char* symbol : {"BTCUSDT",
                               "1000SHIBUSDT",
                               "BTCUSDT_261225",
                               "BTC-261225",
                               "AB.C",
                               "\xE5\xB8\x81\xE5\xAE\x89USDT"})
        EXPECT_TRUE(is_valid_symbol(symbol)) << symbol;
    EXPECT_TRUE(is_valid_symbol(std::string(60, 'A')));
}

TEST(Symbols, AreOneWordOfUtf8) {
    for (const char* symbol : {"",
                               "B",
                               "btcusdt",
                               "BTC/USDT",
                               "BTC USDT",
                               "BTC\nUSDT",
                               "BTC,USDT",
                               "BTC\"USDT",
                               "BTC%USDT",
                               "BTC\xE5\xB8",
                               "BTC\xE2\x80\xAEUSDT"})
        EXPECT_FALSE(is_valid_symbol(symbol)) << symbol;
    EXPECT_FALSE(is_valid_symbol(std::string(61, 'A')));
}

}  // namespace
}  // namespace botcore::model
