#pragma once

/// The store of journal and rows. One implementation is for one machine (SQLite), one for several
/// (PostgreSQL); both pass the same conformance suite (`tests/conformance`).
///
/// S1  A batch is committed completely or not at all, and is on stable storage when the result is
///     Committed.
/// S2  A batch extends exactly the head it names, under exactly its epoch, or changes nothing
///     (invariant I7).
/// S3  After a crash, `load` returns the state of the last committed batch and nothing of any later
///     one (I10).
/// S4  Reading calls never show a batch before its result is Committed. At most one commit is in
///     progress: until its result is known, the caller neither commits nor loads and does not
///     change the batch.
///
/// Threads: one thread calls `load` and `commit`, including commits that begin an epoch. Reading
/// calls may come from one other thread at the same time and see committed batches only.
/// @spec:NFR-RELIABILITY-003

#include "base/check.hpp"
#include "model/rows.hpp"

#include <cstdint>
#include <functional>
#include <limits>
#include <map>
#include <optional>
#include <string>
#include <tuple>
#include <type_traits>
#include <vector>

namespace botcore::ports {

/// A record in its stored form.
struct JournalEntry {
    model::Sequence sequence = 0;
    model::Epoch epoch = 0;
    model::Timestamp time;
    model::Hash hash{};  ///< The hash of `bytes`, which contain the previous record's hash.
    std::string bytes;   ///< `protocol::encode(Record)`.
};

/// An idempotency key with the bytes of its reply.
struct KeyRow {
    model::KeyEntry entry;
    std::string body;  ///< Empty while pending, and after the reply has expired.
    /// The record that wrote the row. Set only in a row that was read, and 0 if the row is from an
    /// old file that does not contain the number.
    model::Sequence stored_in = 0;

    /// The record at which the reply's lifetime begins. The SQL statement that removes bodies uses
    /// the same rule.
    [[nodiscard]] model::Sequence begins_with() const {
        return stored_in != 0 ? stored_in : entry.sequence;
    }
};

/// A row of a kind as it is stored: a key has its reply beside it.
template <class Row>
using Stored = std::conditional_t<std::is_same_v<Row, model::KeyEntry>, KeyRow, Row>;

/// The row without what is stored beside it.
template <class Row>
[[nodiscard]] const Row& row_of(const Row& row) {
    return row;  // NOLINT(bugprone-return-const-ref-from-parameter): the caller has the row.
}

template <class Row>
const Row& row_of(const Row&& row) = delete;

[[nodiscard]] inline const model::KeyEntry& row_of(const KeyRow& row) {
    return row.entry;
}

/// Rows of all kinds.
struct RowSet {
    std::vector<model::Account> accounts;
    std::vector<model::Instrument> instruments;
    std::vector<model::Order> orders;
    /// Fills are only inserted, never changed; two fills with the same identity are a bug of ours.
    std::vector<model::Fill> fills;
    std::vector<model::Position> positions;
    std::vector<model::Balance> balances;
    std::vector<KeyRow> keys;
    std::vector<model::RiskState> risks;
    std::vector<model::OperatingState> operating;  ///< At most one.
    std::vector<model::MaintenanceWindow> windows;

    /// The rows of one kind.
    template <class Row>
    [[nodiscard]] std::vector<Stored<Row>>& of() {
        return std::get<model::RowKinds::kIndex<Row>>(tables(*this));
    }

    template <class Row>
    [[nodiscard]] const std::vector<Stored<Row>>& of() const {
        return std::get<model::RowKinds::kIndex<Row>>(tables(*this));
    }

private:
    /// All tables, in the order of `model::RowKinds`.
    [[nodiscard]] static auto tables(auto& self) {
        return std::tie(self.accounts,
                        self.instruments,
                        self.orders,
                        self.fills,
                        self.positions,
                        self.balances,
                        self.keys,
                        self.risks,
                        self.operating,
                        self.windows);
    }
};

/// Everything that one group commit makes durable. Rows carry their final image, and each row
/// occurs once. `entries` is never empty and has no gap.
struct Batch : RowSet {
    model::Head expected;    ///< The head that this batch extends.
    model::Epoch epoch = 0;  ///< Of the writer; above `expected.epoch` when a term begins.
    std::vector<JournalEntry> entries;
    /// The bodies of replies that were stored with this record or earlier ones may be removed; the
    /// store removes a few at a time.
    model::Sequence replies_expired_until = 0;

    /// The head after this batch.
    [[nodiscard]] model::Head head() const {
        const JournalEntry& last = entries.back();
        return {last.sequence, last.hash, epoch, last.time};
    }
};

enum class CommitResult : std::uint8_t {
    Committed,  ///< On stable storage.
    Conflict,   ///< Another writer extended the journal: discard memory, stop writing.
    /// The batch may or may not have been written, or a row to be replaced did not have the
    /// expected content: discard memory and load again.
    Unavailable,
};

/// A live order with the trades that are already booked for it.
struct LiveOrder {
    model::Order order;
    std::vector<std::uint64_t> trade_ids;
};

/// A row whose content is not what was written into it. No trading decision may rely on the
/// account's rows.
struct RowInDoubt {
    std::optional<model::AccountId> account;  ///< Empty if the row concerns all accounts.
    std::string text;                         ///< Which row, and what is wrong with it.
};

/// The open state of a shard, read in one snapshot: the live orders, the pending keys, no fills,
/// and all rows of the other kinds. Its size does not grow with history.
struct OpenState : RowSet {
    model::Head head;  ///< Sequence 0 for a new store.
    /// The trades that are already booked for each live order.
    std::map<model::OrderNumber, std::vector<std::uint64_t>> trade_ids;
    std::vector<RowInDoubt> doubts;  ///< Empty in an intact store.
    /// The evidence that acknowledged records are missing; empty if there is none.
    std::string behind;
};

enum class StoreError : std::uint8_t {
    Unavailable,  ///< The store cannot be reached or read now.
    Corrupt,      ///< The store contains something that we never wrote.
    TimedOut,     ///< The read exceeded its time limit and was aborted.
};

/// The half-open interval [since, until). By default it contains all times.
struct TimeSpan {
    base::Timestamp since =
        base::Timestamp::from_microseconds(std::numeric_limits<std::int64_t>::min());
    base::Timestamp until =
        base::Timestamp::from_microseconds(std::numeric_limits<std::int64_t>::max());

