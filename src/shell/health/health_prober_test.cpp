#include "shell/health/health_prober.hpp"

#include "shell/health/health_monitor.hpp"
#include "shell/health/local_probes.hpp"
#include "shell/health/uptime_file.hpp"
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

namespace botcore::shell::health {
namespace {

using base::Duration;
using base::Timestamp;
using operations::ComponentStatus;
using operations::DegradedMode;
using testing::HasSubstr;

class HealthProberTest : public testing::Test {
protected:
    HealthState state_of(Dependency dependency) {
        for (const ComponentStatus& finding : prober_.findings())
            if (finding.dependency == dependency) return finding.state;
        ADD_FAILURE() << "not looked at";
        return HealthState::Healthy;
    }

    std::string message_of(Dependency dependency) {
        for (const ComponentStatus& finding : prober_.findings())
            if (finding.dependency == dependency) return finding.message;
        return "not looked at";
    }

    /// A probe whose results the test delivers itself.
    HealthProbe by_hand(std::deque<ProbeReplied>& waiting) {
        return [&waiting](ProbeReplied answered) { waiting.push_back(std::move(answered)); };
    }

    static HealthProbe prompt(int& probes) {
        return [&probes](const ProbeReplied& answered) {
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
    HealthProber prober_{Duration::seconds(5), {[this] { return now_; }, [this] { return now_; }}};
};

// @spec:RC-01
TEST_F(HealthProberTest, ProbesEveryInterval) {
    int probes = 0;
    prober_.add(Dependency::Cache, prompt(probes));
    prober_.tick();
    EXPECT_EQ(probes, 1);
    EXPECT_EQ(state_of(Dependency::Cache), HealthState::Healthy);
    pass(Duration::milliseconds(4'900));
    EXPECT_EQ(probes, 1);
    pass(Duration::milliseconds(100));
    EXPECT_EQ(probes, 2);
    pass(Duration::seconds(60));
    EXPECT_EQ(probes, 14);
}

// @spec:R1-HEALTH-11
TEST_F(HealthProberTest, AHangingProbeNeitherDelaysNorHidesAnother) {
    std::deque<ProbeReplied> hanging;
    int probes = 0;
    prober_.add(Dependency::Database, by_hand(hanging));
    prober_.add(Dependency::Cache, prompt(probes));
    prober_.tick();
    EXPECT_EQ(state_of(Dependency::Database), HealthState::Unhealthy);
    EXPECT_EQ(message_of(Dependency::Database), "not probed yet");
    EXPECT_EQ(state_of(Dependency::Cache), HealthState::Healthy);
    pass(Duration::seconds(60));
    EXPECT_EQ(message_of(Dependency::Database), "no answer within 2000 ms");
    EXPECT_EQ(hanging.size(), 1U) << "one look is under way, no matter for how long";
    EXPECT_EQ(probes, 13);
    EXPECT_EQ(state_of(Dependency::Cache), HealthState::Healthy);
}

TEST_F(HealthProberTest, ALateResultOnlyAllowsTheNextProbe) {
    std::deque<ProbeReplied> waiting;
    prober_.add(Dependency::Database, by_hand(waiting));
    prober_.tick();
    pass(Duration::seconds(3));
    waiting.front()({});
    EXPECT_EQ(state_of(Dependency::Database), HealthState::Unhealthy);
    pass(Duration::seconds(2));
    ASSERT_EQ(waiting.size(), 2U);
    waiting.front()({HealthState::Degraded, "the first look again"});
    EXPECT_EQ(state_of(Dependency::Database), HealthState::Unhealthy);
    waiting.back()({});
    EXPECT_EQ(state_of(Dependency::Database), HealthState::Healthy);
    waiting.back()({HealthState::Unhealthy, "twice"});
    EXPECT_EQ(state_of(Dependency::Database), HealthState::Healthy);
}

// @spec:R1-HEALTH-04
TEST_F(HealthProberTest, MeasuresTheLatencyOfAProbe) {
    std::deque<ProbeReplied> waiting;
    prober_.add(Dependency::Cache, by_hand(waiting));
    prober_.tick();
    pass(Duration::milliseconds(500));
    waiting.front()({});
    EXPECT_EQ(prober_.reading(Dependency::Cache)->latency, Duration::milliseconds(500));
    EXPECT_EQ(state_of(Dependency::Cache), HealthState::Degraded);
    EXPECT_EQ(message_of(Dependency::Cache), "High latency");
    EXPECT_EQ(prober_.reading(Dependency::Market), nullptr);
}

TEST_F(HealthProberTest, TheWorseOfProbeAndLocalStateCounts) {
    int probes = 0;
    ProbeReply known;
    prober_.add(Dependency::Database, prompt(probes));
    prober_.add_local(Dependency::Database, [&] { return known; });
    prober_.tick();
    EXPECT_EQ(state_of(Dependency::Database), HealthState::Healthy);
    known = {HealthState::Unhealthy, "lost"};
    EXPECT_EQ(message_of(Dependency::Database), "lost");
    known = {HealthState::Degraded, "slow"};
    EXPECT_EQ(state_of(Dependency::Database), HealthState::Degraded);
}

TEST(ProberLife, IgnoresAResultAfterItsDestruction) {
    ProbeReplied late;
    {
        const Timestamp now;
        HealthProber prober(Duration::seconds(5), {[now] { return now; }, [now] { return now; }});
        prober.add(Dependency::Cache, [&](ProbeReplied answered) { late = std::move(answered); });
        prober.tick();
    }
    late({});
}

/// A queue of posted functions that takes the place of the loop's.
class Posted {
public:
    BlockingProbe::Post post() {
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
    BlockingProbe blocking(
        [&] {
            return ProbeReply{
                std::this_thread::get_id() == here ? HealthState::Unhealthy : HealthState::Healthy,
                "done"};
        },
        posted.post());
    const HealthProbe probe = blocking.probe();
    for (int i = 0; i < 3; ++i) {
        std::string message;
        probe([&](ProbeReply answer) {
            EXPECT_EQ(std::this_thread::get_id(), here);
            EXPECT_EQ(answer.state, HealthState::Healthy);
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
        BlockingProbe blocking(
            [latch] {
                std::unique_lock lock(latch->mutex);
                latch->entered = true;
                latch->changed.notify_all();
                latch->changed.wait(lock, [&] { return latch->open; });
                latch->left = true;
                latch->changed.notify_all();
                return ProbeReply{};
            },
            [](const std::function<void()>&) { FAIL() << "nobody waits any more"; });
        blocking.probe()([](const ProbeReply&) {});
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
    EXPECT_EQ(probe_store(lost)().state, HealthState::Unhealthy);
    EXPECT_EQ(probe_store(lost)().message, "the store cannot be read");
    LostStore damaged(ports::StoreError::Corrupt);
    EXPECT_EQ(probe_store(damaged)().message, "the store is damaged");
}

TEST(Disk, IsDegradedBeforeItIsFull) {
    std::uint64_t left = 600ULL << 20U;
    model::StorageState storage = model::StorageState::Normal;
    const auto probe = probe_disk([&] { return left; }, [&] { return storage; }, 512ULL << 20U);
    EXPECT_EQ(probe().state, HealthState::Healthy);
    left = 100ULL << 20U;
    EXPECT_EQ(probe().state, HealthState::Degraded);
    EXPECT_EQ(probe().message, "100 MiB are left");
    storage = model::StorageState::Reserve;
    EXPECT_EQ(probe().state, HealthState::Unhealthy);
}

TEST_F(HealthProberTest, TheMonitorReportsNoModeBeforeTheFirstProbeResult) {
    const scratch::TemporaryFolder folder;
    const std::string path = folder.file("log");
    ProbeReplied database;
    prober_.add(Dependency::Database, [&](const ProbeReplied& answered) { database = answered; });
    const auto told = [&] {
        std::ifstream file(path);
        const std::string lines((std::istreambuf_iterator<char>(file)), {});
        return lines.find("degraded mode entered") != std::string::npos;
    };
    log::Log log("test", log::Level::Info, path);
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
    database(ProbeReply{HealthState::Unhealthy, "it says no"});
    monitor.tick();
    (void)log.flush();
    EXPECT_TRUE(told());
}

// @spec:RM-LOG-02
TEST_F(HealthProberTest, TheMonitorCountsAndReportsChanges) {
    const scratch::TemporaryFolder folder;
    const std::string path = folder.file("log");
    ProbeReply cache;
    auto load = operations::Load::Normal;
    bool planned = false;
    std::vector<std::string> changes;
    prober_.add(Dependency::Cache, [&](const ProbeReplied& answered) { answered(cache); });
    prober_.add_local(Dependency::Database, [] { return ProbeReply{}; });
    {
        log::Log log("test", log::Level::Info, path);
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
        EXPECT_EQ(monitor.snapshot().overall, HealthState::Healthy);
        cache = {HealthState::Unhealthy, "refused"};
        load = operations::Load::Overload;
        now_ = now_ + Duration::seconds(5);
        monitor.tick();
        EXPECT_EQ(monitor.snapshot().overall, HealthState::Degraded);
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
    std::deque<ProbeReplied> waiting;
    prober_.add(Dependency::Exchange, by_hand(waiting));
    log::Log log("test", log::Level::Fatal);
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
        operations::UptimeLog({}, {}, ended));
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

TEST(UptimeFile, KeepsTheFiguresAcrossARestart) {
    const scratch::TemporaryFolder folder;
    const std::string path = folder.file("uptime.json");
    UptimeFile file(path);
    ASSERT_TRUE(file.read());
    EXPECT_FALSE(file.read().value().noted_until());
    operations::UptimeLog log;
    const auto start = Timestamp::from_milliseconds(1'790'000'000'000);
    log.note(start, {HealthState::Healthy, false});
    log.note(start + Duration::seconds(90'000), {HealthState::Unhealthy, false});
    log.note(start + Duration::seconds(90'100), {HealthState::Degraded, false});
    log.note(start + Duration::seconds(90'200), {HealthState::Unhealthy, false});
    file.put(to_json(log));
    EXPECT_TRUE(file.write_out());
    EXPECT_TRUE(file.write_out()) << "nothing is new";
    const auto read = file.read();
    ASSERT_TRUE(read) << read.error();
    EXPECT_EQ(read.value().days(), log.days());
    EXPECT_EQ(read.value().outages(), log.outages());
    EXPECT_EQ(read.value().noted_until(), log.noted_until());
    EXPECT_FALSE(read.value().stopped_in_order());
    log.stop_in_order();
    EXPECT_TRUE(parse_uptime(to_json(log)).value().stopped_in_order());
}

TEST(UptimeFile, RetriesAWriteThatTheDiskRefused) {
    const scratch::TemporaryFolder folder;
    UptimeFile file(folder.file("no-such-folder/uptime.json"));
    file.put(to_json({}));
    EXPECT_FALSE(file.write_out());
    EXPECT_FALSE(file.write_out()) << "it is tried again";
    std::filesystem::create_directory(folder.file("uptime.json"));
    EXPECT_FALSE(UptimeFile(folder.file("uptime.json")).read()) << "No figures are other figures.";
}

TEST(UptimeFile, ReportsWhatIsWrongInADamagedFile) {
    const std::string head = R"({"format":1,"noted_until_us":9,"outages_us":)";
    const std::string days = R"("days_up_degraded_down_planned_us":)";
    const std::string now = R"("days_up_degraded_down_planned_stopped_us":)";
    for (const std::string& text : {std::string(),
                                    std::string("[]"),
                                    std::string(R"({"format":2})"),
                                    std::string(R"({"format":1})"),
                                    head + "[[1]]," + days + "[]}",
                                    head + "[[2,3],[1,2]]," + days + "[]}",
                                    head + "[[1,0],[2,3]]," + days + "[]}",
                                    head + "[[2,1]]," + days + "[]}",
                                    head + "[]," + days + "[[1,2,3,4]]}",
                                    head + "[]," + days + "[[1,86400000000,1,0,0]]}",
                                    head + "[]," + days + "[[2932897,1,1,0,0]]}",
                                    head + "[]," + days + "[[1,9223372036854775807,1,0,0]]}",
                                    head + "[]," + days + "[[1,2,3,4,-5]]}",
                                    head + "[]," + days + "[[1,2,3,4,\"5\"]]}"}) {
        const auto parsed = parse_uptime(text);
        EXPECT_FALSE(parsed) << text;
        if (!parsed) EXPECT_FALSE(parsed.error().empty());
    }
    EXPECT_TRUE(parse_uptime(head + "[[1,2]]," + days + "[[1,2,3,4,5]]}")) << "A file of before.";
    EXPECT_FALSE(parse_uptime(head + "[[1,2]]," + now + "[[1,2,3,4,5]]}"));
    const auto read = parse_uptime(head + "[[1,2]]," + now + "[[1,2,3,4,5,6]]}");
    ASSERT_TRUE(read);
    EXPECT_EQ(read.value().days().at(1).stopped, base::Duration::microseconds(6));
}

}  // namespace
}  // namespace botcore::shell::health
