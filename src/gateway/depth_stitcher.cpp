#include "gateway/depth_stitcher.hpp"

#include "base/check.hpp"

#include <utility>

namespace botcore::gateway {

using model::Market;
using model::Side;
using protocol::MarketMessage;
using protocol::MarketMessageKind;

namespace {

template <class Levels>
void set_levels(Side side, const Levels& levels, DepthSink& sink) {
    for (const model::Level& level : levels)
        sink.set_level(side, level);
}

/// Snapshots list the best price first, while books store their best price last. Iterating from the
/// back means that each level is only appended.
void set_whole_side(Side side, const std::vector<model::Level>& levels, DepthSink& sink) {
    for (auto level = levels.rbegin(); level != levels.rend(); ++level) {
        sink.set_level(side, *level);
    }
}

}  // namespace

DepthStitcher::DepthStitcher(Market market, std::size_t changes_max)
    : market_(market),
      changes_max_(changes_max) {
    CHECK(changes_max > 0);
}

StitchStep DepthStitcher::apply(const MarketMessage& message, DepthSink& sink) {
    switch (message.kind) {
        case MarketMessageKind::DepthUpdate:
            return take_change(message, sink);
        case MarketMessageKind::DepthSnapshot:
            return take_snapshot(message, sink);
        case MarketMessageKind::Ignored:
        case MarketMessageKind::Trade:
        case MarketMessageKind::AggregateTrade:
        case MarketMessageKind::BookTicker:
            break;
    }
    return StitchStep::Ignored;
}

void DepthStitcher::reset(DepthSink& sink) {
    kept_.clear();
    lose(sink);
}

StitchStep DepthStitcher::take_change(const MarketMessage& message, DepthSink& sink) {
    if (state_ == StitchState::AwaitingSnapshot) {
        keep(message);
        return StitchStep::Kept;
    }
    switch (fit_of(message)) {
        case Fit::Old:
            return StitchStep::Ignored;
        case Fit::Next:
            make(message, sink);
            return StitchStep::Applied;
        case Fit::Gap:
            break;
    }
    lose(sink);
    keep(message);
    return StitchStep::Gap;
}

StitchStep DepthStitcher::take_snapshot(const MarketMessage& message, DepthSink& sink) {
    if (state_ != StitchState::AwaitingSnapshot) return StitchStep::Ignored;
    // The documented rule compares with the first buffered change, before any is dropped.
    if (!kept_.empty() && message.last_update < kept_.front().first_update) {
        return StitchStep::SnapshotOld;
    }
    sink.book_reset();
    set_whole_side(Side::Buy, message.bids, sink);
    set_whole_side(Side::Sell, message.asks, sink);
    last_update_ = message.last_update;
    state_ = StitchState::Joining;
    while (!kept_.empty()) {
        const Fit fit = fit_of(kept_.front());
        if (fit == Fit::Gap) {
            // From this change on the buffered changes are gapless again and may fit the next
            // snapshot.
            lose(sink);
            return StitchStep::Gap;
        }
        if (fit == Fit::Next) make(kept_.front(), sink);
        kept_.pop_front();
    }
    return StitchStep::Applied;
}

void DepthStitcher::keep(const MarketMessage& message) {
    if (kept_.size() >= changes_max_) {  // S4
        kept_.pop_front();
        ++dropped_count_;
    }
    kept_.push_back({.first_update = message.first_update,
                     .last_update = message.last_update,
                     .previous_update = message.previous_update,
                     .bids = message.bids,
                     .asks = message.asks});
}

void DepthStitcher::lose(DepthSink& sink) {
    state_ = StitchState::AwaitingSnapshot;
    last_update_ = 0;
    sink.book_reset();
}

template <class AnyChange>
void DepthStitcher::make(const AnyChange& change, DepthSink& sink) {
    set_levels(Side::Buy, change.bids, sink);
    set_levels(Side::Sell, change.asks, sink);
    CHECK(change.last_update >= last_update_);  // S2
    last_update_ = change.last_update;
    if (state_ == StitchState::Joining) {
        state_ = StitchState::Synced;
        sink.book_ready();
    }
}

/// Implements the table of rules in the header.
template <class AnyChange>
DepthStitcher::Fit DepthStitcher::fit_of(const AnyChange& change) const {
    const bool joining = state_ == StitchState::Joining;
    switch (market_) {
        case Market::Spot:
            if (change.last_update <= last_update_) return Fit::Old;
            return change.first_update <= last_update_ + 1 ? Fit::Next : Fit::Gap;
        case Market::Futures:
            break;
    }
    if (joining) {
        if (change.last_update < last_update_) return Fit::Old;
        return change.first_update <= last_update_ ? Fit::Next : Fit::Gap;
    }
    if (change.last_update <= last_update_) return Fit::Old;
    return change.previous_update == last_update_ ? Fit::Next : Fit::Gap;
}

}  // namespace botcore::gateway
