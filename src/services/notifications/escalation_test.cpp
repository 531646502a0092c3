#include "services/notifications/escalation.hpp"

#include "host/outbound_folder_test.hpp"
#include "services/notifications/escalation_json.hpp"
#include "tests/scratch/memory_service_store.hpp"
#include "tests/scratch/replaced.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>
#include <map>
#include <optional>
#include <sstream>

namespace botcore::notifications {
namespace {

using base::Duration;
using base::Timestamp;
using operations::Incident;
using operations::IncidentBook;
using operations::IncidentSeverity;
using ports::Notice;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

constexpr std::size_t kUnlimited = std::numeric_limits<std::size_t>::max();

/// What one channel was sent, over all processes of a test.
struct Sent {
    std::string channel;
    Notice notice;
};

class RecordingChannel final : public ports::Notifier {
public:
    RecordingChannel(std::string name, std::vector<Sent>& sent)
        : name_(std::move(name)),
          sent_(sent) {}

    void send(const Notice& notice, Done done) override {
        sent_.push_back({name_, notice});
        if (done) done({});
    }

private:
    std::string name_;
    std::vector<Sent>& sent_;
};

/// A store whose process ends after a number of changes: later ones are lost.
class EndingStore final : public ports::ServiceStore {
public:
    [[nodiscard]] base::Result<std::vector<ports::ServiceRow>, std::string> rows(
        std::string_view kind) override {
        return disk_->rows(kind);
    }

    void change(std::vector<ports::ServiceChange> changes, Done done) override {
        if (left_ == 0) return;
        --left_;
        disk_->change(std::move(changes), std::move(done));
    }

    [[nodiscard]] std::string error() const override { return disk_->error(); }

    void end_after(std::size_t changes) { left_ = changes; }

    [[nodiscard]] bool has_ended() const { return left_ == 0; }

    [[nodiscard]] scratch::MemoryServiceStore& disk() { return *disk_; }

    void empty() { disk_.emplace(); }

private:
    std::optional<scratch::MemoryServiceStore> disk_{std::in_place};
    std::size_t left_ = kUnlimited;
};

/// A plan whose first person is on call for a hundred years.
operations::OnCallPlan plan_of(std::vector<std::string> order) {
    return {{.first_day = {}, .handover = {}, .shift_days = 366 * 100, .order = std::move(order)},
            {}};
}

class EscalationTest : public testing::Test {
protected:
    void SetUp() override { start(); }

    /// Starts a process: with the incidents and escalations that the store has.
    void start() {
        escalation_.reset();
        notifications_.reset();
        std::vector<Channel> channels;
        for (const char* name : {"email:ann", "email:bob", "pagerduty:bob", "email:cat", "slack"}) {
            channels.push_back({.name = name,
                                .notifier = std::make_unique<RecordingChannel>(name, sent_),
                                .is_personal = std::string_view(name) != "slack"});
        }
        auto made = NotificationService::make({.log_channel = log_channel_,
                                               .store = store_,
                                               .log = folder_.log(),
                                               .metrics = metrics_,
                                               .now = [this] { return now_; }},
                                              std::move(channels),
                                              {});
        ASSERT_TRUE(made.has_value()) << made.error();
        notifications_ = std::move(made).value();
        book_ = IncidentBook(stored_incidents());
        auto escalation = Escalation::make(parts(), now_.time);
        ASSERT_TRUE(escalation.has_value()) << escalation.error();
        escalation_ = std::move(escalation).value();
    }

    Escalation::Parts parts() {
        return {.notifications = *notifications_,
                .store = store_,
                .log = folder_.log(),
                .plan = plan_,
                .period = Duration::seconds(300),
                .channels_of =
                    [](std::string_view person) {
                        const std::string name(person);
                        return std::vector<std::string>{"email:" + name, "pagerduty:" + name};
                    },
                .incidents = [this]() -> const std::vector<Incident>& { return book_.incidents(); },
                .add_fact =
                    [this](std::uint64_t number, operations::IncidentFact fact) {
                        EXPECT_FALSE(book_.note(number, std::move(fact)));
                        return row_of(number);
                    }};
    }

    /// A short form of the incident: its facts, one a line.
    ports::ServiceChange row_of(std::uint64_t number) {
        std::string text;
        for (const auto& fact : book_.find(number)->timeline)
            text += fact.text + "\n";
        return {.row = {"incident", ports::numbered_key(number), text}};
    }

    std::vector<Incident> stored_incidents() {
        std::vector<Incident> incidents;
        const auto rows = store_.rows("incident");
        for (const ports::ServiceRow& row : rows.value()) {
            Incident incident;
            incident.number = std::stoull(row.key);
            incident.title = "The store is down";
            std::istringstream lines(row.text);
            for (std::string line; std::getline(lines, line);)
                incident.timeline.push_back({Timestamp(), line});
            incidents.push_back(std::move(incident));
        }
        return incidents;
    }

    std::uint64_t open(IncidentSeverity severity = IncidentSeverity::Critical) {
        const auto number = book_.open(severity, "The store is down", "", now_.time);
        store_.change({row_of(number)}, nullptr);
        return number;
    }

