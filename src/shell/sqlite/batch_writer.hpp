#pragma once

/// Writes one batch in one transaction: the fence, the journal entries, the rows.
///
/// W1  The transaction begins with the fence: where the head is not the expected one, nothing of
/// the
///     batch is written (invariant I7).
/// W2  Journal entries are gapless (invariant I7); rows name accounts that the file knows.
/// W3  An open row is replaced only where it still is what was written or loaded last. Otherwise
///     somebody else has changed it, and nothing of the batch is written.
/// W4  A call that does not answer Committed leaves no transaction open and nothing behind.

#include "ports/store.hpp"
#include "shell/sqlite/database.hpp"
#include "shell/sqlite/row_images.hpp"
#include "shell/sqlite/rows.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <set>
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

    /// The open rows as a load has read them, and the sum over them as the writer will go on with
    /// it. Again after each reload of the store.
    void learn_images(RowImages images) { images_ = std::move(images); }

    /// Gives every open row of the snapshot its image, in one transaction: for files that are older
    /// than images. What is named in `in_doubt` gets none that fits.
    [[nodiscard]] SqlOutcome seal(const ports::OpenState& snapshot,
                                  const std::set<model::AccountId>& in_doubt);

    /// Committed or Conflict; Unavailable where a row is not what was written last (W3): nothing
    /// was committed then, and a load finds the row. an error means that nothing was committed,
    /// except for kind Sync.
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
    [[nodiscard]] SqlOutcome expire_replies(const ports::Batch& batch);
    [[nodiscard]] SqlResult<std::int64_t> find_forgotten();
    [[nodiscard]] static SqlResult<std::int64_t> largest(Statement& statement);
    [[nodiscard]] SqlOutcome write_sum();
    [[nodiscard]] SqlOutcome write_seal(const ports::Batch& batch);
    /// Writes an open row over the very image that it replaces. `more` binds the columns behind the
    /// image.
    template <class Row, class More>
    [[nodiscard]] SqlOutcome write_open(Statement& statement,
                                        std::string_view table,
                                        const Row& row,
                                        More more);
    [[nodiscard]] SqlOutcome write_brackets(const model::Instrument& instrument);
    [[nodiscard]] const std::string& owner_of(const model::AccountId& account) const;

    Database database_;
    Statement begin_, commit_, rollback_;
    Statement advance_head_, journal_, accounts_, instruments_, delete_brackets_, brackets_;
    Statement risks_, operating_, windows_;
    Statement balances_, positions_, orders_, fills_, keys_, pending_keys_, settle_key_;
    Statement forget_replies_, last_key_, is_forgotten_;
    std::optional<std::int64_t> forgotten_;  ///< Replies up to this row; nothing: to be found.
    RowBinder binder_;
    std::map<model::AccountId, std::string> owners_;
    Statement sum_;
    RowImages images_;
    std::int64_t written_by_ = 0;  ///< The last record of the batch under way.
    bool row_differs_ = false;     ///< A row was not what it should be.
    const std::set<model::AccountId>* sealing_ = nullptr;  ///< While `seal` runs: who is in doubt.
};

}  // namespace botcore::shell::sqlite
