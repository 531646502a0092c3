#include "venue/market_history.hpp"

#include "base/calendar.hpp"

#include <algorithm>
#include <string_view>
#include <utility>

namespace botcore::venue {

using base::Duration;
using base::Int128;
using model::Candle;
using model::CandleInterval;
using model::Price;
using model::Quantity;
using model::Timestamp;

namespace {

constexpr std::int64_t kMinute = 60'000'000;
constexpr std::int64_t kQuarter = 15 * kMinute;
constexpr std::int64_t kHour = 60 * kMinute;
constexpr std::int64_t kDay = 24 * kHour;

struct Octave {
    std::int64_t span;       ///< Microseconds between two points of the grid.
    std::int64_t amplitude;  ///< Maximum price change, in parts of kAmplitudeScale.
    bool of_market;  ///< True: seeded per market; false: shared by all markets of the symbol.
};

/// One in the fixed-point arithmetic of the path, and the number of parts of `start` in which
/// amplitudes are given. Both are powers of two, because the path is computed for every minute of
/// 500 days.
constexpr std::int64_t kOne = std::int64_t{1} << 16;
constexpr std::int64_t kAmplitudeScale = std::int64_t{1} << 17;

/// The amplitudes add up to less than 1.5 % of `start` (P1).
constexpr std::array<Octave, 8> kOctaveRows = {{
    {64 * kDay, 630, false},
    {16 * kDay, 430, false},
    {4 * kDay, 315, false},
    {kDay, 236, false},
    {6 * kHour, 157, false},
    {90 * kMinute, 98, false},
    {15 * kMinute, 59, true},
    {3 * kMinute, 40, true},
}};

/// A minute's high and low extend up to this many millionths of `start` beyond its open and close.
constexpr std::int64_t kWickMax = 250;

std::uint64_t mixed(std::uint64_t seed, std::uint64_t value) {
    return base::Random(seed ^ (value * 0xD6E8FEB86659FD93ULL)).next();
}

std::uint64_t mixed(std::uint64_t seed, std::string_view text) {
    for (const char letter : text)
        seed = mixed(seed, static_cast<std::uint64_t>(static_cast<unsigned char>(letter)) + 1);
    return seed;
}

std::int64_t floor_divided(std::int64_t a, std::int64_t b) {
    return a / b - (a % b < 0 ? 1 : 0);
}

/// The noise value at a grid point, in [-kOne, kOne].
std::int64_t grid_value(std::uint64_t seed, std::int64_t place) {
    const std::uint64_t drawn = mixed(seed, static_cast<std::uint64_t>(place));
    return static_cast<std::int64_t>(drawn % (2 * kOne + 1)) - kOne;
}

/// Interpolates from 0 to kOne, with a slope of zero at both ends: 3 f^2 - 2 f^3.
std::int64_t smooth(std::int64_t fraction) {
    return fraction * fraction / kOne * (3 * kOne - 2 * fraction) / kOne;
}

/// The price change of one octave. The span is a compile-time constant, because a division by a
/// constant costs a fraction of a division by a variable.
template <std::size_t kRow>
std::int64_t moved_by(std::uint64_t seed, std::int64_t moment) {
    constexpr std::int64_t kSpan = kOctaveRows[kRow].span;
    const std::int64_t place = floor_divided(moment, kSpan);
    const std::int64_t fraction = (moment - place * kSpan) / 1'000 * kOne / (kSpan / 1'000);
    const std::int64_t low = grid_value(seed, place);
    const std::int64_t high = grid_value(seed, place + 1);
    return (low + (high - low) * smooth(fraction) / kOne) * kOctaveRows[kRow].amplitude;
}

template <std::size_t... kRow>
std::int64_t moved_by_all(const std::array<std::uint64_t, sizeof...(kRow)>& seeds,
                          std::int64_t moment,
                          std::index_sequence<kRow...> /*rows*/) {
    return (moved_by<kRow>(seeds[kRow], moment) + ...);
}

std::int64_t ticks_of(const MarketSettings& settings) {
    CHECK(settings.tick.is_positive());
    CHECK(settings.lot.is_positive());
    const Int128 ticks = settings.start.units() / settings.tick.units();
    CHECK(ticks > 0);
    CHECK(ticks < Int128{1} << 60);
    return static_cast<std::int64_t>(ticks);
}

/// A time in whole milliseconds, like the times of trades.
Timestamp in_milliseconds(Timestamp time) {
    return Timestamp::from_microseconds(floor_divided(time.in_microseconds(), 1'000) * 1'000);
}

}  // namespace

PricePath::PricePath(std::uint64_t seed, const MarketSettings& settings)
    : start_ticks_(ticks_of(settings)),
      tick_(settings.tick) {
    static_assert(kOctaves == kOctaveRows.size());
    const std::uint64_t of_symbol = mixed(seed, settings.instrument.symbol.text());
    const std::uint64_t of_market =
        mixed(of_symbol, 1 + static_cast<std::uint64_t>(settings.instrument.market));
    for (std::size_t i = 0; i < kOctaves; ++i)
        seeds_[i] = mixed(kOctaveRows[i].of_market ? of_market : of_symbol, i + 1);
}

std::int64_t PricePath::ticks_at(Timestamp time) const {
    const std::int64_t sum =
        moved_by_all(seeds_, time.in_microseconds(), std::make_index_sequence<kOctaves>());
    const Int128 moved = Int128{start_ticks_} * sum / (Int128{kOne} * kAmplitudeScale);
    return std::max<std::int64_t>(1, start_ticks_ + static_cast<std::int64_t>(moved));
}

Price PricePath::price_at(Timestamp time) const {
    return Price::from_units(tick_.units() * ticks_at(time));
}

MarketHistory::MarketHistory(std::uint64_t seed, const MarketSettings& settings, Timestamp end)
    : path_(seed, settings),
      minute_seed_(mixed(mixed(mixed(seed, "minutes"), settings.instrument.symbol.text()),
                         static_cast<std::uint64_t>(settings.instrument.market))),
      settings_(settings),
      start_ticks_(ticks_of(settings)),
      typical_lots_(typical_lots(settings)),
      begin_(base::midnight_of(base::day_of(end) - std::chrono::days(kHistoryDays))),
      end_(in_milliseconds(end)),
      days_(static_cast<std::size_t>(kHistoryDays) + 1) {
}

void MarketHistory::Sum::add(const Sum& next) {
    if (next.is_empty) return;
    if (is_empty) {
        *this = next;
        return;
    }
    high = std::max(high, next.high);
    low = std::min(low, next.low);
    close = next.close;
    lots += next.lots;
    quote_volume += next.quote_volume;
    trades += next.trades;
}

/// The minute that opens at `open` with a price of `ticks`, or the part of it that lies in the
/// history.
MarketHistory::Sum MarketHistory::minute(Timestamp open, std::int64_t ticks) {
    ++minutes_made_;
    const Timestamp until = std::min(end_, open + Duration::microseconds(kMinute));
    base::Random random(mixed(minute_seed_, static_cast<std::uint64_t>(open.in_microseconds())));
    Sum sum;
    sum.is_empty = false;
    sum.open = ticks;
    sum.close = path_.ticks_at(until);
    const std::int64_t wick =
        1 + static_cast<std::int64_t>(Int128{start_ticks_} * kWickMax / 1'000'000);
    sum.high = std::max(sum.open, sum.close) + random.between(0, wick);
    const std::int64_t low = std::min(sum.open, sum.close) - random.between(0, wick);
    sum.low = std::max<std::int64_t>(1, low);
    // About as many trades as the live generator makes, each for a part of a level.
    const std::int64_t share = (until - open).in_microseconds() / 1'000;
    const std::int64_t trades = random.between(300, 700) * share / (kMinute / 1'000);
    sum.trades = static_cast<std::uint64_t>(std::max<std::int64_t>(1, trades));
    const std::int64_t percent = random.between(25, 75);
    sum.lots = std::max<Int128>(1, Int128{typical_lots_} * percent / 100) * sum.trades;
    const Int128 middle = (Int128{sum.open} + sum.high + sum.low + sum.close) / 4;
    const auto worth = model::notional(Price::from_units(settings_.tick.units() * middle),
                                       Quantity::from_units(settings_.lot.units() * sum.lots));
    if (worth) sum.quote_volume = worth.value();
    return sum;
}

MarketHistory::Sum MarketHistory::minutes(Timestamp from, Timestamp until) {
    Sum sum;
    std::int64_t ticks = path_.ticks_at(from);
    for (Timestamp open = from; open < until; open = open + Duration::microseconds(kMinute)) {
        const Sum next = minute(open, ticks);
        ticks = next.close;
        sum.add(next);
    }
    return sum;
}

std::size_t MarketHistory::place_of(Timestamp time) const {
    return static_cast<std::size_t>((time - begin_).in_microseconds() / kDay);
}

const MarketHistory::Quarters& MarketHistory::day(std::size_t place) {
    auto& kept = days_.at(place);
    if (kept) return *kept;
    kept = std::make_unique<Quarters>();
    Timestamp open = begin_ + Duration::microseconds(static_cast<std::int64_t>(place) * kDay);
    for (Sum& quarter : *kept) {
        const Timestamp next = open + Duration::microseconds(kQuarter);
        quarter = minutes(open, std::min(end_, next));
        open = next;
    }
    return *kept;
}

MarketHistory::Sum MarketHistory::quarters(Timestamp from, Timestamp until) {
    Sum sum;
    for (Timestamp open = from; open < until; open = open + Duration::microseconds(kQuarter)) {
        const std::size_t place = place_of(open);
        const std::int64_t into_day = (open - begin_).in_microseconds() % kDay;
        sum.add(day(place).at(static_cast<std::size_t>(into_day / kQuarter)));
    }
    return sum;
}

std::optional<Candle> MarketHistory::candle(CandleInterval interval, Timestamp open) {
    const Timestamp candle_end = model::candle_end(interval, open);
    const Timestamp from = std::max(begin_, open);
    const Timestamp until = std::min(end_, candle_end);
    if (from >= until || model::candle_open(interval, open) != open) return std::nullopt;
    const bool is_long = candle_end - open >= Duration::microseconds(kQuarter);
    const Sum sum = is_long ? quarters(from, until) : minutes(from, until);
    const auto price = [&](std::int64_t ticks) {
        return Price::from_units(settings_.tick.units() * ticks);
    };
    return Candle{.open_time = open,
                  .open = price(sum.open),
                  .high = price(sum.high),
                  .low = price(sum.low),
                  .close = price(sum.close),
                  .volume = Quantity::from_units(settings_.lot.units() * sum.lots),
                  .quote_volume = sum.quote_volume,
                  .trades = sum.trades,
                  .first_trade_time = from,
                  .last_trade_time = until - Duration::microseconds(1),
                  .complete = from == open};
}

bool MarketHistory::prepare(Timestamp from, Timestamp until, int& days_left) {
    from = std::max(from, begin_);
    until = std::min(until, end_);
    if (from >= until) return true;
    const std::size_t last = place_of(until - Duration::microseconds(1));
    for (std::size_t place = place_of(from); place <= last; ++place) {
        if (days_.at(place)) continue;
        if (days_left == 0) return false;
        --days_left;
        (void)day(place);
    }
    return true;
}

}  // namespace botcore::venue
