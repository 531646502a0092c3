#include "adapters/notify_email/smtp_conversation.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <initializer_list>
#include <utility>

namespace botcore::notify_email {
namespace {

using ports::Delivery;
using testing::HasSubstr;
using testing::Not;

/// A session in which the client sends each command and the server answers it. An empty command is
/// the end of the message.
SmtpConversation session(
    std::initializer_list<std::pair<std::string_view, std::string_view>> lines) {
    SmtpConversation conversation;
    conversation.received("220 test\r\n");
    for (const auto& [command, answer] : lines) {
        if (!command.empty()) conversation.sent(std::string(command) + "\r\n");
        if (!answer.empty()) conversation.received(std::string(answer) + "\r\n");
    }
    return conversation;
}

TEST(SmtpConversation, AnAcceptedMessageIsDeliveredWhateverFollows) {
    auto conversation = session({{"EHLO me", "250-test\r\n250 8BITMIME"},
                                 {"MAIL FROM:<a@b>", "250 ok"},
                                 {"RCPT TO:<c@d>", "250 ok"},
                                 {"DATA", "354 go ahead"},
                                 {"", "250 queued"}});
    EXPECT_TRUE(conversation.accepted());
    EXPECT_FALSE(conversation.closing());
    conversation.sent("QUIT\r\n");
    EXPECT_TRUE(conversation.closing());
    conversation.received("500 what\r\n");
    const Delivery delivery = conversation.delivery("timed out");
    EXPECT_EQ(delivery.result, Delivery::Result::Delivered);
    EXPECT_EQ(delivery.error, "");
}

TEST(SmtpConversation, WithoutAnAnswerToTheMessageItsFateIsAFailure) {
    const auto conversation = session(
        {{"MAIL FROM:<a@b>", "250 ok"}, {"RCPT TO:<c@d>", "250 ok"}, {"DATA", "354 go ahead"}});
    EXPECT_FALSE(conversation.accepted());
    const Delivery delivery = conversation.delivery("connection closed");
    EXPECT_EQ(delivery.result, Delivery::Result::Failed);
    EXPECT_EQ(delivery.error, "connection closed");
}

TEST(SmtpConversation, AnIncompleteAnswerIsNone) {
    auto conversation = session({{"MAIL FROM:<a@b>", "550-no\r\n550-really"}});
    conversation.received("550 no");
    EXPECT_EQ(conversation.delivery("closed").error, "closed");
    conversation.received("pe\r\n");
    EXPECT_EQ(conversation.delivery("closed").error,
              "the server refused the sender: 550 no really nope");
}

TEST(SmtpConversation, FourHundredMayBeRepeatedAndFiveHundredNot) {
    const auto at = [](std::string_view command, std::string_view answer) {
        return session({{"MAIL FROM:<a@b>", "250 ok"}, {command, answer}}).delivery("x");
    };
    EXPECT_EQ(at("RCPT TO:<c@d>", "450 busy").result, Delivery::Result::Failed);
    EXPECT_EQ(at("RCPT TO:<c@d>", "550 unknown").result, Delivery::Result::Refused);
    EXPECT_EQ(at("RCPT TO:<c@d>", "550 unknown").error,
              "the server refused 1 of 1 recipients: c@d (550 unknown)");
    EXPECT_EQ(at("AUTH PLAIN", "454 later").result, Delivery::Result::Failed);
    EXPECT_EQ(at("AUTH PLAIN", "535 no").result, Delivery::Result::Refused);
    EXPECT_EQ(at("EHLO me", "421 closing").result, Delivery::Result::Failed);
    EXPECT_EQ(at("STARTTLS", "502 unknown").result, Delivery::Result::Failed);
    SmtpConversation greeting;
    greeting.received("554 no service\r\n");
    EXPECT_EQ(greeting.delivery("x").result, Delivery::Result::Refused);
    EXPECT_EQ(greeting.delivery("x").error, "the server refused the connection: 554 no service");
}

TEST(SmtpConversation, RefusedRecipientsDecideOnlyWhenNoneIsAccepted) {
    const auto both = session({{"RCPT TO:<a@b>", "550 unknown"}, {"RCPT TO:<c@d>", "450 full"}});
    EXPECT_EQ(both.delivery("x").result, Delivery::Result::Failed);
    EXPECT_EQ(both.delivery("x").error,
              "the server refused 2 of 2 recipients: a@b (550 unknown), c@d (450 full)");
    const auto one = session({{"RCPT TO:<a@b>", "550 unknown"},
                              {"RCPT TO:<c@d>", "250 ok"},
                              {"DATA", "354 go ahead"},
                              {"", "250 queued"}});
    EXPECT_EQ(one.delivery("x").result, Delivery::Result::Delivered);
    EXPECT_EQ(one.delivery("x").error, "the server refused 1 of 2 recipients: a@b (550 unknown)");
}

TEST(SmtpConversation, AnswersToTheLoginAreNotRepeated) {
    const auto conversation =
        session({{"AUTH PLAIN", "334 "}, {"AGEAaGlkZGVu", "535 bad AGEAaGlkZGVu hidden"}});
    const Delivery delivery = conversation.delivery("x");
    EXPECT_EQ(delivery.error, "the server refused the login: 535");
}

TEST(SmtpConversation, TheServersTextIsShortAndPlain) {
    SmtpConversation conversation;
    conversation.received("550 \x1B[31m\xFF" + std::string(10'000, 'x') + "\r\n");
    const std::string error = conversation.delivery("x").error;
    EXPECT_LT(error.size(), 300U);
    EXPECT_THAT(error, HasSubstr("550  [31m?xxx"));
    EXPECT_THAT(error, Not(HasSubstr("\x1B")));
}

}  // namespace
}  // namespace botcore::notify_email
