#include "shell/daemon/market_source_monitor.hpp"

namespace botcore::shell {

void MarketSourceMonitor::update(const std::string& trouble) {
    if (trouble == reported_) return;
    const bool lost = !trouble.empty();
    const std::string& cause = lost ? trouble : reported_;
    parts_.log.event(lost ? log::LogEvent::ConnectionLost : log::LogEvent::Reconnected,
                     lost ? "the market source failed" : "the market source is back",
                     {{"operation", "market"}, {"cause", cause}});
    parts_.publish(protocol::connection_error(
        {.peer = "market_data", .message = cause, .recovered = !lost}, parts_.now()));
    reported_ = trouble;
}

}  // namespace botcore::shell
