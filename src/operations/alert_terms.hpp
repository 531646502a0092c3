#pragma once

/// What the rows of the alert table are written with: terms and comparisons for common cases. Also
/// declares the parts of the table, which are one file each.

#include "operations/alert_rules.hpp"

#include <cstdint>
#include <string_view>
#include <utility>
#include <vector>

namespace botcore::operations::alert_terms {

using base::Duration;
using Kind = Term::Kind;
using Filters = std::vector<LabelFilter>;

inline constexpr std::int64_t kMillion = 1'000'000;
inline constexpr Duration kFiveMinutes = Duration::seconds(300);
inline constexpr Duration kQuarterHour = Duration::seconds(900);
inline constexpr std::int64_t kDay = 86'400;

[[nodiscard]] constexpr Duration minutes(std::int64_t count) {
    return Duration::seconds(60 * count);
}

[[nodiscard]] inline Term max_of(std::string_view metric,
                                 Filters filters = {},
                                 Duration window = {}) {
    return {.kind = Kind::Max, .metric = metric, .filters = std::move(filters), .window = window};
}

/// The value that the daemon reported last, even if it does not respond any more.
[[nodiscard]] inline Term last_of(std::string_view metric,
                                  Filters filters,
                                  std::int64_t factor = kMillion) {
    return {.kind = Kind::Last,
            .metric = metric,
            .filters = std::move(filters),
            .window = Duration::seconds(kDay),
            .factor = factor};
}

[[nodiscard]] inline Term increase(std::string_view metric,
                                   Filters filters = {},
                                   Duration window = kFiveMinutes,
                                   std::int64_t factor = kMillion) {
    return {.kind = Kind::Increase,
            .metric = metric,
            .filters = std::move(filters),
            .window = window,
            .factor = factor};
}

[[nodiscard]] inline Comparison compare(Term left, Relation relation, std::int64_t millionths) {
    return {.left = {std::move(left)}, .relation = relation, .constant = millionths};
}

[[nodiscard]] inline Comparison above(Term left, std::int64_t whole) {
    return compare(std::move(left), Relation::Greater, whole * kMillion);
}

/// The share of `part` in `whole` is above `share`, in millionths.
[[nodiscard]] inline Comparison share_above(std::vector<Term> part,
                                            std::int64_t share,
                                            Term whole) {
    whole.factor = share;
    return {.left = std::move(part), .relation = Relation::Greater, .right = {std::move(whole)}};
}

[[nodiscard]] inline Comparison older_than(std::string_view metric, std::int64_t seconds) {
    return above({.kind = Kind::Age, .metric = metric}, seconds);
}

/// Each adds its part of the table.
void add_uptime(std::vector<AlertRule>& rules);
void add_error_budget(std::vector<AlertRule>& rules);
void add_modes(std::vector<AlertRule>& rules);
void add_trading(std::vector<AlertRule>& rules);
void add_backups(std::vector<AlertRule>& rules);
void add_errors(std::vector<AlertRule>& rules);
void add_machine(std::vector<AlertRule>& rules);

}  // namespace botcore::operations::alert_terms
