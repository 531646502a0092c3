#include "adapters/store_observed/logged_store.hpp"

#include "adapters/notify_log/log_notifier.hpp"
#include "adapters/store_sqlite/sqlite_store.hpp"
#include "tests/scratch/temporary_folder.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

namespace botcore::store_observed {
namespace {

ports::Batch batch_on(const model::Head& head, model::Epoch epoch) {
    ports::Batch batch;
    batch.expected = head;
    batch.epoch = epoch;
    batch.entries.push_back({head.sequence + 1, epoch, {}, {}, "record"});
    batch.entries[0].hash[0] = static_cast<std::uint8_t>(head.sequence + epoch);
    return batch;
}

// @spec:RM-LOG-02 @spec:R4-FAIL-08
TEST(LoggedStore, LogsACommitThatDoesNotSucceed) {
    const scratch::TemporaryFolder folder;
    const std::string path = folder.file("log");
    {
        store_sqlite::SqliteOptions options;
        options.path = folder.file("shard.db");
        options.reserve_bytes = 0;
        options.low_water_bytes = 0;
        auto inner = std::move(store_sqlite::SqliteStore::open(options)).value();
        observability::Log log("test", observability::Level::Info, path);
        notify_log::LogNotifier notifier(log);
        LoggedStore store(*inner, log, notifier);
        ASSERT_EQ(store.commit_now(batch_on({}, 1)), ports::CommitResult::Committed);
        ASSERT_EQ(store.commit_now(batch_on({}, 1)), ports::CommitResult::Conflict);
    }
    std::ifstream file(path);
    std::string line;
    ASSERT_TRUE(std::getline(file, line));
    const auto value = boost::json::parse(line);
    EXPECT_EQ(value.at("level").as_string(), "ERROR");
    EXPECT_EQ(value.at("event").as_string(), "transaction_failed");
    EXPECT_EQ(value.at("first").as_int64(), 1);
    EXPECT_FALSE(value.at("stack_trace").as_string().empty());
    EXPECT_FALSE(std::getline(file, line));
}

/// Refuses every commit while it is broken.
class BrokenStore final : public ports::ForwardingStore {
public:
    using ForwardingStore::ForwardingStore;

    void commit(const ports::Batch& batch, ports::CommitDone done) override {
        if (broken) return done(ports::CommitResult::Unavailable);
        store_.commit(batch, std::move(done));
    }

    bool broken = true;
};

// @spec:R4-FAIL-10
TEST(LoggedStore, AlertsOnceAfterConsecutiveFailuresAndLogsTheRecovery) {
    const scratch::TemporaryFolder folder;
    const std::string path = folder.file("log");
    {
        store_sqlite::SqliteOptions options;
        options.path = folder.file("shard.db");
        options.reserve_bytes = 0;
        options.low_water_bytes = 0;
        auto inner = std::move(store_sqlite::SqliteStore::open(options)).value();
        BrokenStore broken(*inner);
        observability::Log log("test", observability::Level::Info, path);
        notify_log::LogNotifier notifier(log);
        LoggedStore store(broken, log, notifier);
        for (int i = 0; i < 5; ++i)
            ASSERT_EQ(store.commit_now(batch_on({}, 1)), ports::CommitResult::Unavailable);
        broken.broken = false;
        ASSERT_EQ(store.commit_now(batch_on({}, 1)), ports::CommitResult::Committed);
    }
    std::ifstream file(path);
    std::vector<std::string> events;
    for (std::string line; std::getline(file, line);) {
        const auto value = boost::json::parse(line);
        events.emplace_back(value.at("event").as_string());
        if (events.back() != "alert") continue;
        EXPECT_EQ(value.at("severity").as_string(), "critical");
        EXPECT_EQ(value.at("failures").as_int64(), kFailuresToAlert);
    }
    const std::string failed = "transaction_rolled_back";
    EXPECT_EQ(
        events,
        (std::vector<std::string>{failed, failed, failed, "alert", failed, failed, "alert_over"}));
}

}  // namespace
}  // namespace botcore::store_observed
