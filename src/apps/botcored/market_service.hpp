#pragma once

/// The source of prices, and the exchange of the paper accounts, which trades at these prices.
///
/// Threads: the loop thread.

#include "adapters/exchange_paper/paper_exchange.hpp"
#include "apps/botcored/process.hpp"
#include "host/service.hpp"
#include "ports/market_source.hpp"

#include <functional>
#include <memory>
#include <utility>

namespace botcore::apps {

class MarketService final : public host::Service {
public:
    /// The process must outlive the service.
    [[nodiscard]] static base::Result<std::unique_ptr<MarketService>, host::StartFailure> make(
        Process& process);

    [[nodiscard]] ports::MarketSource& source() { return *source_; }

    [[nodiscard]] ports::MarketData& data() { return source_->data(); }

    [[nodiscard]] ports::Exchange& paper() { return paper_; }

    /// Sets the function that is called when the source has new events. Any thread may call it. It
    /// must be set before the source starts.
    void on_events(std::function<void()> wake) { wake_ = std::move(wake); }

private:
    explicit MarketService(Process& process)
        : paper_([&clock = process.clock] { return clock.now().time; }) {}

    exchange_paper::PaperExchange paper_;
    std::function<void()> wake_ = [] {};
    std::unique_ptr<ports::MarketSource> source_;
};

}  // namespace botcore::apps
