#include "operations/service_uptime.hpp"

#include "base/calendar.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <random>
#include <string>
#include <vector>

namespace botcore::operations {
namespace {

constexpr Duration minutes(std::int64_t count) {
    return Duration::seconds(60 * count);
}

constexpr std::array<std::string_view, 6> kServices = {
    "engine", "store", "analysis", "cache", "monitoring", "logs"};
constexpr std::size_t kCache = 3;
constexpr int kMinutesOfDay = 1'440;
constexpr int kDays = 400;
constexpr int kMinutes = kDays * kMinutesOfDay;
// 2026-03-10, so that the last day is 2027-04-13.
constexpr std::chrono::sys_days kFirstDay = std::chrono::year(2026) / 3 / 10;
const Timestamp kStart = base::midnight_of(kFirstDay);

/// What really happened, minute by minute.
struct World {
    enum class Process : std::uint8_t { Runs, Crashed, Stopped };

    std::vector<Process> process = std::vector<Process>(kMinutes, Process::Runs);
    std::vector<bool> planned = std::vector<bool>(kMinutes);
    std::vector<bool> emergency = std::vector<bool>(kMinutes);
    std::vector<int> clock_ahead = std::vector<int>(kMinutes);  ///< In minutes.
    std::array<std::vector<HealthState>, kServices.size()> health{};
    int cache_removed = 0;  ///< The cache is not configured from this minute …
    int cache_added = 0;    ///< … until this one; both are starts of the process.

    template <class Value>
    static void set(std::vector<Value>& row, int begin, int length, Value value) {
        for (int i = begin; i < std::min(begin + length, kMinutes); ++i)
            row[static_cast<std::size_t>(i)] = value;
    }
};

World make_world(unsigned seed) {
    World world;
    std::mt19937 random(seed);
    const auto below = [&](int limit) {
        return static_cast<int>(random() % static_cast<unsigned>(limit));
    };
    for (auto& row : world.health) {
        row.assign(kMinutes, HealthState::Healthy);
        for (int i = 0; i < 60; ++i)
            World::set(row, below(kMinutes), 1 + below(300), HealthState::Degraded);
        for (int i = 0; i < 40; ++i)
            World::set(row, below(kMinutes), 1 + below(90), HealthState::Unhealthy);
    }
    // Only in the morning is maintenance planned or the process not running.
    for (int day = 1; day + 1 < kDays; ++day) {
        const int morning = day * kMinutesOfDay + 60 + below(240);
        if (day % 30 == 5) World::set(world.planned, morning, 120, true);
        if (day % 90 == 17) World::set(world.emergency, morning, 45, true);
        if (day % 9 == 2) World::set(world.process, morning + 30, 20, World::Process::Stopped);
        if (day % 11 == 3) World::set(world.process, morning + 100, 35, World::Process::Crashed);
    }
    const auto next_start = [&](int from) {
        int i = from;
        while (world.process[static_cast<std::size_t>(i)] == World::Process::Runs)
            ++i;
        while (world.process[static_cast<std::size_t>(i)] != World::Process::Runs)
            ++i;
        return i;
    };
    world.cache_removed = next_start(200 * kMinutesOfDay);
    world.cache_added = next_start(230 * kMinutesOfDay);
    return world;
}

bool uses_cache(const World& world, int minute) {
    return minute < world.cache_removed || minute >= world.cache_added;
}

/// The process: it notes every change and every half hour, and starts again with the figures of the
/// run before.
class Simulation {
public:
    explicit Simulation(const World& world) : world_(world) {}

    ServiceUptimes to_the_end() {
        for (int minute = 0; minute < kMinutes; ++minute)
            step(minute);
        note(kMinutes - 1, kMinutes);
        return uptimes_;
    }

private:
    [[nodiscard]] Timestamp shown(int minute) const {
        const int ahead =
            world_.clock_ahead[static_cast<std::size_t>(std::min(minute, kMinutes - 1))];
        return kStart + minutes(minute + ahead);
    }

    [[nodiscard]] std::vector<NamedState> states(int minute) const {
        const auto at = static_cast<std::size_t>(minute);
        std::vector<NamedState> states;
        for (std::size_t i = 0; i < kServices.size(); ++i) {
            if (i == kCache && !uses_cache(world_, minute)) continue;
            const bool emergency = i == 0 && world_.emergency[at];
            const HealthState health = emergency ? HealthState::Unhealthy : world_.health.at(i)[at];
            states.push_back({kServices.at(i), {health, world_.planned[at], false, emergency}});
        }
        return states;
    }

    /// Sets the states of one minute at the beginning of another.
    void note(int of, int at) {
        const auto now = states(of);
        std::optional<Duration> elapsed;
        if (noted_) elapsed = minutes(at - *noted_);
        uptimes_.note(shown(at), now, elapsed);
        noted_ = at;
    }

