#include "apps/wiring/notice_channels.hpp"

#include "tests/scratch/temporary_folder.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

namespace botcore::apps {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

const std::string kKey(32, 'k');

class NoticeChannels : public testing::Test {
protected:
    void set(std::string_view key, std::string_view value) {
        const auto done = config_.set(key, value, "test");
        ASSERT_TRUE(done.has_value()) << done.error();
    }

    /// The names of the channels, or the error.
    std::vector<std::string> made() {
        boost::asio::io_context context;
        const auto transport = notice_transport(config_, context);
        if (!transport) return {transport.error()};
        const auto on_call = read_on_call(config_);
        if (!on_call) return {on_call.error()};
        const auto channels =
            notice_channels(config_,
                            {.transport = *transport.value(),
                             .post = [](const auto&) {},
                             .now = [] { return base::Timestamp(); },
                             .on_call = on_call.value() ? &*on_call.value() : nullptr});
        if (!channels) return {channels.error()};
        std::vector<std::string> names;
        for (const auto& channel : channels.value())
            names.push_back(channel.name + (channel.is_personal ? " (personal)" : ""));
        return names;
    }

    /// Ann has this entry; Bob has a key of PagerDuty.
    void set_on_call(const std::string& ann) {
        const std::string path = folder_.file("on-call.toml");
        std::ofstream(path) << "[rotation]\nfirst_day = \"2026-11-02\"\nhandover = \"09:00\"\n"
                            << "shift_days = 7\norder = [\"ann\", \"bob\"]\n[people.ann]\n"
                            << ann << "\n[people.bob]\npagerduty_key = \"" << kKey << "\"\n";
        set("notify.on_call_file", path);
    }

    /// The error of the check that the start makes.
    std::string error() {
        const auto checked = check_notices(config_);
        return checked ? "" : checked.error();
    }

    host::Config config_;

private:
    scratch::TemporaryFolder folder_;
};

TEST_F(NoticeChannels, ThereIsNoneByDefault) {
    EXPECT_THAT(made(), IsEmpty());
    EXPECT_EQ(error(), "");
}

TEST_F(NoticeChannels, EachKeyAddsItsChannel) {
    set("notify.slack_url", "https://hooks.slack.com/services/T/B/secret");
    set("notify.pagerduty_key", kKey);
    set("notify.email_server", "smtps://mail.example.org:465");
    set("notify.email_from", "bot@example.org");
    set("notify.email_to", "ann@example.org, bob@example.org");
    set("notify.webhook_url", "http://127.0.0.1:9/hook");
    set("notify.webhook_secret", "a secret of 24 letters..");
    EXPECT_THAT(made(), ElementsAre("slack", "pagerduty", "email", "webhook"));
    EXPECT_EQ(error(), "");
}

TEST_F(NoticeChannels, AReceiverWithoutTlsIsThisMachine) {
    set("notify.slack_url", "http://hooks.slack.com/services/T/B/secret");
    EXPECT_THAT(error(),
                AllOf(HasSubstr("notify.slack_url"), HasSubstr("https"), Not(HasSubstr("secret"))));
    set("notify.slack_url", "http://127.0.0.1:9/services/T/B/secret");
    EXPECT_EQ(error(), "");
}

TEST_F(NoticeChannels, SaysWhichKeyIsWrongWithoutShowingIt) {
    set("notify.pagerduty_key", "too-short");
    EXPECT_THAT(error(),
                AllOf(HasSubstr("notify.pagerduty_key: expected 32 characters, got 9"),
                      Not(HasSubstr("too-short"))));
    set("notify.pagerduty_key", "");
    set("notify.webhook_url", "https://example.org");
    EXPECT_THAT(error(), HasSubstr("notify.webhook_secret: expected at least 16 characters"));
    set("notify.webhook_url", "");
    set("notify.email_server", "smtps://mail.example.org");
    EXPECT_THAT(error(), HasSubstr("notify.email_"));
    set("notify.email_server", "");
    set("notify.ca_file", "/nonexistent.pem");
    EXPECT_THAT(error(), HasSubstr("notify.ca_file"));
    set("notify.ca_file", "");
    set("notify.warning_channels", "slack, fax");
    EXPECT_THAT(error(), HasSubstr("notify.warning_channels: 'fax' is no channel"));
}

TEST_F(NoticeChannels, EachPersonOnCallHasTheirOwn) {
    set_on_call("email = \"ann@example.org\"");
    EXPECT_THAT(error(),
                AllOf(HasSubstr("on-call.toml, line 6: people.ann: email: "),
                      HasSubstr("notify.email_server is not set")));
    set("notify.email_server", "smtps://mail.example.org:465");
    set("notify.email_from", "bot@example.org");
    EXPECT_THAT(made(), ElementsAre("email:ann (personal)", "pagerduty:bob (personal)"));
    EXPECT_EQ(error(), "");
    set("notify.email_to", "all@example.org");
    EXPECT_THAT(made(), ElementsAre("email", "email:ann (personal)", "pagerduty:bob (personal)"));
    EXPECT_THAT(channels_of_person("ann"), ElementsAre("email:ann", "pagerduty:ann"));
}

TEST_F(NoticeChannels, AnAddressOnCallThatCannotWorkIsAnError) {
    set("notify.email_server", "smtps://mail.example.org:465");
    set("notify.email_from", "bot@example.org");
    set_on_call("email = \"ann\"");
    EXPECT_THAT(error(), HasSubstr("line 6: people.ann: email: recipient 1 is not one plain"));
    set_on_call("pagerduty_key = \"too-short\"");
    EXPECT_THAT(error(),
                AllOf(HasSubstr("line 6: people.ann: pagerduty_key: expected 32 characters, got 9"),
                      Not(HasSubstr("too-short"))));
    set("notify.on_call_file", "/nonexistent.toml");
    EXPECT_THAT(error(), HasSubstr("notify.on_call_file: "));
}

TEST_F(NoticeChannels, RoutesAreListsOfNames) {
    EXPECT_THAT(notice_routes(config_).critical,
                ElementsAre("pagerduty", "slack", "email", "webhook"));
    set("notify.warning_channels", " email ,slack,");
    EXPECT_THAT(notice_routes(config_).warning, ElementsAre("email", "slack"));
    set("notify.warning_channels", "");
    EXPECT_THAT(notice_routes(config_).warning, IsEmpty());
}

}  // namespace
}  // namespace botcore::apps
