#pragma once

/// The trading: the runtime with its exchanges and everything that follows its commits, and the
/// loop that steps it.
///
/// Threads: the loop thread.

#include "api/account_changes.hpp"
#include "api/pending_responses.hpp"
#include "apps/botcored/market_service.hpp"
#include "apps/botcored/process.hpp"
#include "host/service.hpp"
#include "ports/store.hpp"
#include "protocol/json_replies.hpp"
#include "runtime/exchange_router.hpp"
#include "runtime/runtime.hpp"
#include "services/events/event_hub.hpp"
#include "services/health/recovery_log.hpp"
#include "services/maintenance/maintenance_announcer.hpp"
#include "services/notifications/account_event_queue.hpp"
#include "services/trading/book_checks.hpp"
#include "services/trading/market_source_monitor.hpp"
#include "services/trading/trade_log.hpp"
#include "services/trading/trading_loop.hpp"

#include <chrono>

namespace botcore::apps {

class TradingService final : public host::Service {
public:
    /// All arguments must outlive the service.
    TradingService(Process& process,
                   ports::Store& store,
                   MarketService& market,
                   health::RecoveryLog& recoveries);

    ~TradingService() override { loop_.stop(); }

    TradingService(const TradingService&) = delete;
    TradingService& operator=(const TradingService&) = delete;

    /// Recovers the state from the store, opens the accounts of a first start, and compares all
    /// accounts with their exchanges. Unless the store is new, this is a recovery.
    [[nodiscard]] host::Started start() override;

    /// Reports errors of the market source.
    void tick(const model::Now& /*now*/) override { market_monitor_.update(market_.error_text()); }

    [[nodiscard]] runtime::Runtime& runtime() { return runtime_; }

    [[nodiscard]] trading::TradingLoop& loop() { return loop_; }

    [[nodiscard]] ports::Exchange& exchange() { return exchange_; }

    [[nodiscard]] api::PendingResponses& replies() { return replies_; }

    [[nodiscard]] const api::AccountChanges& account_changes() const { return account_changes_; }

    [[nodiscard]] maintenance::MaintenanceAnnouncer& announcer() { return announcer_; }

    /// What commits say about accounts, for the service that tells users.
    [[nodiscard]] notifications::AccountEventQueue& account_events() { return account_events_; }

    /// The hub receives the runtime's commits. Events without a record are also published through
    /// it.
    [[nodiscard]] events::EventHub& hub() { return hub_; }

    // The callables that the next three functions return must not be called after the service is
    // destroyed.

    /// Freezes an account whose money is in doubt.
    [[nodiscard]] trading::InDoubt in_doubt();

    /// Makes the loop step soon.
    [[nodiscard]] std::function<void()> wake() {
        return [this] { loop_.wake(); };
    }

    [[nodiscard]] std::function<void(const protocol::Event&)> publish() {
        return [this](const protocol::Event& event) { hub_.publish(event); };
    }

private:
    /// Does what `start` says.
    [[nodiscard]] host::Started restore(const model::Head& head);
    void record_restart(const host::Started& restored, std::chrono::nanoseconds took);

    Process& process_;
    ports::Store& store_;
    ports::MarketSource& market_;
    health::RecoveryLog& recoveries_;
    runtime::ExchangeRouter exchange_;
    api::PendingResponses replies_;
    const protocol::JsonReplies<ports::ReplyRenderer> renderer_;
    events::EventHub hub_;
    api::AccountChanges account_changes_;
    maintenance::MaintenanceAnnouncer announcer_;
    notifications::AccountEventQueue account_events_;
    trading::MarketSourceMonitor market_monitor_;
    trading::BookChecks books_;
    trading::TradeLog trades_;
    runtime::Runtime runtime_;
    trading::TradingLoop loop_;
};

}  // namespace botcore::apps
