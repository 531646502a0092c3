#include "core/ledger/booking.hpp"

#include "base/check.hpp"
#include "core/risk/limits.hpp"

#include <algorithm>

namespace botcore::core {

using model::Book;
using model::Money;
using model::Quantity;
using model::Rounding;
using model::Side;

void reserve(Transaction& transaction,
             AccountState& account,
             model::Order& order,
             const model::Asset& asset,
             Money amount) {
    order.reserved_asset = asset;
    order.reserved = amount;
    order.reserved_full = amount;
    transaction.move(account, asset, Book::Cash, Book::Reserved, amount);
}

void release_reservation(Transaction& transaction, AccountState& account, model::Order& order) {
    Money needed;
    if (model::is_live(order.state) && order.filled < order.quantity) {
        needed = share(order.reserved_full, remaining(order), order.quantity, Rounding::Up).value();
    }
    const Money released = order.reserved - needed;
    CHECK(!released.is_negative());
    order.reserved = needed;
    transaction.move(account, order.reserved_asset, Book::Reserved, Book::Cash, released);
}

namespace {

void book_spot_trade(Transaction& transaction,
                     AccountState& account,
                     const model::Instrument& instrument,
                     const model::Order& order,
                     const model::Trade& trade) {
    const Money value = notional(trade.price, trade.quantity).value();
    const Money coins = Money::from_units(trade.quantity.units());
    const bool buy = order.side == Side::Buy;
    transaction.move(account,
                     buy ? instrument.quote : instrument.base,
                     Book::Cash,
                     Book::Exchanged,
                     buy ? value : coins);
    transaction.move(account,
                     buy ? instrument.base : instrument.quote,
                     Book::Exchanged,
                     Book::Cash,
                     buy ? coins : value);
}

/// Reduces the position by `closing`, a part of a trade worth `value`; returns the realized profit.
Money close_part(Transaction& transaction,
                 AccountState& account,
                 model::Position& position,
                 Quantity closing,
                 Money value) {
    const bool was_long = position.quantity.is_positive();
    const Quantity held = magnitude(position.quantity);
    const Money cost = share(position.cost, closing, held, Rounding::HalfEven).value();
    const Money margin = closing == held
                             ? position.margin
                             : share(position.margin, closing, held, Rounding::Down).value();
    const Money profit = (was_long ? value : -value) - cost;
    position.cost -= cost;
    position.margin -= margin;
    position.quantity -= was_long ? closing : -closing;
    position.realized_profit += profit;
    const auto& quote = account.account.quote;
    transaction.move(account, quote, Book::Margin, Book::Cash, margin);
    transaction.move(account, quote, Book::RealizedProfit, Book::Cash, profit);
    return profit;
}

/// The closing part of a trade.
struct Closing {
    const model::Trade& trade;
    Quantity quantity;  ///< Already deducted from the position.
    Money profit;       ///< Without fees.
};

/// Adds the profit net of fees to the position's round and to the account's daily profit.
void count_profit(Transaction& transaction,
                  AccountState& account,
                  model::Position& position,
                  const Closing& closing) {
    const bool in_quote = closing.trade.fee_asset == account.account.quote;
    const Money fee = in_quote ? closing.trade.fee : Money();
    if (closing.quantity.is_zero()) {
        position.open_fees += fee;
        return;
    }
    const Quantity before = magnitude(position.quantity) + closing.quantity;
    const Money paid =
        share(position.open_fees, closing.quantity, before, Rounding::HalfEven).value();
    const Money closing_fee =
        share(fee, closing.quantity, closing.trade.quantity, Rounding::HalfEven).value();
    const Money net = closing.profit - paid - closing_fee;
    position.open_fees += fee - closing_fee - paid;
    position.round_profit += net;
    note_profit(transaction, account, position, net);
}

Money book_futures_trade(Transaction& transaction,
                         AccountState& account,
                         const model::Order& order,
                         const model::Trade& trade) {
    model::Position& position = transaction.change(account, order.instrument);
    const bool buy = order.side == Side::Buy;
    const bool against = buy ? position.quantity.is_negative() : position.quantity.is_positive();
    const Quantity closing =
        against ? std::min(magnitude(position.quantity), trade.quantity) : Quantity();
    const Money value = notional(trade.price, trade.quantity).value();
    Money profit;
    Money closing_value;
    if (!closing.is_zero()) {
        closing_value = notional(trade.price, closing).value();
        profit = close_part(transaction, account, position, closing, closing_value);
    }
    count_profit(transaction, account, position, {trade, closing, profit});
    const Quantity opening = trade.quantity - closing;
    if (!opening.is_zero()) {
        const Money cost = value - closing_value;
        const Money margin = divided(cost, position.leverage, Rounding::Up).value();
        if (position.quantity.is_zero()) {
            position.opened = transaction.exchange_time();
            position.round_profit = {};
        }
        position.quantity += buy ? opening : -opening;
        position.cost += buy ? cost : -cost;
        position.margin += margin;
        transaction.move(account, account.account.quote, Book::Cash, Book::Margin, margin);
    }
    // P1
    CHECK(!position.quantity.is_zero() || (position.cost.is_zero() && position.margin.is_zero()));
    CHECK(position.quantity.is_zero() || !position.margin.is_negative());
    return profit;
}

}  // namespace

void book_trade(Transaction& transaction,
                AccountState& account,
                model::Order& order,
                const model::Trade& trade) {
    const auto& instrument = transaction.state().instruments.at(order.instrument);
    order.filled += trade.quantity;
    order.filled_notional += notional(trade.price, trade.quantity).value();
    release_reservation(transaction, account, order);
    Money profit;
    if (account.account.market == model::Market::Spot) {
        book_spot_trade(transaction, account, instrument, order, trade);
    } else {
        profit = book_futures_trade(transaction, account, order, trade);
    }
    transaction.move(account, trade.fee_asset, Book::Cash, Book::Fees, trade.fee);
    transaction.add_fill({.account = account.account.id,
                          .instrument = order.instrument,
                          .order_number = order.number,
                          .order_id = order.id,
                          .side = order.side,
                          .trade = trade,
                          .realized_profit = profit});
}

}  // namespace botcore::core
