#include "host/shutdown.hpp"

#include "tests/scratch/temporary_folder.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <string>
#include <vector>

namespace botcore::host {
namespace {

using testing::ElementsAre;
using namespace std::chrono_literals;

class ShutdownTest : public testing::Test {
protected:
    [[nodiscard]] Shutdown::Hooks hooks() {
        const auto note = [this](const char* name) {
            return [this, name] { calls_.emplace_back(name); };
        };
        return {.turn_unready = note("unready"),
                .close_listener = note("listener"),
                .cancel_entries = note("entries"),
                .requests_open = [this] { return requests_.empty() ? 0 : take(requests_); },
                .entries_open = [this] { return entries_.empty() ? 0 : take(entries_); },
                .close_websockets = note("websockets"),
                .websockets_open = [this] { return websockets_.empty() ? 0 : take(websockets_); },
                .end_loop = [this] { calls_.emplace_back("loop"); }};
    }

    /// Returns the next of some readings; the last one repeats.
    static std::size_t take(std::vector<std::size_t>& readings) {
        const std::size_t first = readings.front();
        if (readings.size() > 1) readings.erase(readings.begin());
        return first;
    }

    /// Runs the loop to its end, then the remaining steps.
    int run(ShutdownOptions options, int exit_code = 0) {
        observability::Log log("botcored", observability::Level::Info, path_);
        boost::asio::io_context context;
        Shutdown shutdown(context, log, options, hooks());
        EXPECT_FALSE(shutdown.has_begun());
        EXPECT_EQ(shutdown.waits_for(), 0U);
        shutdown.begin("SIGTERM");
        shutdown.begin("SIGINT");
        context.run();
        return shutdown.finish({.flush_logs = [this] { calls_.emplace_back("flush"); },
                                .close_store = [this] { calls_.emplace_back("store"); }},
                               exit_code);
    }

    /// The step numbers in the order in which they were logged.
    [[nodiscard]] std::vector<std::int64_t> steps_logged() const {
        std::vector<std::int64_t> steps;
        std::ifstream file(path_);
        for (std::string line; std::getline(file, line);) {
            const auto value = boost::json::parse(line);
            const auto& fields = value.as_object();
            if (const auto* step = fields.if_contains("step")) steps.push_back(step->as_int64());
        }
        return steps;
    }

    scratch::TemporaryFolder folder_;
    const std::string path_ = folder_.file("log");
    std::vector<std::string> calls_;
    std::vector<std::size_t> requests_, entries_, websockets_;
};

// @spec:R2-SHUT-08 X-17
TEST_F(ShutdownTest, RunsSevenStepsInOrder) {
    EXPECT_EQ(run({}), 0);
    EXPECT_THAT(
        calls_,
        ElementsAre(
            "unready", "listener", "entries", "websockets", "loop", "flush", "store", "flush"));
    EXPECT_THAT(steps_logged(), ElementsAre(1, 2, 3, 4, 5, 6, 7));
}

// @spec:R2-SHUT-03
TEST_F(ShutdownTest, WaitsForOpenRequestsEntriesAndWebSockets) {
    requests_ = {2, 1, 0};
    entries_ = {3, 3, 3, 3, 0};
    websockets_ = {1, 1, 0};
    EXPECT_EQ(run({.look_every = 1ms}), 0);
    EXPECT_EQ(requests_.size() + entries_.size() + websockets_.size(), 3U)
        << "Some bytes were not read.";
    EXPECT_THAT(steps_logged(), ElementsAre(1, 2, 3, 4, 5, 6, 7));
}

TEST_F(ShutdownTest, EndsEvenIfNothingFinishes) {
    requests_ = {1};
    entries_ = {1};
    websockets_ = {1};
    const auto began = std::chrono::steady_clock::now();
    EXPECT_EQ(run({.drain_within = 30ms, .websockets_within = 20ms, .look_every = 1ms}), 0);
    EXPECT_GE(std::chrono::steady_clock::now() - began, 50ms);
    EXPECT_THAT(steps_logged(), ElementsAre(1, 2, 3, 4, 5, 6, 7));
}

// @spec:X-63
TEST_F(ShutdownTest, KeepsServingDuringTheDelayAfterTurningUnready) {
    observability::Log log("botcored", observability::Level::Info, path_);
    boost::asio::io_context context;
    Shutdown shutdown(context, log, {.delay = 50ms}, hooks());
    const auto began = std::chrono::steady_clock::now();
    shutdown.begin("SIGTERM");
    EXPECT_THAT(calls_, ElementsAre("unready"));
    context.run();
    EXPECT_GE(std::chrono::steady_clock::now() - began, 50ms);
    EXPECT_THAT(calls_, ElementsAre("unready", "listener", "entries", "websockets", "loop"));
}

// @spec:R2-SHUT-07
TEST_F(ShutdownTest, ReturnsTheExitCode) {
    EXPECT_EQ(run({}, 75), 75);
}

}  // namespace
}  // namespace botcore::host
