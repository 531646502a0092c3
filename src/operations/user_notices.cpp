#include "operations/user_notices.hpp"

#include "base/check.hpp"
#include "base/time_text.hpp"

#include <algorithm>
#include <variant>

namespace botcore::operations {

using base::Duration;
using base::Timestamp;
using model::FreezeReason;
using model::MaintenanceWindow;
using model::Now;
using model::WindowState;

namespace {

/// "2026-12-06 02:00".
std::string minute_text(Timestamp time) {
    const std::string text = base::to_iso8601(time);
    return text.substr(0, 10) + " " + text.substr(11, 5);
}

std::string span_text(const MaintenanceWindow& window) {
    return "from " + minute_text(window.begin) + " to " + minute_text(window.end) + " UTC";
}

std::string_view word_of(MaintenanceStep step) {
    switch (step) {
        case MaintenanceStep::Notice:
            return "notice";
        case MaintenanceStep::Reminder:
            return "reminder";
        case MaintenanceStep::Begin:
            return "begin";
        case MaintenanceStep::End:
            return "end";
        case MaintenanceStep::Cancellation:
            break;
    }
    return "cancellation";
}

std::string_view word_of(AccountEventKind kind) {
    switch (kind) {
        case AccountEventKind::Frozen:
            return "frozen";
        case AccountEventKind::MarginCall:
            return "margin-call";
        case AccountEventKind::ForcedExit:
            break;
    }
    return "forced-exit";
}

UserNotice outage_notice(const ServiceOutage& outage, std::string_view step) {
    return {
        .key = "outage/" + std::to_string(outage.since.in_microseconds()) + "/" + std::string(step),
        .topic = UserTopic::Outages,
        .subject = {},
        .text = {}};
}

std::string freeze_text(FreezeReason reason) {
    switch (reason) {
        case FreezeReason::FrozenByOperator:
            return "an operator has frozen it";
        case FreezeReason::OrphanOrder:
        case FreezeReason::BooksDiffer:
        case FreezeReason::LateFact:
            return "its positions or orders are in doubt";
        case FreezeReason::None:
        case FreezeReason::InsufficientBalance:
        case FreezeReason::IntegrityFinding:
            break;
    }
    return "its balance is in doubt";
}

std::string account_sentence(const AccountEvent& event) {
    const std::string name = "Your account " + event.account.text();
    switch (event.kind) {
        case AccountEventKind::Frozen:
            return name + " is frozen because " + freeze_text(event.reason) +
                   "; only cancels and exits are accepted until it has been checked.";
        case AccountEventKind::MarginCall:
            return name +
                   " has a margin call: its positions are being closed until the margin is "
                   "sufficient again.";
        case AccountEventKind::ForcedExit:
            break;
    }
    return name +
           " has a forced exit: a position is being closed because its stop could not be placed.";
}

std::string account_subject(const AccountEvent& event) {
    switch (event.kind) {
        case AccountEventKind::Frozen:
            return "Your account is frozen";
        case AccountEventKind::MarginCall:
            return "Margin call on your account";
        case AccountEventKind::ForcedExit:
            break;
    }
    return "Forced exit on your account";
}

}  // namespace

std::string_view to_text(UserTopic topic) {
    switch (topic) {
        case UserTopic::Maintenance:
            return "maintenance";
        case UserTopic::Outages:
            return "outages";
        case UserTopic::Account:
            break;
    }
    return "account";
}

std::optional<UserTopic> parse_user_topic(std::string_view text) {
    for (const UserTopic topic : {UserTopic::Maintenance, UserTopic::Outages, UserTopic::Account})
        if (to_text(topic) == text) return topic;
    return std::nullopt;
}

bool UserTopics::contains(UserTopic topic) const {
    switch (topic) {
        case UserTopic::Maintenance:
            return maintenance;
        case UserTopic::Outages:
            return outages;
        case UserTopic::Account:
            break;
    }
    return account;
}

std::string mail_key(const UserNotice& notice, const model::Owner& user) {
    return notice.key + "/" + user.text();
}

std::optional<MaintenanceStep> step_due(const MaintenanceWindow& window,
                                        const ToldSteps& told,
                                        const Now& now) {
    switch (window.state) {
        case WindowState::Noticed: {
            if (told.begin || told.reminder) return std::nullopt;
            const Duration ahead = window.begin - now.time;
            const bool is_soon = now.clock == model::ClockState::Certain && ahead > Duration() &&
                                 ahead <= kReminderBefore;
            if (is_soon) return MaintenanceStep::Reminder;
            if (!told.notice) return MaintenanceStep::Notice;
            return std::nullopt;
        }
        case WindowState::Draining:
        case WindowState::Active:
            if (!told.begin) return MaintenanceStep::Begin;
            return std::nullopt;
        case WindowState::Ramping:
        case WindowState::Watching:
        case WindowState::Done:
            if (told.any()) return MaintenanceStep::End;
            return std::nullopt;
        case WindowState::Canceled:
            if (told.any()) return MaintenanceStep::Cancellation;
            return std::nullopt;
        case WindowState::Planned:
            break;
    }
    return std::nullopt;
}

bool mark_told(ToldSteps& told, MaintenanceStep step) {
    switch (step) {
        case MaintenanceStep::Notice:
            told.notice = true;
            return true;
        case MaintenanceStep::Reminder:
            told.reminder = true;
            return true;
        case MaintenanceStep::Begin:
            told.begin = true;
            return true;
        case MaintenanceStep::End:
        case MaintenanceStep::Cancellation:
            break;
    }
    return false;
}

UserNotice maintenance_notice(const MaintenanceWindow& window, MaintenanceStep step) {
    UserNotice notice{
        .key = "maintenance/" + std::to_string(window.id) + "/" + std::string(word_of(step)),
        .topic = UserTopic::Maintenance,
        .subject = {},
        .text = {}};
    const std::string kind = window.emergency ? "Emergency maintenance" : "Planned maintenance";
    const std::string when = minute_text(window.begin) + " UTC";
    const std::string effect = " new orders are refused during that time, cancels and exits work.";
    switch (step) {
        case MaintenanceStep::Notice:
            notice.subject = kind + " on " + when;
            notice.text = kind + " will take place " + span_text(window) + ":" + effect;
            break;
        case MaintenanceStep::Reminder:
            notice.subject = "Reminder: " + kind + " on " + when;
            notice.text =
                kind + " will take place within a day, " + span_text(window) + ":" + effect;
            break;
        case MaintenanceStep::Begin:
            notice.subject = kind + " has begun";
            notice.text =
                kind + " has begun and lasts until " + minute_text(window.end) + " UTC:" + effect;
            break;
        case MaintenanceStep::End:
            notice.subject = kind + " has ended";
            notice.text = "The maintenance of " + when +
                          " has ended: new orders are accepted again, at first gradually.";
            break;
        case MaintenanceStep::Cancellation:
            notice.subject = kind + " on " + when + " is canceled";
            notice.text = "The maintenance planned " + span_text(window) +
                          " is canceled and will not take place.";
            break;
    }
    return notice;
}

OutageWatch::OutageWatch(std::optional<ServiceOutage> stored, const Now& now) : outage_(stored) {
    if (!outage_) return;
    const Duration lasted = std::clamp(now.time - outage_->since, Duration(), kAbsenceMax);
    since_ = now.monotonic - lasted;
}

std::optional<UserNotice> OutageWatch::update(Availability state, const Now& now) {
    switch (state) {
        case Availability::Works:
            return note_works(now);
        case Availability::Fails:
            return note_fails(now);
        case Availability::Planned:
            break;
    }
    if (outage_ && !outage_->told) outage_.reset();
    works_.reset();
    return std::nullopt;
}

void OutageWatch::note_absence(Timestamp since, const Now& now) {
    const Duration absent = now.time - since;
    if (outage_ || absent < kOutageToldAfter || absent > kAbsenceMax) return;
    outage_ = ServiceOutage{.since = since, .told = true};  // Nobody could be told when it began.
    since_ = now.monotonic - absent;
}

std::optional<UserNotice> OutageWatch::note_works(const Now& now) {
    if (!outage_) return std::nullopt;
    if (!outage_->told) {
        outage_.reset();
        return std::nullopt;
    }
    if (!works_) works_ = Moment{now.time, now.monotonic};
    if (now.monotonic - works_->monotonic < kOutageOverAfter) return std::nullopt;
    UserNotice notice = outage_notice(*outage_, "end");
    notice.subject = "The service works again";
    notice.text = "The service was not fully available from " + minute_text(outage_->since) +
                  " to " + minute_text(works_->time) + " UTC and works again.";
    outage_.reset();
    works_.reset();
    return notice;
}

std::optional<UserNotice> OutageWatch::note_fails(const Now& now) {
    works_.reset();
    if (!outage_) {
        outage_ = ServiceOutage{.since = now.time, .told = false};
        since_ = now.monotonic;
    }
    if (outage_->told || now.monotonic - since_ < kOutageToldAfter) return std::nullopt;
    outage_->told = true;
    UserNotice notice = outage_notice(*outage_, "begin");
    notice.subject = "The service is disrupted";
    notice.text = "The service has not been fully available since " + minute_text(outage_->since) +
                  " UTC; you will get another message when it works again.";
    return notice;
}

AccountEvent freeze_event(const model::Account& account) {
    return {.account = account.id,
            .kind = AccountEventKind::Frozen,
            .active = account.state == model::AccountState::Frozen,
            .reason = account.frozen_reason,
            .number = std::to_string(account.version)};
}

AccountEvent margin_event(const model::RiskState& risk) {
    return {.account = risk.account,
            .kind = AccountEventKind::MarginCall,
            .active = risk.margin_call,
            .number = std::to_string(risk.version)};
}

std::vector<AccountEvent> account_events(const model::Record& record) {
    std::vector<AccountEvent> events;
    for (const model::Change& change : record.outcome.changes) {
        if (const auto* account = std::get_if<model::Account>(&change)) {
            events.push_back(freeze_event(*account));
        } else if (const auto* risk = std::get_if<model::RiskState>(&change)) {
            events.push_back(margin_event(*risk));
        } else if (const auto* order = std::get_if<model::Order>(&change)) {
            // Later images of the order have a prior one.
            const bool is_exit = order->reason == model::OrderReason::Unprotected;
            if (!is_exit || order->prior_sequence != 0) continue;
            events.push_back({.account = order->account,
                              .kind = AccountEventKind::ForcedExit,
                              .number = order->id.text()});
        }
    }
    return events;
}

std::string condition_key(const AccountEvent& event) {
    return "account/" + event.account.text() + "/" + std::string(word_of(event.kind));
}

UserNotice account_notice(const AccountEvent& event) {
    CHECK(event.active);
    return {.key = condition_key(event) + "/" + event.number,
            .topic = UserTopic::Account,
            .subject = account_subject(event),
            .text = account_sentence(event)};
}

}  // namespace botcore::operations
