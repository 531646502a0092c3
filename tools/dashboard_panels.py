"""The table of all Grafana dashboards, of which tools/dashboards.py makes those of deploy/grafana.

Metrics are those of docs/metrics.md. `covers` names the items of the specification that a panel
shows, as "<row> <item>".
"""
import dataclasses

GREEN, YELLOW, RED, BLUE = "green", "yellow", "red", "blue"


@dataclasses.dataclass(frozen=True)
class Panel:
    """`unit` is Grafana's name of it, `steps` are (from value, color), `states` maps values to
    texts, `page` is a file of docs/runbooks without its ending, `empty` is shown when there is no
    value."""
    title: str
    expr: str
    unit: str
    meaning: str
    kind: str = "stat"  # stat, timeseries, state-timeline or bargauge
    covers: tuple = ()
    steps: tuple = ((None, GREEN),)
    states: tuple = ()
    page: str = ""
    legend: str = ""
    empty: str = "no data"


def above(warning, critical=None):
    """Green below `warning`, then yellow, red from `critical`."""
    first = ((None, GREEN), (warning, YELLOW if critical is not None else RED))
    return first + (((critical, RED),) if critical is not None else ())


def below(critical, warning):
    """Red below `critical`, yellow below `warning`, then green."""
    return (None, RED), (critical, YELLOW), (warning, GREEN)


def increase(selector, by=""):
    """How much a counter grew in the time that the dashboard shows."""
    return f"sum{by and f' by ({by}) '}(increase({selector}[$__range]))"


def rate(selector, by=""):
    return f"sum{by and f' by ({by}) '}(rate({selector}[$__rate_interval]))"


def share(part, whole):
    """No value while the whole is 0."""
    return f"{part} / ({whole} > 0)"


def quantile(of, histogram, by=""):
    both = "le, " + by if by else "le"
    return (f"histogram_quantile({of}, sum by ({both}) "
            f"(rate({histogram}_bucket[$__rate_interval])))")


def month(states, number):
    """The seconds in these states, `number` times 30 days ago. The daemon's figures cover the 30
    days before, and the last one is kept while the daemon does not respond."""
    offset = f" offset {30 * number}d" if number else ""
    seconds = f'last_over_time(service_seconds{{state=~"{states}"}}[1d]{offset})'
    return f"(sum(max by (state) ({seconds})) or vector(0))"


def uptime(months):
    """The share of unplanned time in which the daemon worked."""
    def total(states):
        return " + ".join(month(states, number) for number in range(months))
    return share(f"({total('up|degraded')})", f"({total('up|degraded|down|stopped')})")


SUCCESS = 'recovery_attempts_total{result="success"}'
FAILED_STATUS = 'http_requests_total{status=~"500|502|503|504"}'
YES_NO = ((0, "no", RED), (1, "yes", GREEN))
CONDITION = ((0, "unhealthy", RED), (0.5, "degraded", YELLOW), (1, "healthy", GREEN))
LEGEND_RESULT = "{{result}}"

INCIDENTS = Panel(
    "Incidents", increase("incidents_total"), "none",
    "Incidents that were opened in the time shown.", page="incident", steps=above(1, 5),
    covers=("R1-MON-01 incident count", "R4-MON-01 incident count", "RM-DB-01 incidents"))
MTTR = Panel(
    "Mean time to recovery", "max(incident_mttr_seconds)", "s",
    "From the detection of an incident to the recovery; 0 before the first. Aim: below 5 min.",
    page="incident", steps=above(180, 300),
    covers=("R1-MON-01 MTTR", "R4-MON-01 MTTR", "RM-DB-01 MTTR"))
EXCHANGE_HEALTH = Panel(
    "Exchange", 'max(health_check_status{check="binance_api"})', "none",
    "The exchange's component of the health response.", page="exchange-down",
    states=CONDITION, steps=below(0.5, 1))

