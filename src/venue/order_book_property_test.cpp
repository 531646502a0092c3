#include "venue/order_book.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <list>

// Compares the book with a model that stores each level as a plain list, front first.

namespace botcore::venue {
namespace {

using model::Level;
using model::Price;
using model::Quantity;
using model::Side;

struct Entry {
    OrderSerial serial;  ///< `kAnonymous` for anonymous pieces.
    Party party;
    Quantity quantity;
};

class PlainBook {
public:
    using Levels = std::map<Price, std::list<Entry>>;

    void set_anonymous(Side side, Level level) {
        auto& entries = levels(side)[level.price];
        Quantity known;
        for (const Entry& entry : entries) {
            if (entry.serial == kAnonymous) known += entry.quantity;
        }
        if (level.quantity >= known) {
            entries.push_back({kAnonymous, Party(), level.quantity - known});
        }
        Quantity excess = known - std::min(known, level.quantity);
        for (auto entry = entries.rbegin(); entry != entries.rend(); ++entry) {
            if (entry->serial != kAnonymous) continue;
            const Quantity gone = std::min(excess, entry->quantity);
            entry->quantity -= gone;
            excess -= gone;
        }
        tidy(side);
    }

    void add(const BookOrder& order) {
        levels(order.side)[order.price].push_back({order.serial, order.party, order.quantity});
    }

    void remove(OrderSerial serial) {
        for (const Side side : {Side::Buy, Side::Sell}) {
            for (auto& [price, entries] : levels(side)) {
                entries.remove_if([serial](const Entry& entry) { return entry.serial == serial; });
            }
            tidy(side);
        }
    }

    std::vector<Match> take(Taker taker) {
        std::vector<Match> matches;
        const Side side = opposite(taker.side);
        while (taker.quantity.is_positive() && !levels(side).empty()) {
            auto& [price, entries] = *best(side);
            const bool out =
                taker.limit && (side == Side::Sell ? price > *taker.limit : price < *taker.limit);
            if (out) break;
            Entry& first = entries.front();
            if (first.serial != kAnonymous && first.party == taker.party) {
                matches.push_back(
                    {MatchKind::SelfTradePrevented, price, first.quantity, first.serial});
                first.quantity = Quantity();
            } else {
                const Quantity got = std::min(first.quantity, taker.quantity);
                append(matches, {MatchKind::Trade, price, got, first.serial});
                first.quantity -= got;
                taker.quantity -= got;
            }
            tidy(side);
        }
        return matches;
    }

    std::vector<Match> hit(PublicTrade trade) {
        std::vector<Match> matches;
        const Side side = opposite(trade.aggressor);
        std::vector<Price> passed;
        for (const auto& [price, entries] : levels(side)) {
            if (side == Side::Buy ? price > trade.price : price < trade.price) {
                passed.push_back(price);
            }
        }
        if (side == Side::Buy) std::reverse(passed.begin(), passed.end());
        for (const Price price : passed) {
            for (Entry& entry : levels(side)[price]) {
                if (entry.serial == kAnonymous) continue;
                matches.push_back({MatchKind::Trade, price, entry.quantity, entry.serial});
                entry.quantity = Quantity();
            }
        }
        for (Entry& entry : levels(side)[trade.price]) {
            const Quantity got = std::min(entry.quantity, trade.quantity);
            if (entry.serial != kAnonymous && got.is_positive()) {
                matches.push_back({MatchKind::Trade, trade.price, got, entry.serial});
            }
            entry.quantity -= got;
            trade.quantity -= got;
        }
        tidy(side);
        return matches;
    }

    /// The quantity in front of each order.
    std::map<OrderSerial, Quantity> fronts() {
        std::map<OrderSerial, Quantity> all;
        for (const Side side : {Side::Buy, Side::Sell}) {
            for (const auto& [price, entries] : levels(side)) {
                Quantity front;
                for (const Entry& entry : entries) {
                    if (entry.serial != kAnonymous) all[entry.serial] = front;
                    front += entry.quantity;
                }
            }
        }
        return all;
    }

