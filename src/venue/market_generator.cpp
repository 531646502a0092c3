#include "venue/market_generator.hpp"

#include <algorithm>
#include <utility>

namespace botcore::venue {

using model::Price;
using model::Quantity;
using model::Side;

namespace {

/// A row is about 1/50,000 of the price: 0.002 %.
constexpr std::int64_t kRowsToZero = 50'000;

/// Approximate value of a level near the best price, in the quote asset.
constexpr std::int64_t kTypicalWorth = 20'000;

constexpr base::Int128 kTicksMax = base::Int128{1} << 60;

}  // namespace

MarketSettings settings_for(const model::Instrument& instrument, Price start) {
    const Price tick = instrument.price_filter.tick;
    const Quantity step = instrument.lot_filter.step;
    return {.instrument = instrument.id,
            .start = start,
            .tick = tick.is_positive() ? tick : Price::from_units(1),
            .lot = step.is_positive() ? step : Quantity::from_units(1)};
}

std::int64_t typical_lots(const MarketSettings& settings) {
    const auto lot_worth = model::notional(settings.start, settings.lot);
    const base::Int128 lot_units = lot_worth ? lot_worth.value().units() : 0;
    const base::Int128 wanted = base::Int128{kTypicalWorth} * model::kScale;
    const base::Int128 lots = lot_units > 0 ? wanted / lot_units : base::Int128{kTypicalWorth};
    return std::max<std::int64_t>(1, static_cast<std::int64_t>(lots));
}

MarketGenerator::MarketGenerator(std::uint64_t seed, MarketSettings settings)
    : settings_(std::move(settings)),
      random_(seed),
      jitter_seed_(random_.next()) {
    CHECK(settings_.tick.is_positive());
    CHECK(settings_.lot.is_positive());
    CHECK(settings_.levels >= 2);
    CHECK(settings_.moves_max >= 0);
    const base::Int128 ticks = settings_.start.units() / settings_.tick.units();
    CHECK(ticks > 0);
    CHECK(ticks < kTicksMax);
    row_ticks_ = std::max<std::int64_t>(1, static_cast<std::int64_t>(ticks) / kRowsToZero);
    start_row_ = static_cast<std::int64_t>(ticks) / row_ticks_;
    // Rows below the first would not have a positive price (G4).
    start_row_ = std::max(start_row_, settings_.levels + 1);
    const base::Int128 begin_ticks =
        settings_.begin.value_or(settings_.start).units() / settings_.tick.units();
    CHECK(begin_ticks > 0);
    CHECK(begin_ticks < kTicksMax);
    middle_ = static_cast<std::int64_t>(begin_ticks) / row_ticks_;
    middle_ = std::max(middle_, settings_.levels + 1);
    typical_lots_ = typical_lots(settings_);
}

/// Each row has one fixed price somewhere within the row: levels look uneven but stay ordered.
Price MarketGenerator::price_of(std::int64_t row) const {
    base::Random jitter(jitter_seed_ + static_cast<std::uint64_t>(row));
    const auto offset =
        static_cast<std::int64_t>(jitter.below(static_cast<std::uint64_t>(row_ticks_)));
    return Price::from_units(settings_.tick.units() * (row * row_ticks_ + offset));
}

std::int64_t MarketGenerator::row_of(Side side, std::int64_t depth) const {
    return side == Side::Buy ? middle_ - depth : middle_ + 1 + depth;
}

MarketEvent MarketGenerator::event(MarketEventKind kind,
                                   Side side,
                                   std::int64_t row,
                                   Lots lots) const {
    return {.instrument = settings_.instrument,
            .kind = kind,
            .side = side,
            .price = price_of(row),
            .quantity = Quantity::from_units(settings_.lot.units() * lots),
            .time = now_};
}

/// Levels further away from the middle hold more.
MarketGenerator::Lots MarketGenerator::draw_lots(std::int64_t depth) {
    const std::int64_t percent =
        random_.between(10, 150) * (settings_.levels + 2 * depth) / settings_.levels;
    return std::max<Lots>(1, typical_lots_ * percent / 100);
}

void MarketGenerator::set(Side side,
                          std::int64_t row,
                          Lots lots,
                          std::vector<MarketEvent>& events) {
    if (lots > 0) {
        levels(side)[row] = lots;
    } else {
        levels(side).erase(row);
    }
    events.push_back(event(MarketEventKind::Depth, side, row, lots));
}

void MarketGenerator::trade(Side aggressor,
                            std::int64_t row,
                            Lots lots,
                            std::vector<MarketEvent>& events) {
    const Side side = opposite(aggressor);
    const Lots before = levels(side).at(row);
    CHECK(lots <= before);
    events.push_back(event(MarketEventKind::Trade, aggressor, row, lots));
    set(side, row, before - lots, events);  // G3
}

/// Each level that the middle passes is bought or sold first.
void MarketGenerator::move_middle(std::vector<MarketEvent>& events) {
    const std::int64_t pull = (start_row_ - middle_) / (start_row_ / 20 + 1);
    std::int64_t move = random_.between(-settings_.moves_max, settings_.moves_max) + pull;
    move = std::max(move, settings_.levels - middle_);  // G4
    const std::int64_t target = middle_ + move;
    while (!asks_.empty() && asks_.begin()->first <= target) {
        const auto [row, lots] = *asks_.begin();
        trade(Side::Buy, row, lots, events);
    }
    while (!bids_.empty() && bids_.rbegin()->first > target) {
        const auto [row, lots] = *bids_.rbegin();
        trade(Side::Sell, row, lots, events);
    }
    middle_ = target;
}

void MarketGenerator::refill(std::vector<MarketEvent>& events) {
    for (const Side side : {Side::Buy, Side::Sell}) {
        for (std::int64_t depth = 0; depth < settings_.levels; ++depth) {
            const std::int64_t row = row_of(side, depth);
            if (levels(side).contains(row)) continue;
            // The two best rows are always filled; other rows may stay empty for some steps.
            if (depth >= 2 && started_ && !random_.chance(1, 3)) continue;
            set(side, row, draw_lots(depth), events);
        }
        const std::int64_t last = row_of(side, settings_.levels * 3 / 2);
        while (side == Side::Buy && bids_.begin()->first < last) {
            set(side, bids_.begin()->first, 0, events);
        }
        while (side == Side::Sell && asks_.rbegin()->first > last) {
            set(side, asks_.rbegin()->first, 0, events);
        }
    }
}

void MarketGenerator::change_some(std::vector<MarketEvent>& events) {
    const std::int64_t changes = random_.between(1, 6);
    for (std::int64_t i = 0; i < changes; ++i) {
        const Side side = random_.chance(1, 2) ? Side::Buy : Side::Sell;
        // The product of two draws favors small depths: rows near the best price.
        const std::int64_t depth = random_.between(0, settings_.levels - 1) *
                                   random_.between(0, settings_.levels - 1) / settings_.levels;
        const bool removes = depth >= 2 && random_.chance(1, 8);
        const std::int64_t row = row_of(side, depth);
        if (removes && !levels(side).contains(row)) continue;
        set(side, row, removes ? 0 : draw_lots(depth), events);
    }
}

void MarketGenerator::trade_some(std::vector<MarketEvent>& events) {
    if (!random_.chance(1, 2)) return;
    const Side aggressor = random_.chance(1, 2) ? Side::Buy : Side::Sell;
    const auto [row, lots] = aggressor == Side::Buy ? *asks_.begin() : *bids_.rbegin();
    const auto share = static_cast<Lots>(random_.below(static_cast<std::uint64_t>(lots)));
    trade(aggressor, row, std::max<Lots>(1, share / random_.between(1, 4)), events);
}

void MarketGenerator::step(model::Timestamp now, std::vector<MarketEvent>& events) {
    now_ = now;
    if (!started_) {
        std::vector<MarketEvent> discarded;
        refill(discarded);
        started_ = true;
        snapshot(now, events);
        return;
    }
    trade_some(events);
    move_middle(events);
    change_some(events);
    refill(events);
    CHECK(!bids_.empty());                                // G2
    CHECK(!asks_.empty());                                // G2
    CHECK(bids_.rbegin()->first < asks_.begin()->first);  // G2
}

void MarketGenerator::snapshot(model::Timestamp now, std::vector<MarketEvent>& events) const {
    MarketEvent reset = event(MarketEventKind::Reset, Side::Buy, middle_, 0);
    reset.time = now;
    events.push_back(reset);
    const auto emit_level = [&](Side side, std::int64_t row, Lots lots) {
        MarketEvent told = event(MarketEventKind::Depth, side, row, lots);
        told.time = now;
        events.push_back(told);
    };
    for (auto level = bids_.rbegin(); level != bids_.rend(); ++level) {
        emit_level(Side::Buy, level->first, level->second);
    }
    for (const auto& [row, lots] : asks_)
        emit_level(Side::Sell, row, lots);
}

}  // namespace botcore::venue