RELIABILITY = (
    Panel("Current state", 'min(up{service="botcored"}) + ((1 - max(degraded_mode)) or vector(0))',
          "none", "Down: the daemon does not respond. Degraded: a degraded mode is active.",
          covers=("R1-MON-01 current state",), page="availability",
          states=((0, "down", RED), (1, "degraded", YELLOW), (2, "works", GREEN)),
          steps=below(1, 2), empty="not scraped"),
    Panel("Uptime of 30 days", uptime(1), "percentunit",
          "The daemon's own figures; planned maintenance is left out. The target is 99.9 %.",
          covers=("R1-MON-01 uptime 30d", "RM-DB-01 uptime"), page="availability",
          steps=below(0.99, 0.995)),
    Panel("Uptime of 90 days", uptime(3), "percentunit",
          "As that of 30 days. Prometheus must keep at least 61 days; time before its first sample "
          "is left out.", covers=("R1-MON-01 uptime 90d",), page="availability",
          steps=below(0.99, 0.995)),
    Panel("Uptime of a year", uptime(12), "percentunit",
          "The last 360 days. Prometheus must keep at least 331 days; time before its first sample "
          "is left out.", covers=("R1-MON-01 uptime annual",), page="availability",
          steps=below(0.99, 0.995)),
    Panel("Downtime of 30 days", month("down|stopped", 0), "s",
          "Unplanned; 99.9 % allows 43 min.", covers=("R1-MON-01 downtime",), page="availability",
          steps=above(1296, 2592)),
    INCIDENTS, MTTR,
    Panel("Restarts", 'sum(changes(process_start_time_seconds{service="botcored"}[$__range]))',
          "none", "Starts in the time shown, the first one left out.", page="availability",
          steps=above(1, 3)),
    Panel("Error rate", share(rate(FAILED_STATUS), rate("http_requests_total")), "percentunit",
          "Requests that failed on our side, as a share of all.", kind="timeseries",
          covers=("R4-MON-01 error rate", "RM-DB-01 error rate"), page="errors",
          steps=above(0.01, 0.1), empty="no requests"),
    Panel("Errors by type", increase("http_request_errors_total", "error_type") + " > 0", "none",
          "Refused requests by error code.", kind="bargauge", covers=("R2-MON-01 errors by type",),
          page="errors", legend="{{error_type}}", empty="none"),
    Panel("Recovery success",
          share(increase(SUCCESS), increase("recovery_attempts_total")), "percentunit",
          "Recoveries that succeeded: reload, restart, comparison with the exchange.",
          covers=("R4-MON-01 recovery success", "RM-DB-01 recovery success"), page="availability",
          steps=below(0.9, 1), empty="no recoveries"),
    Panel("Recoveries by mechanism", increase("recovery_attempts_total", "mechanism, result"),
          "none", "What was recovered, and how that ended.", kind="bargauge", page="availability",
          legend="{{mechanism}} {{result}}"),
    Panel("Downtime of an hour", 'max(downtime_seconds{window="1h"})', "s",
          "From 52 s the error budget of a month is gone after two days at this rate.",
          kind="timeseries", page="availability", steps=above(4, 52)),
    Panel("Retries", increase("retry_attempts_total", "op, result"), "none",
          "Attempts after the first try, by operation and result.", kind="bargauge",
          covers=("R2-MON-01 retry count",), page="errors", legend="{{op}} {{result}}"),
    Panel("Circuit breakers", "max by (name) (circuit_breaker_state)", "none",
          "A line for each breaker that is in use.", kind="state-timeline",
          covers=("R2-MON-01 breaker state",), page="errors", legend="{{name}}",
          states=((0, "closed", GREEN), (1, "half open", YELLOW), (2, "open", RED)),
          steps=above(1, 2)),
    Panel("Time-outs", rate("timeouts_total", "op"), "cps",
          "Waits that ended by a time-out, by operation.", kind="timeseries",
          covers=("R2-MON-01 timeout rate",), page="errors", legend="{{op}}", steps=above(0.1, 1)),
    Panel("Reconnections", rate("reconnection_attempts_total", "service, result"), "cps",
          "Attempts to reconnect, by service and result.", kind="timeseries",
          covers=("R2-MON-01 reconnect rate",), page="errors", legend="{{service}} {{result}}",
          steps=above(0.1, 1)),
)

