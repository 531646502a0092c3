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

#include <algorithm>
#include <map>
#include <utility>
#include <vector>

namespace botcore::observability {

namespace {

using prometheus::Counter;
using prometheus::Family;
using prometheus::Gauge;
using prometheus::Histogram;
using prometheus::MetricFamily;

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

    [[nodiscard]] Histogram& histogram(std::string_view name, Labels labels) const {
        const Entry& found = entry(name);
        CHECK(found.histograms != nullptr);
        return found.histograms->Add(found.named(labels), found.bounds);
    }

    prometheus::Registry registry;
    std::map<std::string_view, Entry> entries =
        register_all(registry);  ///< Does not change after construction.
};

void CounterLine::add(double amount) {
    counter_->Increment(amount);
}

void HistogramLine::observe(double value) {
    histogram_->Observe(value);
}

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
    families_->histogram(name, labels).Observe(value);
}

void Metrics::raise(std::string_view name, Labels labels, double total) {
    Counter& counter = families_->counter(name, labels);
    const double behind = total - counter.Value();
    if (behind > 0) counter.Increment(behind);
}

CounterLine Metrics::counter(std::string_view name, Labels labels) {
    return CounterLine(families_->counter(name, labels));
}

HistogramLine Metrics::histogram(std::string_view name, Labels labels) {
    return HistogramLine(families_->histogram(name, labels));
}

void Metrics::read_process() {
    const ProcessFigures figures = process_figures();
    set("process_start_time_seconds", figures.started);
    set("process_resident_memory_bytes", figures.memory_bytes);
    set("process_memory_limit_bytes", figures.memory_limit_bytes);
    set("process_open_fds", figures.open_files);
    raise("process_cpu_seconds_total", {}, figures.cpu_seconds);
}

std::vector<MetricLine> Metrics::lines(std::span<const std::string_view> names) const {
    std::vector<MetricLine> lines;
    for (const std::string_view name : names) {
        const Entry& entry = families_->entry(name);
        const auto families =
            entry.counters != nullptr
                ? entry.counters->Collect()
                : (entry.gauges != nullptr ? entry.gauges->Collect() : std::vector<MetricFamily>());
        for (const MetricFamily& family : families) {
            for (const prometheus::ClientMetric& metric : family.metric) {
                MetricLine line{.metric = std::string(name),
                                .labels = {},
                                .value = family.type == prometheus::MetricType::Counter
                                             ? metric.counter.value
                                             : metric.gauge.value};
                for (const auto& label : metric.label)
                    line.labels.emplace_back(label.name, label.value);
                std::sort(line.labels.begin(), line.labels.end());
                lines.push_back(std::move(line));
            }
        }
    }
    return lines;
}

std::string Metrics::render() const {
    return prometheus::TextSerializer().Serialize(families_->registry.Collect());
}

double as_number(model::Money money) {
    return static_cast<double>(money.units()) / 1e8;
}

}  // namespace botcore::observability
