#include "operations/user_notices.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace botcore::operations {
namespace {

using base::Duration;
using base::Timestamp;
using model::MaintenanceWindow;
using model::Now;
using model::WindowState;
using testing::HasSubstr;
using testing::Not;

const Timestamp kBegin = Timestamp::from_milliseconds(1'796'522'400'000);  // 2026-12-06 02:00 UTC.

MaintenanceWindow window(WindowState state) {
    MaintenanceWindow made;
    made.id = 42;
    made.begin = kBegin;
    made.end = kBegin + Duration::seconds(7'200);
    made.state = state;
    made.text = "move db-7 to host 10.0.0.9";
    return made;
}

Now before_begin(Duration ahead) {
    return Now(kBegin - ahead);
}

constexpr Duration kWeek = Duration::seconds(7 * 86'400);
constexpr Duration kDay = Duration::seconds(86'400);
constexpr Duration kHour = Duration::seconds(3'600);

TEST(UserNotices, AWindowIsToldStepByStep) {
    ToldSteps told;
    EXPECT_EQ(step_due(window(WindowState::Planned), told, before_begin(kDay)), std::nullopt);
    EXPECT_EQ(step_due(window(WindowState::Noticed), told, before_begin(kWeek)),
              MaintenanceStep::Notice);
    EXPECT_TRUE(mark_told(told, MaintenanceStep::Notice));
    EXPECT_EQ(step_due(window(WindowState::Noticed), told, before_begin(kWeek)), std::nullopt);
    EXPECT_EQ(step_due(window(WindowState::Noticed), told, before_begin(kDay)),
              MaintenanceStep::Reminder);
    EXPECT_TRUE(mark_told(told, MaintenanceStep::Reminder));
    EXPECT_EQ(step_due(window(WindowState::Noticed), told, before_begin(kHour)), std::nullopt);
    EXPECT_EQ(step_due(window(WindowState::Draining), told, Now(kBegin)), MaintenanceStep::Begin);
    EXPECT_TRUE(mark_told(told, MaintenanceStep::Begin));
    EXPECT_EQ(step_due(window(WindowState::Active), told, Now(kBegin)), std::nullopt);
    EXPECT_EQ(step_due(window(WindowState::Ramping), told, Now(kBegin)), MaintenanceStep::End);
    EXPECT_FALSE(mark_told(told, MaintenanceStep::End));
    for (const auto state : {WindowState::Ramping, WindowState::Watching, WindowState::Done})
        EXPECT_EQ(step_due(window(state), ToldSteps(), Now(kBegin)), std::nullopt);
}

TEST(UserNotices, AWindowOfTheSameDayHasNoReminderAfterItsNotice) {
    ToldSteps told;
    EXPECT_EQ(step_due(window(WindowState::Noticed), told, before_begin(kHour)),
              MaintenanceStep::Reminder);
    EXPECT_TRUE(mark_told(told, MaintenanceStep::Reminder));
    EXPECT_EQ(step_due(window(WindowState::Noticed), told, before_begin(kHour)), std::nullopt);
}

TEST(UserNotices, AnUncertainClockRemindsNobody) {
    const ToldSteps told{.notice = true};
    const Now uncertain(kBegin - kHour, model::ClockState::Uncertain);
    EXPECT_EQ(step_due(window(WindowState::Noticed), told, uncertain), std::nullopt);
}

TEST(UserNotices, AClockThatStepsForwardAndBackRepeatsNoStep) {
    ToldSteps told{.notice = true};
    EXPECT_EQ(step_due(window(WindowState::Noticed), told, before_begin(kHour)),
              MaintenanceStep::Reminder);
    EXPECT_TRUE(mark_told(told, MaintenanceStep::Reminder));
    EXPECT_EQ(step_due(window(WindowState::Noticed), told, before_begin(kWeek)), std::nullopt);
    EXPECT_EQ(step_due(window(WindowState::Noticed), told, before_begin(kDay)), std::nullopt);
}

TEST(UserNotices, ACancellationIsToldOnlyToThoseWhoKnowTheWindow) {
    EXPECT_EQ(step_due(window(WindowState::Canceled), {}, before_begin(kDay)), std::nullopt);
    EXPECT_EQ(step_due(window(WindowState::Canceled), {.notice = true}, before_begin(kDay)),
              MaintenanceStep::Cancellation);
}

TEST(UserNotices, AMaintenanceNoticeSaysWhenAndNamesNoInternals) {
    for (const auto step : {MaintenanceStep::Notice,
                            MaintenanceStep::Reminder,
                            MaintenanceStep::Begin,
                            MaintenanceStep::End,
                            MaintenanceStep::Cancellation}) {
        const UserNotice notice = maintenance_notice(window(WindowState::Noticed), step);
        EXPECT_THAT(notice.text, HasSubstr("2026-12-06 0")) << notice.key;
        EXPECT_THAT(notice.text, Not(HasSubstr("db-7"))) << notice.key;
        EXPECT_FALSE(notice.subject.empty());
    }
    const UserNotice notice =
        maintenance_notice(window(WindowState::Noticed), MaintenanceStep::Notice);
    EXPECT_EQ(mail_key(notice, model::Owner("u-7")), "maintenance/42/notice/u-7");
    EXPECT_EQ(notice.text,
              "Planned maintenance will take place from 2026-12-06 02:00 to 2026-12-06 04:00 UTC: "
              "new orders are refused during that time, cancels and exits work.");
}

Now at(std::int64_t seconds) {
    return Now(kBegin + Duration::seconds(seconds));
}

TEST(UserNotices, AnOutageIsToldAfterFiveMinutesAndItsEndOnceItIsOver) {
    OutageWatch watch({}, at(0));
    EXPECT_FALSE(watch.update(Availability::Fails, at(0)).has_value());
    EXPECT_FALSE(watch.update(Availability::Fails, at(299)).has_value());
    const auto begin = watch.update(Availability::Fails, at(300));
    ASSERT_TRUE(begin.has_value());
    EXPECT_THAT(begin->text, HasSubstr("since 2026-12-06 02:00 UTC"));
    EXPECT_FALSE(watch.update(Availability::Fails, at(900)).has_value());
    EXPECT_FALSE(watch.update(Availability::Works, at(960)).has_value());
    EXPECT_FALSE(watch.update(Availability::Fails, at(970)).has_value());
    EXPECT_FALSE(watch.update(Availability::Works, at(1'020)).has_value());
    const auto end = watch.update(Availability::Works, at(1'080));
    ASSERT_TRUE(end.has_value());
    EXPECT_THAT(end->text, HasSubstr("from 2026-12-06 02:00 to 2026-12-06 02:17 UTC"));
    EXPECT_NE(begin->key, end->key);
    EXPECT_FALSE(watch.outage().has_value());
    EXPECT_FALSE(watch.update(Availability::Works, at(2'000)).has_value());
}

TEST(UserNotices, AShortOutageAndPlannedMaintenanceAreNotTold) {
    OutageWatch watch({}, at(0));
    EXPECT_FALSE(watch.update(Availability::Fails, at(0)).has_value());
    EXPECT_FALSE(watch.update(Availability::Works, at(299)).has_value());
    EXPECT_FALSE(watch.update(Availability::Fails, at(300)).has_value());
    EXPECT_FALSE(watch.update(Availability::Planned, at(400)).has_value());
    EXPECT_FALSE(watch.update(Availability::Fails, at(7'000)).has_value());
    EXPECT_FALSE(watch.update(Availability::Fails, at(7'299)).has_value());
}

TEST(UserNotices, AnOutageContinuesOverARestart) {
    OutageWatch first({}, at(0));
    EXPECT_FALSE(first.update(Availability::Fails, at(0)).has_value());
    OutageWatch second(first.outage(), at(200));
    EXPECT_FALSE(second.update(Availability::Fails, at(299)).has_value());
    const auto begin = second.update(Availability::Fails, at(301));
    ASSERT_TRUE(begin.has_value());
    OutageWatch third(second.outage(), at(400));
    EXPECT_FALSE(third.update(Availability::Fails, at(1'000)).has_value());
    EXPECT_FALSE(third.update(Availability::Works, at(1'001)).has_value());
    EXPECT_TRUE(third.update(Availability::Works, at(1'061)).has_value());
}

TEST(UserNotices, AClockStepNeitherLengthensNorShortensAnOutage) {
    OutageWatch watch({}, at(0));
    EXPECT_FALSE(watch.update(Availability::Fails, at(0)).has_value());
    const Now ahead(kBegin + kDay, model::ClockState::Certain, kBegin + Duration::seconds(10));
    EXPECT_FALSE(watch.update(Availability::Fails, ahead).has_value());
    const Now behind(kBegin - kDay, model::ClockState::Certain, kBegin + Duration::seconds(300));
    EXPECT_TRUE(watch.update(Availability::Fails, behind).has_value());
}

TEST(UserNotices, ALongAbsenceOfTheProcessIsToldWhenItIsOver) {
    OutageWatch watch({}, at(0));
    watch.note_absence(kBegin - Duration::seconds(299), at(0));
    EXPECT_FALSE(watch.outage().has_value());
    watch.note_absence(kBegin - Duration::seconds(600), at(0));
    EXPECT_FALSE(watch.update(Availability::Works, at(0)).has_value());
    const auto end = watch.update(Availability::Works, at(60));
    ASSERT_TRUE(end.has_value());
    EXPECT_THAT(end->text, HasSubstr("from 2026-12-06 01:50 to 2026-12-06 02:00 UTC"));
}

TEST(UserNotices, ARecordSaysWhatHappenedToAnAccount) {
    model::Account account;
    account.id = model::AccountId("ann-futures");
    account.state = model::AccountState::Frozen;
    account.frozen_reason = model::FreezeReason::BooksDiffer;
    account.version = 7;
    model::RiskState risk;
    risk.account = account.id;
    risk.margin_call = true;
    risk.version = 3;
    model::Order order;
    order.id = model::ClientOrderId("BC1");
    order.account = account.id;
    order.reason = model::OrderReason::Unprotected;
    model::Order later = order;
    later.prior_sequence = 5;
    model::Record record;
    record.outcome.changes = {account, risk, order, later};
    const auto events = account_events(record);
    ASSERT_EQ(events.size(), 3U);
    const UserNotice frozen = account_notice(events[0]);
    EXPECT_EQ(frozen.key, "account/ann-futures/frozen/7");
    EXPECT_THAT(frozen.text, HasSubstr("ann-futures is frozen because its positions"));
    EXPECT_EQ(account_notice(events[1]).key, "account/ann-futures/margin-call/3");
    EXPECT_EQ(account_notice(events[2]).key, "account/ann-futures/forced-exit/BC1");
}

TEST(UserNotices, TopicsAreReadAsTheyAreWritten) {
    for (const auto topic : {UserTopic::Maintenance, UserTopic::Outages, UserTopic::Account})
        EXPECT_EQ(parse_user_topic(to_text(topic)), topic);
    EXPECT_EQ(parse_user_topic("marketing"), std::nullopt);
    const UserTopics topics{.maintenance = true, .outages = false, .account = true};
    EXPECT_TRUE(topics.contains(UserTopic::Maintenance));
    EXPECT_FALSE(topics.contains(UserTopic::Outages));
    EXPECT_TRUE(topics.contains(UserTopic::Account));
}

}  // namespace
}  // namespace botcore::operations