    /// Merges neighboring anonymous pieces into one match.
    static void append(std::vector<Match>& matches, const Match& match) {
        const bool joins = !matches.empty() && match.resting == kAnonymous &&
                           matches.back().resting == kAnonymous &&
                           matches.back().price == match.price;
        if (joins) {
            matches.back().quantity += match.quantity;
        } else {
            matches.push_back(match);
        }
    }

private:
    Levels& levels(Side side) { return side == Side::Buy ? bids_ : asks_; }

    Levels::iterator best(Side side) {
        return side == Side::Buy ? std::prev(bids_.end()) : asks_.begin();
    }

    void tidy(Side side) {
        auto& all = levels(side);
        for (auto level = all.begin(); level != all.end();) {
            level->second.remove_if([](const Entry& entry) { return entry.quantity.is_zero(); });
            level = level->second.empty() ? all.erase(level) : std::next(level);
        }
    }

    Levels bids_;
    Levels asks_;
};

Side any_side() {
    return *rc::gen::element(Side::Buy, Side::Sell);
}

Price any_price() {
    return Price::whole(*rc::gen::inRange(95, 106));
}

Quantity any_quantity(int low) {
    return Quantity::whole(*rc::gen::inRange(low, 12));
}

void expect_same(const OrderBook& book, PlainBook& plain) {
    for (const auto& [serial, front] : plain.fronts()) {
        RC_ASSERT(book.open_quantity(serial).is_positive());
        RC_ASSERT(book.in_front_of(serial) == front);
    }
}

RC_GTEST_PROP(OrderBookProperty, MatchesAModelWithOnePlainListPerLevel, ()) {
    OrderBook book;
    PlainBook plain;
    std::uint64_t last = 0;
    const int steps = *rc::gen::inRange(1, 120);
    for (int step = 0; step < steps; ++step) {
        const int action = *rc::gen::inRange(0, 10);
        if (action < 4) {
            const Side side = any_side();
            const Level level{any_price(), any_quantity(0)};
            book.set_anonymous(side, level);
            plain.set_anonymous(side, level);
        } else if (action < 6) {
            const BookOrder order{.serial = OrderSerial(++last),
                                  .party = Party(*rc::gen::inRange<std::uint64_t>(1, 4)),
                                  .side = any_side(),
                                  .price = any_price(),
                                  .quantity = any_quantity(1)};
            book.add(order);
            plain.add(order);
        } else if (action < 7 && last > 0) {
            const OrderSerial serial(*rc::gen::inRange<std::uint64_t>(1, last + 1));
            const bool stood = book.open_quantity(serial).is_positive();
            RC_ASSERT(book.remove(serial) == stood);
            plain.remove(serial);
        } else if (action < 9) {
            const Taker taker{.party = Party(*rc::gen::inRange<std::uint64_t>(1, 5)),
                              .side = any_side(),
                              .quantity = any_quantity(1),
                              .limit = any_price()};
            const Reach reach = book.reach(taker);
            std::vector<Match> matches;
            std::vector<Match> joined;
            book.take(taker, matches);
            Quantity got;
            for (const Match& match : matches) {
                PlainBook::append(joined, match);
                if (match.kind == MatchKind::Trade) got += match.quantity;
            }
            RC_ASSERT(joined == plain.take(taker));
            RC_ASSERT(got == reach.quantity);
        } else {
            PublicTrade trade{any_price(), any_quantity(1), any_side()};
            const auto expected = plain.hit(trade);
            std::vector<Match> matches;
            while (const auto match = book.hit_next(trade))
                matches.push_back(*match);
            RC_ASSERT(matches == expected);
        }
        expect_same(book, plain);
    }
}

}  // namespace
}  // namespace botcore::venue
