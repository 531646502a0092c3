#include "core/transaction.hpp"

#include "base/check.hpp"
#include "core/orders/client_order_id.hpp"

#include <algorithm>
#include <map>

namespace botcore::core {

using model::Book;
using model::Money;

namespace {

/// True when `item` was not listed before.
template <class T>
bool list_once(std::vector<T>& items, T item) {
    if (std::find(items.begin(), items.end(), item) != items.end()) return false;
    items.push_back(item);
    return true;
}

}  // namespace

template <class Row>
bool Transaction::list(const Row& row) {
    return list_once(listed_.of<Row>(), &row);
}

Transaction::Transaction(State& state, const model::Input& input)
    : state_(state),
      input_(input),
      sequence_(state.sequence + 1) {
    CHECK(input.time >= state.time);  // Journal time never decreases.
    CHECK(input.monotonic_time >= state.monotonic_time);
}

model::Account& Transaction::change(AccountState& account) {
    if (list(account.account)) {
        account.account.version += 1;
    }
    return account.account;
}

model::Position& Transaction::position_of(AccountState& account,
                                          const model::InstrumentId& instrument) {
    const auto [place, added] = account.positions.try_emplace(instrument);
    model::Position& position = place->second;
    if (added) {
        position.account = account.account.id;
        position.instrument = instrument;
        position.leverage = model::Rate::whole(1);
    }
    return position;
}

void Transaction::set_reserved(AccountState& account,
                               const model::InstrumentId& instrument,
                               Money amount) {
    model::Position& position = position_of(account, instrument);
    position.reserved = amount;
    (void)list(position);
}

std::set<Transaction::ContractName> Transaction::touched_contracts() const {
    std::set<ContractName> touched;
    for (const auto* order : listed_.of<model::Order>())
        touched.emplace(order->account, order->instrument);
    for (const auto* position : listed_.of<model::Position>())
        touched.emplace(position->account, position->instrument);
    return touched;
}

model::Position& Transaction::change(AccountState& account, const model::InstrumentId& instrument) {
    model::Position& position = position_of(account, instrument);
    (void)list(position);
    if (list_once<const model::Position*>(positions_changed_, &position)) position.version += 1;
    position.updated = exchange_time();
    return position;
}

model::Order& Transaction::change(LiveOrder& live) {
    model::Order& order = live.order;
    if (list(order)) {
        order.version += 1;
        order.prior_sequence = order.sequence;
        order.sequence = sequence_;
        order.updated = exchange_time();
    }
    return order;
}

model::RiskState& Transaction::change_risk(AccountState& account) {
    if (list(account.risk)) account.risk.version += 1;
    account.risk.account = account.account.id;
    return account.risk;
}

model::OperatingState& Transaction::change_operating() {
    if (list(state_.operating)) {
        state_.operating.version += 1;
    }
    return state_.operating;
}

model::MaintenanceWindow& Transaction::change_window(std::uint64_t id) {
    model::MaintenanceWindow& window = state_.windows[id];
    if (list(window)) window.version += 1;
    window.id = id;
    window.updated = exchange_time();
    return window;
}

void Transaction::define(const model::Instrument& instrument) {
    model::Instrument& stored = state_.instruments[instrument.id];
    stored = instrument;
    listed_.of<model::Instrument>().push_back(&stored);
}

LiveOrder& Transaction::add_order(AccountState& account, model::Order order) {
    order.id = make_client_order_id({.incarnation = state_.incarnation,
                                     .shard = state_.shard,
                                     .sequence = sequence_,
                                     .index = static_cast<std::uint16_t>(orders_added_)});
    return insert(account, std::move(order));
}

LiveOrder& Transaction::import_order(AccountState& account, model::Order order) {
    CHECK(is_imported(order.role));
    CHECK(!order.id.empty());
    return insert(account, std::move(order));
}

LiveOrder& Transaction::insert(AccountState& account, model::Order order) {
    CHECK(orders_added_ < model::kOrdersPerInputMax);
    order.number = model::order_number(sequence_, orders_added_);
    order.created = exchange_time();
    ++orders_added_;
    const auto [place, added] = account.orders.try_emplace(order.number);
    CHECK(added);  // I2
    place->second.order = std::move(order);
    (void)change(place->second);
    return place->second;
}

void Transaction::add_fill(model::Fill fill) {
    fill.sequence = sequence_;
    fill.index = static_cast<std::uint32_t>(fills_.size());
    fills_.push_back(std::move(fill));
}

void Transaction::post(AccountState& account, const model::Asset& asset, Book book, Money amount) {
    if (amount.is_zero()) return;
    const auto [place, added] = account.balances.try_emplace(asset);
    if (added) {
        place->second.account = account.account.id;
        place->second.asset = asset;
    }
    place->second.of(book) += amount;
    (void)list_once(posted_, &account);
    for (auto& posting : postings_) {
        if (posting.book == book && posting.asset == asset &&
            posting.account == account.account.id) {
            posting.amount += amount;
            return;
        }
    }
    postings_.push_back({account.account.id, asset, book, amount});
}

void Transaction::move(
    AccountState& account, const model::Asset& asset, Book from, Book to, Money amount) {
    post(account, asset, from, -amount);
    post(account, asset, to, amount);
}

void Transaction::open_key(const model::Origin& origin, const model::ClientOrderId& order) {
    const auto [place, added] = state_.keys.try_emplace(KeyId{origin.owner, origin.key});
    CHECK(added);  // I8: a key is opened once.
    place->second = {.owner = origin.owner,
                     .key = origin.key,
                     .request_hash = origin.request_hash,
                     .state = model::KeyState::Pending,
                     .status = 0,
                     .order = order,
                     .sequence = sequence_};
    listed_.of<model::KeyEntry>().push_back(&place->second);
}

void Transaction::answer(const KeyId& key, model::Reply reply) {
    const auto place = state_.keys.find(key);
    CHECK(place != state_.keys.end());
    model::KeyEntry& entry = place->second;
    CHECK(entry.state == model::KeyState::Pending);  // I8: one permanent reply.
    entry.state = model::KeyState::Done;
    if (const auto* refusal = std::get_if<model::Refusal>(&reply)) {
        if (!refusal->order.empty()) entry.order = refusal->order;
    }
    (void)list(entry);
    perform(ReplyToRequest{key, std::move(reply)});
}

void Transaction::reply_at_once(const model::Origin& origin, model::Reply reply) {
    open_key(origin, {});
    answer({origin.owner, origin.key}, std::move(reply));
}

void Transaction::freeze(AccountState& account, model::FreezeReason reason) {
    if (account.account.state == model::AccountState::Frozen) return;
    model::Account& row = change(account);
    row.state = model::AccountState::Frozen;
    row.frozen_reason = reason;
}

void Transaction::count_balance_versions() {
    std::vector<const model::Balance*> counted;
    for (const auto& posting : postings_) {
        auto& balance = state_.accounts.at(posting.account).balances.at(posting.asset);
        if (list_once<const model::Balance*>(counted, &balance)) balance.version += 1;
    }
}

bool Transaction::changed_anything() const {
    bool changed = !fills_.empty() || !postings_.empty() || !effects_.empty();
    model::RowKinds::each(
        [&]<class Row>(model::RowKind<Row>) { changed = changed || !listed_.of<Row>().empty(); });
    return changed;
}

namespace {

/// Whether the input makes no record when it contains nothing new.
bool may_be_no_news(const model::InputBody& body) {
    return std::holds_alternative<model::ReportOrder>(body) ||
           std::holds_alternative<model::ReportFoundOrder>(body) ||
           std::holds_alternative<model::ReportReconciled>(body) ||
           std::holds_alternative<model::Tick>(body);
}

}  // namespace

Decision Transaction::finish() {
    std::map<model::Asset, Money> sums;
    for (const auto& posting : postings_)
        sums[posting.asset] += posting.amount;
    for (const auto& [asset, sum] : sums)
        CHECK(sum.is_zero());  // I5
    if (!changed_anything()) {
        if (refusal_) return {Verdict::Refused, {}, {}, std::move(refusal_)};
        if (!kept_ && may_be_no_news(input_.body)) return {};
    }
    CHECK(!refusal_);
    for (AccountState* account : posted_) {
        for (const auto& [asset, balance] : account->balances) {
            // I13: a fact that the exchange reports may make cash negative; then the account is
            // frozen.
            if (balance.of(Book::Cash).is_negative()) {
                freeze(*account, model::FreezeReason::InsufficientBalance);
            }
        }
    }
    Decision decision;
    decision.verdict = Verdict::Recorded;
    decision.effects = std::move(effects_);
    auto& changes = decision.outcome.changes;
    model::RowKinds::each([&]<class Row>(model::RowKind<Row>) {
        if constexpr (std::same_as<Row, model::Fill>) {
            for (model::Fill& fill : fills_)
                changes.emplace_back(std::move(fill));
        } else if constexpr (model::RecordedRow<Row>) {
            for (const Row* row : listed_.of<Row>())
                changes.emplace_back(*row);
        }
    });
    std::erase_if(postings_, [](const auto& posting) { return posting.amount.is_zero(); });
    count_balance_versions();
    decision.outcome.postings = std::move(postings_);
    state_.sequence = sequence_;
    state_.time = input_.time;
    state_.exchange_time = input_.exchange_time;
    state_.monotonic_time = input_.monotonic_time;
    return decision;
}

}  // namespace botcore::core
