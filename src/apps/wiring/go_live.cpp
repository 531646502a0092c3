#include "apps/wiring/go_live.hpp"

#include "apps/wiring/archive_places.hpp"
#include "operations/drill_calendar.hpp"
#include "services/archive/drill_history.hpp"

#include <algorithm>
#include <string_view>

namespace botcore::apps {

namespace {

/// The limits that protect an account from its own strategy; 0 turns one off.
constexpr std::string_view kLimits[] = {"risk.positions_max",
                                        "risk.daily_loss_max_percent",
                                        "risk.drawdown_max_percent",
                                        "risk.exposure_max_percent",
                                        "risk.orders_per_second_max"};

std::string limits_turned_off(const host::Config& config) {
    std::string names;
    for (const std::string_view key : kLimits) {
        if (config.integer(key) != 0) continue;
        names += (names.empty() ? "" : ", ") + std::string(key);
    }
    return names;
}

}  // namespace

std::vector<GoLiveItem> go_live_list(const host::Config& config,
                                     const std::filesystem::path& data,
                                     base::Timestamp now) {
    const auto places = archive_places(config, data);
    const auto drills = archive::DrillHistory(data / archive::kDrillFile).status();
    const std::string off = limits_turned_off(config);
    return {
        {"log.environment is production",
         config.text("log.environment") == "production",
         "set it, so that the rules of production apply"},
        {"log.format is json",
         config.text("log.format") == "json",
         "set it, so that programs can read the log"},
        {"reliability.enabled is on", config.is_on("reliability.enabled"), "remove the key"},
        {"prices come from an exchange",
         false,
         "prices are generated or recorded and accounts are paper accounts: no connection to an "
         "exchange exists yet"},
        {"a channel tells people about alerts",
         false,
         "alerts are log lines and metrics: let Prometheus and Alertmanager watch the daemon "
         "(deploy/prometheus), since channels of the daemon itself do not exist yet"},
        {"there is an archive", !places.empty(), "set archive.repository"},
        {"an archive is off the store's own disk",
         !places.empty() && !all_on_stores_disk(config, data),
         "name a folder on another disk, or an s3:// address"},
        {"there is a second archive in another place",
         places.size() > 1,
         "set archive.second_repository"},
        {"the restore drill of this quarter passed",
         drills.times.passed && !operations::is_drill_due(drills.times, now),
         "botctl drill run"},
        {"a person signed a drill of the last quarter",
         drills.times.accepted && !operations::is_signature_missing(drills.times, now),
         "botctl drill sign --by NAME"},
        {"no risk limit is turned off", off.empty(), "set " + off},
        {"space is reserved for exits on a full disk",
         config.integer("store.reserve_mib") > 0,
         "remove store.reserve_mib"},
    };
}

}  // namespace botcore::apps
