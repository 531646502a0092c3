#pragma once

/// The figures that decisions depend on and that an installation can configure.

#include "model/order.hpp"

#include <cstdint>

namespace botcore::model {

/// The risk limits of an account. A figure of zero disables its check. Source of the defaults: the
/// reliability specification's business rules.
struct RiskLimits {
    /// The maximum number of open positions and entries of one account.
    std::uint32_t positions_max = 10;
    /// The maximum for an attached stop, relative to the price.
    Rate stop_distance_max = Rate::from_units(kScale / 10);
    Rate daily_loss_max = Rate::from_units(kScale / 20);  ///< A share of the equity, over 24 hours.
    /// A share of the peak of the equity.
    Rate drawdown_max = Rate::from_units(kScale * 15 / 100);
    Rate margin_level_warn = Rate::whole(2);  ///< Equity over margin in use.
    Rate margin_level_entry = Rate::from_units(kScale * 150 / 100);
    Rate margin_level_close = Rate::from_units(kScale * 110 / 100);
    /// Positions are closed until the margin level is this high again.
    Rate margin_level_safe = Rate::from_units(kScale * 120 / 100);
    std::uint32_t losses_in_a_row_max = 3;
    Duration cooldown = Duration::seconds(3'600);
    Rate exposure_max = Rate::from_units(kScale / 5);  ///< One instrument's share of the equity.
    std::uint32_t orders_per_second_max = 10;  ///< The maximum number of entries of one owner.

    /// Limits that disable all checks, for measurements and for tests of other things.
    [[nodiscard]] static RiskLimits none();

    friend bool operator==(const RiskLimits&, const RiskLimits&) = default;

    template <class Visit>
    static void each_field(Visit&& visit, auto& self) {
        visit("positions_max", self.positions_max);
        visit("stop_distance_max", self.stop_distance_max);
        visit("daily_loss_max", self.daily_loss_max);
        visit("drawdown_max", self.drawdown_max);
        visit("margin_level_warn", self.margin_level_warn);
        visit("margin_level_entry", self.margin_level_entry);
        visit("margin_level_close", self.margin_level_close);
        visit("margin_level_safe", self.margin_level_safe);
        visit("losses_in_a_row_max", self.losses_in_a_row_max);
        visit("cooldown", self.cooldown);
        visit("exposure_max", self.exposure_max);
        visit("orders_per_second_max", self.orders_per_second_max);
    }
};

/// The figures that decisions depend on and that an installation can configure. Recorded in the
/// journal at the start of each term, so that every record can be checked against the figures of
/// its time.
struct Policy {
    /// A price older than this never produces an entry (I14).
    Duration price_age_max = Duration::seconds(2);
    /// The recvWindow of every signed request that changes something at the exchange.
    Duration attempt_window = Duration::milliseconds(2'000);
    /// M: how long after t + w the matching engine may still accept a request. docs/proof.md.
    Duration fence_margin;
    /// L: how far queries may lag behind the matching engine. docs/proof.md.
    Duration view_lag;
    /// A market order reserves for the worst price that it reaches when it walks the book, plus
    /// this share.
    Rate market_slippage = Rate::from_units(kScale / 200);
    std::uint32_t attempts_max = 3;
    RiskLimits risk;
    /// How long an entry's stop may remain unconfirmed before the bought quantity is closed again.
    Duration protect_within = Duration::seconds(10);
    /// A trailing stop moves only in steps of at least this share of the price.
    Rate trail_step = Rate::from_units(kScale / 1'000);
    Duration maintenance_notice = Duration::seconds(7 * 86'400);
    Duration maintenance_max = Duration::seconds(2 * 3'600);
    // Since version 4 of the record.
    /// N: a written request reaches the exchange within this time, or never. docs/proof.md.
    Duration request_lifetime = Duration::seconds(3'600);
    // Since version 5 of the record.
    std::uint32_t accounts_max = 20;  ///< The maximum number of accounts of one owner.

    friend bool operator==(const Policy&, const Policy&) = default;

    template <class Visit>
    static void each_field(Visit&& visit, auto& self) {
        visit("price_age_max", self.price_age_max);
        visit("attempt_window", self.attempt_window);
        visit("fence_margin", self.fence_margin);
        visit("view_lag", self.view_lag);
        visit("market_slippage", self.market_slippage);
        visit("attempts_max", self.attempts_max);
        if (!base::has_fields_of(visit, 2)) return;
        visit("risk", self.risk);
        visit("protect_within", self.protect_within);
        visit("trail_step", self.trail_step);
        visit("maintenance_notice", self.maintenance_notice);
        visit("maintenance_max", self.maintenance_max);
        if (base::has_fields_of(visit, 4)) visit("request_lifetime", self.request_lifetime);
        if (base::has_fields_of(visit, 5)) visit("accounts_max", self.accounts_max);
    }
};

}  // namespace botcore::model
