#include "adapters/notify_log/log_notifier.hpp"

#include "tests/scratch/temporary_folder.hpp"

#include <boost/json/parse.hpp>
#include <gtest/gtest.h>

#include <fstream>

namespace botcore::notify_log {
namespace {

TEST(LogNotifier, WritesOneLineForEachNoticeAndReportsItAsDelivered) {
    const scratch::TemporaryFolder folder;
    const std::string path = folder.file("log");
    int delivered = 0;
    {
        observability::Log log("test", observability::Level::Info, path);
        LogNotifier notifier(log);
        const auto done = [&](const ports::Delivery& delivery) {
            if (delivery.result == ports::Delivery::Result::Delivered) ++delivered;
        };
        notifier.send({.id = "1",
                       .subject = "archive",
                       .level = ports::NoticeLevel::Critical,
                       .text = "the archive is behind",
                       .page = "archive-down.md",
                       .action = "botctl backup verify",
                       .facts = {{"repository", "/var/a"}, {"failures", std::int64_t{3}}}},
                      done);
        notifier.send({.id = "2",
                       .subject = "archive",
                       .level = ports::NoticeLevel::Critical,
                       .over = true,
                       .text = "the archive is complete again"},
                      done);
        notifier.send({.id = "3",
                       .subject = "drill",
                       .level = ports::NoticeLevel::Warning,
                       .text = "no drill was signed"},
                      {});
    }
    EXPECT_EQ(delivered, 2);
    std::ifstream file(path);
    std::vector<boost::json::value> lines;
    for (std::string line; std::getline(file, line);)
        lines.push_back(boost::json::parse(line));
    ASSERT_EQ(lines.size(), 3U);
    EXPECT_EQ(lines[0].at("level").as_string(), "ERROR");
    EXPECT_EQ(lines[0].at("event").as_string(), "alert");
    EXPECT_EQ(lines[0].at("operation").as_string(), "archive");
    EXPECT_EQ(lines[0].at("severity").as_string(), "critical");
    EXPECT_EQ(lines[0].at("repository").as_string(), "/var/a");
    EXPECT_EQ(lines[0].at("failures").as_int64(), 3);
    EXPECT_EQ(lines[0].at("runbook").as_string(), "archive-down.md");
    EXPECT_EQ(lines[0].at("action").as_string(), "botctl backup verify");
    EXPECT_EQ(lines[1].at("level").as_string(), "INFO");
    EXPECT_EQ(lines[1].at("event").as_string(), "alert_over");
    EXPECT_FALSE(lines[1].as_object().contains("runbook"));
    EXPECT_EQ(lines[2].at("level").as_string(), "WARN");
    EXPECT_EQ(lines[2].at("severity").as_string(), "warning");
}

}  // namespace
}  // namespace botcore::notify_log
