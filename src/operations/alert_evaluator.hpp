#pragma once

/// Which alerts fire, from the metrics and the table of alerts.
///
/// A1  An alert fires once its condition has held for the rule's `hold`, and is over once the
///     condition has not held for `kOverAfter`. A short interruption ends no alert.
/// A2  In a planned maintenance window no new alert fires unless its rule says so. It fires after
///     the window if its condition still holds.
/// A3  An alert that fired in an earlier process goes on: it does not fire a second time, and it is
///     over only after this process has evaluated its condition for `kRestoredFor`.
///
///     no ──holds──> pending ──hold──> firing ──does not hold, kOverAfter──> no
///                     └──> no             (in a planned window: suppressed)

#include "operations/alert_rules.hpp"

#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace botcore::operations {

enum class AlertState : std::uint8_t { Pending, Suppressed, Firing };

[[nodiscard]] std::string_view to_text(AlertState state);

/// An alert whose condition holds, or held until a moment ago.
struct Alert {
    const AlertRule* rule = nullptr;  ///< In `alert_rules`.
    std::string label_value;          ///< Of the label `by`; empty without it.
    AlertState state = AlertState::Pending;
    base::Timestamp began{};  ///< When its condition began to hold; by the calendar.
    base::Timestamp since;    ///< When it began to fire; before that, to hold.
    std::int64_t value = 0;   ///< The left side of the condition, in millionths.

    /// "StoreDown", or "BreakerOpen/analysis.analyze" for one value of a label.
    [[nodiscard]] std::string subject() const;
};

/// An alert that began to fire, or that is over.
struct AlertChange {
    Alert alert;
    bool over = false;
};

/// Restores an alert of an earlier process. The subject is as `Alert::subject` writes it.
struct FiredBefore {
    std::string subject;
    base::Timestamp since;
};

class AlertEvaluator {
public:
    static constexpr base::Duration kOverAfter = base::Duration::seconds(15);
    static constexpr base::Duration kRestoredFor = base::Duration::seconds(30);

    /// The rules outlive the evaluator. Alerts of rules that do not exist any more are dropped.
    explicit AlertEvaluator(std::span<const AlertRule> rules,
                            const std::vector<FiredBefore>& fired_before = {});

    struct Input {
        base::Timestamp monotonic;      ///< Never decreases.
        base::Timestamp wall;           ///< The calendar time.
        std::vector<Sample> samples{};  ///< All lines of the metrics in `metrics`.
        bool planned = false;           ///< In a planned maintenance window.
    };

    /// Call it every few seconds. Returns what changed since the last call.
    [[nodiscard]] std::vector<AlertChange> evaluate(Input input);

    /// All alerts whose condition holds, sorted by subject.
    [[nodiscard]] std::vector<Alert> alerts() const;

    /// The names of the metrics whose samples `evaluate` needs, sorted.
    [[nodiscard]] const std::vector<std::string_view>& metrics() const { return metrics_; }

private:
    struct Entry {
        Alert alert;
        std::optional<base::Timestamp>
            held_since;              ///< Monotonic; empty before the first evaluation.
        base::Timestamp held_until;  ///< When the condition last held; monotonic.
    };

    void note(const AlertRule& rule, const AlertValue& value, const Input& input);
    void advance(Entry& entry, const Input& input, std::vector<AlertChange>& changes) const;

    std::span<const AlertRule> rules_;
    std::vector<std::string_view> metrics_;
    SampleHistory history_;
    std::map<std::pair<std::string_view, std::string>, Entry> entries_;
};

}  // namespace botcore::operations
