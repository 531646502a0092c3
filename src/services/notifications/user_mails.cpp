#include "services/notifications/user_mails.hpp"

#include "base/check.hpp"
#include "host/stored_json.hpp"

#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include <algorithm>
#include <utility>

namespace botcore::notifications {

using base::Duration;
using base::Timestamp;
using operations::UserNotice;
using operations::UserTopic;
using ports::Delivery;

namespace {

constexpr std::string_view kMailKind = "user-mail";
constexpr std::int64_t kMailFormat = 1;
constexpr std::string_view kMailsTotal = "user_mails_total";
constexpr Duration kPauseMax = Duration::seconds(60);

ports::ServiceChange removal_of(const std::string& key) {
    return {.row = {.kind = std::string(kMailKind), .key = key, .text = {}}, .removed = true};
}

Duration pause_after(std::uint32_t failures) {
    const std::uint32_t doublings = std::min<std::uint32_t>(failures, 7U) - 1U;
    return std::min(Duration::seconds(std::int64_t{1} << doublings), kPauseMax);
}

/// The server's text may repeat the address, which is personal data.
std::string without_address(std::string text, const std::string& address) {
    constexpr std::string_view kInstead = "the user's address";
    for (std::size_t at = text.find(address); at != std::string::npos;
         at = text.find(address, at + kInstead.size()))
        text.replace(at, address.size(), kInstead);
    return text;
}

}  // namespace

base::Result<std::unique_ptr<UserMails>, std::string> UserMails::make(
    Parts parts, std::unique_ptr<ports::UserMailer> mailer) {
    std::unique_ptr<UserMails> mails(new UserMails(std::move(parts), std::move(mailer)));
    TRY(mails->restore());
    return mails;
}

UserMails::UserMails(Parts parts, std::unique_ptr<ports::UserMailer> mailer)
    : parts_(std::move(parts)),
      mailer_(std::move(mailer)) {
    CHECK(mailer_ != nullptr);
    for (const std::string_view result : {"delivered", "failed", "refused", "dropped"})
        parts_.metrics.count(kMailsTotal, {result}, 0);
    show_figures();
}

/// A row that cannot be read is logged and removed: it must not stop the others.
base::Outcome<std::string> UserMails::restore() {
    std::vector<ports::ServiceChange> removed;
    for (const ports::ServiceRow& stored : TRY(parts_.store.rows(kMailKind))) {
        auto mail = parse(stored);
        if (mail) {
            Mail restored = std::move(mail).value();
            restored.notice.may_be_repeated = true;  // U1
            enqueue({.mail = std::move(restored),
                     .is_stored = std::make_shared<bool>(true),
                     .stored_by = {}});
            continue;
        }
        parts_.log.write(observability::Level::Error,
                         "A stored mail to a user cannot be read and is dropped",
                         {{"operation", std::string_view("user_notices")},
                          {"notice", stored.key},
                          {"cause", mail.error()}});
        removed.push_back(removal_of(stored.key));
    }
    if (!removed.empty()) parts_.store.change(std::move(removed), nullptr);
    return base::Done{};
}

std::string UserMails::to_json(const Mail& mail) {
    boost::json::object object;
    object["format"] = kMailFormat;
    object["user"] = mail.user.text();
    object["topic"] = operations::to_text(mail.topic);
    object["subject"] = mail.notice.subject;
    object["text"] = mail.notice.text;
    object["time"] = mail.notice.time.in_microseconds();
    return boost::json::serialize(object);
}

base::Result<UserMails::Mail, std::string> UserMails::parse(const ports::ServiceRow& row) {
    const boost::json::object object = TRY(host::parse_stored(row.text, kMailFormat));
    host::StoredObject fields(object);
    Mail mail;
    mail.user = model::Owner(fields.text("user"));
    const auto topic = operations::parse_user_topic(fields.text("topic"));
    if (!topic) fields.refuse("topic");
    mail.topic = topic.value_or(UserTopic::Maintenance);
    mail.notice.id = row.key;
    mail.notice.subject = fields.text("subject");
    mail.notice.text = fields.text("text");
    mail.notice.time = Timestamp::from_microseconds(fields.number("time"));
    if (!fields.error().empty()) return base::Failure{fields.error()};
    return mail;
}

void UserMails::enqueue(Waiting mail) {
    const std::uint32_t rank = mail.mail.topic == UserTopic::Account ? 0 : 1;  // U3
    keys_.insert(mail.mail.notice.id);
    waiting_.emplace(Place{rank, next_++}, std::move(mail));
}

void UserMails::add(const UserNotice& notice,
                    const std::vector<model::Owner>& users,
                    std::vector<ports::ServiceChange> together) {
    const model::Now now = parts_.now();
    const auto is_stored = std::make_shared<bool>(false);
    for (const model::Owner& user : users) {
        Mail mail{.notice = {.id = operations::mail_key(notice, user),
                             .subject = notice.subject,
                             .text = notice.text,
                             .time = now.time},
                  .user = user,
                  .topic = notice.topic};
        if (keys_.contains(mail.notice.id)) continue;
        together.push_back(
            {.row = {
                 .kind = std::string(kMailKind), .key = mail.notice.id, .text = to_json(mail)}});
        enqueue({.mail = std::move(mail),
                 .is_stored = is_stored,
                 .stored_by = now.monotonic + kStoreAwaited});
    }
    drop_surplus(together);
    if (!together.empty())
        parts_.store.change(std::move(together), [is_stored] { *is_stored = true; });
    show_figures();
}

/// U4
void UserMails::drop_surplus(std::vector<ports::ServiceChange>& changes) {
    std::size_t dropped = 0;
    while (waiting_.size() > kWaitingMax) {
        auto last = std::prev(waiting_.end());
        if (sending_ == last->first) --last;
        changes.push_back(removal_of(last->second.mail.notice.id));
        keys_.erase(last->second.mail.notice.id);
        waiting_.erase(last);
        ++dropped;
    }
    if (dropped == 0) return;
    parts_.metrics.count(kMailsTotal, {"dropped"}, observability::as_number(dropped));
    parts_.log.write(observability::Level::Error,
                     "Mails to users were dropped because too many wait",
                     {{"operation", std::string_view("user_notices")},
                      {"count", static_cast<std::int64_t>(dropped)}});
}

void UserMails::tick() {
    if (is_ticking_) return;
    is_ticking_ = true;
    while (!sending_ && !waiting_.empty()) {
        const Timestamp now = parts_.now().monotonic;
        const auto& [place, first] = *waiting_.begin();
        if (now < not_before_) break;
        if (!*first.is_stored && now < first.stored_by) break;  // U1
        const auto address = parts_.address_of(first.mail.user, first.mail.topic);
        if (address) {
            send_first(*address);
        } else {
            remove(place, {});  // U2
        }
    }
    is_ticking_ = false;
    show_figures();
}

void UserMails::send_first(const std::string& address) {
    const Place place = waiting_.begin()->first;
    sending_ = place;
    // A copy, because the mailer may report before it returns.
    const ports::Notice notice = waiting_.begin()->second.mail.notice;
    mailer_->send_mail(notice, address, [this, place, address](const Delivery& delivery) {
        finished(place, delivery, address);
    });
}

void UserMails::finished(Place place, const Delivery& delivery, const std::string& address) {
    CHECK(sending_ == place);
    sending_.reset();
    if (delivery.result != Delivery::Result::Delivered) {
        parts_.log.write(observability::Level::Warn,
                         "A mail to a user could not be delivered",
                         {{"operation", std::string_view("user_notices")},
                          {"notice", waiting_.at(place).mail.notice.id},
                          {"will_retry", delivery.result == Delivery::Result::Failed ? 1 : 0},
                          {"cause", without_address(delivery.error, address)}});
    }
    switch (delivery.result) {
        case Delivery::Result::Delivered:
            failures_ = 0;
            remove(place, "delivered");
            break;
        case Delivery::Result::Refused:
            failures_ = 0;
            remove(place, "refused");
            break;
        case Delivery::Result::Failed:
            retry(place, delivery);
            break;
    }
    tick();
}

/// An empty result is not counted: the mail is not wanted any more.
void UserMails::remove(Place place, std::string_view result) {
    const auto found = waiting_.find(place);
    CHECK(found != waiting_.end());
    const std::string key = found->second.mail.notice.id;
    waiting_.erase(found);
    keys_.erase(key);
    parts_.store.change({removal_of(key)}, nullptr);
    if (!result.empty()) parts_.metrics.count(kMailsTotal, {result});
}

void UserMails::retry(Place place, const Delivery& delivery) {
    parts_.metrics.count(kMailsTotal, {"failed"});
    ++failures_;
    Duration pause = pause_after(failures_);
    if (delivery.retry_after) pause = std::max(pause, *delivery.retry_after);
    not_before_ = parts_.now().monotonic + pause;
    Waiting& mail = waiting_.at(place);
    if (++mail.attempts >= kAttemptsMax) return remove(place, "dropped");
    mail.mail.notice.may_be_repeated = true;
    auto item = waiting_.extract(place);
    item.key() = Place{1, next_++};  // U3
    waiting_.insert(std::move(item));
}

void UserMails::show_figures() {
    parts_.metrics.set("user_mails_waiting", {}, observability::as_number(waiting_.size()));
}

}  // namespace botcore::notifications
