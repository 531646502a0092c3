#include "adapters/notify_email/email_notifier.hpp"

#include "adapters/notify_email/parsed_mail_test.hpp"
#include "adapters/notify_email/smtp_server_test.hpp"
#include "tests/scratch/temporary_folder.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <deque>
#include <fstream>
#include <optional>

namespace botcore::notify_email {
namespace {

using ports::Delivery;
using std::chrono::milliseconds;
using testing::AllOf;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

const std::string kPassword = "open sesame";

/// The loop: runs posted work on the test's thread.
class Loop {
public:
    [[nodiscard]] EmailNotifier::Post post() {
        return [this](std::function<void()> work) {
            const std::lock_guard lock(mutex_);
            work_.push_back(std::move(work));
            changed_.notify_all();
        };
    }

    /// Runs work until `ready`, for at most twenty seconds.
    template <class Ready>
    bool run_until(Ready ready) {
        const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(20);
        while (!ready()) {
            std::unique_lock lock(mutex_);
            if (!changed_.wait_until(lock, end, [this] { return !work_.empty(); })) return ready();
            const auto work = std::move(work_.front());
            work_.pop_front();
            lock.unlock();
            work();
        }
        return true;
    }

    void run_posted() {
        while (true) {
            std::unique_lock lock(mutex_);
            if (work_.empty()) return;
            const auto work = std::move(work_.front());
            work_.pop_front();
            lock.unlock();
            work();
        }
    }

private:
    std::mutex mutex_;
    std::condition_variable changed_;
    std::deque<std::function<void()>> work_;
};

EmailNotifier::Options options_for(const std::string& server) {
    EmailNotifier::Options options;
    options.server = server;
    options.from = "bot@example.org";
    options.to = {"a@example.org"};
    options.source = "prod-1";
    return options;
}

ports::Notice disk_full() {
    return {.id = "n-1",
            .subject = "DiskFull",
            .level = ports::NoticeLevel::Critical,
            .text = "The disk is full.",
            .facts = {{"free", std::int64_t{0}}}};
}

class EmailNotifierTest : public testing::Test {
protected:
    Delivery delivery_of(EmailNotifier::Options options,
                         const ports::Notice& notice = disk_full()) {
        auto notifier = EmailNotifier::make(std::move(options), loop.post());
        if (!notifier) {
            ADD_FAILURE() << notifier.error();
            return {};
        }
        std::optional<Delivery> result;
        const auto made = std::move(notifier).value();
        made->send(notice, [&](Delivery delivery) {
            EXPECT_FALSE(result) << "called twice";
            result = std::move(delivery);
        });
        EXPECT_FALSE(result) << "send has waited";
        EXPECT_TRUE(loop.run_until([&] { return result.has_value(); }));
        return result.value_or(Delivery{});
    }

    Delivery delivery_to(const SmtpServer& server) {
        return delivery_of(options_for(server.url()));
    }

    /// Options that trust the certificate of the server.
    EmailNotifier::Options trusting(const SmtpServer& server, const std::string& host) {
        EmailNotifier::Options options = options_for(server.url(host));
        options.authorities = folder.file("authorities.pem");
        std::ofstream(options.authorities) << server.certificate();
        return options;
    }

