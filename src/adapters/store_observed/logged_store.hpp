#pragma once

/// A store decorator that logs each commit that does not succeed and forwards every call.
/// Consecutive failures raise an alert: one critical notice, and one when commits succeed again.

#include "observability/log.hpp"
#include "ports/notifier.hpp"
#include "ports/store.hpp"

#include <cstdint>
#include <string_view>

namespace botcore::store_observed {

/// This many consecutive failures raise an alert (R4-FAIL-10).
inline constexpr std::int64_t kFailuresToAlert = 3;

class LoggedStore final : public ports::Store {
public:
    /// All three must outlive this object.
    LoggedStore(ports::Store& store, observability::Log& log, ports::Notifier& notifier)
        : store_(store),
          log_(log),
          notifier_(notifier) {}

    /// Each row that differs from what was written is logged on a line of its own.
    ports::StoreResult<ports::OpenState> load() override;

    ports::CommitResult commit(const ports::Batch& batch) override;

    model::StorageState storage_state() override { return store_.storage_state(); }

    void maintain() override { store_.maintain(); }

    ports::StoreReader& reader() override { return store_.reader(); }

private:
    void log_lost(observability::LogEvent event,
                  std::string_view message,
                  const ports::Batch& batch);
    void count_failure(std::int64_t first);
    void count_success();

    ports::Store& store_;
    observability::Log& log_;
    ports::Notifier& notifier_;
    std::int64_t failures_ = 0;  ///< Consecutive failures.
};

}  // namespace botcore::store_observed
