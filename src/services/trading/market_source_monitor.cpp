#include "services/trading/market_source_monitor.hpp"

namespace botcore::trading {

void MarketSourceMonitor::update(const std::string& error_text) {
    if (error_text == reported_) return;
    const bool lost = !error_text.empty();
    const std::string& cause = lost ? error_text : reported_;
    parts_.log.event(
        lost ? observability::LogEvent::ConnectionLost : observability::LogEvent::Reconnected,
        lost ? "the market source failed" : "the market source works again",
        {{"operation", "market"}, {"cause", cause}});
    parts_.publish(protocol::connection_error(
        {.peer = "market_data", .message = cause, .recovered = !lost}, parts_.now()));
    reported_ = error_text;
}

}  // namespace botcore::trading
