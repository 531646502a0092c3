#pragma once

/// Writes one batch in one transaction: the fence, the journal entries, the rows.
///
/// W1  The transaction begins with the fence: if the head is not the expected one, nothing of the
///     batch is written (invariant I7).
/// W2  Journal entries are gapless (invariant I7); rows name only accounts that the file knows.
/// W3  An open row is replaced only if it is still what was last written or loaded. Otherwise
///     something else has changed the row, and nothing of the batch is written.
/// W4  A call that does not return Committed leaves no open transaction and no changes.
/// @spec:NFR-RELIABILITY-003

#include "adapters/store_sqlite/database.hpp"
#include "adapters/store_sqlite/row_images.hpp"
#include "adapters/store_sqlite/rows.hpp"
#include "ports/store.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace botcore::store_sqlite {

class BatchWriter {
public:
    BatchWriter() = default;

    /// Prepares its statements on the connection and takes ownership of it.
    [[nodiscard]] static SqlResult<BatchWriter> open(Database database);

    /// Sets the owners of the stored accounts. Call it again after each reload of the store.
    void learn_owners(const std::vector<model::Account>& accounts);

    /// Sets the images of the open rows as a load has read them, and their sum, which the writer
    /// continues. Call it again after each reload of the store.
    void learn_images(RowImages images) { images_ = std::move(images); }

    /// Stores an image for every open row of the snapshot, in one transaction: for files that are
    /// older than images. The account rows of `in_doubt` get an image that does not match.
    [[nodiscard]] SqlOutcome seal(const ports::OpenState& snapshot,
                                  const std::set<model::AccountId>& in_doubt);

    /// Returns Committed or Conflict; or Unavailable if a row is not what was written last (W3):
    /// nothing was committed then, and a load finds the row. An error means that nothing was
    /// committed, except for kind Sync.
    [[nodiscard]] SqlResult<ports::CommitResult> commit(const ports::Batch& batch);

    [[nodiscard]] Database& database() { return database_; }

private:
    [[nodiscard]] SqlOutcome prepare();
    [[nodiscard]] SqlResult<ports::CommitResult> write(const ports::Batch& batch);
    [[nodiscard]] SqlResult<bool> advance_head(const ports::Batch& batch);
    [[nodiscard]] SqlOutcome write_journal(const ports::Batch& batch);
    [[nodiscard]] SqlOutcome write_rows(const ports::RowSet& rows);
    template <class Row>
    [[nodiscard]] SqlOutcome write_row(const Row& row);
    [[nodiscard]] SqlOutcome write_row(const model::Fill& fill);
    [[nodiscard]] SqlOutcome write_row(const ports::KeyRow& key);
    [[nodiscard]] SqlOutcome expire_replies(const ports::Batch& batch);
    [[nodiscard]] SqlResult<std::int64_t> find_forgotten();
    [[nodiscard]] static SqlResult<std::int64_t> largest(Statement& statement);
    [[nodiscard]] SqlOutcome write_sum();
    [[nodiscard]] SqlOutcome write_seal(const ports::RowSet& rows);
    /// Writes an open row on condition that the row it replaces still has its known image. `beside`
    /// binds the column after the image, if there is one.
    template <class Row, class Beside>
    [[nodiscard]] SqlOutcome write_open(const Row& row, Beside beside);
    [[nodiscard]] SqlOutcome write_brackets(const model::Instrument& instrument);
    [[nodiscard]] const std::string& owner_of(const model::AccountId& account) const;

    template <class Row>
    using StatementOf = Statement;

    Database database_;
    Statement begin_, commit_, rollback_;
    Statement advance_head_, journal_, delete_brackets_, brackets_, fills_, keys_, settle_key_;
    model::PerRowKind<StatementOf> open_rows_;
    Statement forget_replies_, last_key_, is_forgotten_;
    std::optional<std::int64_t>
        expired_until_row_;  ///< The last row whose reply was removed; empty: must be looked up.
    RowBinder binder_;
    std::map<model::AccountId, std::string> owners_;
    Statement sum_;
    RowImages images_;
    std::int64_t written_by_ = 0;  ///< The last record of the current batch.
    bool row_differs_ = false;     ///< A stored row was not what was last written.
    const std::set<model::AccountId>* sealing_ =
        nullptr;  ///< The accounts in doubt, while `seal` runs.
};

}  // namespace botcore::store_sqlite
