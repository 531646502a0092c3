#pragma once

/// The public order book of one instrument by price level: what everybody sees, without our own
/// orders. Fed by the stitched depth stream, read by the API and by the paper venue.

#include "model/amount.hpp"
#include "model/order.hpp"

#include <cstddef>
#include <optional>
#include <vector>

namespace botcore::model {

struct Level {
    Price price;
    Quantity quantity;

    friend bool operator==(const Level&, const Level&) = default;
};

class DepthBook {
public:
    /// Sets the quantity of a level; zero removes it. Unknown levels may be removed.
    void set(Side side, Level level);

    void clear();

    /// The side's levels, best price *last*.
    [[nodiscard]] const std::vector<Level>& levels(Side side) const {
        return side == Side::Buy ? bids_ : asks_;
    }

    [[nodiscard]] std::optional<Level> best(Side side) const;

    /// The last price that an order of `taker` for `quantity` would reach, walking the other side;
    /// nothing where the book is too thin.
    [[nodiscard]] std::optional<Price> worst_price(Side taker, Quantity quantity) const;

private:
    std::vector<Level> bids_;  // Ascending: the best bid is last.
    std::vector<Level> asks_;  // Descending: the best ask is last.
};

}  // namespace botcore::model
