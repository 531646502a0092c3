#include "services/notifications/notification_service.hpp"

#include "host/outbound_folder_test.hpp"
#include "services/notifications/outbox_json.hpp"
#include "tests/scratch/memory_service_store.hpp"
#include "tests/scratch/replaced.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <deque>
#include <map>

namespace botcore::notifications {
namespace {

using base::Duration;
using base::Timestamp;
using ports::Delivery;
using ports::Notice;
using ports::NoticeLevel;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::SizeIs;
using Result = ports::Delivery::Result;

/// Records what it is sent. The answers to come are set by the test; without one it accepts.
class TestChannel final : public ports::Notifier {
public:
    struct Record {
        std::vector<Notice> sent;
        std::deque<Delivery> answers;
        std::vector<Done> waiting;  ///< If `holds`, what was not answered.
        bool holds = false;
    };

    explicit TestChannel(Record& record) : record_(record) {}

    void send(const Notice& notice, Done done) override {
        record_.sent.push_back(notice);
        if (record_.holds) {
            record_.waiting.push_back(std::move(done));
            return;
        }
        Delivery answer;
        if (!record_.answers.empty()) {
            answer = record_.answers.front();
            record_.answers.pop_front();
        }
        if (done) done(answer);
    }

private:
    Record& record_;
};

class NotificationServiceTest : public testing::Test {
protected:
    void SetUp() override { start(); }

    void start(const std::vector<std::string>& names = {"slack", "pagerduty", "email"},
               std::optional<operations::QuietHours> quiet_hours = std::nullopt) {
        service_.reset();
        std::vector<Channel> channels;
        for (const std::string& name : names)
            channels.push_back({.name = name,
                                .notifier = std::make_unique<TestChannel>(channels_[name]),
                                .is_personal = name.find(':') != std::string::npos});
        auto made = NotificationService::make({.log_channel = log_channel_,
                                               .store = store_,
                                               .log = folder_.log(),
                                               .metrics = metrics_,
                                               .now = [this] { return now_; }},
                                              std::move(channels),
                                              {.info = {},
                                               .warning = {"slack"},
                                               .critical = {"pagerduty", "slack", "email"},
                                               .quiet_hours = quiet_hours});
        ASSERT_TRUE(made.has_value()) << made.error();
        service_ = std::move(made).value();
    }

    void tick_after(Duration span) {
        now_ = model::Now(now_.time + span);
        service_->tick(now_);
    }

    void tick() { tick_after(Duration::milliseconds(250)); }

    static Notice notice(NoticeLevel level, const std::string& subject = "StoreDown") {
        return {.subject = subject, .level = level, .text = "The store does not respond"};
    }

    std::vector<Notice>& sent(const std::string& channel) { return channels_[channel].sent; }

