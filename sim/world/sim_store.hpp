#pragma once

/// An in-memory store with the semantics and the failure modes of a real one: compare-and-set on
/// head and epoch, atomic batches, commits that fail before or after they took effect, failing
/// reads, periods in which only the reserved disk space is left. Committed data survive every
/// crash.
///
/// T1  The checker sees each committed batch before the commit returns to the caller.

#include "ports/store.hpp"
#include "sim/checkers/checker.hpp"
#include "sim/world/faults.hpp"

#include <functional>
#include <map>
#include <utility>

namespace botcore::sim {

class SimStore final : public ports::Store, public ports::StoreReader {
public:
    template <class Row>
    using Table = std::map<model::KeyOf<Row>, ports::Stored<Row>>;

    /// The whole content of the store.
    struct Tables {
        model::Head head;
        std::vector<ports::JournalEntry> journal;
        model::PerRowKind<Table> rows;
        std::map<model::OrderNumber, std::vector<std::uint64_t>> trade_ids;
    };

    SimStore(checkers::Checker& checker, Faults& faults) : checker_(checker), faults_(faults) {}

    [[nodiscard]] ports::StoreResult<ports::OpenState> load() override;
    void commit(const ports::Batch& batch, ports::CommitDone done) override;

    [[nodiscard]] model::StorageState storage_state() override { return storage_; }

    void maintain() override {}

    [[nodiscard]] ports::StoreReader& reader() override { return *this; }

    [[nodiscard]] ports::StoreResult<std::optional<ports::KeyRow>> find_key(
        const model::Owner& owner, const model::IdempotencyKey& key) override;
    [[nodiscard]] ports::StoreResult<std::optional<ports::LiveOrder>> find_order(
        model::OrderNumber number) override;
    [[nodiscard]] ports::StoreResult<std::vector<model::Order>> orders(
        const ports::OrderQuery& query) override;
    [[nodiscard]] ports::StoreResult<std::vector<model::Fill>> fills(
        const ports::FillQuery& query) override;
    [[nodiscard]] ports::StoreResult<std::vector<ports::JournalEntry>> journal(
        model::Sequence first, std::size_t limit) override;

    [[nodiscard]] ports::StoreResult<model::Head> head() override { return tables_.head; }

    [[nodiscard]] base::Outcome<ports::StoreError> visit_rows(
        const ports::RowVisitor& visitor) override;

    [[nodiscard]] base::Outcome<ports::StoreError> begin_snapshot() override {
        return base::Done{};
    }

    void end_snapshot() override {}

    void set_storage(model::StorageState state) { storage_ = state; }

    [[nodiscard]] model::StorageState storage_state_seen() const { return storage_; }

    /// Sets a function that ends the process within the running call.
    void set_killer(std::function<void()> kill) { kill_ = std::move(kill); }

    /// Sets a function that runs its argument at some later time; commits that are completed later
    /// use it.
    void set_later(std::function<void(std::function<void()>)> later) { later_ = std::move(later); }

    /// Sets a function called after each committed batch.
    void set_witness(std::function<void()> witness) { witness_ = std::move(witness); }

    /// The next load reports that this row differs from what was written.
    void put_in_doubt(ports::RowInDoubt doubt) { doubts_.push_back(std::move(doubt)); }

    /// Sets the store back to its content right after record `last`, like a restore from an older
    /// copy.
    void restore(model::Sequence last) { restore(tables_, last); }

    /// Replaces the content by the records of `source` up to `last`, like a restore from an
    /// archive.
    void restore(Tables source, model::Sequence last);

    /// The whole content, as an archive has it.
    [[nodiscard]] const Tables& tables() const { return tables_; }

    /// From the next load on, the store reports that it is behind its archive. Empty: it is not.
    void set_behind(std::string evidence) { behind_ = std::move(evidence); }

    /// All rows, for the checker.
    [[nodiscard]] checkers::Rows rows() const;

    /// The committed row of a key; `nullptr` when there is none.
    [[nodiscard]] const ports::KeyRow* key_row(const checkers::KeyName& key) const;

    /// Committed live orders of all accounts, by number.
    [[nodiscard]] std::vector<model::Order> live_orders() const;

    /// The committed rows of one kind.
    template <class Row>
    [[nodiscard]] const Table<Row>& table() const {
        return tables_.rows.of<Row>();
    }

private:
    [[nodiscard]] ports::CommitResult commit_at_once(const ports::Batch& batch);
    void write(const ports::Batch& batch);
    void report_damage(ports::OpenState& snapshot);

    /// Restores are free of faults.
    [[nodiscard]] bool strikes(Fault fault) { return !restoring_ && faults_.strikes(fault); }

    [[nodiscard]] ports::LiveOrder with_trades(const model::Order& order) const;

    checkers::Checker& checker_;
    Faults& faults_;
    std::function<void()> kill_;
    std::function<void(std::function<void()>)> later_;
    std::function<void()> witness_;
    model::StorageState storage_ = model::StorageState::Normal;

    Tables tables_;
    std::vector<ports::RowInDoubt> doubts_;
    std::string behind_;
    bool restoring_ = false;
};

}  // namespace botcore::sim
