#include "apps/botctl/status_view.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sstream>
#include <string>

namespace botcore::botctl {
namespace {

using testing::HasSubstr;
using testing::Not;

constexpr const char* kHealthy = R"({"status":"healthy","version":"1.2","timestamp":
    "2026-11-29T20:22:55.246Z","uptime_seconds":4000,"overall_status":"healthy","dependencies":
    [{"name":"database","status":"healthy","message":""},
     {"name":"analysis","status":"not_configured","message":""}],
    "degraded_modes":[],"maintenance":{"operating":{"mode":"NORMAL","until":null},
    "banner":null,"window":null}})";

StatusParts healthy() {
    StatusParts parts;
    parts.positions = boost::json::array();
    parts.reconciliation = boost::json::array();
    parts.health = boost::json::parse(kHealthy);
    parts.accounts = boost::json::parse(
        R"([{"account":"futures","state":"ACTIVE","frozen_reason":null,"cooldown_until":null}])");
    parts.system = boost::json::parse(
        R"({"started_at":"2026-11-29T19:16:15.000Z","start_cause":"unexpected_stop",
            "seen_before":"2026-11-29T19:16:12.000Z","journal_sequence":42,"journal_epoch":3})");
    parts.metrics =
        "# HELP x\narchive_lag_seconds{repository=\"second\"} 0\n"
        "archive_lag_seconds{repository=\"first\"} 7.5\narchive_sequence{repository=\"first\"} 41\n"
        "backup_last_success_timestamp_seconds 1795983772.5\nbackup_verify_failed 0\n";
    return parts;
}

std::string screen(const StatusParts& parts) {
    std::ostringstream out;
    print_status(out, status_view(parts));
    return out.str();
}

TEST(Status, ReportsAHealthyDaemon) {
    const std::string shown = screen(healthy());
    for (const char* row : {"overall         healthy\n",
                            "version         1.2, up 66 min, at 2026-11-29T20:22:55.246Z\n",
                            "mode            NORMAL\n",
                            "maintenance     none\n",
                            "accounts        all may trade\n",
                            "unknown orders  none\n",
                            "unprotected     none\n",
                            "archive         7.5 s behind, at record 41\n",
                            "last backup     2026-11-29T20:22:52.500Z\n",
                            "last drill      none yet\n",
                            "last start      2026-11-29T19:16:15.000Z, after it DIED OR WAS "
                            "KILLED, last seen at 2026-11-29T19:16:12.000Z\n",
                            "journal head    42 of term 3\n",
                            "database: healthy\n"}) {
        EXPECT_THAT(shown, HasSubstr(row));
    }
    EXPECT_THAT(shown, Not(HasSubstr("analysis")));
}

TEST(Status, NamesCauseAndPageOfADegradedMode) {
    StatusParts parts = healthy();
    parts.health.as_object()["degraded_modes"] = boost::json::parse(
        R"([{"mode":"archive_down","sign":"nothing is archived",
             "runbook":"docs/runbooks/archive-down.md"}])");
    parts.health.as_object()["dependencies"] = boost::json::parse(
        R"([{"name":"archive","status":"unhealthy","message":"the archive is gone"}])");
    const std::string shown = screen(parts);
    EXPECT_THAT(shown, HasSubstr("degraded        archive_down: nothing is archived\n"));
    EXPECT_THAT(shown, HasSubstr("  read          docs/runbooks/archive-down.md\n"));
    EXPECT_THAT(shown, HasSubstr("cause           archive is unhealthy: the archive is gone\n"));
}

TEST(Status, NamesAccountsThatMayNotTradeWithReasonAndEnd) {
    StatusParts parts = healthy();
    parts.accounts = boost::json::parse(
        R"([{"account":"futures","state":"FROZEN","frozen_reason":"FROZEN_BY_OPERATOR",
             "cooldown_until":null},
            {"account":"books","state":"FROZEN","frozen_reason":"BOOKS_DIFFER",
             "cooldown_until":null},
            {"account":"ada","state":"ACTIVE","frozen_reason":null,
             "cooldown_until":"2026-11-29T21:00:00.000Z"}])");
    parts.acts = boost::json::parse(
        R"([{"subject":"futures","outcome":"ok","detail":"a strange fill","actor":"operator",
             "time":"2026-11-29T20:00:00.000Z"}])");
    const std::string shown = screen(parts);
    EXPECT_THAT(shown,
                HasSubstr("futures FROZEN, FROZEN_BY_OPERATOR: a strange fill (operator, "
                          "2026-11-29T20:00:00.000Z); until an operator ends it: botctl unfreeze "
                          "futures --reason ...\n"));
    EXPECT_THAT(shown, HasSubstr("books FROZEN, BOOKS_DIFFER; until an operator"));
    EXPECT_THAT(shown, HasSubstr("ada COOLING, COOLDOWN_ACTIVE; until 2026-11-29T21:00:00.000Z\n"));
}

TEST(Status, NamesUnknownOrdersAndWhatIsUnprotected) {
    StatusParts parts = healthy();
    parts.reconciliation = boost::json::parse(
        R"([{"account":"futures","orders":[
             {"order_id":"BC1","symbol":"BTCUSDT","side":"BUY","state":"UNKNOWN"},
             {"order_id":"BC2","symbol":"BTCUSDT","side":"BUY","state":"OPEN"}]}])");
    parts.positions = boost::json::parse(
        R"([{"account":"futures","symbol":"BTCUSDT","unprotected":"0.01",
             "protect_by":"2026-11-29T20:23:05.000Z"},
            {"account":"futures","symbol":"ETHUSDT","unprotected":"0","protect_by":null}])");
    const std::string shown = screen(parts);
    EXPECT_THAT(shown, HasSubstr("unknown order   futures BUY BTCUSDT; botctl explain BC1\n"));
    EXPECT_THAT(shown, Not(HasSubstr("BC2")));
    EXPECT_THAT(shown,
                HasSubstr("UNPROTECTED     futures 0.01 BTCUSDT; closed by the core at "
                          "2026-11-29T20:23:05.000Z\n"));
    EXPECT_THAT(shown, Not(HasSubstr("ETHUSDT")));
}

TEST(Status, ShowsTheMaintenance) {
    StatusParts parts = healthy();
    parts.health.as_object()["maintenance"] = boost::json::parse(
        R"({"operating":{"mode":"MAINTENANCE","until":"2026-11-29T21:00:00.000Z"},
            "banner":"Maintenance until 21:00 UTC: disk","window":null})");
    const std::string shown = screen(parts);
    EXPECT_THAT(shown, HasSubstr("mode            MAINTENANCE\n"));
    EXPECT_THAT(shown, HasSubstr("maintenance     Maintenance until 21:00 UTC: disk\n"));
}

// Without values the overview must not claim that nothing is wrong.
TEST(Status, OmitsUnknownValues) {
    StatusParts parts;
    parts.health = boost::json::parse(kHealthy);
    const std::string shown = screen(parts);
    for (const char* title :
         {"accounts  ", "unknown orders", "unprotected", "archive  ", "last backup"})
        EXPECT_THAT(shown, Not(HasSubstr(title)));
}

}  // namespace
}  // namespace botcore::botctl
