#include "services/incidents/action_issues.hpp"

#include "host/outbound_folder_test.hpp"
#include "tests/scratch/memory_service_store.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vector>

namespace botcore::incidents {
namespace {

using base::Duration;
using operations::IssueState;
using ports::IssueEnd;
using testing::HasSubstr;

/// Remembers what it is asked for; the test ends each attempt.
class HeldTracker final : public ports::IssueTracker {
public:
    struct Attempt {
        ports::Issue issue;
        bool may_exist;
        Done done;
    };

    explicit HeldTracker(std::vector<Attempt>& attempts) : attempts_(attempts) {}

    void create(const ports::Issue& issue, bool may_exist, Done done) override {
        attempts_.push_back({issue, may_exist, std::move(done)});
    }

private:
    std::vector<Attempt>& attempts_;
};

class ActionIssuesTest : public testing::Test {
protected:
    void SetUp() override {
        start();
        (void)service_->open(operations::IncidentSeverity::High, "Slow", "ann", {});
    }

    /// Begins another process with the rows of the one before.
    void start() {
        issues_.reset();
        attempts_.clear();
        service_ = IncidentService::make({.store = store_,
                                          .log = folder_.log(),
                                          .metrics = metrics_,
                                          .publish = [](const protocol::Event&) {},
                                          .now = [] { return base::Timestamp(); },
                                          .creates_issues = true})
                       .value();
        issues_ = std::make_unique<ActionIssues>(
            ActionIssues::Parts{*service_, folder_.log(), [this] { return now_; }},
            std::make_unique<HeldTracker>(attempts_));
    }

    void add(IssueState state = IssueState::Wanted) {
        const auto outcome = service_->change(1, [&](auto& book) {
            return book.add_action(1, {.text = "Mend it", .owner = "bob", .issue = state});
        });
        ASSERT_FALSE(outcome.has_value());
    }

    void tick(Duration later = Duration()) {
        now_.monotonic = now_.monotonic + later;
        issues_->tick(now_);
    }

    void end_last(IssueEnd end) { attempts_.back().done(std::move(end)); }

    void fail_last() { end_last({.result = IssueEnd::Result::Failed, .error = "no answer"}); }

    [[nodiscard]] const operations::ActionItem& item(std::size_t index = 0) const {
        return service_->book().find(1)->actions.at(index);
    }

    host::TestFolder folder_;
    scratch::MemoryServiceStore store_;
    observability::Metrics metrics_;
    model::Now now_{base::Timestamp::from_milliseconds(1'790'000'000'000)};
    std::vector<HeldTracker::Attempt> attempts_;
    std::unique_ptr<IncidentService> service_;
    std::unique_ptr<ActionIssues> issues_;
};

TEST_F(ActionIssuesTest, AnItemShowsTheAddressOfItsIssueOverARestart) {
    add();
    tick();
    ASSERT_EQ(attempts_.size(), 1U);
    EXPECT_FALSE(attempts_[0].may_exist);
    EXPECT_EQ(attempts_[0].issue.title, "[Incident 1] Mend it");
    tick(Duration::seconds(100));
    EXPECT_EQ(attempts_.size(), 1U) << "one at a time";
    end_last({.result = IssueEnd::Result::Exists, .url = "https://example.org/5"});
    tick();
    start();
    tick();
    EXPECT_EQ(attempts_.size(), 0U);
    EXPECT_EQ(item().issue, IssueState::Exists);
    EXPECT_EQ(item().issue_url, "https://example.org/5");
}

TEST_F(ActionIssuesTest, AnItemThatWasAddedWithoutATrackerHasNoIssue) {
    add(IssueState::None);
    tick();
    EXPECT_TRUE(attempts_.empty());
}

TEST_F(ActionIssuesTest, AfterALostAnswerTheTrackerIsSearched) {
    add();
    tick();
    ASSERT_EQ(attempts_.size(), 1U);
    start();  // The process ended before the answer.
    tick();
    ASSERT_EQ(attempts_.size(), 1U);
    EXPECT_TRUE(attempts_[0].may_exist);
}

TEST_F(ActionIssuesTest, NothingIsSentBeforeItIsDurable) {
    add();
    store_.hang();
    tick();
    tick(Duration::seconds(100));
    EXPECT_TRUE(attempts_.empty());
}

TEST_F(ActionIssuesTest, PausesGrowUpToAMinuteAndEndWithASuccess) {
    add();
    add();
    tick();
    for (const std::int64_t pause : {1, 2, 4, 8, 16, 32, 60, 60}) {
        const std::size_t before = attempts_.size();
        fail_last();
        tick(Duration::seconds(pause) - Duration::milliseconds(1));
        EXPECT_EQ(attempts_.size(), before) << pause;
        tick(Duration::milliseconds(1));
        ASSERT_EQ(attempts_.size(), before + 1) << pause;
        EXPECT_TRUE(attempts_.back().may_exist);
    }
    end_last({.result = IssueEnd::Result::Exists, .url = "https://example.org/5"});
    tick();
    fail_last();
    tick(Duration::seconds(1));
    EXPECT_EQ(attempts_.size(), 11U);
    end_last({.result = IssueEnd::Result::Failed,
              .error = "status 429",
              .retry_after = Duration::seconds(300)});
    tick(Duration::seconds(299));
    EXPECT_EQ(attempts_.size(), 11U);
    tick(Duration::seconds(1));
    EXPECT_EQ(attempts_.size(), 12U);
}

TEST_F(ActionIssuesTest, ARefusalIsAFactOfTheIncidentAndIsNotRepeated) {
    add();
    tick();
    end_last({.result = IssueEnd::Result::Refused, .error = "status 404"});
    tick(Duration::seconds(100));
    EXPECT_EQ(attempts_.size(), 1U);
    EXPECT_EQ(item().issue, IssueState::Refused);
    EXPECT_THAT(service_->book().find(1)->timeline.back().text, HasSubstr("status 404"));
    EXPECT_THAT(folder_.logged(), HasSubstr("does not accept the issue"));
}

}  // namespace
}  // namespace botcore::incidents
