#include "venue/matching.hpp"

#include <algorithm>

namespace botcore::venue {

using model::Market;
using model::OrderType;
using model::Price;
using model::Quantity;
using model::Side;
using model::TimeInForce;

namespace {

/// True when the unfilled rest of an order may stay in the book.
bool may_rest(const ExchangeOrder& order) {
    if (order.type == OrderType::Market) return false;
    switch (order.time_in_force) {
        case TimeInForce::GoodTillCanceled:
        case TimeInForce::PostOnly:
            return true;
        case TimeInForce::ImmediateOrCancel:
        case TimeInForce::FillOrKill:
            break;
    }
    return false;
}

bool is_fill_or_kill(const ExchangeOrder& order) {
    return order.type == OrderType::Limit && order.time_in_force == TimeInForce::FillOrKill;
}

Taker taker_of(const ExchangeOrder& order) {
    return {.party = order.party,
            .side = order.side,
            .quantity = order.open(),
            .limit = order.type == OrderType::Market ? std::nullopt : order.price};
}

}  // namespace

std::optional<Price> ExchangeOrder::lock_price() const {
    if (!waits() || !stop_price) return price;
    return std::max(*stop_price, price.value_or(*stop_price));
}

bool triggers(const ExchangeOrder& order, const model::PriceRange& seen) {
    CHECK(order.waits() && order.stop_price);
    const bool from_below = (order.side == Side::Buy) == model::is_stop(order.type);
    return from_below ? seen.high >= *order.stop_price : seen.low <= *order.stop_price;
}

std::optional<Rejection> check_receive_window(const model::Attempt& attempt, model::Timestamp now) {
    if (attempt.time >= now + model::Duration::seconds(1)) {
        return Rejection{-1021,
                         "Timestamp for this request was 1000ms ahead of the server's time."};
    }
    if (now > attempt.time + attempt.window) {
        return Rejection{-1021, "Timestamp for this request is outside of the recvWindow."};
    }
    return std::nullopt;
}

bool Matching::would_take(const ExchangeOrder& order) const {
    const auto price = book_.best(opposite(order.side));
    if (!price || !order.price) return false;
    return order.side == Side::Buy ? *price <= *order.price : *price >= *order.price;
}

/// Counts only liquidity that cannot leave the book during matching, so that M2 holds.
bool Matching::fills_completely(const ExchangeOrder& order) const {
    return book_.reach(taker_of(order)).firm_quantity == order.open();
}

std::optional<Rejection> Matching::check_duplicate(const ExchangeOrder& order) const {
    if (find(order.party, order.id) == nullptr) return std::nullopt;
    if (market_ == Market::Futures) return Rejection{-4116, "clientOrderId is duplicated"};
    return Rejection{-2010, "Duplicate order sent."};
}

std::optional<Rejection> Matching::check(const ExchangeOrder& order) const {
    if (auto refused = check_duplicate(order)) return refused;
    return check_taking(order);
}

std::optional<Rejection> Matching::check_taking(const ExchangeOrder& order) const {
    const bool futures = market_ == Market::Futures;
    const bool post_only =
        order.type == OrderType::Limit && order.time_in_force == TimeInForce::PostOnly;
    if (post_only && would_take(order)) {
        if (!futures) return Rejection{-2010, "Order would immediately match and take."};
        return Rejection{-5022,
                         "Due to the order could not be executed as maker, the Post Only order "
                         "will be rejected."};
    }
    if (futures && is_fill_or_kill(order) && !fills_completely(order)) {
        return Rejection{-5021,
                         "Due to the order could not be filled immediately, the FOK order has been "
                         "rejected."};
    }
    return std::nullopt;
}

void Matching::add(ExchangeOrder order) {
    CHECK(order.open().is_positive());
    const bool is_new_id = ids_.emplace(Key{order.party, order.id}, order.serial).second;
    CHECK(is_new_id);  // M1
    open_.emplace(order.serial, std::move(order));
}

void Matching::enter(ExchangeOrder order, MatchingEvents& events) {
    CHECK(!order.waits());
    const OrderSerial serial = order.serial;
    add(std::move(order));
    begin(serial, events);
}

void Matching::wait(ExchangeOrder order) {
    CHECK(order.waits() && order.stop_price);
    waiting_.insert(order.serial);
    add(std::move(order));
}

std::optional<OrderSerial> Matching::next_triggered(const model::PriceRange& seen) const {
    for (const OrderSerial serial : waiting_) {
        if (triggers(open_.at(serial), seen)) return serial;
    }
    return std::nullopt;
}

void Matching::trigger(OrderSerial serial, MatchingEvents& events) {
    const auto erased = waiting_.erase(serial);
    CHECK(erased == 1);
    ExchangeOrder& order = open_.at(serial);
    order.type = triggered_type(order.type);
    begin(serial, events);
}

void Matching::expire_waiting(OrderSerial serial, MatchingEvents& events) {
    CHECK(waiting_.contains(serial));
    end(serial, Ending::ExpiredAtTrigger, events);
}

/// Matches a new or triggered order, then rests or ends the remainder.
void Matching::begin(OrderSerial serial, MatchingEvents& events) {
    const ExchangeOrder& order = open_.at(serial);
    const bool cannot_fill = is_fill_or_kill(order) && !fills_completely(order);
    if (!cannot_fill) match(serial, events);
    const ExchangeOrder* left = find(serial);
    if (left == nullptr) return;
    CHECK(cannot_fill || !is_fill_or_kill(*left));  // M2
    if (!may_rest(*left)) {
        end(serial, Ending::ExpiredUnfilled, events);
        return;
    }
    book_.add({.serial = serial,
               .party = left->party,
               .side = left->side,
               .price = left->price.value_or(Price()),
               .quantity = left->open(),
               .firmness = left->reduce_only == model::ReduceOnly::Yes ? Firmness::Conditional
                                                                       : Firmness::Firm});
}

void Matching::match(OrderSerial serial, MatchingEvents& events) {
    // Terminates: each pass removes an order or liquidity, and event handlers only shrink orders.
    while (const ExchangeOrder* order = find(serial)) {
        const Side side = order->side;
        const auto next = book_.take_next(taker_of(*order));
        if (!next) return;
        if (next->kind == MatchKind::SelfTradePrevented) {
            end(next->resting, Ending::ExpiredSelfTrade, events);
            continue;
        }
        execute({.taker = serial,
                 .maker = next->resting,
                 .taker_side = side,
                 .price = next->price,
                 .quantity = next->quantity},
                events);
    }
}

void Matching::execute(const Execution& execution, MatchingEvents& events) {
    const std::array<OrderSerial, 2> serials = {execution.taker, execution.maker};
    for (const OrderSerial serial : serials) {
        if (serial == kAnonymous) continue;
        ExchangeOrder& order = open_.at(serial);
        order.filled += execution.quantity;
        CHECK(!order.open().is_negative());  // M4
    }
    events.traded(execution);
    for (const OrderSerial serial : serials) {
        const ExchangeOrder* order = find(serial);
        if (order == nullptr || !order->open().is_zero()) continue;
        end(serial,
            order->withdrawn.is_zero() ? Ending::Filled : Ending::ExpiredReduceOnly,
            events);
    }
}

void Matching::end(OrderSerial serial, Ending ending, MatchingEvents& events) {
    const auto place = open_.find(serial);
    CHECK(place != open_.end());
    const ExchangeOrder order = std::move(place->second);
    open_.erase(place);
    waiting_.erase(serial);
    ids_.erase(Key{order.party, order.id});
    book_.remove(serial);
    events.ended(order, ending);
}

bool Matching::cancel(OrderSerial serial, MatchingEvents& events) {
    if (find(serial) == nullptr) return false;
    end(serial, Ending::Canceled, events);
    return true;
}

void Matching::shrink(OrderSerial serial, Quantity open, MatchingEvents& events) {
    const auto place = open_.find(serial);
    if (place == open_.end() || place->second.open() <= open) return;
    ExchangeOrder& order = place->second;
    order.withdrawn += order.open() - open;
    if (!open.is_positive()) {
        end(serial, Ending::ExpiredReduceOnly, events);
        return;
    }
    // An order that is being matched is not in the book yet.
    if (book_.open_quantity(serial).is_positive()) book_.reduce(serial, open);
}

void Matching::forget(OrderSerial serial) {
    const auto place = open_.find(serial);
    if (place == open_.end()) return;
    waiting_.erase(serial);
    ids_.erase(Key{place->second.party, place->second.id});
    open_.erase(place);
    book_.remove(serial);
}

void Matching::public_trade(PublicTrade trade, MatchingEvents& events) {
    const Side side = trade.aggressor;
    while (const auto next = book_.hit_next(trade)) {
        execute({.taker = kAnonymous,
                 .maker = next->resting,
                 .taker_side = side,
                 .price = next->price,
                 .quantity = next->quantity},
                events);
    }
}

void Matching::cross(Side aggressor, MatchingEvents& events) {
    while (const auto next = book_.cross_next(aggressor)) {
        execute({.taker = kAnonymous,
                 .maker = next->resting,
                 .taker_side = aggressor,
                 .price = next->price,
                 .quantity = next->quantity},
                events);
    }
}

const ExchangeOrder* Matching::find(OrderSerial serial) const {
    const auto place = open_.find(serial);
    return place == open_.end() ? nullptr : &place->second;
}

const ExchangeOrder* Matching::find(Party party, const model::ClientOrderId& id) const {
    const auto place = ids_.find(Key{party, id});
    return place == ids_.end() ? nullptr : find(place->second);
}

std::uint32_t Matching::open_count(Party party) const {
    std::uint32_t count = 0;
    for (const auto& [serial, order] : open_) {
        if (order.party == party) ++count;
    }
    return count;
}

}  // namespace botcore::venue
