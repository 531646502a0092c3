#pragma once

/// The archive as the daemon has it: made from the configuration, shown in metrics and health, and
/// what its daily work finds is told.
///
/// Threads: the thread of the loop.

#include "shell/archive/archive_service.hpp"
#include "shell/config/config.hpp"
#include "shell/daemon/archive_places.hpp"
#include "shell/health/health_prober.hpp"
#include "shell/log/log.hpp"
#include "shell/metrics/metrics.hpp"

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace botcore::shell {

class ArchiveLink {
public:
    /// All outlive the link.
    struct Parts {
        std::filesystem::path data;
        log::Log& log;
        metrics::Metrics& metrics;
        std::function<base::Timestamp()> now;  ///< Asked from the archive's threads, too.
        /// Runs something on the loop's thread; called from the archive's.
        std::function<void(std::function<void()>)> post;
        /// A check found that the account's money is in doubt.
        std::function<void(const model::AccountId&, const std::string& evidence)> in_doubt;
    };

    /// Nothing where no archive is configured. The text says which key is wrong and why.
    [[nodiscard]] static base::Result<std::unique_ptr<ArchiveLink>, std::string> make(
        const Config& config, Parts parts);

    /// Shows how far the archive is. Call it about four times a second.
    void tick();

    /// Tells the runtime what the archives say of the store at the start: that it may go on, or
    /// that acknowledged records are missing from it. An archive that cannot be reached says
    /// nothing.
    void report_to(runtime::Runtime& runtime) const;

    /// Two parts of the health: the archive, and what the last check of the books found. The link
    /// outlives the prober.
    void add_to(health::HealthProber& prober, const runtime::Runtime& runtime);

    [[nodiscard]] archive::ArchiveService& service() { return *service_; }

    /// False: a thread hangs, and the process should end without tearing anything down.
    [[nodiscard]] bool stop();

private:
    explicit ArchiveLink(Parts parts) : parts_(std::move(parts)) {}

    void warn_of_weak_places(const Config& config) const;
    void remember(const std::string& place) const;
    [[nodiscard]] health::ProbeReply archive_health() const;
    [[nodiscard]] std::optional<health::ProbeReply> jobs_health(base::Timestamp now) const;
    [[nodiscard]] std::string drill_text(base::Timestamp now) const;
    void show_drills(base::Timestamp now);
    [[nodiscard]] health::ProbeReply books_health(const runtime::Runtime& runtime) const;
    void finished(const archive::JobResult& result);
    void report_findings(const runtime::VerifyReport& report);

    Parts parts_;
    archive::ArchiveStatus status_;
    std::vector<std::uint64_t> failures_;             ///< Of each repository, as told in the log.
    std::optional<base::Timestamp> signature_asked_;  ///< When the log last asked for one.
    std::unique_ptr<archive::ArchiveService> service_;
};

}  // namespace botcore::shell