HEALTH = (
    Panel("Services", "min by (service, place, probe) (up)", "none",
          "Every target of Prometheus: the daemon, the monitoring, the probes of each place.",
          kind="state-timeline", covers=("RM-DB-02 services",), page="availability",
          legend="{{service}} {{place}} {{probe}}",
          states=((0, "down", RED), (1, "up", GREEN)), steps=below(1, 1)),
    Panel("Dependencies", "min by (check) (health_check_status)", "none",
          "The components of the health response that are configured, now.", kind="bargauge",
          covers=("RM-DB-02 dependencies",), page="availability", legend="{{check}}",
          states=CONDITION, steps=below(0.5, 1)),
    Panel("History of the dependencies", "min by (check) (health_check_status)", "none",
          "The same over the time shown.", kind="state-timeline", covers=("RM-DB-02 history",),
          page="availability", legend="{{check}}", states=CONDITION, steps=below(0.5, 1)),
    Panel("Degraded modes", "max by (mode) (degraded_mode)", "none",
          "The runbooks have a page for each mode.", kind="state-timeline", page="availability",
          legend="{{mode}}", states=((0, "no", GREEN), (1, "active", RED)), steps=above(1)),
    Panel("Seen from outside", "min by (place, probe) (probe_success)", "none",
          "What the probes of each place see.", kind="state-timeline", page="availability",
          legend="{{place}} {{probe}}", states=YES_NO, steps=below(1, 1)),
    Panel("Response time, 99 %", quantile(0.99, "http_request_duration_seconds"), "s",
          "From the last byte of a request to the last byte of its response.", kind="timeseries",
          page="overload", steps=above(0.5, 2)),
    Panel("Requests by status", rate("http_requests_total", "status") + " > 0", "reqps",
          "HTTP requests by status code.", kind="timeseries", page="errors", legend="{{status}}"),
    Panel("Memory", share("max(process_resident_memory_bytes{service=\"botcored\"})",
                          "max(process_memory_limit_bytes)"), "percentunit",
          "Resident memory, as a share of what the process may use.", kind="timeseries",
          page="out-of-memory", steps=above(0.8, 0.9)),
    Panel("Processor", 'sum(rate(process_cpu_seconds_total{service="botcored"}[$__rate_interval]))',
          "percentunit", "Processor time; 100 % is one core.", kind="timeseries", page="overload",
          steps=above(0.8, 1.5)),
    Panel("Open files", 'max(process_open_fds{service="botcored"})', "none",
          "Open file descriptors.", kind="timeseries", page="overload", steps=above(1800, 2200)),
    Panel("Connections", "sum(http_connections_active) + sum(websocket_connections_active)", "none",
          "Open HTTP and WebSocket connections.", kind="timeseries", page="overload",
          steps=above(1500, 2000)),
    Panel("Requests waiting", "sum(requests_waiting)", "none", "Requests in the inbox.",
          kind="timeseries", page="overload", steps=above(100, 1000)),
    Panel("Requests shed", increase("requests_shed_total", "purpose"), "none",
          "Requests rejected because of overload.", page="overload", legend="{{purpose}}",
          steps=above(1, 100)),
)

