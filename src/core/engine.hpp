#pragma once

/// The trading state machine of one shard: it turns inputs into decisions. It uses no clock, no
/// random numbers and no I/O; the same inputs over the same state always lead to the same decisions
/// (style rule D2).
///
/// E1  A decision is speculative until its record is durable; only then may its effects be
///     performed (I6).
/// E2  After a failed commit the engine's memory is invalid: create a new engine from the store.
///
/// Only one thread at a time may use an engine.

#include "core/decision.hpp"
#include "core/transaction.hpp"

#include <optional>
#include <string>

namespace botcore::core {

/// An order by its id at the exchange; see OrderRef.
struct WantedOrder {
    model::AccountId account;
    model::ClientOrderId id;
    std::string venue_order_id;
};

/// The rows that an input refers to and the engine does not hold.
struct Wanted {
    std::optional<KeyId> key;
    std::optional<WantedOrder> order;
};

class Engine {
public:
    /// Starts from the state that the store holds. The caller has set `reconciled` of every account
    /// to false.
    explicit Engine(State state) : state_(std::move(state)) {}

    /// Returns the rows that the runtime must fetch before it applies the input.
    [[nodiscard]] Wanted wanted(const model::InputBody& body) const;

    /// Handles one input. Inputs come in journal order; `input.time` and `input.monotonic_time`
    /// never decrease.
    [[nodiscard]] Decision apply(const model::Input& input, const ReadSet& reads);

    /// Must be called when all records so far are durable: removes closed orders and completed keys
    /// from memory.
    void evict_closed();

    [[nodiscard]] const State& state() const { return state_; }

private:
    struct Apply;

    State state_;
    std::vector<std::pair<model::AccountId, model::OrderNumber>> closed_;
    std::vector<KeyId> answered_;
};

}  // namespace botcore::core
