#include "shell/metrics/metrics.hpp"

#include "operations/degraded_mode.hpp"

#include <prometheus/counter.h>
#include <prometheus/family.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>
#include <prometheus/text_serializer.h>

#include <algorithm>
#include <array>
#include <map>

namespace botcore::shell::metrics {

namespace {

using prometheus::Counter;
using prometheus::Family;
using prometheus::Gauge;
using prometheus::Histogram;

const Histogram::BucketBoundaries kRequestBuckets = {
    0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5};
const Histogram::BucketBoundaries kCommitBuckets = {
    0.00005, 0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.1, 0.5, 1};

/// Error types that are there from the start; others are added when they first happen.
constexpr std::array<std::string_view, 12> kErrorTypes = {"INVALID_JSON",
                                                          "INVALID_FIELD",
                                                          "MISSING_FIELD",
                                                          "UNKNOWN_FIELD",
                                                          "UNAUTHORIZED",
                                                          "NOT_FOUND",
                                                          "SERVICE_UNAVAILABLE",
                                                          "OUTCOME_UNKNOWN",
                                                          "OVERLOADED",
                                                          "TIMEOUT",
                                                          "INSUFFICIENT_BALANCE",
                                                          "IDEMPOTENCY_KEY_REQUIRED"};

double seconds(std::chrono::nanoseconds duration) {
    return std::chrono::duration<double>(duration).count();
}

Counter& counter(prometheus::Registry& registry, const char* name, const char* help) {
    return prometheus::BuildCounter().Name(name).Help(help).Register(registry).Add({});
}

Gauge& gauge(prometheus::Registry& registry, const char* name, const char* help) {
    return prometheus::BuildGauge().Name(name).Help(help).Register(registry).Add({});
}

Family<Counter>& counters(prometheus::Registry& registry, const char* name, const char* help) {
    return prometheus::BuildCounter().Name(name).Help(help).Register(registry);
}

/// Brings a counter up to a total that somebody else keeps.
void raise_to(Counter& counter, std::uint64_t total) {
    const double behind = static_cast<double>(total) - counter.Value();
    if (behind > 0) counter.Increment(behind);
}

}  // namespace

struct Metrics::Families {
    explicit Families(std::string_view service) {
        prometheus::BuildGauge()
            .Name("up")
            .Help("1 while the process answers")
            .Register(registry)
            .Add({{"service", std::string(service)}})
            .Set(1);
        for (const char* status : {"200", "202", "400", "401", "404", "409", "422", "500", "503"}) {
            (void)requests.Add({{"status", status}});
        }
        for (const auto type : kErrorTypes)
            (void)errors.Add({{"error_type", std::string(type)}});
        for (const auto& row : operations::dependencies())
            (void)health.Add({{"check", std::string(row.name)}});
        for (const auto& row : operations::degraded_modes())
            (void)degraded.Add({{"mode", std::string(row.id)}});
        for (const char* state : {"up", "degraded", "down", "planned"})
            (void)service_time.Add({{"state", state}});
    }

