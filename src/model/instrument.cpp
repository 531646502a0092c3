#include "model/instrument.hpp"

#include <algorithm>
#include <span>

namespace botcore::model {

namespace {

/// Converts ASCII letters only. Symbols are ASCII; any other bytes are compared as they are.
char upper(char letter) {
    return letter >= 'a' && letter <= 'z' ? static_cast<char>(letter - 'a' + 'A') : letter;
}

bool same_letters(std::string_view a, std::string_view b) {
    return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](char left, char right) {
        return upper(left) == upper(right);
    });
}

}  // namespace

bool is_named(const Instrument& instrument, std::string_view text) {
    if (same_letters(text, instrument.id.symbol.text())) return true;
    const std::string_view base = instrument.base.text();
    const std::string_view quote = instrument.quote.text();
    if (text.size() != base.size() + 1 + quote.size()) return false;
    const char between = text[base.size()];
    return (between == '/' || between == '-') && same_letters(text.substr(0, base.size()), base) &&
           same_letters(text.substr(base.size() + 1), quote);
}

const LeverageBracket* bracket_of(const Instrument& instrument, Money notional) {
    for (const auto& bracket : instrument.brackets) {
        if (notional <= bracket.notional_cap) return &bracket;
    }
    return instrument.brackets.empty() ? nullptr : &instrument.brackets.back();
}