    Loop loop;
    scratch::TemporaryFolder folder;
};

std::string error_of(EmailNotifier::Options options) {
    Loop loop;
    const auto made = EmailNotifier::make(std::move(options), loop.post());
    return made ? "" : made.error();
}

TEST_F(EmailNotifierTest, DeliversTheMessageToAllRecipients) {
    const SmtpServer server;
    auto options = options_for(server.url());
    options.to = {"a@example.org", "b@example.net"};
    const Delivery delivery = delivery_of(std::move(options));
    EXPECT_EQ(delivery.result, Delivery::Result::Delivered) << delivery.error;
    EXPECT_EQ(delivery.error, "");
    const auto sessions = server.sessions();
    ASSERT_EQ(sessions.size(), 1U);
    EXPECT_THAT(sessions[0].commands,
                ElementsAre(StartsWith("EHLO "),
                            StartsWith("MAIL FROM:<bot@example.org>"),
                            "RCPT TO:<a@example.org>",
                            "RCPT TO:<b@example.net>",
                            "DATA",
                            "QUIT"));
    EXPECT_EQ(sessions[0].message,
              mail_message(disk_full(),
                           {.source = "prod-1",
                            .from = "bot@example.org",
                            .to = {"a@example.org", "b@example.net"}}));
    const ParsedMail mail = parse_mail(sessions[0].message);
    EXPECT_EQ(mail.subject(), "[prod-1] CRITICAL: The disk is full.");
    ASSERT_EQ(mail.parts.size(), 2U);
    EXPECT_THAT(mail.parts[0].text, HasSubstr("- free: 0\r\n"));
}

TEST_F(EmailNotifierTest, SendsNoticesInTheirOrderAndNeedsNoDone) {
    const SmtpServer server;
    const auto notifier = EmailNotifier::make(options_for(server.url()), loop.post());
    ASSERT_TRUE(notifier);
    int delivered = 0;
    for (const std::string id : {"1", "2", "3"}) {
        ports::Notice notice = disk_full();
        notice.text = id;
        ports::Notifier::Done done;
        if (id != "1") done = [&](const Delivery&) { ++delivered; };
        notifier.value()->send(notice, std::move(done));
    }
    ASSERT_TRUE(loop.run_until([&] { return delivered == 2; }));
    const auto sessions = server.sessions();
    ASSERT_EQ(sessions.size(), 3U);
    for (std::size_t i = 0; i < 3; ++i) {
        EXPECT_EQ(parse_mail(sessions[i].message).subject(),
                  "[prod-1] CRITICAL: " + std::to_string(i + 1));
    }
}

TEST_F(EmailNotifierTest, LogsInWithNameAndPasswordOnly) {
    const SmtpServer server({.offers_login = true});
    auto options = options_for(server.url());
    options.user = "bot@example.org";
    options.password = host::Secret(kPassword);
    EXPECT_EQ(delivery_of(std::move(options)).result, Delivery::Result::Delivered);
    const auto sessions = server.sessions();
    ASSERT_EQ(sessions.size(), 1U);
    EXPECT_THAT(sessions[0].commands, Contains(StartsWith("AUTH ")));
    std::string login;
    for (const std::string& line : sessions[0].login)
        login += from_base64(line) + "|";
    EXPECT_THAT(login, HasSubstr(kPassword + "|"));
    EXPECT_THAT(login, HasSubstr("bot@example.org"));
    EXPECT_THAT(sessions[0].message, Not(HasSubstr(kPassword)));
    for (const ParsedPart& part : parse_mail(sessions[0].message).parts)
        EXPECT_THAT(part.text, Not(HasSubstr(kPassword)));
}

TEST_F(EmailNotifierTest, DoesNotLogInWithoutAPassword) {
    const SmtpServer server({.offers_login = true});
    auto options = options_for(server.url());
    options.user = "bot";
    EXPECT_EQ(delivery_of(std::move(options)).result, Delivery::Result::Delivered);
    ASSERT_EQ(server.sessions().size(), 1U);
    EXPECT_THAT(server.sessions()[0].commands, Not(Contains(StartsWith("AUTH"))));
}

TEST_F(EmailNotifierTest, ARefusedLoginIsRefusedAndShowsNoSecret) {
    const SmtpServer server(
        {.offers_login = true, .answers = {{"LOGIN", "535 wrong password " + kPassword}}});
    auto options = options_for(server.url());
    options.user = "bot";
    options.password = host::Secret(kPassword);
    const Delivery delivery = delivery_of(std::move(options));
    EXPECT_EQ(delivery.result, Delivery::Result::Refused);
    EXPECT_EQ(delivery.error, "the server refused the login: 535");
}

TEST_F(EmailNotifierTest, TheServersAnswerDecidesBetweenFailedAndRefused) {
    const auto delivery_for = [this](const std::string& command, const std::string& answer) {
        const SmtpServer server({.answers = {{command, answer}}});
        return delivery_to(server);
    };
    EXPECT_EQ(delivery_for("RCPT", "450 mailbox busy").result, Delivery::Result::Failed);
    EXPECT_EQ(delivery_for("RCPT", "550 no such user").result, Delivery::Result::Refused);
    EXPECT_EQ(delivery_for("RCPT", "550 no such user").error,
              "the server refused 1 of 1 recipients: a@example.org (550 no such user)");
    EXPECT_EQ(delivery_for("MAIL", "451 later").result, Delivery::Result::Failed);
    EXPECT_EQ(delivery_for("MAIL", "553 not allowed").result, Delivery::Result::Refused);
    EXPECT_EQ(delivery_for("DATA", "554 no").result, Delivery::Result::Refused);
    EXPECT_EQ(delivery_for("MESSAGE", "452 disk full").result, Delivery::Result::Failed);
    EXPECT_EQ(delivery_for("MESSAGE", "554 spam").result, Delivery::Result::Refused);
    EXPECT_EQ(delivery_for("MESSAGE", "554 spam").error,
              "the server refused the message: 554 spam");
    EXPECT_EQ(delivery_for("GREETING", "421 busy").result, Delivery::Result::Failed);
    EXPECT_EQ(delivery_for("GREETING", "554 no service").result, Delivery::Result::Refused);
}

TEST_F(EmailNotifierTest, OneRefusedRecipientDoesNotKeepItFromTheOthers) {
    const SmtpServer server({.answers = {{"RCPT TO:<b@", "550 no such user"}}});
    auto options = options_for(server.url());
    options.to = {"a@example.org", "b@example.org", "c@example.org"};
    const Delivery delivery = delivery_of(std::move(options));
    EXPECT_EQ(delivery.result, Delivery::Result::Delivered);
    EXPECT_EQ(delivery.error,
              "the server refused 1 of 3 recipients: b@example.org (550 no such user)");
    ASSERT_EQ(server.sessions().size(), 1U);
    EXPECT_THAT(server.sessions()[0].message, HasSubstr("Message-ID"));
}

TEST_F(EmailNotifierTest, AClosedConnectionIsAFailure) {
    for (const auto* stage : {"GREETING", "EHLO", "RCPT", "DATA", "MESSAGE"}) {
        const SmtpServer server({.answers = {{stage, kClose}, {"HELO", kClose}}});
        const Delivery delivery = delivery_to(server);
        EXPECT_EQ(delivery.result, Delivery::Result::Failed) << stage;
        EXPECT_NE(delivery.error, "") << stage;
    }
}

TEST_F(EmailNotifierTest, NoListenerIsAFailure) {
    std::string url;
    {
        const SmtpServer closed;
        url = closed.url();
    }
    const Delivery delivery = delivery_of(options_for(url));
    EXPECT_EQ(delivery.result, Delivery::Result::Failed);
    EXPECT_THAT(delivery.error, HasSubstr("onnect"));
}

TEST_F(EmailNotifierTest, ASilentServerIsAFailureAfterTheLimit) {
    for (const auto* stage : {"GREETING", "MESSAGE"}) {
        const SmtpServer server({.answers = {{stage, kSilent}}});
        auto options = options_for(server.url());
        options.limit = milliseconds(300);
        const Delivery delivery = delivery_of(std::move(options));
        EXPECT_EQ(delivery.result, Delivery::Result::Failed);
        EXPECT_THAT(delivery.error, HasSubstr("did not answer in time")) << stage;
    }
}

TEST_F(EmailNotifierTest, AServerThatDoesNotAnswerQuitHasAcceptedTheMessage) {
    const SmtpServer server({.answers = {{"QUIT", kSilent}}});
    const auto begin = std::chrono::steady_clock::now();
    EXPECT_EQ(delivery_to(server).result, Delivery::Result::Delivered);
    EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(8));
}

TEST_F(EmailNotifierTest, DestructionEndsATransferUnderWayAndDropsItsResult) {
    SmtpServer server({.answers = {{"MESSAGE", kSilent}}});
    auto made = EmailNotifier::make(options_for(server.url()), loop.post());
    ASSERT_TRUE(made);
    auto notifier = std::move(made).value();
    int called = 0;
    for (int i = 0; i < 3; ++i)
        notifier->send(disk_full(), [&](const Delivery&) { ++called; });
    ASSERT_TRUE(server.wait_until_silent());
    const auto begin = std::chrono::steady_clock::now();
    notifier.reset();
    EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(3));
    loop.run_posted();
    EXPECT_EQ(called, 0);
}

