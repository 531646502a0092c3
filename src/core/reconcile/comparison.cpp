#include "core/reconcile/comparison.hpp"

#include "core/caller.hpp"
#include "core/commands.hpp"
#include "core/orders/protection.hpp"
#include "core/risk/limits.hpp"

#include <algorithm>
#include <set>

namespace botcore::core {

using model::Book;
using model::FreezeReason;
using model::Money;
using model::Quantity;
using model::RefusalReason;

namespace {

/// Delay before a difference is compared again.
constexpr model::Duration kRecompareDelay = model::Duration::seconds(5);

Money total_of(const AccountState& account, const model::Asset& asset) {
    const auto place = account.balances.find(asset);
    return place == account.balances.end() ? Money() : place->second.total();
}

model::VenuePosition position_of(const AccountState& account,
                                 const model::InstrumentId& instrument) {
    const auto place = account.positions.find(instrument);
    if (place == account.positions.end()) return {instrument, {}, {}};
    return {instrument, place->second.quantity, place->second.cost};
}

model::VenuePosition position_of(const model::VenueBooks& books,
                                 const model::InstrumentId& instrument) {
    for (const auto& position : books.positions) {
        if (position.instrument == instrument) return position;
    }
    return {instrument, {}, {}};
}

Money total_of(const model::VenueBooks& books, const model::Asset& asset) {
    for (const auto& balance : books.balances) {
        if (balance.asset == asset) return balance.total;
    }
    return {};
}

}  // namespace

std::vector<Difference> differences_of(const AccountState& account,
                                       const model::VenueBooks& books) {
    std::vector<Difference> found;
    std::set<model::InstrumentId> instruments;
    for (const auto& [id, position] : account.positions)
        instruments.insert(id);
    for (const auto& position : books.positions)
        instruments.insert(position.instrument);
    Money cost;
    Money venue_cost;
    for (const auto& id : instruments) {
        const auto ours = position_of(account, id);
        const auto theirs = position_of(books, id);
        // Costs are part of the money comparison; the cost of a position that differs is reported
        // with that position.
        if (ours.quantity == theirs.quantity) {
            cost += ours.cost;
            venue_cost += theirs.cost;
            continue;
        }
        Difference difference;
        difference.kind = Difference::Kind::Position;
        difference.instrument = id;
        difference.quantity = ours.quantity;
        difference.venue_quantity = theirs.quantity;
        difference.cost = ours.cost;
        difference.venue_cost = theirs.cost;
        found.push_back(std::move(difference));
    }
    std::set<model::Asset> assets;
    for (const auto& [asset, balance] : account.balances)
        assets.insert(asset);
    for (const auto& balance : books.balances)
        assets.insert(balance.asset);
    for (const auto& asset : assets) {
        const bool quote = asset == account.account.quote;
        const Money shift = quote ? cost - venue_cost : Money();
        Difference difference;
        difference.asset = asset;
        difference.total = total_of(account, asset);
        difference.venue_total = total_of(books, asset);
        if (difference.total - shift != difference.venue_total) {
            found.push_back(std::move(difference));
        }
    }
    return found;
}

void report_reconciled(Transaction& transaction, const model::ReportReconciled& body) {
    const auto place = transaction.state().accounts.find(body.account);
    if (place == transaction.state().accounts.end()) return;
    AccountState& account = place->second;
    if (!account.reconciled) {
        account.reconciled = true;
        cancel_idle_stops(transaction, account);
        transaction.keep();
    }
    Comparison comparison{.time = transaction.exchange_time(),
                          .books = body.books,
                          .differences = {},
                          .confirmed = false};
    if (body.books) comparison.differences = differences_of(account, *body.books);
    if (!comparison.differences.empty()) {
        const auto& before = account.comparison;
        comparison.confirmed = before && before->differences == comparison.differences;
        if (comparison.confirmed) {
            transaction.freeze(account, FreezeReason::BooksDiffer);
        } else {
            transaction.perform(
                CompareAccount{body.account, transaction.monotonic_time() + kRecompareDelay});
        }
    }
    account.comparison = std::move(comparison);
}

namespace {

/// The counter-entry is in the External book, whether the amount is positive or negative.
void adopt_balance(Transaction& transaction,
                   AccountState& account,
                   const model::AdoptBooks& body,
                   Money seen) {
    transaction.move(account, body.asset, Book::External, Book::Cash, body.total - seen);
    note_transfer(transaction, account, body.total - seen);
    transaction.perform(AnnounceAccount{body.account});
    transaction.perform(CompareAccount{body.account, transaction.monotonic_time()});
    transaction.reply_at_once(body.origin, transaction.change(account));
}

void adopt_position(Transaction& transaction,
                    AccountState& account,
                    const model::AdoptBooks& body) {
    model::Position& position = transaction.change(account, body.instrument);
    const Money cost = body.quantity.is_zero() ? Money() : body.cost;  // P1
    const Money margin = divided(magnitude(cost), position.leverage, model::Rounding::Up).value();
    transaction.move(
        account, account.account.quote, Book::Cash, Book::Margin, margin - position.margin);
    if (position.quantity.is_zero()) position.opened = transaction.exchange_time();
    position.quantity = body.quantity;
    position.cost = cost;
    position.margin = margin;
    position.open_fees = {};
    position.unprotected = {};
    if (position.quantity.is_zero()) position.round_profit = {};
    cancel_idle_stops(transaction, account);
    transaction.perform(AnnounceAccount{body.account});
    transaction.perform(CompareAccount{body.account, transaction.monotonic_time()});
    transaction.reply_at_once(body.origin, position);
}

}  // namespace

void adopt_books(Transaction& transaction, const model::AdoptBooks& body) {
    AccountState* account = own_account(transaction, body.origin, body.account);
    if (account == nullptr) return;
    const auto moved = [&](std::string text) {
        refuse(transaction, body.origin, {RefusalReason::VersionConflict, std::move(text)});
    };
    if (!body.asset.empty()) {
        const Money seen = total_of(*account, body.asset);
        if (seen != body.total_seen) {
            return moved("the balance is now " + to_text(seen) + " " + body.asset.text() +
                         "; compare again");
        }
        return adopt_balance(transaction, *account, body, seen);
    }
    const bool futures = account->account.market == model::Market::Futures;
    if (!futures || !transaction.state().instruments.contains(body.instrument)) {
        refuse(transaction,
               body.origin,
               {RefusalReason::InstrumentUnknown,
                "the account has no position in " + body.instrument.symbol.text()});
        return;
    }
    const Quantity seen = position_of(*account, body.instrument).quantity;
    if (seen != body.quantity_seen) {
        return moved("the position is now " + to_text(seen) + "; compare again");
    }
    adopt_position(transaction, *account, body);
}

void set_account_state(Transaction& transaction, const model::SetAccountState& body) {
    AccountState* account = own_account(transaction, body.origin, body.account);
    if (account == nullptr) return;
    model::Account& row = transaction.change(*account);
    row.state = body.state;
    row.frozen_reason = body.state == model::AccountState::Frozen ? FreezeReason::FrozenByOperator
                                                                  : FreezeReason::None;
    const bool cooling = account->risk.cooldown_until > transaction.monotonic_time();
    if (cooling && body.state == model::AccountState::Active) {
        end_cooldown(transaction.change_risk(*account));
    }
    transaction.reply_at_once(body.origin, row);
}

void freeze_account(Transaction& transaction, const model::FreezeAccount& body) {
    const auto place = transaction.state().accounts.find(body.account);
    if (place != transaction.state().accounts.end()) {
        transaction.freeze(place->second, body.reason);
    }
}

}  // namespace botcore::core
