#include "operations/alert_terms.hpp"
#include "operations/service_uptime.hpp"

#include <array>

namespace botcore::operations::alert_terms {

namespace {

/// A degraded mode; its page and its meaning are those of the mode.
struct ModeAlert {
    std::string_view name;
    std::string_view id;
    AlertLevel level;
    std::string_view runbook;
    std::string_view summary;
    std::string_view action;
    bool in_maintenance = false;
    /// The mode that this one follows from, and during which it is no alert of its own.
    std::string_view follows_from{};
};

constexpr std::array kModeAlerts = {
    ModeAlert{"StoreDown",
              "store_down",
              AlertLevel::Critical,
              "store-down",
              "The store does not respond; no order can be recorded",
              "Check the disk and its free space, then the log"},
    ModeAlert{"DiskFull",
              "disk_full",
              AlertLevel::Critical,
              "disk-full",
              "The disk is full; only exits and cancels are accepted",
              "Free space outside the data folder"},
    ModeAlert{"ExchangeDown",
              "exchange_down",
              AlertLevel::Critical,
              "exchange-down",
              "The exchange does not respond; no entries are accepted",
              "Check the exchange's announcements and /health/detailed",
              false,
              "store_down"},
    ModeAlert{"MarketDown",
              "market_down",
              AlertLevel::Critical,
              "market-stream-down",
              "There are no prices; no entries are accepted",
              "Check the market stream in /health/detailed"},
    ModeAlert{"MarketStale",
              "market_stale",
              AlertLevel::Warning,
              "market-stream-down",
              "Prices are old; entries are refused, exits are accepted",
              "Check the market stream in /health/detailed"},
    ModeAlert{"ClockUncertain",
              "clock_uncertain",
              AlertLevel::Warning,
              "clock-uncertain",
              "The clock jumped; no entries are accepted until it is steady",
              "Check the time service of the machine"},
    ModeAlert{"Overload",
              "overload",
              AlertLevel::Warning,
              "overload",
              "Requests are refused because there are more than can be served",
              "Find the client that sends too many; exits are still accepted"},
    ModeAlert{"CacheDown",
              "cache_down",
              AlertLevel::Warning,
              "cache-down",
              "The cache does not respond; reads are slower, but correct",
              "Check the cache server"},
    ModeAlert{"AnalysisDown",
              "analysis_down",
              AlertLevel::Warning,
              "analysis-down",
              "The analysis service does not respond; there are no signals",
              "Check the analysis service"},
    ModeAlert{"NotifierDown",
              "notifier_down",
              AlertLevel::Warning,
              "notifier-down",
              "Notices cannot be delivered over a channel; they wait in the queue",
              "Send a test with botctl notify test; check the channel's address and key"},
    ModeAlert{"ArchiveDown",
              "archive_down",
              AlertLevel::Warning,
              "archive-down",
              "Commits are not copied off the machine",
              "Check the repository named in /health/detailed"},
    ModeAlert{"BooksInDoubt",
              "books_in_doubt",
              AlertLevel::Critical,
              "data-damaged",
              "The check of all books has findings; accounts in doubt accept exits only",
              "Follow the page before anything else",
              true},
};

/// The unplanned downtime in both windows is several times what 99.9 % availability allows, which
/// is 0.1 % of each window: 3.6 s of an hour, 0.3 s of five minutes.
struct BurnRateAlert {
    std::string_view name;
    AlertLevel level;
    std::string_view long_window;
    std::int64_t long_millionths;
    std::string_view short_window;
    std::int64_t short_millionths;
    std::string_view summary;
};

constexpr std::array kBurnRateAlerts = {
    BurnRateAlert{"ErrorBudgetHour",
                  AlertLevel::Critical,
                  "1h",
                  51'840'000,
                  "5m",
                  4'320'000,
                  "Downtime is 14.4 times what 99.9 % allows; at this rate the budget of 30 days "
                  "is gone within 50 hours"},
    BurnRateAlert{"ErrorBudgetSixHours",
                  AlertLevel::Critical,
                  "6h",
                  129'600'000,
                  "30m",
                  10'800'000,
                  "Downtime is 6 times what 99.9 % allows; at this rate the budget of 30 days is "
                  "gone within 5 days"},
    BurnRateAlert{"ErrorBudgetDay",
                  AlertLevel::Warning,
                  "1d",
                  259'200'000,
                  "2h",
                  21'600'000,
                  "Downtime is 3 times what 99.9 % allows; at this rate the budget of 30 days is "
                  "gone within 10 days"},
    BurnRateAlert{"ErrorBudgetThreeDays",
                  AlertLevel::Warning,
                  "3d",
                  259'200'000,
                  "6h",
                  21'600'000,
                  "Downtime is as much as 99.9 % allows; at this rate the budget of 30 days is "
                  "gone within 30 days"},
};

/// More than `share` of 30 days was downtime. The seconds of downtime are compared with those that
/// 30 days allow, so that a short history cannot fire the alert.
Comparison uptime_below(std::int64_t share_millionths) {
    return {.left = {last_of("service_seconds", {{"state", "down"}})},
            .relation = Relation::Greater,
            .constant = 30 * kDay * share_millionths,
            .right = {last_of("service_seconds", {{"state", "planned"}}, -share_millionths)}};
}

constexpr std::string_view kGroup = "uptime";
constexpr std::string_view kPage = "availability";

void add_health(std::vector<AlertRule>& rules) {
    rules.push_back({.name = "BotcoredUnhealthy",
                     .group = kGroup,
                     .condition = {.all_of = {compare(max_of("health_check_status",
                                                             {{"check", "database|binance_api"}}),
                                                      Relation::Equal,
                                                      0)},
                                   .by = "check"},
                     .hold = minutes(1),
                     .runbook = kPage,
                     .summary = "A component that trading requires has been down for a minute",
                     .action = "Read /health and the log; restart the component named there"});
    rules.push_back({.name = "BotcoredUnhealthyLong",
                     .group = kGroup,
                     .level = AlertLevel::Critical,
                     .condition = {.all_of = {compare(max_of("health_check_status",
                                                             {{"check", "database|binance_api"}}),
                                                      Relation::Equal,
                                                      0)},
                                   .by = "check"},
                     .hold = minutes(5),
                     .runbook = kPage,
                     .summary = "A component that trading requires has been down for five minutes",
                     .action = "Escalate; tell the users with botctl incident"});
    rules.push_back(
        {.name = "BotcoredDown",
         .group = kGroup,
         .level = AlertLevel::Critical,
         .expression = R"(up{job="botcored"} == 0)"
                       R"( or on (job) absent(runtime_running{job="botcored"}))",
         .hold = minutes(5),
         .runbook = kPage,
         .summary = "botcored has not responded for five minutes",
         .action = "Read the log of the service; restart it; then escalate",
         .comment = "The second part covers cases without a failed scrape: a target that is no "
                    "longer in the configuration, and another program at its address."});
}

void add_starts(std::vector<AlertRule>& rules) {
    rules.push_back(
        {.name = "BotcoredRestarting",
         .group = kGroup,
         .level = AlertLevel::Critical,
         .expression = R"(changes(process_start_time_seconds{job="botcored"}[15m]) > 2)",
         .runbook = kPage,
         .summary = "botcored was started at least three times within 15 minutes",
         .action =
             "Read the end of the log of each run; stop the restarts until the cause is fixed",
         .comment = "A daemon that crashes repeatedly responds in between, so BotcoredDown never "
                    "fires."});
    rules.push_back({.name = "Restarted",
                     .group = kGroup,
                     .level = AlertLevel::Info,
                     .condition = {.all_of = {compare(
                                       {.kind = Kind::Age, .metric = "process_start_time_seconds"},
                                       Relation::Less,
                                       60 * kMillion)}},
                     .runbook = kPage,
                     .summary = "botcored was started less than a minute ago",
                     .action = "Nothing, if the restart was intended"});
    rules.push_back(
        {.name = "Crashed",
         .group = kGroup,
         .level = AlertLevel::Critical,
         .condition = {.all_of = {compare(max_of("unexpected_start"), Relation::Equal, kMillion),
                                  compare(
                                      {.kind = Kind::Age, .metric = "process_start_time_seconds"},
                                      Relation::Less,
                                      60 * kMillion)}},
         .runbook = kPage,
         .summary = "botcored ended unexpectedly and was started again",
         .action = "Read the end of the log of the run before",
         .in_maintenance = true});
}

void add_targets(std::vector<AlertRule>& rules) {
    rules.push_back({.name = "BotcoredUptimeLow",
                     .group = kGroup,
                     .condition = {.all_of = {uptime_below(5'000)}},
                     .runbook = kPage,
                     .summary = "Uptime below 99.5 % over the last 30 days",
                     .action = "List the outages of the month and their causes",
                     .comment =
                         "The daemon counts its downtime itself, without planned maintenance, also "
                         "across restarts of Prometheus."});
    rules.push_back({.name = "BotcoredUptimeBroken",
                     .group = kGroup,
                     .level = AlertLevel::Critical,
                     .condition = {.all_of = {uptime_below(10'000)}},
                     .runbook = kPage,
                     .summary = "Uptime below 99 % over the last 30 days",
                     .action = "Stop changes until the causes of the outages are fixed"});
    // The engine has the two alerts above and those of its error budget.
    rules.push_back({.name = "ServiceBelowTarget",
                     .group = kGroup,
                     .condition = {.all_of = {compare({.kind = Kind::Min,
                                                       .metric = "error_budget_seconds",
                                                       .filters = {{"service", kEngine, true}}},
                                                      Relation::Less,
                                                      0)},
                                   .by = "service"},
                     .runbook = kPage,
                     .summary = "A service was available for less of the last 30 days than its "
                                "target demands",
                     .action = "List the figures with botctl uptime --services; find the common "
                               "cause of the outages of the service that is named"});
}

void add_recoveries(std::vector<AlertRule>& rules) {
    rules.push_back({.name = "RecoveryFailed",
                     .group = kGroup,
                     .condition = {.all_of = {above(increase("recovery_attempts_total",
                                                             {{"result", "failure"}},
                                                             kQuarterHour),
                                                    0)}},
                     .runbook = kPage,
                     .summary = "A recovery attempt failed",
                     .action = "Read the last recovery lines of the log"});
    rules.push_back({.name = "RecoveriesFailing",
                     .group = kGroup,
                     .level = AlertLevel::Critical,
                     .condition = {.all_of = {compare(increase("recovery_attempts_total",
                                                               {{"result", "failure"}},
                                                               kQuarterHour),
                                                      Relation::Greater,
                                                      2'500'000)}},
                     .runbook = kPage,
                     .summary = "Three recovery attempts failed within 15 minutes",
                     .action = "Follow the page of the active mode; recovery needs a person"});
    rules.push_back(
        {.name = "RepairsSlow",
         .group = kGroup,
         .condition = {.all_of = {above(max_of("incident_mttr_seconds"), 300)}},
         .runbook = kPage,
         .summary =
             "Incidents of the last 30 days took more than five minutes to repair on average",
         .action = "Read their reports with botctl incident report; write action items",
         .comment = "A warning, not a page: nothing that is done at night changes the mean, and a "
                    "critical alert would open an incident that raises it."});
    rules.push_back(
        {.name = "NoticesLost",
         .group = kGroup,
         .condition = {.all_of = {above(
                           increase("notices_total", {{"result", "refused|dropped"}}, kQuarterHour),
                           0)},
                       .by = "channel"},
         .runbook = "notifier-down",
         .summary = "A channel has refused a notice for ever, or its queue was full",
         .action = "Read the channel's last error with botctl notify list",
         .in_maintenance = true});
}

}  // namespace

void add_uptime(std::vector<AlertRule>& rules) {
    add_health(rules);
    add_starts(rules);
    add_targets(rules);
    add_recoveries(rules);
}

void add_error_budget(std::vector<AlertRule>& rules) {
    const auto above_within = [](std::string_view window, std::int64_t millionths) {
        return compare(
            last_of("downtime_seconds", {{"window", window}}), Relation::Greater, millionths);
    };
    for (const BurnRateAlert& row : kBurnRateAlerts) {
        rules.push_back(
            {.name = row.name,
             .group = "error_budget",
             .level = row.level,
             .condition = {.all_of = {above_within(row.long_window, row.long_millionths),
                                      above_within(row.short_window, row.short_millionths)}},
             .runbook = "availability",
             .summary = row.summary,
             .action = "List the outages with botctl uptime; find their common cause before the "
                       "next change"});
    }
}

void add_modes(std::vector<AlertRule>& rules) {
    const auto mode_is = [](std::string_view id, std::int64_t value) {
        return compare(max_of("degraded_mode", {{"mode", id}}), Relation::Equal, value);
    };
    for (const ModeAlert& row : kModeAlerts) {
        AlertRule rule{.name = row.name,
                       .group = "modes",
                       .level = row.level,
                       .condition = {.all_of = {mode_is(row.id, kMillion)}},
                       .hold = Duration::seconds(5),
                       .runbook = row.runbook,
                       .summary = row.summary,
                       .action = row.action,
                       .in_maintenance = row.in_maintenance};
        if (!row.follows_from.empty()) {
            rule.condition.all_of.push_back(mode_is(row.follows_from, 0));
        }
        rules.push_back(std::move(rule));
    }
}

}  // namespace botcore::operations::alert_terms