INCIDENT = (
    Panel("Open incidents", "max(incident_open)", "none", "Incidents that are not resolved.",
          covers=("RM-DB-03 active",), page="incident", steps=above(1, 3)),
    Panel("Alerts", "max by (severity) (alerts_firing)", "none",
          "Alerts that the daemon itself found and that are not over.", page="incident",
          legend="{{severity}}", steps=above(1)),
    INCIDENTS,
    Panel("Incidents by severity", increase("incidents_total", "severity"), "none",
          "Opened in the time shown.", kind="bargauge", page="incident", legend="{{severity}}"),
    Panel("Time line of incidents", "max(incident_open)", "none",
          "How many incidents were open, over the time shown.", kind="timeseries",
          covers=("RM-DB-03 timeline",), page="incident", steps=above(1, 3)),
    Panel("Time line of alerts", "max by (severity) (alerts_firing)", "none",
          "How many alerts held, by severity, over the time shown.", kind="timeseries",
          covers=("RM-DB-03 timeline",), page="incident", legend="{{severity}}", steps=above(1)),
    Panel("Reviews due", "max(incident_review_due)", "none",
          "Resolved incidents of more than five minutes without root cause or action items.",
          covers=("RM-DB-03 actions",), page="incident", steps=above(1, 3)),
    Panel("Mean time to detection", "max(incident_mttd_seconds)", "s",
          "From the beginning of an incident to its detection; 0 before the first.",
          page="incident", steps=above(30, 60)),
    Panel("Alert response time", "max(incident_mtta_seconds)", "s",
          "From the detection to the acknowledgement by a person; 0 before the first.",
          covers=("R4-MON-01 alert response time",), page="on-call", steps=above(300, 900)),
    MTTR,
    Panel("Notices", increase("notices_total", "channel, result") + " > 0", "none",
          "Attempts to deliver notices, by channel and result.", kind="bargauge",
          page="notifier-down", legend="{{channel}} {{result}}", empty="none"),
    Panel("Notices waiting", "sum by (channel) (notices_waiting)", "none",
          "Notices that wait for delivery.", kind="timeseries", page="notifier-down",
          legend="{{channel}}", steps=above(1, 20), empty="no channel"),
    Panel("Maintenance", "max(maintenance_active)", "none", "Whether a maintenance window is open.",
          kind="state-timeline", page="maintenance-window",
          states=((0, "no", GREEN), (1, "yes", BLUE)), steps=((None, GREEN), (1, BLUE))),
    Panel("Unexpected start", "max(unexpected_start)", "none",
          "Whether the process before this one ended without being stopped.",
          kind="state-timeline", page="availability",
          states=((0, "no", GREEN), (1, "yes", RED)), steps=above(1)),
)

TRADING = (
    Panel("Orders", increase("orders_total"), "none",
          "Orders recorded in the time shown, including refused ones."),
    Panel("Orders filled", increase("trades_success_total"), "none",
          "Orders that were filled completely."),
    Panel("Orders failed", increase("trades_failed_total"), "none",
          "Orders refused, rejected, proven absent, or expired although they had to trade "
          "immediately.", page="errors", steps=above(1, 10)),
    Panel("Orders refused", increase("orders_refused_total"), "none",
          "Orders that our own rules refused.", page="errors", steps=above(1, 10)),
    Panel("Execution success",
          share(increase("trades_success_total"),
                f'({increase("trades_success_total")} + {increase("trades_failed_total")})'),
          "percentunit", "Orders filled, as a share of those that were filled or failed.",
          page="errors", steps=below(0.99, 0.995), empty="no orders"),
    Panel("Fills", increase("trades_total"), "none", "Fills booked in the time shown."),
    Panel("Refusals by rule", increase("risk_checks_failed_total", "rule") + " > 0", "none",
          "Orders that our own rules refused, by rule.", kind="bargauge", page="errors",
          legend="{{rule}}", empty="none"),
    Panel("Execution time, 50 %", quantile(0.5, "trade_execution_duration_seconds"), "s",
          "From an order's record to its last fill.", kind="timeseries", page="exchange-down",
          steps=above(0.5, 2), empty="no orders"),
    Panel("Execution time, 99 %", quantile(0.99, "trade_execution_duration_seconds"), "s",
          "From an order's record to its last fill.", kind="timeseries", page="exchange-down",
          steps=above(1, 5), empty="no orders"),
    Panel("Orders per second", rate("orders_total"), "cps", "Orders recorded.", kind="timeseries"),
    Panel("Open orders", "sum(orders_live)", "none", "Orders that are open.", kind="timeseries"),
    Panel("Orders with unknown outcome", "sum(order_unknown_outcomes)", "none",
          "Orders that were sent and whose outcome is unknown.", page="exchange-down",
          steps=above(1, 3)),
    Panel("Open positions", "sum(positions_open)", "none", "Positions that are not flat.",
          kind="timeseries"),
    Panel("Equity", "sum(portfolio_value_usd)", "currencyUSD",
          "Equity of all accounts at the last known prices.", kind="timeseries"),
    Panel("Realized profit", "sum(profit_loss_total)", "currencyUSD",
          "Of all accounts, fees not deducted.", kind="timeseries",
          steps=((None, RED), (0, GREEN))),
    Panel("Accounts", "sum(accounts)", "none", "Accounts that are open."),
    Panel("Frozen accounts", "sum(accounts_frozen)", "none", "Accounts in quarantine.",
          page="reconciliation-mismatch", steps=above(1)),
    Panel("Repeated requests", increase("idempotency_hits_total", "result"), "none",
          "Requests with an idempotency key that was already known.", legend=LEGEND_RESULT),
    Panel("Logins", increase("logins_total", "result"), "none", "Logins by result.",
          kind="bargauge", legend=LEGEND_RESULT),
    Panel("Rate limited", increase("rate_limited_total", "route"), "none",
          "Requests beyond a rate limit.", kind="bargauge", page="overload", legend="{{route}}"),
    Panel("Analysis", increase("ai_requests_total", "result"), "none",
          "Requests to the analysis service by result.", kind="bargauge", page="analysis-down",
          legend=LEGEND_RESULT),
)

