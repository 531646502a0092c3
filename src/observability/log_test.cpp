#include "observability/log.hpp"

#include "observability/stack_trace.hpp"
#include "tests/scratch/temporary_folder.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>
#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <sstream>
#include <thread>

namespace botcore::observability {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using namespace std::chrono_literals;

class Folder {
public:
    [[nodiscard]] const std::filesystem::path& path() const { return folder_.path(); }

    [[nodiscard]] std::string file() const { return folder_.file("botcored.log"); }

private:
    scratch::TemporaryFolder folder_;
};

std::vector<boost::json::value> lines_of(const std::string& path) {
    std::vector<boost::json::value> lines;
    std::ifstream file(path);
    for (std::string line; std::getline(file, line);)
        lines.push_back(boost::json::parse(line));
    return lines;
}

std::string message_of(const boost::json::value& line) {
    return std::string(line.at("message").as_string());
}

LogOptions to_file(const Folder& folder) {
    LogOptions options;
    options.identity = {"botcored", "1.2.3", "test", "here"};
    options.descriptor = -1;
    options.path = folder.file();
    return options;
}

TEST(Log, EscapesCharactersThatCouldBreakALine) {
    const std::array fields = {Field{"request_id", "req_1"}};
    const std::string line = format_line({"botcored", "", "", "here"},
                                         Level::Warn,
                                         "2026-01-01T00:00:00.000Z",
                                         "a \"quoted\"\nline\\",
                                         fields);
    EXPECT_EQ(line.find('\n'), std::string::npos);
    const auto value = boost::json::parse(line);
    EXPECT_EQ(value.at("message").as_string(), "a \"quoted\"\nline\\");
    EXPECT_EQ(value.at("level").as_string(), "WARN");
    EXPECT_EQ(value.at("request_id").as_string(), "req_1");
    const std::string turned = format_line({"botcored", "", "", "here"},
                                           Level::Warn,
                                           "2026-01-01T00:00:00.000Z",
                                           "a\u009b2J \u202e b",
                                           fields);
    EXPECT_NE(turned.find("a\\u009b2J \\u202e b"), std::string::npos) << turned;
}

TEST(Log, WritesOneJsonObjectALineWithTimeLevelServiceAndContext) {
    const Folder folder;
    {
        Log log(to_file(folder));
        log.write(Level::Debug, "not written");
        log.write(Level::Error,
                  "{} braces % stay",
                  {{"request_id", "req_2"},
                   {"user_id", "operator"},
                   {"operation", "POST /x"},
                   {"duration_ms", 1.25}});
    }
    const auto lines = lines_of(folder.file());
    ASSERT_EQ(lines.size(), 1U);
    const auto& value = lines[0];
    EXPECT_EQ(value.at("message").as_string(), "{} braces % stay");
    EXPECT_EQ(value.at("service").as_string(), "botcored");
    EXPECT_EQ(value.at("version").as_string(), "1.2.3");
    EXPECT_EQ(value.at("environment").as_string(), "test");
    EXPECT_EQ(value.at("host").as_string(), "here");
    EXPECT_EQ(value.at("user_id").as_string(), "operator");
    EXPECT_EQ(value.at("duration_ms").as_double(), 1.25);
    EXPECT_EQ(value.at("timestamp").as_string().size(), 24U);
    EXPECT_EQ(value.at("timestamp").as_string().back(), 'Z');
}

// @spec:RM-LOG-01 @spec:RM-LOG-02
TEST(Log, WritesEveryEventWithItsWordAndLevel) {
    const Folder folder;
    {
        Log log(to_file(folder));
        for (std::uint8_t i = 0; i < kLogEvents; ++i)
            log.event(static_cast<LogEvent>(i), "it happened", {{"attempt", 2}});
    }
    std::map<std::string, std::string> levels;
    for (const auto& line : lines_of(folder.file())) {
        levels[std::string(line.at("event").as_string())] = line.at("level").as_string();
        EXPECT_EQ(line.at("attempt").as_int64(), 2);
    }
    const std::map<std::string, std::string> expected = {{"service_started", "INFO"},
                                                         {"service_stopped", "INFO"},
                                                         {"health_failed", "ERROR"},
                                                         {"health_recovered", "INFO"},
                                                         {"retry", "WARN"},
                                                         {"connection_lost", "ERROR"},
                                                         {"reconnected", "INFO"},
                                                         {"transaction_failed", "ERROR"},
                                                         {"transaction_rolled_back", "ERROR"},
                                                         {"manual_intervention", "INFO"},
                                                         {"trade_failed", "ERROR"},
                                                         {"forced_exit", "ERROR"},
                                                         {"margin_call", "ERROR"},
                                                         {"position_in_doubt", "ERROR"}};
    EXPECT_EQ(levels, expected);
}

TEST(Log, AFailureIncludesItsStackTrace) {
    const Folder folder;
    {
        Log log(to_file(folder));
        log.failure(LogEvent::TransactionFailed, "unexpected", {{"request_id", "req_3"}});
    }
    const auto lines = lines_of(folder.file());
    ASSERT_EQ(lines.size(), 1U);
    EXPECT_EQ(lines[0].at("level").as_string(), "ERROR");
    EXPECT_EQ(lines[0].at("request_id").as_string(), "req_3");
    const std::string trace(lines[0].at("stack_trace").as_string());
    EXPECT_THAT(trace, HasSubstr("botcore_observability_tests+0x"));
    EXPECT_GT(std::count(trace.begin(), trace.end(), '\n'), 3);
}

TEST(StackTraceDeathTest, ACrashPrintsTheStackAndKeepsTheExitStatus) {
    EXPECT_EXIT(
        {
            install_crash_trace();
            (void)std::raise(SIGABRT);
        },
        testing::KilledBySignal(SIGABRT),
        "ended by a signal; the stack was");
}

std::vector<std::string> all_of(LineBuffer& buffer) {
    std::vector<std::string> lines;
    while (const Line line = buffer.pop())
        lines.push_back(*line);
    return lines;
}

void push(LineBuffer& buffer, Level level, const char* text) {
    buffer.push(level, std::make_shared<const std::string>(text));
}

TEST(LineBuffer, DropsTheOldestLineBelowWarnFirst) {
    LineBuffer buffer(3);
    push(buffer, Level::Error, "e1");
    push(buffer, Level::Info, "i1");
    push(buffer, Level::Warn, "w1");
    push(buffer, Level::Error, "e2");
    EXPECT_EQ(buffer.take_dropped(), 1U);
    push(buffer, Level::Debug, "d1");  // This is the only line below Warn: it is dropped at once.
    EXPECT_EQ(buffer.take_dropped(), 1U);
    EXPECT_THAT(all_of(buffer), ElementsAre("e1", "w1", "e2"));
    for (const char* text : {"a", "b", "c", "d"})
        push(buffer, Level::Fatal, text);
    EXPECT_EQ(buffer.take_dropped(), 1U);
    EXPECT_EQ(buffer.take_dropped(), 0U);
    EXPECT_THAT(all_of(buffer), ElementsAre("b", "c", "d"));
}

TEST(LineBuffer, KeepsTheOrderOfAllLevels) {
    LineBuffer buffer(10);
    push(buffer, Level::Info, "1");
    push(buffer, Level::Error, "2");
    push(buffer, Level::Debug, "3");
    push(buffer, Level::Warn, "4");
    push(buffer, Level::Info, "5");
    EXPECT_THAT(all_of(buffer), ElementsAre("1", "2", "3", "4", "5"));
}

// @spec:R1-AVAIL-07
TEST(Log, KeepsItsLinesWhileTheFolderIsMissing) {
    const Folder folder;
    Log log(to_file(folder));
    log.write(Level::Info, "before");
    ASSERT_TRUE(log.flush(10s));
    std::filesystem::rename(folder.path(), folder.path().string() + "-away");
    for (int i = 0; i < 100; ++i)
        log.write(Level::Info, "during " + std::to_string(i));
    EXPECT_FALSE(log.flush(300ms));
    EXPECT_EQ(log.waiting(), 100U);
    std::filesystem::rename(folder.path().string() + "-away", folder.path());
    log.write(Level::Info, "after");
    ASSERT_TRUE(log.flush(10s));
    const auto lines = lines_of(folder.file());
    ASSERT_EQ(lines.size(), 102U);
    EXPECT_EQ(message_of(lines[0]), "before");
    EXPECT_EQ(message_of(lines[1]), "during 0");
    EXPECT_EQ(message_of(lines[101]), "after");
    EXPECT_EQ(log.dropped(), 0U);
}

TEST(Log, ContinuesInANewFileAfterARemoval) {
    const Folder folder;
    Log log(to_file(folder));
    log.write(Level::Info, "old");
    ASSERT_TRUE(log.flush(10s));
    std::filesystem::rename(folder.file(), folder.file() + ".taken");
    log.write(Level::Info, "new");
    ASSERT_TRUE(log.flush(10s));
    const auto lines = lines_of(folder.file());
    ASSERT_EQ(lines.size(), 1U);
    EXPECT_EQ(message_of(lines[0]), "new");
}

TEST(Log, ReopensItsFileOnRequest) {
    const Folder folder;
    Log log(to_file(folder));
    log.write(Level::Info, "old");
    ASSERT_TRUE(log.flush(10s));
    std::filesystem::rename(folder.file(), folder.file() + ".1");
    log.reopen();
    while (!std::filesystem::exists(folder.file()))
        std::this_thread::yield();
    EXPECT_EQ(std::filesystem::file_size(folder.file()), 0U);
    log.write(Level::Info, "new");
    ASSERT_TRUE(log.flush(10s));
    EXPECT_EQ(lines_of(folder.file()).size(), 1U);
    EXPECT_EQ(lines_of(folder.file() + ".1").size(), 1U);
}

/// A pipe that the test reads without waiting.
class Pipe {
public:
    Pipe() { EXPECT_EQ(::pipe2(ends_.data(), O_CLOEXEC | O_NONBLOCK), 0); }

