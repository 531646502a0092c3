#pragma once

/// The trading state machine of one shard: inputs in, decisions out. No clock, no randomness, no
/// I/O; the same inputs over the same state always lead to the same decisions (style rule D2).
///
/// E1  A decision is speculation until its record is durable; only then may its effects leave (I6).
/// E2  After a commit that failed, the engine's memory is worthless: make a new engine from the
/// store.
///
/// Threads: one at a time.

#include "core/decision.hpp"
#include "core/transaction.hpp"

#include <optional>
#include <string>

namespace botcore::core {

/// An order by its name at the exchange; see OrderRef.
struct WantedOrder {
    model::AccountId account;
    model::ClientOrderId id;
    std::string venue_order_id;
};

/// The rows that an input names and the engine does not hold.
struct Wanted {
    std::optional<KeyId> key;
    std::optional<WantedOrder> order;
};

class Engine {
public:
    /// Takes over what the store holds. `state.reconciled` of every account is false by then.
    explicit Engine(State state) : state_(std::move(state)) {}

    /// What the runtime must fetch before it applies the input.
    [[nodiscard]] Wanted wanted(const model::InputBody& body) const;

    /// Handles one input. Inputs come in journal order; `input.time` and `input.monotonic_time`
    /// never decrease.
    [[nodiscard]] Decision apply(const model::Input& input, const ReadSet& reads);

    /// All records so far are durable: closed orders and answered keys may leave memory.
    void evict_closed();

    [[nodiscard]] const State& state() const { return state_; }

private:
    struct Apply;

    State state_;
    std::vector<std::pair<model::AccountId, model::OrderNumber>> closed_;
    std::vector<KeyId> answered_;
};

}  // namespace botcore::core
