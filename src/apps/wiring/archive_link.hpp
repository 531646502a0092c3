#pragma once

/// The daemon's archive: built from the configuration, reported in metrics, in the health and to
/// the runtime. Publishes the results of its daily jobs.
///
/// Threads: the loop thread.

#include "apps/wiring/archive_places.hpp"
#include "host/config.hpp"
#include "host/service.hpp"
#include "observability/log.hpp"
#include "observability/metrics.hpp"
#include "ports/notifier.hpp"
#include "runtime/runtime.hpp"
#include "services/archive/archive_service.hpp"

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace botcore::apps {

class ArchiveLink final : public host::Service {
public:
    /// All references must outlive the link.
    struct Parts {
        std::filesystem::path data;
        runtime::Runtime& runtime;
        observability::Log& log;
        observability::Metrics& metrics;
        ports::Notifier& notifier;
        std::function<base::Timestamp()> now;  ///< Also called from the archive's threads.
        /// Runs a function on the loop thread; called from the archive's threads.
        std::function<void(std::function<void()>)> post;
        /// Called when a check finds that the account's money is in doubt.
        std::function<void(const model::AccountId&, const std::string& evidence)> in_doubt;
    };

    /// Without a configured archive the link only checks the books. The error names the wrong key
    /// and the cause.
    [[nodiscard]] static base::Result<std::unique_ptr<ArchiveLink>, std::string> make(
        const host::Config& config, Parts parts);

    /// Updates the metrics of the archive's progress, and reports to the runtime what the archives
    /// show about the store: either that it may continue, or that acknowledged records are missing
    /// from it. An archive that cannot be reached contributes nothing.
    void tick(const model::Now& now) override;

    /// Adds two components to the health: the archive, and the result of the last check of the
    /// books. The link must outlive the prober's last report.
    void add_probes(host::HealthProber& prober) override;

    [[nodiscard]] bool stop() override;

private:
    explicit ArchiveLink(Parts parts) : parts_(std::move(parts)) {}

    void update();
    void report_to_runtime() const;
    void warn_of_single_points_of_loss(const host::Config& config) const;
    void remember(const std::string& place) const;
    [[nodiscard]] host::ProbeReply archive_health() const;
    [[nodiscard]] std::optional<host::ProbeReply> jobs_health(base::Timestamp now) const;
    [[nodiscard]] std::string drill_text(base::Timestamp now) const;
    void show_drills(base::Timestamp now);
    [[nodiscard]] host::ProbeReply books_health() const;
    void finished(const archive::JobResult& result);
    void show_snapshot(const archive::JobResult& result);
    void report_findings(const runtime::VerifyReport& report);

    Parts parts_;
    archive::ArchiveStatus status_;
    std::vector<std::uint64_t> failures_;  ///< Of each repository, when last logged.
    std::optional<base::Timestamp>
        signature_asked_;  ///< When the log last asked for a drill's signature.
    std::unique_ptr<archive::ArchiveService> service_;
};

}  // namespace botcore::apps
