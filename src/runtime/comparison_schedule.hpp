#pragma once

/// When each account is compared with its exchange (R5 of the runtime): regularly, once a day over
/// the whole day, and when the core asks for it.
///
/// Times are on the monotonic scale of `Now`, except where a comment says otherwise.
///
/// Threads: one at a time.

#include "core/state.hpp"
#include "model/now.hpp"

#include <map>
#include <optional>

namespace botcore::runtime {

class ComparisonSchedule {
public:
    /// `every` is the time between two regular comparisons of an account; zero: there are none.
    /// `day_at` is the time after midnight, UTC, at which the last 24 hours are compared.
    ComparisonSchedule(model::Duration every, model::Duration day_at)
        : every_(every),
          day_at_(day_at) {}

    /// A term begins: nothing is planned but the next regular comparison and the next whole day.
    void begin_term(model::Now now);

    /// The account is compared at this time instead of the one planned so far.
    void plan(const model::AccountId& account, model::Timestamp at) { due_[account] = at; }

    /// Plans what has become due. Returns the account whose comparison starts now; one at most,
    /// since comparing many accounts at once would delay requests.
    [[nodiscard]] std::optional<model::AccountId> take_due(
        const std::map<model::AccountId, core::AccountState>& accounts, model::Now now);

    /// The exchange time from which the comparison that starts now looks, given the one from which
    /// it would look otherwise: earlier when it covers a whole day.
    [[nodiscard]] model::Timestamp begins_at(const model::AccountId& account,
                                             model::Timestamp usual);

    /// The time until the next comparison, or until `take_due` plans one.
    [[nodiscard]] model::Duration next(model::Now now) const;

private:
    void plan_day(model::Now now);

    model::Duration every_;
    model::Duration day_at_;
    model::Timestamp next_;
    model::Timestamp next_day_;  ///< Exchange time.
    std::map<model::AccountId, model::Timestamp> due_;
    /// The exchange time back to which the next comparison of the account looks.
    std::map<model::AccountId, model::Timestamp> look_back_;
};

}  // namespace botcore::runtime
