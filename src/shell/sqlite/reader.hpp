#pragma once

/// The reading half of the SQLite store, on connections of its own: it sees committed batches only
/// and never waits for the writer.
///
/// V1  Any thread may ask; single questions take turns on one connection.
/// V2  A snapshot belongs to the thread that began it. Until it ends, all of that thread's
/// questions
///     are answered from it; other threads go on seeing the newest commit.
/// V3  A single question takes `longest` at most; then it is interrupted and answers TimedOut. What
///     is asked within a snapshot may take as long as it needs.

#include "shell/sqlite/read_session.hpp"

#include <atomic>
#include <chrono>
#include <functional>
#include <mutex>
#include <optional>
#include <thread>

namespace botcore::shell::sqlite {

class SqliteReader final : public ports::StoreReader {
public:
    /// Without `longest`: as long as it needs.
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
    /// Outside a snapshot it takes one of its own, so that rows agree with each other.
    StoreOutcome visit_rows(const ports::RowVisitor& visitor) override;
    StoreOutcome begin_snapshot() override;
    void end_snapshot() override;

private:
    /// Asks the session that the calling thread sees.
    template <class Question>
    auto ask(Question question);
    [[nodiscard]] bool in_own_snapshot() const;

    std::optional<std::chrono::milliseconds> longest_;
    std::mutex latest_mutex_;
    ReadSession latest_;    // Guarded by latest_mutex_.
    ReadSession snapshot_;  // Used by the thread that snapshot_thread_ names.
    std::atomic<std::thread::id> snapshot_thread_;
};

}  // namespace botcore::shell::sqlite
