#include "operations/alert_terms.hpp"

namespace botcore::operations::alert_terms {

namespace {

/// Appends alerts that have their group and their page in common.
struct Append {
    std::vector<AlertRule>& rules;
    std::string_view group;
    std::string_view page;
    bool in_maintenance;

    void operator()(AlertRule rule) const {
        rule.group = group;
        rule.runbook = page;
        rule.in_maintenance = in_maintenance;
        rules.push_back(std::move(rule));
    }
};

}  // namespace

namespace {

constexpr std::string_view kTrading = "trading";

void add_orders(std::vector<AlertRule>& rules) {
    rules.push_back(
        {.name = "WriterStopped",
         .group = kTrading,
         .level = AlertLevel::Critical,
         .condition = {.all_of = {compare(max_of("runtime_running"), Relation::Equal, 0)}},
         .hold = minutes(1),
         .runbook = "store-down",
         .summary = "The runtime accepts no commands; the store is down or has another "
                    "writer",
         .action = "Read the reason in /health/ready, then check the disk"});
    rules.push_back({.name = "OrderUnknown",
                     .group = kTrading,
                     .condition = {.all_of = {above(max_of("order_unknown_outcomes"), 0)}},
                     .hold = minutes(1),
                     .runbook = "exchange-down",
                     .summary = "The outcome of a sent order has been unknown for a minute",
                     .action = "botctl orders; nothing is resent until there is evidence"});
    rules.push_back({.name = "OrdersUnknown",
                     .group = kTrading,
                     .condition = {.all_of = {above(max_of("order_unknown_outcomes"), 0)}},
                     .hold = minutes(5),
                     .runbook = "exchange-down",
                     .summary = "The outcome of sent orders has been unknown for five minutes",
                     .action = "botctl orders; nothing is resent until there is evidence"});
    rules.push_back(
        {.name = "AccountsFrozen",
         .group = kTrading,
         .level = AlertLevel::Critical,
         .condition = {.all_of = {above(max_of("accounts_frozen", {}, kFiveMinutes), 0)}},
         .runbook = "reconciliation-mismatch",
         .summary = "An account is frozen",
         .action = "botctl explain the order that froze it before anything else",
         .in_maintenance = true,
         .comment = "A restart unfreezes no account: the window bridges the missing "
                    "samples and the zero before the store is read."});
}

void add_comparisons(std::vector<AlertRule>& rules) {
    rules.push_back({.name = "PricesStale",
                     .group = kTrading,
                     .condition = {.all_of = {above(max_of("price_age_seconds"), 10)}},
                     .hold = minutes(1),
                     .runbook = "market-stream-down",
                     .summary = "Prices are old; entries are refused, exits are accepted",
                     .action = "Check the market stream"});
    rules.push_back(
        {.name = "AccountsNotCompared",
         .group = kTrading,
         .condition = {.all_of = {compare(max_of("runtime_running"), Relation::Equal, kMillion),
                                  compare(max_of("runtime_reconciled"), Relation::Equal, 0)}},
         .hold = minutes(2),
         .runbook = "reconciliation-mismatch",
         .summary = "Accounts have not been compared with their exchange for two "
                    "minutes",
         .action = "Check the exchange's state in /health"});
    rules.push_back(
        {.name = "ReconcileMismatch",
         .group = kTrading,
         .level = AlertLevel::Critical,
         .condition = {.all_of = {above(increase("reconcile_mismatches_total", {}, kQuarterHour),
                                        0)}},
         .runbook = "reconciliation-mismatch",
         .summary = "The exchange and the journal differ",
         .action = "botctl reconcile shows each difference",
         .in_maintenance = true});
    rules.push_back(
        {.name = "BooksInconsistent",
         .group = kTrading,
         .level = AlertLevel::Critical,
         .condition = {.all_of = {above(increase("consistency_findings_total", {}, kQuarterHour),
                                        0)}},
         .runbook = "data-damaged",
         .summary = "A check of our own records has findings",
         .action = "botctl check shows each finding",
         .in_maintenance = true});
}

void add_breakers(std::vector<AlertRule>& rules) {
    rules.push_back(
        {.name = "BreakerOpen",
         .group = kTrading,
         .condition = {.all_of = {compare(
                           max_of("circuit_breaker_state"), Relation::Equal, 2 * kMillion)},
                       .by = "name"},
         .runbook = "errors",
         .summary = "A circuit breaker is open; calls of that service are not sent",
         .action = "Check the service that the breaker is named after"});
    // The breaker of the health probes never blocks a call.
    const Filters blocking = {{"name", "analysis.health", true}};
    rules.push_back({.name = "AllBreakersOpen",
                     .group = kTrading,
                     .level = AlertLevel::Critical,
                     .condition = {.all_of = {compare({.kind = Kind::Min,
                                                       .metric = "circuit_breaker_state",
                                                       .filters = blocking},
                                                      Relation::Equal,
                                                      2 * kMillion),
                                              above({.kind = Kind::Count,
                                                     .metric = "circuit_breaker_state",
                                                     .filters = blocking},
                                                    1)}},
                     .runbook = "errors",
                     .summary = "All circuit breakers are open",
                     .action = "Check the network of this machine, then recent deployments"});
}

}  // namespace

void add_trading(std::vector<AlertRule>& rules) {
    add_orders(rules);
    add_comparisons(rules);
    add_breakers(rules);
}

namespace {

void add_archive(std::vector<AlertRule>& rules) {
    rules.push_back(
        {.name = "ArchiveBehind",
         .group = "backups",
         .condition = {.all_of = {above(max_of("archive_lag_seconds"), 60)}, .by = "repository"},
         .hold = minutes(1),
         .runbook = "archive-down",
         .summary = "A repository is more than a minute behind the journal",
         .action = "Check the repository named in /health/detailed",
         .in_maintenance = true});
}

}  // namespace

void add_backups(std::vector<AlertRule>& rules) {
    const Append add{rules, "backups", "archive-down", true};
    add({.name = "BackupNotWhole",
         .level = AlertLevel::Critical,
         .condition = {.all_of = {compare(
                           max_of("backup_verify_failed"), Relation::Equal, kMillion)}},
         .summary = "The archive has missing, changed or misplaced objects, or cannot be read",
         .action = "botctl backup verify names them; botctl backup create takes a new snapshot"});
    add({.name = "BackupFailed",
         .level = AlertLevel::Warning,
         .condition = {.all_of = {compare(max_of("backup_success"), Relation::Equal, 0),
                                  above(max_of("backup_duration_seconds"), 0)}},
         .summary = "The last backup failed",
         .action = "Read the error in the log; botctl backup create takes a new snapshot"});
    add({.name = "BackupOld",
         .level = AlertLevel::Warning,
         .condition = {.all_of = {older_than("backup_last_success_timestamp_seconds", 26 * 3'600)}},
         .summary = "The newest backup is older than 26 hours",
         .action = "botctl backup create; then find out why the daily backup was not taken"});
    add({.name = "BackupMissing",
         .level = AlertLevel::Critical,
         .condition = {.all_of = {older_than("backup_last_success_timestamp_seconds", 2 * kDay)}},
         .summary = "There has been no backup for two days",
         .action = "botctl backup create; check the repository"});
    add({.name = "VerificationOld",
         .level = AlertLevel::Warning,
         .condition = {.all_of = {older_than("backup_verified_timestamp_seconds", 2 * kDay)}},
         .summary = "No backup was verified for two days",
         .action = "botctl backup verify"});
    add({.name = "DrillOverdue",
         .level = AlertLevel::Warning,
         .condition = {.all_of = {older_than("drill_passed_timestamp_seconds", 100 * kDay)}},
         .summary = "No drill has passed for 100 days",
         .action = "botctl drill run; its report says what failed"});
    add({.name = "DrillNotSigned",
         .level = AlertLevel::Warning,
         .condition = {.all_of = {compare(
                           max_of("drill_signature_missing"), Relation::Equal, kMillion)}},
         .summary = "No person has signed a drill of the last quarter",
         .action = "botctl drill run, then botctl drill sign --by NAME"});
    add_archive(rules);
}

namespace {

void add_commits(std::vector<AlertRule>& rules) {
    constexpr std::string_view kGroup = "errors";
    rules.push_back(
        {.name = "RequestsShed",
         .group = kGroup,
         .condition = {.all_of = {{.left = {increase("requests_dropped_total"),
                                            increase("requests_shed_total")},
                                   .relation = Relation::Greater}}},
         .hold = minutes(1),
         .runbook = "overload",
         .summary = "Requests are refused because too many are waiting",
         .action = "Find the client that sends too many; exits are still accepted",
         .comment = "Most are refused before the inbox is full; the second counter counts them."});
    rules.push_back({.name = "CommitsFailing",
                     .group = kGroup,
                     .level = AlertLevel::Critical,
                     .condition = {.all_of = {above(increase("database_transactions_total",
                                                             {{"result", "unavailable"}}),
                                                    0)}},
                     .hold = minutes(1),
                     .runbook = "store-down",
                     .summary = "The store fails to commit",
                     .action = "Check the disk, its free space and its errors",
                     .in_maintenance = true});
    rules.push_back(
        {.name = "TransactionsFailing",
         .group = kGroup,
         .condition = {.all_of = {share_above({increase("database_transactions_total",
                                                        {{"result", "conflict|unavailable"}})},
                                              1'000,
                                              increase("database_transactions_total"))}},
         .hold = minutes(1),
         .runbook = "store-down",
         .summary = "More than 0.1 % of the commits fail",
         .action = "Check the disk; a conflict means that another program writes the store",
         .in_maintenance = true});
}

}  // namespace

void add_errors(std::vector<AlertRule>& rules) {
    const Append add{rules, "errors", "errors", false};
    // A single failure among few requests is no rate.
    constexpr std::int64_t kSeveral = 4'500'000;
    // Refusals during maintenance and 503 of the health routes are not failed requests.
    const std::vector<Term> failures = {
        increase("http_requests_total", {{"status", "500|502|503|504"}}),
        increase("http_request_errors_total",
                 {{"error_type", "MAINTENANCE|NOT_READY|UNHEALTHY"}},
                 kFiveMinutes,
                 -kMillion)};
    const auto failures_above = [&failures](std::int64_t share) {
        return share_above(failures, share, increase("http_requests_total"));
    };
    add({.name = "ErrorRateElevated",
         .level = AlertLevel::Warning,
         .condition = {.all_of = {failures_above(10'000),
                                  {.left = failures, .constant = kSeveral}}},
         .hold = minutes(2),
         .summary = "More than 1 % of all requests fail",
         .action = "Find the failing route and code in the log"});
    add({.name = "ErrorRateHigh",
         .level = AlertLevel::Critical,
         .condition = {.all_of = {failures_above(100'000)}},
         .hold = minutes(2),
         .summary = "More than a tenth of all requests fail",
         .action = "Check the failing component, the network and the last deployment"});
    add({.name = "TimeoutsHigh",
         .level = AlertLevel::Warning,
         .condition = {.all_of = {share_above(
                           {increase("http_requests_total", {{"status", "504"}})},
                           20'000,
                           increase("http_requests_total"))}},
         .hold = minutes(2),
         .summary = "More than 2 % of all requests time out",
         .action = "Find the component that does not respond in /health/detailed"});
    add({.name = "RetriesHigh",
         .level = AlertLevel::Warning,
         .condition =
             {.all_of = {share_above({increase("retry_attempts_total")},
                                     50'000,
                                     increase("http_requests_total")),
                         compare(increase("retry_attempts_total"), Relation::Greater, kSeveral)}},
         .hold = minutes(2),
         .summary = "Retries are more than 5 % of all requests",
         .action =
             "Find the operation in retry_attempts_total; check its service and the network"});
    add({.name = "ReconnectsFailing",
         .level = AlertLevel::Warning,
         .condition = {.all_of = {compare(
                           increase("reconnection_attempts_total", {{"result", "failure"}}),
                           Relation::Greater,
                           3'500'000)}},
         .hold = minutes(1),
         .summary = "Reconnecting to a service fails repeatedly",
         .action = "Find the service in reconnection_attempts_total"});
    add_commits(rules);
}

void add_machine(std::vector<AlertRule>& rules) {
    const auto memory_above = [](std::int64_t share) {
        Term limit = max_of("process_memory_limit_bytes");
        limit.factor = share;
        return Comparison{.left = {max_of("process_resident_memory_bytes")},
                          .relation = Relation::Greater,
                          .right = {std::move(limit)}};
    };
    rules.push_back({.name = "MemoryHigh",
                     .group = "machine",
                     .condition = {.all_of = {memory_above(800'000)}},
                     .hold = minutes(1),
                     .runbook = "out-of-memory",
                     .summary = "The daemon uses more than 80 % of the memory it may use",
                     .action = "Find out what grew before the limit is reached"});
    rules.push_back({.name = "MemoryCritical",
                     .group = "machine",
                     .level = AlertLevel::Critical,
                     .condition = {.all_of = {memory_above(900'000)}},
                     .hold = minutes(1),
                     .runbook = "out-of-memory",
                     .summary = "The daemon uses more than 90 % of the memory it may use",
                     .action = "Raise the limit or restart before the system ends the process"});
    rules.push_back(
        {.name = "DiskLow",
         .group = "machine",
         .condition = {.all_of = {compare(max_of("health_check_status", {{"check", "disk"}}),
                                          Relation::Less,
                                          kMillion)}},
         .hold = minutes(1),
         .runbook = "disk-full",
         .summary = "The disk of the data folder has little space left",
         .action = "Free space outside the data folder"});
    rules.push_back({.name = "Watchdog",
                     .group = "machine",
                     .level = AlertLevel::Info,
                     .expression = "vector(1)",
                     .runbook = "notifier-down",
                     .summary = "The alerting works",
                     .action = "Nothing; if this alert is missing, nobody is told anything",
                     .comment = "Always fires. A receiver outside this machine reports when it "
                                "stops arriving."});
}

}  // namespace botcore::operations::alert_terms
