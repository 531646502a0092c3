#include "adapters/notify_email/mail_server.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace botcore::notify_email {
namespace {

MailTls tls_for(std::string_view url) {
    return mail_tls_of(parse_mail_server(url).value());
}

TEST(MailServer, ReadsBothSchemesWithAndWithoutAPort) {
    const MailServer plain = parse_mail_server("smtp://mail.example.org:2525").value();
    EXPECT_FALSE(plain.secure);
    EXPECT_EQ(plain.host, "mail.example.org");
    EXPECT_EQ(plain.port, 2525);
    EXPECT_EQ(parse_mail_server("smtp://mail").value().url(), "smtp://mail:25");
    EXPECT_EQ(parse_mail_server("smtps://mail").value().url(), "smtps://mail:465");
    EXPECT_EQ(parse_mail_server("smtps://[::1]:46").value().url(), "smtps://[::1]:46");
}

TEST(MailServer, RefusesWhatIsNoAddressWithoutRepeatingIt) {
    for (const auto* text : {"",
                             "mail.example.org:25",
                             "http://hidden",
                             "smtp://",
                             "smtp://:25",
                             "smtp://hidden:0",
                             "smtp://hidden:65536",
                             "smtp://hidden:25/",
                             "smtp://hidden:",
                             "smtp://user:hidden@mail",
                             "smtp://hid den",
                             "smtp://hidden\r\n",
                             "smtp://[::1",
                             "smtp://[hidden]",
                             "smtp://[::1]25"}) {
        const auto server = parse_mail_server(text);
        ASSERT_FALSE(server) << text;
        EXPECT_THAT(server.error(), testing::HasSubstr("the mail server is malformed"));
        EXPECT_THAT(server.error(), testing::Not(testing::HasSubstr("hid")));
    }
}

TEST(MailServer, OnlyLoopbackMayBePlain) {
    EXPECT_EQ(tls_for("smtp://localhost"), MailTls::IfOffered);
    EXPECT_EQ(tls_for("smtp://127.0.0.1"), MailTls::IfOffered);
    EXPECT_EQ(tls_for("smtp://127.9.8.7:2525"), MailTls::IfOffered);
    EXPECT_EQ(tls_for("smtp://[::1]"), MailTls::IfOffered);
    EXPECT_EQ(tls_for("smtp://mail.example.org"), MailTls::StartTls);
    EXPECT_EQ(tls_for("smtp://localhost.example.org"), MailTls::StartTls);
    EXPECT_EQ(tls_for("smtp://127.0.0.1.example.org"), MailTls::StartTls);
    EXPECT_EQ(tls_for("smtp://127.1"), MailTls::StartTls);
    EXPECT_EQ(tls_for("smtp://128.0.0.1"), MailTls::StartTls);
    EXPECT_EQ(tls_for("smtp://10.0.0.1"), MailTls::StartTls);
    EXPECT_EQ(tls_for("smtp://[::2]"), MailTls::StartTls);
    EXPECT_EQ(tls_for("smtps://localhost"), MailTls::Implicit);
    EXPECT_EQ(tls_for("smtps://mail.example.org"), MailTls::Implicit);
}

TEST(MailAddress, IsOnePlainAddress) {
    for (const auto* text : {"a@b", "ops+alerts@mail.example.org", "o'neil.x_y@example.org"})
        EXPECT_TRUE(is_mail_address(text)) << text;
    for (const auto* text : {"",      "a",       "@b",      "a@",
                             "a@b@c", "a b@c",   "a@b c",   "a@b\r\nBcc: c@d",
                             "a\n@b", "<a@b>",   "A <a@b>", "\"a\"@b",
                             "a,b@c", "a@b,c@d", ".a@b",    "a..b@c",
                             "a@b.",  "a@-b",    "ä@b",     "a@[127.0.0.1]"})
        EXPECT_FALSE(is_mail_address(text)) << text;
    EXPECT_FALSE(is_mail_address(std::string(65, 'a') + "@b"));
    EXPECT_FALSE(is_mail_address("a@" + std::string(253, 'b')));
}

}  // namespace
}  // namespace botcore::notify_email
