#pragma once

/// A store that writes to the log whenever a commit does not succeed, and passes everything on.

#include "ports/store.hpp"
#include "shell/log/log.hpp"

namespace botcore::shell {

class LoggedStore final : public ports::Store {
public:
    /// Both outlive this.
    LoggedStore(ports::Store& store, log::Log& log) : store_(store), log_(log) {}

    ports::StoreResult<ports::Snapshot> load() override { return store_.load(); }

    ports::CommitResult commit(const ports::Batch& batch) override;

    model::StorageState storage_state() override { return store_.storage_state(); }

    void maintain() override { store_.maintain(); }

    ports::StoreReader& reader() override { return store_.reader(); }

private:
    ports::Store& store_;
    log::Log& log_;
};

}  // namespace botcore::shell
