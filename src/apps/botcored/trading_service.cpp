#include "apps/botcored/trading_service.hpp"

#include "apps/botcored/first_accounts.hpp"
#include "apps/wiring/store_backup.hpp"

#include <sysexits.h>

#include <chrono>
#include <string>
#include <utility>

namespace botcore::apps {

namespace {

base::Failure<host::StartFailure> failure(std::string text) {
    return {{EX_IOERR, std::move(text)}};
}

}  // namespace

TradingService::TradingService(Process& process,
                               ports::Store& store,
                               MarketService& market,
                               health::RecoveryLog& recoveries)
    : process_(process),
      store_(store),
      market_(market.source()),
      recoveries_(recoveries),
      hub_(queue_limits(process.config),
           {store_.reader(),
            [this](const model::AccountId& account) { return runtime_.owner_of(account); },
            [&process] { return process.clock.now().time; }},
           0),
      announcer_({.log = process.log,
                  .publish = publish(),
                  .now = [&process] { return process.clock.now().time; }}),
      market_monitor_({.log = process.log,
                       .publish = publish(),
                       .now = [&process] { return process.clock.now().time; }}),
      books_(process.log, process.metrics, in_doubt()),
      trades_({.log = process.log,
               .metrics = process.metrics,
               .request_id = [this](const auto& order) { return runtime_.request_id_of(order); }}),
      runtime_(runtime_options(process.config),
               {store_,
                exchange_,
                market_.data(),
                replies_,
                renderer_,
                {&hub_, &account_changes_, &announcer_, &account_events_, &books_, &trades_},
                wake()}),
      loop_(process.context, {runtime_, exchange_, market_, process.clock}) {
    exchange_.add(
        [](const model::Account& account) { return account.kind == model::AccountKind::Paper; },
        market.paper());
    market.on_events([this] { loop_.wake_from_anywhere(); });
}

host::Started TradingService::start() {
    const auto head = store_.reader().head();
    if (!head) return failure("the store cannot be read");
    const auto began = std::chrono::steady_clock::now();
    const host::Started restored = restore(head.value());
    if (head.value().sequence > 0) {
        record_restart(restored, std::chrono::steady_clock::now() - began);
    }
    return restored;
}

host::Started TradingService::restore(const model::Head& head) {
    host::SystemClock& clock = process_.clock;
    exchange_.begin_term(head.epoch + 1);
    if (runtime_.start(clock.now()) != runtime::Status::Running) {
        return failure("the store took no record; is the disk full?");
    }
    // The first record names the timeline of a store that was never restored.
    hub_.set_timeline(
        TRY(or_exit_with(EX_IOERR, make_store_backup()->timeline_of(process_.folder.store()))));
    if (runtime_.state().accounts.empty()) {
        open_first_accounts(runtime_, process_.config.text("paper.deposit"), clock.now());
    }
    loop_.start();
    // Opens the accounts and compares them with the venue before the listener opens.
    do {
        exchange_.deliver(runtime_);
    } while (runtime_.step(clock.now()) || exchange_.has_reports());
    loop_.wake();
    return base::Done{};
}

void TradingService::record_restart(const host::Started& restored, std::chrono::nanoseconds took) {
    const bool succeeded = restored.has_value();
    process_.metrics.count("recovery_attempts_total",
                           {"restart", succeeded ? "success" : "failure"});
    if (succeeded) {
        process_.metrics.observe(
            "recovery_duration_seconds", {"restart"}, std::chrono::duration<double>(took).count());
    }
    recoveries_.add(health::RecoveryMechanism::Restart,
                    succeeded,
                    base::Duration::microseconds(
                        std::chrono::duration_cast<std::chrono::microseconds>(took).count()),
                    succeeded
                        ? "The process started and restored its state from the store"
                        : "The process could not restore its state: " + restored.error().text);
}

trading::InDoubt TradingService::in_doubt() {
    return [this](const model::AccountId& account, const std::string& evidence) {
        (void)runtime_.freeze({.account = account, .evidence = evidence});
        loop_.wake();
    };
}

}  // namespace botcore::apps
