#pragma once

/// Evaluates the table of alerts on the process's own metrics and reports what begins and what
/// ends. Alerts that fire are remembered over restarts.
///
/// Threads: the loop thread.

#include "host/service.hpp"
#include "observability/log.hpp"
#include "observability/metrics.hpp"
#include "operations/alert_evaluator.hpp"
#include "ports/notifier.hpp"
#include "ports/service_store.hpp"

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace botcore::alerts {

class AlertService final : public host::Service {
public:
    /// The time between two evaluations.
    static constexpr base::Duration kEvery = base::Duration::seconds(5);

    /// All references must outlive the service.
    struct Parts {
        observability::Metrics& metrics;
        observability::Log& log;
        ports::Notifier& notifier;
        ports::ServiceStore& store;
        /// Brings the metrics up to date.
        std::function<void()> measure;
        /// Whether this time lies in a planned maintenance window.
        std::function<bool(base::Timestamp)> planned;
        /// Called for each alert that begins or ends, before the notice is sent.
        std::function<void(const operations::AlertChange&, base::Timestamp)> changed;
    };

    /// Continues the alerts that fired when the previous process ended. The error says why they
    /// cannot be read.
    [[nodiscard]] static base::Result<std::unique_ptr<AlertService>, std::string> make(Parts parts);

    void tick(const model::Now& now) override;

    /// All alerts whose condition holds, sorted by name.
    [[nodiscard]] std::vector<operations::Alert> alerts() const { return evaluator_.alerts(); }

private:
    AlertService(Parts parts, const std::vector<operations::FiredBefore>& fired_before);

    void report(const operations::AlertChange& change, base::Timestamp now);
    void count_firing();

    Parts parts_;
    operations::AlertEvaluator evaluator_;
    std::optional<base::Timestamp> evaluated_;  ///< On the monotonic clock.
};

}  // namespace botcore::alerts
