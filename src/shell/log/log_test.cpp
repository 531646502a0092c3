#include "shell/log/log.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>
#include <gtest/gtest.h>

#include <cstdio>
#include <fstream>

namespace botcore::shell::log {
namespace {

TEST(Log, EscapesWhatCouldBreakALine) {
    const std::string line = format_line("botcored",
                                         Level::Warn,
                                         "2026-01-01T00:00:00.000Z",
                                         "a \"quoted\"\nline\\",
                                         {{"request_id", "req_1"}});
    EXPECT_EQ(line.find('\n'), std::string::npos);
    const auto value = boost::json::parse(line);
    EXPECT_EQ(value.at("message").as_string(), "a \"quoted\"\nline\\");
    EXPECT_EQ(value.at("level").as_string(), "WARN");
    EXPECT_EQ(value.at("request_id").as_string(), "req_1");
}

// @spec:R2-ERR-08
TEST(Log, WritesOneJsonObjectALineWithTimeLevelServiceAndContext) {
    const std::string path = testing::TempDir() + "botcore-log-test.jsonl";
    (void)std::remove(path.c_str());
    {
        Log log("botcored", Level::Info, path);
        log.write(Level::Debug, "not written");
        log.write(Level::Error,
                  "{} braces % stay",
                  {{"request_id", "req_2"},
                   {"user_id", "operator"},
                   {"operation", "POST /x"},
                   {"duration_us", 12}});
    }
    std::ifstream file(path);
    std::string line;
    ASSERT_TRUE(std::getline(file, line));
    const auto value = boost::json::parse(line);
    EXPECT_EQ(value.at("message").as_string(), "{} braces % stay");
    EXPECT_EQ(value.at("service").as_string(), "botcored");
    EXPECT_EQ(value.at("duration_us").as_int64(), 12);
    EXPECT_EQ(value.at("timestamp").as_string().size(), 24U);
    EXPECT_EQ(value.at("timestamp").as_string().back(), 'Z');
    EXPECT_FALSE(std::getline(file, line));
    (void)std::remove(path.c_str());
}

}  // namespace
}  // namespace botcore::shell::log
