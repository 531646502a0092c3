#pragma once

/// The condition of an alert: comparisons of metrics with thresholds. A condition is data, so that
/// the daemon evaluates it itself and the Prometheus rule is generated from the same row.
///
/// Values are integers in millionths of the metric's unit.
///
///     samples ──> SampleHistory ──┐
///     condition ──────────────────┴─evaluate──> one result for each value of the label `by`
///          └──promql──> expression for Prometheus

#include "base/time.hpp"

#include <cstdint>
#include <deque>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace botcore::operations {

/// Names and values, sorted by name.
using SampleLabels = std::vector<std::pair<std::string, std::string>>;

/// The value of one line of a metric at a moment.
struct Sample {
    std::string metric;
    SampleLabels labels{};
    std::int64_t millionths = 0;
};

/// Selects lines whose label has one of the values, separated by '|'; with `negate`, the others.
struct LabelFilter {
    std::string_view label;
    std::string_view values;
    bool negate = false;
};

/// A number that is computed from the selected lines of one metric.
struct Term {
    enum class Kind : std::uint8_t {
        Max,  ///< The greatest of the current values, or within `window` if it is not zero.
        Min,  ///< The least of the current values.
        /// The greatest of the current values. Without one, Prometheus uses the last value within
        /// `window`, so that the alert stays while the daemon does not respond.
        Last,
        Count,     ///< How many lines there are.
        Increase,  ///< The sum of the increases of counters within `window`.
        /// Seconds since the greatest of the values, which are times since 1970. A value of zero
        /// means that it never happened, and has no age.
        Age,
    };

    Kind kind = Kind::Max;
    std::string_view metric;
    std::vector<LabelFilter> filters{};
    base::Duration window{};
    std::int64_t factor = 1'000'000;  ///< The term is multiplied by this, in millionths.
};

enum class Relation : std::uint8_t { Greater, AtLeast, Less, Equal };

/// left + … `relation` right + … + constant. False if a term other than Increase has no lines.
struct Comparison {
    std::vector<Term> left;
    Relation relation = Relation::Greater;
    std::int64_t constant = 0;  ///< In millionths.
    std::vector<Term> right{};
};

struct AlertCondition {
    std::vector<Comparison> all_of;
    /// If it is not empty, the condition is evaluated for each value of this label, and each is an
    /// alert of its own. All metrics of the condition must have the label.
    std::string_view by{};
};

/// The values of metrics over the last 15 minutes, as far as conditions need them. A counter that
/// is seen for the first time began at zero with the process.
class SampleHistory {
public:
    static constexpr base::Duration kWindowMax = base::Duration::seconds(15 * 60);

    /// `now` is on the monotonic clock and never decreases. `samples` are all lines of all metrics
    /// that any condition uses; a metric that is not among them has no lines any more.
    void add(base::Timestamp now, std::vector<Sample> samples);

    struct Point {
        base::Timestamp time;
        std::int64_t millionths = 0;
    };

    struct Line {
        SampleLabels labels;
        std::deque<Point> points;  ///< Oldest first; the last is the current one.
    };

    /// The lines of the metric that exist now.
    [[nodiscard]] std::span<const Line> lines(std::string_view metric) const;

    [[nodiscard]] base::Timestamp now() const { return now_; }

private:
    base::Timestamp now_;
    std::map<std::string, std::vector<Line>, std::less<>> metrics_;
};

struct AlertValue {
    std::string label_value;  ///< Of the label `by`; empty without it.
    bool holds = false;
    std::int64_t left = 0;  ///< The left side of the first comparison, in millionths.
};

/// One result for each value of the label `by`, or exactly one. `wall_now` is for ages.
[[nodiscard]] std::vector<AlertValue> evaluate(const AlertCondition& condition,
                                               const SampleHistory& history,
                                               base::Timestamp wall_now);

/// The condition as a PromQL expression.
[[nodiscard]] std::string promql(const AlertCondition& condition);

/// The names of the metrics that the condition uses.
[[nodiscard]] std::vector<std::string_view> metrics_of(const AlertCondition& condition);

}  // namespace botcore::operations
