#include "observability/metrics.hpp"

#include "base/check.hpp"
#include "observability/metric_table.hpp"
#include "observability/process_figures.hpp"

#include <prometheus/counter.h>
#include <prometheus/family.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>
#include <prometheus/text_serializer.h>

#include <map>
#include <vector>

namespace botcore::observability {

namespace {

using prometheus::Counter;
using prometheus::Family;
using prometheus::Gauge;
using prometheus::Histogram;

double seconds(std::chrono::nanoseconds duration) {
    return std::chrono::duration<double>(duration).count();
}

/// A registered row of the table.
struct Entry {
    std::vector<LabelRow> labels;
    Histogram::BucketBoundaries bounds;
    Family<Counter>* counters = nullptr;
    Family<Gauge>* gauges = nullptr;
    Family<Histogram>* histograms = nullptr;

    template <class Values>
    [[nodiscard]] prometheus::Labels named(const Values& values) const {
        CHECK(values.size() == labels.size());
        prometheus::Labels named;
        auto value = values.begin();
        for (const LabelRow& label : labels)
            named.emplace(label.name, *value++);
        return named;
    }

    template <class Values>
    void add(const Values& values) const {
        if (counters != nullptr) (void)counters->Add(named(values));
        if (gauges != nullptr) (void)gauges->Add(named(values));
        if (histograms != nullptr) (void)histograms->Add(named(values), bounds);
    }
};

/// Adds a line for every combination of the listed values, from label `index` on.
void add_all(const Entry& entry, std::vector<std::string_view>& values, std::size_t index) {
    if (index == entry.labels.size()) return entry.add(values);
    if (entry.labels[index].on_demand) return;
    for (const std::string_view value : entry.labels[index].values) {
        values.push_back(value);
        add_all(entry, values, index + 1);
        values.pop_back();
    }
}

Entry register_row(prometheus::Registry& registry, const MetricRow& row) {
    Entry entry;
    entry.labels = labels_of(row);
    entry.bounds = bounds_of(row.buckets);
    const std::string name(row.name);
    const std::string help(row.help);
    switch (row.kind) {
        case MetricKind::Counter:
            entry.counters = &prometheus::BuildCounter().Name(name).Help(help).Register(registry);
            break;
        case MetricKind::Gauge:
            entry.gauges = &prometheus::BuildGauge().Name(name).Help(help).Register(registry);
            break;
        case MetricKind::Histogram:
            entry.histograms =
                &prometheus::BuildHistogram().Name(name).Help(help).Register(registry);
            break;
    }
    std::vector<std::string_view> values;
    add_all(entry, values, 0);
    return entry;
}

std::map<std::string_view, Entry> register_all(prometheus::Registry& registry) {
    std::map<std::string_view, Entry> entries;
    for (const MetricRow& row : metric_table()) {
        const bool added = entries.emplace(row.name, register_row(registry, row)).second;
        CHECK(added);  // M1
    }
    return entries;
}

}  // namespace

struct Metrics::Families {
    [[nodiscard]] const Entry& entry(std::string_view name) const {
        const auto place = entries.find(name);
        CHECK(place != entries.end());
        return place->second;
    }

    [[nodiscard]] Counter& counter(std::string_view name, Labels labels) const {
        const Entry& found = entry(name);
        CHECK(found.counters != nullptr);
        return found.counters->Add(found.named(labels));
    }

    [[nodiscard]] Histogram& histogram(std::string_view name) const {
        const Entry& found = entry(name);
        CHECK(found.histograms != nullptr);
        return found.histograms->Add({}, found.bounds);
    }

