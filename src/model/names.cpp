#include "model/names.hpp"

#include "base/plain_text.hpp"

#include <algorithm>

namespace botcore::model {

namespace {

bool is_lower(char c) {
    return c >= 'a' && c <= 'z';
}

bool is_upper(char c) {
    return c >= 'A' && c <= 'Z';
}

bool is_number(char c) {
    return c >= '0' && c <= '9';
}

}  // namespace

std::string_view to_text(ExchangeId exchange) {
    return exchange == ExchangeId::Binance ? "binance" : "?";
}

std::optional<ExchangeId> parse_exchange(std::string_view text) {
    if (text == "binance") return ExchangeId::Binance;
    return std::nullopt;
}

std::string_view to_text(Market market) {
    switch (market) {
        case Market::Spot:
            return "spot";
        case Market::Futures:
            return "futures";
    }
    return "?";
}

std::optional<Market> parse_market(std::string_view text) {
    if (text == "spot") return Market::Spot;
    if (text == "futures") return Market::Futures;
    return std::nullopt;
}

bool is_valid_account(std::string_view text) {
    return !text.empty() && text.size() <= 32 && std::all_of(text.begin(), text.end(), [](char c) {
        return is_lower(c) || is_number(c) || c == '-';
    });
}

bool is_valid_symbol(std::string_view text) {
    const auto fits = [](char c) {
        const bool ascii = static_cast<unsigned char>(c) < 0x80;
        return !ascii || is_upper(c) || is_number(c) || c == '_' || c == '-' || c == '.';
    };
    return text.size() >= 2 && text.size() <= 60 && std::all_of(text.begin(), text.end(), fits) &&
           base::is_plain_line(text);
}

bool is_valid_idempotency_key(std::string_view text) {
    return !text.empty() && text.size() <= 255 &&
           std::all_of(text.begin(), text.end(), [](char c) { return c > ' ' && c < 127; });
}

}  // namespace botcore::model
