// The archive service of a store: daily jobs, their history, users, drills.

#include "adapters/store_sqlite/database.hpp"
#include "services/archive/archive_service.hpp"
#include "services/archive/drill.hpp"
#include "services/archive/job_file.hpp"
#include "services/archive/older_copy.hpp"
#include "services/archive/users_copy.hpp"
#include "tests/archive/archive_world.hpp"
#include "tests/scratch/wait_until.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <fstream>
#include <future>

namespace botcore::archive_tests {
namespace {

using archive::Job;
using base::Duration;
using testing::HasSubstr;

class Service : public testing::Test {
protected:
    std::filesystem::path file(const std::string& name) { return folder_.file(name); }

    std::unique_ptr<archive::ArchiveService> start() {
        archive::ArchiveOptions options;
        options.store = file("store.db");
        options.users = file("users.sqlite");
        options.folder = folder_.path();
        options.every = std::chrono::milliseconds(10);
        auto key = archive::ArchiveKey::load(file("vault.key"));
        CHECK(key.has_value());
        auto service = archive::ArchiveService::start(
            options,
            {.stores = std::make_shared<store_sqlite::SqliteBackup>(),
             .key = std::move(key).value(),
             .repositories = {[this]()
                                  -> base::Result<std::unique_ptr<ports::Repository>, std::string> {
                 auto opened = archive_folder::FolderRepository::open(file("vault"));
                 if (!opened) return base::Failure{opened.error()};
                 return std::unique_ptr<ports::Repository>(std::move(opened).value());
             }},
             .now = [this] { return now_.load(); },
             .finished =
                 [this](const archive::JobResult& result) {
                     const std::lock_guard lock(mutex_);
                     finished_.push_back(result);
                 }});
        CHECK(service.has_value());
        return std::move(service).value();
    }

    template <class Holds>
    static bool eventually(Holds holds) {
        return scratch::wait_until(std::chrono::seconds(60), holds);
    }

    void run_sql(const std::string& name, const std::string& sql) {
        auto database =
            store_sqlite::Database::open(file(name), {}, store_sqlite::OpenMode::Create);
        CHECK(database.has_value());
        CHECK(std::move(database).value().execute(sql).has_value());
    }

