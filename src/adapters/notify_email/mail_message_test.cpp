#include "adapters/notify_email/mail_message.hpp"

#include "adapters/notify_email/parsed_mail_test.hpp"
#include "base/time_text.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <limits>

namespace botcore::notify_email {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

const MailParties kParties{
    .source = "prod-1", .from = "bot@example.org", .to = {"a@example.org", "b@example.net"}};

ports::Notice store_down() {
    return {.id = "n-17",
            .subject = "StoreDown",
            .level = ports::NoticeLevel::Critical,
            .text = "The store does not answer.",
            .page = "store-down.md",
            .action = "Check the disk.",
            .time = *base::parse_iso8601("2026-11-23T01:02:03.456Z"),
            .facts = {{"path", "/var/b"}, {"failures", std::int64_t{3}}}};
}

ParsedMail parsed(const ports::Notice& notice) {
    return parse_mail(mail_message(notice, kParties));
}

/// The longest line, without its end. Each end is CR LF, or the result is far too large.
std::size_t longest_line(const std::string& message) {
    std::size_t longest = 0;
    std::size_t begin = 0;
    while (begin < message.size()) {
        const auto end = message.find("\r\n", begin);
        if (end == std::string::npos) return 1'000'000;
        const std::string line = message.substr(begin, end - begin);
        if (line.find_first_of("\r\n") != std::string::npos) return 1'000'000;
        longest = std::max(longest, line.size());
        begin = end + 2;
    }
    return longest;
}

TEST(MailMessage, HasTheFieldsOfAMessageWithTwoTexts) {
    const ParsedMail mail = parsed(store_down());
    EXPECT_THAT(mail.names,
                ElementsAre("From",
                            "To",
                            "Date",
                            "Subject",
                            "Message-ID",
                            "In-Reply-To",
                            "References",
                            "Auto-Submitted",
                            "MIME-Version",
                            "Content-Type"));
    EXPECT_EQ(mail.header.at("From"), "bot@example.org");
    EXPECT_EQ(mail.header.at("To"), "a@example.org, b@example.net");
    EXPECT_EQ(mail.header.at("Date"), "Mon, 23 Nov 2026 01:02:03 +0000");
    EXPECT_EQ(mail.header.at("Subject"), "[prod-1] CRITICAL: The store does not answer.");
    EXPECT_EQ(mail.header.at("MIME-Version"), "1.0");
    EXPECT_THAT(mail.header.at("Content-Type"), HasSubstr("multipart/alternative; boundary="));
    ASSERT_EQ(mail.parts.size(), 2U);
    EXPECT_EQ(mail.parts[0].header.at("Content-Type"), "text/plain; charset=utf-8");
    EXPECT_EQ(mail.parts[1].header.at("Content-Type"), "text/html; charset=utf-8");
    for (const ParsedPart& part : mail.parts)
        EXPECT_EQ(part.header.at("Content-Transfer-Encoding"), "base64");
}

TEST(MailMessage, SaysEverythingInBothTexts) {
    const ParsedMail mail = parsed(store_down());
    ASSERT_EQ(mail.parts.size(), 2U);
    EXPECT_EQ(mail.parts[0].text,
              "The store does not answer.\r\n"
              "\r\n"
              "Level: CRITICAL\r\n"
              "Subject: StoreDown\r\n"
              "Installation: prod-1\r\n"
              "Time (UTC): 2026-11-23T01:02:03.456Z\r\n"
              "Action: Check the disk.\r\n"
              "Runbook: store-down.md\r\n"
              "Id: n-17\r\n"
              "\r\n"
              "Facts:\r\n"
              "- path: /var/b\r\n"
              "- failures: 3\r\n");
    for (const auto* text : {"<strong>The store does not answer.</strong>",
                             "Level</th><td>CRITICAL</td>",
                             "<td>2026-11-23T01:02:03.456Z</td>",
                             "<td>Check the disk.</td>",
                             "<td>store-down.md</td>",
                             "<td>n-17</td>",
                             "<li>path: /var/b</li>",
                             "<li>failures: 3</li>"})
        EXPECT_THAT(mail.parts[1].text, HasSubstr(text));
}

TEST(MailMessage, TheSubjectNamesTheLevelTheEndAndTheTest) {
    ports::Notice notice = store_down();
    notice.level = ports::NoticeLevel::Info;
    EXPECT_EQ(mail_subject(notice, "x"), "[x] INFO: The store does not answer.");
    notice.level = ports::NoticeLevel::Warning;
    EXPECT_EQ(mail_subject(notice, "x"), "[x] WARNING: The store does not answer.");
    notice.over = true;
    EXPECT_EQ(mail_subject(notice, "x"), "[x] RESOLVED: The store does not answer.");
    EXPECT_THAT(parsed(notice).parts.at(0).text,
                HasSubstr("Level: WARNING, the condition has ended\r\n"));
    notice = store_down();
    notice.subject = "test";
    EXPECT_EQ(mail_subject(notice, "x"), "[x] TEST: The store does not answer.");
}

TEST(MailMessage, EveryAttemptHasTheSameIdAndEveryOtherNoticeAnother) {
    ports::Notice notice = store_down();
    const std::string id = parsed(notice).header.at("Message-ID");
    EXPECT_THAT(id, testing::MatchesRegex("<[0-9a-f]+@example\\.org>"));
    notice.may_be_repeated = true;
    EXPECT_EQ(parsed(notice).header.at("Message-ID"), id);
    notice.id = "n-18";
    EXPECT_NE(parsed(notice).header.at("Message-ID"), id);
    MailParties other = kParties;
    other.source = "prod-2";
    EXPECT_NE(parse_mail(mail_message(store_down(), other)).header.at("Message-ID"), id);
}

TEST(MailMessage, ANoticeWithoutAnIdHasAMessageIdOfItsContent) {
    ports::Notice notice = store_down();
    notice.id.clear();
    const std::string id = parsed(notice).header.at("Message-ID");
    EXPECT_EQ(parsed(notice).header.at("Message-ID"), id);
    EXPECT_THAT(parsed(notice).parts.at(0).text, Not(HasSubstr("Id:")));
    notice.time = notice.time + base::Duration::seconds(1);
    EXPECT_NE(parsed(notice).header.at("Message-ID"), id);
}

TEST(MailMessage, BeginAndEndOfAConditionAreOneConversation) {
    const ports::Notice begin = store_down();
    ports::Notice end = store_down();
    end.id = "n-20";
    end.over = true;
    end.text = "The store answers again.";
    const std::string conversation = parsed(begin).header.at("References");
    EXPECT_EQ(parsed(begin).header.at("In-Reply-To"), conversation);
    EXPECT_EQ(parsed(end).header.at("References"), conversation);
    EXPECT_EQ(parsed(end).header.at("In-Reply-To"), conversation);
    EXPECT_NE(parsed(begin).header.at("Message-ID"), conversation);
    end.subject = "DiskFull";
    EXPECT_NE(parsed(end).header.at("References"), conversation);
}

TEST(MailMessage, ARepetitionSaysSo) {
    ports::Notice notice = store_down();
    for (const ParsedPart& part : parsed(notice).parts)
        EXPECT_THAT(part.text, Not(HasSubstr("repetition")));
    notice.may_be_repeated = true;
    for (const ParsedPart& part : parsed(notice).parts) {
        EXPECT_THAT(part.text,
                    HasSubstr("This message may be a repetition of an earlier one with the id "
                              "n-17."));
    }
}

TEST(MailMessage, NoTextAddsAFieldOrAPart) {
    const std::string attack =
        "x\r\nBcc: thief@example.com\r\n\r\n--=_botcore_\r\nContent-Type: text/plain\r\n";
    const ports::Notice notice{.id = attack,
                               .subject = attack,
                               .text = attack,
                               .page = attack,
                               .action = attack,
                               .facts = {{attack, attack}}};
    MailParties parties = kParties;
    parties.source = "s\r\nBcc: thief@example.com\r\n";
    const ParsedMail mail = parse_mail(mail_message(notice, parties));
    EXPECT_EQ(mail.names.size(), 10U);
    EXPECT_FALSE(mail.header.contains("Bcc"));
    ASSERT_EQ(mail.parts.size(), 2U);
    EXPECT_THAT(mail.header.at("Subject"),
                HasSubstr("[s  Bcc: thief@example.com  ] INFO: x  Bcc: [email "));
    EXPECT_THAT(mail.parts[0].text, Not(HasSubstr("\nBcc")));
    EXPECT_THAT(mail.parts[0].text, Not(HasSubstr("\n--=_botcore_")));
}

TEST(MailMessage, SecretsInTextsAreNotSent) {
    ports::Notice notice = store_down();
    notice.text = "password=hunter2-hunter2 was refused";
    notice.action = "Change password=hunter2-hunter2";
    notice.facts = {{"cause", std::string("mail from ann@example.com, password=hunter2-hunter2")}};
    const ParsedMail mail = parsed(notice);
    for (const std::string& text : {mail.subject(), mail.parts.at(0).text, mail.parts.at(1).text}) {
        EXPECT_THAT(text, Not(HasSubstr("hunter2")));
        EXPECT_THAT(text, Not(HasSubstr("ann@example.com")));
    }
}

TEST(MailMessage, HtmlIsEscaped) {
    ports::Notice notice = store_down();
    notice.text = "<b>&\"'</b>";
    notice.facts = {{"<i>", "<script>"}};
    notice.page = "\"><img>";
    const std::string html = parsed(notice).parts.at(1).text;
    EXPECT_THAT(html, HasSubstr("<strong>&lt;b&gt;&amp;&quot;'&lt;/b&gt;</strong>"));
    EXPECT_THAT(html, HasSubstr("<li>&lt;i&gt;: &lt;script&gt;</li>"));
    EXPECT_THAT(html, HasSubstr("<td>&quot;&gt;&lt;img&gt;</td>"));
}

TEST(MailMessage, ASubjectThatIsNotAsciiIsEncodedAtCharacters) {
    ports::Notice notice = store_down();
    notice.text = "Die Börse fällt: ";
    for (int i = 0; i < 30; ++i)
        notice.text += "市€";
    const std::string message = mail_message(notice, kParties);
    EXPECT_TRUE(std::ranges::all_of(
        message, [](char c) { return c == '\r' || c == '\n' || (c >= ' ' && c < 0x7F); }));
    const ParsedMail mail = parse_mail(message);
    EXPECT_EQ(mail.subject(), "[prod-1] CRITICAL: " + notice.text);
    EXPECT_THAT(mail.parts.at(0).text, HasSubstr(notice.text + "\r\n"));
    EXPECT_LE(longest_line(message), 78U);
}

TEST(MailMessage, AnAsciiTextThatLooksEncodedIsEncoded) {
    ports::Notice notice = store_down();
    notice.text = "=?UTF-8?B?eA==?=";
    EXPECT_EQ(parsed(notice).subject(), "[prod-1] CRITICAL: =?UTF-8?B?eA==?=");
    EXPECT_NE(parsed(notice).header.at("Subject"), parsed(notice).subject());
}

TEST(MailMessage, LongTextsAreCutAndInvalidOnesReplaced) {
    ports::Notice notice = store_down();
    notice.text = "";
    for (int i = 0; i < 100'000; ++i)
        notice.text += "€";
    notice.action = "a\xFFz";
    notice.facts.assign(150, {std::string(10'000, 'n'), std::string(10'000, 'v')});
    MailParties parties = kParties;
    parties.source = std::string(5'000, 's');
    const std::string message = mail_message(notice, parties);
    EXPECT_LT(message.size(), 1'000'000U);
    EXPECT_LT(longest_line(message), 998U);
    const ParsedMail mail = parse_mail(message);
    const std::string subject = mail.subject();
    EXPECT_LT(subject.size(), 300U);
    EXPECT_TRUE(subject.ends_with("€…")) << subject;
    ASSERT_EQ(mail.parts.size(), 2U);
    EXPECT_THAT(mail.parts[0].text, HasSubstr("Action: a?z\r\n"));
    EXPECT_THAT(mail.parts[0].text, HasSubstr("- Not shown: 50 more facts\r\n"));
}

TEST(MailMessage, AnyTimeHasADate) {
    ports::Notice notice = store_down();
    notice.time = base::Timestamp::from_microseconds(std::numeric_limits<std::int64_t>::max());
    EXPECT_EQ(parsed(notice).header.at("Date"), "Fri, 31 Dec 9999 23:59:59 +0000");
    notice.time = base::Timestamp::from_microseconds(std::numeric_limits<std::int64_t>::min());
    EXPECT_EQ(parsed(notice).header.at("Date"), "Mon, 01 Jan 1900 00:00:00 +0000");
}

}  // namespace
}  // namespace botcore::notify_email
