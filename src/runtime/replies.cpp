// The part of `Runtime` that replies to callers.

#include "core/orders/find_order.hpp"
#include "runtime/runtime.hpp"

#include <utility>

namespace botcore::runtime {

using core::Verdict;
using model::RequestFailure;

/// Handles a request whose key is already known: returns the stored reply, or lets the caller wait
/// for it.
void Runtime::replay_or_wait(Verdict verdict,
                             const Request& request,
                             const std::optional<ports::KeyRow>& stored,
                             model::Now now) {
    const auto* origin = model::origin_of(request.body);
    CHECK(origin != nullptr);
    const core::KeyId key{origin->owner, origin->key};
    batch_handles_.pop_back();
    if (verdict == Verdict::KeyMismatch) {
        ++counters_.key_mismatches;
        replies_.emplace_back(request.handle,
                              failure({RequestFailure::KeyReused, request.request_id}, now));
        return;
    }
    ++counters_.replays;
    if (verdict == Verdict::KeyDone && stored) {
        if (reply_retention_.has_expired(*stored)) {
            replies_.emplace_back(request.handle, expired_reply(*stored, request, now));
            return;
        }
        replies_.emplace_back(request.handle, ApiReply{stored->entry.status, stored->body, true});
        return;
    }
    // The key is pending, or this batch completes it: the caller receives its reply together with
    // the caller that opened the key.
    duplicate_waiters_.add(key,
                           {request.handle, wait_until(request, now), request.request_id, false});
}

/// The request was carried out once, and its reply is no longer stored.
ApiReply Runtime::expired_reply(const ports::KeyRow& key, const Request& request, model::Now now) {
    model::FailedRequest failed{RequestFailure::KeyExpired, request.request_id};
    if (const auto number = core::number_of(key.entry.order)) {
        failed.order = key.entry.order;
        const auto order = ports_.store.reader().find_order(*number);
        if (order && order.value()) failed.account = order.value()->order.account;
    }
    return failure(failed, now);
}

ApiReply Runtime::failure(const model::FailedRequest& failed, model::Now now) const {
    model::RenderedReply rendered = ports_.renderer.failure(failed, now.time);
    return {rendered.status, std::move(rendered.body), false};
}

model::Timestamp Runtime::wait_until(const Request& request, model::Now now) const {
    const model::Timestamp usual = now.monotonic + options_.reply_within;
    return request.deadline ? std::min(usual, request.deadline->at()) : usual;
}

/// Renders the replies of the decision, so that their bytes are part of the same commit, and notes
/// their statuses in the rows of their keys. Returns the bytes.
std::vector<std::pair<core::KeyId, std::string>> Runtime::render_replies(
    const model::Input& input, core::Decision& decision) const {
    std::vector<std::pair<core::KeyId, std::string>> bodies;
    for (const auto& effect : decision.effects) {
        const auto* answer = std::get_if<core::ReplyToRequest>(&effect);
        if (answer == nullptr) continue;
        model::RenderedReply rendered = ports_.renderer.reply(
            answer->reply, duplicate_waiters_.request_id_of(answer->key), input.exchange_time);
        CHECK(rendered.status != 0);
        for (auto& change : decision.outcome.changes) {
            auto* entry = std::get_if<model::KeyEntry>(&change);
            const bool is_same = entry != nullptr && entry->owner == answer->key.first &&
                                 entry->key == answer->key.second;
            if (is_same) entry->status = rendered.status;
        }
        bodies.emplace_back(answer->key, std::move(rendered.body));
    }
    return bodies;
}

/// The live order that a pending key created or changes; `nullptr` for other requests.
const core::LiveOrder* Runtime::find_order_of(const core::KeyId& key) const {
    const auto entry = engine_->state().keys.find(key);
    if (entry == engine_->state().keys.end()) return nullptr;
    for (const auto& [id, account] : engine_->state().accounts) {
        if (const auto* live = core::find_order(account, {entry->second.order})) return live;
    }
    return nullptr;
}

void Runtime::reply_to_expired(model::Now now) {
    auto expired = duplicate_waiters_.take_expired(now.monotonic);
    if (expired.empty()) return;  // Before the first load there is no state, and no caller waits.
    const core::State& state = engine_->state();
    for (auto& [key, waiter] : expired) {
        const core::LiveOrder* live = find_order_of(key);
        const auto place = state.sweeps.find(key);
        const auto* sweep = place == state.sweeps.end() ? nullptr : &place->second;
        if (live == nullptr && sweep == nullptr) {
            reply(waiter.handle, failure({RequestFailure::OutcomeUnknown, waiter.request_id}, now));
        } else if (waiter.first) {
            model::RenderedReply rendered = sweep != nullptr
                                                ? ports_.renderer.pending(*sweep, now.time)
                                                : ports_.renderer.pending(live->order, now.time);
            reply(waiter.handle, {rendered.status, std::move(rendered.body), false});
        } else {
            model::FailedRequest failed{RequestFailure::InProgress, waiter.request_id};
            failed.account = sweep != nullptr ? sweep->account : live->order.account;
            failed.order = sweep != nullptr ? sweep->pending.front() : live->order.id;
            reply(waiter.handle, failure(failed, now));
        }
    }
}

}  // namespace botcore::runtime