    prometheus::Registry registry;
    std::map<std::string_view, Entry> entries =
        register_all(registry);  ///< Does not change after construction.
    // These counters are used by every request, and a look-up in a family costs more than ten times
    // as much as an increment.
    std::map<std::uint16_t, Counter*> by_status;
    Histogram& request_seconds = histogram("http_request_duration_seconds");
    Histogram& commit_seconds = histogram("database_transaction_duration_seconds");
    Histogram& query_seconds = histogram("db_query_duration_seconds");
    Counter& committed = counter("database_transactions_total", {"committed"});
    Counter& trades = counter("trades_total", {});
    Counter& orders = counter("orders_total", {});
    Counter& refused = counter("orders_refused_total", {});
    Counter& filled = counter("trades_success_total", {});
    Counter& failed = counter("trades_failed_total", {});
};

Metrics::Metrics(std::string_view service) : families_(std::make_unique<Families>()) {
    set("up", {service}, 1);
}

Metrics::~Metrics() = default;

void Metrics::count(std::string_view name, Labels labels, double amount) {
    families_->counter(name, labels).Increment(amount);
}

void Metrics::set(std::string_view name, Labels labels, double value) {
    const Entry& entry = families_->entry(name);
    CHECK(entry.gauges != nullptr);
    entry.gauges->Add(entry.named(labels)).Set(value);
}

void Metrics::observe(std::string_view name, Labels labels, double value) {
    const Entry& entry = families_->entry(name);
    CHECK(entry.histograms != nullptr);
    entry.histograms->Add(entry.named(labels), entry.bounds).Observe(value);
}

void Metrics::raise(std::string_view name, Labels labels, double total) {
    Counter& counter = families_->counter(name, labels);
    const double behind = total - counter.Value();
    if (behind > 0) counter.Increment(behind);
}

void Metrics::count_request(std::uint16_t status, std::chrono::nanoseconds duration) {
    Counter*& counter = families_->by_status[status];
    if (counter == nullptr) {
        counter = &families_->counter("http_requests_total", {std::to_string(status)});
    }
    counter->Increment();
    families_->request_seconds.Observe(seconds(duration));
}

void Metrics::count_transaction(const Transaction& transaction) {
    Families& f = *families_;
    f.commit_seconds.Observe(seconds(transaction.duration));
    switch (transaction.result) {
        case ports::CommitResult::Committed:
            f.committed.Increment();
            break;
        case ports::CommitResult::Conflict:
            return count("database_transactions_total", {"conflict"});
        case ports::CommitResult::Unavailable:
            return count("database_transactions_total", {"unavailable"});
    }
    f.trades.Increment(static_cast<double>(transaction.trades));
    f.orders.Increment(static_cast<double>(transaction.orders_placed));
    f.refused.Increment(static_cast<double>(transaction.orders_refused));
    f.filled.Increment(static_cast<double>(transaction.orders_filled));
    f.failed.Increment(static_cast<double>(transaction.orders_failed));
}

void Metrics::count_query(std::chrono::nanoseconds duration) {
    families_->query_seconds.Observe(seconds(duration));
}

namespace {

struct Totals {
    std::size_t live = 0;
    std::size_t unknown = 0;
    std::size_t positions = 0;
    std::size_t frozen = 0;
    model::Money profit;
};

Totals totals_of(const core::State& state) {
    Totals totals;
    for (const auto& [id, account] : state.accounts) {
        totals.frozen += account.account.state == model::AccountState::Frozen ? 1U : 0U;
        for (const auto& [number, order] : account.orders) {
            totals.live += model::is_live(order.order.state) ? 1U : 0U;
            totals.unknown += order.order.state == model::OrderState::Unknown ? 1U : 0U;
        }
        for (const auto& [instrument, position] : account.positions) {
            totals.positions += position.quantity.is_zero() ? 0U : 1U;
            totals.profit += position.realized_profit;
        }
    }
    return totals;
}

}  // namespace

double as_number(model::Money money) {
    return static_cast<double>(money.units()) / 1e8;
}

void Metrics::read(const runtime::Runtime& runtime) {
    const auto number = [](auto value) { return static_cast<double>(value); };
    const runtime::Counters& counters = runtime.counters();
    raise("idempotency_hits_total", {"replayed"}, number(counters.replays));
    raise("idempotency_hits_total", {"mismatch"}, number(counters.key_mismatches));
    raise("recovery_attempts_total", {"reload", "success"}, number(counters.terms));
    raise("recovery_attempts_total", {"reload", "failure"}, number(counters.unavailable));
    raise("recovery_attempts_total", {"reconcile", "success"}, number(counters.comparisons));
    raise("requests_dropped_total", {}, number(counters.requests_dropped));
    raise("timeouts_total", {"exchange_call"}, number(counters.exchange_silences));
    raise("exchange_facts_dropped_total", {}, number(counters.facts_dropped));
    raise("reconcile_mismatches_total", {"order"}, number(counters.orders_imported));
    raise("reconcile_mismatches_total", {"trade"}, number(counters.trades_imported));
    raise("reconcile_mismatches_total", {"position"}, number(counters.positions_differ));
    raise("reconcile_mismatches_total", {"balance"}, number(counters.balances_differ));
    raise("journal_records_total", {}, number(counters.records));
    set("journal_sequence", number(runtime.head().sequence));
    set("journal_epoch", number(runtime.head().epoch));
    set("requests_waiting", number(runtime.requests_waiting()));
    const bool running = runtime.status() == runtime::Status::Running;
    set("runtime_running", running ? 1 : 0);
    set("runtime_reconciled", running && runtime.reconciled() ? 1 : 0);
    // The state in memory may contain changes that are not durable: the gauges keep their values.
    if (!running || runtime.is_committing()) return;
    const Totals totals = totals_of(runtime.state());
    set("accounts", number(runtime.state().accounts.size()));
    set("accounts_frozen", number(totals.frozen));
    set("orders_live", number(totals.live));
    set("order_unknown_outcomes", number(totals.unknown));
    set("positions_open", number(totals.positions));
    set("profit_loss_total", as_number(totals.profit));
}

void Metrics::read(const ports::CacheCounters& cache) {
    const auto number = [](std::uint64_t value) { return static_cast<double>(value); };
    raise("cache_requests_total", {"hit"}, number(cache.hits));
    raise("cache_requests_total", {"miss"}, number(cache.misses));
    raise("cache_requests_total", {"failure"}, number(cache.errors));
}

void Metrics::read_connection(const ports::CacheCounters& cache) {
    const auto number = [](std::uint64_t value) { return static_cast<double>(value); };
    raise("reconnection_attempts_total", {"cache", "success"}, number(cache.reconnects));
    raise("reconnection_attempts_total", {"cache", "failure"}, number(cache.reconnects_failed));
    raise("timeouts_total", {"cache"}, number(cache.timeouts));
}

void Metrics::read(const ports::TradeCounts& trades) {
    const auto raise_to = [&](std::string_view result, std::uint64_t value) {
        raise("market_trades_total", {result}, static_cast<double>(value));
    };
    raise_to("counted", trades.counted);
    raise_to("late", trades.late);
    raise_to("too_late", trades.too_late);
    raise_to("repeated", trades.repeated);
    raise_to("not_market", trades.not_market);
    raise_to("malformed", trades.malformed);
}

void Metrics::read_process() {
    const ProcessFigures figures = process_figures();
    set("process_start_time_seconds", figures.started);
    set("process_resident_memory_bytes", figures.memory_bytes);
    set("process_open_fds", figures.open_files);
    raise("process_cpu_seconds_total", {}, figures.cpu_seconds);
}

void Metrics::set_price_age(const model::InstrumentId& instrument, model::Duration age) {
    set("price_age_seconds",
        {instrument.symbol.text(), to_text(instrument.market), to_text(instrument.exchange)},
        static_cast<double>(age.in_microseconds()) / 1e6);
}

void Metrics::set_health(std::string_view check, std::string_view status) {
    set("health_check_status", {check}, status == "healthy" ? 1 : status == "degraded" ? 0.5 : 0);
}

void Metrics::set_degraded_mode(std::string_view mode, bool holds) {
    set("degraded_mode", {mode}, holds ? 1 : 0);
}

void Metrics::set_service_time(std::string_view state, model::Duration time) {
    set("service_seconds", {state}, static_cast<double>(time.in_microseconds()) / 1e6);
}

void Metrics::set_maintenance(bool under_way) {
    set("maintenance_active", under_way ? 1 : 0);
}

std::string Metrics::render() const {
    return prometheus::TextSerializer().Serialize(families_->registry.Collect());
}

}  // namespace botcore::observability
