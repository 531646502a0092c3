#include "shell/daemon/market_teller.hpp"

namespace botcore::shell {

void MarketTeller::look(const std::string& trouble) {
    if (trouble == told_) return;
    const bool lost = !trouble.empty();
    const std::string& cause = lost ? trouble : told_;
    parts_.log.tell(lost ? log::Happening::ConnectionLost : log::Happening::Reconnected,
                    lost ? "the market source failed" : "the market source is back",
                    {{"operation", "market"}, {"cause", cause}});
    parts_.publish(protocol::connection_error(
        {.peer = "market_data", .message = cause, .recovered = !lost}, parts_.now()));
    told_ = trouble;
}

}  // namespace botcore::shell
