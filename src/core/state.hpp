#pragma once

/// The engine's state in memory: the open state of one shard, without its history.

#include "model/input.hpp"
#include "model/operating.hpp"
#include "model/record.hpp"
#include "model/reply.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <utility>
#include <vector>

namespace botcore::core {

/// A live order, or an order whose end is not durable yet.
struct LiveOrder {
    model::Order order;
    std::vector<std::uint64_t> trade_ids;  ///< The trades that are already booked (I4).
    /// The exchange time at which the exchange first reported, after the fence, that it does not
    /// know the order. In memory only: after a restart the wait begins again, which is safe because
    /// it only becomes longer.
    std::optional<model::Timestamp> absent_since;
    /// The exchange time of the first such report, whether before or after the fence. Every attempt
    /// had been written by then. In memory only.
    std::optional<model::Timestamp> written_before;
    /// For a trailing stop: the range of prices since it was placed. In memory only: after a
    /// restart it begins with the current price.
    model::PriceRange seen{};
};

/// A difference between the exchange's books and ours that no order explains.
struct Difference {
    enum class Kind : std::uint8_t { Position, Balance };

    Kind kind = Kind::Balance;
    model::Asset asset;              ///< For a balance: its asset.
    model::InstrumentId instrument;  ///< For a position: its instrument.
    model::Money total;              ///< In our rows.
    model::Money venue_total;
    model::Quantity quantity;  ///< In our rows.
    model::Quantity venue_quantity;
    model::Money cost;  ///< In our rows.
    model::Money venue_cost;

    friend bool operator==(const Difference&, const Difference&) = default;
};

/// The latest comparison of an account with its exchange.
struct Comparison {
    model::Timestamp time;                   ///< Exchange time according to the local clock.
    std::optional<model::VenueBooks> books;  ///< Empty: the exchange did not report its books.
    std::vector<Difference> differences;
    /// The previous comparison showed the same differences, so no report in flight explains them.
    bool confirmed = false;
};

struct AccountState {
    model::Account account;
    std::map<model::Asset, model::Balance> balances;
    std::map<model::InstrumentId, model::Position> positions;
    std::map<model::OrderNumber, LiveOrder> orders;
    model::RiskState risk;
    bool reconciled = false;  ///< I11. Not stored: every term begins unreconciled.
    /// Entries accepted in the second that began at `rate_second`; in memory only.
    std::uint32_t rate_count = 0;
    std::int64_t rate_second = 0;
    std::optional<Comparison> comparison;  ///< In memory only: a new term compares again.
};

using KeyId = std::pair<model::Owner, model::IdempotencyKey>;

struct State {
    model::Sequence sequence = 0;  ///< The sequence of the last record.
    model::Epoch epoch = 0;
    std::uint64_t incarnation = 0;
    std::uint16_t shard = 0;
    // The times of the last input; see model::Input.
    model::Timestamp time;
    model::Timestamp exchange_time;
    model::Timestamp monotonic_time;
    model::Policy policy;
    std::map<model::InstrumentId, model::Instrument> instruments;
    std::map<model::AccountId, AccountState> accounts;
    model::OperatingState operating;
    std::map<std::uint64_t, model::MaintenanceWindow> windows;
    std::uint32_t ramp_seen = 0;  ///< Entries requested while ramping; in memory only.
    std::uint32_t ramp_taken = 0;
    /// When the ramp began, on the monotonic clock. In memory only: after a restart it is derived
    /// from the exchange time.
    std::optional<model::Timestamp> ramp_began;
    /// The pending keys, and the completed keys that are not durable yet.
    std::map<KeyId, model::KeyEntry> keys;
    /// For each "flatten" in progress, the reply to be sent under its key once all exits have
    /// ended. In memory only: after a restart it is rebuilt from the record that placed the exits.
    std::map<KeyId, model::OrdersTouched> sweeps;
};

}  // namespace botcore::core
