#pragma once

/// One connection that reads a shard's rows: for the start, for the reader's single queries, and
/// for a long snapshot. Used by one thread at a time.
///
/// Q1  Outside `begin` and `end` every call sees the newest commit; between them, all calls see one
///     state.
/// Q2  No call leaves a read transaction open, so that checkpoints are not delayed.

#include "adapters/store_sqlite/database.hpp"
#include "adapters/store_sqlite/row_images.hpp"
#include "ports/store.hpp"

#include <string>
#include <vector>

namespace botcore::store_sqlite {

using ports::StoreError;
using ports::StoreResult;
using StoreOutcome = base::Outcome<StoreError>;

[[nodiscard]] StoreError store_error_of(const SqlError& error);

class ReadSession {
public:
    ReadSession() = default;

    /// Prepares its statements on the connection and takes ownership of it.
    [[nodiscard]] static SqlResult<ReadSession> open(Database database);

    [[nodiscard]] StoreOutcome begin();
    void end();

    /// Queries that still run at `until` return TimedOut; empty: no limit.
    void limit(std::optional<std::chrono::steady_clock::time_point> until) {
        database_.limit_reads(until);
    }

    /// Reads everything that the start needs, in one snapshot of its own, and checks that head and
    /// journal agree. Rows that are not what was written are listed as doubts.
    [[nodiscard]] StoreResult<ports::OpenState> load();

    /// The images of the rows of the last load.
    [[nodiscard]] const RowImages& images() const { return images_; }

    [[nodiscard]] StoreResult<model::Head> head();
    [[nodiscard]] StoreResult<std::vector<ports::JournalEntry>> journal(model::Sequence first,
                                                                        std::size_t limit);
    [[nodiscard]] StoreResult<std::optional<ports::KeyRow>> find_key(
        const model::Owner& owner, const model::IdempotencyKey& key);
    [[nodiscard]] StoreResult<std::optional<ports::LiveOrder>> find_order(
        model::OrderNumber number);
    [[nodiscard]] StoreResult<std::vector<model::Order>> orders(const ports::OrderQuery& query);
    /// The result may exceed the limit by the remaining fills of its last record, so that a record
    /// is never split: the next page begins with another record.
    [[nodiscard]] StoreResult<std::vector<model::Fill>> fills(const ports::FillQuery& query);
    [[nodiscard]] StoreResult<std::vector<model::Account>> accounts();
    [[nodiscard]] StoreOutcome visit_rows(const ports::RowVisitor& visitor);

private:
    [[nodiscard]] SqlOutcome prepare_state();
    [[nodiscard]] SqlOutcome prepare_history();
    [[nodiscard]] StoreResult<ports::OpenState> load_rows();
    template <class Row>
    [[nodiscard]] StoreOutcome load_kind(ports::OpenState& snapshot);
    template <class Row>
    [[nodiscard]] StoreOutcome visit_kind(const ports::RowVisitor& visitor);
    template <class Row>
    void check_row(const Row& row, const RowImage& image, ports::OpenState& snapshot);
    [[nodiscard]] StoreOutcome check_sum(ports::OpenState& snapshot);
    [[nodiscard]] StoreOutcome check_head(const model::Head& head);
    [[nodiscard]] StoreOutcome read_brackets(model::Instrument& instrument);
    [[nodiscard]] StoreResult<std::vector<std::uint64_t>> trade_ids(model::OrderNumber number);

    template <class Row>
    using StatementOf = Statement;

    Database database_;
    model::PerRowKind<StatementOf> open_rows_, all_rows_;
    Statement begin_, end_, sum_;
    RowImages images_;
    Statement head_, journal_, brackets_, trades_of_order_;
    Statement find_key_, find_order_;
    Statement orders_, orders_of_symbol_, live_orders_of_account_, live_orders_of_symbol_;
    Statement failed_orders_, failed_orders_of_symbol_, imported_orders_;
    Statement fills_, fills_of_symbol_, fills_forward_;
};

}  // namespace botcore::store_sqlite
