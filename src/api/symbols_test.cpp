// Symbols as exchanges list them: dated futures and names in other scripts.

#include "model/instrument.hpp"
#include "tests/api_world/api_world.hpp"

#include <algorithm>

namespace botcore::api {
namespace {

constexpr std::string_view kDated = "BTCUSDT_261225";
/// "币安人生USDT", which Binance lists on its spot market.
constexpr std::string_view kChinese = "\xE5\xB8\x81\xE5\xAE\x89\xE4\xBA\xBA\xE7\x94\x9FUSDT";
constexpr std::string_view kChineseInPath = "%E5%B8%81%E5%AE%89%E4%BA%BA%E7%94%9FUSDT";

/// The built-in rules of BTCUSDT under another name.
model::Instrument renamed(std::string_view symbol) {
    const auto instruments = model::builtin_instruments();
    const model::InstrumentId wanted{model::Market::Futures, model::Symbol("BTCUSDT")};
    auto instrument = *std::find_if(
        instruments.begin(), instruments.end(), [&](const auto& row) { return row.id == wanted; });
    instrument.id.symbol = model::Symbol(symbol);
    return instrument;
}

std::string buy(std::string_view symbol) {
    return R"({"symbol":")" + std::string(symbol) +
           R"(","side":"BUY","type":"MARKET","quantity":"0.01"})";
}

class ListedSymbols : public ::testing::Test {
protected:
    ListedSymbols() {
        for (const auto symbol : {kDated, kChinese})
            world_.market.priced.emplace(symbol);
    }

    net::TestResponse place(std::string_view symbol) {
        return world_.command("POST", "/api/accounts/futures/orders", buy(symbol));
    }

    ApiWorld world_{std::vector{renamed(kDated), renamed(kChinese)}};
};

TEST_F(ListedSymbols, AreTradedUnderTheirOwnNames) {
    for (const std::string_view symbol : {kDated, kChinese}) {
        const auto placed = place(symbol);
        EXPECT_EQ(placed.status, 200) << placed.body;
        EXPECT_EQ(ApiWorld::data(placed).at("symbol").as_string(), symbol);
    }
    const auto list = ApiWorld::data(world_.get("/api/accounts/futures/orders"));
    EXPECT_EQ(list.at("orders").as_array().size(), 2U);
}

TEST_F(ListedSymbols, WorkInPathsAndQueries) {
    for (const std::string_view symbol : {kDated, kChineseInPath}) {
        const std::string name(symbol);
        EXPECT_EQ(world_.get("/api/accounts/futures/orders?symbol=" + name).status, 200) << name;
        const auto closed =
            world_.command("POST", "/api/accounts/futures/positions/" + name + "/close", "{}");
        EXPECT_EQ(ApiWorld::code(closed), "POSITION_NOT_OPEN") << closed.body;
    }
}

TEST_F(ListedSymbols, AreFoundUnderOtherSpellingsAsUsual) {
    EXPECT_EQ(ApiWorld::data(place("btcusdt_261225")).at("symbol").as_string(), kDated);
    EXPECT_EQ(ApiWorld::data(place("BTC-USDT")).at("symbol").as_string(), "BTCUSDT");
}

TEST_F(ListedSymbols, AreUnknownWhenNobodyListsThem) {
    for (const char* symbol : {"BTCUSDT_270326", "BTCUSDT.P", "NOSUCH"})
        EXPECT_EQ(ApiWorld::code(place(symbol)), "INSTRUMENT_UNKNOWN") << symbol;
    for (const char* symbol : {"X", "BTC USDT", "BTC\\nUSDT", "BTC/USDT/1"})
        EXPECT_EQ(ApiWorld::code(place(symbol)), "INVALID_SYMBOL") << symbol;
}

TEST_F(ListedSymbols, CancelAllTakesTheExchange) {
    const std::string path = "/api/accounts/futures/orders/cancel-all";
    EXPECT_EQ(world_.command("POST", path, R"({"exchange":"binance"})").status, 200);
    const auto refused = world_.command("POST", path, R"({"exchange":"kraken"})");
    EXPECT_EQ(refused.status, 400);
    EXPECT_EQ(ApiWorld::code(refused), "INVALID_FIELD");
}

}  // namespace
}  // namespace botcore::api
