#include "adapters/store_observed/measured_store.hpp"

#include "adapters/store_sqlite/sqlite_store.hpp"
#include "tests/scratch/temporary_folder.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace botcore::store_observed {
namespace {

using testing::HasSubstr;

/// Completes every commit with `result` and writes nothing.
class IdleStore final : public ports::ForwardingStore {
public:
    using ForwardingStore::ForwardingStore;

    void commit(const ports::Batch& /*batch*/, ports::CommitDone done) override { done(result); }

    ports::CommitResult result = ports::CommitResult::Committed;
};

model::Order order(model::OrderNumber number, model::OrderState state) {
    model::Order order;
    order.number = number;
    order.state = state;
    order.updated = order.created + model::Duration::milliseconds(200);
    return order;
}

class MeasuredStoreTest : public ::testing::Test {
protected:
    static std::unique_ptr<store_sqlite::SqliteStore> open(const std::string& path) {
        store_sqlite::SqliteOptions options;
        options.path = path;
        options.reserve_bytes = 0;
        options.low_water_bytes = 0;
        return std::move(store_sqlite::SqliteStore::open(options)).value();
    }

    const scratch::TemporaryFolder folder_;
    const std::unique_ptr<store_sqlite::SqliteStore> disk_ = open(folder_.file("shard.db"));
    IdleStore idle_{*disk_};
    observability::Metrics metrics_;
    MeasuredStore store_{idle_, metrics_};
};

// @spec:RI-MX-06
TEST_F(MeasuredStoreTest, CountsCommitsByResultAndTradesOnlyWhenCommitted) {
    ports::Batch batch;
    batch.expected.sequence = 6;
    const auto placed = [](std::uint32_t index) { return model::order_number(7, index); };
    batch.fills.resize(2);
    batch.orders = {order(model::order_number(3, 0), model::OrderState::Filled),
                    order(placed(0), model::OrderState::Open),
                    order(placed(1), model::OrderState::Refused)};
    EXPECT_EQ(store_.commit_now(batch), ports::CommitResult::Committed);
    idle_.result = ports::CommitResult::Unavailable;
    EXPECT_EQ(store_.commit_now(batch), ports::CommitResult::Unavailable);
    idle_.result = ports::CommitResult::Conflict;
    EXPECT_EQ(store_.commit_now(batch), ports::CommitResult::Conflict);
    const std::string text = metrics_.render();
    for (const char* line : {"database_transactions_total{result=\"committed\"} 1\n",
                             "database_transactions_total{result=\"unavailable\"} 1\n",
                             "database_transactions_total{result=\"conflict\"} 1\n",
                             "database_transaction_duration_seconds_count 3\n",
                             "trades_total 2\n",
                             "orders_total 2\n",
                             "orders_refused_total 1\n",
                             "trades_success_total 1\n",
                             "trades_failed_total 1\n",
                             "trade_execution_duration_seconds_bucket{le=\"0.25\"} 1\n"}) {
        EXPECT_THAT(text, HasSubstr(line));
    }
}

TEST_F(MeasuredStoreTest, MeasuresReadsAndReloads) {
    EXPECT_TRUE(store_.reader().head().has_value());
    EXPECT_TRUE(store_.load().has_value());
    const std::string text = metrics_.render();
    EXPECT_THAT(text, HasSubstr("db_query_duration_seconds_count 1\n"));
    EXPECT_THAT(text, HasSubstr("recovery_duration_seconds_count{mechanism=\"reload\"} 1\n"));
}

}  // namespace
}  // namespace botcore::store_observed