    void step(int minute) {
        const auto process = world_.process[static_cast<std::size_t>(minute)];
        const bool runs = process == World::Process::Runs;
        if (!runs && noted_) {
            note(minute - 1, minute);
            if (process == World::Process::Stopped) uptimes_.stop_in_order();
            // The next process has what is stored.
            ServiceUptimes::Logs logs;
            for (const auto& [service, log] : uptimes_.logs()) {
                logs.emplace(service, UptimeLog(log.days(), log.outages(), *log.noted_until()));
            }
            const bool ordered = uptimes_.engine().stopped_in_order();
            uptimes_ = ServiceUptimes(std::move(logs));
            if (ordered) uptimes_.stop_in_order();
            ended_ = minute;
            noted_.reset();
        }
        if (!runs) return;
        if (!noted_ && minute > 0)
            uptimes_.resume(shown(minute), announced(minute), states(minute));
        if (!noted_ || minute % 30 == 0 || changes(minute)) note(minute, minute);
    }

    [[nodiscard]] bool changes(int minute) const {
        const auto at = static_cast<std::size_t>(minute);
        const auto differs = [at](const auto& row) { return row[at] != row[at - 1]; };
        return differs(world_.planned) || differs(world_.emergency) ||
               differs(world_.clock_ahead) ||
               std::any_of(world_.health.begin(), world_.health.end(), differs);
    }

    /// The window that overlaps the time since the process ended.
    [[nodiscard]] std::optional<Period> announced(int now) const {
        for (int i = ended_; i < now; ++i) {
            if (!world_.planned[static_cast<std::size_t>(i)]) continue;
            int begin = i;
            int end = i;
            while (world_.planned[static_cast<std::size_t>(begin - 1)])
                --begin;
            while (world_.planned[static_cast<std::size_t>(end)])
                ++end;
            return Period{kStart + minutes(begin), kStart + minutes(end)};
        }
        return std::nullopt;
    }

