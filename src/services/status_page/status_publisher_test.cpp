#include "services/status_page/status_publisher.hpp"

#include "base/calendar.hpp"
#include "host/outbound_folder_test.hpp"
#include "services/status_page/status_json.hpp"

#include <boost/json/parse.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <condition_variable>
#include <deque>
#include <filesystem>
#include <memory>
#include <mutex>

namespace botcore::status_page {
namespace {

namespace fs = std::filesystem;

using base::Duration;
using base::Timestamp;
using operations::PublicState;
using operations::StatusPage;
using testing::HasSubstr;

/// Runs what other threads post, on the thread of the test.
class TestLoop {
public:
    void post(std::function<void()> work) {
        const std::lock_guard lock(mutex_);
        posted_.push_back(std::move(work));
        changed_.notify_all();
    }

    /// Waits for one function and runs it.
    void run_one() {
        std::unique_lock lock(mutex_);
        ASSERT_TRUE(
            changed_.wait_for(lock, std::chrono::seconds(20), [this] { return !posted_.empty(); }));
        const auto work = std::move(posted_.front());
        posted_.pop_front();
        lock.unlock();
        work();
    }

private:
    std::mutex mutex_;
    std::condition_variable changed_;
    std::deque<std::function<void()>> posted_;
};

class TestNotifier final : public ports::Notifier {
public:
    void send(const ports::Notice& notice, Done /*done*/) override { notices.push_back(notice); }

    std::vector<ports::Notice> notices;
};

class StatusPublisherTest : public testing::Test {
protected:
    void SetUp() override { fs::create_directory(published()); }

    [[nodiscard]] std::string published() const { return folder_.file("page"); }

    void start(const std::string& folder) {
        publisher_ = std::make_unique<StatusPublisher>(StatusPublisher::Parts{
            .read =
                [this](Timestamp now) {
                    ++reads_;
                    StatusPage page{};
                    page.as_of = now;
                    page.overall = state_;
                    return page;
                },
            .now = [this] { return now_; },
            .notifier = notifier_,
            .post = [this](std::function<void()> work) { loop_.post(std::move(work)); },
            .folder = folder});
        ASSERT_TRUE(publisher_->start().has_value());
    }

    void pass(std::int64_t seconds) {
        now_.time = now_.time + Duration::seconds(seconds);
        now_.monotonic = now_.monotonic + Duration::seconds(seconds);
        publisher_->tick(now_);
    }

    [[nodiscard]] std::string page() const { return folder_.text_of("page/index.html"); }

    /// The time that the published page states, or nothing if there is none.
    [[nodiscard]] std::string published_time() const {
        const std::string text = folder_.text_of("page/status.json");
        if (text.empty()) return {};
        return std::string(boost::json::parse(text).at("data").at("as_of").as_string());
    }

