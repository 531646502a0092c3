#include "services/notifications/user_notices.hpp"

#include "host/outbound_folder_test.hpp"
#include "services/notifications/account_event_queue.hpp"
#include "tests/scratch/memory_service_store.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <deque>

namespace botcore::notifications {
namespace {

using base::Duration;
using base::Timestamp;
using model::Owner;
using model::WindowState;
using operations::AccountEvent;
using operations::AccountEventKind;
using operations::Availability;
using ports::Delivery;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::UnorderedElementsAre;

/// The mail server: survives the "process" of the test.
struct Server {
    struct Mail {
        std::string address;
        ports::Notice notice;
    };

    std::vector<Mail> mails;       ///< Every attempt.
    std::deque<Delivery> answers;  ///< Those to come; without one the server accepts.
    bool holds = false;            ///< Answers nothing.
};

class TestMailer final : public ports::UserMailer {
public:
    explicit TestMailer(Server& server) : server_(server) {}

    void send_mail(const ports::Notice& notice,
                   const std::string& address,
                   ports::Notifier::Done done) override {
        server_.mails.push_back({address, notice});
        if (server_.holds) return;
        Delivery answer;
        if (!server_.answers.empty()) {
            answer = server_.answers.front();
            server_.answers.pop_front();
        }
        done(answer);
    }

private:
    Server& server_;
};

class UserNoticesTest : public testing::Test {
protected:
    void SetUp() override {
        add_user("u-ann", "ann@example.org");
        add_user("u-bob", "bob@example.org");
        start();
    }

    void add_user(const std::string& id, const std::string& email) {
        ports::User user;
        user.id = Owner(id);
        user.email = email;
        users_[user.id] = user;
    }

    /// Begins a new process.
    void start(std::optional<Timestamp> absent_since = std::nullopt) {
        service_.reset();
        preferences_.reset();
        auto preferences = UserPreferences::make(store_, folder_.log());
        ASSERT_TRUE(preferences.has_value()) << preferences.error();
        preferences_ = std::move(preferences).value();
        auto made = UserNotices::make(
            {.store = store_,
             .log = folder_.log(),
             .metrics = metrics_,
             .preferences = *preferences_,
             .now = [this] { return now_; },
             .users =
                 [this] {
                     std::vector<ports::User> all;
                     for (const auto& [id, user] : users_)
                         all.push_back(user);
                     return all;
                 },
             .find_user = [this](const Owner& id) -> std::optional<ports::User> {
                 const auto found = users_.find(id);
                 return found == users_.end() ? std::nullopt : std::optional(found->second);
             },
             .windows = [this] { return can_read_ ? &windows_ : nullptr; },
             .take_events = [this] { return queue_.take(); },
             .conditions = [this] { return can_read_ ? std::optional(holding_) : std::nullopt; },
             .owner_of = [this](const model::AccountId& account) -> std::optional<Owner> {
                 const auto found = owners_.find(account);
                 return found == owners_.end() ? std::nullopt : std::optional(found->second);
             },
             .state = [this] { return std::optional(state_); }},
            std::make_unique<TestMailer>(server_),
            absent_since);
        ASSERT_TRUE(made.has_value()) << made.error();
        service_ = std::move(made).value();
    }

    void tick_after(Duration span) {
        now_ = model::Now(now_.time + span, model::ClockState::Certain, now_.monotonic + span);
        service_->tick(now_);
    }

    void tick() { tick_after(Duration::milliseconds(250)); }

