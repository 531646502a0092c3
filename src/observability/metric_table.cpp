#include "observability/metric_table.hpp"

#include "model/order.hpp"

#include <algorithm>
#include <array>

namespace botcore::observability {

namespace {

constexpr auto kCounter = MetricKind::Counter;
constexpr auto kGauge = MetricKind::Gauge;
constexpr auto kHistogram = MetricKind::Histogram;

// clang-format off: one line or two for each metric.
constexpr auto kRows = std::to_array<MetricRow>({
    // The process.
    {"up", kGauge, "service=botcored", "1 or 0", "1 while the process responds"},
    {"process_start_time_seconds", kGauge, "", "seconds", "When the process started, since 1970"},
    {"process_resident_memory_bytes", kGauge, "", "bytes", "Resident memory of the process"},
    {"process_cpu_seconds_total", kCounter, "", "seconds", "Processor time used by the process"},
    {"process_memory_limit_bytes", kGauge, "", "bytes",
     "Memory that the process may use: the machine's, or the limit of its control group"},
    {"process_open_fds", kGauge, "", "files", "Open file descriptors"},
    {"shutdown_inflight", kGauge, "", "requests", "Requests that a shutdown waits for"},
    {"degraded_mode", kGauge, "mode=@modes", "1 or 0",
     "1 while the mode is active; docs/runbooks has a page for each"},
    {"health_check_status", kGauge, "check=@dependencies|-", "0 to 1",
     "1 healthy, 0.5 degraded, 0 unhealthy; a component that is not configured has no line"},
    {"service_seconds", kGauge, "state=up|degraded|down|planned|stopped", "seconds",
     "Time in each state over the last 30 days"},
    {"downtime_seconds", kGauge, "window=5m|30m|1h|2h|6h|1d|3d", "seconds",
     "Unplanned downtime within the window before now, kept over restarts"},
    {"uptime_percent", kGauge,
     "service=engine|store|analysis|cache|monitoring|logs|-;window=30d|90d|365d|month", "percent",
     "Availability of a service in use, without planned maintenance; month is the calendar month "
     "to date, and degraded time counts as up"},
    {"fully_functional_percent", kGauge,
     "service=engine|store|analysis|cache|monitoring|logs|-;window=30d|90d|365d|month", "percent",
     "As uptime_percent, but degraded time counts as down"},
    {"error_budget_seconds", kGauge,
     "service=engine|store|analysis|cache|monitoring|logs|-", "seconds",
     "Downtime of the last 30 days that the target of the service still allows; negative if it "
     "is exceeded"},
    {"maintenance_active", kGauge, "", "1 or 0",
     "1 from the beginning of a maintenance window to its end"},

    {"maintenance_planned", kGauge, "", "1 or 0",
     "1 in a maintenance window that was announced early enough, which is no downtime"},
    {"unexpected_start", kGauge, "", "1 or 0",
     "1 when the process before this one ended without being stopped"},

    // Alerts and notices.
    {"alerts_firing", kGauge, "severity=info|warning|critical", "alerts",
     "Alerts that the daemon itself found and that are not over"},
    {"notices_total", kCounter, "channel=-;result=delivered|failed|refused|dropped", "attempts",
     "Attempts to deliver notices by result; dropped because the queue was full"},
    {"notices_waiting", kGauge, "channel=-", "notices", "Notices that wait for delivery"},
    {"user_mails_total", kCounter, "result=delivered|failed|refused|dropped", "attempts",
     "Attempts to send mails to users by result; dropped because too many waited or failed"},
    {"user_mails_waiting", kGauge, "", "mails", "Mails to users that wait for delivery"},

    // Incidents.
    {"incidents_total", kCounter, "severity=low|medium|high|critical", "incidents",
     "Incidents that were opened by this run"},
    {"incident_open", kGauge, "", "incidents", "Incidents that are not resolved"},
    {"incident_review_due", kGauge, "", "incidents",
     "Resolved incidents of more than five minutes without root cause or action items"},
    {"incident_mttd_seconds", kGauge, "", "seconds",
     "Mean time from the beginning of an incident to its detection, of the last 30 days; 0 for "
     "none"},
    {"incident_mtta_seconds", kGauge, "", "seconds",
     "Mean time from the detection to the acknowledgement, of the last 30 days; 0 for none"},
    {"incident_mttr_seconds", kGauge, "", "seconds",
     "Mean time from the detection to the recovery, of the last 30 days; 0 for none"},

    // HTTP.
    {"http_requests_total", kCounter,
     "status=200|201|202|204|400|401|403|404|405|409|413|415|422|429|431|500|502|503|504|*",
     "requests", "HTTP requests by status code"},
    {"http_request_errors_total", kCounter, "error_type=@codes|*", "requests",
     "Refused HTTP requests by error code"},
    {"http_request_duration_seconds", kHistogram, "", "seconds",
     "From the last byte of a request to the last byte of its response", Buckets::Request},
    {"http_connections_active", kGauge, "", "connections", "Open HTTP connections"},
    {"requests_waiting", kGauge, "", "requests", "Requests in the inbox"},
    {"requests_dropped_total", kCounter, "", "requests",
     "Requests refused because the inbox was full"},
    {"requests_shed_total", kCounter, "purpose=read|entry", "requests",
     "Requests rejected because of overload"},
    {"rate_limited_total", kCounter, "route=trade|read|login|register|global|*", "requests",
     "Requests beyond a rate limit"},
    {"websocket_connections_active", kGauge, "", "connections", "Open WebSocket connections"},
    {"websocket_messages_sent_total", kCounter, "", "messages", "Messages to WebSocket clients"},
    {"websocket_messages_received_total", kCounter, "", "messages",
     "Messages from WebSocket clients"},
    {"websocket_clients_cut_total", kCounter,
     "cause=handshake|unauthenticated|too_many|flood|malformed|heartbeat|idle|slow_reader|failure|"
     "shutdown|rights_fell", "connections",
     "WebSocket clients that were cut off"},
    {"logins_total", kCounter, "result=success|failure|delayed", "logins", "Logins by result"},

    // Trading.
    {"trades_total", kCounter, "", "fills", "Fills booked"},
    {"trades_success_total", kCounter, "", "orders", "Orders that were filled completely"},
    {"trades_failed_total", kCounter, "", "orders",
     "Orders refused, rejected, proven absent, or expired although they had to trade immediately"},
    {"trade_execution_duration_seconds", kHistogram, "", "seconds",
     "From an order's record to its last fill", Buckets::Trade},
    {"orders_total", kCounter, "", "orders", "Orders recorded, including refused ones"},
    {"orders_refused_total", kCounter, "", "orders", "Orders that our own rules refused"},
    {"risk_checks_failed_total", kCounter, "rule=@reasons|*", "orders",
     "Orders that our own rules refused, by rule"},
    {"orders_live", kGauge, "", "orders", "Open orders"},
    {"order_unknown_outcomes", kGauge, "", "orders",
     "Orders that were sent and whose outcome is unknown"},
    {"positions_open", kGauge, "", "positions", "Positions that are not flat"},
    {"accounts", kGauge, "", "accounts", "Accounts that are open"},
    {"accounts_frozen", kGauge, "", "accounts", "Accounts in quarantine"},
    {"portfolio_value_usd", kGauge, "", "USD", "Equity of all accounts at the last known prices"},
    {"profit_loss_total", kGauge, "", "USD", "Realized profit of all accounts, fees not deducted"},
    {"idempotency_hits_total", kCounter, "result=replayed|mismatch|in_progress", "requests",
     "Requests with an idempotency key that was already known"},
    {"optimistic_conflicts_total", kCounter, "", "requests",
     "Commands refused because If-Match did not hold"},

    // The market and the exchange.
    {"price_age_seconds", kGauge, "symbol=*;market=*;exchange=*", "seconds",
     "Time since the last market message about the instrument"},
    {"market_trades_total", kCounter,
     "result=counted|late|too_late|repeated|not_market|malformed", "trades",
     "Public trades by result: counted once in prices and candles (including late ones, received "
     "after a later candle had opened), too late for a candle, already reported, not from the "
     "order book, malformed"},
    {"exchange_facts_dropped_total", kCounter, "", "reports",
     "Reports of the exchange that were dropped because their queue was full"},
    {"reconcile_mismatches_total", kCounter, "kind=order|trade|position|balance|*", "differences",
     "Differences between the exchange and the journal"},
    {"binance_api_errors_total", kCounter, "code=*", "responses", "Errors of the exchange by code"},
    {"ai_requests_total", kCounter, "result=success|failure|timeout", "requests",
     "Requests to the analysis service"},
    {"ai_request_duration_seconds", kHistogram, "", "seconds",
     "Duration of requests to the analysis service", Buckets::Trade},

    // The store.
    {"database_transactions_total", kCounter, "result=committed|conflict|unavailable", "commits",
     "Group commits by result"},
    {"database_transaction_duration_seconds", kHistogram, "", "seconds",
     "Duration of group commits, sync included", Buckets::Commit},
    {"wal_fsync_seconds", kHistogram, "", "seconds", "Duration of syncs of the log",
     Buckets::Commit},
    {"db_query_duration_seconds", kHistogram, "", "seconds", "Duration of reads of the store",
     Buckets::Commit},
    {"db_connections_active", kGauge, "", "connections", "Open connections to the store"},
    {"journal_records_total", kCounter, "", "records", "Records committed by this run"},
    {"journal_sequence", kGauge, "", "number", "Sequence of the last durable record"},
    {"journal_epoch", kGauge, "", "number", "Term of the writer"},
    {"runtime_running", kGauge, "", "1 or 0", "1 while the runtime accepts commands"},
    {"runtime_reconciled", kGauge, "", "1 or 0",
     "1 when every account was compared with its exchange"},
    {"consistency_check_result", kGauge, "", "1 or 0",
     "1 when the last check of all books had no findings; 0 before the first"},
    {"consistency_findings_total", kCounter, "look=all|commit", "findings",
     "Inconsistencies of our own data, found by the check of all books or by the check after a "
     "commit"},
    {"backup_last_success_timestamp_seconds", kGauge, "", "seconds",
     "When the last successful backup ended, since 1970; 0 before the first"},
    {"backup_success", kGauge, "", "1 or 0", "1 when the last backup was successful"},
    {"backup_size_bytes", kGauge, "", "bytes", "Size of the last backup"},
    {"backup_duration_seconds", kGauge, "", "seconds", "Duration of the last backup"},
    {"backup_verified_timestamp_seconds", kGauge, "", "seconds",
     "When a backup was last restored and found complete, since 1970; 0 before the first"},
    {"backup_verify_failed", kGauge, "", "1 or 0",
     "1 while the last verification of snapshot and records found something "
     "missing, changed or out of order, or could not run"},
    {"drill_passed_timestamp_seconds", kGauge, "", "seconds",
     "When a drill last passed, since 1970; 0 before the first"},
    {"drill_signed_timestamp_seconds", kGauge, "", "seconds",
     "When the last drill that a person signed was run, since 1970; 0 before the first"},
    {"drill_signature_missing", kGauge, "", "1 or 0",
     "1 while no drill of the last quarter, and no later one, is signed by a person"},
    {"archive_sequence", kGauge, "repository=first|second|*", "number",
     "Sequence of the last record that is in the repository"},
    {"archive_lag_seconds", kGauge, "repository=first|second|*", "seconds",
     "How long the oldest record that is not in the repository yet has been waiting"},
    {"archive_failures_total", kCounter, "repository=first|second|*", "failures",
     "Failed attempts to write to the repository"},
    {"cache_requests_total", kCounter, "result=hit|miss|failure", "requests",
     "Cache look-ups by result; `failure` counts failed cache calls of every kind"},

    // Availability.
    {"circuit_breaker_state", kGauge, "name=*", "0, 1 or 2",
     "0 closed, 1 half open, 2 open; a line for each circuit breaker that is in use"},
    {"circuit_breaker_transitions_total", kCounter, "name=*;to=closed|open|half_open",
     "changes", "Changes of a circuit breaker's state"},
    {"retry_attempts_total", kCounter, "op=store|store_commit|analysis;result=success|failure",
     "attempts",
     "Attempts after the first try: at most 3, so 4 tries in all"},
    {"timeouts_total", kCounter,
     "op=api_request|database_query|websocket_handshake|websocket_idle|exchange_call|analysis|"
     "cache",
     "time-outs", "Waits that ended by a time-out"},
    {"recovery_attempts_total", kCounter,
     "mechanism=reload|restart|reconcile;result=success|failure", "recoveries",
     "Recoveries by mechanism and result"},
    {"recovery_duration_seconds", kHistogram, "mechanism=reload|restart", "seconds",
     "Duration of recoveries", Buckets::Recovery},
    {"reconnection_attempts_total", kCounter, "service=cache|-;result=success|failure",
     "attempts", "Attempts to reconnect"},
});
// clang-format on

/// Returns the part of `text` before `mark`; `text` is set to the rest.
std::string_view take_until(std::string_view& text, char mark) {
    const std::size_t end = std::min(text.find(mark), text.size());
    const std::string_view part = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    return part;
}

void add_value(LabelRow& row, std::string_view value) {
    if (value == "*") {
        row.open = true;
    } else if (value == "-") {
        row.on_demand = true;
    } else if (value == "@reasons") {
        for (unsigned i = 1; i < 256; ++i) {
            const std::string_view reason = to_text(static_cast<model::OrderReason>(i));
            if (reason != "?") row.values.push_back(reason);
        }
    } else if (!value.starts_with('@')) {
        row.values.push_back(value);
    }
}

std::string_view word_of(MetricKind kind) {
    switch (kind) {
        case MetricKind::Counter:
            return "counter";
        case MetricKind::Gauge:
            return "gauge";
        case MetricKind::Histogram:
            return "histogram";
    }
    return "";
}

/// The labels as a reader sees them: "`op`: `a`, `b`, …".
std::string labels_text(const MetricRow& row) {
    if (row.labels.empty()) return "–";
    std::string text;
    std::string_view rest = row.labels;
    while (!rest.empty()) {
        std::string_view values = take_until(rest, ';');
        text.append(text.empty() ? "`" : "; `").append(take_until(values, '=')).append("`: ");
        for (bool first = true; !values.empty(); first = false) {
            const std::string_view value = take_until(values, '|');
            if (value == "-") continue;
            text.append(first ? "" : ", ");
            if (value == "*") {
                text.append(first ? "as they occur" : "others as they occur");
            } else if (value.starts_with('@')) {
                text.append(value == "@codes"     ? "every error code"
                            : value == "@reasons" ? "every refusal reason"
                            : value == "@modes"   ? "every degraded mode"
                                                  : "every component of the health response");
            } else {
                text.append("`").append(value).append("`");
            }
        }
    }
    return text;
}

}  // namespace

std::span<const MetricRow> metric_table() {
    return kRows;
}

std::vector<LabelRow> labels_of(const MetricRow& row) {
    std::vector<LabelRow> labels;
    std::string_view rest = row.labels;
    while (!rest.empty()) {
        std::string_view values = take_until(rest, ';');
        LabelRow& label = labels.emplace_back();
        label.name = take_until(values, '=');
        while (!values.empty())
            add_value(label, take_until(values, '|'));
    }
    return labels;
}

std::vector<double> bounds_of(Buckets buckets) {
    switch (buckets) {
        case Buckets::None:
            return {};
        case Buckets::Request:
            return {0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5};
        case Buckets::Commit:
            return {
                0.00005, 0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.1, 0.5, 1};
        case Buckets::Trade:
            return {0.1, 0.25, 0.5, 1, 2.5, 5, 10};
        case Buckets::Recovery:
            return {0.1, 0.5, 1, 2, 5, 7, 10, 30, 60, 300, 900, 3600};
    }
    return {};
}

std::string metrics_reference() {
    std::string text =
        "# Metrics\n\n"
        "`GET /metrics` responds in the Prometheus text format. Every metric and every listed "
        "label value is\nthere at zero from the start, with these exceptions: lines of components "
        "that are not configured, and\nlabel values that come from outside. Nothing is listed here "
        "without a source in the code.\n\n"
        "This page is made from the table of metrics in the code: "
        "`botcored --print-metrics-reference`.\n\n"
        "| name | kind | labels | unit | meaning |\n| --- | --- | --- | --- | --- |\n";
    for (const MetricRow& row : kRows) {
        text.append("| `").append(row.name).append("` | ").append(word_of(row.kind));
        text.append(" | ").append(labels_text(row)).append(" | ").append(row.unit);
        text.append(" | ").append(row.help).append(" |\n");
    }
    return text;
}

}  // namespace botcore::observability
