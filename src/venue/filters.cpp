#include "venue/filters.hpp"

#include "base/whole_number.hpp"

namespace botcore::venue {

using model::Instrument;
using model::Int128;
using model::LotFilter;
using model::Market;
using model::OrderType;
using model::Price;
using model::Quantity;
using model::Side;

namespace {

Rejection filter_failure(std::string_view name) {
    return {.code = -1013, .text = "Filter failure: " + std::string(name)};
}

bool is_futures(const Instrument& instrument) {
    return instrument.id.market == Market::Futures;
}

/// Number of decimal places that an amount needs: two for 0.010.
int decimals_of(Int128 units) {
    int decimals = 8;
    while (decimals > 0 && units % 10 == 0) {
        units /= 10;
        --decimals;
    }
    return decimals;
}

std::optional<Rejection> check_spot_lot(const LotFilter& filter,
                                        Quantity quantity,
                                        std::string_view name) {
    const bool too_small = quantity < filter.min || !quantity.is_positive();
    const bool too_large = !filter.max.is_zero() && quantity > filter.max;
    if (too_small || too_large || !model::is_multiple(quantity, filter.step)) {
        return filter_failure(name);
    }
    return std::nullopt;
}

std::optional<Rejection> check_futures_lot(const LotFilter& filter, Quantity quantity) {
    if (!quantity.is_positive()) return Rejection{-4003, "Quantity less than zero."};
    if (quantity < filter.min) return Rejection{-4004, "Quantity less than min quantity."};
    if (!filter.max.is_zero() && quantity > filter.max) {
        return Rejection{-4005, "Quantity greater than max quantity."};
    }
    if (model::is_multiple(quantity - filter.min, filter.step)) return std::nullopt;
    if (decimals_of(quantity.units()) > decimals_of(filter.step.units())) {
        return Rejection{-1111, "Precision is over the maximum defined for this asset."};
    }
    return Rejection{-4023, "Qty not increased by step size."};
}

/// The sign of a x b - c x d, exactly; nothing when a product does not fit in 128 bits.
std::optional<int> compare_products(Int128 a, Int128 b, Int128 c, Int128 d) {
    const auto left = base::multiply_checked(a, b);
    const auto right = base::multiply_checked(c, d);
    if (!left || !right) return std::nullopt;
    if (left.value() == right.value()) return 0;
    return left.value() < right.value() ? -1 : 1;
}

/// The sign of price x quantity - limit.
std::optional<int> compare_notional(Price price, Quantity quantity, model::Money limit) {
    return compare_products(price.units(), quantity.units(), limit.units(), model::kScale);
}

/// The sign of price - reference x rate; an overflow counts as too high.
int compare_scaled(Price price, Price reference, model::Rate rate) {
    return compare_products(price.units(), model::kScale, reference.units(), rate.units())
        .value_or(1);
}

std::optional<Rejection> check_spot_percent(const Instrument& instrument,
                                            Price price,
                                            Price reference) {
    const bool high = !instrument.price_percent_up.is_zero() &&
                      compare_scaled(price, reference, instrument.price_percent_up) > 0;
    const bool low = !instrument.price_percent_down.is_zero() &&
                     compare_scaled(price, reference, instrument.price_percent_down) < 0;
    if (high || low) return filter_failure("PERCENT_PRICE_BY_SIDE");
    return std::nullopt;
}

std::optional<Rejection> check_futures_percent(const Instrument& instrument,
                                               Side side,
                                               Price price,
                                               Price mark) {
    if (side == Side::Buy && !instrument.price_percent_up.is_zero() &&
        compare_scaled(price, mark, instrument.price_percent_up) > 0) {
        return Rejection{-4016, "Price is higher than mark price multiplier cap."};
    }
    if (side == Side::Sell && !instrument.price_percent_down.is_zero() &&
        compare_scaled(price, mark, instrument.price_percent_down) < 0) {
        return Rejection{-4024, "Price is lower than mark price multiplier floor."};
    }
    return std::nullopt;
}

}  // namespace

std::string to_text(const Rejection& rejection) {
    return std::to_string(rejection.code) + ": " + rejection.text;
}

std::optional<Rejection> parse_rejection(std::string_view text) {
    const std::size_t colon = text.find(": ");
    if (colon == std::string_view::npos) return std::nullopt;
    const auto code = base::whole_number<int>(text.substr(0, colon));
    if (!code) return std::nullopt;
    return Rejection{*code, std::string(text.substr(colon + 2))};
}

std::optional<Rejection> check_price(const Instrument& instrument, Price price) {
    const auto& filter = instrument.price_filter;
    const bool below = price < filter.min || !price.is_positive();
    const bool above = !filter.max.is_zero() && price > filter.max;
    if (!is_futures(instrument)) {
        if (below || above || !model::is_multiple(price, filter.tick)) {
            return filter_failure("PRICE_FILTER");
        }
        return std::nullopt;
    }
    if (!price.is_positive()) return Rejection{-4001, "Price less than 0."};
    if (below) return Rejection{-4013, "Price less than min price."};
    if (above) return Rejection{-4002, "Price greater than max price."};
    if (!model::is_multiple(price - filter.min, filter.tick)) {
        return Rejection{-4014, "Price not increased by tick size."};
    }
    return std::nullopt;
}

std::optional<Rejection> check_lot(const Instrument& instrument, const FilterInput& input) {
    const bool market = !has_limit(input.type);
    if (is_futures(instrument)) {
        auto refused = check_futures_lot(instrument.lot_filter, input.quantity);
        if (refused || !market) return refused;
        return check_futures_lot(instrument.market_lot_filter, input.quantity);
    }
    auto refused = check_spot_lot(instrument.lot_filter, input.quantity, "LOT_SIZE");
    if (refused || !market) return refused;
    return check_spot_lot(instrument.market_lot_filter, input.quantity, "MARKET_LOT_SIZE");
}

std::optional<Rejection> check_notional(const Instrument& instrument, const FilterInput& input) {
    const bool market = !has_limit(input.type);
    const auto worth_at = is_conditional(input.type) ? input.stop_price : input.reference;
    const auto price = market ? worth_at : input.price;
    if (!price) return std::nullopt;  // F2
    const int to_min =
        compare_notional(*price, input.quantity, instrument.notional_min).value_or(1);
    if (is_futures(instrument)) {
        if (to_min >= 0 || input.reduce_only == model::ReduceOnly::Yes) return std::nullopt;
        return Rejection{-4164,
                         "Order's notional must be no smaller than " +
                             model::to_text(instrument.notional_min) +
                             " (unless you choose reduce only)"};
    }
    const bool capped = !instrument.notional_max.is_zero() && !market;
    const int to_max =
        capped ? compare_notional(*price, input.quantity, instrument.notional_max).value_or(1) : -1;
    if (to_min < 0 || to_max > 0) return filter_failure("NOTIONAL");
    return std::nullopt;
}

std::optional<Rejection> check_percent_price(const Instrument& instrument,
                                             const FilterInput& input) {
    const bool waits = is_conditional(input.type);
    const auto near = waits ? input.stop_price : input.reference;
    if (!near) return std::nullopt;  // F2
    if (has_limit(input.type)) {
        if (!input.price) return std::nullopt;
        return is_futures(instrument)
                   ? check_futures_percent(instrument, input.side, *input.price, *near)
                   : check_spot_percent(instrument, *input.price, *near);
    }
    if (waits || !is_futures(instrument) || !input.best_opposite) return std::nullopt;
    if (check_futures_percent(instrument, input.side, *input.best_opposite, *near)) {
        return Rejection{
            -4131, "The counterparty's best price does not meet the PERCENT_PRICE filter limit"};
    }
    return std::nullopt;
}

std::optional<Rejection> check_open_orders(const Instrument& instrument, const FilterInput& input) {
    if (input.type == OrderType::Market || instrument.open_orders_max == 0) return std::nullopt;
    if (input.open_orders_count < instrument.open_orders_max) return std::nullopt;
    if (is_futures(instrument)) return Rejection{-2025, "Reach max open order limit."};
    return filter_failure("MAX_NUM_ORDERS");
}

std::optional<Rejection> check_filters(const Instrument& instrument, const FilterInput& input) {
    std::optional<Rejection> refused;
    if (has_limit(input.type) && input.price) refused = check_price(instrument, *input.price);
    if (!refused && input.stop_price) refused = check_price(instrument, *input.stop_price);
    if (!refused) refused = check_lot(instrument, input);
    if (!refused) refused = check_notional(instrument, input);
    if (!refused) refused = check_percent_price(instrument, input);
    if (!refused) refused = check_open_orders(instrument, input);
    return refused;
}

}  // namespace botcore::venue
