#pragma once

/// Joins a depth snapshot and the stream of changes into one book without a gap: the documented
/// rules of both markets as a pure state machine. It stores no book itself; it instructs a sink
/// what to change.
///
/// S1  From `book_ready` to the next `book_reset`, the book that the sink received is exactly the
///     exchange's book at one update id (down to the snapshot's depth). If there is any doubt, the
///     book is reset.
/// S2  Update ids only increase until the book is reset.
/// S3  Quantities are absolute; zero removes a level; removing an unknown level is normal.
/// S4  At most `changes_max` changes are buffered while a snapshot is awaited. When the buffer is
///     full the oldest is dropped; a snapshot that would have needed it is then refused as too
///     old.
///
///              ┌───────────────────── gap, or reset() ──────────────────────┐
///              v                                                            │
///   AwaitingSnapshot ──snapshot──> Joining ──first change that fits──> Synced
///      │  ^  │  ^                     │
///      │  └──┘ change: buffered       │ first change that does not fit
///      └─ snapshot too old: refused   └──> AwaitingSnapshot
///
///   apply(change) buffers, joins, or finds a gap; apply(snapshot) applies the buffered changes.
///
/// Rules (binance.md 3.4; spot web-socket-streams.md "How to manage a local order book correctly",
/// read 2026-07-21; futures "How to manage a local order book correctly", 2026-05-28):
///
///                      spot                                 futures
///   snapshot too old   lastUpdateId < first U buffered      the same: it could not fit
///   dropped            u <= lastUpdateId                    u < lastUpdateId
///   first change fits  U <= lastUpdateId + 1                U <= lastUpdateId <= u
///   afterwards         u <= local: ignored                  u <= local: ignored (see below)
///                      U > local + 1: gap                   pu != local: gap
///
/// Spot's text requires the first change to contain lastUpdateId. When a change ended exactly at
/// lastUpdateId (recorded, ETHUSDT 2024-08-08), no later change contains it: the next one begins at
/// lastUpdateId + 1, without a gap. The futures text has no rule for a change that is received
/// twice, as when a new connection overlaps the old one. A change that is not newer than the book
/// can only repeat what the book already contains, so it is ignored on futures as well.

#include "model/depth.hpp"
#include "model/names.hpp"
#include "protocol/binance/market_messages.hpp"

#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <vector>

namespace botcore::gateway {

/// Receives the changes of the book, in the order in which they happen.
class DepthSink {
public:
    virtual ~DepthSink() = default;

    /// The book is empty and incomplete from here on.
    virtual void book_reset() = 0;

    /// Sets the quantity of a level; zero removes it.
    virtual void set_level(model::Side side, const model::Level& level) = 0;

    /// The book is complete from here on.
    virtual void book_ready() = 0;
};

enum class StitchState : std::uint8_t { AwaitingSnapshot, Joining, Synced };

/// The result of one message.
enum class StitchStep : std::uint8_t {
    Applied,  ///< The message was passed to the sink.
    Kept,     ///< A change that is buffered until the snapshot arrives.
    /// Nothing new: an old or duplicate change, or a snapshot that was not requested.
    Ignored,
    Gap,          ///< Changes are missing: the book was reset and a new snapshot is needed.
    SnapshotOld,  ///< The snapshot is older than the buffered changes: request another one.
};

class DepthStitcher {
public:
    explicit DepthStitcher(model::Market market, std::size_t changes_max = 1'000);

    /// Takes a `DepthUpdate` or a `DepthSnapshot`; other kinds are `Ignored`.
    StitchStep apply(const protocol::MarketMessage& message, DepthSink& sink);

    /// Discards everything, because the connection was lost or the recording restarts.
    void reset(DepthSink& sink);

    [[nodiscard]] StitchState state() const { return state_; }

    [[nodiscard]] bool snapshot_wanted() const { return state_ == StitchState::AwaitingSnapshot; }

    /// The update id of the book; zero while a snapshot is awaited.
    [[nodiscard]] std::uint64_t last_update() const { return last_update_; }

    /// The number of changes that were dropped because the buffer was full, since construction.
    [[nodiscard]] std::uint64_t dropped_count() const { return dropped_count_; }

private:
    struct Change {
        std::uint64_t first_update = 0;
        std::uint64_t last_update = 0;
        std::optional<std::uint64_t> previous_update;
        std::vector<model::Level> bids;
        std::vector<model::Level> asks;
    };
    enum class Fit : std::uint8_t { Old, Next, Gap };

    StitchStep take_change(const protocol::MarketMessage& message, DepthSink& sink);
    StitchStep take_snapshot(const protocol::MarketMessage& message, DepthSink& sink);
    void keep(const protocol::MarketMessage& message);
    void lose(DepthSink& sink);
    void replay(DepthSink& sink);
    template <class AnyChange>
    void make(const AnyChange& change, DepthSink& sink);
    template <class AnyChange>
    [[nodiscard]] Fit fit_of(const AnyChange& change) const;

    model::Market market_;
    StitchState state_ = StitchState::AwaitingSnapshot;
    std::uint64_t last_update_ = 0;
    std::uint64_t dropped_count_ = 0;
    std::size_t changes_max_;
    std::deque<Change> kept_;
};

}  // namespace botcore::gateway
