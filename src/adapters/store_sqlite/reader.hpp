#pragma once

/// The reading half of the SQLite store, on connections of its own: it sees only committed batches
/// and never waits for the writer.
///
/// V1  Any thread may query; single queries take turns on one connection.
/// V2  A snapshot belongs to the thread that began it. Until it ends, all queries of that thread
///     read from it; other threads continue to see the newest commit.
/// V3  A single query takes `longest` at most; then it is interrupted and returns TimedOut. Queries
///     within a snapshot have no time limit.

#include "adapters/store_sqlite/read_session.hpp"

#include <atomic>
#include <chrono>
#include <functional>
#include <mutex>
#include <optional>
#include <thread>

namespace botcore::store_sqlite {

class SqliteReader final : public ports::StoreReader {
public:
    /// Without `longest` there is no time limit.
    SqliteReader(ReadSession latest,
                 ReadSession snapshot,
                 std::optional<std::chrono::milliseconds> longest = std::nullopt);

    StoreResult<std::optional<ports::KeyRow>> find_key(const model::Owner& owner,
                                                       const model::IdempotencyKey& key) override;
    StoreResult<std::optional<ports::LiveOrder>> find_order(model::OrderNumber number) override;
    StoreResult<std::vector<model::Order>> orders(const ports::OrderQuery& query) override;
    StoreResult<std::vector<model::Fill>> fills(const ports::FillQuery& query) override;
    StoreResult<std::vector<ports::JournalEntry>> journal(model::Sequence first,
                                                          std::size_t limit) override;
    StoreResult<model::Head> head() override;
    /// Outside a snapshot the call takes a snapshot of its own, so that the rows are consistent
    /// with each other.
    StoreOutcome visit_rows(const ports::RowVisitor& visitor) override;
    StoreOutcome begin_snapshot() override;
    void end_snapshot() override;

private:
    /// Runs a query on the session that the calling thread sees.
    template <class Question>
    auto ask(Question question);
    [[nodiscard]] bool in_own_snapshot() const;

    std::optional<std::chrono::milliseconds> longest_;
    std::mutex latest_mutex_;
    ReadSession latest_;    // Guarded by latest_mutex_.
    ReadSession snapshot_;  // Used by the thread that snapshot_thread_ names.
    std::atomic<std::thread::id> snapshot_thread_;
};

}  // namespace botcore::store_sqlite
