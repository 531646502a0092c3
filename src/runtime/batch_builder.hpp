#pragma once

/// Collects the decisions of one group commit into a `Batch`: records chained by their hashes, and
/// each changed row once, with its final image.

#include "core/decision.hpp"
#include "ports/store.hpp"

#include <functional>
#include <map>
#include <set>
#include <string>
#include <utility>

namespace botcore::runtime {

class BatchBuilder {
public:
    /// Begins a batch that extends `head` under `epoch`.
    void begin(const model::Head& head, model::Epoch epoch);

    /// Adds a decision's record and rows. `state` is the engine's state after the decision.
    void add(const model::Input& input, core::Decision& decision, const core::State& state);

    /// Adds a record that is already stored elsewhere; used when rows are rebuilt.
    void add(ports::JournalEntry entry, const model::Record& record);

    /// Sets the reply bytes stored under a key that this batch completes.
    void set_reply(const core::KeyId& key, std::string body);

    /// Replies stored with this record or earlier ones may be removed.
    void expire_replies(model::Sequence until) { batch_.replies_expired_until = until; }

    /// The reply of a key completed in this batch; `nullptr` when there is none.
    [[nodiscard]] const ports::KeyRow* find_key(const core::KeyId& key) const;

    [[nodiscard]] bool empty() const { return batch_.entries.empty(); }

    /// The head after the batch.
    [[nodiscard]] const model::Head& head() const { return head_; }

    [[nodiscard]] std::size_t size() const { return batch_.entries.size(); }

    /// The batch's records, in their order.
    [[nodiscard]] const std::vector<model::Record>& records() const { return records_; }

    using Balances = std::function<const model::Balance&(const model::AccountId& account,
                                                         const model::Asset& asset)>;

    /// The finished batch. Balances are read at this call, not when the rows were added.
    [[nodiscard]] const ports::Batch& finish(const core::State& state);
    [[nodiscard]] const ports::Batch& finish(const Balances& balances);

private:
    void add_rows(const model::Outcome& outcome);
    template <class Row>
    void add_row(const Row& row);

    /// Where the batch contains the row with a key.
    template <class Row>
    using Places = std::map<model::KeyOf<Row>, std::size_t>;

    ports::Batch batch_;
    model::Head head_;
    model::PerRowKind<Places> places_;
    std::set<std::pair<model::AccountId, model::Asset>> balances_;
    std::vector<model::Record> records_;
};

}  // namespace botcore::runtime
