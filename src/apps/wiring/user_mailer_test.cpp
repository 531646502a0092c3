#include "apps/wiring/user_mailer.hpp"

#include "adapters/notify_email/parsed_mail_test.hpp"
#include "adapters/notify_email/smtp_server_test.hpp"
#include "host/outbound_folder_test.hpp"
#include "services/notifications/user_mails.hpp"
#include "tests/scratch/memory_service_store.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <deque>

namespace botcore::apps {
namespace {

using base::Duration;
using base::Timestamp;
using model::Owner;
using notify_email::SmtpServer;
using notify_email::SmtpSession;
using testing::Contains;
using testing::HasSubstr;
using testing::Not;

host::Config config_for(const std::string& server) {
    host::Config config;
    EXPECT_TRUE(config.set("notify.email_server", server, "test").has_value());
    EXPECT_TRUE(config.set("notify.email_from", "bot@example.org", "test").has_value());
    EXPECT_TRUE(config.set("notify.source", "host-7.internal", "test").has_value());
    return config;
}

class UserMailerTest : public testing::Test {
protected:
    void make(const SmtpServer& server) {
        auto mailer = user_mailer(config_for(server.url()), [this](std::function<void()> work) {
            const std::lock_guard lock(mutex_);
            work_.push_back(std::move(work));
            changed_.notify_all();
        });
        ASSERT_TRUE(mailer.has_value()) << mailer.error();
        auto mails = notifications::UserMails::make(
            {.store = store_,
             .log = folder_.log(),
             .metrics = metrics_,
             .now = [this] { return now_; },
             .address_of =
                 [](const Owner& user, operations::UserTopic) {
                     return std::optional(user.text().substr(2) + "@example.org");
                 }},
            std::move(mailer).value());
        ASSERT_TRUE(mails.has_value()) << mails.error();
        mails_ = std::move(mails).value();
    }

    /// Passes time and runs posted work until no mail waits, for at most twenty seconds.
    void deliver() {
        const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(20);
        while (mails_->waiting() > 0) {
            now_ = model::Now(now_.time + Duration::seconds(1));
            mails_->tick();
            std::unique_lock lock(mutex_);
            ASSERT_TRUE(changed_.wait_until(lock, end, [this] { return !work_.empty(); }));
            const auto work = std::move(work_.front());
            work_.pop_front();
            lock.unlock();
            work();
        }
    }

    host::TestFolder folder_;
    scratch::MemoryServiceStore store_;
    observability::Metrics metrics_;
    model::Now now_{Timestamp::from_milliseconds(1'790'000'000'000)};
    std::mutex mutex_;  // Guards the work.
    std::condition_variable changed_;
    std::deque<std::function<void()>> work_;
    std::unique_ptr<notifications::UserMails> mails_;
};

operations::UserNotice frozen(const std::string& account) {
    return operations::account_notice({.account = model::AccountId(account),
                                       .kind = operations::AccountEventKind::Frozen,
                                       .number = "7"});
}

TEST_F(UserMailerTest, AMailThatTheServerDoesNotAcceptNowArrivesLater) {
    const SmtpServer server({.first_answers = {{"MESSAGE", "451 try again"}}});
    make(server);
    mails_->add(frozen("ann-futures"), {Owner("u-ann")}, {});
    deliver();
    const auto sessions = server.sessions();
    ASSERT_EQ(sessions.size(), 2U);
    const auto first = notify_email::parse_mail(sessions[0].message);
    const auto second = notify_email::parse_mail(sessions[1].message);
    EXPECT_EQ(first.header.at("Message-ID"), second.header.at("Message-ID"));
    EXPECT_THAT(second.parts.at(0).text, HasSubstr("may be a repetition"));
    EXPECT_EQ(store_.size(), 0U);
}

TEST_F(UserMailerTest, EachUserGetsAMailOfItsOwnWithoutDataOfOthersAndWithoutInternals) {
    const SmtpServer server;
    make(server);
    mails_->add(frozen("ann-futures"), {Owner("u-ann")}, {});
    mails_->add(frozen("bob-futures"), {Owner("u-bob")}, {});
    deliver();
    const auto sessions = server.sessions();
    ASSERT_EQ(sessions.size(), 2U);
    for (const SmtpSession& session : sessions) {
        const bool is_ann = session.message.find("To: ann@example.org") != std::string::npos;
        const std::string own = is_ann ? "ann" : "bob";
        const std::string other = is_ann ? "bob" : "ann";
        EXPECT_THAT(session.commands, Contains("RCPT TO:<" + own + "@example.org>"));
        EXPECT_THAT(session.commands, Not(Contains(HasSubstr(other + "@"))));
        const auto mail = notify_email::parse_mail(session.message);
        EXPECT_EQ(mail.subject(), "Your account is frozen");
        for (const std::string& text : {mail.parts.at(0).text, mail.parts.at(1).text}) {
            EXPECT_THAT(text, HasSubstr("Your account " + own + "-futures is frozen"));
            EXPECT_THAT(text, Not(HasSubstr(other)));
            EXPECT_THAT(text, Not(HasSubstr("host-7")));
            EXPECT_THAT(text, Not(HasSubstr("u-" + own)));
        }
        EXPECT_THAT(session.message, Not(HasSubstr("host-7")));
    }
}

TEST_F(UserMailerTest, WithoutAServerThereIsNoMailer) {
    const host::Config config;
    EXPECT_FALSE(has_user_mail(config));
    const auto mailer = user_mailer(config, nullptr);
    ASSERT_TRUE(mailer.has_value());
    EXPECT_EQ(mailer.value(), nullptr);
}

TEST_F(UserMailerTest, AWrongSenderIsAnErrorThatNamesTheKeys) {
    host::Config config = config_for("smtp://127.0.0.1:25");
    EXPECT_TRUE(config.set("notify.email_from", "nobody", "test").has_value());
    const auto mailer = user_mailer(config, nullptr);
    ASSERT_FALSE(mailer.has_value());
    EXPECT_THAT(mailer.error(), HasSubstr("notify.email_"));
}

}  // namespace
}  // namespace botcore::apps
