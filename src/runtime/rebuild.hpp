#pragma once

/// Makes rows anew from journal records: for a rebuild, for a restore, and for the proof that both
/// are right.
///
/// R1  Only a record that continues the chain of the last one, with the hash that its bytes have,
///     is taken; the first that does not ends the work, and nothing of it is written.
/// R2  After `finish` the rows are exactly what they were when the last record was first committed:
///     `state_hash` is the same.
///
/// Threads: one.

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
        Unreadable,    ///< Not a record, or one of a later version.
        SequenceGap,   ///< A record is missing, twice there, or out of its order.
        HashMismatch,  ///< The bytes are not those that were hashed.
        ChainBroken,   ///< It does not follow the record before.
        ReplyMissing,  ///< A key is answered, but the answer's bytes are nowhere.
        Store,         ///< The store that is written to, or read from, fails.
    };

    Kind kind = Kind::Unreadable;
    model::Sequence sequence = 0;  ///< The record it was found at.
    std::string text;
};

/// The bytes of the reply under a key; nothing where there are none.
using ReplyOf = std::function<std::optional<std::string>(const model::KeyEntry& entry)>;

class Rebuild {
public:
    /// The store outlives this; its writer is this alone.
    explicit Rebuild(ports::Store& into) : into_(into) {}

    /// Goes on behind the last record of the store.
    [[nodiscard]] base::Outcome<RebuildError> begin();
    [[nodiscard]] base::Outcome<RebuildError> add(ports::JournalEntry entry,
                                                  const ReplyOf& reply_of);
    /// Commits what is not committed yet.
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

/// Called now and then with the records done and the records in all.
using RebuildProgress = std::function<void(model::Sequence done, model::Sequence total)>;

/// Copies the journal of `from` into `into`, up to and with record `last`, and makes the rows anew.
/// Answers the head that `into` then has.
[[nodiscard]] base::Result<model::Head, RebuildError> rebuild(ports::StoreReader& from,
                                                              ports::Store& into,
                                                              model::Sequence last,
                                                              const RebuildProgress& progress);

/// 64 hexadecimal digits over all rows of all tables in one snapshot, the journal's head included:
/// equal states have equal hashes, in whatever order their rows were written.
[[nodiscard]] ports::StoreResult<std::string> state_hash(ports::StoreReader& reader);

}  // namespace botcore::runtime