    [[nodiscard]] bool holds(base::Timestamp time) const { return since <= time && time < until; }
};

/// Selects one page of orders, newest first.
struct OrderQuery {
    model::AccountId account;
    std::optional<model::Symbol> symbol;
    bool live_only = false;
    model::OrderNumber before = ~model::OrderNumber{0};  ///< Only orders older than this.
    std::size_t limit = 100;
    bool failed_only = false;  ///< Only Refused, Rejected and Absent orders; not with `live_only`.
    /// Only orders that were imported under this id at the exchange. If it is set, all other
    /// criteria are ignored.
    std::optional<model::ClientOrderId> imported_as = std::nullopt;
    /// Only orders with this number or a higher one.
    model::OrderNumber first = 0;
    /// Only orders that were made within this time span.
    TimeSpan made{};
};

/// Selects one page of fills, newest first. A page ends with all fills of its last record.
struct FillQuery {
    model::AccountId account;
    std::optional<model::Symbol> symbol;
    model::Sequence before = ~model::Sequence{0} >> 1U;
    std::size_t limit = 100;
    /// If set, only fills of records after this one are selected, oldest first, and `before` and
    /// `symbol` are ignored.
    std::optional<model::Sequence> after = std::nullopt;
    /// Only fills of this record and later ones; ignored if `after` is set.
    model::Sequence first = 0;
    /// Only fills that the exchange made within this time span; ignored if `after` is set.
    TimeSpan made{};
};

/// Callbacks for the rows of all tables, to compare them with the journal.
class RowVisitor {
public:
    template <class Row>
    using Callback = std::function<void(const Stored<Row>&)>;

    /// Visits no row.
    RowVisitor() = default;

    /// Each row is passed to the callback that accepts rows of its kind. A kind that no callback
    /// accepts is not read.
    template <class... Visits>
    explicit RowVisitor(const Visits&... visits) {
        (add(visits), ...);
    }

    /// The callback of a kind; empty if there is none.
    template <class Row>
    [[nodiscard]] const Callback<Row>& of() const {
        return callbacks_.of<Row>();
    }

private:
    template <class Visit>
    void add(const Visit& visit) {
        model::RowKinds::each([&]<class Row>(model::RowKind<Row>) {
            if constexpr (std::is_invocable_v<const Visit&, const Stored<Row>&>) {
                callbacks_.of<Row>() = visit;
            }
        });
    }

    model::PerRowKind<Callback> callbacks_;
};

template <class T>
using StoreResult = base::Result<T, StoreError>;

/// The read-only part of a store.
class StoreReader {
public:
    virtual ~StoreReader() = default;

    [[nodiscard]] virtual StoreResult<std::optional<KeyRow>> find_key(
        const model::Owner& owner, const model::IdempotencyKey& key) = 0;
    [[nodiscard]] virtual StoreResult<std::optional<LiveOrder>> find_order(
        model::OrderNumber number) = 0;
    [[nodiscard]] virtual StoreResult<std::vector<model::Order>> orders(
        const OrderQuery& query) = 0;
    [[nodiscard]] virtual StoreResult<std::vector<model::Fill>> fills(const FillQuery& query) = 0;
    /// Entries from `first` on, ascending, at most `limit`.
    [[nodiscard]] virtual StoreResult<std::vector<JournalEntry>> journal(model::Sequence first,
                                                                         std::size_t limit) = 0;
    [[nodiscard]] virtual StoreResult<model::Head> head() = 0;
    /// Visits every row in the same snapshot in which `head` and `journal` read: all calls between
    /// `begin_snapshot` and `end_snapshot` see one state.
    [[nodiscard]] virtual base::Outcome<StoreError> visit_rows(const RowVisitor& visitor) = 0;
    [[nodiscard]] virtual base::Outcome<StoreError> begin_snapshot() = 0;
    virtual void end_snapshot() = 0;
};

/// Receives the result of a commit.
using CommitDone = std::function<void(CommitResult)>;

class Store {
public:
    virtual ~Store() = default;

    [[nodiscard]] virtual StoreResult<OpenState> load() = 0;
    /// Calls `done` once on the caller's thread: before this returns (SQLite), or later (a database
    /// on another machine).
    virtual void commit(const Batch& batch, CommitDone done) = 0;
    /// Commits to a store that is known to call `done` before `commit` returns; tools and tests
    /// that work on files use it. Ends the process if the store does not.
    [[nodiscard]] CommitResult commit_now(const Batch& batch);
    /// `StorageState::Reserve` means that the disk is full and commits use space that was set
    /// aside.
    [[nodiscard]] virtual model::StorageState storage_state() = 0;
    /// Housekeeping outside the hot path: checkpoint, refill of the disk reserve. Called when idle.
    virtual void maintain() = 0;
    [[nodiscard]] virtual StoreReader& reader() = 0;
};

inline CommitResult Store::commit_now(const Batch& batch) {
    std::optional<CommitResult> result;
    commit(batch, [&result](CommitResult given) { result = given; });
    CHECK(result.has_value());
    return *result;
}

}  // namespace botcore::ports
