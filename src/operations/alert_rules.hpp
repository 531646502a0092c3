#pragma once

/// All alerts in one table: the daemon evaluates those that it can see itself, and
/// deploy/prometheus/alerts.yml is generated from the same rows (`prometheus_rules`).
///
/// Source of the thresholds: the monitoring sections of the specification (R1-MON to R4-MON,
/// RM-AL).

#include "operations/alert_condition.hpp"

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace botcore::operations {

enum class AlertLevel : std::uint8_t { Info, Warning, Critical };

[[nodiscard]] std::string_view to_text(AlertLevel level);

struct AlertRule {
    std::string_view name{};
    std::string_view group{};  ///< The group of the Prometheus file.
    AlertLevel level = AlertLevel::Warning;
    /// Empty: only Prometheus can see it, by `expression`.
    AlertCondition condition{};
    std::string_view expression{};  ///< PromQL; empty: generated from `condition`.
    base::Duration hold{};          ///< How long the condition must hold before the alert fires.
    std::string_view runbook{};     ///< The file docs/runbooks/<runbook>.md.
    std::string_view summary{};     ///< One sentence that says what is wrong.
    std::string_view action{};      ///< What to do first.
    /// Fires also in a planned maintenance window: it concerns data or money, not availability.
    bool in_maintenance = false;
    std::string_view comment{};  ///< For the Prometheus file: why the expression is as it is.

    [[nodiscard]] bool is_built_in() const { return !condition.all_of.empty(); }
};

/// Every alert. The names are unique.
[[nodiscard]] std::span<const AlertRule> alert_rules();

/// The file deploy/prometheus/alerts.yml.
[[nodiscard]] std::string prometheus_rules();

}  // namespace botcore::operations
