#include "venue/order_book.hpp"

#include <algorithm>
#include <utility>

namespace botcore::venue {

using model::Level;
using model::Money;
using model::Price;
using model::Quantity;
using model::Side;

namespace {

/// A quantity larger than any level can hold (model rule A1): an order with this `ahead` is behind
/// the whole level.
constexpr Quantity kEverything = Quantity::whole(1'000'000'000'000'000);

/// True when `a` is a worse price than `b` for orders on `side`.
bool worse(Side side, Price a, Price b) {
    return side == Side::Buy ? a < b : a > b;
}

/// True when an order on `side` with `limit` would trade at `price`.
bool within(Side side, const std::optional<Price>& limit, Price price) {
    return !limit || (side == Side::Buy ? price <= *limit : price >= *limit);
}

template <class Levels>
auto lower_bound(Levels& levels, Side side, Price price) {
    return std::lower_bound(
        levels.begin(), levels.end(), price, [side](const auto& level, Price wanted) {
            return worse(side, level.price, wanted);
        });
}

}  // namespace

OrderBook::Queue* OrderBook::find_queue(Side side, Price price) {
    return const_cast<Queue*>(std::as_const(*this).find_queue(side, price));
}

const OrderBook::Queue* OrderBook::find_queue(Side side, Price price) const {
    const Queues& list = queues(side);
    if (list.empty()) return nullptr;
    const auto place = lower_bound(list, side, price);
    return place != list.end() && place->price == price ? &*place : nullptr;
}

OrderBook::Queue& OrderBook::make_queue(Side side, Price price) {
    if (Queue* queue = find_queue(side, price)) return *queue;
    Queues& list = queues(side);
    const auto place = lower_bound(list, side, price);
    return *list.insert(
        place,
        {.price = price, .orders = {}, .tail = anonymous_at(side, price), .confirmed = true});
}

Quantity OrderBook::anonymous_at(Side side, Price price) const {
    const auto& levels = anonymous_.levels(side);
    const auto place = lower_bound(levels, side, price);
    return place != levels.end() && place->price == price ? place->quantity : Quantity();
}

/// Adjusts the queue's anonymous parts so that they sum up to `total`: an increase joins at the
/// back, a decrease is taken from the back.
void OrderBook::align(Queue& queue, Quantity total) {
    Quantity known = queue.tail;
    for (const QueuedOrder& order : queue.orders)
        known += order.ahead;
    if (total >= known) {
        queue.tail += total - known;
        return;
    }
    Quantity excess = known - total;
    const auto shrink = [&excess](Quantity& part) {
        const Quantity gone = std::min(part, excess);
        part -= gone;
        excess -= gone;
    };
    shrink(queue.tail);
    for (auto order = queue.orders.rbegin(); order != queue.orders.rend(); ++order) {
        shrink(order->ahead);
    }
}

/// Sets the anonymous quantity of an unconfirmed queue once the side has any level: the rebuild of
/// the side has then begun, and a level without an entry is empty.
void OrderBook::settle_unconfirmed(Side side, Queue& queue) {
    if (queue.confirmed || anonymous_.levels(side).empty()) return;
    align(queue, anonymous_at(side, queue.price));
    queue.confirmed = true;
}

void OrderBook::set_anonymous(Side side, Level level) {
    anonymous_.set(side, level);
    rebuilding_ = false;
    if (Queue* queue = find_queue(side, level.price)) {
        align(*queue, level.quantity);  // B1
        queue->confirmed = true;
    }
}

void OrderBook::clear_anonymous() {
    anonymous_.clear();
    rebuilding_ = true;
    for (Queues& list : queues_) {
        for (Queue& queue : list) {
            queue.tail = Quantity();
            queue.confirmed = false;
        }
    }
}

void OrderBook::add(const BookOrder& order) {
    CHECK(order.quantity.is_positive());  // B3
    CHECK(order.serial != kAnonymous);
    const bool is_new =
        places_.emplace(order.serial, Place{.side = order.side, .price = order.price}).second;
    CHECK(is_new);
    Queue& queue = make_queue(order.side, order.price);
    if (rebuilding_) queue.confirmed = false;
    const Quantity ahead = std::exchange(queue.tail, Quantity());
    queue.orders.push_back({.serial = order.serial,
                            .party = order.party,
                            .remaining = order.quantity,
                            .ahead = rebuilding_ ? kEverything : ahead,
                            .firmness = order.firmness});
}

bool OrderBook::remove(OrderSerial serial) {
    const auto place = places_.find(serial);
    if (place == places_.end()) return false;
    const Side side = place->second.side;
    Queue& queue = make_queue(side, place->second.price);
    for (std::size_t i = 0; i < queue.orders.size(); ++i) {
        if (queue.orders[i].serial != serial) continue;
        erase(side, queue, i);
        return true;
    }
    CHECK(false);  // Every order in `places_` is in its queue.
    return false;
}

void OrderBook::reduce(OrderSerial serial, Quantity remaining) {
    CHECK(remaining.is_positive());  // B3
    const auto place = places_.find(serial);
    CHECK(place != places_.end());
    Queue& queue = make_queue(place->second.side, place->second.price);
    for (QueuedOrder& order : queue.orders) {
        if (order.serial != serial) continue;
        CHECK(remaining <= order.remaining);
        order.remaining = remaining;
    }
}

/// The anonymous quantity in front of the removed order moves to the next order, or to the tail.
void OrderBook::erase(Side side, Queue& queue, std::size_t index) {
    const auto order = queue.orders.begin() + static_cast<std::ptrdiff_t>(index);
    const Quantity ahead = order->ahead;
    places_.erase(order->serial);
    const auto next = queue.orders.erase(order);
    (next == queue.orders.end() ? queue.tail : next->ahead) += ahead;
    if (!queue.orders.empty()) return;
    Queues& list = queues(side);
    list.erase(list.begin() + (&queue - list.data()));
}

void OrderBook::lower_anonymous(Side side, Price price, Quantity quantity) {
    const Quantity level = anonymous_at(side, price);
    anonymous_.set(side, {.price = price, .quantity = level - std::min(level, quantity)});
}

/// Consumes anonymous quantity of a level from the front of its queue.
void OrderBook::consume_anonymous(Side side, Price price, Quantity quantity) {
    lower_anonymous(side, price, quantity);
    Queue* queue = find_queue(side, price);
    if (queue == nullptr || !queue->confirmed) return;
    const auto eat = [&quantity](Quantity& part) {
        const Quantity gone = std::min(part, quantity);
        part -= gone;
        quantity -= gone;
    };
    for (QueuedOrder& order : queue->orders)
        eat(order.ahead);
    eat(queue->tail);
}

/// Fills the first order of a queue and removes it when nothing is open.
void OrderBook::fill(Side side, Queue& queue, Quantity quantity) {
    QueuedOrder& order = queue.orders.front();
    CHECK(quantity <= order.remaining);
    order.remaining -= quantity;
    if (order.remaining.is_zero()) erase(side, queue, 0);
}

std::optional<Match> OrderBook::take_next(const Taker& taker) {
    const Side side = opposite(taker.side);
    const auto price = best(side);
    if (!price || !taker.quantity.is_positive()) return std::nullopt;
    if (!within(taker.side, taker.limit, *price)) return std::nullopt;
    Queue* queue = find_queue(side, *price);
    if (queue != nullptr) settle_unconfirmed(side, *queue);
    const Quantity anonymous = queue == nullptr   ? anonymous_at(side, *price)
                               : queue->confirmed ? queue->orders.front().ahead
                                                  : Quantity();
    if (anonymous.is_positive()) {
        const Quantity quantity = std::min(anonymous, taker.quantity);
        if (queue != nullptr) queue->orders.front().ahead -= quantity;
        lower_anonymous(side, *price, quantity);
        return Match{MatchKind::Trade, *price, quantity, kAnonymous};
    }
    const QueuedOrder first = queue->orders.front();
    if (first.party == taker.party) {
        erase(side, *queue, 0);
        return Match{MatchKind::SelfTradePrevented, *price, first.remaining, first.serial};
    }
    const Quantity quantity = std::min(first.remaining, taker.quantity);
    fill(side, *queue, quantity);
    return Match{MatchKind::Trade, *price, quantity, first.serial};
}

void OrderBook::take(const Taker& taker, std::vector<Match>& matches) {
    Taker left = taker;
    while (const auto match = take_next(left)) {
        if (match->kind == MatchKind::Trade) left.quantity -= match->quantity;
        matches.push_back(*match);
    }
}

std::optional<Match> OrderBook::hit_next(PublicTrade& trade) {
    const Side side = opposite(trade.aggressor);
    Queues& list = queues(side);
    if (!list.empty() && worse(side, trade.price, list.back().price)) {
        Queue& passed = list.back();
        const QueuedOrder first = passed.orders.front();
        const Match match{MatchKind::Trade, passed.price, first.remaining, first.serial};
        fill(side, passed, first.remaining);
        return match;
    }
    if (!list.empty() && list.back().price == trade.price) {
        Queue& queue = list.back();
        settle_unconfirmed(side, queue);
        QueuedOrder& first = queue.orders.front();
        const Quantity eaten = std::min(first.ahead, trade.quantity);
        first.ahead -= eaten;
        trade.quantity -= eaten;
        if (queue.confirmed && eaten.is_positive()) lower_anonymous(side, trade.price, eaten);
        if (!trade.quantity.is_positive()) return std::nullopt;
        const Match match{
            MatchKind::Trade, trade.price, std::min(first.remaining, trade.quantity), first.serial};
        trade.quantity -= match.quantity;
        fill(side, queue, match.quantity);
        return match;
    }
    if (trade.quantity.is_positive()) lower_anonymous(side, trade.price, trade.quantity);
    trade.quantity = Quantity();
    return std::nullopt;
}

std::optional<Match> OrderBook::cross_next(Side aggressor) {
    const Side side = opposite(aggressor);
    Queues& list = queues(side);
    if (list.empty()) return std::nullopt;
    const auto level = anonymous_.best(aggressor);
    if (!level || worse(aggressor, level->price, list.back().price)) return std::nullopt;
    Queue& queue = list.back();
    const QueuedOrder first = queue.orders.front();
    const Match match{
        MatchKind::Trade, queue.price, std::min(first.remaining, level->quantity), first.serial};
    consume_anonymous(aggressor, level->price, match.quantity);
    fill(side, queue, match.quantity);
    return match;
}

std::optional<Price> OrderBook::best(Side side) const {
    std::optional<Price> price;
    if (const auto level = anonymous_.best(side)) price = level->price;
    const Queues& list = queues(side);
    if (!list.empty() && (!price || worse(side, *price, list.back().price))) {
        price = list.back().price;
    }
    return price;
}

Reach OrderBook::reach(const Taker& taker) const {
    const Side side = opposite(taker.side);
    const auto& levels = anonymous_.levels(side);
    const Queues& list = queues(side);
    auto level = levels.rbegin();
    auto queue = list.rbegin();
    Reach reach;
    const auto take = [&](Price price, Quantity quantity, Firmness firmness) {
        const Quantity taken = std::min(quantity, taker.quantity - reach.quantity);
        if (!taken.is_positive()) return;
        reach.quantity += taken;
        if (firmness == Firmness::Firm) reach.firm_quantity += taken;
        reach.notional += worth(price, taken);
        reach.worst = price;
    };
    while (reach.quantity < taker.quantity && (level != levels.rend() || queue != list.rend())) {
        const bool by_level = queue == list.rend() ||
                              (level != levels.rend() && !worse(side, level->price, queue->price));
        const Price price = by_level ? level->price : queue->price;
        if (!within(taker.side, taker.limit, price)) break;
        // The order within a level does not matter here: all of it has one price.
        if (queue != list.rend() && queue->price == price) {
            for (const QueuedOrder& order : queue->orders) {
                if (order.party != taker.party) take(price, order.remaining, order.firmness);
            }
            ++queue;
        }
        if (by_level) {
            take(price, level->quantity, Firmness::Firm);
            ++level;
        }
    }
    return reach;
}

std::optional<Quantity> OrderBook::in_front_of(OrderSerial serial) const {
    const auto place = places_.find(serial);
    if (place == places_.end()) return std::nullopt;
    const Queue* queue = find_queue(place->second.side, place->second.price);
    CHECK(queue != nullptr);
    if (!queue->confirmed) return std::nullopt;
    Quantity front;
    for (const QueuedOrder& order : queue->orders) {
        front += order.ahead;
        if (order.serial == serial) break;
        front += order.remaining;
    }
    return front;
}

Quantity OrderBook::open_quantity(OrderSerial serial) const {
    const auto place = places_.find(serial);
    if (place == places_.end()) return Quantity();
    const Queue* queue = find_queue(place->second.side, place->second.price);
    CHECK(queue != nullptr);
    for (const QueuedOrder& order : queue->orders) {
        if (order.serial == serial) return order.remaining;
    }
    return Quantity();
}

}  // namespace botcore::venue
