#include "adapters/store_sqlite/sqlite_services.hpp"

#include "tests/scratch/temporary_folder.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <algorithm>
#include <fstream>

namespace botcore::store_sqlite {
namespace {

using namespace std::chrono_literals;
using ports::ServiceChange;
using ports::ServiceRow;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

/// Runs what is posted from other threads on the test's thread.
class TestLoop {
public:
    void post(std::function<void()> work) {
        const std::lock_guard lock(mutex_);
        posted_.push_back(std::move(work));
        changed_.notify_one();
    }

    void run_until(const std::function<bool()>& is_reached) {
        const auto deadline = std::chrono::steady_clock::now() + 30s;
        while (!is_reached() && std::chrono::steady_clock::now() < deadline)
            run_one(10ms);
        ASSERT_TRUE(is_reached());
    }

    /// Runs the next posted work, if some is posted within `limit`.
    bool run_one(std::chrono::milliseconds limit) {
        std::function<void()> work;
        {
            std::unique_lock lock(mutex_);
            if (!changed_.wait_for(lock, limit, [this] { return !posted_.empty(); })) return false;
            work = std::move(posted_.front());
            posted_.pop_front();
        }
        work();
        return true;
    }

private:
    std::mutex mutex_;
    std::condition_variable changed_;
    std::deque<std::function<void()>> posted_;
};

class SqliteServicesTest : public testing::Test {
protected:
    void SetUp() override { open(); }

    void open() {
        store_.reset();
        auto opened = SqliteServices::open(
            path(), [this](std::function<void()> work) { loop_.post(std::move(work)); });
        ASSERT_TRUE(opened.has_value()) << opened.error();
        store_ = std::move(opened).value();
    }

    [[nodiscard]] Database connect() const {
        return Database::open(path(), {}, OpenMode::ReadWrite).value();
    }

    [[nodiscard]] std::string path() const { return folder_.file("services.sqlite"); }

    static ServiceChange put(const std::string& key, const std::string& text) {
        return {.row = {.kind = "outbox", .key = key, .text = text}};
    }

    static ServiceChange remove(const std::string& key) {
        return {.row = {.kind = "outbox", .key = key, .text = {}}, .removed = true};
    }

    /// Makes the changes and runs the loop until they are durable.
    void change(std::vector<ServiceChange> changes) {
        bool is_done = false;
        store_->change(std::move(changes), [&] { is_done = true; });
        loop_.run_until([&] { return is_done; });
    }

    /// "key=text" of each row of the kind after the file was opened again.
    std::vector<std::string> reopened(const std::string& kind = "outbox") {
        open();
        std::vector<std::string> texts;
        const auto rows = store_->rows(kind);
        for (const auto& row : rows.value())
            texts.push_back(row.key + "=" + row.text);
        return texts;
    }

    scratch::TemporaryFolder folder_;
    TestLoop loop_;
    std::unique_ptr<SqliteServices> store_;
};

TEST_F(SqliteServicesTest, KeepsRowsByKindAndKey) {
    change({put("2", "b"), put("1", "a"), {.row = {"alert", "1", "x"}}});
    change({put("2", "c"), remove("1"), remove("7")});
    EXPECT_THAT(reopened(), ElementsAre("2=c"));
    EXPECT_THAT(reopened("alert"), ElementsAre("1=x"));
    EXPECT_THAT(reopened("incident"), IsEmpty());
}

TEST_F(SqliteServicesTest, WritesWhatWaitsWhenItIsDestroyed) {
    for (int i = 10; i < 30; ++i)
        store_->change({put(std::to_string(i), "x")}, nullptr);
    EXPECT_EQ(reopened().size(), 20U);
}

TEST_F(SqliteServicesTest, CallsNothingAfterItIsDestroyed) {
    bool is_done = false;
    store_->change({put("1", "a")}, [&] { is_done = true; });
    store_.reset();
    while (loop_.run_one(0ms)) {
    }
    EXPECT_FALSE(is_done);
}

TEST_F(SqliteServicesTest, ReportsInTheOrderOfTheCalls) {
    std::vector<int> order;
    for (int i = 0; i < 50; ++i)
        store_->change({put(std::to_string(i), "x")}, [&order, i] { order.push_back(i); });
    loop_.run_until([&] { return order.size() == 50; });
    EXPECT_TRUE(std::is_sorted(order.begin(), order.end()));
}

TEST_F(SqliteServicesTest, TriesAgainUntilTheFileAcceptsTheChange) {
    // Another connection holds the lock of the writer.
    Database other = connect();
    ASSERT_TRUE(other.execute("BEGIN IMMEDIATE").has_value());
    bool is_done = false;
    store_->change({put("1", "a")}, [&] { is_done = true; });
    loop_.run_until([&] { return !store_->error().empty(); });
    EXPECT_THAT(store_->error(), HasSubstr("locked"));
    EXPECT_FALSE(is_done);
    ASSERT_TRUE(other.execute("ROLLBACK").has_value());
    loop_.run_until([&] { return is_done; });
    EXPECT_EQ(store_->error(), "");
    EXPECT_THAT(reopened(), ElementsAre("1=a"));
}

TEST_F(SqliteServicesTest, FileIsOpenToItsOwnerOnly) {
    struct stat status{};
    ASSERT_EQ(::stat(path().c_str(), &status), 0);
    EXPECT_EQ(status.st_mode & 0777U, 0600U);
}

TEST_F(SqliteServicesTest, RowsThatCannotBeReadAreAnError) {
    ASSERT_TRUE(connect().execute("DROP TABLE service_rows").has_value());
    const auto rows = store_->rows("outbox");
    ASSERT_FALSE(rows.has_value());
    EXPECT_THAT(rows.error(), HasSubstr("cannot read services.sqlite"));
}

TEST_F(SqliteServicesTest, RefusesAFileOfAnotherVersion) {
    store_.reset();
    ASSERT_TRUE(connect().execute("PRAGMA user_version = 2").has_value());
    const auto opened = SqliteServices::open(path(), [](const auto&) {});
    ASSERT_FALSE(opened.has_value());
    EXPECT_THAT(opened.error(), HasSubstr("another version"));
}

TEST_F(SqliteServicesTest, SaysWhatIsWrongWithTheFile) {
    store_.reset();
    std::ofstream(path(), std::ios::trunc) << "no database at all, but long enough to be read";
    const auto opened = SqliteServices::open(path(), [](const auto&) {});
    ASSERT_FALSE(opened.has_value());
    EXPECT_THAT(opened.error(), HasSubstr("services.sqlite"));
}

}  // namespace
}  // namespace botcore::store_sqlite