TEST_F(EmailNotifierTest, AResultThatWasPostedBeforeTheDestructionIsDropped) {
    const SmtpServer server;
    std::atomic<int> posted = 0;
    auto made = EmailNotifier::make(options_for(server.url()), [&](std::function<void()> work) {
        loop.post()(std::move(work));
        ++posted;
        posted.notify_all();
    });
    ASSERT_TRUE(made);
    auto notifier = std::move(made).value();
    int called = 0;
    notifier->send(disk_full(), [&](const Delivery&) { ++called; });
    posted.wait(0);
    notifier.reset();
    loop.run_posted();
    EXPECT_EQ(called, 0);
    EXPECT_EQ(posted, 1);
}

TEST_F(EmailNotifierTest, DoneMayDestroyTheNotifier) {
    const SmtpServer server;
    auto made = EmailNotifier::make(options_for(server.url()), loop.post());
    ASSERT_TRUE(made);
    auto notifier = std::move(made).value();
    notifier->send(disk_full(), [&](const Delivery&) { notifier.reset(); });
    EXPECT_TRUE(loop.run_until([&] { return notifier == nullptr; }));
}

TEST_F(EmailNotifierTest, AFullQueueIsAFailure) {
    SmtpServer server({.answers = {{"GREETING", kSilent}}});
    const auto made = EmailNotifier::make(options_for(server.url()), loop.post());
    ASSERT_TRUE(made);
    std::vector<Delivery> deliveries;
    const auto send = [&] {
        made.value()->send(disk_full(), [&](Delivery d) { deliveries.push_back(std::move(d)); });
    };
    send();
    ASSERT_TRUE(server.wait_until_silent());
    for (std::size_t i = 0; i < EmailNotifier::kWaitingMax; ++i)
        send();
    loop.run_posted();
    EXPECT_EQ(deliveries.size(), 0U);
    send();
    loop.run_posted();
    ASSERT_EQ(deliveries.size(), 1U);
    EXPECT_EQ(deliveries[0].result, Delivery::Result::Failed);
    EXPECT_EQ(deliveries[0].error, "the queue is full");
}

