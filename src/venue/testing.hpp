#pragma once

/// Short helpers to write amounts, instruments and instructions in this folder's tests.

#include "model/exchange.hpp"
#include "model/instrument.hpp"

#include <string_view>

namespace botcore::venue::testing {

inline model::Price price(std::string_view text) {
    return model::parse_amount<model::Price>(text).value();
}

inline model::Quantity quantity(std::string_view text) {
    return model::parse_amount<model::Quantity>(text).value();
}

inline model::Money money(std::string_view text) {
    return model::parse_amount<model::Money>(text).value();
}

inline model::Rate rate(std::string_view text) {
    return model::parse_amount<model::Rate>(text).value();
}

inline model::Timestamp at_ms(std::int64_t milliseconds) {
    return model::Timestamp::from_milliseconds(milliseconds);
}

/// A built-in instrument, "BTCUSDT" for example.
inline model::Instrument builtin(model::Market market, std::string_view symbol) {
    for (const auto& instrument : model::builtin_instruments()) {
        if (instrument.id == model::InstrumentId{market, model::Symbol(symbol)}) return instrument;
    }
    CHECK(false);
    return {};
}

}  // namespace botcore::venue::testing
