#pragma once

/// A store that writes to the log whenever a commit does not succeed, and passes everything on.
/// Failures in a row are an alert: one line of severity critical, and one when it is over.

#include "ports/store.hpp"
#include "shell/log/log.hpp"

#include <cstdint>
#include <string_view>

namespace botcore::shell {

/// So many commits in a row that fail are no accident (R4-FAIL-10).
inline constexpr std::int64_t kFailuresToAlert = 3;

class LoggedStore final : public ports::Store {
public:
    /// Both outlive this.
    LoggedStore(ports::Store& store, log::Log& log) : store_(store), log_(log) {}

    /// Rows that are not what was written are told, each in a line.
    ports::StoreResult<ports::OpenState> load() override;

    ports::CommitResult commit(const ports::Batch& batch) override;

    model::StorageState storage_state() override { return store_.storage_state(); }

    void maintain() override { store_.maintain(); }

    ports::StoreReader& reader() override { return store_.reader(); }

private:
    void log_lost(log::LogEvent event, std::string_view message, const ports::Batch& batch);
    void count_failure(std::int64_t first);
    void count_success();

    ports::Store& store_;
    log::Log& log_;
    std::int64_t failures_ = 0;  ///< In a row.
};

}  // namespace botcore::shell
