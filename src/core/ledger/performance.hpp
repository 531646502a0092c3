#pragma once

/// Trading results of an account, computed from its fills with exact integers. Nothing else stores
/// them, and the same fills give the same figures.
///
/// G1  A *round* is the life of a position from flat to flat. On spot, a remainder below the
///     smallest quantity step counts as flat and is carried into the next round.
/// G2  The gross profit of a futures fill is the profit that was booked. On spot it is the proceeds
///     of the sale less the matching share of the purchase cost, at average cost.
/// G3  Net profit is gross profit less fees. Fees in the base asset count at the price of their
///     fill; fees in any other asset are listed separately and are not part of any sum.
/// G4  Sums include every fill, also the fills of open rounds. Counts, rates, averages, best and
///     worst include closed rounds only, and only those that were observed from flat.
/// G5  The drawdown is measured on the realized curve: the start plus net profit after each fill.

#include "core/state.hpp"

#include <cstdint>
#include <map>
#include <optional>

namespace botcore::core {

/// Closed rounds of one kind.
struct Rounds {
    std::uint64_t count = 0;
    model::Money net;
    model::Duration held;  ///< Total duration.
};

struct Performance {
    std::uint64_t fills = 0;
    /// Fills of unknown instruments or of instruments in another quote asset.
    std::uint64_t fills_excluded = 0;
    model::Money volume;  ///< The notional of all fills.
    model::Money gross;
    model::Money fees;
    std::map<model::Asset, model::Money> fees_other;  ///< G3
    Rounds won;
    Rounds lost;
    Rounds even;
    std::uint64_t rounds_partial = 0;  ///< Closed, but their beginning was not observed.
    std::uint64_t rounds_open = 0;
    std::optional<model::Money> best;  ///< Net result of one round.
    std::optional<model::Money> worst;
    model::Money drawdown_max;
    model::Rate drawdown_max_rate;  ///< Relative to the peak before it.
    /// Value sold on spot without a purchase here (the coins came by transfer); it does not count
    /// as profit.
    model::Money unmatched_value;

    [[nodiscard]] model::Money net() const { return gross - fees; }

    [[nodiscard]] std::uint64_t rounds() const { return won.count + lost.count + even.count; }

    /// Won rounds divided by all closed rounds; nothing without a closed round. Rounded half to
    /// even, like all figures below.
    [[nodiscard]] std::optional<model::Rate> win_rate() const;
    /// The sum of the won rounds divided by the sum of the lost rounds; nothing without a loss.
    [[nodiscard]] std::optional<model::Rate> profit_factor() const;
    [[nodiscard]] std::optional<model::Money> average_net() const;
    [[nodiscard]] std::optional<model::Duration> average_held() const;
};

/// `sum` divided by `count`; nothing if `count` is zero.
[[nodiscard]] std::optional<model::Money> average(model::Money sum, std::uint64_t count);
[[nodiscard]] std::optional<model::Duration> average(model::Duration sum, std::uint64_t count);

class PerformanceCalculator {
public:
    /// `start` is the first value of the realized curve.
    PerformanceCalculator(model::Asset quote, model::Money start);

    /// A futures position of `quantity` was open before the first fill. Its round is not counted.
    void begin_with(const model::InstrumentId& instrument, model::Quantity quantity);

    /// Adds a fill; fills must be added in journal order. `instrument` is the fill's; null if it is
    /// not known.
    void add(const model::Fill& fill, const model::Instrument* instrument);

    /// The open quantity of the instrument after the fills so far, with its sign.
    [[nodiscard]] model::Quantity open_quantity(const model::InstrumentId& instrument) const;

    [[nodiscard]] Performance result() const;

private:
    struct Round {
        model::Quantity quantity;  ///< With its sign.
        model::Money cost;         ///< Spot only.
        model::Money net;
        model::Timestamp opened;
        bool is_open = false;
        bool from_flat = true;
    };

    void add_spot(Round& round, const model::Instrument& instrument, const model::Fill& fill);
    void add_futures(Round& round, const model::Fill& fill, model::Money fee);
    [[nodiscard]] model::Money sell_spot(Round& round, const model::Fill& fill);
    void open(Round& round, model::Timestamp time);
    void close(Round& round, model::Timestamp time);
    void gain(Round& round, model::Money gross, model::Money fee);
    void move_curve();

    model::Asset quote_;
    model::Money start_;
    model::Money peak_;
    std::map<model::InstrumentId, Round> rounds_;
    Performance sum_;
};

}  // namespace botcore::core
