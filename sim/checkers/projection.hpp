#pragma once

/// The state of a shard, computed from the outcomes of its records alone. Implemented independently
/// of the core, so that the two can be compared (I5, I10).

#include "sim/checkers/violation.hpp"

#include <map>
#include <optional>
#include <set>
#include <tuple>
#include <utility>

namespace botcore::sim::checkers {

using KeyName = std::pair<model::Owner, model::IdempotencyKey>;
using TradeName = std::tuple<model::AccountId, model::InstrumentId, std::uint64_t>;

class Projection {
public:
    /// Applies one record's outcome and reports the violations of I4 and I5 within it.
    void apply(const model::Record& record, Violations& violations);

    /// Compares whole tables with the projection; `invariant` is the label under which differences
    /// are reported.
    void compare(const Rows& rows, const std::string& invariant, Violations& violations) const;

    /// Compares the state that a writer has in memory after loading with the open state of the
    /// projection.
    void compare_open(const Rows& rows, const std::string& invariant, Violations& violations) const;

    [[nodiscard]] const model::Order* find(const model::ClientOrderId& id) const;
    [[nodiscard]] const model::KeyEntry* find(const KeyName& key) const;
    [[nodiscard]] const model::Account* find(const model::AccountId& account) const;

    /// How much of an order on `side` would only reduce the position, after the orders already on
    /// that side.
    [[nodiscard]] model::Quantity reducible(const model::AccountId& account,
                                            const model::InstrumentId& instrument,
                                            model::Side side) const;

    /// How much of the position an order of this side and instrument could reduce if it were the
    /// only one.
    [[nodiscard]] model::Quantity held_against(const model::Order& order) const;

    /// Whether the whole of this new order would only reduce the position; on spot, whether it is a
    /// sale. For an order that waits for a stop price the later position is unknown, so it counts
    /// only when it is reduce-only.
    [[nodiscard]] bool is_exit(const model::Order& order) const;

    /// The amount that the account must have reserved in `instrument` for its positions and orders,
    /// computed independently of the core; futures, with the position at its cost.
    [[nodiscard]] model::Money reservation(const model::AccountId& account,
                                           const model::Instrument& instrument) const;

    [[nodiscard]] Rows rows() const;

    std::map<model::AccountId, model::Account> accounts;
    std::map<model::InstrumentId, model::Instrument> instruments;
    std::map<model::OrderNumber, model::Order> orders;
    std::map<TradeName, model::Fill> fills;
    std::map<std::pair<model::AccountId, model::InstrumentId>, model::Position> positions;
    std::map<std::pair<model::AccountId, model::Asset>, model::Balance> balances;
    std::map<KeyName, model::KeyEntry> keys;
    std::map<model::AccountId, model::RiskState> risks;
    model::OperatingState operating;
    std::map<std::uint64_t, model::MaintenanceWindow> windows;
    /// When each key received its reply, and the time of the newest record; both on the journal's
    /// monotonic scale.
    std::map<KeyName, model::Timestamp> completed;
    model::Timestamp newest_time;

private:
    void change(const model::Change& change, Violations& violations);

    std::map<model::ClientOrderId, model::OrderNumber> numbers_;
    std::set<model::OrderNumber> live_;
};

}  // namespace botcore::sim::checkers
