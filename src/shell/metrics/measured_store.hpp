#pragma once

/// A store that measures each commit of the store behind it and passes everything on.

#include "ports/store.hpp"
#include "shell/metrics/metrics.hpp"

namespace botcore::shell::metrics {

class MeasuredStore final : public ports::Store {
public:
    /// Both outlive this.
    MeasuredStore(ports::Store& store, Metrics& metrics) : store_(store), metrics_(metrics) {}

    ports::StoreResult<ports::Snapshot> load() override { return store_.load(); }

    ports::CommitResult commit(const ports::Batch& batch) override;

    model::StorageState storage_state() override { return store_.storage_state(); }

    void maintain() override { store_.maintain(); }

    ports::StoreReader& reader() override { return store_.reader(); }

private:
    ports::Store& store_;
    Metrics& metrics_;
};

}  // namespace botcore::shell::metrics
