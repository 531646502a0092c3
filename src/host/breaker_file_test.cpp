#include "host/breaker_file.hpp"

#include "host/outbound_folder_test.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace botcore::host {
namespace {

using resilience::BreakerMemory;
using resilience::BreakerState;
using testing::HasSubstr;

constexpr BreakerMemory kOpen{.state = BreakerState::Open,
                              .changed_at = base::Timestamp::from_milliseconds(1'767'225'600'123),
                              .openings = 2};

TEST(BreakerFile, RestoresTheStoredStateAfterARestart) {
    TestFolder folder;
    {
        BreakerFile file(folder.file("breakers.json"), folder.log());
        EXPECT_FALSE(file.find("analysis.analyze").has_value());
        file.store("analysis.analyze", kOpen);
        file.store("analysis.health", {.state = BreakerState::MetricsOnly, .changed_at = {}});
        EXPECT_EQ(file.find("analysis.analyze"), kOpen);
    }
    const BreakerFile again(folder.file("breakers.json"), folder.log());
    EXPECT_EQ(again.find("analysis.analyze"), kOpen);
    EXPECT_EQ(again.find("analysis.health")->state, BreakerState::MetricsOnly);
    EXPECT_FALSE(std::filesystem::exists(folder.file("breakers.json.part")));
    EXPECT_EQ(folder.logged(), "");
}

TEST(BreakerFile, RenamesADamagedFileAndLogsIt) {
    const std::string good = R"("state":"open","changed_at_us":1,"openings":1)";
    for (const std::string& text :
         {std::string(),
          std::string("{"),
          std::string("[]"),
          std::string(R"({"version":2,"breakers":{}})"),
          std::string(R"({"version":1})"),
          std::string(R"({"version":1,"breakers":{"a":1}})"),
          std::string(R"({"version":1,"breakers":{"a":{}}})"),
          std::string(R"({"version":1,"breakers":{"a":{)") + good + R"(},"b":{"state":"open"}}})",
          std::string(R"({"version":1,"breakers":{"a":{"state":"ajar",)") + good.substr(15) + "}}}",
          std::string(R"({"version":1,"breakers":{"a":{"state":"open","changed_at_us":1,)") +
              R"("openings":-1}}})",
          std::string(R"({"version":1,"breakers":{"a":{"state":"open","changed_at_us":-1,)") +
              R"("openings":1}}})"}) {
        TestFolder folder;
        folder.put("breakers.json", text);
        const BreakerFile file(folder.file("breakers.json"), folder.log());
        EXPECT_FALSE(file.find("a").has_value()) << text;
        EXPECT_EQ(folder.text_of("breakers.json.damaged"), text);
        EXPECT_FALSE(std::filesystem::exists(folder.file("breakers.json")));
        EXPECT_THAT(folder.logged(), HasSubstr("breakers.json.damaged")) << text;
    }
}

TEST(BreakerFile, RenamesAnUnreadableFileAndLogsIt) {
    TestFolder folder;
    std::filesystem::create_directory(folder.file("breakers.json"));
    const BreakerFile file(folder.file("breakers.json"), folder.log());
    EXPECT_TRUE(std::filesystem::is_directory(folder.file("breakers.json.damaged")));
    EXPECT_THAT(folder.logged(), HasSubstr("it is a folder"));
}

TEST(BreakerFile, KeepsTheStateInMemoryAndLogsAFailedWrite) {
    TestFolder folder;
    BreakerFile file(folder.file("missing") + "/breakers.json", folder.log());
    file.store("a", kOpen);
    EXPECT_EQ(file.find("a"), kOpen);
    EXPECT_THAT(folder.logged(), HasSubstr("cannot write the file of circuit-breaker states"));
}

}  // namespace
}  // namespace botcore::host