    host::TestFolder folder_;
    scratch::MemoryServiceStore store_;
    observability::Metrics metrics_;
    TestChannel::Record log_;
    TestChannel log_channel_{log_};
    std::map<std::string, TestChannel::Record> channels_;
    model::Now now_{Timestamp::from_milliseconds(1'790'000'000'000)};
    std::unique_ptr<NotificationService> service_;
};

TEST_F(NotificationServiceTest, RoutesByLevelAndLogsEverything) {
    int done = 0;
    const auto count = [&](const Delivery& delivery) {
        EXPECT_EQ(delivery.result, Result::Delivered);
        ++done;
    };
    service_->send(notice(NoticeLevel::Info, "a"), count);
    service_->send(notice(NoticeLevel::Warning, "b"), count);
    service_->send(notice(NoticeLevel::Critical, "c"), count);
    EXPECT_EQ(done, 3);
    for (int i = 0; i < 3; ++i)
        tick();
    EXPECT_EQ(log_.sent.size(), 3U);
    EXPECT_EQ(sent("slack").size(), 2U);
    EXPECT_EQ(sent("pagerduty").size(), 1U);
    EXPECT_EQ(sent("email").size(), 1U);
    EXPECT_EQ(sent("email").front().subject, "c");
    EXPECT_EQ(sent("email").front().time, Timestamp::from_milliseconds(1'790'000'000'000));
    EXPECT_EQ(store_.size(), 0U);
}

TEST_F(NotificationServiceTest, AChannelOfAPersonGetsOnlyWhatIsSentToIt) {
    start({"webhook", "email:ann"});
    service_->send(notice(NoticeLevel::Critical), nullptr);
    channels_["webhook"].answers = {{Result::Refused, "status 403"}};
    tick();
    tick();
    EXPECT_THAT(sent("email:ann"), IsEmpty());
    service_->send_to(notice(NoticeLevel::Critical), {"email:ann", "pagerduty:ann"}, {});
    service_->send_to(notice(NoticeLevel::Critical), {"email:ann"}, {});
    tick();
    tick();
    EXPECT_EQ(sent("email:ann").size(), 2U);
    EXPECT_EQ(sent("webhook").size(), 1U);
}

TEST_F(NotificationServiceTest, WhatBelongsToANoticeIsStoredWithIt) {
    service_->send_to(notice(NoticeLevel::Critical),
                      {"slack"},
                      {{.row = {.kind = "step", .key = "1", .text = "told"}}});
    EXPECT_EQ(store_.size(), 2U);
    service_->send_to(notice(NoticeLevel::Critical),
                      {"fax"},
                      {{.row = {.kind = "step", .key = "2", .text = "told"}}});
    EXPECT_EQ(store_.rows("step").value().size(), 2U);
}

TEST_F(NotificationServiceTest, ALevelWithoutItsChannelUsesThoseThatExist) {
    start({"email"});
    service_->send(notice(NoticeLevel::Warning), nullptr);
    service_->send(notice(NoticeLevel::Info, "info"), nullptr);
    tick();
    tick();
    EXPECT_EQ(sent("email").size(), 1U);
}

TEST_F(NotificationServiceTest, ANoticeIsStoredUntilItWasDelivered) {
    channels_["slack"].answers = {{Result::Failed, "no answer"}};
    service_->send(notice(NoticeLevel::Warning), nullptr);
    EXPECT_EQ(store_.size(), 1U);
    tick();
    EXPECT_EQ(store_.size(), 1U);
    tick_after(Duration::seconds(1));
    EXPECT_EQ(sent("slack").size(), 2U);
    EXPECT_TRUE(sent("slack").back().may_be_repeated);
    EXPECT_EQ(sent("slack").front().id, sent("slack").back().id);
    EXPECT_EQ(store_.size(), 0U);
    EXPECT_THAT(metrics_.render(),
                HasSubstr("notices_total{channel=\"slack\",result=\"failed\"} 1\n"));
    EXPECT_THAT(metrics_.render(),
                HasSubstr("notices_total{channel=\"slack\",result=\"delivered\"} 1\n"));
}

TEST_F(NotificationServiceTest, TheNextProcessDeliversWhatThisOneCouldNot) {
    channels_["slack"].holds = true;
    service_->send(notice(NoticeLevel::Warning), nullptr);
    tick();
    channels_["slack"] = {};
    start();
    tick();
    ASSERT_EQ(sent("slack").size(), 1U);
    EXPECT_EQ(sent("slack").front().text, "The store does not respond");
    EXPECT_TRUE(sent("slack").front().may_be_repeated);
    EXPECT_EQ(store_.size(), 0U);
}

TEST_F(NotificationServiceTest, AStoreThatHangsDoesNotSilenceTheNoticeAboutIt) {
    store_.hang();
    service_->send(notice(NoticeLevel::Critical), nullptr);
    tick();
    EXPECT_THAT(sent("email"), IsEmpty());
    tick_after(Duration::seconds(2));
    EXPECT_EQ(sent("email").size(), 1U);
}

TEST_F(NotificationServiceTest, ARefusedNoticeGoesOverTheOtherChannels) {
    channels_["pagerduty"].answers = {{Result::Refused, "status 400"}};
    service_->send(notice(NoticeLevel::Critical), nullptr);
    tick();
    tick();
    ASSERT_EQ(sent("email").size(), 2U);
    EXPECT_EQ(sent("email")[1].text,
              "The channel pagerduty refused this notice: The store does not respond");
    EXPECT_EQ(sent("email")[1].level, NoticeLevel::Critical);
    EXPECT_EQ(sent("slack").size(), 2U);
    EXPECT_EQ(sent("pagerduty").size(), 1U);
    EXPECT_EQ(store_.size(), 0U);
}

TEST_F(NotificationServiceTest, ChannelsThatAllRefuseDoNotReportEachOther) {
    for (const char* name : {"pagerduty", "slack", "email"})
        channels_[name].answers = {20, {Result::Refused, "status 403"}};
    service_->send(notice(NoticeLevel::Critical), nullptr);
    for (int i = 0; i < 20; ++i)
        tick();
    EXPECT_LE(sent("email").size(), 3U);
    EXPECT_EQ(store_.size(), 0U);
}

TEST_F(NotificationServiceTest, AChannelThatFailsForAMinuteIsReportedOverTheOthers) {
    channels_["slack"].answers = {100, {Result::Failed, "connection refused"}};
    service_->send(notice(NoticeLevel::Warning), nullptr);
    for (int second = 0; second < 59; ++second)
        tick_after(Duration::seconds(1));
    EXPECT_THAT(sent("email"), IsEmpty());
    tick_after(Duration::seconds(2));
    tick();
    ASSERT_EQ(sent("email").size(), 1U);
    EXPECT_EQ(sent("email").front().subject, "ChannelFailing/slack");
    EXPECT_THAT(sent("email").front().text, HasSubstr("has delivered nothing for a minute"));
    channels_["slack"].answers.clear();
    tick_after(Duration::seconds(61));
    tick();
    ASSERT_EQ(sent("email").size(), 2U);
    EXPECT_TRUE(sent("email").back().over);
}

TEST_F(NotificationServiceTest, HealthNamesTheChannelThatFails) {
    host::HealthProber prober(Duration::seconds(5),
                              {[this] { return now_.time; }, [this] { return now_.monotonic; }});
    service_->add_probes(prober);
    ASSERT_EQ(prober.findings().size(), 1U);
    EXPECT_EQ(prober.findings().front().state, host::HealthState::Healthy);
    channels_["slack"].answers = {{Result::Failed, "connection refused"}};
    service_->send(notice(NoticeLevel::Warning), nullptr);
    tick();
    EXPECT_EQ(prober.findings().front().state, host::HealthState::Unhealthy);
    EXPECT_EQ(prober.findings().front().message, "slack does not accept notices; 1 wait");
    tick_after(Duration::seconds(1));
    EXPECT_EQ(prober.findings().front().state, host::HealthState::Healthy);
    store_.fail("disk I/O error");
    EXPECT_EQ(prober.findings().front().message, "notices cannot be stored");
}

TEST_F(NotificationServiceTest, WithoutAChannelThereIsNoComponent) {
    start({});
    host::HealthProber prober(Duration::seconds(5),
                              {[this] { return now_.time; }, [this] { return now_.monotonic; }});
    service_->add_probes(prober);
    EXPECT_THAT(prober.findings(), IsEmpty());
    service_->send(notice(NoticeLevel::Critical), nullptr);
    EXPECT_EQ(log_.sent.size(), 1U);
    EXPECT_EQ(store_.size(), 0U);
}

TEST_F(NotificationServiceTest, ATestPassesTheOutboxAndReturnsTheAnswer) {
    channels_["slack"].answers = {{Result::Refused, "status 404"}};
    std::optional<Delivery> answer;
    EXPECT_TRUE(service_->send_test("slack", [&](const Delivery& got) { answer = got; }));
    ASSERT_TRUE(answer.has_value());
    EXPECT_EQ(answer->error, "status 404");
    ASSERT_EQ(sent("slack").size(), 1U);
    EXPECT_THAT(sent("slack").front().text, HasSubstr("test message"));
    EXPECT_FALSE(service_->send_test("fax", nullptr));
}

TEST_F(NotificationServiceTest, RowsThatCannotBeReadStopNothing) {
    store_.put({"outbox", "00000000000000000001", "{"});
    store_.put({"outbox", "00000000000000000003", R"({"format":2})"});
    runtime::OutboxRow gone{.number = 4, .channel = "fax", .notice = notice(NoticeLevel::Warning)};
    store_.put({"outbox", "00000000000000000004", to_json(gone)});
    runtime::OutboxRow good{
        .number = 5, .channel = "slack", .notice = notice(NoticeLevel::Warning)};
    store_.put({"outbox", "00000000000000000005", to_json(good)});
    store_.put({"outbox", "00000000000000000006", to_json(good)});
    start();
    tick();
    EXPECT_EQ(sent("slack").size(), 1U);
    EXPECT_EQ(store_.size(), 0U);
    const std::string log = folder_.logged();
    EXPECT_THAT(log, HasSubstr("cannot be read and is dropped"));
    EXPECT_THAT(log, HasSubstr("its number is not ascending"));
    EXPECT_THAT(log, HasSubstr("channel is not configured any more"));
}

TEST_F(NotificationServiceTest, AStoreThatCannotBeReadIsAnError) {
    store_.fail("disk I/O error");
    const auto made = NotificationService::make({.log_channel = log_channel_,
                                                 .store = store_,
                                                 .log = folder_.log(),
                                                 .metrics = metrics_,
                                                 .now = [this] { return now_; }},
                                                {},
                                                {});
    ASSERT_FALSE(made.has_value());
    EXPECT_EQ(made.error(), "disk I/O error");
}

TEST(OutboxJson, KeepsEveryFieldOfANotice) {
    runtime::OutboxRow row;
    row.number = 12;
    row.channel = "slack";
    row.notice = {.id = "7",
                  .subject = "StoreDown",
                  .level = NoticeLevel::Critical,
                  .over = true,
                  .text = "a \"text\"\nof two lines",
                  .page = "docs/runbooks/store-down.md",
                  .action = "Check the disk",
                  .time = Timestamp::from_microseconds(1'790'000'000'123'456),
                  .facts = {{"count", std::int64_t{3}}, {"cause", std::string("full")}}};
    const auto read = parse_outbox_row(to_json(row));
    ASSERT_TRUE(read.has_value()) << read.error();
    EXPECT_EQ(to_json(read.value()), to_json(row));
    EXPECT_EQ(read.value().number, 12U);
    EXPECT_EQ(read.value().notice.facts, row.notice.facts);
    EXPECT_EQ(read.value().notice.level, NoticeLevel::Critical);
    EXPECT_TRUE(read.value().notice.over);
}

TEST(OutboxJson, SaysWhichFieldIsWrong) {
    Notice notice;
    notice.id = "1";
    const std::string good = to_json({.number = 1, .channel = "slack", .notice = notice});
    const auto error_after = [&](const std::string& from, const std::string& to) {
        const auto read = parse_outbox_row(scratch::replaced(good, from, to));
        return read ? std::string("accepted") : read.error();
    };
    EXPECT_THAT(error_after("\"number\":1", "\"number\":0"), HasSubstr("number"));
    EXPECT_THAT(error_after("\"level\":0", "\"level\":3"), HasSubstr("level"));
    EXPECT_THAT(error_after("\"over\":false", "\"over\":0"), HasSubstr("over"));
    EXPECT_THAT(error_after("\"facts\":{}", "\"facts\":[]"), HasSubstr("facts"));
    EXPECT_THAT(error_after("\"facts\":{}", "\"facts\":{\"a\":1.5}"), HasSubstr("facts"));
    EXPECT_THAT(error_after("\"text\"", "\"word\""), HasSubstr("text"));
    EXPECT_THAT(error_after("\"format\":1", "\"format\":2"), HasSubstr("another format"));
    EXPECT_FALSE(parse_outbox_row("[]").has_value());
}

class QuietHoursTest : public NotificationServiceTest {
protected:
    void SetUp() override {
        now_ = model::Now(Timestamp::from_milliseconds(1'790'000'000'000));  // 14:13:20 UTC.
        restart();
    }

    void restart() {
        start({"slack", "pagerduty", "email"}, operations::parse_quiet_hours("14:00-16:00"));
    }

    void send(NoticeLevel level, const std::string& subject, bool over = false) {
        Notice made = notice(level, subject);
        made.over = over;
        service_->send(made, nullptr);
    }
};

TEST_F(QuietHoursTest, WarningsWaitUntilTheirEndAndCriticalNoticesDoNot) {
    send(NoticeLevel::Warning, "CacheDown");
    send(NoticeLevel::Critical, "StoreDown");
    tick();
    EXPECT_THAT(sent("slack"), SizeIs(1));
    EXPECT_EQ(sent("slack").at(0).subject, "StoreDown");
    EXPECT_THAT(log_.sent, SizeIs(2)) << "both are in the log at once";
    EXPECT_THAT(service_->held(), SizeIs(1));
    restart();
    EXPECT_THAT(service_->held(), SizeIs(1));
    tick_after(Duration::seconds(2 * 3'600));
    tick_after(Duration::seconds(5));
    EXPECT_THAT(service_->held(), IsEmpty());
    ASSERT_THAT(sent("slack"), SizeIs(2));
    EXPECT_EQ(sent("slack").at(1).subject, "CacheDown");
    restart();
    EXPECT_THAT(service_->held(), IsEmpty());
}

TEST_F(QuietHoursTest, AWarningThatIsOverBeforeTheirEndIsNotSent) {
    send(NoticeLevel::Warning, "CacheDown");
    restart();
    send(NoticeLevel::Warning, "CacheDown", true);
    restart();
    tick_after(Duration::seconds(2 * 3'600));
    tick_after(Duration::seconds(5));
    EXPECT_THAT(sent("slack"), IsEmpty());
    send(NoticeLevel::Warning, "MarketStale");
    tick_after(Duration::seconds(5));
    EXPECT_THAT(sent("slack"), SizeIs(1)) << "outside of the quiet hours nothing waits";
}

TEST_F(QuietHoursTest, TheEndOfAnEarlierWarningIsSent) {
    tick_after(Duration::seconds(-3'600));
    send(NoticeLevel::Warning, "CacheDown");
    tick_after(Duration::seconds(3'600));
    send(NoticeLevel::Warning, "CacheDown", true);
    tick_after(Duration::seconds(5));
    EXPECT_THAT(sent("slack"), SizeIs(2));
}

TEST_F(QuietHoursTest, AStoredWarningThatCannotBeReadIsDropped) {
    store_.put({"held_notice", "CacheDown", "no JSON"});
    restart();
    EXPECT_THAT(service_->held(), IsEmpty());
    restart();
    EXPECT_EQ(store_.size(), 0U);
}

}  // namespace
}  // namespace botcore::notifications
