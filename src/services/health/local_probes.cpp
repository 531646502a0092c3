#include "services/health/local_probes.hpp"

#include "core/risk/margin.hpp"

#include <algorithm>
#include <set>
#include <utility>

namespace botcore::health {

namespace {

/// A disk that hangs shows in commits first: reads are served from memory.
host::ProbeReply journal_of(const runtime::Runtime& runtime, model::Now now) {
    const base::Duration waiting = runtime.committing_for(now);
    if (waiting >= operations::row_of(operations::Dependency::Database).reply_within) {
        return {operations::HealthState::Unhealthy,
                "a commit has been waiting for " +
                    std::to_string(waiting.in_milliseconds() / 1'000) + " s"};
    }
    switch (runtime.status()) {
        case runtime::Status::Running:
            return {};
        case runtime::Status::Down:
            return {operations::HealthState::Unhealthy,
                    "the store cannot be reached; the daemon tries again"};
        case runtime::Status::Fenced:
            return {operations::HealthState::Unhealthy, "another process is the writer"};
    }
    return {};
}

host::ProbeReply exchange_of(const runtime::Runtime& runtime, model::Now now) {
    if (runtime.status() != runtime::Status::Running) return {};
    const base::Duration silent = runtime.exchange_silent_for(now);
    if (silent >= operations::row_of(operations::Dependency::Exchange).reply_within) {
        return {operations::HealthState::Degraded,
                "a request about an order has had no reply for " +
                    std::to_string(silent.in_milliseconds() / 1'000) + " s"};
    }
    if (!runtime.reconciled()) {
        return {operations::HealthState::Degraded, "accounts are being compared with the exchange"};
    }
    return {};
}

/// The symbols in which an account has a position while there is no fresh price.
std::string unpriced_positions(const runtime::Runtime& runtime, const ports::MarketData& market) {
    const core::State& state = runtime.state();
    std::set<std::string> symbols;
    for (const auto& [name, account] : state.accounts) {
        for (const auto& [id, position] : account.positions) {
            if (position.quantity.is_zero()) continue;
            const auto quote = market.quote(id, model::Side::Buy, {});
            if (!core::is_fresh(state.policy, quote)) symbols.emplace(id.symbol.text());
        }
    }
    std::string list;
    for (const auto& symbol : symbols)
        list += (list.empty() ? "" : ", ") + symbol;
    return list;
}

/// `symbols` is the newest result of `unpriced_positions`; it stays while a commit is in progress.
host::ProbeReply prices_of(const runtime::Runtime& runtime,
                           const ports::MarketData& market,
                           base::Duration age_max,
                           std::string& symbols) {
    if (runtime.status() == runtime::Status::Running) {
        if (!runtime.is_committing()) symbols = unpriced_positions(runtime, market);
        if (!symbols.empty()) {
            return {operations::HealthState::Degraded,
                    "positions are open, but there is no price of " + symbols +
                        "; the positions count with their last known loss and cannot be closed at "
                        "the market price"};
        }
    }
    const MarketAge age = market_age(market);
    if (!age.oldest) return {operations::HealthState::Unhealthy, "there is no price"};
    if (*age.oldest > age_max) {
        return {operations::HealthState::Degraded,
                "the oldest price is " + std::to_string(age.oldest->in_milliseconds()) + " ms old"};
    }
    return {};
}

}  // namespace

MarketAge market_age(const ports::MarketData& market) {
    MarketAge age;
    for (const auto& id : market.instruments()) {
        const model::Quote quote = market.quote(id, model::Side::Buy, {});
        if (quote.source == model::MarketSource::None) continue;
        age.source = quote.source;
        age.oldest = std::max(age.oldest.value_or(quote.age), quote.age);
    }
    return age;
}

void add_local_probes(host::HealthProber& prober, const LocalParts& parts) {
    prober.add_local(operations::Dependency::Database, [&runtime = parts.runtime, now = parts.now] {
        return journal_of(runtime, now());
    });
    prober.add_local(operations::Dependency::Exchange, [&runtime = parts.runtime, now = parts.now] {
        return exchange_of(runtime, now());
    });
    prober.add_local(
        operations::Dependency::Market,
        [&runtime = parts.runtime,
         &market = parts.market,
         age = parts.market_age_max,
         symbols = std::string()]() mutable { return prices_of(runtime, market, age, symbols); });
    // This process owns the sockets, so they are always healthy here.
    prober.add_local(operations::Dependency::WebSocket, [] { return host::ProbeReply{}; });
    // The same condition by which the runtime refuses entries.
    prober.add_local(operations::Dependency::Clock,
                     [&runtime = parts.runtime, now = parts.now]() -> host::ProbeReply {
                         if (runtime.clock_state(now()) == model::ClockState::Certain) return {};
                         return {operations::HealthState::Degraded,
                                 "the clock jumped recently; entries are refused until it has been "
                                 "steady for 10 s; cancels and exits continue"};
                     });
}

host::HealthProbe probe_exchange(ports::Exchange& exchange, std::function<void()> wake) {
    return [&exchange, wake = std::move(wake)](const host::ProbeReplied& answered) {
        exchange.probe([answered] { answered({}); });
        wake();
    };
}

host::HealthProbe probe_cache(ports::Cache& cache) {
    return [&cache](const host::ProbeReplied& answered) {
        const std::uint64_t before = cache.counters().errors;
        cache.get("health", [&cache, answered, before](const std::optional<std::string>&) {
            const ports::CacheStatus status = cache.status();
            // A connection that hangs still counts as connected; the probe therefore requires a
            // reply without an error.
            const bool failed = !status.connected || cache.counters().errors != before;
            answered(failed ? host::ProbeReply{operations::HealthState::Unhealthy, status.message}
                            : host::ProbeReply{});
        });
    };
}

std::function<host::ProbeReply()> probe_store(ports::StoreReader& reader) {
    return [&reader]() -> host::ProbeReply {
        const auto head = reader.head();
        if (head) return {};
        return {operations::HealthState::Unhealthy,
                head.error() == ports::StoreError::Unavailable ? "the store cannot be read"
                                                               : "the store is damaged"};
    };
}

std::function<host::ProbeReply()> probe_disk(std::function<std::uint64_t()> free_bytes,
                                             std::function<model::StorageState()> storage,
                                             std::uint64_t low_bytes) {
    return [free_bytes = std::move(free_bytes),
            storage = std::move(storage),
            low_bytes]() -> host::ProbeReply {
        if (storage() == model::StorageState::Reserve) {
            return {operations::HealthState::Unhealthy, "full; commits use the reserved space"};
        }
        const std::uint64_t left = free_bytes();
        if (left >= low_bytes) return {};
        return {operations::HealthState::Degraded, std::to_string(left >> 20U) + " MiB are free"};
    };
}

}  // namespace botcore::health
