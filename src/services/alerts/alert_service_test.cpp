#include "services/alerts/alert_service.hpp"

#include "host/outbound_folder_test.hpp"
#include "tests/scratch/memory_service_store.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <utility>

namespace botcore::alerts {
namespace {

using base::Duration;
using base::Timestamp;
using ports::Notice;
using ports::NoticeLevel;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

class TestNotifier final : public ports::Notifier {
public:
    void send(const Notice& notice, Done /*done*/) override { sent.push_back(notice); }

    std::vector<Notice> sent;
};

class AlertServiceTest : public testing::Test {
protected:
    void SetUp() override {
        metrics_.set("runtime_running", 1);
        metrics_.set("runtime_reconciled", 1);
        start();
    }

    void start() {
        service_.reset();
        auto made = AlertService::make(
            {.metrics = metrics_,
             .log = folder_.log(),
             .notifier = notifier_,
             .store = store_,
             .measure = [this] { ++measured_; },
             .planned = [this](Timestamp) { return planned_; },
             .changed = [this](const auto& change,
                               Timestamp) { changed_.push_back(change.alert.subject()); }});
        ASSERT_TRUE(made.has_value()) << made.error();
        service_ = std::move(made).value();
    }

    /// Ticks four times a second for so many seconds.
    void run(int seconds) {
        for (int i = 0; i < 4 * seconds; ++i) {
            now_ = model::Now(now_.time + Duration::milliseconds(250));
            service_->tick(now_);
        }
    }

    void set_mode(std::string_view mode, bool is_active) {
        metrics_.set("degraded_mode", {mode}, is_active ? 1 : 0);
    }

    /// "+subject" and "-subject" of the notices since the last call.
    std::vector<std::string> take_notices() {
        std::vector<std::string> texts;
        for (const Notice& notice : std::exchange(notifier_.sent, {}))
            texts.push_back((notice.over ? "-" : "+") + notice.subject);
        return texts;
    }

    host::TestFolder folder_;
    observability::Metrics metrics_;
    TestNotifier notifier_;
    scratch::MemoryServiceStore store_;
    int measured_ = 0;
    std::vector<std::string> changed_;
    bool planned_ = false;
    model::Now now_{Timestamp::from_milliseconds(1'790'000'000'000)};
    std::unique_ptr<AlertService> service_;
};

TEST_F(AlertServiceTest, ReportsBeginAndEndWithinSeconds) {
    set_mode("store_down", true);
    run(12);
    ASSERT_EQ(notifier_.sent.size(), 1U);
    const Notice begin = notifier_.sent.front();
    EXPECT_EQ(begin.subject, "StoreDown");
    EXPECT_EQ(begin.level, NoticeLevel::Critical);
    EXPECT_EQ(begin.page, "docs/runbooks/store-down.md");
    EXPECT_FALSE(begin.action.empty());
    EXPECT_THAT(metrics_.render(), HasSubstr("alerts_firing{severity=\"critical\"} 1\n"));
    EXPECT_THAT(take_notices(), ElementsAre("+StoreDown"));
    set_mode("store_down", false);
    run(25);
    ASSERT_EQ(notifier_.sent.size(), 1U);
    EXPECT_THAT(notifier_.sent.front().text, HasSubstr("Over: The store does not respond"));
    EXPECT_THAT(take_notices(), ElementsAre("-StoreDown"));
    EXPECT_THAT(changed_, ElementsAre("StoreDown", "StoreDown"));
    EXPECT_THAT(metrics_.render(), HasSubstr("alerts_firing{severity=\"critical\"} 0\n"));
    EXPECT_EQ(store_.size(), 0U);
}

TEST_F(AlertServiceTest, NamesTheLineThatTheAlertIsAbout) {
    metrics_.set("circuit_breaker_state", {"analysis.analyze"}, 2);
    metrics_.set("circuit_breaker_state", {"analysis.health"}, 0);
    run(6);
    ASSERT_EQ(notifier_.sent.size(), 1U);
    EXPECT_EQ(notifier_.sent.front().subject, "BreakerOpen/analysis.analyze");
    EXPECT_THAT(notifier_.sent.front().facts,
                testing::Contains(std::pair<std::string, std::variant<std::string, std::int64_t>>(
                    "name", std::string("analysis.analyze"))));
}

TEST_F(AlertServiceTest, AnAlertGoesOnOverARestart) {
    set_mode("store_down", true);
    run(12);
    EXPECT_THAT(take_notices(), ElementsAre("+StoreDown"));
    start();
    run(60);
    EXPECT_THAT(take_notices(), IsEmpty());
    start();
    set_mode("store_down", false);
    run(60);
    EXPECT_THAT(take_notices(), ElementsAre("-StoreDown"));
}

TEST_F(AlertServiceTest, AStoredAlertThatCannotBeReadFiresAgain) {
    set_mode("store_down", true);
    store_.put({"alert", "StoreDown", "{"});
    start();
    EXPECT_EQ(store_.size(), 0U);
    run(12);
    EXPECT_THAT(take_notices(), ElementsAre("+StoreDown"));
    EXPECT_THAT(folder_.logged(), HasSubstr("A stored alert cannot be read"));
}

TEST_F(AlertServiceTest, APlannedWindowPagesNobody) {
    planned_ = true;
    set_mode("store_down", true);
    run(60);
    EXPECT_THAT(take_notices(), IsEmpty());
    ASSERT_EQ(service_->alerts().size(), 1U);
    EXPECT_EQ(service_->alerts().front().state, operations::AlertState::Suppressed);
}

TEST_F(AlertServiceTest, MeasuresBeforeEachEvaluation) {
    run(21);
    EXPECT_EQ(measured_, 5);
}

TEST_F(AlertServiceTest, NothingFiresOnFreshMetrics) {
    run(600);
    EXPECT_THAT(take_notices(), IsEmpty());
}

}  // namespace
}  // namespace botcore::alerts
