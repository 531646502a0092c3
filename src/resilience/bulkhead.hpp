#pragma once

/// Keeps one kind of work from taking all places: calls to one place share a bounded number of
/// slots, in lanes of falling priority. A lane may use a slot only while the reserves of the lanes
/// above it stay free, and what waits for a slot is bounded by lane.
///
/// K1  At most `slots` calls are under way.
/// K2  A lane takes no slot that the lanes above it have reserved.
/// K3  A free slot goes to the highest lane that waits and may take it; within a lane, to the
///     first that came.
/// K4  A full queue refuses; nothing is dropped from it.

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
    std::uint32_t reserve = 0;    ///< Slots that no lane below takes.
    std::uint32_t queue_max = 8;  ///< Calls that may wait.
};

struct BulkheadRules {
    std::uint32_t slots = 16;
    std::array<LaneRules, kLanes> lanes = {
        LaneRules{2, 64}, LaneRules{2, 64}, LaneRules{2, 32}, LaneRules{2, 32}, LaneRules{0, 8}};
};

/// Allocates when it is made and never again. Threads: one at a time.
class Bulkhead {
public:
    /// The caller's name for a call that waits.
    using Ticket = std::uint64_t;

    enum class Entry : std::uint8_t { Started, Waiting, Refused };

    explicit Bulkhead(const BulkheadRules& rules = {});

    /// Started: a slot is taken until `leave`. Waiting: `next` will hand the ticket out.
    [[nodiscard]] Entry enter(Lane lane, Ticket ticket);

    /// Gives a slot back. Whoever calls this then asks `next` until nothing comes.
    void leave();

    /// The next waiting call, which now holds a slot.
    [[nodiscard]] std::optional<Ticket> next();

    /// Takes a waiting call out, whose time has passed. False: it does not wait.
    [[nodiscard]] bool withdraw(Lane lane, Ticket ticket);

    [[nodiscard]] std::uint32_t under_way() const { return under_way_; }

    [[nodiscard]] std::size_t waiting(Lane lane) const { return queue(lane).count; }

private:
    /// A ring.
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
    std::array<std::uint32_t, kLanes> limits_{};  ///< Of `under_way_`, by lane.
    std::array<Queue, kLanes> queues_;
};

}  // namespace botcore::resilience