    host::TestFolder folder_;
    TestLoop loop_;
    TestNotifier notifier_;
    PublicState state_ = PublicState::Operational;
    int reads_ = 0;
    model::Now now_ = model::Now(Timestamp::from_milliseconds(1'790'000'000'000));
    std::unique_ptr<StatusPublisher> publisher_;
};

TEST_F(StatusPublisherTest, ThePageIsThereFromTheStartAndIsRenewed) {
    start("");
    EXPECT_THAT(publisher_->html(), HasSubstr("Everything is operational"));
    EXPECT_THAT(publisher_->json(), HasSubstr(R"("state":"operational")"));
    state_ = PublicState::Outage;
    pass(4);
    EXPECT_EQ(reads_, 1);
    pass(1);
    EXPECT_EQ(reads_, 2);
    EXPECT_THAT(publisher_->html(), HasSubstr("There is an outage"));
    EXPECT_TRUE(fs::is_empty(published()));
    EXPECT_TRUE(publisher_->stop());
}

// @spec:R1-EXTMON-06
TEST_F(StatusPublisherTest, WritesTheFilesAtTheStartAndAtEachChange) {
    start(published());
    loop_.run_one();
    EXPECT_EQ(page(), publisher_->html());
    EXPECT_EQ(published_time(), "2026-09-21T14:13:20.000Z");
    pass(5);
    EXPECT_EQ(published_time(), "2026-09-21T14:13:20.000Z");
    state_ = PublicState::Outage;
    pass(5);
    loop_.run_one();
    EXPECT_THAT(page(), HasSubstr("There is an outage"));
    EXPECT_EQ(published_time(), "2026-09-21T14:13:30.000Z");
    struct stat status{};
    ASSERT_EQ(::stat((published() + "/index.html").c_str(), &status), 0);
    EXPECT_EQ(status.st_mode & 0777U, 0644U);
    EXPECT_FALSE(fs::exists(published() + "/index.html.part"));
    EXPECT_TRUE(notifier_.notices.empty());
}

TEST_F(StatusPublisherTest, WritesTheFilesAtLeastOnceAMinute) {
    start(published());
    loop_.run_one();
    for (int i = 0; i < 10; ++i)
        pass(5);
    loop_.run_one();
    EXPECT_EQ(published_time(), "2026-09-21T14:14:10.000Z");
}

TEST_F(StatusPublisherTest, AChangeDuringAWriteIsWrittenAfterIt) {
    start(published());
    state_ = PublicState::Outage;
    pass(5);
    loop_.run_one();
    pass(5);
    loop_.run_one();
    EXPECT_THAT(page(), HasSubstr("There is an outage"));
}

TEST_F(StatusPublisherTest, AFolderThatCannotBeWrittenIsReportedOnce) {
    fs::remove(published());
    start(published());
    loop_.run_one();
    ASSERT_EQ(notifier_.notices.size(), 1U);
    EXPECT_EQ(notifier_.notices[0].level, ports::NoticeLevel::Warning);
    EXPECT_FALSE(notifier_.notices[0].over);
    EXPECT_THAT(notifier_.notices[0].text, HasSubstr("index.html"));
    pass(5);
    loop_.run_one();
    EXPECT_EQ(notifier_.notices.size(), 1U);
    EXPECT_THAT(publisher_->html(), HasSubstr("Everything is operational"));
    fs::create_directory(published());
    pass(5);
    loop_.run_one();
    ASSERT_EQ(notifier_.notices.size(), 2U);
    EXPECT_TRUE(notifier_.notices[1].over);
    EXPECT_EQ(page(), publisher_->html());
}

TEST_F(StatusPublisherTest, AFolderThatDoesNotRespondIsReportedOnce) {
    start(published());
    // The result of the first write arrives late.
    pass(31);
    ASSERT_EQ(notifier_.notices.size(), 1U);
    EXPECT_THAT(notifier_.notices[0].text, HasSubstr("does not respond"));
    pass(5);
    EXPECT_EQ(notifier_.notices.size(), 1U);
    EXPECT_EQ(reads_, 3);
    loop_.run_one();
    ASSERT_EQ(notifier_.notices.size(), 2U);
    EXPECT_TRUE(notifier_.notices[1].over);
}

TEST_F(StatusPublisherTest, ALateResultAfterTheEndIsIgnored) {
    start(published());
    publisher_.reset();
    // The write may have ended before the publisher did; then its result is still posted.
    loop_.post([] {});
    loop_.run_one();
    EXPECT_TRUE(notifier_.notices.empty());
}

TEST(StatusJson, HasAllFieldsOfThePage) {
    StatusPage page{};
    page.as_of = Timestamp::from_milliseconds(1'790'000'000'000);
    const Timestamp earlier = Timestamp::from_milliseconds(1'789'999'000'000);
    page.components.push_back({operations::PublicPart::MarketData, PublicState::Degraded});
    page.windows.push_back({earlier, page.as_of, true, false});
    page.incidents.push_back({.severity = operations::IncidentSeverity::High,
                              .title = "Problem with trading",
                              .began = earlier,
                              .acknowledged = page.as_of,
                              .recovered = std::nullopt,
                              .resolved = std::nullopt,
                              .under_review = false});
    page.days.push_back({base::day_of(earlier), std::nullopt, std::nullopt});
    page.days.push_back({base::day_of(page.as_of), PublicState::Outage, 800'002});
    page.availability_ppm = 999'000;
    const std::string text = status_json(page);
    for (const char* part :
         {R"({"data":{"as_of":"2026-09-21T14:13:20.000Z","state":"operational")",
          R"("components":[{"name":"Market data","state":"degraded"}])",
          R"("end":"2026-09-21T14:13:20.000Z","state":"in_progress","emergency":false}])",
          R"("incidents":[{"severity":"high","title":"Problem with trading")",
          R"("acknowledged":"2026-09-21T14:13:20.000Z","recovered":null,"resolved":null)",
          R"("availability_percent":"99.9000","days":[)",
          R"({"date":"2026-09-21","state":"no_data","availability_percent":null})",
          R"({"date":"2026-09-21","state":"outage","availability_percent":"80.0002"}]})",
          R"("timestamp":"2026-09-21T14:13:20.000Z"})"}) {
        EXPECT_THAT(text, HasSubstr(part));
    }
}

}  // namespace
}  // namespace botcore::status_page
