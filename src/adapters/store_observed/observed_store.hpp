#pragma once

/// A decorator of a store that measures each commit and each read, and logs each commit that does
/// not succeed. Consecutive failures raise an alert: one critical notice, and one when commits
/// succeed again.

#include "base/time.hpp"
#include "observability/log.hpp"
#include "observability/metrics.hpp"
#include "ports/forwarding_store.hpp"
#include "ports/notifier.hpp"

#include <chrono>
#include <cstdint>
#include <functional>
#include <string_view>
#include <utility>

namespace botcore::store_observed {

/// This many consecutive failures raise an alert (R4-FAIL-10).
inline constexpr std::int64_t kFailuresToAlert = 3;

class ObservedReader final : public ports::ForwardingReader {
public:
    /// Both must outlive this object.
    ObservedReader(ports::StoreReader& reader, observability::Metrics& metrics)
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

class ObservedStore final : public ports::ForwardingStore {
public:
    /// All must outlive this object.
    struct Parts {
        observability::Metrics& metrics;
        observability::Log& log;
        ports::Notifier& notifier;
    };

    ObservedStore(ports::Store& store, const Parts& parts);

    /// Each row that differs from what was written is logged on a line of its own.
    ports::StoreResult<ports::OpenState> load() override;

    /// Called at the end of each later `load`, on its thread.
    using Loaded = std::function<void(bool succeeded, base::Duration took)>;

    void on_load(Loaded loaded) { loaded_ = std::move(loaded); }

    void commit(const ports::Batch& batch, ports::CommitDone done) override;

    ports::StoreReader& reader() override { return reader_; }

private:
    void log_result(const ports::Batch& batch, ports::CommitResult result);
    void log_lost(observability::LogEvent event,
                  std::string_view message,
                  const ports::Batch& batch);
    void count_failure(std::int64_t first);
    void count_success();
    void measure(const ports::Batch& batch,
                 ports::CommitResult result,
                 std::chrono::nanoseconds took);

    Parts parts_;
    Loaded loaded_;              ///< May be empty.
    std::int64_t failures_ = 0;  ///< Consecutive failures.
    ObservedReader reader_;
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
