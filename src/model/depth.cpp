#include "model/depth.hpp"

#include <algorithm>
#include <cstddef>

namespace botcore::model {

void DepthBook::set(Side side, Level level) {
    auto& levels = side == Side::Buy ? bids_ : asks_;
    const auto worse = [side](const Level& a, Price b) {
        return side == Side::Buy ? a.price < b : a.price > b;
    };
    // Most changes happen near the best price, which is last: search from there in growing steps.
    auto place = levels.end();
    auto low = levels.begin();
    for (std::ptrdiff_t step = 4; place - levels.begin() > step; step *= 4) {
        const auto probe = place - step;
        if (worse(*probe, level.price)) {
            low = probe + 1;
            break;
        }
        place = probe;
    }
    place = std::lower_bound(low, place, level.price, worse);
    const bool found = place != levels.end() && place->price == level.price;
    if (level.quantity.is_zero()) {
        if (found) levels.erase(place);
    } else if (found) {
        place->quantity = level.quantity;
    } else {
        levels.insert(place, level);
    }
}

void DepthBook::clear() {
    bids_.clear();
    asks_.clear();
}

std::optional<Level> DepthBook::best(Side side) const {
    const auto& levels = this->levels(side);
    if (levels.empty()) return std::nullopt;
    return levels.back();
}

std::optional<Price> DepthBook::worst_price(Side taker, Quantity quantity) const {
    const auto& levels = this->levels(opposite(taker));
    Quantity left = quantity;
    for (auto level = levels.rbegin(); level != levels.rend(); ++level) {
        if (level->quantity >= left) return level->price;
        left -= level->quantity;
    }
    return std::nullopt;
}

}  // namespace botcore::model