    const World& world_;
    ServiceUptimes uptimes_;
    std::optional<int> noted_;
    int ended_ = 0;
};

/// The figures from a plain sum over the minutes.
UptimeFigures sum_of(const World& world, std::size_t service, int begin, int end) {
    std::int64_t up = 0;
    std::int64_t degraded = 0;
    std::int64_t down = 0;
    std::int64_t planned = 0;
    std::int64_t stopped = 0;
    std::int64_t emergency = 0;
    for (int minute = std::max(begin, 0); minute < std::min(end, kMinutes); ++minute) {
        const auto at = static_cast<std::size_t>(minute);
        const bool runs = world.process[at] == World::Process::Runs;
        if (service == kCache) {
            if (!uses_cache(world, minute)) continue;
            // The run before the removal ended with the absence that leads to it.
            int start = minute;
            while (start < kMinutes &&
                   world.process[static_cast<std::size_t>(start)] != World::Process::Runs)
                ++start;
            if (!runs && (start == world.cache_removed || start == world.cache_added)) continue;
        }
        if (world.planned[at]) {
            ++planned;
        } else if (!runs) {
            ++(world.process[at] == World::Process::Stopped ? stopped : down);
        } else if (service == 0 && world.emergency[at]) {
            ++down;
            ++emergency;
        } else {
            const HealthState health = world.health.at(service)[at];
            ++(health == HealthState::Healthy    ? up
               : health == HealthState::Degraded ? degraded
                                                 : down);
        }
    }
    return {minutes(up),
            minutes(degraded),
            minutes(down),
            minutes(planned),
            minutes(stopped),
            minutes(emergency)};
}

int minute_of(std::chrono::sys_days day) {
    return static_cast<int>((day - kFirstDay).count()) * kMinutesOfDay;
}

void expect_the_sums(const World& world, const ServiceUptimes& uptimes) {
    for (std::size_t i = 0; i < kServices.size(); ++i) {
        SCOPED_TRACE(kServices.at(i));
        const UptimeLog* log = uptimes.find(kServices.at(i));
        ASSERT_NE(log, nullptr);
        for (const int days : {30, 90, 365}) {
            SCOPED_TRACE(days);
            // The last note is at the first moment of the day after the last.
            const int begin = (kDays + 1 - days) * kMinutesOfDay;
            const UptimeFigures expected = sum_of(world, i, begin, kMinutes);
            EXPECT_EQ(log->over(days), expected);
            const auto served = (expected.up + expected.degraded).in_microseconds() / 60'000'000;
            const auto all =
                served + (expected.down + expected.stopped).in_microseconds() / 60'000'000;
            EXPECT_EQ(availability_ppm(log->over(days), PlannedTime::LeftOut),
                      served * 1'000'000 / all);
            EXPECT_EQ(fully_functional_ppm(log->over(days), PlannedTime::LeftOut),
                      expected.up.in_microseconds() / 60'000'000 * 1'000'000 / all);
        }
        for (auto month = std::chrono::year(2026) / 5; month <= std::chrono::year(2027) / 4;
             month += std::chrono::months(1)) {
            const std::chrono::sys_days first = month / 1;
            const std::chrono::sys_days end = (month + std::chrono::months(1)) / 1;
            EXPECT_EQ(log->between(first, end), sum_of(world, i, minute_of(first), minute_of(end)))
                << static_cast<unsigned>(month.month());
        }
        Duration out;
        for (const Outage& outage : log->outages())
            out = out + (outage.ended.value_or(*log->noted_until()) - outage.began);
        EXPECT_EQ(out, sum_of(world, i, 0, kMinutes).down) << "Outages keep their duration.";
    }
}

// @spec:R1-AVAIL-01 @spec:R1-AVAIL-02 @spec:R1-AVAIL-04 @spec:R1-AVAIL-05 @spec:R1-CALC-04
TEST(ServiceUptime, FourHundredDaysAreTheSumOfTheirMinutes) {
    const World world = make_world(2);
    expect_the_sums(world, Simulation(world).to_the_end());
}

// The expected figures are those of the world without clock steps. The clock is wrong from noon on,
// for some hours of every seventh day.
TEST(ServiceUptime, ClockStepsDoNotMoveTheFigures) {
    const World steady = make_world(1);
    World stepped = steady;
    for (int day = 1; day + 1 < kDays; day += 7) {
        const int length = 30 + day % 200;
        World::set(
            stepped.clock_ahead, day * kMinutesOfDay + 720, length, day % 2 == 0 ? 120 : -120);
    }
    EXPECT_NE(stepped.clock_ahead, steady.clock_ahead);
    expect_the_sums(steady, Simulation(stepped).to_the_end());
}

TEST(ServiceUptime, AServiceThatIsNotInUseHasNoFigure) {
    ServiceUptimes uptimes;
    EXPECT_EQ(uptimes.find(kEngine), nullptr);
    const std::vector<NamedState> both = {{kEngine, {}}, {"cache", {HealthState::Unhealthy}}};
    uptimes.note(kStart, both);
    uptimes.note(kStart + minutes(1), both);
    ASSERT_NE(uptimes.find("cache"), nullptr);
    EXPECT_EQ(uptimes.find("cache")->over(1).down, minutes(1));
    uptimes.note(kStart + minutes(2), std::vector<NamedState>{{kEngine, {}}});
    EXPECT_EQ(uptimes.find("cache"), nullptr);
    EXPECT_EQ(uptimes.logs().size(), 2U) << "What was counted remains.";
    EXPECT_EQ(uptimes.engine().over(1).up, minutes(2));
}

// @spec:R1-AVAIL-05 @spec:R1-AVAIL-06 @spec:R1-AVAIL-07
TEST(ServiceUptime, EachServiceFollowsFromItsOwnSource) {
    const std::vector<ComponentStatus> findings = {
        {Dependency::Database, HealthState::Degraded, {}, {}},
        {Dependency::Cache, HealthState::Unhealthy, {}, {}},
        {Dependency::Notifier, HealthState::Unhealthy, {}, {}}};
    const auto text = [](const std::vector<NamedState>& states) {
        std::string all;
        for (const NamedState& one : states) {
            all.append(one.service).append(" ").append(to_text(one.state.health));
            all.append(one.state.planned ? " planned" : "");
            all.append(one.state.emergency ? " emergency; " : "; ");
        }
        return all;
    };
    EXPECT_EQ(text(service_states({.findings = findings})),
              "engine degraded; store degraded; monitoring unhealthy; ")
        << "A cache inside the process is no service; there is no log and no analysis service.";
    EXPECT_EQ(text(service_states({.findings = findings,
                                   .cache_is_remote = true,
                                   .logs = HealthState::Healthy,
                                   .emergency = true})),
              "engine unhealthy emergency; store degraded; cache unhealthy; monitoring unhealthy; "
              "logs healthy; ");
    EXPECT_EQ(text(service_states({.findings = {}, .logs = HealthState::Healthy, .planned = true})),
              "engine healthy planned; logs healthy planned; ");
}

TEST(ServiceUptime, AnOutageDuringAClockStepStaysInOrder) {
    UptimeLog log;
    log.note(kStart, {HealthState::Healthy});
    log.note(kStart + minutes(60), {HealthState::Unhealthy}, minutes(60));
    // The clock is set ahead by ten hours during the outage, and back during the next one.
    log.note(kStart + minutes(670), {HealthState::Healthy}, minutes(10));
    log.note(kStart + minutes(680), {HealthState::Unhealthy}, minutes(10));
    log.note(kStart + minutes(90), {HealthState::Unhealthy}, minutes(10));
    log.note(kStart + minutes(95), {HealthState::Healthy}, minutes(5));
    ASSERT_EQ(log.outages().size(), 2U);
    const Outage& first = log.outages()[0];
    const Outage& second = log.outages()[1];
    EXPECT_EQ(*first.ended - first.began, minutes(10));
    EXPECT_EQ(second, (Outage{kStart + minutes(80), kStart + minutes(95)}));
    EXPECT_LE(*first.ended, second.began);
}

}  // namespace
}  // namespace botcore::operations
