#pragma once

/// Rebuilds rows from journal records: for a rebuild, for a restore, and for the proof that both
/// are correct.
///
/// R1  A record is accepted only when it continues the chain of the last one and its bytes have the
///     stored hash. The first record that fails ends the rebuild, and nothing of it is written.
/// R2  After `finish` the rows equal those at the moment when the last record was first committed:
///     `state_hash` is the same.
///
/// Threads: one.
/// @spec:NFR-RELIABILITY-004

#include "ports/store.hpp"
#include "runtime/batch_builder.hpp"

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <utility>

namespace botcore::runtime {

struct RebuildError {
    enum class Kind : std::uint8_t {
        Unreadable,    ///< The bytes are not a record, or the record has a later version.
        SequenceGap,   ///< A record is missing, duplicated or out of order.
        HashMismatch,  ///< The bytes do not match their stored hash.
        ChainBroken,   ///< The record does not continue its predecessor.
        ReplyMissing,  ///< A key is completed, but its reply bytes are not available.
        Store,         ///< The source or the target store fails.
    };

    Kind kind = Kind::Unreadable;
    model::Sequence sequence = 0;  ///< The record at which the error was found.
    std::string text;
};

/// The bytes of the reply under a key; empty when there are none.
using ReplyOf = std::function<std::optional<std::string>(const model::KeyEntry& entry)>;

class Rebuild {
public:
    /// `into` outlives this object, which is its only writer.
    explicit Rebuild(ports::Store& into) : into_(into) {}

    /// Continues after the last record of the store.
    [[nodiscard]] base::Outcome<RebuildError> begin();
    [[nodiscard]] base::Outcome<RebuildError> add(ports::JournalEntry entry,
                                                  const ReplyOf& reply_of);
    /// Commits the records that are not committed yet.
    [[nodiscard]] base::Outcome<RebuildError> finish();

    /// The last record that was added.
    [[nodiscard]] const model::Head& head() const { return head_; }

private:
    [[nodiscard]] base::Outcome<RebuildError> check(const ports::JournalEntry& entry,
                                                    const model::Record& record) const;
    [[nodiscard]] base::Outcome<RebuildError> add_replies(const model::Record& record,
                                                          const ReplyOf& reply_of);
    void add_postings(const model::Record& record);
    [[nodiscard]] base::Outcome<RebuildError> commit();

    ports::Store& into_;
    BatchBuilder batch_;
    model::Head head_;
    model::Head committed_;
    std::map<std::pair<model::AccountId, model::Asset>, model::Balance> balances_;
};

/// Called periodically with the number of records done and the total.
using RebuildProgress = std::function<void(model::Sequence done, model::Sequence total)>;

/// Copies the journal of `from` into `into`, up to and including record `last`, and rebuilds the
/// rows. Returns the head that `into` has afterwards.
[[nodiscard]] base::Result<model::Head, RebuildError> replay_journal(
    ports::StoreReader& from,
    ports::Store& into,
    model::Sequence last,
    const RebuildProgress& progress);

/// 64 hexadecimal digits over all rows of all tables in one snapshot, including the journal's head.
/// Equal states have equal hashes regardless of the order in which rows were written.
[[nodiscard]] ports::StoreResult<std::string> state_hash(ports::StoreReader& reader);

}  // namespace botcore::runtime
