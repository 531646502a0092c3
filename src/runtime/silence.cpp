#include "runtime/silence.hpp"

#include <set>

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

void SilenceWatch::note_sent(model::Timestamp now) {
    if (!next_) next_ = now + kLookEvery;
}

void SilenceWatch::note_asked(const model::ClientOrderId& order, model::Timestamp now) {
    asked_[order] = now;
    note_sent(now);
}

bool SilenceWatch::judge(const model::Order& order, model::Timestamp now, Due& due) {
    const bool placing = order.state == model::OrderState::Intended;
    const bool cancelling = order.cancel == model::CancelState::Requested;
    const bool in_question =
        order.state == model::OrderState::Unknown || order.cancel == model::CancelState::Unknown;
    if (placing && now - order.attempt.time > kSilenceMax) {
        due.reports.push_back(silence_about(order, order.attempt, model::ReportKind::NoAnswer));
    }
    if (cancelling && now - order.cancel_attempt.time > kSilenceMax) {
        due.reports.push_back(
            silence_about(order, order.cancel_attempt, model::ReportKind::CancelNoAnswer));
    }
    if (in_question) {
        const auto [asked, first_seen] = asked_.try_emplace(order.id, now);
        if (!first_seen && now - asked->second > kSilenceMax) {
            due.questions.push_back({order.account, order.instrument, order.id, now});
        }
    } else {
        asked_.erase(order.id);
    }
    return placing || cancelling || in_question;
}

SilenceWatch::Due SilenceWatch::take_due(model::Timestamp now, const core::State& state) {
    Due due;
    if (!next_ || now < *next_) return due;
    bool outstanding = false;
    std::set<model::ClientOrderId> live;
    for (const auto& [id, account] : state.accounts) {
        for (const auto& [number, order] : account.orders) {
            outstanding |= judge(order.order, now, due);
            if (asked_.contains(order.order.id)) live.insert(order.order.id);
        }
    }
    std::erase_if(asked_, [&](const auto& item) { return !live.contains(item.first); });
    next_.reset();
    if (outstanding) next_ = now + kLookEvery;
    return due;
}

void SilenceWatch::clear() {
    next_.reset();
    asked_.clear();
}

}  // namespace botcore::runtime
