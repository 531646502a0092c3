#include "host/health_prober.hpp"

#include "services/health/health_monitor.hpp"
#include "services/health/local_probes.hpp"
#include "tests/scratch/temporary_folder.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <condition_variable>
#include <deque>
#include <filesystem>
#include <fstream>
#include <mutex>
#include <thread>

namespace botcore::health {
namespace {

using base::Duration;
using base::Timestamp;
using operations::ComponentStatus;
using operations::DegradedMode;
using testing::HasSubstr;

class HealthProberTest : public testing::Test {
protected:
    operations::HealthState state_of(operations::Dependency dependency) {
        for (const ComponentStatus& finding : prober_.findings())
            if (finding.dependency == dependency) return finding.state;
        ADD_FAILURE() << "not probed";
        return operations::HealthState::Healthy;
    }

    std::string message_of(operations::Dependency dependency) {
        for (const ComponentStatus& finding : prober_.findings())
            if (finding.dependency == dependency) return finding.message;
        return "not probed";
    }

    /// A probe whose results the test delivers itself.
    host::HealthProbe by_hand(std::deque<host::ProbeReplied>& waiting) {
        return [&waiting](host::ProbeReplied answered) { waiting.push_back(std::move(answered)); };
    }

    static host::HealthProbe prompt(int& probes) {
        return [&probes](const host::ProbeReplied& answered) {
            ++probes;
            answered({});
        };
    }

    void pass(Duration duration) {
        const Timestamp end = now_ + duration;
        while (now_ < end) {
            now_ = now_ + Duration::milliseconds(100);
            prober_.tick();
        }
    }

