#include "adapters/store_sqlite/batch_writer.hpp"

#include "adapters/store_sqlite/schema.hpp"

#include <concepts>
#include <limits>
#include <utility>

namespace botcore::store_sqlite {

namespace {

/// Beyond this sequence, order numbers would not fit a signed column.
constexpr model::Sequence kSequenceMax =
    std::numeric_limits<std::int64_t>::max() / model::kOrdersPerInputMax - 1;

void check_gapless(const ports::Batch& batch) {
    CHECK(!batch.entries.empty());
    CHECK(batch.epoch >= batch.expected.epoch);
    model::Sequence last = batch.expected.sequence;
    for (const ports::JournalEntry& entry : batch.entries) {
        CHECK(entry.sequence == last + 1);  // I7
        CHECK(entry.epoch == batch.epoch);
        last = entry.sequence;
    }
    CHECK(last <= kSequenceMax);
}

/// Whether the row belongs to the open rows; an order that has ended does not.
template <class Row>
bool stays_open(const Row& row) {
    if constexpr (std::same_as<Row, model::Order>) return model::is_live(row.state);
    return true;
}

/// Whether the row must not exist yet. Ended orders are not among the open rows, so an order
/// without a known image may still exist.
template <class Row>
bool is_new(const Row& row) {
    if constexpr (std::same_as<Row, model::Order>) return row.prior_sequence == 0;
    return true;
}

}  // namespace

template <class Row, class Beside>
SqlOutcome BatchWriter::write_open(const Row& row, Beside beside) {
    Statement& statement = open_rows_.of<Row>();
    RowImage image = image_of(kOpenTable<Row>, row, written_by_);
    if constexpr (std::same_as<Row, model::Account>) {
        if (sealing_ != nullptr && sealing_->contains(row.id)) image.hash ^= 1;
    }
    std::string name = row_name(row);
    const auto replaced = images_.find(name);
    binder_.begin(statement);
    binder_.row(row);
    binder_.image(image);
    beside();
    if (replaced) {
        binder_.image(*replaced);
    } else if (sealing_ == nullptr && is_new(row)) {
        binder_.image({-1, 0});  // Matches no row, since no such row may exist.
    } else {
        binder_.null();
        binder_.null();
    }
    TRY(statement.run());
    if (database_.changes() != 1) row_differs_ = true;
    images_.stage(std::move(name), stays_open(row) ? std::optional(image) : std::nullopt);
    return base::Done{};
}

SqlResult<BatchWriter> BatchWriter::open(Database database) {
    BatchWriter writer;
    writer.database_ = std::move(database);
    TRY(writer.prepare());
    return writer;
}

SqlOutcome BatchWriter::prepare() {
    begin_ = TRY(database_.prepare("BEGIN IMMEDIATE"));
    commit_ = TRY(database_.prepare("COMMIT"));
    rollback_ = TRY(database_.prepare("ROLLBACK"));
    advance_head_ = TRY(database_.prepare(query::kAdvanceHead));
    journal_ = TRY(database_.prepare(insert_sql(journal_table())));
    sum_ = TRY(database_.prepare(query::kSetOpenRowsSum));
    delete_brackets_ = TRY(
        database_.prepare("DELETE FROM brackets WHERE market = ? AND symbol = ? AND exchange = ?"));
    brackets_ = TRY(database_.prepare(insert_sql(brackets_table())));
    TRY(model::RowKinds::try_each([&]<class Row>(model::RowKind<Row>) -> SqlOutcome {
        if constexpr (!std::same_as<Row, model::Fill>) {
            open_rows_.of<Row>() = TRY(database_.prepare(guarded_upsert_sql(open_table_of<Row>())));
        }
        return base::Done{};
    }));
    fills_ = TRY(database_.prepare(insert_sql(table_of<model::Fill>())));
    keys_ = TRY(database_.prepare(upsert_sql(table_of<model::KeyEntry>())));
    settle_key_ = TRY(database_.prepare("DELETE FROM pending_keys WHERE owner = ? AND key = ?"));
    forget_replies_ = TRY(database_.prepare(
        "UPDATE idempotency SET body = x'' WHERE rowid IN (SELECT rowid FROM idempotency "
        "WHERE rowid > ? ORDER BY rowid LIMIT ?) "
        "AND ifnull(nullif(written_by, 0), sequence) <= ? RETURNING rowid"));
    last_key_ = TRY(database_.prepare("SELECT max(rowid) FROM idempotency"));
    is_forgotten_ = TRY(database_.prepare(
        "SELECT length(body) FROM idempotency WHERE rowid >= ? ORDER BY rowid LIMIT 1"));
    return base::Done{};
}

void BatchWriter::learn_owners(const std::vector<model::Account>& accounts) {
    owners_.clear();
    for (const model::Account& account : accounts)
        owners_[account.id] = account.owner.text();
}

const std::string& BatchWriter::owner_of(const model::AccountId& account) const {
    const auto found = owners_.find(account);
    CHECK(found != owners_.end());  // W2
    return found->second;
}

SqlResult<ports::CommitResult> BatchWriter::commit(const ports::Batch& batch) {
    check_gapless(batch);
    auto owners = batch.accounts.empty() ? std::map<model::AccountId, std::string>{} : owners_;
    auto written = write(batch);
    if (written && written.value() == ports::CommitResult::Committed) {
        images_.keep();
        return written;
    }
    images_.drop();
    expired_until_row_.reset();  // The rollback restores what this batch removed.
    // Some errors have already rolled back. In the other cases a failed rollback does no harm: what
    // is not committed is discarded when the connection closes.
    if (database_.in_transaction()) static_cast<void>(rollback_.run());
    if (!batch.accounts.empty()) owners_ = std::move(owners);
    return written;
}

SqlResult<ports::CommitResult> BatchWriter::write(const ports::Batch& batch) {
    row_differs_ = false;
    written_by_ = static_cast<std::int64_t>(batch.head().sequence);
    TRY(begin_.run());
    const bool extended = TRY(advance_head(batch));  // W1
    if (!extended) return ports::CommitResult::Conflict;
    TRY(write_journal(batch));
    TRY(write_rows(batch));
    if (row_differs_) return ports::CommitResult::Unavailable;  // W3
    TRY(expire_replies(batch));
    TRY(write_sum());
    TRY(commit_.run());
    return ports::CommitResult::Committed;
}

SqlResult<bool> BatchWriter::advance_head(const ports::Batch& batch) {
    const model::Head after = batch.head();
    binder_.begin(advance_head_);
    binder_.integer(static_cast<std::int64_t>(after.sequence));
    binder_.hash(after.hash);
    binder_.integer(static_cast<std::int64_t>(after.epoch));
    binder_.integer(after.time.in_microseconds());
    binder_.integer(static_cast<std::int64_t>(batch.expected.sequence));
    binder_.hash(batch.expected.hash);
    binder_.integer(static_cast<std::int64_t>(batch.expected.epoch));
    TRY(advance_head_.run());
    return database_.changes() == 1;
}

SqlOutcome BatchWriter::write_journal(const ports::Batch& batch) {
    for (const ports::JournalEntry& entry : batch.entries) {
        binder_.begin(journal_);
        binder_.integer(static_cast<std::int64_t>(entry.sequence));
        binder_.integer(static_cast<std::int64_t>(entry.epoch));
        binder_.integer(entry.time.in_microseconds());
        binder_.hash(entry.hash);
        binder_.blob(entry.bytes);
        TRY(journal_.run());
    }
    return base::Done{};
}

template <class Row>
SqlOutcome BatchWriter::write_row(const Row& row) {
    TRY(write_open(row, [&] {
        if constexpr (std::same_as<Row, model::Order>) {
            binder_.integer(model::is_live(row.state) ? 1 : 0);
        } else if constexpr (std::same_as<Row, model::OperatingState>) {
            binder_.integer(kShard);
        } else if constexpr (requires { row.account; }) {
            binder_.text(owner_of(row.account));
        }
    }));
    if constexpr (std::same_as<Row, model::Account>) owners_[row.id] = row.owner.text();
    if constexpr (std::same_as<Row, model::Instrument>) TRY(write_brackets(row));
    return base::Done{};
}

SqlOutcome BatchWriter::write_rows(const ports::RowSet& rows) {
    return model::RowKinds::try_each([&]<class Row>(model::RowKind<Row>) -> SqlOutcome {
        for (const auto& row : rows.of<Row>())
            TRY(write_row(row));
        return base::Done{};
    });
}

SqlOutcome BatchWriter::write_row(const model::Fill& fill) {
    binder_.begin(fills_);
    binder_.row(fill);
    binder_.image(image_of(model::kTable<model::Fill>, fill, written_by_));
    binder_.text(owner_of(fill.account));
    return fills_.run();
}

SqlOutcome BatchWriter::write_brackets(const model::Instrument& instrument) {
    binder_.begin(delete_brackets_);
    binder_.row(instrument.id);
    TRY(delete_brackets_.run());
    std::int64_t index = 0;
    for (const model::LeverageBracket& bracket : instrument.brackets) {
        binder_.begin(brackets_);
        binder_.row(instrument.id);
        binder_.integer(index++);
        binder_.row(bracket);
        TRY(brackets_.run());
    }
    return base::Done{};
}

/// The largest integer that a statement returns; zero if it returns no rows.
SqlResult<std::int64_t> BatchWriter::largest(Statement& statement) {
    const ResetAtEnd reset(statement);
    std::int64_t largest = 0;
    while (TRY(statement.step()) == Statement::Step::Row)
        largest = std::max(largest, statement.integer(0));
    return largest;
}

/// Removes the bodies of some expired replies, in the order in which they were stored: about twice
/// as many as this batch adds, so that the removal catches up, and few enough that no commit is
/// delayed.
SqlOutcome BatchWriter::expire_replies(const ports::Batch& batch) {
    if (batch.replies_expired_until == 0) return base::Done{};
    if (!expired_until_row_) expired_until_row_ = TRY(find_forgotten());
    binder_.begin(forget_replies_);
    binder_.integer(*expired_until_row_);
    binder_.integer(static_cast<std::int64_t>(2 * batch.keys.size() + 2));
    binder_.integer(static_cast<std::int64_t>(batch.replies_expired_until));
    expired_until_row_ = std::max(*expired_until_row_, TRY(largest(forget_replies_)));
    return base::Done{};
}

/// The last of the rows at the beginning of the table whose replies were removed. Found by binary
/// search.
SqlResult<std::int64_t> BatchWriter::find_forgotten() {
    std::int64_t forgotten = 0;
    std::int64_t kept = TRY(largest(last_key_)) + 1;
    while (kept - forgotten > 1) {
        const std::int64_t middle = forgotten + (kept - forgotten) / 2;
        binder_.begin(is_forgotten_);
        binder_.integer(middle);
        (TRY(largest(is_forgotten_)) == 0 ? forgotten : kept) = middle;
    }
    return forgotten;
}

SqlOutcome BatchWriter::write_row(const ports::KeyRow& key) {
    const bool pending = key.entry.state == model::KeyState::Pending;
    if (!pending) {
        binder_.begin(settle_key_);
        binder_.text(key.entry.owner.text());
        binder_.text(key.entry.key.text());
        TRY(settle_key_.run());
    }
    const auto write_body = [&] { binder_.blob(key.body); };
    if (pending) return write_open(key.entry, write_body);
    images_.stage(row_name(key.entry), std::nullopt);
    binder_.begin(keys_);
    binder_.row(key.entry);
    binder_.image(image_of(model::kTable<model::KeyEntry>, key.entry, written_by_));
    write_body();
    return keys_.run();
}

SqlOutcome BatchWriter::write_sum() {
    binder_.begin(sum_);
    binder_.integer(images_.sum());
    return sum_.run();
}

SqlOutcome BatchWriter::seal(const ports::OpenState& snapshot,
                             const std::set<model::AccountId>& in_doubt) {
    written_by_ = static_cast<std::int64_t>(snapshot.head.sequence);
    images_ = {};
    sealing_ = &in_doubt;
    const SqlOutcome written = write_seal(snapshot);
    sealing_ = nullptr;
    if (!written && database_.in_transaction()) static_cast<void>(rollback_.run());
    return written;
}

SqlOutcome BatchWriter::write_seal(const ports::RowSet& rows) {
    TRY(begin_.run());
    TRY(write_rows(rows));
    TRY(write_sum());
    TRY(database_.execute(std::string(kMarkSealed)));
    return commit_.run();
}

}  // namespace botcore::store_sqlite