    void set_window(WindowState state, std::uint64_t id = 42) {
        model::MaintenanceWindow& window = windows_[id];
        window.id = id;
        window.begin = begin_;
        window.end = begin_ + Duration::seconds(7'200);
        window.state = state;
    }

    void commit(model::Change change) {
        model::Record record;
        record.outcome.changes.push_back(std::move(change));
        queue_.on_committed({record});
    }

    static model::Account frozen_account(const std::string& id, std::uint64_t version) {
        model::Account account;
        account.id = model::AccountId(id);
        account.state = model::AccountState::Frozen;
        account.frozen_reason = model::FreezeReason::BooksDiffer;
        account.version = version;
        return account;
    }

    /// "address: key of the notice" of each attempt since the last call.
    std::vector<std::string> take_mails() {
        std::vector<std::string> lines;
        for (const Server::Mail& mail : server_.mails)
            lines.push_back(mail.address + ": " + mail.notice.id);
        server_.mails.clear();
        return lines;
    }

    host::TestFolder folder_;
    scratch::MemoryServiceStore store_;
    observability::Metrics metrics_;
    Server server_;
    std::map<Owner, ports::User> users_;
    std::map<model::AccountId, Owner> owners_{{model::AccountId("ann-futures"), Owner("u-ann")},
                                              {model::AccountId("bob-futures"), Owner("u-bob")}};
    UserNotices::Windows windows_;
    UserNotices::Events holding_;
    AccountEventQueue queue_;
    bool can_read_ = true;
    Availability state_ = Availability::Works;
    model::Now now_{Timestamp::from_milliseconds(1'790'000'000'000)};
    Timestamp begin_ = now_.time + Duration::seconds(6 * 86'400);
    std::unique_ptr<UserPreferences> preferences_;
    std::unique_ptr<UserNotices> service_;
};

TEST_F(UserNoticesTest, EveryUserIsToldEachStepOfAWindowOnce) {
    set_window(WindowState::Planned);
    tick();
    EXPECT_THAT(take_mails(), IsEmpty());
    set_window(WindowState::Noticed);
    tick();
    tick();
    EXPECT_THAT(take_mails(),
                UnorderedElementsAre("ann@example.org: maintenance/42/notice/u-ann",
                                     "bob@example.org: maintenance/42/notice/u-bob"));
    tick_after(Duration::seconds(5 * 86'400 + 60));
    EXPECT_THAT(take_mails(), testing::Contains(HasSubstr("/reminder/")).Times(2));
    set_window(WindowState::Draining);
    tick();
    set_window(WindowState::Active);
    tick();
    EXPECT_THAT(take_mails(), testing::Contains(HasSubstr("/begin/")).Times(2));
    for (const auto state : {WindowState::Ramping, WindowState::Watching, WindowState::Done}) {
        set_window(state);
        tick();
    }
    EXPECT_THAT(take_mails(), testing::Contains(HasSubstr("/end/")).Times(2));
    EXPECT_EQ(store_.size(), 0U);
}

TEST_F(UserNoticesTest, ARestartRepeatsNothingAndForgetsNothing) {
    set_window(WindowState::Noticed);
    tick();
    EXPECT_EQ(take_mails().size(), 2U);
    start();
    tick();
    EXPECT_THAT(take_mails(), IsEmpty());
    set_window(WindowState::Canceled);
    start();
    tick();
    EXPECT_THAT(take_mails(),
                UnorderedElementsAre("ann@example.org: maintenance/42/cancellation/u-ann",
                                     "bob@example.org: maintenance/42/cancellation/u-bob"));
    start();
    tick();
    EXPECT_THAT(take_mails(), IsEmpty());
}

TEST_F(UserNoticesTest, AProcessThatEndsBetweenTwoMailsSendsTheRest) {
    server_.holds = true;
    set_window(WindowState::Noticed);
    tick();
    EXPECT_THAT(take_mails(), ElementsAre("ann@example.org: maintenance/42/notice/u-ann"));
    server_.holds = false;
    start();
    tick();
    EXPECT_TRUE(server_.mails.front().notice.may_be_repeated);
    EXPECT_THAT(take_mails(),
                UnorderedElementsAre("ann@example.org: maintenance/42/notice/u-ann",
                                     "bob@example.org: maintenance/42/notice/u-bob"));
}

TEST_F(UserNoticesTest, AClockStepRepeatsNothing) {
    set_window(WindowState::Noticed);
    tick();
    EXPECT_EQ(take_mails().size(), 2U);
    const model::Now before = now_;
    now_ = model::Now(begin_ - Duration::seconds(60), model::ClockState::Certain, before.monotonic);
    tick();
    EXPECT_EQ(take_mails().size(), 2U);  // The reminder, too early.
    now_ = model::Now(before.time, model::ClockState::Certain, now_.monotonic);
    tick();
    start();
    tick_after(Duration::seconds(5 * 86'400 + 60));
    EXPECT_THAT(take_mails(), IsEmpty());
}

TEST_F(UserNoticesTest, AUserWhoWasDeactivatedInBetweenGetsNoMail) {
    server_.answers = {{Delivery::Result::Failed, "451"}};
    set_window(WindowState::Noticed);
    tick();
    EXPECT_THAT(take_mails(), ElementsAre("ann@example.org: maintenance/42/notice/u-ann"));
    users_.at(Owner("u-ann")).active = false;
    tick_after(Duration::seconds(2));
    EXPECT_THAT(take_mails(), ElementsAre("bob@example.org: maintenance/42/notice/u-bob"));
    tick_after(Duration::seconds(60));
    EXPECT_THAT(take_mails(), IsEmpty());
    EXPECT_EQ(service_->waiting(), 0U);
}

TEST_F(UserNoticesTest, AMailGoesToTheAddressThatTheUserHasWhenItIsSent) {
    server_.answers = {{Delivery::Result::Failed, "451"}};
    set_window(WindowState::Noticed);
    tick();
    (void)take_mails();
    users_.at(Owner("u-ann")).email = "ann@example.com";
    tick_after(Duration::seconds(2));
    EXPECT_THAT(take_mails(),
                ElementsAre("bob@example.org: maintenance/42/notice/u-bob",
                            "ann@example.com: maintenance/42/notice/u-ann"));
}

TEST_F(UserNoticesTest, AStoredMailHoldsNoAddress) {
    server_.holds = true;
    set_window(WindowState::Noticed);
    tick();
    const auto rows = store_.rows("user-mail");
    ASSERT_EQ(rows.value().size(), 2U);
    for (const ports::ServiceRow& row : rows.value())
        EXPECT_THAT(row.text, Not(HasSubstr("example.org")));
}

TEST_F(UserNoticesTest, PreferencesAreKeptOverRestarts) {
    int durable = 0;
    preferences_->set(Owner("u-ann"), {.maintenance = false}, [&] { ++durable; });
    EXPECT_EQ(durable, 1);
    start();
    EXPECT_EQ(preferences_->of(Owner("u-ann")), operations::UserTopics{.maintenance = false});
    EXPECT_EQ(preferences_->of(Owner("u-bob")), operations::UserTopics());
    set_window(WindowState::Noticed);
    tick();
    EXPECT_THAT(take_mails(), ElementsAre("bob@example.org: maintenance/42/notice/u-bob"));
    owners_[model::AccountId("ann-futures")] = Owner("u-ann");
    commit(frozen_account("ann-futures", 7));
    tick();
    EXPECT_THAT(take_mails(), ElementsAre("ann@example.org: account/ann-futures/frozen/7/u-ann"));
}

TEST_F(UserNoticesTest, APreferenceThatIsTurnedOffStopsAMailThatWaits) {
    server_.answers = {{Delivery::Result::Failed, "451"}};
    set_window(WindowState::Noticed);
    tick();
    (void)take_mails();
    preferences_->set(Owner("u-ann"), {.maintenance = false}, nullptr);
    tick_after(Duration::seconds(2));
    EXPECT_THAT(take_mails(), ElementsAre("bob@example.org: maintenance/42/notice/u-bob"));
}

TEST_F(UserNoticesTest, AServerThatFailsIsTriedAgainAfterLongerAndLongerPauses) {
    users_.erase(Owner("u-bob"));
    server_.answers = {{Delivery::Result::Failed, "451 for ann@example.org"},
                       {Delivery::Result::Failed, "451"}};
    set_window(WindowState::Noticed);
    tick();
    EXPECT_EQ(take_mails().size(), 1U);
    tick_after(Duration::milliseconds(900));
    EXPECT_EQ(take_mails().size(), 0U);
    tick_after(Duration::milliseconds(100));
    EXPECT_EQ(take_mails().size(), 1U);
    tick_after(Duration::milliseconds(1'900));
    EXPECT_EQ(take_mails().size(), 0U);
    tick_after(Duration::milliseconds(100));
    EXPECT_EQ(take_mails().size(), 1U);
    tick_after(Duration::seconds(3'600));
    EXPECT_EQ(take_mails().size(), 0U);
    EXPECT_THAT(metrics_.render(), HasSubstr("user_mails_total{result=\"failed\"} 2"));
    EXPECT_THAT(folder_.logged(), Not(HasSubstr("ann@example.org")));
}

TEST_F(UserNoticesTest, ARefusedMailIsNotTriedAgain) {
    server_.answers = {{Delivery::Result::Refused, "550"}};
    set_window(WindowState::Noticed);
    tick();
    tick_after(Duration::seconds(60));
    EXPECT_EQ(take_mails().size(), 2U);
    EXPECT_EQ(service_->waiting(), 0U);
}

TEST_F(UserNoticesTest, AMailIsStoredBeforeItIsSentUnlessTheStoreHangs) {
    store_.hang();
    set_window(WindowState::Noticed);
    tick();
    EXPECT_THAT(take_mails(), IsEmpty());
    tick_after(UserMails::kStoreAwaited);
    EXPECT_EQ(take_mails().size(), 2U);
}

TEST_F(UserNoticesTest, AnOutageIsToldOverARestart) {
    state_ = Availability::Fails;
    tick();
    tick_after(Duration::seconds(200));
    EXPECT_THAT(take_mails(), IsEmpty());
    start();
    tick_after(Duration::seconds(100));
    EXPECT_THAT(take_mails(), testing::Contains(HasSubstr("/begin/")).Times(2));
    start();
    tick_after(Duration::seconds(1'000));
    EXPECT_THAT(take_mails(), IsEmpty());
    state_ = Availability::Works;
    tick();
    tick_after(Duration::seconds(60));
    EXPECT_THAT(take_mails(), testing::Contains(HasSubstr("/end/")).Times(2));
    EXPECT_EQ(store_.size(), 0U);
}

TEST_F(UserNoticesTest, AnAbsenceOfTheProcessIsToldWhenItIsOver) {
    start(now_.time - Duration::seconds(600));
    tick();
    tick_after(Duration::seconds(60));
    EXPECT_THAT(take_mails(), testing::Contains(HasSubstr("/end/")).Times(2));
}

TEST_F(UserNoticesTest, OnlyTheOwnerIsToldAboutAnAccount) {
    commit(frozen_account("ann-futures", 7));
    tick();
    ASSERT_EQ(server_.mails.size(), 1U);
    EXPECT_THAT(server_.mails.front().notice.text, HasSubstr("ann-futures"));
    EXPECT_THAT(take_mails(), ElementsAre("ann@example.org: account/ann-futures/frozen/7/u-ann"));
    model::RiskState risk;
    risk.account = model::AccountId("bob-futures");
    risk.margin_call = true;
    risk.version = 3;
    commit(risk);
    tick();
    ASSERT_EQ(server_.mails.size(), 1U);
    EXPECT_THAT(server_.mails.front().notice.text, Not(HasSubstr("ann")));
    EXPECT_THAT(take_mails(),
                ElementsAre("bob@example.org: account/bob-futures/margin-call/3/u-bob"));
    commit(frozen_account("nobodys", 1));
    tick();
    EXPECT_THAT(take_mails(), IsEmpty());
}

TEST_F(UserNoticesTest, AConditionIsToldOnceUntilItHasEnded) {
    holding_ = {operations::freeze_event(frozen_account("ann-futures", 7))};
    commit(frozen_account("ann-futures", 7));
    tick();
    EXPECT_EQ(take_mails().size(), 1U);
    commit(frozen_account("ann-futures", 8));
    tick();
    holding_ = {operations::freeze_event(frozen_account("ann-futures", 8))};
    start();
    tick();
    EXPECT_THAT(take_mails(), IsEmpty());
    model::Account active = frozen_account("ann-futures", 9);
    active.state = model::AccountState::Active;
    commit(active);
    commit(frozen_account("ann-futures", 10));
    tick();
    EXPECT_THAT(take_mails(), ElementsAre("ann@example.org: account/ann-futures/frozen/10/u-ann"));
    holding_.clear();
    tick_after(UserNotices::kCompareEvery);
    EXPECT_EQ(store_.size(), 0U);
}

TEST_F(UserNoticesTest, AConditionWhoseCommitTheProcessDidNotSurviveIsToldAtTheStart) {
    holding_ = {operations::freeze_event(frozen_account("ann-futures", 7))};
    can_read_ = false;
    start();
    tick();
    EXPECT_THAT(take_mails(), IsEmpty());
    can_read_ = true;
    tick();
    EXPECT_THAT(take_mails(), ElementsAre("ann@example.org: account/ann-futures/frozen/7/u-ann"));
}

TEST_F(UserNoticesTest, AMailAboutAnAccountGoesFirst) {
    server_.holds = true;
    set_window(WindowState::Noticed);
    tick();
    (void)take_mails();
    commit(frozen_account("bob-futures", 7));
    tick();
    server_.holds = false;
    start();
    tick();
    EXPECT_EQ(take_mails().front(), "bob@example.org: account/bob-futures/frozen/7/u-bob");
}

TEST_F(UserNoticesTest, RowsThatCannotBeReadAreDropped) {
    for (const auto* key : {"maintenance/x", "maintenance/42", "outage", "account/a/b", "other"})
        store_.put({.kind = "user-notice", .key = key, .text = "{\"format\":9}"});
    store_.put({.kind = "user-mail", .key = "maintenance/42/notice/u-ann", .text = "[]"});
    store_.put({.kind = "preference", .key = "u-ann", .text = "[]"});
    start();
    tick();
    EXPECT_THAT(take_mails(), IsEmpty());
    EXPECT_EQ(preferences_->of(Owner("u-ann")), operations::UserTopics());
    EXPECT_EQ(store_.size(), 1U);
}

TEST_F(UserNoticesTest, AStoreThatCannotBeReadIsAnError) {
    store_.fail("damaged");
    auto preferences = UserPreferences::make(store_, folder_.log());
    ASSERT_FALSE(preferences.has_value());
    EXPECT_EQ(preferences.error(), "damaged");
}

}  // namespace
}  // namespace botcore::notifications
