#include "operations/alert_condition.hpp"

#include "base/check.hpp"
#include "base/int128.hpp"

#include <algorithm>
#include <optional>
#include <set>

namespace botcore::operations {

namespace {

using base::Duration;
using base::Timestamp;
using Line = SampleHistory::Line;

constexpr std::int64_t kMillion = 1'000'000;

/// Whether one of the values, separated by '|', is `value`.
bool is_listed(std::string_view values, std::string_view value) {
    while (true) {
        const auto end = values.find('|');
        if (values.substr(0, end) == value) return true;
        if (end == std::string_view::npos) return false;
        values.remove_prefix(end + 1);
    }
}

std::string_view value_of(const Line& line, std::string_view label) {
    for (const auto& [name, value] : line.labels)
        if (name == label) return value;
    return {};
}

bool matches(const Line& line, const std::vector<LabelFilter>& filters) {
    return std::all_of(filters.begin(), filters.end(), [&](const LabelFilter& filter) {
        return is_listed(filter.values, value_of(line, filter.label)) != filter.negate;
    });
}

std::int64_t greatest_within(const Line& line, Timestamp since) {
    std::int64_t greatest = line.points.back().millionths;
    for (const auto& point : line.points)
        if (point.time >= since) greatest = std::max(greatest, point.millionths);
    return greatest;
}

/// The increase since the last point at or before `since`. Before its first point a counter was
/// zero.
std::int64_t increase_since(const Line& line, Timestamp since) {
    std::int64_t before = 0;
    for (const auto& point : line.points)
        if (point.time <= since) before = point.millionths;
    return line.points.back().millionths - before;
}

base::Int128 greater(std::optional<base::Int128> a, base::Int128 b) {
    return a ? std::max(*a, b) : b;
}

/// The term's value for the lines whose label `by` has the value `group`. Empty: no lines.
std::optional<base::Int128> value_of(const Term& term,
                                     const SampleHistory& history,
                                     Timestamp wall_now,
                                     std::string_view by,
                                     std::string_view group) {
    const Timestamp since = history.now() - term.window;
    std::optional<base::Int128> value;
    for (const Line& line : history.lines(term.metric)) {
        if (!matches(line, term.filters)) continue;
        if (!by.empty() && value_of(line, by) != group) continue;
        switch (term.kind) {
            case Term::Kind::Max:
                value = greater(value, greatest_within(line, since));
                break;
            case Term::Kind::Min:
                value = value ? std::min<base::Int128>(*value, line.points.back().millionths)
                              : line.points.back().millionths;
                break;
            case Term::Kind::Last:
            case Term::Kind::Age:
                value = greater(value, line.points.back().millionths);
                break;
            case Term::Kind::Count:
                value = value.value_or(0) + kMillion;
                break;
            case Term::Kind::Increase:
                value = value.value_or(0) + increase_since(line, since);
                break;
        }
    }
    if (term.kind == Term::Kind::Age) {
        if (!value || *value == 0) return std::nullopt;
        value = wall_now.in_microseconds() - *value;
    }
    if (!value && term.kind == Term::Kind::Increase) value = 0;
    if (value) *value = *value * term.factor / kMillion;
    return value;
}

struct Sides {
    base::Int128 left = 0;
    base::Int128 right = 0;
};

/// Empty if a term has no lines.
std::optional<Sides> sides_of(const Comparison& comparison,
                              const SampleHistory& history,
                              Timestamp wall_now,
                              std::string_view by,
                              std::string_view group) {
    Sides sides{.left = 0, .right = comparison.constant};
    for (const Term& term : comparison.left) {
        const auto value = value_of(term, history, wall_now, by, group);
        if (!value) return std::nullopt;
        sides.left += *value;
    }
    for (const Term& term : comparison.right) {
        const auto value = value_of(term, history, wall_now, by, group);
        if (!value) return std::nullopt;
        sides.right += *value;
    }
    return sides;
}

bool holds(const Sides& sides, Relation relation) {
    switch (relation) {
        case Relation::Greater:
            return sides.left > sides.right;
        case Relation::AtLeast:
            return sides.left >= sides.right;
        case Relation::Less:
            return sides.left < sides.right;
        case Relation::Equal:
            break;
    }
    return sides.left == sides.right;
}

std::string_view to_text(Relation relation) {
    switch (relation) {
        case Relation::Greater:
            return ">";
        case Relation::AtLeast:
            return ">=";
        case Relation::Less:
            return "<";
        case Relation::Equal:
            break;
    }
    return "==";
}

/// 1500000 is "1.5". Not for negative numbers.
std::string number(std::int64_t millionths) {
    std::string text = std::to_string(millionths / kMillion);
    const std::int64_t fraction = millionths % kMillion;
    if (fraction == 0) return text;
    std::string digits = std::to_string(kMillion + fraction).substr(1);
    digits.erase(digits.find_last_not_of('0') + 1);
    return text + "." + digits;
}

/// 90 s is "90s", 5 min is "5m".
std::string span_text(Duration span) {
    const std::int64_t seconds = span.in_microseconds() / kMillion;
    if (seconds % 3'600 == 0) return std::to_string(seconds / 3'600) + "h";
    if (seconds % 60 == 0) return std::to_string(seconds / 60) + "m";
    return std::to_string(seconds) + "s";
}

/// Every program exports metrics of these names, so the job is named with them.
bool has_common_name(std::string_view metric) {
    return metric.starts_with("process_") || metric.starts_with("http_");
}

std::string selector(const Term& term) {
    std::string labels = has_common_name(term.metric) ? "job=\"botcored\"" : "";
    for (const LabelFilter& filter : term.filters) {
        const bool several = filter.values.find('|') != std::string_view::npos;
        labels += (labels.empty() ? "" : ", ") + std::string(filter.label) +
                  (filter.negate ? "!" : "=") + (several ? "~" : (filter.negate ? "=" : "")) +
                  "\"" + std::string(filter.values) + "\"";
    }
    return std::string(term.metric) + (labels.empty() ? "" : "{" + labels + "}");
}

std::string promql(const Term& term, std::string_view by) {
    const std::string grouped = by.empty() ? "" : " by (" + std::string(by) + ") ";
    std::string series = selector(term);
    if (term.window > Duration()) series += "[" + span_text(term.window) + "]";
    std::string text;
    switch (term.kind) {
        case Term::Kind::Max:
            if (term.window > Duration()) series = "max_over_time(" + series + ")";
            text = "max" + grouped + "(" + series + ")";
            break;
        case Term::Kind::Min:
            text = "min" + grouped + "(" + series + ")";
            break;
        case Term::Kind::Count:
            text = "count" + grouped + "(" + series + ")";
            break;
        case Term::Kind::Last:
            text = "(max" + grouped + "(" + selector(term) + ") or max" + grouped +
                   "(last_over_time(" + series + ")))";
            break;
        case Term::Kind::Increase:
            text = "sum" + grouped + "(increase(" + series + "))";
            // Without a line there is no increase; a missing line must not hide the others.
            if (by.empty()) text = "(" + text + " or vector(0))";
            break;
        case Term::Kind::Age:
            text = "time() - max" + grouped + "(" + series + " > 0)";
            break;
    }
    return term.factor == kMillion ? text : number(term.factor) + " * " + text;
}

/// Adds the terms to a sum, which may be empty.
void append_terms(std::string& sum, const std::vector<Term>& terms, std::string_view by) {
    for (Term term : terms) {
        const bool is_negative = term.factor < 0;
        if (is_negative) term.factor = -term.factor;
        sum += is_negative ? (sum.empty() ? "-" : " - ") : (sum.empty() ? "" : " + ");
        sum += promql(term, by);
    }
}

std::string promql(const Comparison& comparison, std::string_view by) {
    std::string left;
    append_terms(left, comparison.left, by);
    std::string right;
    if (comparison.constant != 0 || comparison.right.empty()) right = number(comparison.constant);
    append_terms(right, comparison.right, by);
    return left + " " + std::string(to_text(comparison.relation)) + " " + right;
}

}  // namespace

void SampleHistory::add(Timestamp now, std::vector<Sample> samples) {
    CHECK(now >= now_);
    now_ = now;
    std::map<std::string, std::vector<Line>, std::less<>> next;
    for (Sample& sample : samples) {
        Line line{std::move(sample.labels), {}};
        if (const auto known = metrics_.find(sample.metric); known != metrics_.end()) {
            const auto same = std::find_if(
                known->second.begin(), known->second.end(), [&](const Line& candidate) {
                    return candidate.labels == line.labels;
                });
            if (same != known->second.end()) line.points = std::move(same->points);
        }
        line.points.push_back({now, sample.millionths});
        // One point before the window stays: increases count from it.
        while (line.points.size() > 1 && line.points[1].time <= now - kWindowMax)
            line.points.pop_front();
        next[std::move(sample.metric)].push_back(std::move(line));
    }
    metrics_ = std::move(next);
}

std::span<const SampleHistory::Line> SampleHistory::lines(std::string_view metric) const {
    const auto found = metrics_.find(metric);
    return found == metrics_.end() ? std::span<const Line>() : found->second;
}

std::vector<AlertValue> evaluate(const AlertCondition& condition,
                                 const SampleHistory& history,
                                 Timestamp wall_now) {
    CHECK(!condition.all_of.empty());
    std::set<std::string, std::less<>> groups;
    if (condition.by.empty()) {
        groups.emplace();
    } else {
        for (const Line& line : history.lines(condition.all_of.front().left.front().metric))
            groups.emplace(value_of(line, condition.by));
    }
    std::vector<AlertValue> values;
    for (const std::string& group : groups) {
        AlertValue value{.label_value = group, .holds = true};
        for (std::size_t i = 0; i < condition.all_of.size(); ++i) {
            const Comparison& comparison = condition.all_of[i];
            const auto sides = sides_of(comparison, history, wall_now, condition.by, group);
            value.holds = value.holds && sides && holds(*sides, comparison.relation);
            if (i == 0 && sides) value.left = static_cast<std::int64_t>(sides->left);
        }
        values.push_back(std::move(value));
    }
    return values;
}

std::string promql(const AlertCondition& condition) {
    std::string text;
    for (const Comparison& comparison : condition.all_of)
        text += (text.empty() ? "" : " and ") + promql(comparison, condition.by);
    return text;
}

std::vector<std::string_view> metrics_of(const AlertCondition& condition) {
    std::set<std::string_view> names;
    for (const Comparison& comparison : condition.all_of) {
        for (const Term& term : comparison.left)
            names.insert(term.metric);
        for (const Term& term : comparison.right)
            names.insert(term.metric);
    }
    return {names.begin(), names.end()};
}

}  // namespace botcore::operations
