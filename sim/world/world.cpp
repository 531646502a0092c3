#include "sim/world/world.hpp"

#include "sim/world/coverage_marks.hpp"

#include <algorithm>

namespace botcore::sim {

using model::Duration;
using runtime::Status;

World::World(const Plan& plan, bool printed, Parts parts)
    : context_(plan, printed),
      parts_(std::move(parts)),
      random_(context_.random.split()),
      store_(context_.checker, context_.faults),
      server_(context_),
      market_(context_, server_),
      clients_(context_, store_, market_) {
    if (parts_.store) wrapped_ = parts_.store(context_, store_);
    store_.set_killer([this] {
        if (running_ != nullptr) kill(*running_);
    });
    store_.set_later([this](std::function<void()> commit) { complete_later(std::move(commit)); });
    server_.set_stream([this](const model::OrderReport& report) {
        for (const auto& node : nodes_) {
            if (!node->process->dead) node->link->stream(report);
        }
    });
    clients_.set_submit([this](runtime::Request request) { return submit(std::move(request)); });
}

void World::boot() {
    market_.start();
    start_node();
    if (context_.plan.trading_clients) {
        clients_.start();
        fault_tick();
    }
}

runtime::Options World::options() {
    return {.shard = 0,
            .software = "botsim",
            .policy = context_.plan.policy,
            .instruments = model::builtin_instruments(),
            .next_incarnation =
                [this] {
                    const std::uint64_t number = random_.next();
                    return parts_.incarnation ? parts_.incarnation(number) : number;
                },
            .batch_max = 64,
            .compare_every = Duration::seconds(10)};
}

void World::start_node() {
    nodes_.push_back(std::make_unique<Node>(clients_));
    Node& node = *nodes_.back();
    node_ = &node;
    node.name = std::to_string(nodes_.size());
    node.process->wake = [this, &node] {
        step_later(node,
                   context_.faults.delay(Duration::microseconds(20), Duration::microseconds(300)));
    };
    node.link = parts_.link ? parts_.link(context_, server_, node.process)
                            : std::make_unique<Link>(context_, server_, node.process);
    node.link->set_killer([this, &node] { kill(node); });
    ports::Store& store = wrapped_ ? *wrapped_ : static_cast<ports::Store&>(store_);
    node.check = std::make_unique<runtime::OnlineCheck>([this](const auto& violation) {
        context_.checker.add("check after a commit", violation.text);
    });
    node.runtime = std::make_unique<runtime::Runtime>(
        options(),
        runtime::Runtime::Ports{
            store, *node.link, market_, node, replies_, {node.check.get()}, [&node] {
                node.process->wake();
            }});
    node.process->sink = node.runtime.get();
    context_.note("start");
    // A commit of the process that died may have completed until now.
    if (context_.plan.mode == VenueMode::Paper) context_.checker.on_venue_lost();
    running_ = &node;
    (void)node.runtime->start(local_now());
    after_call(node);
}

/// Completes a commit of the running process later, also after the death of the process. A changed
/// store does not see the commits that were on their way to the earlier one.
void World::complete_later(std::function<void()> commit) {
    Faults& faults = context_.faults;
    const Duration delay =
        random_.chance(1, 30)
            ? faults.delay(Duration::seconds(1), Duration::seconds(7))
            : faults.delay(Duration::microseconds(50), Duration::milliseconds(80));
    const auto finish =
        [this, node = running_, change = store_changes_, commit = std::move(commit)] {
            if (change != store_changes_) return;
            Node* const before = std::exchange(running_, node);
            commit();
            running_ = before;
        };
    context_.queue.after(delay, finish);
}

/// The process crashes; its memory is freed after the running call has returned.
void World::kill(Node& node) {
    if (node.process->dead) return;
    context_.note("dies");
    node.process->dead = true;
    for (const auto& order : store_.live_orders()) {
        if (order.state == model::OrderState::Unknown) REACHED("crash: with an order unknown");
    }
    const Duration down = context_.faults.delay(Duration::milliseconds(20), Duration::seconds(4));
    context_.queue.after(Duration(), [this, &node, down] { free_memory(node, down); });
    if (context_.plan.mode == VenueMode::Exchange) return;
    REACHED("crash: venue ended too");
    server_.rebuild_from_start();
    market_.publish_to_venue();
}

void World::free_memory(Node& node, Duration down) {
    node.runtime.reset();
    if (&node == old_) {
        old_ = nullptr;
        return;
    }
    if (old_ != nullptr && !old_->process->dead) {
        node_ = std::exchange(old_, nullptr);
        return;
    }
    context_.queue.after(down, [this, &node] {
        if (node_ == &node) start_node();
    });
}

void World::crash() {
    kill(*node_);
}

void World::take_over() {
    if (context_.plan.mode == VenueMode::Paper) return;
    if (node_->process->dead || old_ != nullptr) return;
    context_.note("take-over");
    old_ = node_;
    start_node();
    // The old process ends at this time if it was not fenced before.
    context_.queue.after(Duration::seconds(12), [this, old = old_] {
        if (old == old_) kill(*old);
    });
}

void World::restore(model::Sequence last) {
    CHECK(old_ == nullptr);
    context_.note("restored to record " + std::to_string(last));
    REACHED("store restored");
    change_store([this, last] { store_.restore(last); });
}

void World::change_store(const std::function<void()>& change) {
    if (old_ != nullptr) kill(*old_);
    kill(*node_);
    context_.checker.on_restore();
    ++store_changes_;
    change();
    context_.checker.on_restored();
}

void World::put_in_doubt(const model::AccountId& account) {
    REACHED("store: row in doubt");
    context_.note("in doubt: " + account.text());
    kill(*node_);
    store_.put_in_doubt(
        {account, "a balance of " + account.text() + " differs from what was written"});
    if (!std::exchange(operator_present_, true)) operator_tick();
}

/// An operator frees the accounts that were frozen because of a row in doubt.
void World::operator_tick() {
    context_.queue.after(context_.faults.delay(Duration::seconds(2), Duration::seconds(8)), [this] {
        operator_tick();
        if (operator_call_ && !clients_.at(*operator_call_).done) return;
        for (const auto& [id, account] : context_.checker.projection().accounts) {
            if (account.frozen_reason != model::FreezeReason::IntegrityFinding) continue;
            REACHED("account in doubt freed");
            operator_call_ = clients_.call(
                model::SetAccountState{.origin = {account.owner, {}, {}, model::Authority::All},
                                       .account = id,
                                       .state = model::AccountState::Active,
                                       .text = "the row was compared with the journal"});
            return;
        }
    });
}

void World::lose_records(model::Sequence last) {
    REACHED("store: behind its archive");
    archive_ = store_.tables();
    context_.note("loses the records after " + std::to_string(last));
    change_store([this, last] { store_.restore(last); });
    store_.set_behind("the mark names record " + std::to_string(archive_->head.sequence) +
                      ", the journal ends at record " + std::to_string(last));
    context_.checker.set_behind(true);
    context_.queue.after(context_.faults.delay(Duration::seconds(2), Duration::seconds(15)),
                         [this] { end_loss(); });
}

/// An operator accepts the loss, or restores the store from its archive; then the records that were
/// made in the meantime are lost.
void World::end_loss() {
    if (!archive_) return;
    const bool accepted = random_.chance(1, 2);
    context_.note(accepted ? "accepts the loss" : "restores from the archive");
    if (accepted) REACHED("store: loss accepted");
    if (!accepted) REACHED("store: restored from its archive");
    const SimStore::Tables source = accepted ? store_.tables() : *archive_;
    archive_.reset();
    store_.set_behind({});
    context_.checker.set_behind(false);
    change_store([&] { store_.restore(source, source.head.sequence); });
}

void World::step_later(Node& node, Duration delay) {
    const model::Timestamp at = context_.now() + delay;
    if (node.step_at && *node.step_at <= at) return;
    node.step_at = at;
    context_.queue.after(delay, [this, &node, at] {
        if (node.step_at != at || node.process->dead) return;
        node.step_at.reset();
        step(node);
    });
}

void World::step(Node& node) {
    running_ = &node;
    const bool more = node.runtime->step(local_now());
    ++node.steps;
    if (more && !node.process->dead) step_later(node, Duration::microseconds(100));
    after_call(node);
}

/// Handles the effects of a call and schedules the next one.
void World::after_call(Node& node) {
    running_ = nullptr;
    if (node.process->dead) return;
    const runtime::Runtime& runtime = *node.runtime;
    if (runtime.status() == Status::Fenced) {
        REACHED("take-over: old writer fenced");
        context_.note("fenced");
        kill(node);
        return;
    }
    const bool durable = runtime.status() == Status::Running && !runtime.is_committing();
    if (durable) context_.checker.on_read(runtime.state().sequence, runtime.head());
    const bool current = durable && runtime.head() == store_.head().value();
    const bool new_term = runtime.counters().terms != node.terms;
    if (current && (new_term || node.steps % 32 == 0)) {
        context_.checker.on_loaded(runtime.head(), open_rows(runtime));
    }
    node.terms = runtime.counters().terms;
    if (const auto wait = runtime.wake_after(local_now())) {
        step_later(node, std::max(*wait, Duration::milliseconds(1)));
    }
}

checkers::Rows World::open_rows(const runtime::Runtime& runtime) const {
    checkers::Rows rows;
    const core::State& state = runtime.state();
    for (const auto& [id, instrument] : state.instruments)
        rows.instruments.push_back(instrument);
    for (const auto& [id, account] : state.accounts) {
        rows.accounts.push_back(account.account);
        if (account.risk.version != 0) rows.risks.push_back(account.risk);
        for (const auto& [asset, row] : account.balances)
            rows.balances.push_back(row);
        for (const auto& [instrument, row] : account.positions)
            rows.positions.push_back(row);
        for (const auto& [number, live] : account.orders)
            rows.orders.push_back(live.order);
    }
    for (const auto& [key, entry] : state.keys)
        rows.keys.push_back(entry);
    rows.operating = {state.operating};
    for (const auto& [id, window] : state.windows)
        rows.windows.push_back(window);
    return rows;
}

bool World::submit(runtime::Request request) {
    Node* node = node_;
    if (old_ != nullptr && random_.chance(1, 3)) node = old_;
    if (node->process->dead) return false;
    if (random_.chance(1, 10)) {
        (void)node->runtime->record({.actor = Clients::kAlice,
                                     .action = "looked",
                                     .subject = node->name,
                                     .outcome = "ok",
                                     .detail = std::to_string(++node->audit_events),
                                     .request_id = {}});
    }
    running_ = node;
    node->runtime->submit(std::move(request), local_now());
    running_ = nullptr;
    node->process->wake();
    return true;
}

void World::fault_tick() {
    context_.queue.after(Duration::seconds(1), [this] {
        if (quiet_) return;
        strike_machine();
        fault_tick();
    });
}

void World::strike_machine() {
    Faults& faults = context_.faults;
    if (faults.strikes(Fault::CrashIdle)) {
        REACHED("crash: idle");
        crash();
    }
    if (faults.strikes(Fault::TakeOver)) take_over();
    strike_store();
    if (faults.strikes(Fault::StorageReserve)) {
        REACHED("store: reserve phase");
        store_.set_storage(model::StorageState::Reserve);
        context_.queue.after(faults.delay(Duration::seconds(1), Duration::seconds(6)),
                             [this] { store_.set_storage(model::StorageState::Normal); });
    }
    if (faults.strikes(Fault::MarketGap)) {
        REACHED("market gap");
        market_.hide(faults.delay(Duration::seconds(1), Duration::seconds(5)));
    }
    if (faults.strikes(Fault::MarketStale)) {
        REACHED("market stale");
        market_.freeze(faults.delay(Duration::seconds(2), Duration::seconds(6)));
    }
    if (faults.strikes(Fault::ClockJump)) {
        const bool ahead = random_.chance(1, 2);
        if (ahead) REACHED("clock jump forward");
        if (!ahead) REACHED("clock jump back");
        const Duration size = clock_step();
        clock_.jump(ahead ? size : Duration() - size,
                    context_.now() + faults.delay(Duration::seconds(1), Duration::seconds(8)));
    }
}

void World::strike_store() {
    const auto& accounts = store_.table<model::Account>();
    const bool in_doubt = context_.faults.strikes(Fault::StoreInDoubt);
    const bool behind = context_.faults.strikes(Fault::StoreBehind);
    // The callers open their accounts only once, so the records of all four must exist and stay.
    if (accounts.size() < Clients::kAccounts) return;
    if (in_doubt) {
        put_in_doubt(
            std::next(accounts.begin(), static_cast<std::int64_t>(random_.below(accounts.size())))
                ->first);
    }
    if (all_open_at_ == 0) all_open_at_ = store_.head().value().sequence;
    // A paper exchange is rebuilt from the store, so that lost records are lost there, too.
    if (!behind || archive_ || context_.plan.mode == VenueMode::Paper) return;
    const model::Sequence head = store_.head().value().sequence;
    const auto lost = static_cast<model::Sequence>(random_.between(1, 20));
    if (head > all_open_at_ + lost) lose_records(head - lost);
}

/// Most clock steps are small; some are an hour, and some are years.
Duration World::clock_step() {
    Faults& faults = context_.faults;
    if (random_.chance(1, 8)) {
        REACHED("clock jump of years");
        return faults.delay(Duration::seconds(400 * 86'400), Duration::seconds(2'000 * 86'400));
    }
    if (random_.chance(1, 4)) return faults.delay(Duration::seconds(60), Duration::seconds(7'200));
    return faults.delay(Duration::milliseconds(200), Duration::seconds(40));
}

void World::run_for(Duration length) {
    const model::Timestamp end = context_.now() + length;
    while (!context_.queue.empty() && context_.queue.next_time() <= end) {
        context_.queue.run_next();
    }
}

bool World::run_until(const std::function<bool()>& done, Duration limit) {
    const model::Timestamp end = context_.now() + limit;
    std::uint64_t looked = 0;
    while (!context_.queue.empty() && context_.queue.next_time() <= end) {
        if (looked++ % 16 == 0 && done()) return true;
        context_.queue.run_next();
    }
    return done();
}

bool World::settled() {
    if (old_ != nullptr || node_->process->dead) return false;
    if (node_->runtime->status() != Status::Running || !node_->runtime->reconciled()) return false;
    if (!clients_.all_done()) return false;
    for (const auto& [id, account] : store_.table<model::Account>()) {
        if (account.frozen_reason == model::FreezeReason::IntegrityFinding) return false;
    }
    for (const auto& order : store_.live_orders()) {
        if (order.state != model::OrderState::Open) return false;
        if (order.cancel != model::CancelState::None) return false;
    }
    for (const auto& position : store_.rows().positions) {
        if (!position.unprotected.is_zero()) return false;
    }
    return true;
}

/// Lists what keeps the world from being settled, for the text of the violation.
std::string World::unsettled() {
    std::string text;
    for (const auto& order : store_.live_orders()) {
        if (order.state == model::OrderState::Open && order.cancel == model::CancelState::None) {
            continue;
        }
        text += "; order " + order.id.text() + " " + std::string(to_text(order.state)) +
                ", signed " + std::to_string(order.attempt.time.in_milliseconds()) + ", cancel " +
                std::string(to_text(order.cancel));
    }
    for (const auto& [id, account] : store_.table<model::Account>()) {
        if (account.frozen_reason != model::FreezeReason::IntegrityFinding) continue;
        text += "; account was not unfrozen: " + id.text();
    }
    for (const auto& position : store_.rows().positions) {
        if (position.unprotected.is_zero()) continue;
        text += "; " + position.instrument.symbol.text() + " of " + position.account.text() +
                " unprotected by " + to_text(position.unprotected);
    }
    return text;
}

void World::audit() {
    context_.checker.audit_rows(store_.rows());
}

void World::quiet() {
    quiet_ = true;
    clients_.stop();
    context_.note("quiet");
    context_.faults.stop();
    market_.clear_faults();
    store_.set_storage(model::StorageState::Normal);
    if (old_ != nullptr) kill(*old_);
    end_loss();
    // Everything in flight must have arrived by then: reordered reports, gaps, delays of the
    // engine.
    run_for(Duration::seconds(45));
    const bool done = run_until([this] { return settled(); }, Duration::seconds(180));
    if (!done)
        context_.checker.add("LIVENESS",
                             "work is still in progress after the quiet phase" + unsettled());
    market_.stop();
    run_for(Duration::seconds(5));  // Lets the last fills arrive.
    for (const auto& order : store_.live_orders()) {
        if (order.state == model::OrderState::Open) REACHED("order resting at the end");
    }
    audit();
    context_.checker.audit_quiet(server_.truth());
}

}  // namespace botcore::sim
