#pragma once

/// What the engine keeps in memory: the open state of one shard, nothing of its history.

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

/// An order whose end is open, or one whose end is not durable yet.
struct LiveOrder {
    model::Order order;
    std::vector<std::uint64_t> trade_ids;  ///< Booked already (I4).
    /// When, by its own clock, the exchange first said past the fence that it does not know the
    /// order. Kept in memory only: after a restart the wait begins anew, which is the safe
    /// direction.
    std::optional<model::Timestamp> absent_since;
    /// When, by its own clock, it first said so at all: every attempt had been written by then.
    /// Memory only as well.
    std::optional<model::Timestamp> written_before;
    /// Of a trailing stop: what prices were seen since it was placed. Memory only: after a restart
    /// it goes on from the price of then.
    model::PriceRange seen{};
};

/// Something that the exchange has otherwise than we do, and that no order explains.
struct Difference {
    enum class Kind : std::uint8_t { Position, Balance };

    Kind kind = Kind::Balance;
    model::Asset asset;              ///< Of a balance.
    model::InstrumentId instrument;  ///< Of a position.
    model::Money total;              ///< Ours.
    model::Money venue_total;
    model::Quantity quantity;  ///< Ours.
    model::Quantity venue_quantity;
    model::Money cost;  ///< Ours.
    model::Money venue_cost;

    friend bool operator==(const Difference&, const Difference&) = default;
};

/// The newest comparison of an account with its exchange.
struct Comparison {
    model::Timestamp time;                   ///< Exchange time, as the local clock showed it.
    std::optional<model::VenueBooks> books;  ///< Nothing: the exchange did not tell its books.
    std::vector<Difference> differences;
    /// The comparison before showed the same differences, so that no report under way explains
    /// them.
    bool confirmed = false;
};

struct AccountState {
    model::Account account;
    std::map<model::Asset, model::Balance> balances;
    std::map<model::InstrumentId, model::Position> positions;
    std::map<model::OrderNumber, LiveOrder> orders;
    model::RiskState risk;
    bool reconciled = false;  ///< I11. Not stored: every term begins unreconciled.
    /// Entries taken in the second that began at `rate_second`; memory only.
    std::uint32_t rate_count = 0;
    std::int64_t rate_second = 0;
    std::optional<Comparison> comparison;  ///< Memory only: a new term compares anew.
};

using KeyId = std::pair<model::Owner, model::IdempotencyKey>;

struct State {
    model::Sequence sequence = 0;  ///< Of the last record.
    model::Epoch epoch = 0;
    std::uint64_t incarnation = 0;
    std::uint16_t shard = 0;
    // Of the last input; see model::Input.
    model::Timestamp time;
    model::Timestamp exchange_time;
    model::Timestamp monotonic_time;
    model::Policy policy;
    std::map<model::InstrumentId, model::Instrument> instruments;
    std::map<model::AccountId, AccountState> accounts;
    model::OperatingState operating;
    std::map<std::uint64_t, model::MaintenanceWindow> windows;
    std::uint32_t ramp_seen = 0;  ///< Entries asked for while ramping; memory only.
    std::uint32_t ramp_taken = 0;
    /// When the ramp began, on the monotonic scale. Memory only: after a restart it is set by what
    /// the clock shows.
    std::optional<model::Timestamp> ramp_began;
    std::map<KeyId, model::KeyEntry> keys;  ///< Pending ones, and those done but not durable yet.
    /// Of "flatten": what is answered under the key once all exits have ended. Memory only: a
    /// restart reads it from the record that placed them.
    std::map<KeyId, model::OrdersTouched> sweeps;
};

}  // namespace botcore::core
