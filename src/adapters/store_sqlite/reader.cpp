#include "adapters/store_sqlite/reader.hpp"

#include <utility>

namespace botcore::store_sqlite {

SqliteReader::SqliteReader(ReadSession latest,
                           ReadSession snapshot,
                           std::optional<std::chrono::milliseconds> longest)
    : longest_(longest),
      latest_(std::move(latest)),
      snapshot_(std::move(snapshot)) {
}

bool SqliteReader::in_own_snapshot() const {
    return snapshot_thread_.load() == std::this_thread::get_id();
}

template <class Question>
auto SqliteReader::ask(Question question) {
    if (in_own_snapshot()) return question(snapshot_);
    const std::lock_guard lock(latest_mutex_);
    if (!longest_) return question(latest_);
    latest_.limit(std::chrono::steady_clock::now() + *longest_);
    auto answer = question(latest_);
    latest_.limit(std::nullopt);
    return answer;
}

StoreResult<std::optional<ports::KeyRow>> SqliteReader::find_key(const model::Owner& owner,
                                                                 const model::IdempotencyKey& key) {
    return ask([&](ReadSession& session) { return session.find_key(owner, key); });
}

StoreResult<std::optional<ports::LiveOrder>> SqliteReader::find_order(model::OrderNumber number) {
    return ask([&](ReadSession& session) { return session.find_order(number); });
}

StoreResult<std::vector<model::Order>> SqliteReader::orders(const ports::OrderQuery& query) {
    return ask([&](ReadSession& session) { return session.orders(query); });
}

StoreResult<std::vector<model::Fill>> SqliteReader::fills(const ports::FillQuery& query) {
    return ask([&](ReadSession& session) { return session.fills(query); });
}

StoreResult<std::vector<ports::JournalEntry>> SqliteReader::journal(model::Sequence first,
                                                                    std::size_t limit) {
    return ask([&](ReadSession& session) { return session.journal(first, limit); });
}

StoreResult<model::Head> SqliteReader::head() {
    return ask([&](ReadSession& session) { return session.head(); });
}

StoreOutcome SqliteReader::visit_rows(const ports::RowVisitor& visitor) {
    if (in_own_snapshot()) return snapshot_.visit_rows(visitor);
    TRY(begin_snapshot());
    const StoreOutcome visited = snapshot_.visit_rows(visitor);
    end_snapshot();
    return visited;
}

StoreOutcome SqliteReader::begin_snapshot() {
    std::thread::id nobody{};
    // One snapshot at a time: a second one on the same thread is a programming error, one on
    // another thread is Unavailable.
    CHECK(!in_own_snapshot());
    if (!snapshot_thread_.compare_exchange_strong(nobody, std::this_thread::get_id())) {
        return base::Failure{StoreError::Unavailable};
    }
    const StoreOutcome begun = snapshot_.begin();
    if (!begun) snapshot_thread_.store(std::thread::id{});
    return begun;
}

void SqliteReader::end_snapshot() {
    CHECK(in_own_snapshot());
    snapshot_.end();
    snapshot_thread_.store(std::thread::id{});
}

}  // namespace botcore::store_sqlite
