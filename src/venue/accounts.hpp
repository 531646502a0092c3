#pragma once

/// The exchange's accounting: spot balances, and futures wallets with positions (USD-M, one-way
/// mode, cross margin).
///
/// Rounding: every product and every fee is rounded half to even at 10^-8; margins are rounded up.
/// With the steps and ticks of real instruments products are exact, so this rounding rarely
/// matters.
///
/// V1  Every trade moves an asset from one account to another or to the fees; nothing else changes
///     balances. The sum of an asset over all accounts and the fees stays constant.
/// V2  The quantity and the cost of a position have the same sign, and if one is zero, so is the
///     other.
/// V3  Spot: an amount that an open order locks is not free, and nothing is locked without an open
///     order.

#include "model/margin.hpp"
#include "model/order.hpp"
#include "venue/filters.hpp"

#include <map>
#include <optional>
#include <vector>

namespace botcore::venue {

/// One account's side of an execution.
struct AccountTrade {
    model::Side side = model::Side::Buy;
    model::Price price;
    model::Quantity quantity;
    model::Rate fee_rate;
};

/// Spot: a share of the asset received, which is the base for a buyer and the quote for a seller
/// (commission FAQ of the spot documentation, 2026-07-21). Futures: a share of the notional, in the
/// quote asset. Rounded half to even.
[[nodiscard]] model::Money fee_of(model::Market market, const AccountTrade& trade);

/// The asset in which the account pays that fee.
[[nodiscard]] const model::Asset& fee_asset_of(const model::Instrument& instrument,
                                               model::Side side);

class SpotBalances {
public:
    /// Replaces the balance of the asset: the amount `free` is free, and nothing is locked.
    void set(const model::Asset& asset, model::Money free);

    /// Moves the amount from the free to the locked balance. Returns false and changes nothing if
    /// the free balance is too small.
    [[nodiscard]] bool lock(const model::Asset& asset, model::Money amount);

    /// Moves the amount back from the locked to the free balance; `amount` must be locked.
    void unlock(const model::Asset& asset, model::Money amount);

    /// Books an execution against the free balance; the caller must have unlocked its amount
    /// before.
    void trade(const model::Instrument& instrument, const AccountTrade& trade);

    [[nodiscard]] model::Money free(const model::Asset& asset) const;
    [[nodiscard]] model::Money locked(const model::Asset& asset) const;

    /// All assets that were ever used, in ascending order.
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

/// A futures position: signed quantity and its cost (negative for a short).
struct Holding {
    model::Quantity quantity;
    model::Money cost;

    friend bool operator==(const Holding&, const Holding&) = default;
};

/// How much of the position a reduce-only order of `side` can close.
[[nodiscard]] model::Quantity reducible(const Holding& holding, model::Side side);

/// Books an execution into the position; returns the realized profit, without fees. A trade larger
/// than an opposite position closes it and opens a position in the other direction at the trade's
/// price.
[[nodiscard]] model::Money apply_trade(Holding& holding, const AccountTrade& trade);

/// Returns -2027 if the contract, with one more order included, would exceed the leverage that its
/// bracket allows.
[[nodiscard]] std::optional<Rejection> check_leverage(const model::ContractState& contract);

/// A leverage setting must be a whole number from one to the highest leverage of the brackets;
/// otherwise returns -4028.
[[nodiscard]] std::optional<Rejection> check_leverage_setting(const model::Instrument& instrument,
                                                              model::Rate leverage);

}  // namespace botcore::venue