    void acknowledge(std::uint64_t number) {
        EXPECT_EQ(book_.acknowledge(number, "bob", "", now_.time), std::nullopt);
    }

    void tick_after(std::int64_t seconds) {
        now_ = model::Now(now_.time + Duration::seconds(seconds));
        tick();
    }

    void tick() {
        escalation_->tick(now_);
        notifications_->tick(now_);
    }

    /// The channels over which something was sent since the last call.
    std::vector<std::string> sent() {
        std::vector<std::string> channels;
        for (const Sent& one : sent_)
            channels.push_back(one.channel);
        sent_.clear();
        return channels;
    }

    std::vector<std::string> facts(std::uint64_t number) {
        std::vector<std::string> texts;
        for (const auto& fact : book_.find(number)->timeline)
            texts.push_back(fact.text);
        return texts;
    }

    host::TestFolder folder_;
    EndingStore store_;
    observability::Metrics metrics_;
    std::vector<Sent> logged_;
    RecordingChannel log_channel_{"log", logged_};
    std::vector<Sent> sent_;
    operations::OnCallPlan plan_ = plan_of({"ann", "bob", "cat"});
    model::Now now_{Timestamp::from_milliseconds(1'790'000'000'000)};
    IncidentBook book_;
    std::unique_ptr<NotificationService> notifications_;
    std::unique_ptr<Escalation> escalation_;
};

TEST_F(EscalationTest, TellsThePersonOnCallAtOnceOverTheirAddressesOnly) {
    tick();
    EXPECT_THAT(sent(), IsEmpty());
    const auto number = open();
    tick();
    ASSERT_EQ(sent_.size(), 1U);
    const Notice& notice = sent_.front().notice;
    EXPECT_EQ(notice.subject, "Incident/1");
    EXPECT_EQ(notice.level, ports::NoticeLevel::Critical);
    EXPECT_EQ(notice.text, "Incident 1 needs you: The store is down");
    EXPECT_EQ(notice.action, "botctl incident ack 1");
    EXPECT_EQ(notice.time, now_.time);
    EXPECT_THAT(sent(), ElementsAre("email:ann"));
    EXPECT_EQ(facts(number).back(), "Told ann");
    EXPECT_EQ(logged_.size(), 1U);
}

TEST_F(EscalationTest, GoesOnUntilSomebodyAcknowledges) {
    const auto number = open(IncidentSeverity::High);
    tick();
    tick_after(299);
    EXPECT_THAT(sent(), ElementsAre("email:ann"));
    tick_after(1);
    EXPECT_THAT(sent(), ElementsAre("email:bob", "pagerduty:bob"));
    tick_after(300);
    EXPECT_THAT(sent(), ElementsAre("email:cat"));
    for (int round = 0; round < 2; ++round) {
        tick_after(300);
        EXPECT_THAT(sent(), ElementsAre("email:ann", "email:bob", "pagerduty:bob", "email:cat"));
    }
    EXPECT_THAT(facts(number),
                ElementsAre("Opened",
                            "Told ann",
                            "Not acknowledged within 300 s: told bob",
                            "Not acknowledged within 300 s: told cat",
                            "Not acknowledged within 300 s: told ann, bob, cat again",
                            "Not acknowledged within 300 s: told ann, bob, cat again"));
}

TEST_F(EscalationTest, AnAcknowledgementStopsItAndReachesThoseWhoWereTold) {
    const auto number = open();
    tick();
    tick_after(300);
    (void)sent();
    acknowledge(number);
    tick_after(300);
    ASSERT_EQ(sent_.size(), 3U);
    for (const Sent& one : sent_) {
        EXPECT_TRUE(one.notice.over);
        EXPECT_EQ(one.notice.text, "Incident 1 is acknowledged by bob");
    }
    EXPECT_THAT(sent(), ElementsAre("email:ann", "email:bob", "pagerduty:bob"));
    EXPECT_THAT(facts(number), Not(testing::Contains(HasSubstr("told cat"))));
    tick_after(3'000);
    EXPECT_THAT(sent(), IsEmpty());
    EXPECT_TRUE(store_.rows("escalation").value().empty());
}

TEST_F(EscalationTest, AResolvedIncidentCallsNobody) {
    const auto number = open();
    tick();
    (void)sent();
    EXPECT_EQ(book_.resolve(number, "ann", "", now_.time), std::nullopt);
    tick_after(300);
    ASSERT_EQ(sent_.size(), 1U);
    EXPECT_EQ(sent_.front().notice.text, "Incident 1 is resolved");
}

TEST_F(EscalationTest, IncidentsThatCanWaitCallNobody) {
    open(IncidentSeverity::Medium);
    open(IncidentSeverity::Low);
    tick();
    tick_after(300);
    EXPECT_THAT(sent(), IsEmpty());
}

TEST_F(EscalationTest, EachIncidentHasItsOwnEscalation) {
    open();
    tick();
    tick_after(200);
    open();
    tick();
    EXPECT_THAT(sent(), ElementsAre("email:ann", "email:ann"));
    tick_after(100);
    ASSERT_EQ(sent_.size(), 2U);
    EXPECT_EQ(sent_.front().notice.subject, "Incident/1");
    EXPECT_EQ(sent_.front().channel, "email:bob");
}

TEST_F(EscalationTest, TheNextProcessWaitsForTheRestOfThePeriod) {
    open();
    tick();
    now_ = model::Now(now_.time + Duration::seconds(200));
    start();
    tick();
    EXPECT_THAT(sent(), ElementsAre("email:ann"));
    tick_after(100);
    EXPECT_THAT(sent(), ElementsAre("email:bob", "pagerduty:bob"));
}

/// The process ends after every possible number of changes: each step is taken once and in order,
/// and a notice arrives at most twice.
TEST_F(EscalationTest, AProcessThatEndsAtAnyPointNeitherSkipsNorRepeatsAStep) {
    const std::vector<std::string> expected{
        "Opened",
        "Told ann",
        "Not acknowledged within 300 s: told bob",
        "Not acknowledged within 300 s: told cat",
        "Not acknowledged within 300 s: told ann, bob, cat again"};
    for (std::size_t changes = 1; changes <= 12; ++changes) {
        store_.empty();
        sent_.clear();
        start();
        const auto number = open();
        store_.end_after(changes);
        for (int second = 0; second <= 900; second += 50) {
            tick_after(second == 0 ? 0 : 50);
            if (!store_.has_ended()) continue;
            store_.end_after(kUnlimited);
            start();
            tick();
        }
        EXPECT_EQ(facts(number), expected) << changes;
        std::map<std::pair<std::string, std::string>, int> times;
        std::map<std::string, int> notices;
        for (const Sent& one : sent_) {
            const int count = ++times[{one.channel, one.notice.id}];
            EXPECT_EQ(one.notice.may_be_repeated, count > 1) << changes;
            EXPECT_LE(count, 2) << changes;
            if (count == 1) ++notices[one.channel];
        }
        for (const char* name : {"email:ann", "email:bob", "pagerduty:bob", "email:cat"})
            EXPECT_EQ(notices[name], 2) << name << " " << changes;
    }
}

TEST_F(EscalationTest, PeopleWhoLeftAreNotTold) {
    open();
    tick();
    plan_ = plan_of({"ann", "cat"});
    start();
    (void)sent();
    tick_after(300);
    EXPECT_THAT(sent(), ElementsAre("email:cat"));
}

TEST_F(EscalationTest, RowsThatCannotBeReadBeginAgain) {
    open();
    tick();
    store_.disk().put({"escalation", ports::numbered_key(1), "{"});
    store_.disk().put({"escalation",
                       ports::numbered_key(2),
                       to_json({.incident = 3, .order = {"ann"}, .told = 1})});
    start();
    (void)sent();
    tick();
    EXPECT_THAT(sent(), ElementsAre("email:ann"));
    const std::string log = folder_.logged();
    EXPECT_THAT(log, HasSubstr("not a JSON object"));
    EXPECT_THAT(log, HasSubstr("its key is another"));
}

TEST_F(EscalationTest, AStoreThatCannotBeReadIsAnError) {
    store_.disk().fail("disk I/O error");
    const auto made = Escalation::make(parts(), now_.time);
    ASSERT_FALSE(made.has_value());
    EXPECT_EQ(made.error(), "disk I/O error");
}

TEST(EscalationJson, KeepsEveryFieldAndSaysWhichIsWrong) {
    const operations::EscalationState state{.incident = 7,
                                            .order = {"ann", "bob"},
                                            .told = 1,
                                            .last = Timestamp::from_microseconds(1'790'000'000)};
    const std::string good = to_json(state);
    const auto read = parse_escalation(good);
    ASSERT_TRUE(read.has_value()) << read.error();
    EXPECT_EQ(to_json(read.value()), good);
    const auto error_after = [&](const std::string& from, const std::string& to) {
        const auto parsed = parse_escalation(scratch::replaced(good, from, to));
        return parsed ? std::string("accepted") : parsed.error();
    };
    EXPECT_THAT(error_after("\"format\":1", "\"format\":2"), HasSubstr("another format"));
    EXPECT_THAT(error_after("\"incident\":7", "\"incident\":0"), HasSubstr("incident"));
    EXPECT_THAT(error_after("[\"ann\",\"bob\"]", "[]"), HasSubstr("order"));
    EXPECT_THAT(error_after("\"bob\"", "\"ann\""), HasSubstr("order"));
    EXPECT_THAT(error_after("\"bob\"", "1"), HasSubstr("order"));
    EXPECT_THAT(error_after("\"told\":1", "\"told\":3"), HasSubstr("told"));
    EXPECT_THAT(error_after("\"told\":1", "\"told\":-1"), HasSubstr("told"));
    EXPECT_THAT(error_after("\"last\"", "\"then\""), HasSubstr("last"));
}

}  // namespace
}  // namespace botcore::notifications
