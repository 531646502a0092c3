#include "host/on_call_file.hpp"

#include "base/time_text.hpp"
#include "tests/scratch/temporary_folder.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

namespace botcore::host {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

constexpr const char* kGood = R"([rotation]
first_day = "2026-11-02"
handover = "09:00"
shift_days = 7
order = ["ann", "bob"]

[people.ann]
email = "ann@example.org"

[people.bob]
email = "bob@example.org"
pagerduty_key = "0123456789abcdef0123456789abcdef"

[[override]]
from = "2026-12-24T00:00Z"
to = "2026-12-27T00:00Z"
person = "bob"
)";

class OnCallFileTest : public testing::Test {
protected:
    base::Result<OnCallFile, std::string> read(const std::string& text) {
        std::ofstream(path()) << text;
        return read_on_call_file(path());
    }

    [[nodiscard]] std::string path() const { return folder_.file("on-call.toml"); }

    /// The error after the text `from` of the good file was replaced.
    std::string error_after(const std::string& from, const std::string& to) {
        std::string text = kGood;
        const auto place = text.find(from);
        EXPECT_NE(place, std::string::npos) << from;
        text.replace(place, from.size(), to);
        const auto file = read(text);
        return file ? "accepted" : file.error();
    }

    /// The beginning of an error about this line.
    [[nodiscard]] std::string line(int number) const {
        return path() + ", line " + std::to_string(number) + ": ";
    }

private:
    scratch::TemporaryFolder folder_;
};

TEST_F(OnCallFileTest, ReadsRotationPeopleAndOverrides) {
    const auto file = read(kGood);
    ASSERT_TRUE(file.has_value()) << file.error();
    const auto& plan = file.value().plan;
    EXPECT_THAT(plan.rotation().order, ElementsAre("ann", "bob"));
    EXPECT_EQ(plan.rotation().shift_days, 7);
    EXPECT_EQ(plan.person_at(base::parse_iso8601("2026-11-09T08:59Z").value()), "ann");
    EXPECT_EQ(plan.person_at(base::parse_iso8601("2026-11-09T09:00Z").value()), "bob");
    EXPECT_EQ(plan.person_at(base::parse_iso8601("2026-12-26T00:00Z").value()), "bob");
    const auto& people = file.value().people;
    ASSERT_EQ(people.size(), 2U);
    EXPECT_EQ(people[0].name, "ann");
    EXPECT_EQ(people[0].email, "ann@example.org");
    EXPECT_EQ(people[0].pagerduty_key.reveal(), "");
    EXPECT_EQ(people[0].origin + ": ", line(7));
    EXPECT_EQ(people[1].pagerduty_key.reveal(), "0123456789abcdef0123456789abcdef");
}

TEST_F(OnCallFileTest, UnknownKeysAreErrors) {
    EXPECT_EQ(error_after("shift_days = 7", "shift_days = 7\nshift_day = 7"),
              line(5) + "there is no key 'shift_day' in [rotation]; did you mean shift_days?");
    EXPECT_THAT(error_after("pagerduty_key", "pagerduty"),
                HasSubstr(line(12) + "there is no key 'pagerduty' in [people.bob]"));
    EXPECT_THAT(error_after("person = \"bob\"", "person = \"bob\"\nreason = \"holiday\""),
                HasSubstr(line(18) + "there is no key 'reason' in [[override]]"));
    EXPECT_THAT(error_after("[[override]]", "[[overrides]]"),
                HasSubstr("there is no key 'overrides' in this file"));
}

TEST_F(OnCallFileTest, PeopleMustBeKnownAndHaveAnAddress) {
    EXPECT_THAT(error_after("[\"ann\", \"bob\"]", "[\"ann\", \"dan\"]"),
                HasSubstr(line(5) + "there is no [people.dan] in this file"));
    EXPECT_THAT(error_after("person = \"bob\"", "person = \"dan\""),
                HasSubstr(line(17) + "there is no [people.dan] in this file"));
    EXPECT_EQ(error_after("email = \"ann@example.org\"", ""),
              line(7) + "people.ann has no address: give an email or a pagerduty_key");
    EXPECT_THAT(error_after("[people.ann]", "[people.\"ann:email\"]"),
                HasSubstr(line(7) + "the name of a person consists of"));
    EXPECT_THAT(error_after("[people.ann]\nemail", "[people]\nann"),
                HasSubstr("expected a table such as [people.ann]"));
}

