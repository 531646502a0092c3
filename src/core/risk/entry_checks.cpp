#include "core/risk/entry_checks.hpp"

#include "core/risk/margin.hpp"

#include <algorithm>

namespace botcore::core {

using base::Failure;
using base::Result;
using model::Money;
using model::Price;
using model::Quantity;
using model::RefusalReason;
using model::Rounding;
using model::Side;

namespace {

std::optional<RuleBreach> closed_by_mode(const model::OperatingState& operating) {
    switch (operating.mode) {
        case model::OperatingMode::Normal:
        case model::OperatingMode::Ramping:
            return std::nullopt;
        case model::OperatingMode::Draining:
        case model::OperatingMode::Maintenance:
            return RuleBreach{RefusalReason::Maintenance,
                              "maintenance is in progress and no entries are accepted; cancels and "
                              "exits continue; GET /api/maintenance shows when it ends"};
        case model::OperatingMode::Halted:
            break;
    }
    return RuleBreach{
        RefusalReason::TradingHalted,
        "an operator has halted trading and no entries are accepted; cancels and exits continue" +
            (operating.text.empty() ? std::string() : ": " + operating.text)};
}

}  // namespace

std::optional<RuleBreach> closed_by_lost_records(model::StorageState storage) {
    if (storage == model::StorageState::Behind) {
        return RuleBreach{RefusalReason::StoreBehindArchive,
                          "acknowledged records are missing from this store, so this request may "
                          "have been executed already; only cancels and exits are accepted until "
                          "an operator has restored the store"};
    }
    if (storage == model::StorageState::Unconfirmed) {
        return RuleBreach{
            RefusalReason::StoreBehindArchive,
            "the store is being compared with its archive after a start; try again in "
            "a moment"};
    }
    return std::nullopt;
}

std::optional<RuleBreach> refused_by_ramp(State& state, const model::Input& input) {
    const auto& operating = state.operating;
    if (operating.mode != model::OperatingMode::Ramping) return std::nullopt;
    const model::Duration length = operating.until - operating.since;
    if (!state.ramp_began) {
        const auto shown = input.exchange_time - operating.since;
        state.ramp_began = input.monotonic_time -
                           std::min(std::max(shown, model::Duration()), std::max(length, {}));
    }
    const std::int64_t whole = length.in_milliseconds();
    const std::int64_t gone = (input.monotonic_time - *state.ramp_began).in_milliseconds();
    if (whole <= 0 || gone >= whole) return std::nullopt;
    state.ramp_seen += 1;
    const std::int64_t share = gone * state.ramp_seen / whole;
    if (state.ramp_taken < share) {
        state.ramp_taken += 1;
        return std::nullopt;
    }
    return RuleBreach{RefusalReason::Maintenance,
                      "trading resumes gradually after maintenance; try again shortly"};
}

std::optional<RuleBreach> entry_refusal(const State& state,
                                        const AccountState& account,
                                        const model::Input& input,
                                        const model::Quote& quote) {
    if (auto breach = closed_by_lost_records(input.storage)) return breach;
    if (input.storage != model::StorageState::Normal) {
        return RuleBreach{RefusalReason::DiskFull,
                          "the disk is full; free some space; cancels and exits still work"};
    }
    if (auto breach = closed_by_mode(state.operating)) return breach;
    if (account.account.state != model::AccountState::Active) {
        return RuleBreach{RefusalReason::AccountFrozen,
                          "the account is frozen (" +
                              std::string(to_text(account.account.frozen_reason)) +
                              "); only cancels and exits are accepted"};
    }
    if (!account.reconciled) {
        return RuleBreach{RefusalReason::AccountUnreconciled,
                          "the account is being compared with the exchange; try again shortly"};
    }
    if (input.clock != model::ClockState::Certain) {
        return RuleBreach{
            RefusalReason::ClockUncertain,
            "the clock jumped recently; entries are refused until it is steady again"};
    }
    if (quote.source == model::MarketSource::None || quote.bid.is_zero() || quote.ask.is_zero()) {
        return RuleBreach{RefusalReason::PriceMissing,
                          "there is no price of " + quote.instrument.symbol.text() +
                              "; entries are refused until there is one"};
    }
    if (quote.age > state.policy.price_age_max) {
        return RuleBreach{RefusalReason::PriceStale,
                          "the price is " + std::to_string(quote.age.in_milliseconds()) +
                              " ms old, but an entry requires one of at most " +
                              std::to_string(state.policy.price_age_max.in_milliseconds()) + " ms"};
    }
    return std::nullopt;
}

Quantity reducible(const AccountState& account, const model::InstrumentId& instrument, Side side) {
    const auto place = account.positions.find(instrument);
    if (place == account.positions.end()) return {};
    const Quantity held = place->second.quantity;
    const bool against = side == Side::Buy ? held.is_negative() : held.is_positive();
    if (!against) return {};
    Quantity left = magnitude(held);
    for (const auto& [number, live] : account.orders) {
        const auto& order = live.order;
        const bool takes =
            model::is_live(order.state) && order.side == side && order.instrument == instrument &&
            order.state != model::OrderState::Queued && !model::is_conditional(order.type);
        if (takes) {
            left -= std::min(left, remaining(order));
        }
    }
    return left;
}

namespace {

RuleBreach too_large() {
    return {RefusalReason::NotionalTooLarge, "price times quantity is too large to be represented"};
}

/// The least favorable price, which the reservation assumes.
Result<Price, RuleBreach> assumed_price(const State& state, const OrderView& order) {
    Price base;
    if (model::is_conditional(order.type) && !order.price) {
        base = order.stop_price.value();
    } else if (model::has_limit(order.type)) {
        base = order.price.value();
        if (order.side == Side::Buy) return base;
        // A sell fills at its limit or better; a better price means more notional, so the bid
        // counts too.
        return std::max(base, order.quote.bid);
    } else {
        base = order.quote.worst;
        if (base.is_zero()) {
            return Failure{RuleBreach{RefusalReason::PriceMissing,
                                      "the order book currently has too little depth for this "
                                      "quantity; send a smaller order or use a limit order"}};
        }
        // A market sell may also fill above the price from the book walk, at the best bid.
        if (order.side == Side::Sell) base = std::max(base, order.quote.bid);
    }
    const auto factor = model::Rate::whole(1) + state.policy.market_slippage;
    const auto price = scaled(base, factor, Rounding::Up);
    if (!price) return Failure{too_large()};
    return price.value();
}

Result<Reservation, RuleBreach> spot_worst_case(const State& state, const OrderView& order) {
    if (order.side == Side::Sell) {
        return Reservation{order.instrument.base, Money::from_units(order.quantity.units())};
    }
    const Price price = TRY(assumed_price(state, order));
    const auto value = notional(price, order.quantity);
    if (!value) return Failure{too_large()};
    return Reservation{order.instrument.quote, value.value()};
}

std::optional<RuleBreach> leverage_too_high(const model::ContractState& contract) {
    const Money size = model::exposure(contract);
    const auto* bracket = model::bracket_of(*contract.instrument, size);
    if (bracket == nullptr) return std::nullopt;
    const bool fits = contract.leverage <= bracket->leverage_max &&
                      size <= contract.instrument->brackets.back().notional_cap;
    if (fits) return std::nullopt;
    return RuleBreach{RefusalReason::LeverageTooHigh,
                      "a size of " + to_text(size) + " " + contract.instrument->quote.text() +
                          " allows a leverage of at most " + to_text(bracket->leverage_max) +
                          ", but the leverage is " + to_text(contract.leverage)};
}

/// The immediate cost of the order to the account: the increase of the initial margin, the taker
/// fee of what it may open, and its loss against the mark. Zero if it does not increase the margin.
Money cost_of(const model::ContractState& before,
              const model::ContractState& after,
              const OrderView& order,
              Price price) {
    const Money rise = model::initial_margin(after) - model::initial_margin(before);
    if (!rise.is_positive()) return {};
    const Money opened = model::exposure(after) - model::exposure(before);
    // The possible loss of a sale depends on the lowest price that it accepts, not on the highest.
    Price lowest = order.price.value_or(price);
    if (!order.price && order.side == Side::Sell) lowest = order.quote.worst;
    return rise + scaled(opened, order.instrument.fee_taker, Rounding::Up).value() +
           model::open_loss(order.side, lowest, order.quantity, before.mark);
}

}  // namespace

Result<Reservation, RuleBreach> worst_case(const State& state,
                                           const AccountState& account,
                                           const OrderView& order,
                                           const std::vector<model::Quote>& marks) {
    if (account.account.market == model::Market::Spot) return spot_worst_case(state, order);
    if (order.reduce_only == model::ReduceOnly::Yes) {
        return Reservation{order.instrument.quote, Money()};
    }
    const Price price = TRY(assumed_price(state, order));
    const auto value = notional(price, order.quantity);
    if (!value) return Failure{too_large()};
    const auto with_order = [&](model::ContractState contract) {
        (order.side == Side::Buy ? contract.open_buys : contract.open_sells) += value.value();
        return contract;
    };
    const auto before = contract_of(account, order.instrument, marks);
    const auto all =
        with_order(contract_of(account, order.instrument, marks, CountedOrders::WaitingToo));
    const Money total = model::exposure(all);
    if (model::exposure(with_order(before)) > model::exposure(before)) {
        if (auto breach = leverage_too_high(all)) return Failure{std::move(*breach)};
    }
    if (!scaled(total, order.instrument.fee_taker, Rounding::Up)) return Failure{too_large()};
    Reservation worst{order.instrument.quote, Money(), total, std::nullopt};
    if (!order.price) worst.price = price;
    if (!model::is_conditional(order.type)) {
        worst.amount = cost_of(before, with_order(before), order, price);
    }
    return worst;
}

}  // namespace botcore::core
