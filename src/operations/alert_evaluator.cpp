#include "operations/alert_evaluator.hpp"

#include <algorithm>
#include <set>

namespace botcore::operations {

std::string_view to_text(AlertState state) {
    switch (state) {
        case AlertState::Pending:
            return "pending";
        case AlertState::Suppressed:
            return "suppressed";
        case AlertState::Firing:
            break;
    }
    return "firing";
}

std::string Alert::subject() const {
    std::string text(rule->name);
    return label_value.empty() ? text : text + "/" + label_value;
}

AlertEvaluator::AlertEvaluator(std::span<const AlertRule> rules,
                               const std::vector<FiredBefore>& fired_before)
    : rules_(rules) {
    std::set<std::string_view> names;
    for (const AlertRule& rule : rules_)
        for (const std::string_view name : metrics_of(rule.condition))
            names.insert(name);
    metrics_.assign(names.begin(), names.end());
    for (const FiredBefore& before : fired_before) {
        const auto slash = before.subject.find('/');
        const std::string name = before.subject.substr(0, slash);
        const auto rule = std::find_if(rules_.begin(), rules_.end(), [&](const AlertRule& one) {
            return one.is_built_in() && one.name == name;
        });
        if (rule == rules_.end()) continue;
        const std::string value =
            slash == std::string::npos ? "" : before.subject.substr(slash + 1);
        entries_[{rule->name, value}].alert = {.rule = &*rule,
                                               .label_value = value,
                                               .state = AlertState::Firing,
                                               .began = before.since,
                                               .since = before.since};
    }
}

std::vector<AlertChange> AlertEvaluator::evaluate(Input input) {
    history_.add(input.monotonic, std::move(input.samples));
    for (auto& [key, entry] : entries_) {
        if (entry.held_since) continue;
        // An alert of an earlier process: its condition counts as held until kRestoredFor.
        entry.held_since = input.monotonic;
        entry.held_until = input.monotonic + kRestoredFor - kOverAfter;
    }
    for (const AlertRule& rule : rules_) {
        if (!rule.is_built_in()) continue;
        for (const AlertValue& value : operations::evaluate(rule.condition, history_, input.wall))
            if (value.holds) note(rule, value, input);
    }
    std::vector<AlertChange> changes;
    for (auto& [key, entry] : entries_)
        advance(entry, input, changes);
    std::erase_if(entries_, [&](const auto& item) {
        const Entry& entry = item.second;
        const bool ended = entry.alert.state == AlertState::Firing
                               ? input.monotonic >= entry.held_until + kOverAfter
                               : input.monotonic > entry.held_until;
        return ended;
    });
    return changes;
}

/// The condition holds now.
void AlertEvaluator::note(const AlertRule& rule, const AlertValue& value, const Input& input) {
    const auto [item, is_new] = entries_.try_emplace({rule.name, value.label_value});
    Entry& entry = item->second;
    if (is_new) {
        entry.alert = {.rule = &rule,
                       .label_value = value.label_value,
                       .began = input.wall,
                       .since = input.wall};
        entry.held_since = input.monotonic;
    }
    entry.held_until = std::max(entry.held_until, input.monotonic);
    entry.alert.value = value.left;
}

void AlertEvaluator::advance(Entry& entry,
                             const Input& input,
                             std::vector<AlertChange>& changes) const {
    Alert& alert = entry.alert;
    if (alert.state == AlertState::Firing) {
        if (input.monotonic >= entry.held_until + kOverAfter) changes.push_back({alert, true});
        return;
    }
    if (input.monotonic > entry.held_until) return;
    if (input.monotonic - *entry.held_since < alert.rule->hold) return;
    if (input.planned && !alert.rule->in_maintenance) {
        alert.state = AlertState::Suppressed;
        return;
    }
    alert.state = AlertState::Firing;
    alert.since = input.wall;
    changes.push_back({alert, false});
}

std::vector<Alert> AlertEvaluator::alerts() const {
    std::vector<Alert> all;
    all.reserve(entries_.size());
    for (const auto& [key, entry] : entries_)
        all.push_back(entry.alert);
    return all;
}

}  // namespace botcore::operations
