#include "services/maintenance/maintenance_announcer.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace botcore::maintenance {
namespace {

using model::WindowState;
using testing::ElementsAre;
using testing::IsEmpty;

class MaintenanceAnnouncerTest : public testing::Test {
protected:
    static model::MaintenanceWindow window(std::uint64_t id, WindowState state) {
        model::MaintenanceWindow row;
        row.id = id;
        row.state = state;
        return row;
    }

    void commit(const std::vector<model::MaintenanceWindow>& rows) {
        std::vector<model::Record> records;
        for (const auto& row : rows)
            records.emplace_back().outcome.changes.emplace_back(row);
        announcer_.on_committed(records);
    }

    static MaintenanceAnnouncer::Windows windows(const model::MaintenanceWindow& row) {
        return {{row.id, row}};
    }

    std::vector<std::string> told() {
        std::vector<std::string> names;
        for (const auto& event : std::exchange(events_, {}))
            names.emplace_back(event.data.at("news").as_string());
        return names;
    }

    observability::Log log_{
        observability::LogOptions{.identity = {}, .descriptor = -1, .path = {}}};
    std::vector<protocol::Event> events_;
    MaintenanceAnnouncer announcer_{
        {.log = log_,
         .publish = [this](const auto& event) { events_.push_back(event); },
         .now = [] { return model::Timestamp(); }}};
};

TEST_F(MaintenanceAnnouncerTest, AnnouncesEachStateEvenIfTheNextFollowsAtOnce) {
    announcer_.compare({});
    commit({window(7, WindowState::Planned), window(7, WindowState::Noticed)});
    commit({window(7, WindowState::Draining)});
    commit({window(7, WindowState::Active), window(7, WindowState::Ramping)});
    announcer_.compare(windows(window(7, WindowState::Ramping)));
    EXPECT_THAT(told(),
                ElementsAre("maintenance_planned",
                            "maintenance_notice",
                            "maintenance_draining",
                            "maintenance_started",
                            "maintenance_ramping"));
}

TEST_F(MaintenanceAnnouncerTest, PublishesTheBanner) {
    announcer_.compare({});
    commit({window(7, WindowState::Planned), window(7, WindowState::Watching)});
    ASSERT_EQ(events_.size(), 2U);
    for (const auto& event : events_) {
        EXPECT_EQ(event.name, "maintenance_banner");
        EXPECT_EQ(event.channel, protocol::Channel::Maintenance);
        EXPECT_TRUE(event.account.empty());
        EXPECT_EQ(event.data.at("window").to_number<std::uint64_t>(), 7U);
        EXPECT_FALSE(event.data.at("message").as_string().empty());
    }
    EXPECT_TRUE(events_[0].data.at("banner").is_null());
    EXPECT_EQ(events_[1].data.at("banner"), events_[1].data.at("message"));
}

TEST_F(MaintenanceAnnouncerTest, AnnouncesNoStatesFromBeforeTheStart) {
    announcer_.compare(windows(window(7, WindowState::Noticed)));
    commit({window(7, WindowState::Noticed)});
    EXPECT_THAT(told(), IsEmpty());
    commit({window(7, WindowState::Draining)});
    EXPECT_THAT(told(), ElementsAre("maintenance_draining"));
}

TEST_F(MaintenanceAnnouncerTest, AnnouncesAChangeWhoseCommitItDidNotSee) {
    announcer_.compare(windows(window(7, WindowState::Noticed)));
    announcer_.compare(windows(window(7, WindowState::Active)));
    EXPECT_THAT(told(), ElementsAre("maintenance_started"));
    announcer_.compare(windows(window(7, WindowState::Active)));
    EXPECT_THAT(told(), IsEmpty());
}

}  // namespace
}  // namespace botcore::maintenance
