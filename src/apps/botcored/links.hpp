#pragma once

/// Makes the services that connect the daemon to its archive and to the analysis service.

#include "apps/botcored/process.hpp"
#include "apps/botcored/trading_service.hpp"
#include "apps/wiring/archive_link.hpp"
#include "host/service.hpp"
#include "services/analysis/analysis_link.hpp"

#include <memory>

namespace botcore::apps {

/// Null if no analysis service is configured. The process must outlive the link.
[[nodiscard]] base::Result<std::unique_ptr<analysis::AnalysisLink>, host::StartFailure>
make_analysis_link(Process& process);

/// The arguments must outlive the link. For a few seconds, entries wait for the
/// archive's verdict on the store.
[[nodiscard]] base::Result<std::unique_ptr<ArchiveLink>, host::StartFailure> make_archive_link(
    Process& process, ports::Notifier& notifier, TradingService& trading);

}  // namespace botcore::apps
