#include "base/random.hpp"
#include "gateway/depth_stitcher.hpp"
#include "model/depth.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <map>
#include <utility>
#include <vector>

namespace botcore::gateway {
namespace {

using base::Random;
using model::Level;
using model::Market;
using model::Price;
using model::Quantity;
using model::Side;
using protocol::MarketMessage;
using protocol::MarketMessageKind;

using Reference = std::map<std::pair<Side, Price>, Quantity>;

/// An exchange that changes its book, publishes the changes, and remembers the book at each update.
class Exchange {
public:
    Exchange(Market market, std::uint64_t seed) : market_(market), random_(seed) {}

    MarketMessage next_change() {
        MarketMessage message;
        message.kind = MarketMessageKind::DepthUpdate;
        if (market_ == Market::Futures) {
            message.previous_update = update_;
            update_ += random_.below(5);  // Ids of other symbols in between.
        }
        message.first_update = update_ + 1;
        const std::uint64_t updates = 1 + random_.below(4);
        for (std::uint64_t i = 0; i < updates; ++i) {
            ++update_;
            const Side side = random_.chance(1, 2) ? Side::Buy : Side::Sell;
            const auto price = Price::whole(random_.between(1, 12));
            const auto quantity = Quantity::whole(random_.between(0, 3));
            if (quantity.is_zero()) {
                book_.erase({side, price});
            } else {
                book_[{side, price}] = quantity;
            }
            (side == Side::Buy ? message.bids : message.asks).push_back({price, quantity});
            history_[update_] = book_;
        }
        message.last_update = update_;
        return message;
    }

    MarketMessage snapshot() const {
        MarketMessage message;
        message.kind = MarketMessageKind::DepthSnapshot;
        message.last_update = update_;
        for (const auto& [place, quantity] : book_) {
            auto& levels = place.first == Side::Buy ? message.bids : message.asks;
            levels.push_back({place.second, quantity});
        }
        return message;
    }

    const Reference& book_at(std::uint64_t update) const { return history_.at(update); }

private:
    Market market_;
    Random random_;
    std::uint64_t update_ = 100;
    Reference book_;
    std::map<std::uint64_t, Reference> history_;
};

class BookSink final : public DepthSink {
public:
    void book_reset() override {
        book.clear();
        ready = false;
    }

    void set_level(Side side, const Level& level) override { book.set(side, level); }

    void book_ready() override { ready = true; }

    [[nodiscard]] Reference levels() const {
        Reference result;
        for (const Side side : {Side::Buy, Side::Sell}) {
            for (const Level& level : book.levels(side))
                result[{side, level.price}] = level.quantity;
        }
        return result;
    }

    model::DepthBook book;
    bool ready = false;
};

/// Loses, duplicates, delays and reorders changes, and answers snapshot requests late. When the
/// stitcher reports that the book is ready, it must be the exchange's book at the reported update
/// id.
void check_never_silently_wrong(Market market, std::uint64_t seed) {
    Random random(seed);
    Exchange exchange(market, random.next());
    DepthStitcher stitcher(market, 1 + random.below(8));
    BookSink sink;
    std::vector<MarketMessage> late;
    MarketMessage snapshot = exchange.snapshot();
    const bool lossy = random.chance(1, 2);
    int ready_count = 0;
    const auto deliver = [&](const MarketMessage& message) {
        (void)stitcher.apply(message, sink);
        RC_ASSERT(sink.ready == (stitcher.state() == StitchState::Synced));
        if (!sink.ready) return;
        ++ready_count;
        RC_ASSERT(sink.levels() == exchange.book_at(stitcher.last_update()));
    };
    for (int i = 0; i < 400; ++i) {
        const bool quiet = i >= 300;  // In the last steps there are no more faults.
        MarketMessage message = exchange.next_change();
        if (quiet || !random.chance(1, 6)) {
            deliver(message);
            if (!quiet && random.chance(1, 8)) deliver(message);
        } else if (!lossy || random.chance(1, 2)) {
            late.push_back(std::move(message));
        }
        if (!late.empty() && (quiet || random.chance(1, 3))) {
            const auto which = static_cast<std::ptrdiff_t>(random.below(late.size()));
            deliver(*(late.begin() + which));
            late.erase(late.begin() + which);
        }
        if (random.chance(1, 4)) snapshot = exchange.snapshot();  // The response may be old.
        if (stitcher.snapshot_wanted() && random.chance(1, 3)) deliver(snapshot);
    }
    RC_ASSERT(ready_count > 0);
    RC_ASSERT(stitcher.state() == StitchState::Synced);
}

RC_GTEST_PROP(DepthStitcherProperty, SpotIsNeverSilentlyWrong, (std::uint64_t seed)) {
    check_never_silently_wrong(Market::Spot, seed);
}

RC_GTEST_PROP(DepthStitcherProperty, FuturesAreNeverSilentlyWrong, (std::uint64_t seed)) {
    check_never_silently_wrong(Market::Futures, seed);
}

}  // namespace
}  // namespace botcore::gateway
