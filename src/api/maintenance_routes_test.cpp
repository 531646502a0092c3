#include "api/maintenance_routes.hpp"

#include "tests/api_world/api_world.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace botcore::api {
namespace {

using testing::HasSubstr;

// The fixture's clock starts at Monday 2026-09-21, 14:13:20 UTC.
class MaintenanceRoutesTest : public testing::Test {
protected:
    std::string refused(std::string_view body, std::string_view path = "/api/maintenance") {
        const auto response = world_.command("POST", path, body);
        return std::to_string(response.status) + " " + ApiWorld::code(response);
    }

    boost::json::value show() { return ApiWorld::data(world_.get("/api/maintenance")); }

    std::string state_of(std::string_view id) {
        const auto view = show();
        for (const auto& window : view.at("windows").as_array()) {
            if (std::to_string(window.at("window").to_number<std::int64_t>()) == id)
                return std::string(window.at("state").as_string());
        }
        return "none";
    }

    std::string plan(std::string_view body) {
        const auto window = ApiWorld::data(world_.command("POST", "/api/maintenance", body));
        return std::to_string(window.at("window").to_number<std::int64_t>());
    }

    ApiWorld world_;
};

// @spec:R1-MAINT-01
TEST_F(MaintenanceRoutesTest, ShowsTheNextUsualWindowWithoutAuthentication) {
    net::TestClient client(world_.port());
    client.send("GET /api/maintenance HTTP/1.1\r\nHost: localhost\r\n\r\n");
    const auto view = ApiWorld::data(client.receive());
    EXPECT_EQ(view.at("usual_window").at("begin").as_string(), "2026-10-04T02:00:00.000Z");
    EXPECT_EQ(view.at("usual_window").at("end").as_string(), "2026-10-04T04:00:00.000Z");
    EXPECT_TRUE(view.at("banner").is_null());
    EXPECT_TRUE(view.at("window").is_null());
    EXPECT_EQ(view.at("operating").at("mode").as_string(), "NORMAL");
}

TEST_F(MaintenanceRoutesTest, PlansTheUsualWindowByDefault) {
    const auto window =
        ApiWorld::data(world_.command("POST", "/api/maintenance", R"({"text":"a new disk"})"));
    EXPECT_EQ(window.at("begin").as_string(), "2026-10-04T02:00:00.000Z");
    EXPECT_EQ(window.at("end").as_string(), "2026-10-04T04:00:00.000Z");
    EXPECT_EQ(window.at("state").as_string(), "PLANNED");
    EXPECT_EQ(show().at("window").at("text").as_string(), "a new disk");
}

// @spec:R1-MAINT-02
TEST_F(MaintenanceRoutesTest, RefusesLongWindowsAndShortNotice) {
    EXPECT_EQ(refused(R"({"minutes":180})"), "422 WINDOW_TOO_LONG");
    EXPECT_EQ(refused(R"({"begin":"2026-09-25T02:00Z"})"), "422 NOTICE_TOO_SHORT");
    EXPECT_EQ(refused(R"({"begin":"2026-09-20T02:00Z","emergency":true})"), "422 NOTICE_TOO_SHORT");
    EXPECT_EQ(refused(R"({"begin":"soon"})"), "400 INVALID_FIELD");
    EXPECT_EQ(refused(R"({"until":1})"), "400 UNKNOWN_FIELD");
    EXPECT_EQ(refused("{", "/api/maintenance/on"), "400 INVALID_JSON");
    EXPECT_EQ(refused("{", "/api/maintenance/off"), "400 INVALID_JSON");
    EXPECT_EQ(
        world_
            .command(
                "POST", "/api/maintenance", R"({"begin":"2026-09-25T02:00Z","emergency":true})")
            .status,
        200);
}

TEST_F(MaintenanceRoutesTest, CancelsAWindowThatHasNotBegun) {
    const std::string id = plan("{}");
    EXPECT_EQ(world_.command("DELETE", "/api/maintenance/" + id).status, 200);
    EXPECT_EQ(state_of(id), "CANCELED");
    EXPECT_TRUE(show().at("window").is_null());
    const auto again = world_.command("DELETE", "/api/maintenance/" + id);
    EXPECT_EQ(again.status, 409);
    EXPECT_EQ(ApiWorld::code(again), "WINDOW_NOT_MOVABLE");
    EXPECT_EQ(ApiWorld::code(world_.command("DELETE", "/api/maintenance/soon")), "WINDOW_UNKNOWN");
    EXPECT_EQ(ApiWorld::code(world_.command("DELETE", "/api/maintenance/1")), "WINDOW_UNKNOWN");
}

TEST_F(MaintenanceRoutesTest, OnlyOperatorsCanChangeMaintenance) {
    for (const std::string_view token : {kTraderToken, kViewerToken}) {
        EXPECT_EQ(world_.ask_as(token, "POST", "/api/maintenance").status, 403);
        EXPECT_EQ(world_.ask_as(token, "POST", "/api/maintenance/on").status, 403);
        EXPECT_EQ(world_.ask_as(token, "POST", "/api/maintenance/off").status, 403);
        EXPECT_EQ(world_.ask_as(token, "DELETE", "/api/maintenance/1").status, 403);
        EXPECT_EQ(world_.ask_as(token, "GET", "/api/maintenance").status, 200);
    }
}

// @spec:R1-MAINT-09 @spec:R1-MAINT-11
TEST_F(MaintenanceRoutesTest, EmergencyMaintenanceBeginsAndEndsOnCommand) {
    EXPECT_EQ(refused("{}", "/api/maintenance/off"), "409 WINDOW_NOT_MOVABLE");
    const auto on = world_.command("POST", "/api/maintenance/on", R"({"minutes":30})");
    EXPECT_EQ(ApiWorld::data(on).at("emergency").as_bool(), true);
    const auto entry = world_.command("POST",
                                      "/api/accounts/futures/orders",
                                      R"({"symbol":"BTCUSDT","side":"BUY","quantity":"0.01"})");
    EXPECT_EQ(entry.status, 503) << "It applies from the reply on.";
    EXPECT_EQ(ApiWorld::code(entry), "MAINTENANCE");
    EXPECT_GT(std::stoi(entry.headers.at("retry-after")), 1'700) << "Its end is known.";
    EXPECT_EQ(refused("{}", "/api/maintenance/on"), "409 WINDOW_NOT_MOVABLE") << "they overlap";
    world_.pass(model::Duration::seconds(2));
    EXPECT_EQ(show().at("window").at("state").as_string(), "ACTIVE");
    EXPECT_EQ(show().at("operating").at("mode").as_string(), "MAINTENANCE");
    EXPECT_THAT(std::string(show().at("banner").as_string()), HasSubstr("Emergency maintenance"));
    EXPECT_EQ(world_.get("/health").status, 200);
    EXPECT_THAT(world_.get("/metrics").body, HasSubstr("maintenance_active 1"));
    EXPECT_EQ(world_.command("POST", "/api/maintenance/off", R"({"ramp":true})").status, 200);
    EXPECT_EQ(show().at("operating").at("mode").as_string(), "RAMPING");
    EXPECT_EQ(world_.command("POST", "/api/maintenance/off").status, 200);
    EXPECT_EQ(show().at("operating").at("mode").as_string(), "NORMAL");
    EXPECT_EQ(show().at("window").at("state").as_string(), "WATCHING");
    world_.pass(model::Duration::seconds(3'601));
    EXPECT_TRUE(show().at("window").is_null());
}

TEST_F(MaintenanceRoutesTest, EndsTheWindowThatIsUnderWayBeforeAnEmergencyThatIsOnlyPlanned) {
    const std::string planned =
        plan(R"({"begin":"2026-09-22T00:00Z","minutes":60,"emergency":true,"text":"a disk"})");
    const auto on = world_.command("POST", "/api/maintenance/on", R"({"minutes":30})");
    const auto number = ApiWorld::data(on).at("window").to_number<std::int64_t>();
    world_.pass(model::Duration::seconds(2));
    EXPECT_EQ(state_of(std::to_string(number)), "ACTIVE");
    EXPECT_EQ(world_.command("POST", "/api/maintenance/off").status, 200);
    EXPECT_EQ(state_of(std::to_string(number)), "WATCHING");
    EXPECT_EQ(state_of(planned), "NOTICED");
    EXPECT_EQ(world_.command("POST", "/api/maintenance/off").status, 200);
    EXPECT_EQ(state_of(planned), "CANCELED");
}

// @spec:R1-MAINT-04 R1-MAINT-12 R1-MAINT-13
TEST_F(MaintenanceRoutesTest, APlannedWindowPassesThroughAllStatesAutomatically) {
    const std::string id = plan(R"({"text":"a new disk"})");
    const auto hours = [](std::int64_t count) { return model::Duration::seconds(count * 3'600); };
    // Advances in two steps to six and a half days before the window. The second step passes the
    // time of the notice, which is seven days before the window.
    world_.pass(hours(5 * 24));
    EXPECT_EQ(state_of(id), "PLANNED");
    world_.pass(hours(24));
    EXPECT_EQ(state_of(id), "NOTICED");
    EXPECT_EQ(show().at("banner").as_string(),
              "Planned maintenance on Sunday 4 October 2026, 02:00 to 04:00 UTC (a "
              "new disk). New orders are refused during that time; cancels and exits work.");
    // Advances to Sunday, 02:13:20.
    world_.pass(hours(6 * 24 + 12));
    EXPECT_EQ(state_of(id), "ACTIVE");
    world_.pass(hours(1));
    world_.pass(hours(1));
    EXPECT_EQ(state_of(id), "RAMPING");
    world_.pass(hours(1));
    EXPECT_EQ(state_of(id), "WATCHING");
    world_.pass(hours(1));
    EXPECT_EQ(state_of(id), "DONE");
    std::vector<std::string> told;
    world_.on_loop([&] { told = world_.news; });
    EXPECT_EQ(told,
              (std::vector<std::string>{"maintenance_planned",
                                        "maintenance_notice",
                                        "maintenance_draining",
                                        "maintenance_started",
                                        "maintenance_ramping",
                                        "maintenance_ended",
                                        "maintenance_completed"}));
    const auto body = ApiWorld::json(world_.get("/health/detailed"));
    // This test advances the maintenance once an hour; the daemon does so four times a second.
    EXPECT_EQ(body.at("uptime").at(0).at("planned_seconds").as_int64(), 2 * 3'600);
}

TEST_F(MaintenanceRoutesTest, NoWindowChangesStateWhileTheClockIsUncertain) {
    const std::string id = plan(R"({"begin":"2026-09-25T02:00Z","emergency":true})");
    EXPECT_EQ(state_of(id), "NOTICED");
    world_.on_loop([&] { world_.clock = model::ClockState::Uncertain; });
    world_.pass(model::Duration::seconds(5 * 86'400));
    EXPECT_EQ(state_of(id), "NOTICED");
    world_.on_loop([&] { world_.clock = model::ClockState::Certain; });
    world_.pass(model::Duration());
    EXPECT_NE(state_of(id), "NOTICED");
}

}  // namespace
}  // namespace botcore::api
