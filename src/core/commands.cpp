#include "core/commands.hpp"

#include "base/check.hpp"
#include "core/caller.hpp"
#include "core/orders/order_life.hpp"
#include "core/placing.hpp"
#include "core/risk/entry_checks.hpp"
#include "core/risk/limits.hpp"
#include "core/risk/margin.hpp"
#include "model/default_account.hpp"

#include <algorithm>

namespace botcore::core {

using model::Book;
using model::FreezeReason;
using model::Money;
using model::Quantity;
using model::RefusalReason;

void start_epoch(Transaction& transaction, const model::StartEpoch& body) {
    State& state = transaction.state();
    CHECK(body.epoch > state.epoch);
    state.epoch = body.epoch;
    state.incarnation = body.incarnation;
    state.policy = body.policy;
    // Instruments are announced before accounts, because an exchange in this process cannot restore
    // an order of an instrument it does not have.
    for (const auto& [id, instrument] : state.instruments) {
        transaction.perform(AnnounceInstrument{id});
    }
    for (auto& [id, account] : state.accounts) {
        account.reconciled = false;  // I11
        for (auto& [number, live] : account.orders)
            mark_unanswered_unknown(transaction, live);
        transaction.perform(ReconcileAccount{id});
    }
}

void open_account(Transaction& transaction, const model::OpenAccount& body) {
    State& state = transaction.state();
    if (state.accounts.contains(body.account)) {
        refuse(transaction,
               body.origin,
               {RefusalReason::AccountExists, "the name '" + body.account.text() + "' is taken"});
        return;
    }
    if (model::is_reserved_for_another(body.account, body.origin.owner, body.market)) {
        refuse(transaction,
               body.origin,
               {RefusalReason::AccountExists,
                "the name '" + body.account.text() +
                    "' is reserved for the default account of a user"});
        return;
    }
    const auto owned =
        std::count_if(state.accounts.begin(), state.accounts.end(), [&](const auto& item) {
            return item.second.account.owner == body.origin.owner;
        });
    if (owned >= std::int64_t(state.policy.accounts_max)) {
        refuse(transaction,
               body.origin,
               {RefusalReason::TooManyAccounts,
                "an owner may have at most " + std::to_string(state.policy.accounts_max) +
                    " accounts; use one of them, or reset it"});
        return;
    }
    AccountState& account = state.accounts[body.account];
    account.account.id = body.account;
    account.account.owner = body.origin.owner;
    account.account.market = body.market;
    account.account.quote = body.quote;
    account.account.initial_deposit = body.deposit;
    account.account.created = transaction.exchange_time();
    account.reconciled = true;  // A new paper account has nothing to compare.
    (void)transaction.change(account);
    transaction.move(account, body.quote, Book::External, Book::Cash, body.deposit);
    transaction.perform(AnnounceAccount{body.account});
    transaction.reply_at_once(body.origin, account.account);
}

void set_leverage(Transaction& transaction, const model::SetLeverage& body) {
    AccountState* account = own_account(transaction, body.origin, body.account);
    if (account == nullptr) return;
    const auto instrument = transaction.state().instruments.find(body.instrument);
    const auto refused = [&](RefusalReason reason, std::string text) {
        refuse(transaction, body.origin, {reason, std::move(text)});
    };
    if (account->account.market != model::Market::Futures) {
        return refused(RefusalReason::NotSupportedOnMarket,
                       "leverage exists on futures accounts only");
    }
    if (instrument == transaction.state().instruments.end()) {
        return refused(RefusalReason::InstrumentUnknown,
                       "there is no " + body.instrument.symbol.text() + " on the futures market");
    }
    const auto place = account->positions.find(body.instrument);
    const std::uint64_t version = place == account->positions.end() ? 0 : place->second.version;
    if (refused_by_version(transaction, body.origin, body.version, version)) return;
    const auto highest = instrument->second.brackets.front().leverage_max;
    const bool whole = is_multiple(body.leverage, model::Rate::whole(1));
    if (!whole || body.leverage < model::Rate::whole(1) || body.leverage > highest) {
        return refused(RefusalReason::LeverageTooHigh,
                       "leverage must be a whole number from 1 to " + to_text(highest) + ", but " +
                           to_text(body.leverage) + " was requested");
    }
    if (place != account->positions.end() && !place->second.quantity.is_zero()) {
        return refused(RefusalReason::PositionOpen,
                       "leverage cannot change while a position is open");
    }
    if (open_orders_count(*account, body.instrument) != 0) {
        return refused(RefusalReason::OpenOrdersExist,
                       "leverage cannot change while orders are open");
    }
    model::Position& position = transaction.change(*account, body.instrument);
    position.leverage = body.leverage;
    transaction.perform(AnnounceAccount{body.account});
    transaction.reply_at_once(body.origin, position);
}

void transfer_money(Transaction& transaction, const model::TransferMoney& body) {
    AccountState* from = own_account(transaction, body.origin, body.from);
    if (from == nullptr) return;
    AccountState* to = own_account(transaction, body.origin, body.to);
    if (to == nullptr) return;
    const auto refused = [&](RefusalReason reason, std::string text) {
        refuse(transaction, body.origin, {reason, std::move(text)});
    };
    if (from == to)
        return refused(RefusalReason::AccountExists,
                       "the source and the target of the transfer are the same account");
    if (!body.amount.is_positive()) {
        return refused(RefusalReason::QuantityTooSmall, "the amount must be greater than zero");
    }
    if (!from->balances.contains(body.asset)) {
        return refused(RefusalReason::AssetUnknown, "the account holds no " + body.asset.text());
    }
    if (from->account.state == model::AccountState::Frozen) {
        return refused(RefusalReason::AccountFrozen, "money cannot leave a frozen account");
    }
    if (auto breach = closed_by_lost_records(transaction.input().storage)) {
        return transaction.refuse_for_the_moment({breach->reason, std::move(breach->text), {}, 0});
    }
    // Open profit cannot leave the account, and the amount that covers open losses must stay.
    const Money cash = from->balances.at(body.asset).of(Book::Cash);
    const Money free =
        std::min(cash, available(transaction.state(), *from, body.asset, body.marks));
    if (body.amount > free) {
        return refused(RefusalReason::InsufficientBalance,
                       to_text(body.amount) + " " + body.asset.text() + " was requested, but " +
                           to_text(std::max(free, Money())) + " is available");
    }
    transaction.move(*from, body.asset, Book::Cash, Book::External, body.amount);
    transaction.move(*to, body.asset, Book::External, Book::Cash, body.amount);
    note_transfer(transaction, *from, -body.amount);
    note_transfer(transaction, *to, body.amount);
    (void)transaction.change(*from);
    (void)transaction.change(*to);
    transaction.perform(AnnounceAccount{body.from});
    transaction.perform(AnnounceAccount{body.to});
    transaction.reply_at_once(
        body.origin, model::Transferred{from->account, to->account, body.asset, body.amount});
}

void end_cooldown(model::RiskState& risk) {
    risk.cooldown_until = {};
    risk.losses_in_a_row = 0;
}

void reset_account(Transaction& transaction, const model::ResetAccount& body) {
    AccountState* account = own_account(transaction, body.origin, body.account);
    if (account == nullptr) return;
    if (refused_by_version(transaction, body.origin, body.version, account->account.version)) {
        return;
    }
    const bool operators = body.origin.authority == model::Authority::All;
    const bool frozen = account->account.state == model::AccountState::Frozen;
    if (frozen && !operators && account->account.frozen_reason == FreezeReason::FrozenByOperator) {
        refuse(transaction,
               body.origin,
               {RefusalReason::AccountFrozen,
                "an operator froze the account; only an operator can unfreeze it"});
        return;
    }
    const bool live =
        std::any_of(account->orders.begin(), account->orders.end(), [](const auto& item) {
            return model::is_live(item.second.order.state);
        });
    if (live) {
        refuse(transaction,
               body.origin,
               {RefusalReason::OpenOrdersExist, "cancel the open orders before a reset"});
        return;
    }
    for (auto& [instrument, position] : account->positions) {
        if (position.quantity.is_zero() && position.realized_profit.is_zero()) continue;
        model::Position& row = transaction.change(*account, instrument);
        row.quantity = {};
        row.cost = {};
        row.margin = {};
        row.realized_profit = {};
        row.round_profit = {};
        row.open_fees = {};
        row.unprotected = {};
    }
    if (account->risk.version != 0) {
        model::RiskState& risk = transaction.change_risk(*account);
        risk.equity_peak = {};
        risk.margin_call = false;
        if (operators) end_cooldown(risk);
        if (operators) risk.profits = {};
    }
    for (auto& [asset, balance] : account->balances) {
        transaction.move(*account, asset, Book::Margin, Book::External, balance.of(Book::Margin));
        transaction.move(*account, asset, Book::Cash, Book::External, balance.of(Book::Cash));
    }
    transaction.move(*account,
                     account->account.quote,
                     Book::External,
                     Book::Cash,
                     account->account.initial_deposit);
    model::Account& row = transaction.change(*account);
    row.state = model::AccountState::Active;
    row.frozen_reason = FreezeReason::None;
    transaction.perform(AnnounceAccount{body.account});
    transaction.reply_at_once(body.origin, row);
}

}  // namespace botcore::core
