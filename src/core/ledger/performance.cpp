#include "core/ledger/performance.hpp"

#include <algorithm>
#include <utility>

namespace botcore::core {

using model::Asset;
using model::Duration;
using model::Instrument;
using model::Money;
using model::Quantity;
using model::Rate;
using model::Rounding;
using model::Side;
using model::Timestamp;

namespace {

/// part / whole as a rate; nothing if it is undefined or does not fit.
std::optional<Rate> ratio(base::Int128 part, base::Int128 whole) {
    const auto scaled_part = base::multiply_checked(part, model::kScale);
    if (!scaled_part) return std::nullopt;
    const auto units = base::divide_checked(scaled_part.value(), whole, Rounding::HalfEven);
    if (!units) return std::nullopt;
    return Rate::from_units(units.value());
}

Quantity quantity_of(Money coins) {
    return Quantity::from_units(coins.units());
}

}  // namespace

std::optional<Money> average(Money sum, std::uint64_t count) {
    const auto units = base::divide_checked(sum.units(), count, Rounding::HalfEven);
    if (!units) return std::nullopt;
    return Money::from_units(units.value());
}

std::optional<Duration> average(Duration sum, std::uint64_t count) {
    if (count == 0) return std::nullopt;
    return Duration::microseconds(sum.in_microseconds() / static_cast<std::int64_t>(count));
}

std::optional<Rate> Performance::win_rate() const {
    return ratio(won.count, rounds());
}

std::optional<Rate> Performance::profit_factor() const {
    return ratio(won.net.units(), -lost.net.units());
}

std::optional<Money> Performance::average_net() const {
    return average(won.net + lost.net, rounds());
}

std::optional<Duration> Performance::average_held() const {
    return average(won.held + lost.held + even.held, rounds());
}

PerformanceCalculator::PerformanceCalculator(Asset quote, Money start)
    : quote_(std::move(quote)),
      start_(start),
      peak_(start) {
}

void PerformanceCalculator::begin_with(const model::InstrumentId& instrument, Quantity quantity) {
    if (quantity.is_zero()) return;
    Round& round = rounds_[instrument];
    round.quantity = quantity;
    round.is_open = true;
    round.from_flat = false;
}

Quantity PerformanceCalculator::open_quantity(const model::InstrumentId& instrument) const {
    const auto place = rounds_.find(instrument);
    return place == rounds_.end() ? Quantity() : place->second.quantity;
}

void PerformanceCalculator::add(const model::Fill& fill, const Instrument* known) {
    ++sum_.fills;
    if (known == nullptr || known->quote != quote_) {
        ++sum_.fills_excluded;
        return;
    }
    const Instrument& instrument = *known;
    const model::Trade& trade = fill.trade;
    // The ledger computed the same value when it booked the fill, so it does not overflow.
    sum_.volume += notional(trade.price, trade.quantity).value();
    Money fee;
    if (trade.fee_asset == quote_) {
        fee = trade.fee;
    } else if (trade.fee_asset == instrument.base) {
        fee = notional(trade.price, quantity_of(trade.fee)).value();
    } else {
        sum_.fees_other[trade.fee_asset] += trade.fee;
    }
    sum_.fees += fee;
    Round& round = rounds_[fill.instrument];
    if (fill.instrument.market == model::Market::Spot) {
        gain(round, {}, fee);
        add_spot(round, instrument, fill);
    } else {
        add_futures(round, fill, fee);
    }
    move_curve();
}

void PerformanceCalculator::add_spot(Round& round,
                                     const Instrument& instrument,
                                     const model::Fill& fill) {
    const model::Trade& trade = fill.trade;
    const bool in_coins = trade.fee_asset == instrument.base;
    if (fill.side == Side::Buy) {
        if (!round.is_open) open(round, trade.time);
        // The coins that were paid as a fee were bought too; they count as a fee and not as a cost.
        const Quantity fee = in_coins ? quantity_of(trade.fee) : Quantity();
        round.quantity += trade.quantity - fee;
        round.cost +=
            notional(trade.price, trade.quantity).value() - notional(trade.price, fee).value();
        return;
    }
    gain(round, sell_spot(round, fill), {});
    if (in_coins) round.quantity -= std::min(round.quantity, quantity_of(trade.fee));
    const Quantity step = std::max(instrument.lot_filter.step, Quantity::from_units(1));
    if (round.is_open && round.quantity < step) close(round, trade.time);
}

/// Deducts the sold quantity from the holding; returns the gross profit.
Money PerformanceCalculator::sell_spot(Round& round, const model::Fill& fill) {
    const model::Trade& trade = fill.trade;
    const Money value = notional(trade.price, trade.quantity).value();
    const Quantity matched = std::min(trade.quantity, round.quantity);
    if (!matched.is_positive()) {
        sum_.unmatched_value += value;
        return {};
    }
    const Money brought = share(value, matched, trade.quantity, Rounding::HalfEven).value();
    const Money cost = share(round.cost, matched, round.quantity, Rounding::HalfEven).value();
    sum_.unmatched_value += value - brought;
    round.quantity -= matched;
    round.cost -= cost;
    return brought - cost;
}

void PerformanceCalculator::add_futures(Round& round, const model::Fill& fill, Money fee) {
    const model::Trade& trade = fill.trade;
    const Quantity change = fill.side == Side::Buy ? trade.quantity : -trade.quantity;
    const bool against = round.quantity.is_negative() != change.is_negative();
    const Quantity closing = round.quantity.is_zero() || !against
                                 ? Quantity()
                                 : std::min(magnitude(round.quantity), trade.quantity);
    // A fill that reverses the position closes one round and opens another; each round bears its
    // part of the fee.
    const Money fee_closing = share(fee, closing, trade.quantity, Rounding::HalfEven).value();
    round.quantity += change;
    if (closing.is_positive()) {
        gain(round, fill.realized_profit, fee_closing);
        if (closing == trade.quantity && !round.quantity.is_zero())
            return;  // The position was
                     // only reduced.
        close(round, trade.time);
        if (round.quantity.is_zero()) return;
    }
    if (!round.is_open) open(round, trade.time);
    gain(round, {}, fee - fee_closing);
}

void PerformanceCalculator::open(Round& round, Timestamp time) {
    round.is_open = true;
    round.from_flat = true;
    round.opened = time;
}

void PerformanceCalculator::close(Round& round, Timestamp time) {
    const Money net = std::exchange(round.net, {});
    round.is_open = false;
    if (!std::exchange(round.from_flat, true)) {
        ++sum_.rounds_partial;
        return;
    }
    Rounds& kind = net.is_positive() ? sum_.won : net.is_negative() ? sum_.lost : sum_.even;
    ++kind.count;
    kind.net += net;
    kind.held = kind.held + std::max(Duration(), time - round.opened);
    sum_.best = std::max(sum_.best.value_or(net), net);
    sum_.worst = std::min(sum_.worst.value_or(net), net);
}

void PerformanceCalculator::gain(Round& round, Money gross, Money fee) {
    round.net += gross - fee;
    sum_.gross += gross;
}

void PerformanceCalculator::move_curve() {
    const Money now = start_ + sum_.net();
    peak_ = std::max(peak_, now);
    const Money fall = peak_ - now;
    sum_.drawdown_max = std::max(sum_.drawdown_max, fall);
    if (!peak_.is_positive()) return;
    const auto rate = ratio(fall.units(), peak_.units());
    if (rate) sum_.drawdown_max_rate = std::max(sum_.drawdown_max_rate, *rate);
}

Performance PerformanceCalculator::result() const {
    Performance result = sum_;
    for (const auto& [instrument, round] : rounds_) {
        if (round.is_open) ++result.rounds_open;
    }
    return result;
}

}  // namespace botcore::core