namespace {

Price price(std::string_view text) {
    return parse_amount<Price>(text).value();
}

Quantity quantity(std::string_view text) {
    return parse_amount<Quantity>(text).value();
}

Rate rate(std::string_view text) {
    return parse_amount<Rate>(text).value();
}

/// All figures are in whole units, except the maintenance rate, which is in hundredths of a
/// percent.
struct BracketFigures {
    std::int64_t floor;
    std::int64_t cap;
    std::int64_t leverage_max;
    std::int64_t maintenance_basis_points;
    std::int64_t deduction;
};

constexpr BracketFigures kBtcBrackets[] = {
    {0, 50'000, 125, 40, 0},
    {50'000, 600'000, 100, 50, 50},
    {600'000, 3'000'000, 75, 65, 950},
    {3'000'000, 12'000'000, 50, 100, 11'450},
    {12'000'000, 70'000'000, 25, 200, 131'450},
    {70'000'000, 100'000'000, 20, 250, 481'450},
    {100'000'000, 230'000'000, 10, 500, 2'981'450},
    {230'000'000, 480'000'000, 5, 1000, 14'481'450},
    {480'000'000, 600'000'000, 4, 1250, 26'481'450},
    {600'000'000, 800'000'000, 3, 1500, 41'481'450},
    {800'000'000, 1'200'000'000, 2, 2500, 121'481'450},
    {1'200'000'000, 1'800'000'000, 1, 5000, 421'481'450},
};

constexpr BracketFigures kEthBrackets[] = {
    {0, 50'000, 125, 40, 0},
    {50'000, 600'000, 100, 50, 50},
    {600'000, 3'000'000, 75, 65, 950},
    {3'000'000, 12'000'000, 50, 100, 11'450},
    {12'000'000, 50'000'000, 25, 200, 131'450},
    {50'000'000, 65'000'000, 20, 250, 381'450},
    {65'000'000, 150'000'000, 10, 500, 2'006'450},
    {150'000'000, 320'000'000, 5, 1000, 9'506'450},
    {320'000'000, 400'000'000, 4, 1250, 17'506'450},
    {400'000'000, 530'000'000, 3, 1500, 27'506'450},
    {530'000'000, 800'000'000, 2, 2500, 80'506'450},
    {800'000'000, 1'200'000'000, 1, 5000, 280'506'450},
};

constexpr BracketFigures kBnbBrackets[] = {
    {0, 10'000, 75, 50, 0},
    {10'000, 50'000, 50, 60, 10},
    {50'000, 200'000, 40, 100, 210},
    {200'000, 1'500'000, 25, 200, 2'210},
    {1'500'000, 3'000'000, 20, 250, 9'710},
    {3'000'000, 15'000'000, 10, 500, 84'710},
    {15'000'000, 30'000'000, 5, 1000, 834'710},
    {30'000'000, 37'500'000, 4, 1250, 1'584'710},
    {37'500'000, 75'000'000, 2, 2500, 6'272'210},
    {75'000'000, 150'000'000, 1, 5000, 25'022'210},
};

constexpr BracketFigures kSolBrackets[] = {
    {0, 20'000, 100, 50, 0},
    {20'000, 100'000, 75, 65, 30},
    {100'000, 800'000, 50, 100, 380},
    {800'000, 4'000'000, 25, 200, 8'380},
    {4'000'000, 8'000'000, 20, 250, 28'380},
    {8'000'000, 40'000'000, 10, 500, 228'380},
    {40'000'000, 80'000'000, 5, 1000, 2'228'380},
    {80'000'000, 100'000'000, 4, 1250, 4'228'380},
    {100'000'000, 200'000'000, 2, 2500, 16'728'380},
    {200'000'000, 400'000'000, 1, 5000, 66'728'380},
};

std::vector<LeverageBracket> brackets(std::span<const BracketFigures> figures) {
    std::vector<LeverageBracket> list;
    for (const auto& figure : figures) {
        list.push_back({.notional_floor = Money::whole(figure.floor),
                        .notional_cap = Money::whole(figure.cap),
                        .leverage_max = Rate::whole(figure.leverage_max),
                        .maintenance_rate = Rate::from_units(
                            Int128{figure.maintenance_basis_points} * (kScale / 10'000)),
                        .maintenance_deduction = Money::whole(figure.deduction)});
    }
    return list;
}

struct SpotFigures {
    const char* base;
    const char* price_max;
    const char* tick;
    const char* lot_step;
    const char* lot_max;
    const char* market_lot_max;
};

Instrument spot(const SpotFigures& figures) {
    return {.id = {Market::Spot, Symbol(std::string(figures.base) + "USDT")},
            .base = Asset(figures.base),
            .quote = Asset("USDT"),
            .price_filter = {price(figures.tick), price(figures.price_max), price(figures.tick)},
            .lot_filter = {quantity(figures.lot_step),
                           quantity(figures.lot_max),
                           quantity(figures.lot_step)},
            .market_lot_filter = {Quantity(), quantity(figures.market_lot_max), Quantity()},
            .notional_min = Money::whole(5),
            .notional_max = Money::whole(9'000'000),
            .price_percent_up = Rate::whole(5),
            .price_percent_down = rate("0.2"),
            .open_orders_max = 200,
            .fee_maker = rate("0.001"),
            .fee_taker = rate("0.001"),
            .brackets = {}};
}

struct FuturesFigures {
    const char* base;
    const char* price_min;
    const char* price_max;
    const char* tick;
    const char* lot_step;
    const char* lot_max;
    std::int64_t notional_min;
    std::span<const BracketFigures> brackets;
};

Instrument futures(const FuturesFigures& figures) {
    const LotFilter lots = {
        quantity(figures.lot_step), quantity(figures.lot_max), quantity(figures.lot_step)};
    return {
        .id = {Market::Futures, Symbol(std::string(figures.base) + "USDT")},
        .base = Asset(figures.base),
        .quote = Asset("USDT"),
        .price_filter = {price(figures.price_min), price(figures.price_max), price(figures.tick)},
        .lot_filter = lots,
        .market_lot_filter = lots,
        .notional_min = Money::whole(figures.notional_min),
        .notional_max = Money(),
        .price_percent_up = rate("1.05"),
        .price_percent_down = rate("0.95"),
        .open_orders_max = 200,
        .fee_maker = rate("0.0002"),
        .fee_taker = rate("0.0004"),
        .brackets = brackets(figures.brackets)};
}

std::vector<Instrument> all_builtin() {
    return {
        spot({"BTC", "1000000", "0.01", "0.00001", "9000", "129.84957276"}),
        spot({"ETH", "1000000", "0.01", "0.0001", "9000", "3125.75267907"}),
        spot({"BNB", "100000", "0.1", "0.001", "900000", "4883.5223682"}),
        spot({"SOL", "10000", "0.01", "0.001", "90000", "64306.31937238"}),
        futures({"BTC", "261.1", "809484", "0.1", "0.001", "1000", 100, kBtcBrackets}),
        futures({"ETH", "39.86", "306177", "0.01", "0.001", "10000", 20, kEthBrackets}),
        futures({"BNB", "6.6", "100000", "0.01", "0.01", "10000", 5, kBnbBrackets}),
        futures({"SOL", "0.42", "6857", "0.01", "1", "10000000", 5, kSolBrackets}),
    };
}

}  // namespace

const std::vector<Instrument>& builtin_instruments() {
    static const std::vector<Instrument> kInstruments = all_builtin();
    return kInstruments;
}

}  // namespace botcore::model
