// Every kind of damage is found and named, and rows that the journal still proves are rebuilt from
// it.

#include "adapters/store_sqlite/rebuild.hpp"
#include "adapters/store_sqlite/sqlite_store.hpp"
#include "base/check.hpp"
#include "runtime/rebuild.hpp"
#include "runtime/verify.hpp"
#include "tests/bench/in_process_core.hpp"
#include "tests/conformance/sqlite_harness.hpp"

#include <gtest/gtest.h>
#include <sqlite3.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <set>
#include <string>
#include <vector>

namespace botcore::conformance {
namespace {

using runtime::FindingKind;
using store_sqlite::SqliteStore;

std::unique_ptr<SqliteStore> open_store(const std::string& path) {
    store_sqlite::SqliteOptions options;
    options.path = path;
    options.reserve_bytes = 0;
    options.synchronous = store_sqlite::Synchronous::Off;
    auto opened = SqliteStore::open(std::move(options));
    CHECK(opened.has_value());
    return std::move(opened).value();
}

/// A damage, and the kind of finding that it must cause.
struct Damage {
    FindingKind kind;
    const char* sql;
    bool in_journal = false;  ///< Only a restore can repair damage in the journal.
};

constexpr Damage kDamages[] = {
    {FindingKind::BalanceMismatch,
     "UPDATE balances SET cash = '1', rounding = '0' WHERE account = 'bench-0'"},
    {FindingKind::ConservationBroken, "UPDATE balances SET cash = '1' WHERE account = 'bench-0'"},
    {FindingKind::PositionMismatch,
     "UPDATE positions SET quantity = '77' WHERE account = 'bench-0'"},
    {FindingKind::FilledMismatch,
     "UPDATE orders SET filled = '0.001' WHERE number = (SELECT max(number) FROM orders)"},
    {FindingKind::ClosedWithoutExit,
     "UPDATE orders SET filled_notional = '0' WHERE number = (SELECT max(number) FROM orders)"},
    {FindingKind::OrphanPosition,
     "INSERT INTO positions SELECT account, market, 'ETHUSDT', '1', '3000', '0', leverage, '0', "
     "opened, updated, 1, owner, '0', '0', '0', 0, 0, 0, '0', 1 FROM positions "
     "WHERE account = 'bench-0'"},
    {FindingKind::TradeWithoutRecord,
     "INSERT INTO fills SELECT account, market, symbol, order_number, order_id, side, 999999999, "
     "trade_price, trade_quantity, trade_fee, trade_fee_asset, trade_maker, trade_time, "
     "realized_profit, sequence, 77, owner, 0, 0, 1 FROM fills LIMIT 1"},
    {FindingKind::DuplicateOrder,
     "UPDATE orders SET id = (SELECT id FROM orders ORDER BY number LIMIT 1) "
     "WHERE number = (SELECT max(number) FROM orders)"},
    {FindingKind::RowWithoutRecord,
     "INSERT INTO idempotency SELECT owner, 'made-up', request_hash, state, status, order_id, "
     "sequence, body, 0, 0 FROM idempotency LIMIT 1"},
    {FindingKind::RowDiffers, "UPDATE accounts SET initial_deposit = '5' WHERE id = 'bench-0'"},
    {FindingKind::RowMissing,
     "DELETE FROM fills WHERE sequence = (SELECT max(sequence) FROM fills)"},
    {FindingKind::BrokenReference, "DELETE FROM accounts WHERE id = 'bench-1'"},
    {FindingKind::HashMismatch, "UPDATE journal SET hash = zeroblob(32) WHERE seq = 20", true},
    {FindingKind::JournalGap, "DELETE FROM journal WHERE seq = 20", true},
    {FindingKind::RecordUnreadable, "UPDATE journal SET record = x'02ff' WHERE seq = 20", true},
    {FindingKind::ChainBroken,
     "UPDATE journal SET record = (SELECT record FROM journal WHERE seq = 21), "
     "hash = (SELECT hash FROM journal WHERE seq = 21) WHERE seq = 20",
     true},
    {FindingKind::TimeWentBack, "UPDATE journal SET time = 1 WHERE seq = 20", true},
    {FindingKind::HeadMismatch,
     "DELETE FROM journal WHERE seq = (SELECT max(seq) FROM journal)",
     true},
};

class Integrity : public ::testing::Test {
protected:
    static void SetUpTestSuite() {
        folder_ = new TemporaryFolder;
        auto store = open_store(original());
        bench::InProcessCore core(*store, 7);
        core.open_accounts(2);
        for (int i = 0; i < 8; ++i)
            core.trade(3);
        ASSERT_EQ(core.failures(), 0U) << core.trouble();
        const auto hash = runtime::state_hash(store->reader());
        ASSERT_TRUE(hash.has_value());
        hash_ = hash.value();
    }

    static void TearDownTestSuite() { delete folder_; }

    static std::string original() { return folder_->file("original.db"); }

