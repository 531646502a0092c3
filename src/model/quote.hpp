#pragma once

/// The prices that decisions use. They are part of the input, so that the same inputs always give
/// the same result.

#include "base/field_version.hpp"
#include "model/amount.hpp"
#include "model/names.hpp"
#include "model/order.hpp"

#include <algorithm>
#include <cstdint>
#include <string_view>

namespace botcore::model {

/// The origin of prices. It is shown together with every price. The numbers are stored in the
/// journal: never change them.
enum class MarketSource : std::uint8_t { None = 0, Generated = 1, Recorded = 2, Live = 3 };

/// The range of prices within a period; zeros if there was none.
struct PriceRange {
    Price low;
    Price high;

    void add(Price price) {
        if (!price.is_positive()) return;
        if (low.is_zero() || price < low) low = price;
        high = std::max(high, price);
    }

    friend bool operator==(const PriceRange&, const PriceRange&) = default;

    template <class Visit>
    static void each_field(Visit&& visit, auto& self) {
        visit("low", self.low);
        visit("high", self.high);
    }
};

/// The market of one instrument at the time when an input was created.
struct Quote {
    InstrumentId instrument;
    MarketSource source = MarketSource::None;
    Price bid;
    Price ask;
    Price last;
    /// The worst price that the whole quantity of the order would trade at when it walks the book;
    /// zero if the book is too thin or no quantity was given.
    Price worst;
    /// The time since the last update of the market, on the clock of the market source.
    Duration age;
    // Since version 5 of the record. For a tick: all prices since the previous tick.
    PriceRange traded{};  ///< Trade prices.
    PriceRange marked{};  ///< The midpoints of the best bid and ask.

    friend bool operator==(const Quote&, const Quote&) = default;

    template <class Visit>
    static void each_field(Visit&& visit, auto& self) {
        visit("instrument", self.instrument);
        visit("source", self.source);
        visit("bid", self.bid);
        visit("ask", self.ask);
        visit("last", self.last);
        visit("worst", self.worst);
        visit("age", self.age);
        if (!base::has_fields_of(visit, 5)) return;
        visit("traded", self.traded);
        visit("marked", self.marked);
    }
};

[[nodiscard]] std::string_view to_text(MarketSource source);

}  // namespace botcore::model
