// A changed, truncated, missing or misplaced object is refused, and the error names the object.

#include "adapters/store_sqlite/database.hpp"
#include "tests/archive/archive_world.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <functional>
#include <iterator>

namespace botcore::archive_tests {
namespace {

namespace fs = std::filesystem;
using Kind = archive::ArchiveError::Kind;

std::string read(const fs::path& file) {
    std::ifstream in(file, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
}

void write(const fs::path& file, const std::string& bytes) {
    std::ofstream out(file, std::ios::binary | std::ios::trunc);
    out << bytes;
}

class Tampering : public testing::Test {
protected:
    Tampering() : vault_(folder_.file("vault")) {
        TradingStore store(folder_.file("store.db"), vault_, 7);
        for (int i = 0; i < 3; ++i) {
            store.trade(5);
            store.ship();
        }
        end_ = store.head().sequence;
        const auto names = vault_.archive.segments(1, 1);
        for (const auto& name : names.value())
            segments_.push_back(to_text(name));
        store.snapshot(kNow);
        store.trade(5);
        store.ship();
        const auto name = vault_.archive.snapshots(1).value().front().name;
        snapshot_ = to_text(name);
    }

    /// The error of a restore to a point before the snapshot, which needs every segment.
    archive::ArchiveError refusal() {
        fs::rename(vault_.file_of(snapshot_), folder_.file("hidden"));
        const auto restored = restore();
        fs::rename(folder_.file("hidden"), vault_.file_of(snapshot_));
        return restored ? archive::ArchiveError{} : restored.error();
    }

    archive::ArchiveResult<archive::Restored> restore() {
        warnings_.clear();
        return archive::restore_into(
            vault_.archive, {}, place_of(folder_.file("made.db")), {}, warnings_);
    }

    void expect_refused_at(const std::string& object, Kind kind) {
        const auto error = refusal();
        EXPECT_EQ(error.kind, kind) << error.text;
        EXPECT_EQ(error.object, object) << error.text;
        EXPECT_FALSE(fs::exists(folder_.file("made.db")));
    }

    scratch::TemporaryFolder folder_;
    Vault vault_;
    model::Sequence end_ = 0;
    std::vector<std::string> segments_;
    std::string snapshot_;
    std::vector<archive::ArchiveError> warnings_;
};

// @spec:TC-REL-014 @spec:R3-BKP-11
TEST_F(Tampering, RefusesAChangedSegmentByName) {
    ASSERT_GE(segments_.size(), 3U);
    const fs::path file = vault_.file_of(segments_.at(1));
    const std::string whole = read(file);
    for (const std::size_t place : {std::size_t{40}, whole.size() / 2, whole.size() - 1}) {
        std::string changed = whole;
        changed.at(place) = static_cast<char>(changed.at(place) ^ 1);
        write(file, changed);
        expect_refused_at(segments_.at(1), Kind::Damaged);
    }
    write(file, whole);
    EXPECT_TRUE(restore());
}

TEST_F(Tampering, RefusesATruncatedOrEmptySegmentByName) {
    const fs::path file = vault_.file_of(segments_.at(1));
    const std::string whole = read(file);
    for (const std::size_t left : {std::size_t{0}, std::size_t{10}, whole.size() - 1}) {
        write(file, whole.substr(0, left));
        expect_refused_at(segments_.at(1), Kind::Damaged);
    }
}

TEST_F(Tampering, RefusesSwappedSegments) {
    const fs::path one = vault_.file_of(segments_.at(0));
    const fs::path other = vault_.file_of(segments_.at(1));
    const std::string first = read(one);
    write(one, read(other));
    write(other, first);
    expect_refused_at(segments_.at(0), Kind::Damaged);
}

TEST_F(Tampering, ReportsTheRecordsOfAMissingSegment) {
    const auto names = vault_.archive.segments(1, 1).value();
    fs::remove(vault_.file_of(segments_.at(1)));
    const auto error = refusal();
    EXPECT_EQ(error.kind, Kind::Gap);
    EXPECT_EQ(error.object, to_text(names.at(2)));
    EXPECT_THAT(error.text,
                testing::HasSubstr("records " + std::to_string(names.at(1).first) + " to " +
                                   std::to_string(names.at(1).last) + " are missing"));
}

TEST_F(Tampering, AnotherKeyDecryptsNothing) {
    auto other = archive::ArchiveKey::create(folder_.file("other.key"));
    ASSERT_TRUE(other);
    archive::Archive other_user(*vault_.repository, other.value());
    std::vector<archive::ArchiveError> warnings;
    const auto restored =
        archive::restore_into(other_user, {}, place_of(folder_.file("made.db")), {}, warnings);
    ASSERT_FALSE(restored);
    EXPECT_EQ(restored.error().kind, Kind::OtherKey);
    EXPECT_EQ(restored.error().object, names::start_name(1));
}

TEST_F(Tampering, FallsBackToOlderRecordsWhenASnapshotIsDamaged) {
    const std::string whole_hash = restore().value().state_hash;
    for (const char* part : {"manifest", "part-0001"}) {
        const std::string object = snapshot_ + part;
        const std::string whole = read(vault_.file_of(object));
        std::string changed = whole;
        changed.at(whole.size() / 2) = static_cast<char>(changed.at(whole.size() / 2) ^ 1);
        write(vault_.file_of(object), changed);
        const auto restored = restore();
        ASSERT_TRUE(restored) << restored.error().text;
        EXPECT_EQ(restored.value().state_hash, whole_hash);
        EXPECT_FALSE(restored.value().base);
        ASSERT_FALSE(warnings_.empty());
        EXPECT_EQ(warnings_.front().object, object);
        EXPECT_EQ(warnings_.front().kind, Kind::Damaged);
        const auto name = vault_.archive.snapshots(1).value().front().name;
        const auto verified = archive::verify_snapshot(
            vault_.archive, name, place_of(folder_.file("scratch.db")), kNow, {});
        ASSERT_FALSE(verified);
        EXPECT_EQ(verified.error().object, object);
        write(vault_.file_of(object), whole);
    }
    fs::remove(vault_.file_of(snapshot_ + "part-0001"));
    ASSERT_TRUE(restore());
    EXPECT_EQ(warnings_.front().kind, Kind::Missing);
}

TEST_F(Tampering, AnInterruptedSnapshotDoesNotPreventAnother) {
    TradingStore store(folder_.file("store.db"), vault_, 8);
    const std::string parts = to_text(names::SnapshotName{
        1, store.head().sequence, names::compact_time(kNow + base::Duration::seconds(60))});
    ASSERT_TRUE(vault_.archive.put(parts + "part-0001", "of a try that broke off"));
    store.snapshot(kNow + base::Duration::seconds(60));
    const auto snapshots = vault_.archive.snapshots(1);
    ASSERT_EQ(snapshots.value().size(), 2U);
    EXPECT_NE(to_text(snapshots.value().back().name), parts);
    EXPECT_TRUE(archive::verify_snapshot(vault_.archive,
                                         snapshots.value().back().name,
                                         place_of(folder_.file("scratch.db")),
                                         kNow,
                                         {}));
}

TEST_F(Tampering, ASnapshotOfDamagedBooksIsCompleteButNotVerified) {
    const fs::path copy = folder_.file("copy.db");
    ASSERT_TRUE(stores().copy(folder_.file("store.db"), copy, ports::CopyPace::Full, {}));
    {
        auto opened = store_sqlite::Database::open(copy, {}, store_sqlite::OpenMode::ReadWrite);
        ASSERT_TRUE(opened);
        store_sqlite::Database database = std::move(opened).value();
        ASSERT_TRUE(database.execute("UPDATE balances SET cash = '1' WHERE account = 'bench-0'"));
    }  // Closed, so that no changes remain in the write-ahead log.
    const auto snapshot = archive::put_snapshot(
        vault_.archive, place_of(copy), kNow + base::Duration::seconds(60), {});
    ASSERT_TRUE(snapshot);
    const auto verified = archive::verify_snapshot(
        vault_.archive, snapshot.value().name, place_of(folder_.file("scratch.db")), kNow, {});
    ASSERT_FALSE(verified);
    EXPECT_EQ(verified.error().kind, Kind::Broken);
    EXPECT_EQ(verified.error().object, to_text(snapshot.value().name));
}

TEST_F(Tampering, NothingCanBeReadWithoutTheKey) {
    for (const auto& object : vault_.objects()) {
        const std::string bytes = read(vault_.file_of(object));
        EXPECT_TRUE(bytes.starts_with("BCA1")) << object;
        for (const char* word : {"BTCUSDT", "bench-0", "USDT", "SQLite"})
            EXPECT_EQ(bytes.find(word), std::string::npos) << object;
    }
}

}  // namespace
}  // namespace botcore::archive_tests