    /// A copy of the history with the damage applied.
    static std::string damaged_by(const char* sql) {
        std::string path = folder_->file("damaged.db");
        for (const char* part : {"", "-wal", "-shm", "-reserve"})
            std::filesystem::remove(path + part);
        std::filesystem::copy_file(original(), path);
        sqlite3* database = nullptr;
        CHECK(sqlite3_open(path.c_str(), &database) == SQLITE_OK);
        char* mistake = nullptr;
        EXPECT_EQ(sqlite3_exec(database, sql, nullptr, nullptr, &mistake), SQLITE_OK)
            << sql << ": " << (mistake == nullptr ? "" : mistake);
        EXPECT_GT(sqlite3_changes(database), 0) << "No damage was done: " << sql;
        sqlite3_free(mistake);
        sqlite3_close(database);
        return path;
    }

    static std::unique_ptr<SqliteStore> fresh_store() {
        std::string path = folder_->file("rebuilt.db");
        for (const char* part : {"", "-wal", "-shm", "-reserve"})
            std::filesystem::remove(path + part);
        return open_store(path);
    }

    static runtime::VerifyReport checked(ports::Store& store) {
        const auto report = runtime::verify(store.reader(), {});
        CHECK(report.has_value());
        return report.value();
    }

    static inline TemporaryFolder* folder_ = nullptr;
    static inline std::string hash_;
};

// @spec:TC-REL-013 R3-INTEG-01 R3-INTEG-03 R3-INTEG-04 R3-INTEG-05 R3-INTEG-06 R3-INTEG-09
// @spec:R3-INTEG-10 R3-INTEG-11
TEST_F(Integrity, FindsEveryKindOfDamage) {
    for (const Damage& damage : kDamages) {
        const auto store = open_store(damaged_by(damage.sql));
        const auto report = checked(*store);
        EXPECT_GT(report.count(damage.kind), 0U)
            << to_text(damage.kind) << ", found instead: "
            << (report.findings.empty() ? "nothing" : to_text(report.findings.front().kind));
    }
}

TEST_F(Integrity, ReportsNoFindingForAnIntactStore) {
    const auto store = open_store(original());
    const auto report = checked(*store);
    EXPECT_TRUE(report.clean()) << report.findings.front().text;
    EXPECT_GT(report.fills, 20U);
}

TEST_F(Integrity, NamesTheAccountWhoseMoneyIsInDoubt) {
    const auto store =
        open_store(damaged_by("UPDATE balances SET cash = '1' WHERE account = "
                              "'bench-1'"));
    const auto report = checked(*store);
    ASSERT_FALSE(report.clean());
    for (const auto& finding : report.findings) {
        EXPECT_EQ(finding.account, model::AccountId("bench-1"));
        EXPECT_EQ(severity_of(finding.kind), runtime::Severity::Critical);
        EXPECT_FALSE(action_of(finding.kind).empty());
    }
}

TEST_F(Integrity, NamesOfFindingsAreDistinct) {
    std::set<std::string_view> names;
    for (std::size_t i = 0; i < runtime::kFindingKinds; ++i)
        names.insert(to_text(static_cast<FindingKind>(i)));
    EXPECT_EQ(names.size(), runtime::kFindingKinds);
}

TEST_F(Integrity, RebuildsDamagedRowsFromTheJournal) {
    for (const Damage& damage : kDamages) {
        // Replies are not in the journal, so the remaining reply bytes must be intact.
        if (damage.in_journal) continue;
        const auto damaged = open_store(damaged_by(damage.sql));
        const auto rebuilt = fresh_store();
        const auto head = damaged->reader().head();
        ASSERT_TRUE(head.has_value());
        const auto made =
            runtime::replay_journal(damaged->reader(), *rebuilt, head.value().sequence, {});
        ASSERT_TRUE(made.has_value()) << to_text(damage.kind) << ": " << made.error().text;
        EXPECT_EQ(runtime::state_hash(rebuilt->reader()).value(), hash_) << to_text(damage.kind);
        EXPECT_TRUE(checked(*rebuilt).clean()) << to_text(damage.kind);
    }
}

TEST_F(Integrity, AllowsAMissingReplyAfterADay) {
    const std::string path =
        damaged_by("UPDATE idempotency SET body = x'' WHERE key = 'bench-1-5'");
    {
        const auto young = open_store(path);
        const auto report = checked(*young);
        ASSERT_EQ(report.findings.size(), 1U);
        EXPECT_EQ(report.findings[0].kind, FindingKind::ReplyMissing);
        bench::InProcessCore core(*young, 8, model::Duration::seconds(25 * 3'600));
        core.trade(1);
        ASSERT_EQ(core.failures(), 0U) << core.trouble();
    }
    const auto old = open_store(path);
    EXPECT_TRUE(checked(*old).clean());
    const auto rebuilt = fresh_store();
    const auto head = old->reader().head();
    const auto made = runtime::replay_journal(old->reader(), *rebuilt, head.value().sequence, {});
    EXPECT_TRUE(made.has_value()) << (made ? "" : made.error().text);
}

// @spec:TC-REL-010
// @error:RebuildError::Kind::HashMismatch, RebuildError::Kind::SequenceGap
// @error:RebuildError::Kind::Unreadable, RebuildError::Kind::ChainBroken
// @error:RebuildError::Kind::ReplyMissing
TEST_F(Integrity, RefusesADamagedJournalAtItsFirstDamagedRecord) {
    using Kind = runtime::RebuildError::Kind;

    struct Case {
        const char* sql;
        Kind kind;
        model::Sequence at;
    };

    for (const Case& one :
         {Case{"UPDATE journal SET hash = zeroblob(32) WHERE seq = 20", Kind::HashMismatch, 20},
          Case{"DELETE FROM journal WHERE seq = 20", Kind::SequenceGap, 21},
          Case{"UPDATE journal SET record = x'02ff' WHERE seq = 20", Kind::Unreadable, 20},
          Case{"UPDATE journal SET epoch = 9 WHERE seq = 20", Kind::ChainBroken, 20},
          Case{"DELETE FROM idempotency WHERE key = 'bench-1-5'", Kind::ReplyMissing, 0}}) {
        const auto damaged = open_store(damaged_by(one.sql));
        const auto rebuilt = fresh_store();
        const auto head = damaged->reader().head();
        ASSERT_TRUE(head.has_value());
        const auto made =
            runtime::replay_journal(damaged->reader(), *rebuilt, head.value().sequence, {});
        ASSERT_FALSE(made.has_value()) << one.sql;
        EXPECT_EQ(made.error().kind, one.kind) << made.error().text;
        if (one.at != 0) EXPECT_EQ(made.error().sequence, one.at);
        EXPECT_FALSE(made.error().text.empty());
    }
}

TEST_F(Integrity, AFullDiskEndsTheRebuildAndKeepsTheOldFile) {
    const auto old = open_store(original());
    SqliteHarness harness(store_sqlite::Synchronous::Full);
    ASSERT_TRUE(harness.make_unavailable());
    const auto head = old->reader().head();
    const auto made =
        runtime::replay_journal(old->reader(), harness.store(), head.value().sequence, {});
    ASSERT_FALSE(made.has_value());
    EXPECT_EQ(made.error().kind, runtime::RebuildError::Kind::Store);
    EXPECT_EQ(runtime::state_hash(old->reader()).value(), hash_);
}

TEST_F(Integrity, RefusesToRebuildUpToAMissingRecord) {
    const auto old = open_store(original());
    const auto rebuilt = fresh_store();
    const auto made = runtime::replay_journal(old->reader(), *rebuilt, 1'000'000, {});
    ASSERT_FALSE(made.has_value());
    EXPECT_EQ(made.error().kind, runtime::RebuildError::Kind::SequenceGap);
}

std::string bytes_of(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
}

std::vector<std::string> names_beside(const std::string& path) {
    std::vector<std::string> names;
    const std::filesystem::path whole(path);
    for (const auto& entry : std::filesystem::directory_iterator(whole.parent_path())) {
        const std::string name = entry.path().filename();
        if (name.starts_with(whole.filename().string() + "-")) names.push_back(name);
    }
    return names;
}

TEST_F(Integrity, RebuildInstallsVerifiedRowsAndKeepsTheOldFile) {
    const std::string path = damaged_by("UPDATE balances SET cash = '1'");
    const std::string old = bytes_of(path);
    std::ofstream(path + "-rebuilt") << "left by a rebuild that was killed";
    const auto made = store_sqlite::rebuild(path, {});
    ASSERT_TRUE(made.has_value()) << made.error();
    EXPECT_EQ(bytes_of(made.value().old_file), old);
    const auto store = open_store(path);
    EXPECT_EQ(runtime::state_hash(store->reader()).value(), hash_);
    for (const std::string& name : names_beside(path))
        EXPECT_EQ(name.find("rebuilt"), std::string::npos) << name;
    std::filesystem::remove(made.value().old_file);
}

TEST_F(Integrity, RebuildOfADamagedJournalChangesNothing) {
    const std::string path = damaged_by("DELETE FROM journal WHERE seq = 20");
    const std::string old = bytes_of(path);
    const auto made = store_sqlite::rebuild(path, {});
    ASSERT_FALSE(made.has_value());
    EXPECT_NE(made.error().find("record 21"), std::string::npos) << made.error();
    EXPECT_EQ(bytes_of(path), old);
    for (const std::string& name : names_beside(path))
        EXPECT_EQ(name.find("rebuilt"), std::string::npos) << name;
}

TEST_F(Integrity, RebuildOfAForeignFileChangesNothing) {
    const std::string path = folder_->file("foreign.db");
    std::ofstream(path) << "no database";
    const auto made = store_sqlite::rebuild(path, {});
    ASSERT_FALSE(made.has_value());
    EXPECT_EQ(bytes_of(path), "no database");
}

}  // namespace
}  // namespace botcore::conformance
