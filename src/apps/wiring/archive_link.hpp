#pragma once

/// The daemon's archive: built from the configuration, reported in metrics and health. Publishes
/// the results of its daily jobs.
///
/// Threads: the loop thread.

#include "apps/wiring/archive_places.hpp"
#include "host/config.hpp"
#include "host/health_prober.hpp"
#include "observability/log.hpp"
#include "observability/metrics.hpp"
#include "ports/notifier.hpp"
#include "services/archive/archive_service.hpp"

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace botcore::apps {

class ArchiveLink {
public:
    /// All references must outlive the link.
    struct Parts {
        std::filesystem::path data;
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

    /// Updates the metrics of the archive's progress. Call it about four times a second.
    void tick();

    /// Reports to the runtime at the start what the archives show about the store: either that it
    /// may continue, or that acknowledged records are missing from it. An archive that cannot be
    /// reached contributes nothing.
    void report_to(runtime::Runtime& runtime) const;

    /// Adds two components to the health: the archive, and the result of the last check of the
    /// books. The link must outlive the prober.
    void add_to(host::HealthProber& prober, const runtime::Runtime& runtime);

    [[nodiscard]] archive::ArchiveService& service() { return *service_; }

    /// False: a thread hangs, and the process should exit without destroying anything.
    [[nodiscard]] bool stop();

private:
    explicit ArchiveLink(Parts parts) : parts_(std::move(parts)) {}

    void warn_of_weak_places(const host::Config& config) const;
    void remember(const std::string& place) const;
    [[nodiscard]] host::ProbeReply archive_health() const;
    [[nodiscard]] std::optional<host::ProbeReply> jobs_health(base::Timestamp now) const;
    [[nodiscard]] std::string drill_text(base::Timestamp now) const;
    void show_drills(base::Timestamp now);
    [[nodiscard]] host::ProbeReply books_health(const runtime::Runtime& runtime) const;
    void finished(const archive::JobResult& result);
    void report_findings(const runtime::VerifyReport& report);

    Parts parts_;
    archive::ArchiveStatus status_;
    std::vector<std::uint64_t> failures_;  ///< Of each repository, when last logged.
    std::optional<base::Timestamp>
        signature_asked_;  ///< When the log last asked for a drill's signature.
    std::unique_ptr<archive::ArchiveService> service_;
};

}  // namespace botcore::apps
