#include "adapters/store_observed/observed_store.hpp"

#include "adapters/notify_log/log_notifier.hpp"
#include "adapters/store_sqlite/sqlite_store.hpp"
#include "tests/scratch/temporary_folder.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <memory>
#include <string>
#include <vector>

namespace botcore::store_observed {
namespace {

using testing::HasSubstr;

/// Completes every commit with `result` and writes nothing.
class IdleStore final : public ports::ForwardingStore {
public:
    using ForwardingStore::ForwardingStore;

    void commit(const ports::Batch& /*batch*/, ports::CommitDone done) override { done(result); }

    ports::StoreResult<ports::OpenState> load() override {
        if (fails) return base::Failure{ports::StoreError::Unavailable};
        return ForwardingStore::load();
    }

    ports::CommitResult result = ports::CommitResult::Committed;
    bool fails = false;  ///< Each load fails.
};

model::Order order(model::OrderNumber number, model::OrderState state) {
    model::Order order;
    order.number = number;
    order.state = state;
    order.updated = order.created + model::Duration::milliseconds(200);
    return order;
}

class ObservedStoreTest : public ::testing::Test {
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
    const std::string log_path_ = folder_.file("log");
    observability::Log log_{"test", observability::Level::Info, log_path_};
    notify_log::LogNotifier notifier_{log_};
    ObservedStore store_{idle_, {metrics_, log_, notifier_}};

    /// The lines of the log, after everything was written.
    [[nodiscard]] std::vector<boost::json::value> logged() {
        log_.flush();
        std::ifstream file(log_path_);
        std::vector<boost::json::value> lines;
        for (std::string line; std::getline(file, line);)
            lines.push_back(boost::json::parse(line));
        return lines;
    }
};

ports::Batch batch_of_one_record() {
    ports::Batch batch;
    batch.epoch = 1;
    batch.entries.push_back({1, 1, {}, {}, "record"});
    return batch;
}

// @spec:RI-MX-06
TEST_F(ObservedStoreTest, CountsCommitsByResultAndTradesOnlyWhenCommitted) {
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

TEST_F(ObservedStoreTest, MeasuresReadsAndReloads) {
    EXPECT_TRUE(store_.reader().head().has_value());
    EXPECT_TRUE(store_.load().has_value());
    const std::string text = metrics_.render();
    EXPECT_THAT(text, HasSubstr("db_query_duration_seconds_count 1\n"));
    EXPECT_THAT(text, HasSubstr("recovery_duration_seconds_count{mechanism=\"reload\"} 1\n"));
}

TEST_F(ObservedStoreTest, ReportsEachLoadWithItsResult) {
    std::vector<bool> results;
    store_.on_load([&](bool succeeded, base::Duration took) {
        results.push_back(succeeded);
        EXPECT_GE(took, base::Duration());
    });
    idle_.fails = true;
    EXPECT_FALSE(store_.load().has_value());
    idle_.fails = false;
    EXPECT_TRUE(store_.load().has_value());
    EXPECT_THAT(results, testing::ElementsAre(false, true));
}

// @spec:RM-LOG-02 @spec:R4-FAIL-08
TEST_F(ObservedStoreTest, LogsACommitThatDoesNotSucceed) {
    EXPECT_EQ(store_.commit_now(batch_of_one_record()), ports::CommitResult::Committed);
    idle_.result = ports::CommitResult::Conflict;
    EXPECT_EQ(store_.commit_now(batch_of_one_record()), ports::CommitResult::Conflict);
    const auto lines = logged();
    ASSERT_EQ(lines.size(), 1U);
    EXPECT_EQ(lines[0].at("level").as_string(), "ERROR");
    EXPECT_EQ(lines[0].at("event").as_string(), "transaction_failed");
    EXPECT_EQ(lines[0].at("first").as_int64(), 1);
    EXPECT_FALSE(lines[0].at("stack_trace").as_string().empty());
}

// @spec:R4-FAIL-10
TEST_F(ObservedStoreTest, AlertsOnceAfterConsecutiveFailuresAndLogsTheRecovery) {
    idle_.result = ports::CommitResult::Unavailable;
    for (int i = 0; i < 5; ++i)
        EXPECT_EQ(store_.commit_now(batch_of_one_record()), ports::CommitResult::Unavailable);
    idle_.result = ports::CommitResult::Committed;
    EXPECT_EQ(store_.commit_now(batch_of_one_record()), ports::CommitResult::Committed);
    std::vector<std::string> events;
    for (const auto& line : logged()) {
        events.emplace_back(line.at("event").as_string());
        if (events.back() != "alert") continue;
        EXPECT_EQ(line.at("severity").as_string(), "critical");
        EXPECT_EQ(line.at("failures").as_int64(), kFailuresToAlert);
    }
    const std::string failed = "transaction_rolled_back";
    EXPECT_EQ(
        events,
        (std::vector<std::string>{failed, failed, failed, "alert", failed, failed, "alert_over"}));
}

}  // namespace
}  // namespace botcore::store_observed
