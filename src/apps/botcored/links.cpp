#include "apps/botcored/links.hpp"

#include <sysexits.h>

#include <functional>
#include <utility>

namespace botcore::apps {

namespace {

constexpr base::Duration kArchiveAwaited = base::Duration::seconds(5);

}  // namespace

base::Result<std::unique_ptr<analysis::AnalysisLink>, host::StartFailure> make_analysis_link(
    Process& process) {
    auto link =
        TRY(or_exit_with(EX_CONFIG,
                         analysis::AnalysisLink::make(
                             process.config,
                             {process.context, process.log, process.folder.path(), random_seed()},
                             analysis::counts_of(process.metrics))));
    if (link) link->show_breakers(process.metrics);
    return link;
}

base::Result<std::unique_ptr<ArchiveLink>, host::StartFailure> make_archive_link(
    Process& process, ports::Notifier& notifier, TradingService& trading) {
    auto link = TRY(or_exit_with(
        EX_CONFIG,
        ArchiveLink::make(
            process.config,
            {.data = process.folder.path(),
             .runtime = trading.runtime(),
             .log = process.log,
             .metrics = process.metrics,
             .notifier = notifier,
             .now = &host::wall_time,
             .post = [&process](std::function<void()> work) { process.post(std::move(work)); },
             .in_doubt = trading.in_doubt()})));
    // Entries wait for the archive's verdict on the store; exits never wait.
    trading.runtime().await_archive(process.clock.now().monotonic + kArchiveAwaited);
    return link;
}

}  // namespace botcore::apps
