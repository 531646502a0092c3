#include "services/trading/book_checks.hpp"

#include "tests/scratch/temporary_folder.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

namespace botcore::trading {
namespace {

TEST(BookChecks, ReportsToTheLogTheMetricsAndTheAccount) {
    const scratch::TemporaryFolder folder;
    const std::string path = folder.file("log");
    observability::Metrics metrics;
    std::vector<std::string> told;
    {
        observability::Log log("test", observability::Level::Info, path);
        BookChecks watch(
            log, metrics, [&](const model::AccountId& account, const std::string& why) {
                told.push_back(account.text() + ": " + why);
            });
        model::Record record;
        record.sequence = 1;
        record.outcome.postings.push_back({model::AccountId("futures"),
                                           model::Asset("USDT"),
                                           model::Book::Cash,
                                           model::Money::whole(1)});
        watch.on_committed({record});
    }
    EXPECT_THAT(told, testing::ElementsAre("futures: the postings in USDT sum to 1, not to zero"));
    EXPECT_THAT(metrics.render(),
                testing::HasSubstr("consistency_findings_total{look=\"commit\"} 1\n"));
    std::ifstream file(path);
    std::string line;
    ASSERT_TRUE(std::getline(file, line));
    const auto value = boost::json::parse(line);
    EXPECT_EQ(value.at("level").as_string(), "ERROR");
    EXPECT_EQ(value.at("kind").as_string(), "unbalanced_postings");
    EXPECT_EQ(value.at("severity").as_string(), "critical");
    EXPECT_EQ(value.at("sequence").as_int64(), 1);
    EXPECT_FALSE(value.at("action").as_string().empty());
}

}  // namespace
}  // namespace botcore::trading