EXCHANGE = (
    EXCHANGE_HEALTH,
    Panel("Accounts compared", "min(runtime_reconciled)", "none",
          "Whether every account was compared with its exchange.", page="reconciliation-mismatch",
          states=YES_NO, steps=below(1, 1)),
    Panel("Differences", increase("reconcile_mismatches_total", "kind"), "none",
          "Differences between the exchange and the journal.", page="reconciliation-mismatch",
          kind="bargauge", legend="{{kind}}", steps=above(1)),
    Panel("Comparisons",
          increase('recovery_attempts_total{mechanism="reconcile"}', "result"), "none",
          "Comparisons of accounts with the exchange, by result.", kind="bargauge",
          page="reconciliation-mismatch", legend=LEGEND_RESULT),
    Panel("Exchange time-outs", increase('timeouts_total{op="exchange_call"}'), "none",
          "Calls of the exchange that got no response in time.", page="exchange-down",
          steps=above(1, 10)),
    Panel("Age of prices", "max by (symbol, market, exchange) (price_age_seconds)", "s",
          "Time since the last market message about each instrument.", kind="timeseries",
          page="market-stream-down", legend="{{exchange}} {{market}} {{symbol}}",
          steps=above(5, 30)),
    Panel("Public trades", rate("market_trades_total", "result"), "cps",
          "Public trades by what became of them.", kind="timeseries", page="market-stream-down",
          legend=LEGEND_RESULT),
    Panel("Dropped reports", increase("exchange_facts_dropped_total"), "none",
          "Reports of the exchange that were dropped because their queue was full.",
          page="exchange-down", steps=above(1)),
    Panel("Market data", 'max(health_check_status{check="market"})', "none",
          "The market's component of the health response.", page="market-stream-down",
          states=CONDITION, steps=below(0.5, 1)),
)