TEST_F(EmailNotifierTest, SpeaksTlsToATrustedServer) {
    for (const auto tls : {SmtpServerTls::Implicit, SmtpServerTls::StartTls}) {
        const SmtpServer server({.tls = tls});
        const Delivery delivery = delivery_of(trusting(server, "localhost"));
        EXPECT_EQ(delivery.result, Delivery::Result::Delivered) << delivery.error;
        const auto sessions = server.sessions();
        ASSERT_EQ(sessions.size(), 1U);
        EXPECT_TRUE(sessions[0].encrypted);
        EXPECT_THAT(sessions[0].message, HasSubstr("Message-ID"));
    }
}

TEST_F(EmailNotifierTest, AnUnknownCertificateOrAnotherNameIsAFailureThatSaysSo) {
    for (const auto tls : {SmtpServerTls::Implicit, SmtpServerTls::StartTls}) {
        const SmtpServer unknown({.tls = tls});
        const SmtpServer other({.tls = tls, .certificate_host = "other.example"});
        std::vector<Delivery> deliveries;
        deliveries.push_back(delivery_of(options_for(unknown.url("localhost"))));
        deliveries.push_back(delivery_of(trusting(other, "localhost")));
        for (const Delivery& delivery : deliveries) {
            EXPECT_EQ(delivery.result, Delivery::Result::Failed);
            EXPECT_THAT(delivery.error, HasSubstr("the certificate of the server does not verify"));
        }
        for (const auto* server : {&unknown, &other}) {
            for (const SmtpSession& session : server->sessions())
                EXPECT_THAT(session.commands, Not(Contains(StartsWith("MAIL"))));
        }
    }
}

/// The route to a server that is not on this machine, to a server that is.
MailRoute distant_route(const SmtpServer& server, const std::string& authorities) {
    MailRoute route;
    route.server = parse_mail_server(server.url("localhost")).value();
    route.tls = MailTls::StartTls;
    route.user = "bot";
    route.password = host::Secret(kPassword);
    route.authorities = authorities;
    route.limit = std::chrono::seconds(10);
    return route;
}

