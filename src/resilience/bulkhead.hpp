#pragma once

/// Prevents one kind of work from using all capacity: the calls to one service share a fixed number
/// of slots, in lanes of descending priority. A lane may take a slot only while the slots that
/// higher lanes have reserved stay free, and each lane's queue is bounded.
///
/// K1  At most `slots` calls are in flight.
/// K2  A lane takes no slot that a higher lane has reserved.
/// K3  A free slot goes to the highest lane that has a waiting call and may take the slot; within a
///     lane, to the call that has waited longest.
/// K4  A full queue rejects new calls; nothing is dropped from it.
/// @spec:NFR-RELIABILITY-002

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

namespace botcore::resilience {

/// From the most to the least urgent.
enum class Lane : std::uint8_t { Cancel, Exit, Reconciliation, Entry, MarketData };

inline constexpr std::size_t kLanes = 5;

struct LaneRules {
    std::uint32_t reserve = 0;    ///< Slots that lower lanes cannot take.
    std::uint32_t queue_max = 8;  ///< The maximum number of waiting calls.
};

struct BulkheadRules {
    std::uint32_t slots = 16;
    std::array<LaneRules, kLanes> lanes = {
        LaneRules{2, 64}, LaneRules{2, 64}, LaneRules{2, 32}, LaneRules{2, 32}, LaneRules{0, 8}};
};

/// Allocates only in the constructor. Not thread-safe.
class Bulkhead {
public:
    /// The caller's identifier of a waiting call.
    using Ticket = std::uint64_t;

    enum class Entry : std::uint8_t { Started, Waiting, Refused };

    explicit Bulkhead(const BulkheadRules& rules = {});

    /// Started: the call holds a slot until `leave`. Waiting: `next` will return the ticket.
    [[nodiscard]] Entry enter(Lane lane, Ticket ticket);

    /// Releases a slot. The caller must then call `next` until it returns nothing.
    void leave();

    /// The next waiting call, which now holds a slot.
    [[nodiscard]] std::optional<Ticket> next();

    /// Removes a waiting call whose time has run out. Returns false if no such call waits.
    [[nodiscard]] bool withdraw(Lane lane, Ticket ticket);

    [[nodiscard]] std::uint32_t under_way() const { return under_way_; }

    [[nodiscard]] std::size_t waiting(Lane lane) const { return queue(lane).count; }

private:
    /// A ring buffer.
    struct Queue {
        std::vector<Ticket> tickets;
        std::size_t first = 0;
        std::size_t count = 0;

        [[nodiscard]] Ticket& at(std::size_t index) {
            return tickets[(first + index) % tickets.size()];
        }
    };

    [[nodiscard]] const Queue& queue(Lane lane) const {
        return queues_[static_cast<std::size_t>(lane)];
    }

    std::uint32_t under_way_ = 0;
    std::array<std::uint32_t, kLanes> limits_{};  ///< The limits of `under_way_`, by lane.
    std::array<Queue, kLanes> queues_;
};

}  // namespace botcore::resilience
