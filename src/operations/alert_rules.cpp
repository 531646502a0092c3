#include "operations/alert_rules.hpp"

#include "operations/alert_terms.hpp"

namespace botcore::operations {

namespace {

std::vector<AlertRule> make_rules() {
    std::vector<AlertRule> rules;
    alert_terms::add_uptime(rules);
    alert_terms::add_error_budget(rules);
    alert_terms::add_modes(rules);
    alert_terms::add_trading(rules);
    alert_terms::add_backups(rules);
    alert_terms::add_errors(rules);
    alert_terms::add_machine(rules);
    return rules;
}

}  // namespace

std::string_view to_text(AlertLevel level) {
    switch (level) {
        case AlertLevel::Info:
            return "info";
        case AlertLevel::Warning:
            return "warning";
        case AlertLevel::Critical:
            break;
    }
    return "critical";
}

std::span<const AlertRule> alert_rules() {
    static const std::vector<AlertRule> kRules = make_rules();
    return kRules;
}

}  // namespace botcore::operations
