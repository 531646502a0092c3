#pragma once

/// Joins a depth snapshot and the stream of changes into one book without a hole: the documented
/// rules of both markets as a pure state machine. It keeps no book; it tells a sink what to change.
///
/// S1  What the sink was told is, from `book_ready` to the next `book_reset`, exactly the
///     exchange's book at one update id (down to the snapshot's depth). In doubt it is reset.
/// S2  Update ids only rise while the book stands.
/// S3  Quantities are absolute; zero removes; removing an unknown level is normal.
/// S4  At most `changes_max` changes wait for a snapshot. The oldest is dropped when there is no
///     room: a snapshot that would have needed it is then too old, by the rule for that.
///
///              ┌───────────────────── gap, or reset() ──────────────────────┐
///              v                                                            │
///   AwaitingSnapshot ──snapshot──> Joining ──first change that fits──> Synced
///      │  ^  │  ^                     │
///      │  └──┘ change: kept           │ first change that does not fit
///      └─ snapshot too old: refused   └──> AwaitingSnapshot
///
///   apply(change) keeps, joins, or finds the gap; apply(snapshot) replays what was kept.
///
/// Rules (binance.md 3.4; spot web-socket-streams.md "How to manage a local order book correctly",
/// read 2026-07-21; futures "How to manage a local order book correctly", 2026-05-28):
///
///                      spot                                 futures
///   snapshot too old   lastUpdateId < first U kept          the same: it could not fit
///   dropped            u <= lastUpdateId                    u < lastUpdateId
///   first change fits  U <= lastUpdateId + 1                U <= lastUpdateId <= u
///   afterwards         u <= local: ignored                  u <= local: ignored (see below)
///                      U > local + 1: gap                   pu != local: gap
///
/// Spot's text wants the first change to contain lastUpdateId. When a change ended exactly there
/// (recorded, ETHUSDT 2024-08-08), none does: the next begins at lastUpdateId + 1, without a hole.
/// Futures have no rule for a change that comes twice, as when a new connection overlaps the old.
/// What is not newer than the book can only repeat it, so it is ignored there as well.

#include "model/depth.hpp"
#include "model/names.hpp"
#include "protocol/market_messages.hpp"

#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <vector>

namespace botcore::gateway {

/// Hears what happens to the book. Called in the order in which it happens.
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

/// What became of one message.
enum class StitchStep : std::uint8_t {
    Applied,      ///< The sink was told.
    Kept,         ///< A change that waits for a snapshot.
    Ignored,      ///< Nothing new: an old or doubled change, or a snapshot that nobody wanted.
    Gap,          ///< Changes are missing: the book was reset, a new snapshot is wanted.
    SnapshotOld,  ///< The snapshot does not reach the changes that were kept: ask again.
};

class DepthStitcher {
public:
    explicit DepthStitcher(model::Market market, std::size_t changes_max = 1'000);

    /// Takes a `DepthUpdate` or a `DepthSnapshot`; other kinds are `Ignored`.
    StitchStep apply(const protocol::MarketMessage& message, DepthSink& sink);

    /// The connection was lost or the recording starts anew: forgets everything.
    void reset(DepthSink& sink);

    [[nodiscard]] StitchState state() const { return state_; }

    [[nodiscard]] bool snapshot_wanted() const { return state_ == StitchState::AwaitingSnapshot; }

    /// The update id that the book stands at; zero while a snapshot is awaited.
    [[nodiscard]] std::uint64_t last_update() const { return last_update_; }

    /// Changes dropped for want of room since the beginning.
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