    Timestamp now_ = Timestamp::from_milliseconds(1'790'000'000'000);
    host::HealthProber prober_{Duration::seconds(5),
                               {[this] { return now_; }, [this] { return now_; }}};
};

// @spec:RC-01
TEST_F(HealthProberTest, ProbesEveryInterval) {
    int probes = 0;
    prober_.add(operations::Dependency::Cache, prompt(probes));
    prober_.tick();
    EXPECT_EQ(probes, 1);
    EXPECT_EQ(state_of(operations::Dependency::Cache), operations::HealthState::Healthy);
    pass(Duration::milliseconds(4'900));
    EXPECT_EQ(probes, 1);
    pass(Duration::milliseconds(100));
    EXPECT_EQ(probes, 2);
    pass(Duration::seconds(60));
    EXPECT_EQ(probes, 14);
}

// @spec:R1-HEALTH-11
TEST_F(HealthProberTest, AHangingProbeNeitherDelaysNorHidesAnother) {
    std::deque<host::ProbeReplied> hanging;
    int probes = 0;
    prober_.add(operations::Dependency::Database, by_hand(hanging));
    prober_.add(operations::Dependency::Cache, prompt(probes));
    prober_.tick();
    EXPECT_EQ(state_of(operations::Dependency::Database), operations::HealthState::Unhealthy);
    EXPECT_EQ(message_of(operations::Dependency::Database), "not probed yet");
    EXPECT_EQ(state_of(operations::Dependency::Cache), operations::HealthState::Healthy);
    pass(Duration::seconds(60));
    EXPECT_EQ(message_of(operations::Dependency::Database), "no reply within 2000 ms");
    EXPECT_EQ(hanging.size(), 1U) << "one probe is in progress, however long it takes";
    EXPECT_EQ(probes, 13);
    EXPECT_EQ(state_of(operations::Dependency::Cache), operations::HealthState::Healthy);
}

TEST_F(HealthProberTest, ALateResultOnlyAllowsTheNextProbe) {
    std::deque<host::ProbeReplied> waiting;
    prober_.add(operations::Dependency::Database, by_hand(waiting));
    prober_.tick();
    pass(Duration::seconds(3));
    waiting.front()({});
    EXPECT_EQ(state_of(operations::Dependency::Database), operations::HealthState::Unhealthy);
    pass(Duration::seconds(2));
    ASSERT_EQ(waiting.size(), 2U);
    waiting.front()({operations::HealthState::Degraded, "the first look again"});
    EXPECT_EQ(state_of(operations::Dependency::Database), operations::HealthState::Unhealthy);
    waiting.back()({});
    EXPECT_EQ(state_of(operations::Dependency::Database), operations::HealthState::Healthy);
    waiting.back()({operations::HealthState::Unhealthy, "twice"});
    EXPECT_EQ(state_of(operations::Dependency::Database), operations::HealthState::Healthy);
}

// @spec:R1-HEALTH-04
TEST_F(HealthProberTest, MeasuresTheLatencyOfAProbe) {
    std::deque<host::ProbeReplied> waiting;
    prober_.add(operations::Dependency::Cache, by_hand(waiting));
    prober_.tick();
    pass(Duration::milliseconds(500));
    waiting.front()({});
    EXPECT_EQ(prober_.reading(operations::Dependency::Cache)->latency, Duration::milliseconds(500));
    EXPECT_EQ(state_of(operations::Dependency::Cache), operations::HealthState::Degraded);
    EXPECT_EQ(message_of(operations::Dependency::Cache), "High latency");
    EXPECT_EQ(prober_.reading(operations::Dependency::Market), nullptr);
}

TEST_F(HealthProberTest, TheWorseOfProbeAndLocalStateCounts) {
    int probes = 0;
    host::ProbeReply known;
    prober_.add(operations::Dependency::Database, prompt(probes));
    prober_.add_local(operations::Dependency::Database, [&] { return known; });
    prober_.tick();
    EXPECT_EQ(state_of(operations::Dependency::Database), operations::HealthState::Healthy);
    known = {operations::HealthState::Unhealthy, "lost"};
    EXPECT_EQ(message_of(operations::Dependency::Database), "lost");
    known = {operations::HealthState::Degraded, "slow"};
    EXPECT_EQ(state_of(operations::Dependency::Database), operations::HealthState::Degraded);
}

TEST(ProberLife, IgnoresAResultAfterItsDestruction) {
    host::ProbeReplied late;
    {
        const Timestamp now;
        host::HealthProber prober(Duration::seconds(5),
                                  {[now] { return now; }, [now] { return now; }});
        prober.add(operations::Dependency::Cache,
                   [&](host::ProbeReplied answered) { late = std::move(answered); });
        prober.tick();
    }
    late({});
}

/// A queue of posted functions that takes the place of the loop's.
class Posted {
public:
    host::BlockingProbe::Post post() {
        return [this](std::function<void()> work) {
            const std::lock_guard lock(mutex_);
            work_.push_back(std::move(work));
            changed_.notify_all();
        };
    }

    void run_one() {
        std::unique_lock lock(mutex_);
        changed_.wait(lock, [this] { return !work_.empty(); });
        auto work = std::move(work_.front());
        work_.pop_front();
        lock.unlock();
        work();
    }

private:
    std::mutex mutex_;
    std::condition_variable changed_;
    std::deque<std::function<void()>> work_;
};

TEST(BlockingProbe, WorksOnAnotherThreadAndReportsOnTheLoop) {
    Posted posted;
    const auto here = std::this_thread::get_id();
    host::BlockingProbe blocking(
        [&] {
            return host::ProbeReply{std::this_thread::get_id() == here
                                        ? operations::HealthState::Unhealthy
                                        : operations::HealthState::Healthy,
                                    "done"};
        },
        posted.post());
    const host::HealthProbe probe = blocking.probe();
    for (int i = 0; i < 3; ++i) {
        std::string message;
        probe([&](host::ProbeReply answer) {
            EXPECT_EQ(std::this_thread::get_id(), here);
            EXPECT_EQ(answer.state, operations::HealthState::Healthy);
            message = answer.message;
        });
        posted.run_one();
        EXPECT_EQ(message, "done");
    }
    EXPECT_TRUE(blocking.stop());
}

TEST(BlockingProbe, StopsEvenIfItsWorkHangs) {
    struct Latch {
        std::mutex mutex;
        std::condition_variable changed;
        bool entered = false;
        bool open = false;
        bool left = false;
    };

    // The work outlives the probe, so what the work uses must outlive the probe too.
    const auto latch = std::make_shared<Latch>();
    {
        host::BlockingProbe blocking(
            [latch] {
                std::unique_lock lock(latch->mutex);
                latch->entered = true;
                latch->changed.notify_all();
                latch->changed.wait(lock, [&] { return latch->open; });
                latch->left = true;
                latch->changed.notify_all();
                return host::ProbeReply{};
            },
            [](const std::function<void()>&) { FAIL() << "no request is waiting"; });
        blocking.probe()([](const host::ProbeReply&) {});
        std::unique_lock lock(latch->mutex);
        latch->changed.wait(lock, [&] { return latch->entered; });
        lock.unlock();
        EXPECT_FALSE(blocking.stop());
    }
    std::unique_lock lock(latch->mutex);
    latch->open = true;
    latch->changed.notify_all();
    latch->changed.wait(lock, [&] { return latch->left; });
}

/// A store that can no longer be read.
class LostStore final : public ports::StoreReader {
public:
    explicit LostStore(ports::StoreError error) : error_(error) {}

    ports::StoreResult<std::optional<ports::KeyRow>> find_key(
        const model::Owner&, const model::IdempotencyKey&) override {
        return base::Failure{error_};
    }

    ports::StoreResult<std::optional<ports::LiveOrder>> find_order(model::OrderNumber) override {
        return base::Failure{error_};
    }

    ports::StoreResult<std::vector<model::Order>> orders(const ports::OrderQuery&) override {
        return base::Failure{error_};
    }

    ports::StoreResult<std::vector<model::Fill>> fills(const ports::FillQuery&) override {
        return base::Failure{error_};
    }

    ports::StoreResult<std::vector<ports::JournalEntry>> journal(model::Sequence,
                                                                 std::size_t) override {
        return base::Failure{error_};
    }

    ports::StoreResult<model::Head> head() override { return base::Failure{error_}; }

    base::Outcome<ports::StoreError> visit_rows(const ports::RowVisitor&) override {
        return base::Failure{error_};
    }

    base::Outcome<ports::StoreError> begin_snapshot() override { return base::Failure{error_}; }

    void end_snapshot() override {}

private:
    ports::StoreError error_;
};

// @error:StoreError::Unavailable
TEST(Store, IsUnhealthyWhenItCannotBeRead) {
    LostStore lost(ports::StoreError::Unavailable);
    EXPECT_EQ(probe_store(lost)().state, operations::HealthState::Unhealthy);
    EXPECT_EQ(probe_store(lost)().message, "the store cannot be read");
    LostStore damaged(ports::StoreError::Corrupt);
    EXPECT_EQ(probe_store(damaged)().message, "the store is damaged");
}

TEST(Disk, IsDegradedBeforeItIsFull) {
    std::uint64_t left = 600ULL << 20U;
    model::StorageState storage = model::StorageState::Normal;
    const auto probe = probe_disk([&] { return left; }, [&] { return storage; }, 512ULL << 20U);
    EXPECT_EQ(probe().state, operations::HealthState::Healthy);
    left = 100ULL << 20U;
    EXPECT_EQ(probe().state, operations::HealthState::Degraded);
    EXPECT_EQ(probe().message, "100 MiB are free");
    storage = model::StorageState::Reserve;
    EXPECT_EQ(probe().state, operations::HealthState::Unhealthy);
}

TEST_F(HealthProberTest, TheMonitorReportsNoModeBeforeTheFirstProbeResult) {
    const scratch::TemporaryFolder folder;
    const std::string path = folder.file("log");
    host::ProbeReplied database;
    prober_.add(operations::Dependency::Database,
                [&](const host::ProbeReplied& answered) { database = answered; });
    const auto told = [&] {
        std::ifstream file(path);
        const std::string lines((std::istreambuf_iterator<char>(file)), {});
        return lines.find("degraded mode entered") != std::string::npos;
    };
    observability::Log log("test", observability::Level::Info, path);
    HealthMonitor monitor({prober_,
                           log,
                           [this] { return now_; },
                           [] { return operations::Load::Normal; },
                           [](Timestamp) { return false; },
                           [](operations::Period) { return std::nullopt; },
                           {}},
                          {});
    monitor.tick();
    (void)log.flush();
    EXPECT_EQ(monitor.snapshot().modes, (std::vector{DegradedMode::StoreDown}));
    EXPECT_FALSE(told());
    database(host::ProbeReply{operations::HealthState::Unhealthy, "it says no"});
    monitor.tick();
    (void)log.flush();
    EXPECT_TRUE(told());
}

// @spec:RM-LOG-02
TEST_F(HealthProberTest, TheMonitorCountsAndReportsChanges) {
    const scratch::TemporaryFolder folder;
    const std::string path = folder.file("log");
    host::ProbeReply cache;
    auto load = operations::Load::Normal;
    bool planned = false;
    std::vector<std::string> changes;
    prober_.add(operations::Dependency::Cache,
                [&](const host::ProbeReplied& answered) { answered(cache); });
    prober_.add_local(operations::Dependency::Database, [] { return host::ProbeReply{}; });
    {
        observability::Log log("test", observability::Level::Info, path);
        HealthMonitor monitor(
            {prober_,
             log,
             [this] { return now_; },
             [&] { return load; },
             [&](Timestamp) { return planned; },
             [](operations::Period) { return std::nullopt; },
             [&](const protocol::HealthChange& change) {
                 changes.push_back(std::string(change.check) + " " + std::string(change.after));
             }},
            {});
        monitor.tick();
        EXPECT_EQ(monitor.snapshot().overall, operations::HealthState::Healthy);
        cache = {operations::HealthState::Unhealthy, "refused"};
        load = operations::Load::Overload;
        now_ = now_ + Duration::seconds(5);
        monitor.tick();
        EXPECT_EQ(monitor.snapshot().overall, operations::HealthState::Degraded);
        EXPECT_EQ(monitor.snapshot().modes,
                  (std::vector{DegradedMode::Overload, DegradedMode::CacheDown}));
        cache = {};
        load = operations::Load::Normal;
        planned = true;
        now_ = now_ + Duration::seconds(5);
        monitor.tick();
        now_ = now_ + Duration::seconds(5);
        monitor.tick();
        const auto figures = monitor.uptime().over(1);
        EXPECT_EQ(figures.up, Duration::seconds(5));
        EXPECT_EQ(figures.degraded, Duration::seconds(5));
        EXPECT_EQ(figures.planned, Duration::seconds(5));
    }
    std::ifstream file(path);
    std::string lines((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
    std::size_t count = 0;
    for (const char c : lines)
        count += c == '\n' ? 1U : 0U;
    EXPECT_EQ(count, 6U) << lines;
    EXPECT_THAT(lines, HasSubstr("cache_down"));
    EXPECT_THAT(lines, HasSubstr("refused"));
    EXPECT_THAT(lines, HasSubstr(R"("event":"health_failed")"));
    EXPECT_THAT(lines, HasSubstr(R"("event":"health_recovered")"));
    ASSERT_EQ(changes.size(), 2U);
    EXPECT_THAT(changes[0], testing::EndsWith(" unhealthy"));
    EXPECT_THAT(changes[1], testing::EndsWith(" healthy"));
}

TEST_F(HealthProberTest, TheTimeUntilAllAreProbedCountsAsAbsence) {
    std::deque<host::ProbeReplied> waiting;
    prober_.add(operations::Dependency::Exchange, by_hand(waiting));
    observability::Log log("test", observability::Level::Fatal);
    const Timestamp ended = now_ - Duration::seconds(100);
    const Timestamp window_ends = ended + Duration::seconds(40);
    HealthMonitor monitor(
        {prober_,
         log,
         [this] { return now_; },
         [] { return operations::Load::Normal; },
         [](Timestamp) { return false; },
         [&](operations::Period away) {
             EXPECT_EQ(away, (operations::Period{ended, now_}));
             return std::optional(operations::Period{ended - Duration::seconds(9), window_ends});
         }},
        operations::ServiceUptimes(
            {{std::string(operations::kEngine), operations::UptimeLog({}, {}, ended)}}));
    monitor.tick();
    EXPECT_FALSE(monitor.settled());
    EXPECT_EQ(monitor.uptime().noted_until(), ended);
    now_ = now_ + Duration::seconds(1);
    waiting.front()({});
    monitor.tick();
    EXPECT_TRUE(monitor.settled());
    now_ = now_ + Duration::seconds(5);
    monitor.tick();
    const auto figures = monitor.uptime().over(2);
    EXPECT_EQ(figures.planned, Duration::seconds(40));
    EXPECT_EQ(figures.down, Duration::seconds(61));
    EXPECT_EQ(figures.up, Duration::seconds(5));
    EXPECT_EQ(monitor.uptime().outages().size(), 1U);
}

// @spec:R1-AVAIL-01 @spec:R1-AVAIL-05 @spec:R1-MAINT-04
TEST_F(HealthProberTest, TheMonitorCountsEachServiceInUse) {
    bool is_emergency = false;
    prober_.add_local(operations::Dependency::Database, [] { return host::ProbeReply{}; });
    prober_.add_local(operations::Dependency::Cache, [] {
        return host::ProbeReply{operations::HealthState::Unhealthy, "refused"};
    });
    observability::Log log("test", observability::Level::Fatal);
    for (const bool is_remote : {true, false}) {
        HealthMonitor monitor({.prober = prober_,
                               .log = log,
                               .now = [this] { return now_; },
                               .load = [] { return operations::Load::Normal; },
                               .planned = [](Timestamp) { return false; },
                               .announced = [](operations::Period) { return std::nullopt; },
                               .outage = [&](Timestamp) { return is_emergency; },
                               .cache_is_remote = is_remote},
                              {});
        for (const bool emergency : {false, true, false}) {
            is_emergency = emergency;
            monitor.tick();
            now_ = now_ + Duration::seconds(5);
        }
        const auto figures = monitor.uptimes().engine().over(2);
        EXPECT_EQ(figures.down, Duration::seconds(5));
        EXPECT_EQ(figures.emergency, Duration::seconds(5));
        ASSERT_NE(monitor.uptimes().find("store"), nullptr);
        EXPECT_EQ(monitor.uptimes().find("store")->over(2).up, Duration::seconds(10))
            << "An emergency maintenance is downtime of the engine.";
        ASSERT_NE(monitor.uptimes().find("logs"), nullptr);
        EXPECT_EQ(monitor.uptimes().find("logs")->over(2).up, Duration::seconds(10));
        EXPECT_EQ(monitor.uptimes().find("monitoring"), nullptr) << "No channel is configured.";
        const auto* cache = monitor.uptimes().find("cache");
        EXPECT_EQ(cache != nullptr, is_remote);
        if (cache != nullptr) EXPECT_EQ(cache->over(2).down, Duration::seconds(10));
    }
}

}  // namespace
}  // namespace botcore::health
