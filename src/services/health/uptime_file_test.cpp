#include "services/health/uptime_file.hpp"

#include "tests/scratch/temporary_folder.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <string>
#include <vector>

namespace botcore::health {
namespace {

using base::Duration;
using base::Timestamp;
using operations::HealthState;
using operations::UptimeLog;

std::vector<operations::NamedState> engine_is(HealthState health) {
    return {{operations::kEngine, {health}}};
}

TEST(UptimeFile, KeepsTheFiguresAcrossARestart) {
    const scratch::TemporaryFolder folder;
    const std::string path = folder.file("uptime.json");
    UptimeFile file(path);
    ASSERT_TRUE(file.read());
    EXPECT_FALSE(file.read().value().engine().noted_until());
    operations::ServiceUptimes uptimes;
    const auto start = Timestamp::from_milliseconds(1'790'000'000'000);
    uptimes.note(start, engine_is(HealthState::Healthy));
    uptimes.note(start + Duration::seconds(90'000), engine_is(HealthState::Unhealthy));
    uptimes.note(start + Duration::seconds(90'100), engine_is(HealthState::Degraded));
    uptimes.note(start + Duration::seconds(90'200), engine_is(HealthState::Unhealthy));
    file.put(to_json(uptimes));
    EXPECT_TRUE(file.write_out());
    EXPECT_TRUE(file.write_out()) << "there is nothing new to write";
    const auto read = file.read();
    ASSERT_TRUE(read) << read.error();
    const UptimeLog& log = uptimes.engine();
    const UptimeLog& again = read.value().engine();
    EXPECT_EQ(again.days(), log.days());
    EXPECT_EQ(again.outages(), log.outages());
    EXPECT_EQ(again.noted_until(), log.noted_until());
    EXPECT_FALSE(again.stopped_in_order());
    uptimes.stop_in_order();
    EXPECT_TRUE(parse_uptime(to_json(uptimes)).value().engine().stopped_in_order());
}

TEST(UptimeFile, RetriesAWriteThatTheDiskRefused) {
    const scratch::TemporaryFolder folder;
    UptimeFile file(folder.file("no-such-folder/uptime.json"));
    file.put(to_json({}));
    EXPECT_FALSE(file.write_out());
    EXPECT_FALSE(file.write_out()) << "the daemon tries again";
    std::filesystem::create_directory(folder.file("uptime.json"));
    EXPECT_FALSE(UptimeFile(folder.file("uptime.json")).read())
        << "An unreadable file is an error.";
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
    EXPECT_TRUE(parse_uptime(head + "[[1,2]]," + days + "[[1,2,3,4,5]]}"))
        << "A file of an earlier version.";
    EXPECT_FALSE(parse_uptime(head + "[[1,2]]," + now + "[[1,2,3,4,5]]}"));
    const auto read = parse_uptime(head + "[[1,2]]," + now + "[[1,2,3,4,5,6]]}");
    ASSERT_TRUE(read);
    const auto day = std::chrono::sys_days(std::chrono::days(1));
    EXPECT_EQ(read.value().engine().days().at(day).stopped, base::Duration::microseconds(6));
    EXPECT_EQ(read.value().logs().size(), 1U) << "An earlier version counted only the engine.";
}

TEST(UptimeFile, ReportsWhatIsWrongInTheFiguresOfAService) {
    const std::string engine = R"({"format":1,"noted_until_us":9,"outages_us":[],)"
                               R"("days_up_degraded_down_planned_stopped_us":[[1,0,0,2,0,0]],)";
    const std::string store = R"("services":{"store":{"noted_until_us":9,"outages_us":[],)"
                              R"("first_day_days_up_degraded_down_planned_stopped_emergency_us":)";
    for (const std::string& text : {engine + R"("services":[]})",
                                    engine + R"("services":{"store":[]}})",
                                    engine + R"("services":{"store":{}}})",
                                    engine + R"("emergency_us":[[1]]})",
                                    engine + R"("emergency_us":[[1,3]]})",
                                    engine + store + "[[1,2,3]]}}}",
                                    engine + store + "[[1,367,0,0,0,0,0,0]]}}}",
                                    engine + store + "[[2932896,2,0,0,0,0,0,0]]}}}",
                                    engine + store + "[[1,1,86400000000,1,0,0,0,0]]}}}",
                                    engine + store + "[[1,1,0,0,1,0,0,2]]}}}"}) {
        const auto parsed = parse_uptime(text);
        EXPECT_FALSE(parsed) << text;
        if (!parsed) EXPECT_FALSE(parsed.error().empty());
    }
    const auto read = parse_uptime(engine + R"("emergency_us":[[1,2]],)" + store +
                                   R"([[1,2,3,4,5,6,7,5]]},"later":{}}})");
    ASSERT_TRUE(read) << read.error();
    const auto first = std::chrono::sys_days(std::chrono::days(1));
    EXPECT_EQ(read.value().engine().days().at(first).emergency, Duration::microseconds(2));
    const UptimeLog& log = read.value().logs().at("store");
    ASSERT_EQ(log.days().size(), 2U);
    EXPECT_EQ(log.days().at(first), log.days().at(first + std::chrono::days(1)));
    EXPECT_EQ(log.days().at(first).planned, Duration::microseconds(6));
    EXPECT_EQ(log.days().at(first).emergency, Duration::microseconds(5));
    EXPECT_FALSE(read.value().logs().contains("later")) << "It is of a later version.";
}

TEST(UptimeFile, StaysSmallWithAYearOfAllServices) {
    operations::ServiceUptimes uptimes;
    std::vector<operations::NamedState> states;
    for (const char* service : {"engine", "store", "analysis", "cache", "monitoring", "logs"})
        states.push_back({service, {}});
    const auto start = Timestamp::from_milliseconds(1'790'000'000'000);
    for (std::int64_t hour = 0; hour <= 400 * 24; ++hour) {
        // Each service has ten minutes of downtime a week.
        for (std::size_t i = 0; i < states.size(); ++i) {
            const bool begins = hour % 168 == static_cast<std::int64_t>(i);
            states[i].state.health = begins ? HealthState::Unhealthy : HealthState::Healthy;
        }
        uptimes.note(start + Duration::seconds(hour * 3'600), states);
        for (auto& one : states)
            one.state.health = HealthState::Healthy;
        uptimes.note(start + Duration::seconds(hour * 3'600 + 600), states);
    }
    const std::string text = to_json(uptimes);
    EXPECT_LT(text.size(), 64U << 10U);
    const auto read = parse_uptime(text);
    ASSERT_TRUE(read) << read.error();
    for (const auto& [service, log] : uptimes.logs()) {
        EXPECT_EQ(read.value().logs().at(service).days(), log.days()) << service;
        EXPECT_EQ(read.value().logs().at(service).outages(), log.outages()) << service;
    }
}

// The file of a version that counted only the engine, and no orderly stops.
TEST(UptimeFile, AFileOfAnEarlierVersionContinues) {
    const auto read = parse_uptime(
        R"({"format":1,"noted_until_us":1790000000000000,)"
        R"("days_up_degraded_down_planned_us":[[20717,1000000,2000000,3000000,4000000]],)"
        R"("outages_us":[[1789999990000000,1789999993000000]]})");
    ASSERT_TRUE(read) << read.error();
    operations::ServiceUptimes uptimes = read.value();
    const auto ended = Timestamp::from_milliseconds(1'790'000'000'000);
    const std::vector<operations::NamedState> states = {{operations::kEngine, {}}, {"store", {}}};
    uptimes.resume(ended + Duration::seconds(60), std::nullopt, states);
    uptimes.note(ended + Duration::seconds(60), states);
    uptimes.note(ended + Duration::seconds(70), states);
    const auto engine = uptimes.engine().over(2);
    EXPECT_EQ(engine.up, Duration::seconds(11));
    EXPECT_EQ(engine.degraded, Duration::seconds(2));
    EXPECT_EQ(engine.down, Duration::seconds(63));
    EXPECT_EQ(engine.planned, Duration::seconds(4));
    ASSERT_NE(uptimes.find("store"), nullptr);
    EXPECT_EQ(uptimes.find("store")->over(2).up, Duration::seconds(10));
    EXPECT_EQ(uptimes.find("store")->over(2).down, Duration()) << "It was not counted before.";
}

}  // namespace
}  // namespace botcore::health
