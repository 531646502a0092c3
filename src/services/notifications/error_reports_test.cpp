#include "services/notifications/error_reports.hpp"

#include "base/time_text.hpp"
#include "host/outbound_folder_test.hpp"
#include "tests/scratch/memory_service_store.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace botcore::notifications {
namespace {

using base::Duration;
using base::Timestamp;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Pair;
using testing::SizeIs;

class RecordingNotifier final : public ports::Notifier {
public:
    void send(const ports::Notice& notice, Done /*done*/) override { sent.push_back(notice); }

    std::vector<ports::Notice> sent;
};

class ErrorReportsTest : public testing::Test {
protected:
    void SetUp() override { start(); }

    void start() {
        reports_.reset();
        auto made = ErrorReports::make(
            {.log = folder_.log(),
             .notifier = notifier_,
             .store = store_,
             .summary_at = operations::parse_time_of_day("08:00").value(),
             .send_summary = [this](const auto& notice) { summaries_.push_back(notice); },
             .further_facts = [] { return ErrorReports::Facts{{"incidents open", 2}}; },
             .now = [this] { return now_; }});
        ASSERT_TRUE(made.has_value()) << made.error();
        reports_ = std::move(made).value();
    }

    void fail(std::string_view code, std::string_view operation = "POST /api/x") {
        folder_.log().write(observability::Level::Error,
                            "it failed",
                            {{"error_code", code}, {"operation", operation}});
    }

    void pass(Duration duration) {
        now_.time = now_.time + duration;
        now_.monotonic = now_.monotonic + duration;
        reports_->tick(now_);
    }

    host::TestFolder folder_;
    scratch::MemoryServiceStore store_;
    RecordingNotifier notifier_;
    std::vector<ports::Notice> summaries_;
    model::Now now_{base::parse_iso8601("2026-11-29T20:00:00Z").value()};
    std::unique_ptr<ErrorReports> reports_;
};

// @spec:R4-NOTE-04
TEST_F(ErrorReportsTest, ReportsACodeAtOnceAndThenItsNumberOnceInFiveMinutes) {
    fail("TIMEOUT");
    pass(Duration::milliseconds(250));
    ASSERT_THAT(notifier_.sent, SizeIs(1));
    EXPECT_EQ(notifier_.sent[0].subject, "errors/TIMEOUT");
    EXPECT_EQ(notifier_.sent[0].level, ports::NoticeLevel::Warning);
    EXPECT_EQ(notifier_.sent[0].text, "1 ERROR line with the code TIMEOUT; the newest: it failed");
    for (int i = 0; i < 40; ++i)
        fail("TIMEOUT");
    fail("CONFLICT");
    pass(Duration::seconds(299));
    ASSERT_THAT(notifier_.sent, SizeIs(2));
    EXPECT_EQ(notifier_.sent[1].subject, "errors/CONFLICT");
    fail("TIMEOUT");
    pass(Duration::seconds(2));
    ASSERT_THAT(notifier_.sent, SizeIs(3));
    EXPECT_THAT(notifier_.sent[2].text, HasSubstr("41 ERROR lines with the code TIMEOUT"));
    pass(Duration::seconds(1'000));
    EXPECT_THAT(notifier_.sent, SizeIs(3)) << "nothing new happened";
}

TEST_F(ErrorReportsTest, ARestartLosesNoLine) {
    fail("TIMEOUT");
    pass(Duration::seconds(1));
    fail("TIMEOUT");
    fail("TIMEOUT");
    pass(Duration::seconds(1));
    start();
    pass(Duration::seconds(1));
    ASSERT_THAT(notifier_.sent, SizeIs(2));
    EXPECT_THAT(notifier_.sent[1].text, HasSubstr("2 ERROR lines with the code TIMEOUT"));
    start();
    pass(Duration::seconds(1'000));
    EXPECT_THAT(notifier_.sent, SizeIs(2)) << "they were reported";
}

// @spec:R4-NOTE-06
TEST_F(ErrorReportsTest, TheDailySummaryListsLinesByOperationAndCode) {
    pass(Duration::seconds(1));
    EXPECT_THAT(summaries_, IsEmpty()) << "a first start has nothing to summarize";
    fail("TIMEOUT");
    fail("TIMEOUT", "GET /api/y");
    pass(Duration::seconds(3'600));
    start();
    fail("TIMEOUT");
    pass(Duration::seconds(10 * 3'600));
    EXPECT_THAT(summaries_, IsEmpty());
    pass(Duration::seconds(3'600));
    ASSERT_THAT(summaries_, SizeIs(1));
    EXPECT_EQ(summaries_[0].subject, "daily-summary/2026-11-30");
    EXPECT_THAT(summaries_[0].text, HasSubstr("3 ERROR lines since 2026-11-29T20:00:00"));
    using Value = ErrorReports::Facts::value_type::second_type;
    EXPECT_THAT(summaries_[0].facts,
                ElementsAre(Pair("GET /api/y TIMEOUT", Value(std::int64_t{1})),
                            Pair("POST /api/x TIMEOUT", Value(std::int64_t{2})),
                            Pair("incidents open", Value(std::int64_t{2}))));
    pass(Duration::seconds(24 * 3'600));
    ASSERT_THAT(summaries_, SizeIs(2));
    EXPECT_THAT(summaries_[1].text, HasSubstr("0 ERROR lines since 2026-11-30T08:00"));
}

TEST_F(ErrorReportsTest, KeepsTheNumberOfOperationsOfACodeBounded) {
    for (int i = 0; i < 150; ++i)
        fail("TIMEOUT", "GET /api/" + std::to_string(i));
    pass(Duration::seconds(24 * 3'600));
    ASSERT_THAT(summaries_, SizeIs(1));
    EXPECT_THAT(summaries_[0].text, HasSubstr("150 ERROR lines"));
    EXPECT_LE(summaries_[0].facts.size(), 102U);
}

TEST_F(ErrorReportsTest, RowsThatCannotBeReadBeginAtZero) {
    store_.put({"error_group", "A", "no JSON"});
    store_.put({"error_group", "B", R"({"waiting":"two"})"});
    store_.put({"error_group", "C", R"({"waiting":2,"newest":"x","day":{"y":"z"}})"});
    store_.put({"error_group", "D", R"({"waiting":-1,"newest":"x","day":{}})"});
    store_.put({"error_group", "E", R"({"waiting":1,"newest":"x","day":{"y":-1}})"});
    store_.put({"error_summary", "last", "no JSON"});
    start();
    pass(Duration::seconds(1));
    ASSERT_THAT(notifier_.sent, SizeIs(1)) << "the lines about the five rows";
    EXPECT_THAT(notifier_.sent[0].text, HasSubstr("5 ERROR lines"));
    store_.fail("the disk is full");
    EXPECT_EQ(ErrorReports::make({.log = folder_.log(),
                                  .notifier = notifier_,
                                  .store = store_,
                                  .summary_at = {},
                                  .send_summary = {},
                                  .further_facts = {},
                                  .now = [this] { return now_; }})
                  .error(),
              "the disk is full");
}

}  // namespace
}  // namespace botcore::notifications
