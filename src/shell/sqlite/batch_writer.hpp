#pragma once

/// Writes one batch in one transaction: the fence, the journal entries, the rows.
///
/// W1  The transaction begins with the fence: where the head is not the expected one, nothing of
/// the
///     batch is written (invariant I7).
/// W2  Journal entries are gapless (invariant I7); rows name accounts that the file knows.
/// W3  A call that does not answer Committed leaves no transaction open and nothing behind.

#include "ports/store.hpp"
#include "shell/sqlite/database.hpp"
#include "shell/sqlite/rows.hpp"

#include <map>
#include <string>
#include <vector>

namespace botcore::shell::sqlite {

class BatchWriter {
public:
    BatchWriter() = default;

    /// Prepares its statements on a connection that it then owns.
    [[nodiscard]] static SqlResult<BatchWriter> open(Database database);

    /// The owners of the accounts that are stored. Again after each reload of the store.
    void learn_owners(const std::vector<model::Account>& accounts);

    /// Committed or Conflict; an error means that nothing was committed, except for kind Sync.
    [[nodiscard]] SqlResult<ports::CommitResult> commit(const ports::Batch& batch);

    [[nodiscard]] Database& database() { return database_; }

private:
    [[nodiscard]] SqlOutcome prepare();
    [[nodiscard]] SqlResult<ports::CommitResult> write(const ports::Batch& batch);
    [[nodiscard]] SqlResult<bool> advance_head(const ports::Batch& batch);
    [[nodiscard]] SqlOutcome write_journal(const ports::Batch& batch);
    [[nodiscard]] SqlOutcome write_state(const ports::Batch& batch);
    [[nodiscard]] SqlOutcome write_operation(const ports::Batch& batch);
    [[nodiscard]] SqlOutcome write_history(const ports::Batch& batch);
    [[nodiscard]] SqlOutcome write_key(const ports::KeyRow& key);
    [[nodiscard]] SqlOutcome write_brackets(const model::Instrument& instrument);
    [[nodiscard]] const std::string& owner_of(const model::AccountId& account) const;

    Database database_;
    Statement begin_, commit_, rollback_;
    Statement advance_head_, journal_, accounts_, instruments_, delete_brackets_, brackets_;
    Statement risks_, operating_, windows_;
    Statement balances_, positions_, orders_, fills_, keys_, pending_keys_, settle_key_;
    RowBinder binder_;
    std::map<model::AccountId, std::string> owners_;
};

}  // namespace botcore::shell::sqlite
