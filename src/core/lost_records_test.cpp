#include "core/core_bench_test.hpp"

#include <gtest/gtest.h>

namespace botcore::core {

// @spec:I8 I9
// @error:RefusalReason::StoreBehindArchive
TEST(LostRecords, RefuseEntriesAndTransfersButAllowExitsAndCancels) {
    for (const auto storage : {model::StorageState::Behind, model::StorageState::Unconfirmed}) {
        Bench bench;
        const auto entry = bench.place(bench.order("futures", Side::Buy, "0.1"));
        (void)bench.fill_all(*entry, "60000");
        bench.storage = storage;
        EXPECT_FALSE(bench.place(bench.order("futures", Side::Buy, "0.1")));
        EXPECT_EQ(bench.refusal(), RefusalReason::StoreBehindArchive);
        model::TransferMoney transfer;
        transfer.origin = bench.origin();
        transfer.from = model::AccountId("futures");
        transfer.to = model::AccountId("spot");
        transfer.asset = kUsdt;
        transfer.amount = money("1");
        EXPECT_EQ(bench.apply(transfer).verdict, Verdict::Refused) << "The key can be used again.";
        EXPECT_EQ(bench.refusal(), RefusalReason::StoreBehindArchive);
        EXPECT_TRUE(bench.place(bench.order("futures", Side::Sell, "0.1")));
        EXPECT_EQ(bench
                      .apply(model::CancelAll{
                          bench.origin(), model::AccountId("futures"), std::nullopt, true})
                      .verdict,
                  Verdict::Recorded);
    }
}

// Figures that may be older than acknowledged records must not close a position.
TEST(LostRecords, CauseNoMarginCall) {
    model::RiskLimits limits = model::RiskLimits::none();
    limits.margin_level_close = model::Rate::whole(1'000);
    limits.margin_level_safe = model::Rate::whole(1'001);
    Bench bench(limits);
    const auto entry = bench.place(bench.order("futures", Side::Buy, "0.1"));
    (void)bench.fill_all(*entry, "60000");
    bench.storage = model::StorageState::Behind;
    EXPECT_TRUE(Bench::sent_by(bench.tick(model::Duration::seconds(1), "60000")).empty());
    bench.storage = model::StorageState::Normal;
    EXPECT_EQ(Bench::sent_by(bench.tick(model::Duration::seconds(1), "60000")).size(), 1U);
}

}  // namespace botcore::core
