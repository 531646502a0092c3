#include "apps/botcored/market_service.hpp"

#include "apps/wiring/market_source.hpp"

#include <sysexits.h>

namespace botcore::apps {

base::Result<std::unique_ptr<MarketService>, host::StartFailure> MarketService::make(
    Process& process) {
    std::unique_ptr<MarketService> service(new MarketService(process));
    auto& market = *service;
    market.source_ = TRY(or_exit_with(
        EX_CONFIG, make_market_source(process.config, market.paper_.market_sink(), [&market] {
            market.wake_();
        })));
    return service;
}

}  // namespace botcore::apps
