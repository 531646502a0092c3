#include "core/engine.hpp"

#include "core/commands.hpp"
#include "core/operating.hpp"
#include "core/orders/find_order.hpp"
#include "core/orders/order_life.hpp"
#include "core/placing.hpp"
#include "core/reconcile/comparison.hpp"
#include "core/reconcile/import.hpp"
#include "core/risk/margin.hpp"
#include "core/sweep.hpp"
#include "core/tick.hpp"

namespace botcore::core {

namespace {

/// Adds an order that was fetched from the store to the orders in memory, until its changes are
/// durable.
void cache_loaded_order(State& state, const std::optional<LiveOrder>& fetched) {
    if (!fetched) return;
    const auto account = state.accounts.find(fetched->order.account);
    if (account != state.accounts.end()) {
        account->second.orders.try_emplace(fetched->order.number, *fetched);
    }
}

Verdict verdict_on(const model::KeyEntry& entry, const model::Origin& origin) {
    if (entry.request_hash != origin.request_hash) return Verdict::KeyMismatch;
    return entry.state == model::KeyState::Done ? Verdict::KeyDone : Verdict::KeyPending;
}

}  // namespace

struct Engine::Apply {
    Transaction& transaction;

    void operator()(const model::StartEpoch& body) { start_epoch(transaction, body); }

    void operator()(const model::DefineInstrument& body) {
        transaction.define(body.instrument);
        transaction.perform(AnnounceInstrument{body.instrument.id});
    }

    void operator()(const model::OpenAccount& body) { open_account(transaction, body); }

    void operator()(const model::PlaceOrder& body) { place_order(transaction, body); }

    void operator()(const model::CancelOrder& body) { cancel_order(transaction, body); }

    void operator()(const model::ClosePosition& body) { close_position(transaction, body); }

    void operator()(const model::SetLeverage& body) { set_leverage(transaction, body); }

    void operator()(const model::TransferMoney& body) { transfer_money(transaction, body); }

    void operator()(const model::ResetAccount& body) { reset_account(transaction, body); }

    void operator()(const model::ReportOrder& body) {
        State& state = transaction.state();
        const auto account = state.accounts.find(body.report.account);
        if (account == state.accounts.end()) return;
        LiveOrder* live = find_order(account->second, {body.report.id, body.report.venue_order_id});
        if (live == nullptr) {
            // A complete id of this system without a record means that the journal lost the order:
            // money is in doubt. The comparison will find the order itself, and orders of other
            // clients.
            const bool frozen = account->second.account.state == model::AccountState::Frozen;
            if (frozen || !number_of(body.report.id)) return;
            transaction.freeze(account->second, model::FreezeReason::OrphanOrder);
            transaction.perform(CompareAccount{account->first, transaction.monotonic_time()});
            return;
        }
        apply_report(transaction, account->second, *live, body);
    }

    void operator()(const model::CancelAll& body) { cancel_all(transaction, body); }

    void operator()(const model::Flatten& body) { flatten(transaction, body); }

    void operator()(const model::Tick& body) { tick(transaction, body); }

    void operator()(const model::SetMode& body) { set_mode(transaction, body); }

    void operator()(const model::ScheduleMaintenance& body) {
        schedule_maintenance(transaction, body);
    }

    void operator()(const model::MoveMaintenance& body) { move_maintenance(transaction, body); }

    void operator()(const model::RecordAuditEvent&) {}  // The record itself is the result.

    void operator()(const model::ReportReconciled& body) { report_reconciled(transaction, body); }

    void operator()(const model::ReportFoundOrder& body) {
        auto& accounts = transaction.state().accounts;
        const auto account = accounts.find(body.order.report.account);
        if (account != accounts.end()) import_order(transaction, account->second, body.order);
    }

    void operator()(const model::SetAccountState& body) { set_account_state(transaction, body); }

    void operator()(const model::FreezeAccount& body) { freeze_account(transaction, body); }

    void operator()(const model::AdoptBooks& body) { adopt_books(transaction, body); }
};

Wanted Engine::wanted(const model::InputBody& body) const {
    Wanted wanted;
    if (const auto* origin = model::origin_of(body)) {
        const KeyId key{origin->owner, origin->key};
        if (!state_.keys.contains(key)) wanted.key = key;
    }
    const auto want_order = [&](const model::AccountId& account, const OrderRef& ref) {
        const auto place = state_.accounts.find(account);
        if (place == state_.accounts.end() || find_order(place->second, ref) != nullptr) return;
        wanted.order = WantedOrder{account, ref.id, std::string(ref.venue_order_id)};
    };
    if (const auto* report = std::get_if<model::ReportOrder>(&body)) {
        want_order(report->report.account, {report->report.id, report->report.venue_order_id});
    } else if (const auto* found = std::get_if<model::ReportFoundOrder>(&body)) {
        const auto& said = found->order.report;
        want_order(said.account, {said.id, said.venue_order_id});
    } else if (const auto* cancel = std::get_if<model::CancelOrder>(&body)) {
        want_order(cancel->account, {cancel->order});
    }
    return wanted;
}

Decision Engine::apply(const model::Input& input, const ReadSet& reads) {
    if (const auto* origin = model::origin_of(input.body)) {
        const auto known = state_.keys.find({origin->owner, origin->key});
        if (known != state_.keys.end()) return {verdict_on(known->second, *origin), {}, {}, {}};
        if (reads.key) return {verdict_on(*reads.key, *origin), {}, {}, {}};
    }
    cache_loaded_order(state_, reads.order);
    Transaction transaction(state_, input);
    std::visit(Apply{transaction}, input.body);
    settle_reservations(transaction);
    Decision decision = transaction.finish();
    for (const auto& change : decision.outcome.changes) {
        if (const auto* order = std::get_if<model::Order>(&change)) {
            if (!model::is_live(order->state)) closed_.emplace_back(order->account, order->number);
        } else if (const auto* key = std::get_if<model::KeyEntry>(&change)) {
            if (key->state == model::KeyState::Done) answered_.emplace_back(key->owner, key->key);
        }
    }
    if (reads.order) closed_.emplace_back(reads.order->order.account, reads.order->order.number);
    return decision;
}

void Engine::evict_closed() {
    for (const auto& [account, number] : closed_) {
        auto& orders = state_.accounts.at(account).orders;
        const auto live = orders.find(number);
        if (live != orders.end() && !model::is_live(live->second.order.state)) orders.erase(live);
    }
    for (const auto& key : answered_)
        state_.keys.erase(key);
    closed_.clear();
    answered_.clear();
}

}  // namespace botcore::core
