#include "runtime/reply_timeouts.hpp"

#include <algorithm>

namespace botcore::runtime {

namespace {

constexpr model::Duration kLookEvery = model::Duration::seconds(1);

model::OrderReport silence_about(const model::Order& order,
                                 const model::Attempt& attempt,
                                 model::ReportKind kind) {
    model::OrderReport report;
    report.account = order.account;
    report.instrument = order.instrument;
    report.id = order.id;
    report.kind = kind;
    report.attempt = attempt.number;
    return report;
}

}  // namespace

void ReplyTimeouts::note_placed(const model::ClientOrderId& order,
                                std::uint32_t attempt,
                                model::Timestamp now) {
    note_sent(placed_, order, {attempt, now});
}

void ReplyTimeouts::note_cancelled(const model::ClientOrderId& order,
                                   std::uint32_t attempt,
                                   model::Timestamp now) {
    note_sent(cancelled_, order, {attempt, now});
}

void ReplyTimeouts::note_sent(SentAttempts& sent, const model::ClientOrderId& order, Sent attempt) {
    sent[order] = attempt;
    if (!next_) next_ = attempt.at + kLookEvery;
}

void ReplyTimeouts::note_queried(const model::ClientOrderId& order, model::Timestamp now) {
    asked_[order] = now;
    if (!next_) next_ = now + kLookEvery;
}

bool ReplyTimeouts::is_overdue(SentAttempts& sent,
                               const model::ClientOrderId& order,
                               Sent attempt) {
    Sent& known = sent.try_emplace(order, attempt).first->second;
    if (known.attempt != attempt.attempt) known = attempt;
    return attempt.at - known.at > kSilenceMax;
}

void ReplyTimeouts::forget_others(const std::set<model::ClientOrderId>& live) {
    const auto is_gone = [&](const auto& item) { return !live.contains(item.first); };
    std::erase_if(asked_, is_gone);
    std::erase_if(placed_, is_gone);
    std::erase_if(cancelled_, is_gone);
}

bool ReplyTimeouts::collect_due(const model::Order& order, model::Timestamp now, Due& due) {
    const bool placing = order.state == model::OrderState::Intended;
    const bool cancelling = order.cancel == model::CancelState::Requested;
    const bool in_question =
        order.state == model::OrderState::Unknown || order.cancel == model::CancelState::Unknown;
    if (placing && is_overdue(placed_, order.id, {order.attempt.number, now})) {
        due.reports.push_back(silence_about(order, order.attempt, model::ReportKind::NoAnswer));
    }
    if (cancelling && is_overdue(cancelled_, order.id, {order.cancel_attempt.number, now})) {
        due.reports.push_back(
            silence_about(order, order.cancel_attempt, model::ReportKind::CancelNoAnswer));
    }
    if (in_question) {
        const auto [asked, first_seen] = asked_.try_emplace(order.id, now);
        if (!first_seen && now - asked->second > kSilenceMax) {
            due.queries.push_back({order.account, order.instrument, order.id, now});
        }
    } else {
        asked_.erase(order.id);
    }
    return placing || cancelling || in_question;
}

ReplyTimeouts::Due ReplyTimeouts::take_due(model::Timestamp now, const core::State& state) {
    Due due;
    if (!next_ || now < *next_) return due;
    bool outstanding = false;
    std::set<model::ClientOrderId> live;
    for (const auto& [id, account] : state.accounts) {
        for (const auto& [number, order] : account.orders) {
            if (!collect_due(order.order, now, due)) continue;
            outstanding = true;
            live.insert(order.order.id);
        }
    }
    forget_others(live);
    next_.reset();
    if (outstanding) next_ = now + kLookEvery;
    return due;
}

std::optional<model::Timestamp> ReplyTimeouts::waiting_since() const {
    std::optional<model::Timestamp> oldest;
    for (const auto* sent : {&placed_, &cancelled_}) {
        for (const auto& [order, attempt] : *sent)
            oldest = std::min(oldest.value_or(attempt.at), attempt.at);
    }
    return oldest;
}

void ReplyTimeouts::clear() {
    next_.reset();
    asked_.clear();
    placed_.clear();
    cancelled_.clear();
}

}  // namespace botcore::runtime
