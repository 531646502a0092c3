#include "operations/alert_rules.hpp"

namespace botcore::operations {

namespace {

constexpr std::size_t kColumnsMax = 100;

constexpr std::string_view kHead =
    "# Alerts on the metrics of botcored, made from the table of alerts in the code:\n"
    "# `botcored --print-prometheus-rules`. The files in tests/ define when each alert fires and\n"
    "# when it does not; `promtool test rules tests/*.yml` runs them.\n"
    "#\n"
    "# `up` is what Prometheus writes for the target: 0 when a scrape failed. The daemon exports\n"
    "# one too, which is always 1; prometheus.yml drops it.\n"
    "groups:\n";

/// The words of the text in lines that begin with `prefix`.
std::string wrapped(std::string_view text, std::string_view prefix) {
    std::string lines;
    std::string line(prefix);
    bool is_empty = true;
    while (!text.empty()) {
        const auto end = text.find(' ');
        const std::string_view word = text.substr(0, end);
        text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
        if (!is_empty && line.size() + 1 + word.size() > kColumnsMax) {
            lines += line + "\n";
            line = prefix;
            is_empty = true;
        }
        if (!is_empty) line += " ";
        line += word;
        is_empty = false;
    }
    return lines + line + "\n";
}

std::string seconds_text(base::Duration span) {
    return std::to_string(span.in_milliseconds() / 1'000) + "s";
}

std::string rule_text(const AlertRule& rule) {
    std::string text = "      - alert: " + std::string(rule.name) + "\n";
    if (!rule.comment.empty()) text += wrapped(rule.comment, "        # ");
    std::string expression =
        rule.is_built_in() ? promql(rule.condition) : std::string(rule.expression);
    if (rule.is_built_in() && !rule.in_maintenance) {
        expression = "(" + expression + ") unless on () (max(maintenance_planned) == 1)";
    }
    text += "        expr: >-\n" + wrapped(expression, "          ");
    if (rule.hold > base::Duration()) text += "        for: " + seconds_text(rule.hold) + "\n";
    text += "        labels: {severity: " + std::string(to_text(rule.level)) + "}\n";
    text += "        annotations:\n";
    text += "          summary: >-\n" + wrapped(rule.summary, "            ");
    text += "          action: >-\n" + wrapped(rule.action, "            ");
    text += "          runbook: docs/runbooks/" + std::string(rule.runbook) + ".md\n";
    return text;
}

}  // namespace

std::string prometheus_rules() {
    std::string text(kHead);
    std::string_view group;
    for (const AlertRule& rule : alert_rules()) {
        if (rule.group != group) {
            group = rule.group;
            text += "  - name: " + std::string(group) + "\n    rules:\n";
        }
        text += rule_text(rule);
    }
    return text;
}

}  // namespace botcore::operations
