#pragma once

/// An instrument and the exchange's rules for it: filters, fees, leverage brackets. The rules
/// change over time, so they are values in the journal, not properties of the amount types.

#include "model/amount.hpp"
#include "model/names.hpp"

#include <cstdint>
#include <string_view>
#include <vector>

namespace botcore::model {

/// The numbers are stored in the journal: never change them.
enum class InstrumentStatus : std::uint8_t {
    Trading = 1,
    CancelOnly = 2,  ///< Orders can be canceled; none can be placed.
    Halted = 3,
};

/// A price, lot or notional rule of the exchange; a bound or step of zero disables that part of the
/// rule.
struct PriceFilter {
    Price min;
    Price max;
    Price tick;

    friend bool operator==(const PriceFilter&, const PriceFilter&) = default;

    template <class Visit>
    static void each_field(Visit&& visit, auto& self) {
        visit("min", self.min);
        visit("max", self.max);
        visit("tick", self.tick);
    }
};

struct LotFilter {
    Quantity min;
    Quantity max;
    Quantity step;

    friend bool operator==(const LotFilter&, const LotFilter&) = default;

    template <class Visit>
    static void each_field(Visit&& visit, auto& self) {
        visit("min", self.min);
        visit("max", self.max);
        visit("step", self.step);
    }
};

/// One leverage bracket of a futures contract. Source: the exchange's leverageBracket response.
struct LeverageBracket {
    Money notional_floor;
    Money notional_cap;
    Rate leverage_max;
    Rate maintenance_rate;
    Money maintenance_deduction;  ///< The exchange's `cum`: maintenance = notional x rate - this.

    friend bool operator==(const LeverageBracket&, const LeverageBracket&) = default;

    template <class Visit>
    static void each_field(Visit&& visit, auto& self) {
        visit("notional_floor", self.notional_floor);
        visit("notional_cap", self.notional_cap);
        visit("leverage_max", self.leverage_max);
        visit("maintenance_rate", self.maintenance_rate);
        visit("maintenance_deduction", self.maintenance_deduction);
    }
};

struct Instrument {
    InstrumentId id;
    Asset base;
    Asset quote;
    InstrumentStatus status = InstrumentStatus::Trading;
    PriceFilter price_filter;
    LotFilter lot_filter;
    LotFilter market_lot_filter;
    Money notional_min;  ///< Applies to market orders too; futures reduce-only orders are exempt.
    Money notional_max;  ///< Zero disables the rule.
    Rate price_percent_up;    ///< A limit price is at most reference x this; zero disables.
    Rate price_percent_down;  ///< A limit price is at least reference x this; zero disables.
    std::uint32_t open_orders_max = 200;
    Rate fee_maker;
    Rate fee_taker;
    std::vector<LeverageBracket> brackets;  ///< Ascending by notional; empty on spot.

    friend bool operator==(const Instrument&, const Instrument&) = default;

    template <class Visit>
    static void each_field(Visit&& visit, auto& self) {
        visit("id", self.id);
        visit("base", self.base);
        visit("quote", self.quote);
        visit("status", self.status);
        visit("price_filter", self.price_filter);
        visit("lot_filter", self.lot_filter);
        visit("market_lot_filter", self.market_lot_filter);
        visit("notional_min", self.notional_min);
        visit("notional_max", self.notional_max);
        visit("price_percent_up", self.price_percent_up);
        visit("price_percent_down", self.price_percent_down);
        visit("open_orders_max", self.open_orders_max);
        visit("fee_maker", self.fee_maker);
        visit("fee_taker", self.fee_taker);
        visit("brackets", self.brackets);
    }
};

/// The bracket that contains the notional; the last one for larger notionals. `nullptr` on spot.
[[nodiscard]] const LeverageBracket* bracket_of(const Instrument& instrument, Money notional);

/// Whether `text` names the instrument. Accepts its symbol, or base and quote with "/" or "-"
/// between them, in upper or lower case. Any other text names no instrument.
[[nodiscard]] bool is_named(const Instrument& instrument, std::string_view text);

/// The instruments of paper trading that need no download: BTCUSDT, ETHUSDT, BNBUSDT and SOLUSDT on
/// both markets. Figures: the exchange's exchangeInfo (spot 2024-09, futures 2025-12) and
/// leverageBracket (2024-10) responses, and its standard fees.
[[nodiscard]] const std::vector<Instrument>& builtin_instruments();

}  // namespace botcore::model
