#include "core/orders/order_rules.hpp"

namespace botcore::core {

using model::RefusalReason;

namespace {

std::optional<RuleBreach> broken_quantity_rule(const OrderView& order) {
    const auto breach = [&](RefusalReason reason, const std::string& text) {
        return RuleBreach{reason,
                          text + ", but " + to_text(order.quantity) + " " +
                              order.instrument.base.text() + " was requested"};
    };
    if (!order.quantity.is_positive()) {
        return breach(RefusalReason::QuantityTooSmall, "the quantity must be greater than zero");
    }
    const auto check = [&](const model::LotFilter& lots) -> std::optional<RuleBreach> {
        if (order.quantity < lots.min) {
            return breach(RefusalReason::QuantityTooSmall,
                          "the smallest quantity is " + to_text(lots.min));
        }
        if (!lots.max.is_zero() && order.quantity > lots.max) {
            return breach(RefusalReason::QuantityTooLarge,
                          "the largest quantity is " + to_text(lots.max));
        }
        if (!is_multiple(order.quantity - lots.min, lots.step)) {
            return breach(RefusalReason::QuantityOffStep,
                          "the quantity must be a multiple of " + to_text(lots.step));
        }
        return std::nullopt;
    };
    if (auto found = check(order.instrument.lot_filter)) return found;
    if (order.type == model::OrderType::Market) return check(order.instrument.market_lot_filter);
    return std::nullopt;
}

model::Price reference_price(const model::Quote& quote) {
    if (!quote.last.is_zero()) return quote.last;
    return quote.bid;
}

RuleBreach price_breach(RefusalReason reason, const std::string& text, model::Price price) {
    return {reason, text + ", but " + to_text(price) + " was requested"};
}

/// The exchange's filter for every price in an order, limits and stops alike.
std::optional<RuleBreach> broken_price_filter(const model::PriceFilter& filter,
                                              model::Price price) {
    if (price < filter.min || !price.is_positive()) {
        return price_breach(
            RefusalReason::PriceOutOfRange, "the lowest price is " + to_text(filter.min), price);
    }
    if (!filter.max.is_zero() && price > filter.max) {
        return price_breach(
            RefusalReason::PriceOutOfRange, "the highest price is " + to_text(filter.max), price);
    }
    if (!is_multiple(price - filter.min, filter.tick)) {
        return price_breach(RefusalReason::PriceOffTick,
                            "the price must be a multiple of " + to_text(filter.tick),
                            price);
    }
    return std::nullopt;
}

std::optional<RuleBreach> broken_notional_rule(const OrderView& order) {
    const model::Price market = order.side == model::Side::Buy ? order.quote.ask : order.quote.bid;
    const model::Price price = order.price.value_or(order.stop_price.value_or(market));
    if (price.is_zero()) return std::nullopt;
    const auto value = notional(price, order.quantity);
    if (!value) {
        return RuleBreach{RefusalReason::NotionalTooLarge,
                          "price times quantity is too large to be represented"};
    }
    const std::string asked =
        ", but this order is worth " + to_text(value.value()) + " " + order.instrument.quote.text();
    // Futures: MIN_NOTIONAL does not apply to reduce-only orders.
    if (order.reduce_only == model::ReduceOnly::No &&
        value.value() < order.instrument.notional_min) {
        return RuleBreach{
            RefusalReason::NotionalTooSmall,
            "the smallest order is worth " + to_text(order.instrument.notional_min) + asked};
    }
    const bool limited = !order.instrument.notional_max.is_zero() && order.price.has_value();
    if (limited && value.value() > order.instrument.notional_max) {
        return RuleBreach{
            RefusalReason::NotionalTooLarge,
            "the largest order is worth " + to_text(order.instrument.notional_max) + asked};
    }
    return std::nullopt;
}

/// The price at which the order is expected to trade.
model::Price entry_price(const OrderView& order) {
    if (order.price) return *order.price;
    if (order.stop_price) return *order.stop_price;
    return order.side == model::Side::Buy ? order.quote.ask : order.quote.bid;
}

std::optional<RuleBreach> broken_stop_loss(const OrderView& order, model::Price entry) {
    const model::Price stop = *order.stop_loss;
    const bool buy = order.side == model::Side::Buy;
    if (buy ? stop >= entry : stop <= entry) {
        return price_breach(RefusalReason::StopOnWrongSide,
                            std::string("the stop-loss of this side must be ") +
                                (buy ? "below " : "above ") + to_text(entry),
                            stop);
    }
    const auto bound = scaled(entry, order.stop_distance_max, model::Rounding::Down);
    const model::Price distance = buy ? entry - stop : stop - entry;
    if (order.stop_distance_max.is_zero() || (bound && distance <= bound.value())) {
        return std::nullopt;
    }
    return price_breach(RefusalReason::StopTooFar,
                        "a stop-loss may be at most " + (bound ? to_text(bound.value()) : "0") +
                            " away from the entry at " + to_text(entry),
                        stop);
}

/// The rules for attached stops: they exist for futures entries only, and their prices must be on
/// the correct side of the entry price and on the tick.
std::optional<RuleBreach> broken_attachment(const OrderView& order) {
    if (!order.stop_loss && !order.take_profit) return std::nullopt;
    if (order.instrument.id.market != model::Market::Futures ||
        order.reduce_only == model::ReduceOnly::Yes) {
        return RuleBreach{RefusalReason::NotSupportedOnMarket,
                          "stops can be attached only to entries on futures accounts; place a "
                          "separate stop order here"};
    }
    for (const auto& price : {order.stop_loss, order.take_profit}) {
        if (!price) continue;
        if (auto breach = broken_price_filter(order.instrument.price_filter, *price)) {
            return breach;
        }
    }
    const model::Price entry = entry_price(order);
    if (entry.is_zero()) return std::nullopt;  // The entry checks refuse entries without a price.
    if (order.stop_loss) {
        if (auto breach = broken_stop_loss(order, entry)) return breach;
    }
    const bool buy = order.side == model::Side::Buy;
    if (order.take_profit && (buy ? *order.take_profit <= entry : *order.take_profit >= entry)) {
        return price_breach(RefusalReason::StopOnWrongSide,
                            std::string("the take-profit of this side must be ") +
                                (buy ? "above " : "below ") + to_text(entry),
                            *order.take_profit);
    }
    return std::nullopt;
}

std::optional<RuleBreach> broken_stop_rule(const OrderView& order) {
    if (!model::is_conditional(order.type)) return broken_attachment(order);
    if (!order.stop_price) {
        return RuleBreach{
            RefusalReason::StopPriceMissing,
            "an order of type " + std::string(to_text(order.type)) + " requires a stop_price"};
    }
    if (auto breach = broken_price_filter(order.instrument.price_filter, *order.stop_price)) {
        return breach;
    }
    return broken_attachment(order);
}

}  // namespace

std::optional<RuleBreach> broken_price_rule(const OrderView& order) {
    if (!order.price) return std::nullopt;
    const model::Price price = *order.price;
    if (auto breach = broken_price_filter(order.instrument.price_filter, price)) return breach;
    const auto breach = [&](RefusalReason reason, const std::string& text) {
        return price_breach(reason, text, price);
    };
    const model::Price reference = model::is_conditional(order.type) && order.stop_price
                                       ? *order.stop_price
                                       : reference_price(order.quote);
    if (reference.is_zero()) return std::nullopt;
    const auto high = scaled(reference, order.instrument.price_percent_up, model::Rounding::Down);
    const auto low = scaled(reference, order.instrument.price_percent_down, model::Rounding::Up);
    if (!high || !low)
        return breach(RefusalReason::PriceOutOfRange, "the price is too large to be represented");
    // The futures PERCENT_PRICE filter limits buys from above and sells from below; spot applies
    // both limits to both sides.
    const bool both = order.instrument.id.market == model::Market::Spot;
    const bool buys = order.side == model::Side::Buy;
    const bool capped = (both || buys) && !order.instrument.price_percent_up.is_zero();
    if (capped && price > high.value()) {
        return breach(RefusalReason::PriceTooFarFromMarket,
                      "the price may be at most " + to_text(high.value()) + " now");
    }
    if ((both || !buys) && price < low.value()) {
        return breach(RefusalReason::PriceTooFarFromMarket,
                      "the price must be at least " + to_text(low.value()) + " now");
    }
    return std::nullopt;
}

model::Price limit_near_market(const model::Instrument& instrument,
                               model::Side side,
                               model::Price limit,
                               const model::Quote& quote) {
    // Uses the farther side of the book: the exchange's reference price lies between the two.
    const model::Price tick = instrument.price_filter.tick;
    if (side == model::Side::Sell) {
        const auto floor = scaled(quote.ask, instrument.price_percent_down, model::Rounding::Up);
        if (!floor || floor.value() <= limit) return limit;
        const model::Price down = rounded_down_to(floor.value(), tick);
        return down < floor.value() ? down + tick : down;
    }
    const auto cap = scaled(quote.bid, instrument.price_percent_up, model::Rounding::Down);
    if (!cap || cap.value().is_zero() || cap.value() >= limit) return limit;
    return rounded_down_to(cap.value(), tick);
}

std::optional<RuleBreach> broken_rule(const OrderView& order) {
    if (order.instrument.status != model::InstrumentStatus::Trading) {
        return RuleBreach{RefusalReason::InstrumentNotTrading,
                          order.instrument.id.symbol.text() +
                              " currently accepts no orders; its status is " +
                              std::string(to_text(order.instrument.status))};
    }
    if (auto found = broken_quantity_rule(order)) return found;
    if (auto found = broken_price_rule(order)) return found;
    if (auto found = broken_stop_rule(order)) return found;
    return broken_notional_rule(order);
}

}  // namespace botcore::core
