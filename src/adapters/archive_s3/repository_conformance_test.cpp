#include "adapters/archive_folder/folder_repository.hpp"
#include "adapters/archive_s3/s3_server_test.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace botcore::archive_s3 {
namespace {

using ports::RepositoryError;
using ports::StoredObject;
using testing::ElementsAre;
using testing::IsEmpty;
using Kind = RepositoryError::Kind;

enum class Which : std::uint8_t { Folder, S3 };

/// The behaviour that every repository must have.
class RepositoryConformance : public testing::TestWithParam<Which> {
protected:
    void SetUp() override {
        if (GetParam() == Which::S3) {
            if (const auto missing = s3_server_missing(); !missing.empty()) {
                if (in_ci()) FAIL() << missing;
                GTEST_SKIP() << missing;
            }
            server_ = std::make_unique<S3Server>();
            repository_ = S3Repository::make(server_->options()).value();
            return;
        }
        std::string pattern = testing::TempDir() + "repository-XXXXXX";
        folder_ = ::mkdtemp(pattern.data());
        repository_ = archive_folder::FolderRepository::open(folder_ / "copies").value();
    }

    void TearDown() override {
        if (!folder_.empty()) std::filesystem::remove_all(folder_);
    }

    [[nodiscard]] std::vector<std::string> names(const std::string& prefix,
                                                 const std::string& after = "") {
        std::vector<std::string> found;
        const auto list = repository_->list(prefix, after);
        EXPECT_TRUE(list) << list.error().text;
        if (!list) return found;
        for (const StoredObject& object : list.value())
            found.push_back(object.name);
        return found;
    }

    std::filesystem::path folder_;
    std::unique_ptr<S3Server> server_;
    std::unique_ptr<ports::Repository> repository_;
};

TEST_P(RepositoryConformance, ReturnsTheBytesThatWerePut) {
    std::string bytes;
    for (int i = 0; i < 256; ++i)
        bytes += static_cast<char>(i);
    const auto put = repository_->put("journal/a-1.seg", bytes);
    ASSERT_TRUE(put) << put.error().text;
    EXPECT_EQ(repository_->get("journal/a-1.seg").value(), bytes);
    ASSERT_TRUE(repository_->put("empty", ""));
    EXPECT_EQ(repository_->get("empty").value(), "");
}

TEST_P(RepositoryConformance, NeverOverwrites) {
    ASSERT_TRUE(repository_->put("a", "one"));
    EXPECT_TRUE(repository_->put("a", "one"));
    EXPECT_EQ(repository_->put("a", "two").error().kind, Kind::Taken);
    EXPECT_EQ(repository_->put("a", "").error().kind, Kind::Taken);
    EXPECT_EQ(repository_->get("a").value(), "one");
}

TEST_P(RepositoryConformance, ReportsMissingObjects) {
    EXPECT_EQ(repository_->get("a").error().kind, Kind::Missing);
    EXPECT_EQ(repository_->get("none/a").error().kind, Kind::Missing);
}

TEST_P(RepositoryConformance, ListsInOrderByPrefixAndStart) {
    EXPECT_THAT(names(""), IsEmpty());
    // More than three of the server's pages.
    for (const char* name : {"b/2", "b/1", "a/9", "c", "b/10", "e-1", "b/3/x", "b/4", "e.x", "d"})
        ASSERT_TRUE(repository_->put(name, name));
    EXPECT_THAT(names(""),
                ElementsAre("a/9", "b/1", "b/10", "b/2", "b/3/x", "b/4", "c", "d", "e-1", "e.x"));
    EXPECT_THAT(names("b/"), ElementsAre("b/1", "b/10", "b/2", "b/3/x", "b/4"));
    EXPECT_THAT(names("b/1"), ElementsAre("b/1", "b/10"));
    EXPECT_THAT(names("b/", "b/10"), ElementsAre("b/2", "b/3/x", "b/4"));
    EXPECT_THAT(names("", "b/2"), ElementsAre("b/3/x", "b/4", "c", "d", "e-1", "e.x"));
    EXPECT_THAT(names("x"), IsEmpty());
    EXPECT_EQ(repository_->list("b/3", "").value().at(0).bytes, 5U);
}

TEST_P(RepositoryConformance, ARemovedObjectIsMissingAndMayBePutAgain) {
    ASSERT_TRUE(repository_->put("a/b", "one"));
    ASSERT_TRUE(repository_->remove("a/b"));
    EXPECT_TRUE(repository_->remove("a/b"));
    EXPECT_TRUE(repository_->remove("none/b"));
    EXPECT_EQ(repository_->get("a/b").error().kind, Kind::Missing);
    EXPECT_THAT(names(""), IsEmpty());
    EXPECT_TRUE(repository_->put("a/b", "two"));
    EXPECT_EQ(repository_->get("a/b").value(), "two");
}

TEST_P(RepositoryConformance, AcceptsTheLargestObjectAndNoLargerOne) {
    const std::string largest(ports::Repository::kObjectBytesMax, 'x');
    const auto put = repository_->put("a", largest);
    ASSERT_TRUE(put) << put.error().text;
    EXPECT_TRUE(repository_->get("a").value() == largest);
    EXPECT_EQ(repository_->put("b", largest + "x").error().kind, Kind::Refused);
}

TEST_P(RepositoryConformance, RejectsInvalidNames) {
    for (const std::string& name : {std::string(),
                                    std::string("/a"),
                                    std::string("a/"),
                                    std::string("a//b"),
                                    std::string("."),
                                    std::string("../a"),
                                    std::string("a/../b"),
                                    std::string("A"),
                                    std::string("a b"),
                                    std::string("a?b"),
                                    std::string("a\0b", 3),
                                    std::string(201, 'a')}) {
        EXPECT_EQ(repository_->put(name, "x").error().kind, Kind::Refused) << name;
        EXPECT_EQ(repository_->get(name).error().kind, Kind::Refused) << name;
        EXPECT_EQ(repository_->remove(name).error().kind, Kind::Refused) << name;
    }
    EXPECT_THAT(names(""), IsEmpty());
    EXPECT_TRUE(repository_->put("..a/.b", "x"));
    EXPECT_TRUE(repository_->put(std::string(200, 'a'), "x"));
}

INSTANTIATE_TEST_SUITE_P(Repositories,
                         RepositoryConformance,
                         testing::Values(Which::Folder, Which::S3),
                         [](const auto& instance) {
                             return instance.param == Which::Folder ? "Folder" : "S3";
                         });

}  // namespace
}  // namespace botcore::archive_s3
