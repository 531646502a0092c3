#pragma once

/// The public order book of one instrument, summed by price level, without our own orders. The
/// stitched depth stream updates it; the API and the paper venue read it.

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
    /// Sets the quantity of a level; zero removes it. Removing a level that does not exist is
    /// allowed.
    void set(Side side, Level level);

    void clear();

    /// The levels of one side; the best price is *last*.
    [[nodiscard]] const std::vector<Level>& levels(Side side) const {
        return side == Side::Buy ? bids_ : asks_;
    }

    [[nodiscard]] std::optional<Level> best(Side side) const;

    /// The last price that an order of `taker` for `quantity` reaches when it walks the opposite
    /// side; empty if the book is too thin.
    [[nodiscard]] std::optional<Price> worst_price(Side taker, Quantity quantity) const;

private:
    std::vector<Level> bids_;  // Ascending: the best bid is last.
    std::vector<Level> asks_;  // Descending: the best ask is last.
};

}  // namespace botcore::model
