#pragma once

/// A decorator of a store that forwards every call, and measures each commit and each read.

#include "observability/metrics.hpp"
#include "ports/store.hpp"

namespace botcore::store_observed {

class MeasuredReader final : public ports::StoreReader {
public:
    /// Both must outlive this object.
    MeasuredReader(ports::StoreReader& reader, observability::Metrics& metrics)
        : reader_(reader),
          metrics_(metrics) {}

    ports::StoreResult<std::optional<ports::KeyRow>> find_key(
        const model::Owner& owner, const model::IdempotencyKey& key) override;
    ports::StoreResult<std::optional<ports::LiveOrder>> find_order(
        model::OrderNumber number) override;
    ports::StoreResult<std::vector<model::Order>> orders(const ports::OrderQuery& query) override;
    ports::StoreResult<std::vector<model::Fill>> fills(const ports::FillQuery& query) override;
    ports::StoreResult<std::vector<ports::JournalEntry>> journal(model::Sequence first,
                                                                 std::size_t limit) override;
    ports::StoreResult<model::Head> head() override;

    base::Outcome<ports::StoreError> visit_rows(const ports::RowVisitor& visitor) override {
        return reader_.visit_rows(visitor);
    }

    base::Outcome<ports::StoreError> begin_snapshot() override { return reader_.begin_snapshot(); }

    void end_snapshot() override { reader_.end_snapshot(); }

private:
    ports::StoreReader& reader_;
    observability::Metrics& metrics_;
};

class MeasuredStore final : public ports::Store {
public:
    /// Both must outlive this object.
    MeasuredStore(ports::Store& store, observability::Metrics& metrics)
        : store_(store),
          metrics_(metrics),
          reader_(store.reader(), metrics) {}

    ports::StoreResult<ports::OpenState> load() override;

    ports::CommitResult commit(const ports::Batch& batch) override;

    model::StorageState storage_state() override { return store_.storage_state(); }

    void maintain() override { store_.maintain(); }

    ports::StoreReader& reader() override { return reader_; }

private:
    ports::Store& store_;
    observability::Metrics& metrics_;
    MeasuredReader reader_;
};

}  // namespace botcore::store_observed