COMMITTED = 'database_transactions_total{result="committed"}'
DATA = (
    Panel("Transaction success", share(increase(COMMITTED),
                                       increase("database_transactions_total")), "percentunit",
          "Group commits that succeeded. The aim is 99.9 %.",
          covers=("R3-MON-01 transaction success rate",), page="store-down",
          steps=below(0.99, 0.999), empty="no transactions"),
    Panel("Transactions", increase("database_transactions_total", "result"), "none",
          "Group commits by result.", kind="bargauge", page="store-down", legend=LEGEND_RESULT),
    Panel("Transaction time, 99 %", quantile(0.99, "database_transaction_duration_seconds"), "s",
          "Duration of group commits, sync included.", kind="timeseries",
          covers=("R3-MON-01 transaction duration",), page="store-down", steps=above(0.1, 1)),
    Panel("Sync time, 99 %", quantile(0.99, "wal_fsync_seconds"), "s",
          "Duration of syncs of the log.", kind="timeseries", page="store-down",
          steps=above(0.1, 1)),
    Panel("Read time, 99 %", quantile(0.99, "db_query_duration_seconds"), "s",
          "Duration of reads of the store.", kind="timeseries", page="store-down",
          steps=above(0.1, 1)),
    Panel("Validation failures", increase('http_requests_total{status=~"400|422"}', "status"),
          "none", "Requests refused because of their contents: 400 malformed, 422 against a rule.",
          covers=("R3-MON-01 validation failures",), page="errors",
          legend="{{status}}", steps=above(1, 100)),
    Panel("Version conflicts", increase("optimistic_conflicts_total"), "none",
          "Commands refused because If-Match did not hold.", page="errors", steps=above(1, 100)),
    Panel("Records", increase("journal_records_total"), "none",
          "Records that were committed in the time shown."),
    Panel("Last record", "max(journal_sequence)", "none", "Sequence of the last durable record."),
    Panel("Backup", "min(backup_success) unless on () (max(backup_duration_seconds) == 0)", "none",
          "Whether the last backup since the start of the daemon was successful.",
          covers=("R3-MON-01 backup success",), page="archive-down", states=YES_NO,
          steps=below(1, 1), empty="none since the start"),
    Panel("Age of the backup", "time() - max(backup_last_success_timestamp_seconds > 0)", "s",
          "Time since the last successful backup.", page="archive-down",
          steps=above(93_600, 172_800), empty="no backup yet"),
    Panel("Age of the verification", "time() - max(backup_verified_timestamp_seconds > 0)", "s",
          "Time since a backup was last restored and found complete.", page="archive-down",
          steps=above(172_800, 604_800), empty="none yet"),
    Panel("Verification", "1 - max(backup_verify_failed)", "none",
          "Whether the last verification found everything.", page="archive-down", states=YES_NO,
          steps=below(1, 1)),
    Panel("Size of the backup", "max(backup_size_bytes > 0)", "bytes",
          "Size of the last backup since the start of the daemon.", page="archive-down",
          empty="none since the start"),
    Panel("Duration of the backup", "max(backup_duration_seconds > 0)", "s",
          "Duration of the last backup since the start of the daemon.", page="archive-down",
          steps=above(600, 3600), empty="none since the start"),
    Panel("Archive lag", "max by (repository) (archive_lag_seconds)", "s",
          "How long the oldest record that is not in the repository yet has been waiting.",
          kind="timeseries", page="archive-down", legend="{{repository}}", steps=above(60, 300)),
    Panel("Archive failures", increase("archive_failures_total", "repository"), "none",
          "Failed attempts to write to the repository.", page="archive-down",
          legend="{{repository}}", steps=above(1, 10)),
    Panel("Age of the drill", "time() - max(drill_passed_timestamp_seconds > 0)", "s",
          "Time since a drill last passed.", page="archive-down",
          steps=above(6_912_000, 7_776_000), empty="none yet"),
    Panel("Consistency", "min(consistency_check_result)", "none",
          "Whether the last check of all books had no findings.",
          covers=("R3-MON-01 consistency results",), page="data-damaged", states=YES_NO,
          steps=below(1, 1)),
    Panel("Findings", increase("consistency_findings_total", "look"), "none",
          "Inconsistencies of our own data, by the check that found them.",
          covers=("R3-MON-01 consistency results",), page="data-damaged", legend="{{look}}",
          steps=above(1)),
    Panel("Cache", increase("cache_requests_total", "result"), "none",
          "Look-ups in the cache by result.", kind="bargauge", page="cache-down",
          legend=LEGEND_RESULT),
)

# Panels by name of the file, which is the end of the dashboard's uid too, and by title.
DASHBOARDS = {
    ("reliability", "Reliability"): RELIABILITY,
    ("health", "Health"): HEALTH,
    ("incident", "Incident"): INCIDENT,
    ("trading", "Trading"): TRADING,
    ("exchange", "Exchange"): EXCHANGE,
    ("data", "Transactions and backups"): DATA,
}
