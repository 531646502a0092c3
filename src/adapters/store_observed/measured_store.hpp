#pragma once

/// A decorator of a store that measures each commit and each read.

#include "observability/metrics.hpp"
#include "ports/forwarding_store.hpp"

#include <chrono>

namespace botcore::store_observed {

class MeasuredReader final : public ports::ForwardingReader {
public:
    /// Both must outlive this object.
    MeasuredReader(ports::StoreReader& reader, observability::Metrics& metrics)
        : ForwardingReader(reader),
          seconds_(metrics.histogram("db_query_duration_seconds")) {}

    ports::StoreResult<std::optional<ports::KeyRow>> find_key(
        const model::Owner& owner, const model::IdempotencyKey& key) override;
    ports::StoreResult<std::optional<ports::LiveOrder>> find_order(
        model::OrderNumber number) override;
    ports::StoreResult<std::vector<model::Order>> orders(const ports::OrderQuery& query) override;
    ports::StoreResult<std::vector<model::Fill>> fills(const ports::FillQuery& query) override;
    ports::StoreResult<std::vector<ports::JournalEntry>> journal(model::Sequence first,
                                                                 std::size_t limit) override;
    ports::StoreResult<model::Head> head() override;

private:
    observability::HistogramLine seconds_;
};

class MeasuredStore final : public ports::ForwardingStore {
public:
    /// Both must outlive this object.
    MeasuredStore(ports::Store& store, observability::Metrics& metrics);

    ports::StoreResult<ports::OpenState> load() override;

    void commit(const ports::Batch& batch, ports::CommitDone done) override;

    ports::StoreReader& reader() override { return reader_; }

private:
    void measure(const ports::Batch& batch,
                 ports::CommitResult result,
                 std::chrono::nanoseconds took);

    observability::Metrics& metrics_;
    MeasuredReader reader_;
    observability::HistogramLine commit_seconds_;
    observability::HistogramLine execution_seconds_;
    observability::CounterLine committed_;
    observability::CounterLine trades_;
    observability::CounterLine orders_;
    observability::CounterLine refused_;
    observability::CounterLine filled_;
    observability::CounterLine failed_;
};

}  // namespace botcore::store_observed
