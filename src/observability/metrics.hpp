#pragma once

/// The metrics that the daemon counts and measures, in the Prometheus text format. Every metric is
/// present at zero from the start, so that an alert never waits for a first event. Lines of a
/// component that may not be configured appear once the component reports. metric_table.cpp lists
/// all metrics, and each has a source.
///
/// Threads: `count`, `set`, `observe` and `count_transaction` may be called from any thread, all
/// other functions on the loop thread only.

#include "ports/cache.hpp"
#include "ports/market_data.hpp"
#include "runtime/runtime.hpp"

#include <chrono>
#include <cstdint>
#include <initializer_list>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

namespace botcore::observability {

/// The result of a commit and what it contained.
struct Transaction {
    ports::CommitResult result = ports::CommitResult::Committed;
    std::chrono::nanoseconds duration{0};
    std::uint64_t trades = 0;
    std::uint64_t orders_placed = 0;
    std::uint64_t orders_refused = 0;
    std::uint64_t orders_filled = 0;
    std::uint64_t orders_failed = 0;
};

class Metrics {
public:
    /// The values of a metric's labels, in the order of the table.
    using Labels = std::initializer_list<std::string_view>;

    explicit Metrics(std::string_view service = "botcored");
    ~Metrics();
    Metrics(const Metrics&) = delete;
    Metrics& operator=(const Metrics&) = delete;

    /// Adds `amount` to a counter: `count("retry_attempts_total", {"exchange", "success"})`. Here
    /// and below, a name that is not in the table, or a wrong number of labels for it, is a
    /// programming error. A look-up of a name costs about a microsecond.
    void count(std::string_view name, Labels labels = {}, double amount = 1);
    void set(std::string_view name, Labels labels, double value);

    void set(std::string_view name, double value) { set(name, {}, value); }

    void observe(std::string_view name, Labels labels, double value);
    /// Raises a counter to a total that is counted elsewhere.
    void raise(std::string_view name, Labels labels, double total);

    void count_request(std::uint16_t status, std::chrono::nanoseconds duration);
    void count_transaction(const Transaction& transaction);
    /// Counts a read of the store.
    void count_query(std::chrono::nanoseconds duration);

    /// Copies what the runtime counts itself, and reads its durable state.
    void read(const runtime::Runtime& runtime);
    /// Copies what the cache counts itself.
    void read(const ports::CacheCounters& cache);
    /// Copies what a cache on another machine counts about its connection.
    void read_connection(const ports::CacheCounters& cache);
    /// Copies what the market counts itself.
    void read(const ports::TradeCounts& trades);
    /// Reads the figures of this process from the operating system.
    void read_process();
    void set_price_age(const model::InstrumentId& instrument, model::Duration age);
    /// Sets one line of `health_check_status`: 1 healthy, 0.5 degraded, 0 unhealthy.
    void set_health(std::string_view check, std::string_view status);
    /// Sets one line of `degraded_mode`: 1 while the mode is active.
    void set_degraded_mode(std::string_view mode, bool holds);
    /// Sets one line of `service_seconds`: how long the service was in the state, over the last 30
    /// days.
    void set_service_time(std::string_view state, model::Duration time);
    /// Sets `maintenance_active`: 1 from the beginning of a maintenance window to its end.
    void set_maintenance(bool under_way);

    /// The metrics in the text format, version 0.0.4.
    [[nodiscard]] std::string render() const;

private:
    struct Families;

    std::unique_ptr<Families> families_;
};

/// Converts an amount of money to a floating-point number, which is exact enough for a gauge.
[[nodiscard]] double as_number(model::Money money);

}  // namespace botcore::observability
