#pragma once

/// The metrics that the daemon counts and measures, in the Prometheus text format. Every metric is
/// present at zero from the start, so that an alert never waits for a first event. Lines of a
/// component that may not be configured appear once the component reports. metric_table.cpp lists
/// all metrics, and each has a source.
///
/// Threads: `count`, `set`, `observe` and the lines may be used from any thread, all other
/// functions on the loop thread only.

#include "model/amount.hpp"

#include <concepts>
#include <initializer_list>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace prometheus {
class Counter;
class Histogram;
}  // namespace prometheus

namespace botcore::observability {

/// One line of a counter. The metrics must outlive it. For what happens often: a look-up of a name
/// costs about a microsecond, more than ten times as much as `add`.
class CounterLine {
public:
    void add(double amount = 1);

private:
    friend class Metrics;

    explicit CounterLine(prometheus::Counter& counter) : counter_(&counter) {}

    prometheus::Counter* counter_;
};

/// One line of a histogram; see `CounterLine`.
class HistogramLine {
public:
    void observe(double value);

private:
    friend class Metrics;

    explicit HistogramLine(prometheus::Histogram& histogram) : histogram_(&histogram) {}

    prometheus::Histogram* histogram_;
};

/// The current value of one line of a counter or a gauge.
struct MetricLine {
    std::string metric;
    std::vector<std::pair<std::string, std::string>> labels;  ///< Sorted by name.
    double value = 0;
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
    /// programming error. A line that does not exist is added; with the amount 0 it stays at zero.
    void count(std::string_view name, Labels labels = {}, double amount = 1);
    void set(std::string_view name, Labels labels, double value);

    void set(std::string_view name, double value) { set(name, {}, value); }

    void observe(std::string_view name, Labels labels, double value);
    /// Raises a counter to a total that is counted elsewhere.
    void raise(std::string_view name, Labels labels, double total);

    [[nodiscard]] CounterLine counter(std::string_view name, Labels labels = {});
    [[nodiscard]] HistogramLine histogram(std::string_view name, Labels labels = {});

    /// Reads the figures of this process from the operating system.
    void read_process();

    /// The lines of these counters and gauges; a histogram has none.
    [[nodiscard]] std::vector<MetricLine> lines(std::span<const std::string_view> names) const;

    /// The metrics in the text format, version 0.0.4.
    [[nodiscard]] std::string render() const;

private:
    struct Families;

    std::unique_ptr<Families> families_;
};

/// Converts an amount of money to a floating-point number, which is exact enough for a gauge.
[[nodiscard]] double as_number(model::Money money);

/// Converts a count to a floating-point number; exact up to 2^53.
[[nodiscard]] constexpr double as_number(std::integral auto count) {
    return static_cast<double>(count);
}

}  // namespace botcore::observability
