#pragma once

/// A store decorator that logs each commit that does not succeed.
/// Consecutive failures raise an alert: one critical notice, and one when commits succeed again.

#include "observability/log.hpp"
#include "ports/forwarding_store.hpp"
#include "ports/notifier.hpp"

#include <cstdint>
#include <string_view>

namespace botcore::store_observed {

/// This many consecutive failures raise an alert (R4-FAIL-10).
inline constexpr std::int64_t kFailuresToAlert = 3;

class LoggedStore final : public ports::ForwardingStore {
public:
    /// All three must outlive this object.
    LoggedStore(ports::Store& store, observability::Log& log, ports::Notifier& notifier)
        : ForwardingStore(store),
          log_(log),
          notifier_(notifier) {}

    /// Each row that differs from what was written is logged on a line of its own.
    ports::StoreResult<ports::OpenState> load() override;

    void commit(const ports::Batch& batch, ports::CommitDone done) override;

private:
    void log_result(const ports::Batch& batch, ports::CommitResult result);
    void log_lost(observability::LogEvent event,
                  std::string_view message,
                  const ports::Batch& batch);
    void count_failure(std::int64_t first);
    void count_success();

    observability::Log& log_;
    ports::Notifier& notifier_;
    std::int64_t failures_ = 0;  ///< Consecutive failures.
};

}  // namespace botcore::store_observed
