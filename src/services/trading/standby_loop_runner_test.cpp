#include "services/trading/standby_loop_runner.hpp"

#include "tests/conformance/late_store.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <gtest/gtest.h>

#include <future>
#include <optional>
#include <vector>

namespace botcore::trading {
namespace {

namespace asio = boost::asio;
using namespace std::chrono_literals;

/// A store whose commit blocks until the test releases it.
class StuckStore final : public ports::Store, public ports::StoreReader {
public:
    std::promise<void> let_go;

    ports::StoreResult<ports::OpenState> load() override { return ports::OpenState{}; }

    void commit(const ports::Batch&, ports::CommitDone done) override {
        let_go.get_future().wait();
        done(ports::CommitResult::Committed);
    }

    model::StorageState storage_state() override { return model::StorageState::Normal; }

    void maintain() override {}

    ports::StoreReader& reader() override { return *this; }

    ports::StoreResult<std::optional<ports::KeyRow>> find_key(
        const model::Owner&, const model::IdempotencyKey&) override {
        return std::optional<ports::KeyRow>();
    }

    ports::StoreResult<std::optional<ports::LiveOrder>> find_order(model::OrderNumber) override {
        return std::optional<ports::LiveOrder>();
    }

    ports::StoreResult<std::vector<model::Order>> orders(const ports::OrderQuery&) override {
        return std::vector<model::Order>();
    }

    ports::StoreResult<std::vector<model::Fill>> fills(const ports::FillQuery&) override {
        return std::vector<model::Fill>();
    }

    ports::StoreResult<std::vector<ports::JournalEntry>> journal(model::Sequence,
                                                                 std::size_t) override {
        return std::vector<ports::JournalEntry>();
    }

    ports::StoreResult<model::Head> head() override { return model::Head{}; }

    base::Outcome<ports::StoreError> visit_rows(const ports::RowVisitor&) override {
        return base::Done{};
    }

    base::Outcome<ports::StoreError> begin_snapshot() override { return base::Done{}; }

    void end_snapshot() override {}
};

class StandbyLoopRunnerTest : public ::testing::Test {
protected:
    asio::io_context context_;
    StuckStore stuck_;
    StandbyLoopRunner standby_{context_, 5ms};
    ReleasingStore store_{stuck_, standby_};
};

// @spec:R2-AC-09
TEST_F(StandbyLoopRunnerTest, RunsTheLoopWhileACommitHangs) {
    std::thread::id served_by;
    std::optional<bool> read_failed;
    bool on_duty = false;
    asio::steady_timer timer(context_, 1ms);
    timer.async_wait([&](const boost::system::error_code&) {
        served_by = std::this_thread::get_id();
        on_duty = standby_.is_active();
        const auto head = store_.reader().head();
        read_failed = !head && head.error() == ports::StoreError::Unavailable;
        stuck_.let_go.set_value();  // Only the standby thread can run this handler.
    });
    EXPECT_EQ(store_.commit_now({}), ports::CommitResult::Committed);
    EXPECT_NE(served_by, std::this_thread::get_id());
    EXPECT_TRUE(on_duty);
    EXPECT_EQ(read_failed, true) << "B2";
    EXPECT_EQ(standby_.activations(), 1U);
    EXPECT_FALSE(standby_.is_active());
    EXPECT_TRUE(store_.reader().head().has_value()) << "The loop's own thread can read.";
}

TEST_F(StandbyLoopRunnerTest, PassesOnTheResultOfACommitThatCompletesLater) {
    conformance::LateStore late(stuck_);
    ReleasingStore store(late, standby_);
    late.held = true;
    std::vector<ports::CommitResult> results;
    const ports::Batch batch;
    store.commit(batch, [&](ports::CommitResult result) { results.push_back(result); });
    EXPECT_TRUE(results.empty());
    stuck_.let_go.set_value();
    late.complete();
    EXPECT_EQ(results, std::vector{ports::CommitResult::Committed});
}

TEST_F(StandbyLoopRunnerTest, NeverRunsTheLoopOnTwoThreadsAtOnce) {
    int inside = 0;
    int handled = 0;
    for (int round = 0; round < 20; ++round) {
        stuck_.let_go = std::promise<void>();
        for (int i = 0; i < 50; ++i) {
            asio::post(context_, [&] {
                EXPECT_EQ(++inside, 1);
                --inside;
                ++handled;
            });
        }
        asio::post(context_, [&] { stuck_.let_go.set_value(); });
        EXPECT_EQ(store_.commit_now({}), ports::CommitResult::Committed);
        EXPECT_EQ(++inside, 1) << "B1: the standby runner has released the loop.";
        --inside;
        (void)context_.poll();
    }
    EXPECT_EQ(handled, 20 * 50);
}

TEST_F(StandbyLoopRunnerTest, DoesNotEndALoopThatHasNoWork) {
    std::promise<void> served;
    bool was_served = false;
    std::thread other([&] {
        while (standby_.activations() == 0)
            std::this_thread::yield();
        asio::post(context_, [&] { served.set_value(); });
        was_served = served.get_future().wait_for(5s) == std::future_status::ready;
        stuck_.let_go.set_value();
    });
    EXPECT_EQ(store_.commit_now({}), ports::CommitResult::Committed);
    other.join();
    EXPECT_TRUE(was_served);
    EXPECT_FALSE(context_.stopped()) << "B4";
}

TEST_F(StandbyLoopRunnerTest, IgnoresCallsFromOtherThreads) {
    std::thread other([&] {
        standby_.leave();
        EXPECT_TRUE(store_.reader().head().has_value());
        standby_.back();
    });
    other.join();
    EXPECT_EQ(standby_.activations(), 0U);
}

}  // namespace
}  // namespace botcore::trading
