// The part of `Runtime` that replies to callers.

#include "core/orders/find_order.hpp"
#include "protocol/api_json.hpp"
#include "runtime/error_replies.hpp"
#include "runtime/runtime.hpp"

#include <utility>

namespace botcore::runtime {

using core::Verdict;

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
        replies_.emplace_back(
            request.handle,
            error_reply(
                422,
                {.code = "IDEMPOTENCY_KEY_REUSED",
                 .message = "this idempotency key belongs to another request; use a new key",
                 .request_id = request.request_id,
                 .details = {}},
                now.time));
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
    boost::json::object details;
    const auto number = core::number_of(key.entry.order);
    if (number) {
        const auto order = ports_.store.reader().find_order(*number);
        details["order_id"] = key.entry.order.text();
        if (order && order.value()) {
            details["status_link"] =
                protocol::order_path(order.value()->order.account, order.value()->order.id);
        }
    }
    return error_reply(
        409,
        {.code = "IDEMPOTENCY_KEY_EXPIRED",
         .message = "the request under this key was executed once, and its reply is not "
                    "stored any more; nothing was executed again",
         .request_id = request.request_id,
         .details = std::move(details)},
        now.time);
}

model::Timestamp Runtime::wait_until(const Request& request, model::Now now) const {
    const model::Timestamp usual = now.monotonic + options_.reply_within;
    return request.deadline ? std::min(usual, request.deadline->at()) : usual;
}

/// Renders the replies of the decision, so that their bytes are part of the same commit.
void Runtime::render_replies(const model::Input& input, core::Decision& decision) {
    for (const auto& effect : decision.effects) {
        const auto* answer = std::get_if<core::ReplyToRequest>(&effect);
        if (answer == nullptr) continue;
        batch_.set_reply(
            answer->key,
            protocol::render(
                answer->reply, duplicate_waiters_.request_id_of(answer->key), input.exchange_time));
    }
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
        const auto sweep = state.sweeps.find(key);
        const bool sweeps = sweep != state.sweeps.end();
        if (live == nullptr && !sweeps) {
            reply(waiter.handle, outcome_unknown(waiter.request_id, now.time));
        } else if (waiter.first) {
            reply(waiter.handle,
                  {202,
                   sweeps ? protocol::render_pending(sweep->second, now.time)
                          : protocol::render_pending(live->order, now.time),
                   false});
        } else {
            const std::string link =
                sweeps ? protocol::order_path(sweep->second.account, sweep->second.pending.front())
                       : protocol::order_path(live->order.account, live->order.id);
            reply(waiter.handle, in_progress(link, waiter.request_id, now.time));
        }
    }
}

}  // namespace botcore::runtime
