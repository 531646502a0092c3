#include "apps/wiring/service_store.hpp"

#include "tests/scratch/temporary_folder.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

namespace botcore::apps {
namespace {

using testing::HasSubstr;

const base::Timestamp kNow = base::Timestamp::from_milliseconds(1'790'000'000'123);

TEST(ServiceStore, KeepsAFileThatCannotBeUsedAndStartsWithoutIt) {
    scratch::TemporaryFolder folder;
    const std::string text = "no database at all, but long enough to be read as one";
    std::ofstream(folder.file("services.sqlite")) << text;
    const auto opened = open_service_store(folder.file(""), kNow, [](const auto&) {});
    ASSERT_TRUE(opened.has_value()) << opened.error();
    EXPECT_TRUE(opened.value().store->rows("outbox").value().empty());
    const std::string aside = folder.file("services.sqlite.damaged-1790000000123");
    EXPECT_THAT(opened.value().note, HasSubstr(aside));
    std::string kept;
    std::getline(std::ifstream(aside), kept);
    EXPECT_EQ(kept, text);
}

TEST(ServiceStore, HasNothingToSayAboutAGoodFile) {
    scratch::TemporaryFolder folder;
    for (int run = 0; run < 2; ++run) {
        const auto opened = open_service_store(folder.file(""), kNow, [](const auto&) {});
        ASSERT_TRUE(opened.has_value()) << opened.error();
        EXPECT_EQ(opened.value().note, "");
    }
}

}  // namespace
}  // namespace botcore::apps