    ~Pipe() {
        (void)::close(ends_[0]);
        (void)::close(ends_[1]);
    }

    Pipe(const Pipe&) = delete;
    Pipe& operator=(const Pipe&) = delete;

    [[nodiscard]] int to_write() const { return ends_[1]; }

    [[nodiscard]] std::string take() const {
        std::array<char, 4096> bytes{};
        const ssize_t got = ::read(ends_[0], bytes.data(), bytes.size());
        return got > 0 ? std::string(bytes.data(), static_cast<std::size_t>(got)) : std::string();
    }

private:
    std::array<int, 2> ends_{};
};

TEST(Log, HoldsLinesBackFromTheScreenUntilTheGreetingIsShown) {
    const Folder folder;
    const Pipe screen;
    LogOptions options = to_file(folder);
    options.descriptor = screen.to_write();
    options.format = Format::Text;
    options.held_for = 1h;
    Log log(options);
    log.write(Level::Warn, "first");
    log.write(Level::Info, "second");
    while (lines_of(folder.file()).size() < 2)  // The file gets the lines at once.
        std::this_thread::yield();
    EXPECT_EQ(screen.take(), "");
    log.release();
    ASSERT_TRUE(log.flush(10s));
    const std::string shown = screen.take();
    EXPECT_THAT(shown, HasSubstr("WARN  first\n"));
    EXPECT_LT(shown.find("first"), shown.find("second"));
}

TEST(Log, HoldsNothingBackAfterAnError) {
    const Pipe screen;
    LogOptions options;
    options.descriptor = screen.to_write();
    options.held_for = 1h;
    Log log(options);
    log.write(Level::Info, "first");
    log.write(Level::Error, "broken");
    std::string shown;
    while (std::count(shown.begin(), shown.end(), '\n') < 2)
        shown += screen.take();
    EXPECT_LT(shown.find("first"), shown.find("broken"));
}

TEST(Log, ATextLineHasTheContentOfTheJsonLine) {
    const std::array fields = {Field{"operation", "POST /x"},
                               Field{"user_id", "operator"},
                               Field{"cause", ""},
                               Field{"stack_trace", "one\n\x1b[2Jtwo"},
                               Field{"attempt", std::int64_t{2}},
                               Field{"duration_ms", 1.5}};
    EXPECT_EQ(format_text(Level::Warn, "2026-01-01T00:00:00.000Z", "a\nb \u202e c", fields),
              "2026-01-01T00:00:00.000Z WARN  a b   c operation=\"POST /x\" user_id=operator "
              "attempt=2 duration_ms=1.5E0\n    one\n     [2Jtwo");
}

TEST(Log, ATextLineHasNoSecretAndNoSecondLine) {
    const std::array fields = {Field{"remote", "203.0.113.7"},
                               Field{"cause", "a\n2026-01-01T00:00:00.000Z ERROR forged"}};
    const std::string line =
        format_text(Level::Info, "2026-01-01T00:00:00.000Z", "password=hunter2secret", fields);
    EXPECT_EQ(line.find('\n'), std::string::npos);
    EXPECT_EQ(line.find("hunter2secret"), std::string::npos);
    EXPECT_EQ(line.find("203.0.113.7"), std::string::npos);
    EXPECT_THAT(line, HasSubstr("cause=\"a\\n2026-01-01T"));
}

// @spec:R1-AVAIL-07
TEST(Log, NeverWaitsForAPipeThatIsNotRead) {
    const Folder folder;
    std::array<int, 2> pipe{};
    ASSERT_EQ(::pipe(pipe.data()), 0);
    constexpr int kLines = 3'000;
    std::string out;
    {
        LogOptions options = to_file(folder);
        options.descriptor = pipe[1];
        Log log(options);
        for (int i = 0; i < kLines; ++i)
            log.write(Level::Info, std::to_string(i) + std::string(100, '.'));
        // The file gets all lines although the pipe is full.
        while (lines_of(folder.file()).size() < kLines)
            std::this_thread::yield();
        EXPECT_GT(log.waiting(), 0U);
        std::thread reader([&] {
            std::array<char, 4096> bytes{};
            for (ssize_t got = 0; (got = ::read(pipe[0], bytes.data(), bytes.size())) > 0;)
                out.append(bytes.data(), static_cast<std::size_t>(got));
        });
        EXPECT_TRUE(log.flush(20s));
        EXPECT_EQ(log.dropped(), 0U);
        (void)::close(pipe[1]);
        reader.join();
        (void)::close(pipe[0]);
    }
    std::istringstream lines(out);
    int count = 0;
    for (std::string line; std::getline(lines, line); ++count) {
        const auto value = boost::json::parse(line);
        ASSERT_TRUE(message_of(value).starts_with(std::to_string(count) + "."));
    }
    EXPECT_EQ(count, kLines);
}

TEST(Log, SurvivesAPipeWithoutAReader) {
    std::array<int, 2> pipe{};
    ASSERT_EQ(::pipe(pipe.data()), 0);
    (void)::close(pipe[0]);
    LogOptions options;
    options.descriptor = pipe[1];
    Log log(options);
    log.write(Level::Info, "nobody hears this");
    EXPECT_FALSE(log.flush(200ms));
    (void)::close(pipe[1]);
}

TEST(Log, WithoutASinkHasNoState) {
    LogOptions options;
    options.descriptor = -1;
    EXPECT_FALSE(Log(options).failing_for());
}

TEST(Log, ReportsHowManyLinesWereDropped) {
    const Folder folder;
    LogOptions options = to_file(folder);
    options.path = (folder.path() / "later" / "botcored.log").string();
    options.lines_max = 10;
    Log log(options);
    for (int i = 0; i < 20; ++i)
        log.write(i % 4 == 0 ? Level::Error : Level::Info, std::to_string(i));
    EXPECT_FALSE(log.flush(300ms));
    EXPECT_GT(log.failing_for(), 0ms);
    std::filesystem::create_directory(folder.path() / "later");
    ASSERT_TRUE(log.flush(10s));
    EXPECT_EQ(log.failing_for(), 0ms);
    int errors = 0;
    std::int64_t dropped = 0;
    int others = 0;
    for (const auto& line : lines_of(options.path)) {
        if (line.as_object().contains("dropped")) {
            dropped += line.at("dropped").as_int64();
        } else {
            errors += line.at("level").as_string() == "ERROR" ? 1 : 0;
            ++others;
        }
    }
    EXPECT_EQ(errors, 5);  // No error was dropped: all dropped lines had a lower level.
    EXPECT_EQ(dropped + others, 20);
    EXPECT_GE(dropped, 9);
    EXPECT_EQ(log.dropped(), static_cast<std::uint64_t>(dropped));
}

TEST(FileSink, RotatesTheFileBeforeItGrowsTooLarge) {
    const Folder folder;
    FileSink sink({.path = folder.file(), .bytes_max = 100, .files_max = 3});
    for (char c = 'a'; c <= 'e'; ++c)
        EXPECT_EQ(sink.write(std::string(59, c) + "\n"), Written::Yes);
    const auto first_of = [](const std::string& path) {
        std::ifstream file(path);
        return static_cast<char>(file.get());
    };
    EXPECT_EQ(first_of(folder.file()), 'e');
    EXPECT_EQ(first_of(folder.file() + ".1"), 'd');
    EXPECT_EQ(first_of(folder.file() + ".2"), 'c');
    EXPECT_FALSE(std::filesystem::exists(folder.file() + ".3"));
    FileSink single({.path = folder.file(), .bytes_max = 100, .files_max = 1});
    EXPECT_EQ(single.write(std::string(59, 'x') + "\n"), Written::Yes);
    EXPECT_EQ(std::filesystem::file_size(folder.file()), 60U);
}

// Truncates the file as the setting copytruncate of logrotate does.
TEST(FileSink, AppendsToAFileThatWasTruncated) {
    const Folder folder;
    FileSink sink({.path = folder.file(), .bytes_max = 100, .files_max = 2});
    EXPECT_EQ(sink.write(std::string(59, 'a') + "\n"), Written::Yes);
    std::filesystem::resize_file(folder.file(), 0);
    EXPECT_EQ(sink.write(std::string(59, 'b') + "\n"), Written::Yes);
    std::ifstream file(folder.file());
    std::string text;
    std::getline(file, text, '\0');
    EXPECT_EQ(text, std::string(59, 'b') + "\n");
    // The size restarts at the truncation, so the file is not rotated too early.
    EXPECT_FALSE(std::filesystem::exists(folder.file() + ".1"));
}

// Simulates a full disk by a limit on the file size.
TEST(FileSink, LeavesNoPartialLineOnAFullDisk) {
    const Folder folder;
    const auto child = [&] {
        (void)std::signal(SIGXFSZ, SIG_IGN);
        const rlimit limit{.rlim_cur = 100, .rlim_max = RLIM_INFINITY};
        (void)::setrlimit(RLIMIT_FSIZE, &limit);
        FileSink sink({.path = folder.file(), .bytes_max = 1'000, .files_max = 1});
        if (sink.write(std::string(59, 'a') + "\n") != Written::Yes) std::_Exit(1);
        if (sink.write(std::string(59, 'b') + "\n") != Written::Down) std::_Exit(2);
        if (std::filesystem::file_size(folder.file()) != 60) std::_Exit(3);
        const rlimit wide{.rlim_cur = 1'000, .rlim_max = RLIM_INFINITY};
        (void)::setrlimit(RLIMIT_FSIZE, &wide);
        if (sink.write(std::string(59, 'b') + "\n") != Written::Yes) std::_Exit(4);
        if (std::filesystem::file_size(folder.file()) != 120) std::_Exit(5);
        std::_Exit(0);
    };
    EXPECT_EXIT(child(), testing::ExitedWithCode(0), "");
}

}  // namespace
}  // namespace botcore::observability