    prometheus::Registry registry;
    Family<Counter>& requests =
        counters(registry, "http_requests_total", "HTTP requests by status code");
    Family<Counter>& errors =
        counters(registry, "http_request_errors_total", "Refused HTTP requests by error code");
    Histogram& request_seconds =
        prometheus::BuildHistogram()
            .Name("http_request_duration_seconds")
            .Help("From the last byte of a request to the last byte of its answer")
            .Register(registry)
            .Add({}, kRequestBuckets);
    Family<Counter>& transactions =
        counters(registry, "database_transactions_total", "Group commits by result");
    Counter& committed = transactions.Add({{"result", "committed"}});
    Counter& conflict = transactions.Add({{"result", "conflict"}});
    Counter& unavailable = transactions.Add({{"result", "unavailable"}});
    Histogram& transaction_seconds = prometheus::BuildHistogram()
                                         .Name("database_transaction_duration_seconds")
                                         .Help("Duration of group commits, sync included")
                                         .Register(registry)
                                         .Add({}, kCommitBuckets);
    Counter& trades = counter(registry, "trades_total", "Fills booked");
    Counter& orders_placed = counter(registry, "orders_total", "Orders recorded, refused included");
    Counter& orders_refused =
        counter(registry, "orders_refused_total", "Orders that our own rules refused");
    Family<Counter>& idempotency =
        counters(registry, "idempotency_hits_total", "Requests under a key that was known already");
    Counter& replayed = idempotency.Add({{"result", "replayed"}});
    Counter& mismatch = idempotency.Add({{"result", "mismatch"}});
    Counter& version_conflicts = counter(
        registry, "optimistic_conflicts_total", "Commands refused because If-Match did not hold");
    Family<Counter>& recoveries =
        counters(registry, "recovery_attempts_total", "Recoveries by mechanism and result");
    Counter& terms = recoveries.Add({{"mechanism", "reload"}, {"result", "success"}});
    Counter& reloads_failed = recoveries.Add({{"mechanism", "reload"}, {"result", "failure"}});
    Counter& requests_dropped =
        counter(registry, "requests_dropped_total", "Requests refused because the inbox was full");
    Counter& facts_dropped = counter(registry,
                                     "exchange_facts_dropped_total",
                                     "Reports of the exchange that found their queue full");
    Counter& records = counter(registry, "journal_records_total", "Records committed by this run");
    Gauge& sequence = gauge(registry, "journal_sequence", "Sequence of the last durable record");
    Gauge& epoch = gauge(registry, "journal_epoch", "Term of the writer");
    Gauge& running = gauge(registry, "runtime_running", "1 while the runtime takes commands");
    Gauge& reconciled = gauge(
        registry, "runtime_reconciled", "1 when every account was compared with its exchange");
    Gauge& waiting = gauge(registry, "requests_waiting", "Requests in the inbox");
    Gauge& accounts = gauge(registry, "accounts", "Accounts that are open");
    Gauge& accounts_frozen = gauge(registry, "accounts_frozen", "Accounts in quarantine");
    Gauge& orders_live = gauge(registry, "orders_live", "Orders whose end is open");
    Gauge& unknown =
        gauge(registry, "order_unknown_outcomes", "Orders that were sent and not heard of");
    Gauge& positions = gauge(registry, "positions_open", "Positions that are not flat");
    Gauge& connections = gauge(registry, "http_connections_active", "Open HTTP connections");
    Gauge& websockets =
        gauge(registry, "websocket_connections_active", "Open WebSocket connections");
    Family<Gauge>& price_age = prometheus::BuildGauge()
                                   .Name("price_age_seconds")
                                   .Help("Since the market last spoke about the instrument")
                                   .Register(registry);
    Family<Gauge>& health = prometheus::BuildGauge()
                                .Name("health_check_status")
                                .Help("1 healthy, 0.5 degraded, 0 unhealthy")
                                .Register(registry);
    Family<Gauge>& degraded = prometheus::BuildGauge()
                                  .Name("degraded_mode")
                                  .Help("1 while the mode holds; docs/runbooks has a page for each")
                                  .Register(registry);
    Family<Gauge>& service_time = prometheus::BuildGauge()
                                      .Name("service_seconds")
                                      .Help("Time in each state over the last 30 days")
                                      .Register(registry);
    Gauge& maintenance = gauge(
        registry, "maintenance_active", "1 from the beginning of a maintenance window to its end");
    // A look-up in a family costs more than ten times an increment.
    std::map<std::uint16_t, Counter*> by_status;
};

Metrics::Metrics(std::string_view service) : families_(std::make_unique<Families>(service)) {
}

Metrics::~Metrics() = default;

void Metrics::count_request(std::uint16_t status, std::chrono::nanoseconds duration) {
    Counter*& counter = families_->by_status[status];
    if (counter == nullptr) {
        counter = &families_->requests.Add({{"status", std::to_string(status)}});
    }
    counter->Increment();
    families_->request_seconds.Observe(seconds(duration));
}

void Metrics::count_request_error(std::string_view type) {
    families_->errors.Add({{"error_type", std::string(type)}}).Increment();
}

void Metrics::count_transaction(const Transaction& transaction) {
    families_->transaction_seconds.Observe(seconds(transaction.duration));
    switch (transaction.result) {
        case ports::CommitResult::Committed:
            families_->committed.Increment();
            break;
        case ports::CommitResult::Conflict:
            families_->conflict.Increment();
            return;
        case ports::CommitResult::Unavailable:
            families_->unavailable.Increment();
            return;
    }
    families_->trades.Increment(static_cast<double>(transaction.trades));
    families_->orders_placed.Increment(static_cast<double>(transaction.orders_placed));
    families_->orders_refused.Increment(static_cast<double>(transaction.orders_refused));
}

void Metrics::count_version_conflict() {
    families_->version_conflicts.Increment();
}

void Metrics::set_http_connections(std::size_t count) {
    families_->connections.Set(static_cast<double>(count));
}

void Metrics::read(const runtime::Runtime& runtime) {
    Families& f = *families_;
    const runtime::Counters& counters = runtime.counters();
    raise_to(f.replayed, counters.replays);
    raise_to(f.mismatch, counters.key_mismatches);
    raise_to(f.terms, counters.terms);
    raise_to(f.reloads_failed, counters.unavailable);
    raise_to(f.requests_dropped, counters.requests_dropped);
    raise_to(f.facts_dropped, counters.facts_dropped);
    raise_to(f.records, counters.records);
    f.sequence.Set(static_cast<double>(runtime.head().sequence));
    f.epoch.Set(static_cast<double>(runtime.head().epoch));
    f.waiting.Set(static_cast<double>(runtime.requests_waiting()));
    const bool running = runtime.status() == runtime::Status::Running;
    f.running.Set(running ? 1 : 0);
    f.reconciled.Set(running && runtime.reconciled() ? 1 : 0);
    if (!running) return;  // Memory may hold what is not durable.
    std::size_t live = 0, unknown = 0, positions = 0, frozen = 0;
    for (const auto& [id, account] : runtime.state().accounts) {
        frozen += account.account.state == model::AccountState::Frozen ? 1U : 0U;
        for (const auto& [number, order] : account.orders) {
            live += model::is_live(order.order.state) ? 1U : 0U;
            unknown += order.order.state == model::OrderState::Unknown ? 1U : 0U;
        }
        for (const auto& [instrument, position] : account.positions) {
            positions += position.quantity.is_zero() ? 0U : 1U;
        }
    }
    f.accounts.Set(static_cast<double>(runtime.state().accounts.size()));
    f.accounts_frozen.Set(static_cast<double>(frozen));
    f.orders_live.Set(static_cast<double>(live));
    f.unknown.Set(static_cast<double>(unknown));
    f.positions.Set(static_cast<double>(positions));
}

void Metrics::set_price_age(const model::InstrumentId& instrument, model::Duration age) {
    families_->price_age
        .Add({{"symbol", instrument.symbol.text()},
              {"market", std::string(to_text(instrument.market))}})
        .Set(static_cast<double>(age.in_microseconds()) / 1e6);
}

void Metrics::set_health(std::string_view check, std::string_view status) {
    families_->health.Add({{"check", std::string(check)}})
        .Set(status == "healthy"    ? 1
             : status == "degraded" ? 0.5
                                    : 0);
}

void Metrics::set_degraded_mode(std::string_view mode, bool holds) {
    families_->degraded.Add({{"mode", std::string(mode)}}).Set(holds ? 1 : 0);
}

void Metrics::set_service_time(std::string_view state, model::Duration time) {
    families_->service_time.Add({{"state", std::string(state)}})
        .Set(static_cast<double>(time.in_microseconds()) / 1e6);
}

void Metrics::set_maintenance(bool under_way) {
    families_->maintenance.Set(under_way ? 1 : 0);
}

std::string Metrics::render() const {
    return prometheus::TextSerializer().Serialize(families_->registry.Collect());
}

}  // namespace botcore::shell::metrics
