#include "api/performance_book.hpp"

#include "adapters/store_sqlite/sqlite_store.hpp"
#include "tests/scratch/temporary_folder.hpp"

#include <gtest/gtest.h>

namespace botcore::api {
namespace {

// B2
TEST(PerformanceBook, CompletesAfterOneRestartForAPositionWithoutFills) {
    const scratch::TemporaryFolder folder;
    store_sqlite::SqliteOptions options;
    options.path = folder.file("shard.db");
    options.reserve_bytes = 0;
    options.low_water_bytes = 0;
    const auto store = std::move(store_sqlite::SqliteStore::open(options)).value();
    const model::InstrumentId unknown{model::Market::Futures, model::Symbol("GONEUSDT")};
    core::AccountState account;
    account.account.id = model::AccountId("main");
    account.account.market = model::Market::Futures;
    account.account.quote = model::Asset("USDT");
    account.positions[unknown].quantity = model::Quantity::from_units(5);
    PerformanceBook book(store->reader(), 10);
    const core::State state;
    using enum PerformanceBook::Progress;
    EXPECT_EQ(book.advance(state, account).value(), Partly);
    EXPECT_EQ(book.advance(state, account).value(), Whole);
    EXPECT_EQ(book.figures(account.account.id).performance.rounds_open, 1U);
}

}  // namespace
}  // namespace botcore::api