    scratch::TemporaryFolder folder_;
    std::atomic<base::Timestamp> now_ = kNow;
    std::mutex mutex_;
    std::vector<archive::JobResult> finished_;
};

// @spec:R3-BKP-01 @spec:R3-BKP-02 @spec:R3-BKP-11
// @spec:R3-AC-11 R3-AC-13 R3-AC-16
TEST_F(Service, ShipsRecordsVerifiesASnapshotAndChecksTheBooks) {
    Vault vault(file("vault"));
    TradingStore store(file("store.db"), vault, 7);
    store.trade(10);
    const auto service = start();
    ASSERT_TRUE(eventually([&] { return service->status().good.size() == 4; }));
    store.trade(5);
    const model::Sequence end = store.head().sequence;
    ASSERT_TRUE(
        eventually([&] { return service->status().repositories.front().shipped.archived == end; }));
    EXPECT_TRUE(service->stop(std::chrono::seconds(5)));
    const auto status = service->status();
    EXPECT_THAT(status.newest.at(Job::Verify).text, HasSubstr("is complete, state "));
    EXPECT_THAT(status.newest.at(Job::Check).text, HasSubstr("no finding"));
    EXPECT_GT(status.newest.at(Job::Snapshot).bytes, 0U);
    EXPECT_TRUE(vault.archive.snapshots(1).value().front().verified);
    EXPECT_FALSE(std::filesystem::exists(file("snapshot-copy.db")));
    EXPECT_FALSE(std::filesystem::exists(file("verify-copy.db")));

    // Today's jobs are done: a restart does not repeat them.
    const auto again = start();
    EXPECT_EQ(again->status().good.size(), 4U);
    EXPECT_TRUE(again->stop(std::chrono::seconds(5)));
    EXPECT_EQ(archive::JobFile(file("jobs.jsonl")).read().value().size(), 4U);
}

// Today's snapshot went to another repository.
TEST_F(Service, TakesASnapshotAtOnceForAnEmptyRepository) {
    Vault vault(file("vault"));
    TradingStore store(file("store.db"), vault, 7);
    store.trade(10);
    const auto first = start();
    ASSERT_TRUE(eventually([&] { return first->status().good.size() == 4; }));
    EXPECT_TRUE(first->stop(std::chrono::seconds(5)));
    std::filesystem::rename(file("vault"), file("before"));
    std::filesystem::create_directory(file("vault"));
    Vault empty(file("vault"));
    const auto second = start();
    const auto verified = [&] {
        const auto snapshots = empty.archive.snapshots(1);
        return snapshots && !snapshots.value().empty() && snapshots.value().front().verified;
    };
    EXPECT_TRUE(eventually(verified));
    EXPECT_TRUE(second->stop(std::chrono::seconds(5)));
    EXPECT_EQ(second->status().repositories.front().shipped.archived, store.head().sequence);
}

TEST_F(Service, ShipsEverythingCommittedBeforeTheStop) {
    Vault vault(file("vault"));
    TradingStore store(file("store.db"), vault, 7);
    const auto service = start();
    store.trade(30);
    EXPECT_TRUE(service->stop(std::chrono::seconds(10)));
    EXPECT_EQ(service->status().repositories.front().shipped.archived, store.head().sequence);
}

// @spec:TC-REL-013
TEST_F(Service, ReportsAFindingWithItsAccount) {
    Vault vault(file("vault"));
    TradingStore store(file("store.db"), vault, 7);
    store.trade(10);
    store.close();
    run_sql("store.db", "UPDATE balances SET cash = '1' WHERE account = 'bench-0'");
    const auto service = start();
    ASSERT_TRUE(eventually([&] { return service->status().newest.contains(Job::Check); }));
    EXPECT_TRUE(service->stop(std::chrono::seconds(5)));
    EXPECT_FALSE(service->status().good.contains(Job::Check));
    const std::lock_guard lock(mutex_);
    const auto check = std::find_if(finished_.begin(), finished_.end(), [](const auto& result) {
        return result.job == Job::Check;
    });
    ASSERT_NE(check, finished_.end());
    EXPECT_FALSE(check->good);
    ASSERT_TRUE(check->report);
    EXPECT_EQ(check->report->findings.front().account, model::AccountId("bench-0"));
    // A snapshot of damaged books is taken, but never marked as verified.
    EXPECT_FALSE(service->status().good.contains(Job::Verify));
}

TEST_F(Service, CopiesUsersAfterEachChange) {
    Vault vault(file("vault"));
    run_sql("users.sqlite", "CREATE TABLE users (id TEXT); INSERT INTO users VALUES ('one')");
    archive::UsersCopy copy(place_of(file("users.sqlite")), folder_.path(), vault.archive, 1);
    ASSERT_TRUE(copy.step(kNow));
    ASSERT_TRUE(copy.step(kNow + Duration::seconds(1)));
    EXPECT_EQ(vault.objects().size(), 1U);
    run_sql("users.sqlite", "INSERT INTO users VALUES ('two')");
    ASSERT_TRUE(copy.step(kNow + Duration::seconds(2)));
    EXPECT_EQ(vault.objects().size(), 2U);
    archive::UsersCopy after_restart(
        place_of(file("users.sqlite")), folder_.path(), vault.archive, 1);
    ASSERT_TRUE(after_restart.step(kNow + Duration::seconds(3)));
    EXPECT_EQ(vault.objects().size(), 2U);

    const auto fetched = archive::fetch_users(vault.archive, 2, file("back.sqlite"));
    ASSERT_TRUE(fetched);
    EXPECT_TRUE(fetched.value());
    auto database =
        store_sqlite::Database::open(file("back.sqlite"), {}, store_sqlite::OpenMode::ReadOnly);
    ASSERT_TRUE(database);
    EXPECT_EQ(std::move(database).value().integer("SELECT COUNT(*) FROM users").value(), 2);
    ASSERT_TRUE(archive::prune_users(vault.archive, 1, 1));
    EXPECT_EQ(vault.objects().size(), 1U);
}

// @spec:RT-DR-02 RT-DR-03 RT-DR-04
TEST_F(Service, ReportsInADrillWhatWouldBeLost) {
    Vault vault(file("vault"));
    TradingStore store(file("store.db"), vault, 7);
    store.trade(10);
    store.ship();
    const archive::DrillFiles files{
        stores(), file("store.db"), file("drill.db"), file("drills.jsonl")};
    const auto good = archive::run_drill(
        vault.archive, files, {"Ada", "Grace"}, [&] { return store.head().time; }, {});
    EXPECT_TRUE(good.passed) << good.text;
    const auto report = to_json(good);
    EXPECT_EQ(report.at("participants"), (boost::json::array{"Ada", "Grace"}));
    EXPECT_EQ(report.at("verdict"), "PASS");
    EXPECT_THAT(std::string(report.at("scope").as_string()), HasSubstr(vault.archive.place()));
    EXPECT_EQ(good.records_lost, 0U);
    EXPECT_EQ(good.state_hash, store.hash());

    const auto archived = store.head();
    store.trade(5);
    const auto late = archive::run_drill(
        vault.archive, files, {}, [&] { return store.head().time + Duration::seconds(600); }, {});
    EXPECT_EQ(to_json(late).at("verdict"), "FAIL");
    EXPECT_FALSE(late.passed);
    EXPECT_EQ(late.records_lost, store.head().sequence - archived.sequence);
    EXPECT_GE(late.loss, Duration::seconds(600));
    EXPECT_EQ(archive::DrillHistory(file("drills.jsonl")).read().value().size(), 2U);
    EXPECT_FALSE(std::filesystem::exists(file("drill.db")));
    const archive::DrillFiles nowhere{
        stores(), file("store.db"), file("drill.db"), file("no/drills.jsonl")};
    const auto lost =
        archive::run_drill(vault.archive, nowhere, {}, [&] { return store.head().time; }, {});
    EXPECT_FALSE(lost.passed) << "A drill whose report cannot be stored has failed.";
}

// @spec:R3-BKP-05 @spec:RT-DR-01
TEST_F(Service, RunsADrillAfterTheFirstSnapshotAndEveryQuarter) {
    Vault vault(file("vault"));
    TradingStore store(file("store.db"), vault, 7);
    store.trade(10);
    // Times in reports have whole milliseconds.
    const auto begin =
        base::Timestamp::from_milliseconds(store.head().time.in_microseconds() / 1'000 + 1);
    now_ = begin;
    const auto drills = [&] { return archive::DrillHistory(file("drills.jsonl")).read().value(); };
    const auto passed_at = [&](const archive::ArchiveService& service, base::Timestamp from) {
        const auto& times = service.status().drills.times;
        return times.passed && *times.passed >= from;
    };
    const auto service = start();
    ASSERT_TRUE(eventually([&] { return passed_at(*service, begin); }));
    ASSERT_EQ(drills().size(), 1U);
    EXPECT_EQ(drills().at(0).at("participants"), (boost::json::array{"botcored (automatic)"}));
    // The next drill runs in the next quarter, not earlier: one whole day of jobs passes first.
    const base::Timestamp tomorrow = begin + Duration::seconds(86'400);
    now_ = tomorrow;
    ASSERT_TRUE(eventually([&] { return service->status().good[Job::Check] >= tomorrow; }));
    EXPECT_EQ(drills().size(), 1U);
    const base::Timestamp next = begin + Duration::seconds(93 * 86'400);
    now_ = next;
    EXPECT_TRUE(eventually([&] { return passed_at(*service, next); }));
    EXPECT_TRUE(service->stop(std::chrono::seconds(5)));
    EXPECT_EQ(drills().size(), 2U);
}

TEST(DrillHistory, FindsTheReportThatAPersonSigned) {
    const scratch::TemporaryFolder folder;
    const archive::DrillHistory history(folder.file("drills.jsonl"));
    archive::WatchedDrills watched(folder.file("drills.jsonl"));
    EXPECT_FALSE(watched.status().times.first);
    archive::Drill drill;
    drill.time = kNow;
    drill.passed = true;
    drill.text = "passed";
    ASSERT_TRUE(history.add(to_json(drill)));
    EXPECT_EQ(watched.status().times.passed, kNow);
    EXPECT_FALSE(watched.status().times.accepted);
    const std::string time(to_json(drill).at("time").as_string());
    const archive::Signature signature{.drill = time, .by = "Ada", .text = "well", .time = kNow};
    ASSERT_TRUE(history.add(signature));
    ASSERT_TRUE(history.add({.drill = time, .by = "Eve", .text = "", .time = kNow}));
    ASSERT_TRUE(history.add({.drill = "never", .by = "Eve", .text = "", .time = kNow}));
    EXPECT_EQ(watched.status().times.accepted, kNow);
    EXPECT_EQ(watched.status().signed_by, "Ada") << "The first signature remains.";
    drill.time = kNow + Duration::seconds(60);
    drill.passed = false;
    drill.text = "failed";
    ASSERT_TRUE(history.add(to_json(drill)));
    std::ofstream(folder.file("drills.jsonl"), std::ios::app) << "{\"ti";
    ASSERT_EQ(history.read().value().size(), 2U);
    EXPECT_EQ(history.read().value().at(0).at("remark"), "well");
    const auto status = watched.status();
    EXPECT_FALSE(status.passed);
    EXPECT_EQ(status.times.tried, drill.time);
    EXPECT_EQ(status.times.passed, kNow);
    EXPECT_EQ(status.times.accepted, kNow);
}

// @spec:R3-BKP-11
TEST_F(Service, VerifiesRecordsAfterTheNewestSnapshotHalfADayLater) {
    Vault vault(file("vault"));
    TradingStore store(file("store.db"), vault, 7);
    store.trade(10);
    // 01:00: the snapshot is from yesterday at 02:00, and the records after it are checked from
    // 14:00 on.
    now_ = kNow - Duration::seconds(11 * 3'600);
    const auto service = start();
    ASSERT_TRUE(eventually([&] { return service->status().good.size() == 4; }));
    EXPECT_FALSE(service->status().newest.contains(Job::Segments))
        << "The verification removed it.";
    store.trade(5);
    const model::Sequence end = store.head().sequence;
    ASSERT_TRUE(
        eventually([&] { return service->status().repositories.front().shipped.archived == end; }));
    const auto segments = vault.archive.segments(1, 1);
    ASSERT_TRUE(segments);
    const std::string last = to_text(segments.value().back());
    std::filesystem::remove(vault.file_of(last));
    now_ = kNow - Duration::seconds(3'600);  // 11:00: a snapshot was due and taken.
    ASSERT_TRUE(eventually([&] { return service->status().good[Job::Verify] == now_.load(); }));
    store.trade(5);
    const model::Sequence later = store.head().sequence;
    ASSERT_TRUE(eventually(
        [&] { return service->status().repositories.front().shipped.archived == later; }));
    std::filesystem::remove(vault.file_of(to_text(vault.archive.segments(1, 1).value().back())));
    now_ = kNow + Duration::seconds(3 * 3'600);  // 15:00.
    ASSERT_TRUE(eventually([&] { return service->status().newest.contains(Job::Segments); }));
    EXPECT_TRUE(service->stop(std::chrono::seconds(5)));
    const auto result = service->status().newest.at(Job::Segments);
    EXPECT_FALSE(result.good);
    EXPECT_THAT(result.text, HasSubstr("GAP timeline/00000001/segment"));
    EXPECT_THAT(result.text, HasSubstr(std::to_string(later)));
}

TEST_F(Service, RemovesThePreUpgradeCopyAfterTheNextVerifiedBackup) {
    Vault vault(file("vault"));
    TradingStore store(file("store.db"), vault, 7);
    store.trade(10);
    const std::filesystem::path copy =
        store.path().string() + std::string(store_sqlite::kOlderCopy);
    std::ofstream(copy) << "the unchanged store";
    const auto written = std::filesystem::last_write_time(copy);
    EXPECT_FALSE(archive::remove_older_copy(place_of(store.path()),
                                            kNow - Duration::seconds(86'400 * 4'000)));
    EXPECT_TRUE(std::filesystem::exists(copy)) << "The backup is older than the upgrade.";
    EXPECT_EQ(std::filesystem::last_write_time(copy), written);
    now_ = kNow + Duration::seconds(86'400 * 4'000);
    const auto service = start();
    ASSERT_TRUE(eventually([&] { return service->status().good.contains(Job::Verify); }));
    EXPECT_TRUE(service->stop(std::chrono::seconds(5)));
    EXPECT_FALSE(std::filesystem::exists(copy));
    EXPECT_THAT(service->status().newest.at(Job::Verify).text, HasSubstr("before its upgrade"));
}

TEST(JobFile, IgnoresTruncatedAndUnknownLines) {
    scratch::TemporaryFolder folder;
    archive::JobFile file(folder.file("jobs.jsonl"));
    file.add({.job = Job::Verify, .time = kNow, .good = true, .text = "x"});
    std::ofstream(folder.file("jobs.jsonl"), std::ios::app)
        << "{\"time\":\"2026-11-23T12:00:00Z\",\"job\":\"other\",\"good\":true}\n[]\n{\"ti";
    ASSERT_EQ(file.read().value().size(), 1U);
    EXPECT_EQ(file.read().value().front().job, Job::Verify);
    EXPECT_EQ(file.read().value().front().time, kNow);
}

// Regression: an unreadable file was reported as "no job was done yet" and "there was no drill".
TEST(JobFile, ReportsAnUnreadableHistoryAsAnError) {
    scratch::TemporaryFolder folder;
    std::filesystem::create_directory(folder.file("a folder"));
    const std::string place = folder.file("a folder");
    EXPECT_THAT(archive::JobFile(place).read().error(), HasSubstr("it is a folder"));
    EXPECT_THAT(archive::DrillHistory(place).read().error(), HasSubstr("it is a folder"));
    EXPECT_THAT(archive::DrillHistory(place).status().text, HasSubstr("it is a folder"));
    EXPECT_TRUE(archive::JobFile(folder.file("none")).read().value().empty());
    EXPECT_TRUE(archive::DrillHistory(folder.file("none")).read().value().empty());
}

}  // namespace
}  // namespace botcore::archive_tests
