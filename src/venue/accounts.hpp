#pragma once

/// Money as the exchange keeps it: spot balances, and futures wallets with positions (USD-M,
/// one-way mode, cross margin).
///
/// Rounding: every product is rounded half to even at 10^-8, as are fees; margins round up. A step
/// and a tick of real instruments multiply exactly, so this rounding is rarely seen.
///
/// V1  Every trade moves an asset from one account to another or to the fees; nothing else changes
///     balances. Over all accounts and the fees, an asset's sum stays what it was.
/// V2  A position's quantity and cost have the same sign and are zero together.
/// V3  Spot: what open orders lock is not free, and nothing is locked without an open order.

#include "model/margin.hpp"
#include "model/order.hpp"
#include "venue/filters.hpp"

#include <map>
#include <optional>
#include <vector>

namespace botcore::venue {

/// What one account does in one execution.
struct AccountTrade {
    model::Side side = model::Side::Buy;
    model::Price price;
    model::Quantity quantity;
    model::Rate fee_rate;
};

/// Spot: a share of the asset received, base for a buyer and quote for a seller (commission FAQ of
/// the spot documentation, 2026-07-21). Futures: a share of the notional, in the quote asset.
/// Half to even.
[[nodiscard]] model::Money fee_of(model::Market market, const AccountTrade& trade);

/// The asset in which that fee is paid.
[[nodiscard]] const model::Asset& fee_asset_of(const model::Instrument& instrument,
                                               model::Side side);

class SpotBalances {
public:
    /// Replaces all balances of the asset; nothing is locked afterwards.
    void set(const model::Asset& asset, model::Money free);

    /// Moves from free to locked. False, and nothing moved, where free is too small.
    [[nodiscard]] bool lock(const model::Asset& asset, model::Money amount);

    /// Moves back from locked to free; `amount` must be locked.
    void unlock(const model::Asset& asset, model::Money amount);

    /// Books an execution from and to free; what was locked for it must have been unlocked.
    void trade(const model::Instrument& instrument, const AccountTrade& trade);

    [[nodiscard]] model::Money free(const model::Asset& asset) const;
    [[nodiscard]] model::Money locked(const model::Asset& asset) const;

    /// Assets that were ever touched, ascending.
    [[nodiscard]] std::vector<model::Asset> assets() const;

private:
    struct Amounts {
        model::Money free;
        model::Money locked;
    };

    std::map<model::Asset, Amounts> amounts_;
};

/// Spot -2010 "Account has insufficient balance for requested action."
[[nodiscard]] Rejection insufficient_balance();

/// Futures -2019 "Margin is insufficient."
[[nodiscard]] Rejection insufficient_margin();

/// A futures position: signed quantity, and what it cost (negative for a short).
struct Holding {
    model::Quantity quantity;
    model::Money cost;

    friend bool operator==(const Holding&, const Holding&) = default;
};

/// What a reduce-only order of `side` may close of the position.
[[nodiscard]] model::Quantity reducible(const Holding& holding, model::Side side);

/// Books an execution into the position; answers the profit that it realized, without fees. A trade
/// larger than an opposite position closes it and opens the other way at the trade's price.
[[nodiscard]] model::Money apply_trade(Holding& holding, const AccountTrade& trade);

/// What the contract would become with one more order may break the bracket's leverage: -2027.
[[nodiscard]] std::optional<Rejection> check_leverage(const model::ContractState& contract);

/// A leverage setting: whole, from one to the highest of the brackets, else -4028.
[[nodiscard]] std::optional<Rejection> check_leverage_setting(const model::Instrument& instrument,
                                                              model::Rate leverage);

}  // namespace botcore::venue
