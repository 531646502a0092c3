#pragma once

/// All metrics in one table: name, kind, labels, unit and meaning. The registry, the initial zero
/// values and docs/metrics.md are generated from it.
///
/// M1  A name occurs in the table once. Lines for the listed values of a label are present at zero
///     from the start.

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace botcore::observability {

enum class MetricKind : std::uint8_t { Counter, Gauge, Histogram };

/// The bucket boundaries of a histogram.
enum class Buckets : std::uint8_t {
    None,
    Request,  ///< 1 ms to 5 s.
    Commit,   ///< 50 µs to 1 s.
    Trade,    ///< 100 ms to 10 s.
    Recovery  ///< 100 ms to an hour.
};

struct MetricRow {
    std::string_view name;
    MetricKind kind = MetricKind::Counter;
    /// The labels and their values, in the form "name=value|value;name=…". "*" after the last value
    /// means that further values may appear. "-" means that no line exists before its source has
    /// reported; an example is a component that may not be configured. "@reasons" stands for all
    /// refusal reasons. "@codes", "@dependencies" and "@modes" stand for all values of a table that
    /// this layer does not see: the code that reports the metric adds their lines.
    std::string_view labels;
    std::string_view unit;
    std::string_view help;
    Buckets buckets = Buckets::None;
};

struct LabelRow {
    std::string_view name;
    std::vector<std::string_view> values;
    bool open = false;       ///< Further values may appear.
    bool on_demand = false;  ///< No line exists before its source has reported.
};

[[nodiscard]] std::span<const MetricRow> metric_table();

[[nodiscard]] std::vector<LabelRow> labels_of(const MetricRow& row);

[[nodiscard]] std::vector<double> bounds_of(Buckets buckets);

/// The reference page, as Markdown.
[[nodiscard]] std::string metrics_reference();

}  // namespace botcore::observability
