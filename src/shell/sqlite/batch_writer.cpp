#include "shell/sqlite/batch_writer.hpp"

#include "shell/sqlite/schema.hpp"

#include <limits>
#include <utility>

namespace botcore::shell::sqlite {

namespace {

/// Beyond this, order numbers would not fit a signed column.
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

}  // namespace

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
    accounts_ = TRY(database_.prepare(upsert_sql(accounts_table())));
    instruments_ = TRY(database_.prepare(upsert_sql(instruments_table())));
    delete_brackets_ =
        TRY(database_.prepare("DELETE FROM brackets WHERE market = ? AND symbol = ?"));
    brackets_ = TRY(database_.prepare(insert_sql(brackets_table())));
    balances_ = TRY(database_.prepare(upsert_sql(balances_table())));
    positions_ = TRY(database_.prepare(upsert_sql(positions_table())));
    orders_ = TRY(database_.prepare(upsert_sql(orders_table())));
    fills_ = TRY(database_.prepare(insert_sql(fills_table())));
    risks_ = TRY(database_.prepare(upsert_sql(risks_table())));
    operating_ = TRY(database_.prepare(upsert_sql(operating_table())));
    windows_ = TRY(database_.prepare(upsert_sql(windows_table())));
    keys_ = TRY(database_.prepare(upsert_sql(keys_table())));
    pending_keys_ = TRY(database_.prepare(upsert_sql(pending_keys_table())));
    settle_key_ = TRY(database_.prepare("DELETE FROM pending_keys WHERE owner = ? AND key = ?"));
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
    if (written && written.value() == ports::CommitResult::Committed) return written;
    // Some errors have rolled back already; for the others this cannot fail in a way that matters:
    // what is not committed is gone when the connection is.
    if (database_.in_transaction()) static_cast<void>(rollback_.run());
    if (!batch.accounts.empty()) owners_ = std::move(owners);
    return written;
}

SqlResult<ports::CommitResult> BatchWriter::write(const ports::Batch& batch) {
    TRY(begin_.run());
    const bool extended = TRY(advance_head(batch));  // W1
    if (!extended) return ports::CommitResult::Conflict;
    TRY(write_journal(batch));
    TRY(write_state(batch));
    TRY(write_operation(batch));
    TRY(write_history(batch));
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

SqlOutcome BatchWriter::write_state(const ports::Batch& batch) {
    for (const model::Account& account : batch.accounts) {
        binder_.begin(accounts_);
        binder_.row(account);
        TRY(accounts_.run());
        owners_[account.id] = account.owner.text();
    }
    for (const model::Instrument& instrument : batch.instruments) {
        binder_.begin(instruments_);
        binder_.row(instrument);
        TRY(instruments_.run());
        TRY(write_brackets(instrument));
    }
    for (const model::Position& position : batch.positions) {
        binder_.begin(positions_);
        binder_.row(position);
        binder_.text(owner_of(position.account));
        TRY(positions_.run());
    }
    for (const model::Balance& balance : batch.balances) {
        binder_.begin(balances_);
        binder_.row(balance);
        binder_.text(owner_of(balance.account));
        TRY(balances_.run());
    }
    return base::Done{};
}

SqlOutcome BatchWriter::write_operation(const ports::Batch& batch) {
    for (const model::RiskState& risk : batch.risks) {
        binder_.begin(risks_);
        binder_.row(risk);
        binder_.text(owner_of(risk.account));
        TRY(risks_.run());
    }
    if (batch.operating) {
        binder_.begin(operating_);
        binder_.row(*batch.operating);
        binder_.integer(kShard);
        TRY(operating_.run());
    }
    for (const model::MaintenanceWindow& window : batch.windows) {
        binder_.begin(windows_);
        binder_.row(window);
        TRY(windows_.run());
    }
    return base::Done{};
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

SqlOutcome BatchWriter::write_history(const ports::Batch& batch) {
    for (const model::Order& order : batch.orders) {
        binder_.begin(orders_);
        binder_.row(order);
        binder_.integer(model::is_live(order.state) ? 1 : 0);
        TRY(orders_.run());
    }
    for (const model::Fill& fill : batch.fills) {
        binder_.begin(fills_);
        binder_.row(fill);
        binder_.text(owner_of(fill.account));
        TRY(fills_.run());
    }
    for (const ports::KeyRow& key : batch.keys)
        TRY(write_key(key));
    return base::Done{};
}

SqlOutcome BatchWriter::write_key(const ports::KeyRow& key) {
    const bool pending = key.entry.state == model::KeyState::Pending;
    if (!pending) {
        binder_.begin(settle_key_);
        binder_.text(key.entry.owner.text());
        binder_.text(key.entry.key.text());
        TRY(settle_key_.run());
    }
    Statement& statement = pending ? pending_keys_ : keys_;
    binder_.begin(statement);
    binder_.row(key.entry);
    binder_.blob(key.body);
    return statement.run();
}

}  // namespace botcore::shell::sqlite
