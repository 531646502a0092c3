#include "runtime/runtime.hpp"

#include "base/check.hpp"
#include "core/orders/find_order.hpp"
#include "core/risk/limits.hpp"
#include "core/tick.hpp"

#include <algorithm>
#include <utility>

namespace botcore::runtime {

using core::Verdict;
using model::RequestFailure;

namespace {

/// While a commit is in progress, how often requests whose deadline has passed are looked for.
constexpr model::Duration kLateCheckEvery = model::Duration::milliseconds(50);

}  // namespace

Runtime::Runtime(Options options, Ports ports)
    : options_(std::move(options)),
      ports_(std::move(ports)),
      requests_(kRequestsMax),
      facts_(kFactsMax),
      reply_retention_(std::max(options_.reply_retention, kReplyRetentionMin)),
      comparisons_(options_.compare_every, options_.compare_day_at) {
    CHECK(options_.batch_max > 0);
    CHECK(options_.next_incarnation != nullptr);
}

void Runtime::submit(Request request, model::Now now) {
    if (status_ != Status::Running) {
        reply(request.handle,
              failure({RequestFailure::Unavailable, std::move(request.request_id)}, now));
        return;
    }
    if (requests_.full()) {
        ++counters_.requests_dropped;
        reply(request.handle,
              failure({RequestFailure::Overloaded, std::move(request.request_id)}, now));
        return;
    }
    CHECK(requests_.push(std::move(request)));
}

bool Runtime::record(model::RecordAuditEvent event) {
    return audit_events_.push(std::move(event));
}

namespace {

/// Seconds until the refusal ends, where that is known: a maintenance window has an end.
std::int64_t retry_after(const core::State& state, model::RefusalReason reason, model::Now now) {
    const auto& operating = state.operating;
    const bool ends = operating.mode == model::OperatingMode::Maintenance ||
                      operating.mode == model::OperatingMode::Draining;
    if (reason != model::RefusalReason::Maintenance || !ends) return 0;
    return ((operating.until - now.time).in_milliseconds() + 999) / 1'000;
}

bool has_trades(const model::InputBody& fact) {
    const auto* report = std::get_if<model::ReportOrder>(&fact);
    return report != nullptr && !report->report.trades.empty();
}

}  // namespace

bool Runtime::step(model::Now now) {
    if (is_committing()) {
        if (!commit_->result) {
            reply_to_late(now);
            return false;
        }
        // The next batch is left to the next step, so that readers find a durable state in between.
        const bool begins_term = status_ == Status::Down;
        if (finish_commit(now)) return true;
        if (begins_term) retry_at_ = now.monotonic + options_.retry_after;
        return status_ == Status::Running;
    }
    if (facts_lost_ && status_ == Status::Running) {
        abort_batch(now, Status::Down);  // Facts are missing: a new term compares every account.
    }
    reply_to_expired(now);
    if (status_ == Status::Down) {
        if (now.monotonic < retry_at_) return false;
        (void)start(now);
        return status_ == Status::Running;
    }
    if (status_ == Status::Fenced) return false;
    send_due_queries(now);
    report_timeouts(now);
    compare_due_accounts(now);
    reply_retention_.update(ports_.store.reader(), head_.sequence, monotonic_time(now));
    batch_.begin(head_, engine_->state().epoch);
    batch_.expire_replies(reply_retention_.expired_until());
    // Facts from the exchange are applied before new requests, so that orders in progress are
    // finished first.
    bool ticked = false;
    // Most facts from a comparison are already known and leave no record; the limit keeps them from
    // delaying requests.
    for (std::size_t taken = 0; taken < options_.batch_max && !facts_.empty() &&
                                batch_.size() < options_.batch_max && !store_failed_;
         ++taken) {
        model::InputBody fact = facts_.pop();
        // Market prices from before a trade must not be applied to the position that the trade
        // creates, so ticks are applied first.
        if (!ticked && has_trades(fact)) {
            next_tick_ = now.monotonic;
            apply_ticks(now);
            ticked = true;
        }
        apply(std::move(fact), now, nullptr);
    }
    apply_ticks(now);
    apply_audit_events(now);
    apply_requests(now);
    if (!commit(now)) return status_ == Status::Running && !is_committing();
    return !facts_.empty() || !requests_.empty() || !audit_events_.empty();
}

void Runtime::apply_audit_events(model::Now now) {
    audit_events_.begin_batch();
    while (batch_.size() < options_.batch_max && !store_failed_) {
        const model::InputBody* entry = audit_events_.next();
        if (entry == nullptr) break;
        apply(*entry, now, nullptr);
    }
}

/// While a commit is in progress, replies to the callers whose deadline has passed. What became of
/// their orders is not known before the result.
void Runtime::reply_to_late(model::Now now) {
    if (now.monotonic < next_late_check_) return;
    next_late_check_ = now.monotonic + kLateCheckEvery;
    for (const auto& [key, waiter] : duplicate_waiters_.take_expired(now.monotonic))
        reply(waiter.handle, failure({RequestFailure::OutcomeUnknown, waiter.request_id}, now));
    for (std::size_t left = requests_.size(); left > 0; --left) {
        Request request = requests_.pop();
        if (request.deadline && request.deadline->has_passed(now.monotonic)) {
            ++counters_.requests_late;
            reply(request.handle, failure({RequestFailure::TooLate, request.request_id}, now));
        } else {
            CHECK(requests_.push(std::move(request)));
        }
    }
}

void Runtime::apply_requests(model::Now now) {
    std::size_t taken = 0;
    while (!requests_.empty() && batch_.size() < options_.batch_max && taken < options_.batch_max &&
           !store_failed_) {
        const Request request = requests_.pop();
        ++taken;
        if (request.deadline && request.deadline->has_passed(now.monotonic)) {
            ++counters_.requests_late;
            reply(request.handle, failure({RequestFailure::TooLate, request.request_id}, now));
            continue;
        }
        apply(request.body, now, &request);
    }
}

/// Applies a tick to every account with an open position or a queued close.
void Runtime::apply_ticks(model::Now now) {
    if (now.monotonic < next_tick_ || store_failed_) return;
    next_tick_ = now.monotonic + options_.tick_every;
    std::vector<model::AccountId> accounts;
    for (const auto& [id, account] : engine_->state().accounts) {
        if (core::wants_ticks(account)) accounts.push_back(id);
    }
    for (const auto& id : accounts)
        apply(model::Tick{id, {}}, now, nullptr);
    ports_.market.begin_span();
}

/// Adds current market data to the body.
void Runtime::attach_market_data(model::InputBody& body) const {
    if (auto* place = std::get_if<model::PlaceOrder>(&body)) {
        place->quote = quote(place->instrument, place->side, place->quantity);
        place->marks = marks_of_owner(place->account);
    } else if (auto* close = std::get_if<model::ClosePosition>(&body)) {
        close->quote = quote(close->instrument, model::Side::Sell, {});
    } else if (auto* tick = std::get_if<model::Tick>(&body)) {
        tick->marks = marks(tick->account);
        for (model::Quote& mark : tick->marks) {
            const auto span = ports_.market.span(mark.instrument);
            mark.traded = span.traded;
            mark.marked = span.marked;
        }
    } else if (auto* flatten = std::get_if<model::Flatten>(&body)) {
        flatten->quotes = marks(flatten->account);
    } else if (auto* transfer = std::get_if<model::TransferMoney>(&body)) {
        transfer->marks = marks(transfer->from);
    } else if (auto* report = std::get_if<model::ReportOrder>(&body)) {
        if (report->report.kind == model::ReportKind::NotSent) {
            report->quote = quote(report->report.instrument, model::Side::Buy, {});
        }
    }
}

bool Runtime::fetch(const model::InputBody& body,
                    core::ReadSet& reads,
                    std::optional<ports::KeyRow>& key) {
    const core::Wanted wanted = engine_->wanted(body);
    auto& reader = ports_.store.reader();
    if (wanted.key) {
        auto found = reader.find_key(wanted.key->first, wanted.key->second);
        if (!found) return false;
        key = std::move(found).value();
        if (key) reads.key = key->entry;
    }
    if (!wanted.order) return true;
    const core::OrderRef ref{wanted.order->id, wanted.order->venue_order_id};
    const auto take = [&](model::OrderNumber number) {
        auto found = reader.find_order(number);
        if (!found) return false;
        const auto& row = found.value();
        if (row && row->order.account == wanted.order->account &&
            core::is_called(row->order, ref)) {
            reads.order = core::LiveOrder{row->order, row->trade_ids, std::nullopt, std::nullopt};
        }
        return true;
    };
    const auto number = core::number_of(ref.id);
    if (number && !take(*number)) return false;
    if (reads.order) return true;
    const auto imported = reader.orders(
        {.account = wanted.order->account, .symbol = std::nullopt, .imported_as = ref.id});
    if (!imported) return false;
    for (const auto& row : imported.value()) {
        if (core::is_called(row, ref)) return take(row.number);
    }
    return true;
}

void Runtime::apply(model::InputBody body, model::Now now, const Request* request) {
    core::ReadSet reads;
    std::optional<ports::KeyRow> stored_key;
    if (request != nullptr) batch_handles_.push_back(request->handle);
    if (!fetch(body, reads, stored_key)) {
        store_failed_ = true;
        return;
    }
    attach_market_data(body);
    model::Input input{.time = std::max(now.time, engine_->state().time),
                       .clock = clock_state(now),
                       .storage = storage_state(now),
                       .body = std::move(body),
                       .exchange_time = now.time,
                       .monotonic_time = monotonic_time(now)};
    core::Decision decision = engine_->apply(input, reads);
    if (decision.verdict == Verdict::Refused && request != nullptr) {
        batch_handles_.pop_back();
        if (!ports_.listeners.empty()) refusals_.emplace_back(input.body, *decision.refusal);
        model::RenderedReply rendered =
            ports_.renderer.reply(*decision.refusal, request->request_id, now.time);
        replies_.emplace_back(
            request->handle,
            ApiReply{rendered.status,
                     std::move(rendered.body),
                     false,
                     retry_after(engine_->state(), decision.refusal->reason, now)});
        return;
    }
    if (decision.verdict != Verdict::Recorded) {
        if (request != nullptr) replay_or_wait(decision.verdict, *request, stored_key, now);
        return;
    }
    if (request != nullptr) {
        const auto* origin = model::origin_of(input.body);
        batch_handles_.pop_back();  // From here on `duplicate_waiters_` owns the handle.
        CHECK(origin != nullptr);
        duplicate_waiters_.add(
            {origin->owner, origin->key},
            {request->handle, wait_until(*request, now), request->request_id, true});
    }
    auto rendered = render_replies(input, decision);
    batch_.add(input, decision, engine_->state());
    for (auto& [key, bytes] : rendered)
        batch_.set_reply(key, std::move(bytes));
    for (auto& effect : decision.effects)
        effects_.push_back(std::move(effect));
}

bool Runtime::commit(model::Now now) {
    if (store_failed_) {
        abort_batch(now, Status::Down);
        return false;
    }
    if (batch_.empty()) {
        dispatch_effects(now);
        return true;
    }
    commit_ = std::make_shared<Commit>();
    commit_->began = now.monotonic;
    const std::weak_ptr<Commit> call = commit_;
    ports_.store.commit(batch_.finish(engine_->state()), [this, call](ports::CommitResult result) {
        const auto pending = call.lock();
        if (!pending) return;
        pending->result = result;
        if (pending->was_late && ports_.wake) ports_.wake();
    });
    if (commit_->result) return finish_commit(now);
    commit_->was_late = true;
    return false;
}

/// Processes the result of the commit. False when it failed.
bool Runtime::finish_commit(model::Now now) {
    const ports::CommitResult result = commit_->result.value();
    commit_.reset();
    switch (result) {
        case ports::CommitResult::Committed:
            break;
        case ports::CommitResult::Conflict:
            ++counters_.conflicts;
            abort_batch(now, Status::Fenced);
            return false;
        case ports::CommitResult::Unavailable:
            ++counters_.unavailable;
            audit_events_.batch_in_doubt(batch_.head());
            abort_batch(now, Status::Down);
            return false;
    }
    status_ = Status::Running;  // The commit may have begun a term.
    head_ = batch_.head();
    ++counters_.batches;
    counters_.records += batch_.size();
    audit_events_.batch_committed();
    dispatch_effects(now);
    return true;
}

void Runtime::dispatch_effects(model::Now now) {
    CHECK(head_.sequence == engine_->state().sequence);
    if (!batch_.empty()) {
        for (const auto& record : batch_.records())
            count_findings(record);
        for (CommitListener* listener : ports_.listeners)
            listener->on_committed(batch_.records());
    }
    for (const auto& [body, refusal] : std::exchange(refusals_, {})) {
        for (CommitListener* listener : ports_.listeners)
            listener->on_refused(body, refusal);
    }
    engine_->evict_closed();
    batch_handles_.clear();
    for (auto& effect : std::exchange(effects_, {}))
        perform(effect, now);
    for (auto& [handle, answer] : std::exchange(replies_, {}))
        reply(handle, std::move(answer));
}

void Runtime::perform(core::Effect& effect, model::Now now) {
    auto& exchange = ports_.exchange;
    if (const auto* send = std::get_if<core::SendOrder>(&effect)) {
        const auto& order = send->instruction;
        reply_timeouts_.note_placed(order.id, order.attempt.number, now.monotonic);
        exchange.place(send->instruction);
    } else if (const auto* cancel = std::get_if<core::SendCancel>(&effect)) {
        const auto& order = cancel->instruction;
        reply_timeouts_.note_cancelled(order.id, order.attempt.number, now.monotonic);
        exchange.cancel(cancel->instruction);
    } else if (auto* query = std::get_if<core::QueryOrder>(&effect)) {
        query->not_before = query->not_before - *journal_ahead_;
        if (query->not_before <= now.monotonic) {
            send_query(*query, now);
        } else {
            delayed_queries_[query->id] = std::move(*query);
        }
    } else if (const auto* reconcile = std::get_if<core::ReconcileAccount>(&effect)) {
        exchange.reconcile(projection(reconcile->account, loaded_time_));
    } else if (const auto* compare = std::get_if<core::CompareAccount>(&effect)) {
        comparisons_.plan(compare->account, compare->not_before - *journal_ahead_);
    } else if (const auto* announce = std::get_if<core::AnnounceAccount>(&effect)) {
        exchange.account_changed(projection(announce->account, loaded_time_));
    } else if (const auto* define = std::get_if<core::AnnounceInstrument>(&effect)) {
        exchange.define(engine_->state().instruments.at(define->instrument));
    } else if (const auto* answer = std::get_if<core::ReplyToRequest>(&effect)) {
        const auto* row = batch_.find_key(answer->key);
        CHECK(row != nullptr);
        for (const auto& waiter : duplicate_waiters_.take(answer->key)) {
            reply(waiter.handle, {row->entry.status, row->body, !waiter.first});
        }
    }
}

/// Gives up a batch that is not durable or whose outcome is unknown (R2, R3).
void Runtime::abort_batch(model::Now now, Status next) {
    status_ = next;
    retry_at_ = now.monotonic;
    effects_.clear();
    replies_.clear();
    refusals_.clear();
    for (const RequestHandle handle : std::exchange(batch_handles_, {})) {
        reply(handle, failure({}, now));
    }
    for (const auto& waiter : duplicate_waiters_.take_all()) {
        reply(waiter.handle, failure({RequestFailure::OutcomeUnknown, waiter.request_id}, now));
    }
    while (!requests_.empty()) {
        const Request request = requests_.pop();
        reply(request.handle, failure({RequestFailure::Unavailable, request.request_id}, now));
    }
}

void Runtime::send_due_queries(model::Now now) {
    std::vector<core::QueryOrder> due;
    for (const auto& [id, query] : delayed_queries_) {
        if (query.not_before <= now.monotonic) due.push_back(query);
    }
    for (const auto& query : due) {
        delayed_queries_.erase(query.id);
        send_query(query, now);
    }
}

void Runtime::send_query(const core::QueryOrder& query, model::Now now) {
    reply_timeouts_.note_queried(query.id, now.monotonic);
    ports_.exchange.query(query.account, query.instrument, query.id);
}

model::Duration Runtime::exchange_silent_for(model::Now now) const {
    const auto since = reply_timeouts_.waiting_since();
    return since ? std::max(model::Duration(), now.monotonic - *since) : model::Duration();
}

std::string Runtime::request_id_of(const model::Order& order) const {
    return order.key.empty() ? std::string()
                             : duplicate_waiters_.request_id_of({order.owner, order.key});
}

/// Turns overdue replies into facts and repeated queries (R4).
void Runtime::report_timeouts(model::Now now) {
    ReplyTimeouts::Due due = reply_timeouts_.take_due(now.monotonic, engine_->state());
    counters_.exchange_silences += due.reports.size();
    for (auto& report : due.reports)
        on_report(std::move(report));
    for (const auto& query : due.queries)
        send_query(query, now);
}

std::optional<model::Duration> Runtime::wake_after(model::Now now) const {
    if (is_committing()) return kLateCheckEvery;
    std::optional<model::Duration> earliest;
    const auto consider_span = [&](model::Duration span) {
        span = std::max(span, model::Duration());
        if (!earliest || span < *earliest) earliest = span;
    };
    const auto consider = [&](model::Timestamp time) { consider_span(time - now.monotonic); };
    if (const auto next = duplicate_waiters_.next_deadline()) consider(*next);
    if (status_ == Status::Down) consider(retry_at_);
    for (const auto& [id, query] : delayed_queries_)
        consider(query.not_before);
    if (const auto next = reply_timeouts_.next()) consider(*next);
    if (status_ != Status::Running) return earliest;  // The engine may not exist yet.
    const auto& accounts = engine_->state().accounts;
    const auto ticks = [](const auto& item) { return core::wants_ticks(item.second); };
    if (std::any_of(accounts.begin(), accounts.end(), ticks)) consider(next_tick_);
    if (accounts.empty()) return earliest;
    consider_span(comparisons_.next(now));
    return earliest;
}

bool Runtime::reconciled() const {
    if (status_ != Status::Running) return false;
    if (is_committing()) return reconciled_;
    const auto& accounts = engine_->state().accounts;
    reconciled_ = std::all_of(
        accounts.begin(), accounts.end(), [](const auto& item) { return item.second.reconciled; });
    return reconciled_;
}

std::optional<model::Owner> Runtime::owner_of(const model::AccountId& account) const {
    const auto& accounts = engine_->state().accounts;
    const auto place = accounts.find(account);
    if (place == accounts.end()) return std::nullopt;
    const auto opens = [&](const model::Record& record) {
        const auto* open = std::get_if<model::OpenAccount>(&record.input.body);
        return open != nullptr && open->account == account;
    };
    // An account that the commit in progress opens does not exist yet.
    if (is_committing() && std::any_of(batch_.records().begin(), batch_.records().end(), opens))
        return std::nullopt;
    return place->second.account.owner;
}

model::Quote Runtime::quote(const model::InstrumentId& instrument,
                            model::Side side,
                            model::Quantity quantity) const {
    return ports_.market.quote(instrument, side, quantity);
}

std::vector<model::Quote> Runtime::marks(const model::AccountId& account) const {
    std::vector<model::Quote> quotes;
    const auto place = engine_->state().accounts.find(account);
    if (place == engine_->state().accounts.end()) return quotes;
    for (const auto& [instrument, position] : place->second.positions) {
        if (position.quantity.is_zero()) continue;
        quotes.push_back(quote(instrument, model::Side::Sell, {}));
    }
    return quotes;
}

std::vector<model::Quote> Runtime::marks_of_owner(const model::AccountId& account) const {
    std::vector<model::Quote> quotes = marks(account);
    for (const auto* other : core::accounts_beside(engine_->state(), account)) {
        for (auto& mark : marks(other->account.id)) {
            const bool known = std::any_of(quotes.begin(), quotes.end(), [&](const auto& quote) {
                return quote.instrument == mark.instrument;
            });
            if (!known) quotes.push_back(std::move(mark));
        }
    }
    return quotes;
}

void Runtime::reply(RequestHandle handle, ApiReply reply) {
    if (handle != 0) ports_.replies.on_reply(handle, std::move(reply));
}

}  // namespace botcore::runtime