TEST_F(OnCallFileTest, TheOrderHasEverybodyOnce) {
    EXPECT_THAT(error_after("[\"ann\", \"bob\"]", "[]"),
                HasSubstr(line(5) + "order: expected at least one person"));
    EXPECT_THAT(error_after("order = [\"ann\", \"bob\"]", ""),
                HasSubstr(line(1) + "order: expected at least one person"));
    EXPECT_THAT(error_after("[\"ann\", \"bob\"]", "[\"ann\", \"bob\", \"ann\"]"),
                HasSubstr(line(5) + "order: ann is named twice"));
    EXPECT_THAT(error_after("[\"ann\", \"bob\"]", "[\"ann\", 1]"),
                HasSubstr(line(5) + "order: expected the names of people"));
}

TEST_F(OnCallFileTest, TimesMustExist) {
    EXPECT_THAT(error_after("2026-11-02", "2026-02-30"), HasSubstr(line(2) + "first_day: "));
    EXPECT_THAT(error_after("09:00", "24:00"), HasSubstr(line(3) + "handover: "));
    EXPECT_THAT(error_after("\"09:00\"", "900"), HasSubstr(line(3) + "handover: expected a text"));
    EXPECT_THAT(error_after("handover = \"09:00\"", ""),
                HasSubstr(line(1) + "the key 'handover' is missing"));
    for (const char* days : {"0", "367", "\"7\"", "1.5"}) {
        EXPECT_THAT(error_after("shift_days = 7", std::string("shift_days = ") + days),
                    HasSubstr(line(4) + "shift_days: expected a whole number from 1 to 366"));
    }
    EXPECT_THAT(error_after("2026-12-27T00:00Z", "2026-12-27"), HasSubstr(line(16) + "to: "));
    EXPECT_EQ(error_after("2026-12-27T00:00Z", "2026-12-24T00:00Z"),
              line(14) + "the override ends before it begins");
}

TEST_F(OnCallFileTest, AnOverrideThatNeverAppliesIsAMistake) {
    const auto with = [&](const std::string& from, const std::string& to) {
        const auto file = read(std::string(kGood) + "[[override]]\nfrom = \"" + from +
                               "\"\nto = \"" + to + "\"\nperson = \"ann\"\n");
        return file ? std::string("accepted") : file.error();
    };
    EXPECT_EQ(with("2026-12-23T00:00Z", "2026-12-27T00:00Z"),
              line(18) + "this override covers all of the earlier one at " + path() + ", line 14");
    EXPECT_EQ(with("2026-12-25T00:00Z", "2026-12-26T00:00Z"), "accepted");
}

TEST_F(OnCallFileTest, ListsAllErrorsWithoutTheKeyOfPagerDuty) {
    std::string text = kGood;
    text.replace(text.find("09:00"), 5, "9");
    text += "[extra]\n";
    const auto file = read(text);
    ASSERT_FALSE(file.has_value());
    EXPECT_THAT(file.error(),
                AllOf(HasSubstr(line(3)), HasSubstr(line(18)), Not(HasSubstr("0123456789abcdef"))));
}

TEST_F(OnCallFileTest, AFileThatIsNoTomlOrMissingIsAnError) {
    EXPECT_THAT(error_after("[rotation]", "[rotation"), HasSubstr(path() + ", line 1"));
    const auto empty = read("");
    ASSERT_FALSE(empty.has_value());
    EXPECT_THAT(empty.error(), HasSubstr("the table [rotation] is missing"));
    EXPECT_FALSE(read_on_call_file(path() + ".missing").has_value());
}

// The file that is shipped as an example must work as it is.
TEST(OnCallExample, IsAccepted) {
    const auto file = read_on_call_file("deploy/on-call.toml");
    ASSERT_TRUE(file.has_value()) << file.error();
    EXPECT_GE(file.value().people.size(), 2U);
}

}  // namespace
}  // namespace botcore::host