TEST_F(EmailNotifierTest, NothingIsSentToADistantServerWithoutStartTls) {
    ASSERT_TRUE(prepare_mail_transfer());
    const Envelope envelope{.from = "bot@example.org", .to = {"a@example.org"}};
    const SmtpServer plain({.offers_login = true});
    const SmtpServer unwilling({.tls = SmtpServerTls::StartTls,
                                .offers_login = true,
                                .answers = {{"STARTTLS", "502 not now"}}});
    for (const auto* server : {&plain, &unwilling}) {
        const Delivery delivery = send_mail(distant_route(*server, ""), envelope, "x", {});
        EXPECT_EQ(delivery.result, Delivery::Result::Failed);
        EXPECT_THAT(delivery.error, HasSubstr("STARTTLS"));
        for (const SmtpSession& session : server->sessions()) {
            EXPECT_THAT(
                session.commands,
                AllOf(Not(Contains(StartsWith("MAIL"))), Not(Contains(StartsWith("AUTH")))));
        }
    }
}

TEST_F(EmailNotifierTest, ADistantServerIsUsedOverStartTls) {
    const SmtpServer server({.tls = SmtpServerTls::StartTls, .offers_login = true});
    const std::string authorities = folder.file("authorities.pem");
    std::ofstream(authorities) << server.certificate();
    ASSERT_TRUE(prepare_mail_transfer());
    const Envelope envelope{.from = "bot@example.org", .to = {"a@example.org"}};
    const std::string message = "Subject: x\r\n\r\n.\r\n..\r\nend\r\n";
    const Delivery delivery = send_mail(distant_route(server, authorities), envelope, message, {});
    EXPECT_EQ(delivery.result, Delivery::Result::Delivered) << delivery.error;
    const auto sessions = server.sessions();
    ASSERT_EQ(sessions.size(), 1U);
    EXPECT_TRUE(sessions[0].encrypted);
    EXPECT_EQ(sessions[0].message, message);
    ASSERT_GE(sessions[0].commands.size(), 4U);
    EXPECT_THAT(sessions[0].commands[1], "STARTTLS");
    EXPECT_THAT(sessions[0].commands[3], StartsWith("AUTH "));
}

TEST(EmailNotifierOptions, ErrorsNameTheOption) {
    const auto good = [] { return options_for("smtp://mail.example.org:25"); };
    EXPECT_EQ(error_of(good()), "");
    auto options = good();
    options.server = "http://mail";
    EXPECT_THAT(error_of(std::move(options)), HasSubstr("the address of the mail server"));
    options = good();
    options.from = "bot";
    EXPECT_THAT(error_of(std::move(options)), HasSubstr("the sender"));
    options = good();
    options.to.clear();
    EXPECT_EQ(error_of(std::move(options)), "there is no recipient");
    options = good();
    options.to.emplace_back("b@c\r\nBcc: d@e");
    EXPECT_THAT(error_of(std::move(options)), HasSubstr("recipient 2 is not"));
    options = good();
    options.to.assign(101, "a@b");
    EXPECT_EQ(error_of(std::move(options)), "there are more than 100 recipients");
    options = good();
    options.source.clear();
    EXPECT_EQ(error_of(std::move(options)), "the name of the installation is missing");
    options = good();
    options.limit = milliseconds(0);
    EXPECT_THAT(error_of(std::move(options)), HasSubstr("the limit of time"));
    options = good();
    options.authorities = "/does/not/exist";
    EXPECT_THAT(error_of(std::move(options)), HasSubstr("the file of trusted certificates"));
}

TEST(EmailNotifierOptions, ErrorsAboutTheLoginShowNoSecret) {
    auto options = options_for("smtp://mail");
    options.password = host::Secret(kPassword);
    EXPECT_EQ(error_of(std::move(options)), "the password has no user name");
    options = options_for("smtp://mail");
    options.user = "bot";
    options.password = host::Secret(kPassword + "\n");
    EXPECT_EQ(error_of(std::move(options)),
              "the password contains a line end or a control character");
    options = options_for("smtp://mail");
    options.user = "b\not";
    EXPECT_EQ(error_of(std::move(options)), "the user name contains a control character");
}

}  // namespace
}  // namespace botcore::notify_email
