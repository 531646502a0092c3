#include "services/notifications/user_notices.hpp"

#include "base/whole_number.hpp"
#include "services/notifications/user_notices_json.hpp"

#include <algorithm>
#include <string_view>
#include <utility>

namespace botcore::notifications {

using base::Timestamp;
using model::Now;
using model::Owner;
using operations::AccountEvent;
using operations::AccountEventKind;
using operations::OutageWatch;
using operations::UserNotice;
using operations::UserTopic;

namespace {

constexpr std::string_view kToldKind = "user-notice";
constexpr std::string_view kOutageKey = "outage";
constexpr std::string_view kWindowPrefix = "maintenance/";
constexpr std::string_view kAccountPrefix = "account/";

ports::ServiceChange row(std::string key, std::string text) {
    return {
        .row = {.kind = std::string(kToldKind), .key = std::move(key), .text = std::move(text)}};
}

ports::ServiceChange no_row(std::string key) {
    ports::ServiceChange change = row(std::move(key), {});
    change.removed = true;
    return change;
}

std::string window_key(std::uint64_t window) {
    return std::string(kWindowPrefix) + std::to_string(window);
}

/// Only what the name of a condition is made of.
AccountEvent event_of(const model::AccountId& account, AccountEventKind kind) {
    return {.account = account, .kind = kind, .active = false, .number = {}};
}

}  // namespace

base::Result<std::unique_ptr<UserNotices>, std::string> UserNotices::make(
    Parts parts, std::unique_ptr<ports::UserMailer> mailer, std::optional<Timestamp> absent_since) {
    std::unique_ptr<UserNotices> notices(new UserNotices(std::move(parts)));
    const Parts& shared = notices->parts_;
    notices->mails_ =
        TRY(UserMails::make({.store = shared.store,
                             .log = shared.log,
                             .metrics = shared.metrics,
                             .now = shared.now,
                             .address_of =
                                 [service = notices.get()](const Owner& user, UserTopic topic) {
                                     return service->address_of(user, topic);
                                 }},
                            std::move(mailer)));
    TRY(notices->restore(absent_since));
    return notices;
}

/// A row that cannot be read is logged and removed.
base::Outcome<std::string> UserNotices::restore(std::optional<Timestamp> absent_since) {
    std::vector<ports::ServiceChange> removed;
    for (const ports::ServiceRow& stored : TRY(parts_.store.rows(kToldKind))) {
        const auto read = restore_row(stored);
        if (read) continue;
        parts_.log.write(observability::Level::Error,
                         "What users were told cannot be read; they may be told it again",
                         {{"operation", std::string_view("user_notices")},
                          {"notice", stored.key},
                          {"cause", read.error()}});
        removed.push_back({.row = stored, .removed = true});
    }
    if (!removed.empty()) parts_.store.change(std::move(removed), nullptr);
    const Now now = parts_.now();
    outages_.emplace(stored_outage_, now);
    if (absent_since) outages_->note_absence(*absent_since, now);
    return base::Done{};
}

base::Outcome<std::string> UserNotices::restore_row(const ports::ServiceRow& row) {
    std::string_view key = row.key;
    if (key == kOutageKey) {
        stored_outage_ = TRY(parse_outage(row.text));
        return base::Done{};
    }
    if (key.starts_with(kWindowPrefix)) {
        const auto window = base::whole_number<std::uint64_t>(key.substr(kWindowPrefix.size()));
        if (!window) return base::Failure{std::string("its key names no window")};
        told_[*window] = TRY(parse_told_steps(row.text));
        return base::Done{};
    }
    if (!key.starts_with(kAccountPrefix)) return base::Failure{std::string("its key is unknown")};
    key.remove_prefix(kAccountPrefix.size());
    const std::size_t end = std::min(key.rfind('/'), key.size());
    const model::AccountId account{std::string(key.substr(0, end))};
    for (const auto kind : {AccountEventKind::Frozen, AccountEventKind::MarginCall}) {
        if (operations::condition_key(event_of(account, kind)) != row.key) continue;
        conditions_.emplace(account, kind);
        return base::Done{};
    }
    return base::Failure{std::string("its key names no condition")};
}

std::optional<std::string> UserNotices::address_of(const Owner& user, UserTopic topic) const {
    const auto found = parts_.find_user(user);
    if (!found || !found->active || found->email.empty()) return std::nullopt;
    if (!parts_.preferences.of(user).contains(topic)) return std::nullopt;
    return found->email;
}

void UserNotices::tick(const Now& now) {
    follow_accounts(now);
    follow_windows(now);
    follow_service(now);
    mails_->tick();
}

void UserNotices::tell_everybody(const UserNotice& notice, ports::ServiceChange change) {
    std::vector<Owner> users;
    for (const ports::User& user : parts_.users())
        if (address_of(user.id, notice.topic)) users.push_back(user.id);
    mails_->add(notice, users, {std::move(change)});
}

void UserNotices::follow_windows(const Now& now) {
    const Windows* windows = parts_.windows();
    if (windows == nullptr) return;
    for (const auto& [id, window] : *windows) {
        const auto known = told_.find(id);
        operations::ToldSteps told = known == told_.end() ? operations::ToldSteps() : known->second;
        const auto step = operations::step_due(window, told, now);
        if (!step) continue;
        const bool goes_on = operations::mark_told(told, *step);
        if (goes_on) {
            told_[id] = told;
        } else {
            told_.erase(id);
        }
        tell_everybody(operations::maintenance_notice(window, *step),
                       goes_on ? row(window_key(id), to_json(told)) : no_row(window_key(id)));
    }
}

void UserNotices::follow_service(const Now& now) {
    const auto state = parts_.state();
    if (!state) return;
    const auto notice = outages_->update(*state, now);
    const auto& outage = outages_->outage();
    if (outage == stored_outage_) return;
    stored_outage_ = outage;
    std::string key(kOutageKey);
    ports::ServiceChange change =
        outage ? row(std::move(key), to_json(*outage)) : no_row(std::move(key));
    if (notice) return tell_everybody(*notice, std::move(change));
    parts_.store.change({std::move(change)}, nullptr);
}

void UserNotices::follow_accounts(const Now& now) {
    for (const AccountEvent& event : parts_.take_events())
        on_event(event);
    if (compared_ && now.monotonic - *compared_ < kCompareEvery) return;
    const auto holding = parts_.conditions();
    if (!holding) return;
    compared_ = now.monotonic;
    compare_conditions(*holding);
}

/// S3
void UserNotices::compare_conditions(const Events& holding) {
    std::set<Condition> names;
    for (const AccountEvent& event : holding) {
        names.emplace(event.account, event.kind);
        on_event(event);
    }
    const std::set<Condition> known = conditions_;
    for (const Condition& condition : known)
        if (!names.contains(condition)) on_event(event_of(condition.first, condition.second));
}

void UserNotices::on_event(const AccountEvent& event) {
    if (event.kind == AccountEventKind::ForcedExit) return tell_owner(event, {});
    const Condition condition{event.account, event.kind};
    if (event.active == conditions_.contains(condition)) return;
    const std::string key = operations::condition_key(event);
    if (event.active) {
        conditions_.insert(condition);
        return tell_owner(event, {row(key, "{}")});
    }
    conditions_.erase(condition);
    parts_.store.change({no_row(key)}, nullptr);
}

void UserNotices::tell_owner(const AccountEvent& event,
                             std::vector<ports::ServiceChange> together) {
    const UserNotice notice = operations::account_notice(event);
    const auto owner = parts_.owner_of(event.account);
    std::vector<Owner> users;
    if (owner && address_of(*owner, notice.topic)) users.push_back(*owner);
    mails_->add(notice, users, std::move(together));
}

}  // namespace botcore::notifications
