"""The shipped Grafana dashboards over a live Prometheus: every expression of every panel has a
series after orders, failures, a killed daemon, an incident and a backup, and the value that the
scenario or the daemon's API knows."""
# @spec:R1-MON-01 R2-MON-01 R3-MON-01 R4-MON-01 RM-DB-01 RM-DB-02 RM-DB-03 R1-INTMON-02
import datetime
import json
import re
import subprocess
import time

from world.daemon import ACCOUNT, free_port, market_order, program
from world.faults import Peer
from world.monitoring import DEPLOY, Monitoring, Service
from world.peers import RedisServer
from world.receivers import Receivers

# What the panels look back on, and what per-second rates are averaged over: the whole scenario.
WINDOW_SECONDS = 600
WORKS, DEGRADED, DOWN = 2, 1, 0
ORDERS_BEFORE, ORDERS_AFTER, RESTING = 5, 3, 1
REFUSED_BEFORE, MALFORMED, REPEATED, WRONG_LOGINS, CONFLICTS = 2, 3, 2, 2, 1
BREAKER_OPEN = 2
TRIES = 5
# Prometheus has all newest values when it has these.
NEWEST = ("orders_total", "orders_refused_total", "journal_records_total", "incident_open",
          "backup_duration_seconds", 'logins_total{result="failure"}',
          'notices_total{channel="slack",result="delivered"}')
OK = (200, {"signal": "Neutral"}, {})
BROKEN = (500, {"error": "made to fail"}, {})


def run(scenario):
    analysis, cache, receivers = Peer(OK), RedisServer(scenario), Receivers(scenario)
    scenario.add_cleanup(analysis.close)
    daemon = scenario.daemon({
        **receivers.config, "cache.url": f"redis://127.0.0.1:{cache.port}",
        "analysis.url": f"http://127.0.0.1:{analysis.port}",
        "reliability.health_check_interval_seconds": 1,
        "reliability.retry_initial_delay_ms": 100,
        "reliability.circuit_breaker_timeout_seconds": 300})
    other = start_other_prometheus(scenario)
    monitoring = Monitoring(scenario, "monitoring", daemon, probe_seconds=1, scrape_seconds=1,
                            others={"prometheus": [f"127.0.0.1:{other.port}"]})
    boards = Boards(scenario, monitoring)
    await_all_up(scenario, boards)
    first_record = system(daemon)["journal_sequence"]
    act_before_the_kill(scenario, daemon)
    await_scraped(scenario, daemon, monitoring)
    requests = requests_of(daemon)
    daemon_is_killed(scenario, daemon, boards, archive_config(scenario))
    act_after_the_kill(scenario, daemon)
    cache_is_lost(scenario, cache, boards)
    calls, retries = analysis_fails(scenario, daemon, analysis, monitoring)
    incident_is_handled(scenario, daemon)
    maintenance_is_shown(scenario, daemon, boards)
    scenario.eventually(30, lambda: daemon.metric("drill_passed_timestamp_seconds") > 0,
                        "a backup was taken and verified, and restored by a drill")
    await_scraped(scenario, daemon, monitoring)
    boards.check_all(lambda: {
        **counted(calls, retries), **reported(daemon), **of_incidents(daemon, receivers),
        **of_backups(daemon), **of_requests(daemon, requests), **of_the_machine(daemon),
        "Records": {"": system(daemon)["journal_sequence"] - first_record}})
    services_end(scenario, monitoring, other, boards)


def start_other_prometheus(scenario):
    """A target of the job `prometheus` that can end without ending the queries."""
    folder = scenario.folder / "other"
    folder.mkdir()
    (folder / "prometheus.yml").write_text("global: {scrape_interval: 15s}\n", encoding="utf-8")
    port = free_port()
    return Service(scenario, "other-prometheus", [
        "prometheus", f"--config.file={folder / 'prometheus.yml'}", "--log.level=warn",
        f"--storage.tsdb.path={folder}", f"--web.listen-address=127.0.0.1:{port}"],
        port).wait_ready()


class Boards:
    """All panels of deploy/grafana. A value has the name that the panel's legend gives it."""

    def __init__(self, scenario, monitoring):
        self.scenario, self.monitoring = scenario, monitoring
        self.panels = {}
        for file in sorted((DEPLOY / "grafana").glob("*.json")):
            for panel in json.loads(file.read_text(encoding="utf-8"))["panels"]:
                self.panels[panel["title"]] = panel

    def values(self, title):
        """Value by legend, as Grafana shows it; `nan` values are left out."""
        (target,) = self.panels[title]["targets"]
        expression = re.sub(r"\$__(range|rate_interval)", f"{WINDOW_SECONDS}s", target["expr"])
        found = self.monitoring.query(expression)
        plain = "{{" not in target["legendFormat"]
        return {"" if plain else re.sub(r"\{\{(\w+)\}\}", lambda name: labels.get(name[1], ""),
                                        target["legendFormat"]).strip(): value
                for labels, value in found if value == value}

    def await_value(self, title, legend, expected):
        self.scenario.eventually(30, lambda: self.values(title).get(legend) == expected,
                                 f"{title} {legend} shows {expected}")

    def check_all(self, expectations):
        """Prints each panel with its values, and compares them with those that must come.
        `expectations` returns them as they are now, by title and legend."""
        expected = expectations()
        unknown = expected.keys() ^ self.panels.keys()
        self.scenario.check(not unknown, "each panel has an expected value", sorted(unknown))
        series = 0
        for title in self.panels:
            # What changes by itself may have changed between the two questions.
            tries = TRIES
            while not self.agrees(title, expected.get(title, {})) and tries > 0:
                tries -= 1
                time.sleep(1)
                expected = expectations()
            wanted, values = expected.get(title, {}), self.values(title)
            self.scenario.check(self.agrees(title, wanted), f"{title} shows {wanted}", values)
            series += len(values)
            for legend, one in wanted.items():
                shown = f"{values[legend]:.6g}" if legend in values else "no series"
                print(f"{title:30} {legend:28} {shown:>12}  expected {text_of(one)}", flush=True)
        self.scenario.figure("panels", len(self.panels), "panels", least=80)
        self.scenario.figure("series", series, "series", least=len(self.panels))

    def agrees(self, title, wanted):
        """Has the panel a series, and each one that is named its value?"""
        values = self.values(title)
        unit = self.panels[title]["fieldConfig"]["defaults"]["unit"]
        return bool(values) and all(legend in values and is_as_expected(values[legend], one, unit)
                                    for legend, one in wanted.items())


def text_of(wanted):
    if isinstance(wanted, tuple):
        return f"{wanted[0]:.6g} to {wanted[1]:.6g}"
    return f"{wanted:.6g}"


def is_as_expected(value, wanted, unit):
    """`wanted`: a number, or (least, most). Prometheus extrapolates what grew within a window by
    up to one scrape, so a number may be 5 % off; panels without a unit show whole numbers."""
    if isinstance(wanted, tuple):
        return wanted[0] <= value <= wanted[1]
    if unit == "none" and wanted < 10:
        return round(value) == wanted
    return abs(value - wanted) <= 0.05 * abs(wanted)


def await_all_up(scenario, boards):
    wanted = {"botcored", "prometheus", "alertmanager", *(
        f"blackbox {place} {probe}" for place in ("us", "eu", "asia") for probe in ("http", "tcp"))}
    scenario.eventually(30, lambda: boards.values("Services") == dict.fromkeys(wanted, 1),
                        "each service is shown as up")
    scenario.eventually(30, lambda: boards.values("Current state") == {"": WORKS}, "it works")


def await_scraped(scenario, daemon, monitoring):
    """Waits until Prometheus has what the daemon counted so far."""
    def scraped():
        return all(daemon.metric(name) == sum(value for _, value in monitoring.query(name))
                   for name in NEWEST)
    scenario.eventually(30, scraped, "Prometheus has the newest values")


def place_all(scenario, daemon, name, count):
    responses = [daemon.place(f"{name}-{number}") for number in range(count)]
    scenario.check(all(one.status == 200 for one in responses), "each order is filled", responses)


def check_statuses(scenario, what, status, responses):
    scenario.check(all(one.status == status for one in responses), f"{what}: {status}", responses)


def act_before_the_kill(scenario, daemon):
    place_all(scenario, daemon, "before", ORDERS_BEFORE)
    check_statuses(scenario, "too large", 422, [
        daemon.place(f"large-{number}", market_order(quantity="100000000"))
        for number in range(REFUSED_BEFORE)])
    check_statuses(scenario, "malformed", 400, [
        daemon.place(f"malformed-{number}", {"symbol": "BTCUSDT"})
        for number in range(MALFORMED)])
    check_statuses(scenario, "repeated", 200, [
        daemon.place("before-0") for _ in range(REPEATED)])
    check_statuses(scenario, "wrong password", 401, [
        daemon.call("POST", "/api/auth/login",
                    {"email": "nobody@example.org", "password": "wrong"})
        for _ in range(WRONG_LOGINS)])
    check_statuses(scenario, "stale version", 409, [
        daemon.call("POST", f"{ACCOUNT}/positions/SOLUSDT/leverage", {"leverage": "3"},
                    {"Idempotency-Key": f"stale-{number}", "If-Match": "77"})
        for number in range(CONFLICTS)])


def archive_config(scenario):
    elsewhere = scenario.folder / "elsewhere"
    elsewhere.mkdir()
    return {"archive.repository": elsewhere / "archive",
            "archive.key_escrow": elsewhere / "archive.key", "archive.every_ms": 1000}


def daemon_is_killed(scenario, daemon, boards, more_config):
    """It starts again with an archive: after a start the daemon shows only backups since then."""
    daemon.kill()
    scenario.fault("daemon killed")
    boards.await_value("Current state", "", DOWN)
    boards.await_value("Services", "botcored", 0)
    boards.await_value("Seen from outside", "eu http", 0)
    boards.await_value("Seen from outside", "us tcp", 0)
    for title in ("Uptime of 30 days", "Uptime of a year", "Downtime of 30 days"):
        scenario.check(boards.values(title), f"{title} has a value while the daemon is down")
    daemon.config |= more_config
    daemon.start()
    boards.await_value("Current state", "", WORKS)
    boards.await_value("Services", "botcored", 1)


def act_after_the_kill(scenario, daemon):
    place_all(scenario, daemon, "after", ORDERS_AFTER - 1)
    sold = daemon.place("sold", market_order("SELL", "0.02"))
    scenario.check(sold.status == 200, "a part of the position is sold", sold)
    below_the_market = int(float(sold.data()["executed_price"]) * 0.97)
    resting = daemon.place("resting", market_order() | {
        "type": "LIMIT", "price": str(below_the_market)})
    scenario.check(resting.status in (200, 202), "an order rests", resting)


def cache_is_lost(scenario, cache, boards):
    cache.hang()
    scenario.fault("cache hung")
    boards.await_value("Dependencies", "redis", 0)
    boards.await_value("Degraded modes", "cache_down", 1)
    boards.await_value("Current state", "", DEGRADED)
    cache.kill()
    cache.start()
    boards.await_value("Dependencies", "redis", 1)
    boards.await_value("Current state", "", WORKS)


def analysis_fails(scenario, daemon, analysis, monitoring):
    """Calls a broken service until the breaker is open; returns the calls and the retries."""
    name = 'retry_attempts_total{op="analysis",result="failure"}'
    calls = 0

    def call():
        nonlocal calls
        analysis.set_responses(BROKEN)
        response = daemon.call("POST", "/api/ai/analyze", {"symbol": "BTCUSDT"})
        scenario.check(response.status in (502, 503), "analysis fails", response)
        calls += 1
        return max(0, len(analysis.times) - 1)

    def is_open():
        nonlocal retries
        retries += call()
        return daemon.metric('circuit_breaker_state{name="analysis.analyze"}') == BREAKER_OPEN

    retries = 0
    scenario.eventually(10, lambda: [value for _, value in monitoring.query(name)] == [0],
                        "Prometheus has the counter before the first retry")
    scenario.eventually(30, is_open, "the breaker opens")
    scenario.check(retries > 0, "there are retries before the breaker opens")
    scenario.fault("calls of a broken service", calls)
    return calls, retries


def incident_is_handled(scenario, daemon):
    """One incident opened by itself because of the kill; another by a person, who ends it."""
    def act(path, body, key):
        response = daemon.call("POST", path, body, {"Idempotency-Key": key})
        return scenario.check(response.status in (200, 201), f"{path} is accepted", response)

    scenario.eventually(30, lambda: incidents(daemon), "the kill has opened an incident")
    act("/api/incidents", {"title": "A slow screen", "severity": "high"}, "open")
    number = max(one["number"] for one in incidents(daemon))
    time.sleep(1.5)  # What is measured here, the time to acknowledge, must not be 0.
    act(f"/api/incidents/{number}/acknowledge", {"note": "seen"}, "acknowledge")
    act(f"/api/incidents/{number}/resolve", {"resolution": "gone"}, "resolve")


def maintenance_is_shown(scenario, daemon, boards):
    for path, value in (("on", 1), ("off", 0)):
        response = daemon.call("POST", f"/api/maintenance/{path}", {},
                               {"Idempotency-Key": f"maintenance-{path}"})
        scenario.check(response.status in (200, 201), f"maintenance {path}", response)
        boards.await_value("Maintenance", "", value)


def botctl(daemon, *words):
    return subprocess.run([program("botctl"), *words, "--json", "--data", str(daemon.data), "--url",
                           f"http://127.0.0.1:{daemon.port}"], text=True, capture_output=True,
                          check=False)


def services_end(scenario, monitoring, other, boards):
    """Each kind of target was at 1; now it is at 0."""
    monitoring.alertmanager.kill()
    monitoring.places["asia"].kill()
    other.kill()
    scenario.fault("monitoring killed", 3)
    for legend in ("alertmanager", "blackbox asia http", "blackbox asia tcp", "prometheus"):
        boards.await_value("Services", legend, 0)
    for legend in ("botcored", "blackbox us http", "blackbox eu tcp"):
        boards.await_value("Services", legend, 1)


def incidents(daemon):
    return daemon.call("GET", "/api/incidents").data()["incidents"]


def system(daemon):
    return daemon.call("GET", "/api/monitoring/system").data()


def requests_of(daemon):
    """(requests, those that failed on our side) since the start of the process."""
    lines = re.findall(r'^http_requests_total\{status="(\d+)"\} (\d+)',
                       daemon.call("GET", "/metrics").body, re.M)
    return (sum(int(count) for _, count in lines),
            sum(int(count) for status, count in lines if status[0] == "5"))


def zeros(*legends):
    return dict.fromkeys(legends, 0)


def ones(*legends):
    return dict.fromkeys(legends, 1)


def counted(calls, retries):
    """What the scenario did, by panel and legend."""
    orders = ORDERS_BEFORE + ORDERS_AFTER
    probes = [f"{place} {probe}" for place in ("us", "eu", "asia") for probe in ("http", "tcp")]
    return {
        "Restarts": {"": 1},
        "Unexpected start": {"": 1},
        "Recovery success": {"": 1},
        "Recoveries by mechanism": {"restart success": 1, **zeros(
            "restart failure", "reload failure", "reconcile failure")},
        "Comparisons": {"failure": 0},
        # The series is some seconds old only, so one scrape more is a larger part of it.
        "Retries": {"analysis failure": (0.9 * retries, 1.3 * retries)},
        "Circuit breakers": {"analysis.analyze": BREAKER_OPEN, "analysis.health": 0},
        "Analysis": {"failure": calls, "success": 0, "timeout": 0},
        "Errors by type": {"QUANTITY_TOO_LARGE": REFUSED_BEFORE, "MISSING_FIELD": MALFORMED,
                           "VERSION_CONFLICT": CONFLICTS},
        "Validation failures": {"400": MALFORMED, "422": REFUSED_BEFORE},
        "Version conflicts": {"": CONFLICTS},
        "Orders": {"": orders + REFUSED_BEFORE + RESTING},
        "Orders per second": {"": (orders + REFUSED_BEFORE + RESTING) / WINDOW_SECONDS},
        "Orders filled": {"": orders},
        "Orders failed": {"": REFUSED_BEFORE},
        "Orders refused": {"": REFUSED_BEFORE},
        "Execution success": {"": orders / (orders + REFUSED_BEFORE)},
        "Fills": {"": orders},
        "Refusals by rule": {"QUANTITY_TOO_LARGE": REFUSED_BEFORE},
        "Repeated requests": {"replayed": REPEATED, **zeros("mismatch", "in_progress")},
        "Logins": {"failure": WRONG_LOGINS, **zeros("success", "delayed")},
        "Rate limited": zeros("trade", "read", "login", "register", "global"),
        "Requests shed": zeros("read", "entry"),
        "Incidents": {"": 2},
        "Incidents by severity": {**ones("critical", "high"), **zeros("medium", "low")},
        "Services": ones("botcored", "prometheus", "alertmanager", *(
            f"blackbox {probe}" for probe in probes)),
        "Seen from outside": ones(*probes),
        "Maintenance": {"": 0},
        "Exchange": {"": 1}, "Market data": {"": 1}, "Accounts compared": {"": 1},
        "Differences": zeros("order", "trade", "position", "balance"),
        "Exchange time-outs": {"": 0}, "Dropped reports": {"": 0},
        "Transaction success": {"": 1},
        "Findings": zeros("all", "commit"),
    }


def reported(daemon):
    """What the daemon's API says."""
    health = daemon.call("GET", "/health/detailed").json()
    trading = daemon.call("GET", "/api/monitoring/trading").data()
    accounts = daemon.call("GET", "/api/accounts").data()
    uptime = {one["days"]: one for one in health["uptime"]}
    available = float(uptime[30]["availability_percent"]) / 100
    modes = {one["mode"] for one in health["degraded_modes"]}
    states = {"healthy": 1, "degraded": 0.5, "unhealthy": 0}
    parts = {one["name"]: states[one["status"]] for one in health["dependencies"]
             if one["name"] in ("database", "binance_api", "market", "redis", "analysis")}
    down = uptime[30]["down_seconds"] + uptime[30]["stopped_seconds"]
    return {
        "Current state": {"": DEGRADED if modes else WORKS},
        "Degraded modes": {mode: int(mode in modes) for mode in (
            "cache_down", "analysis_down", "store_down", "market_down", "archive_down")},
        "Dependencies": parts, "History of the dependencies": parts,
        **{f"Uptime of {window}": {"": (available - 0.01, available + 0.01)}
           for window in ("30 days", "90 days", "a year")},
        "Downtime of 30 days": {"": (down, down + 2)},
        "Downtime of an hour": {"": (down, down + 2)},
        "Open orders": {"": trading["orders_live"]},
        "Orders with unknown outcome": {"": trading["orders_unknown"]},
        "Open positions": {"": trading["positions_open"]},
        "Realized profit": {"": float(trading["realized_pnl"])},
        "Accounts": {"": len(accounts)},
        "Frozen accounts": {"": trading["accounts_frozen"]},
        "Equity": {"": sum(float(one["total_equity"]) for one in accounts)},
        "Last record": {"": system(daemon)["journal_sequence"]},
    }


def of_incidents(daemon, receivers):
    found = incidents(daemon)
    alerts = daemon.call("GET", "/api/alerts").data()["alerts"]
    firing = {level: sum(one["level"] == level for one in alerts)
              for level in ("info", "warning", "critical")}
    still_open = sum(one["resolved"] is None for one in found)

    def mean(begin, end):
        times = [moment(one[end]) - moment(one[begin]) for one in found if one[end]]
        value = sum(times) / len(times) if times else 0
        return {"": (value - 0.01, value + 0.01)}

    counts = {channel: sum(one[0] == channel for one in receivers.accepted)
              for channel in ("slack", "pagerduty", "email")}
    return {
        "Open incidents": {"": still_open}, "Time line of incidents": {"": still_open},
        "Alerts": firing, "Time line of alerts": firing,
        "Reviews due": {"": sum(one["review_due"] for one in found)},
        "Mean time to detection": mean("began", "detected"),
        "Alert response time": mean("detected", "acknowledged"),
        "Mean time to recovery": mean("detected", "recovered"),
        # Prometheus does not see notices between the start and its first question.
        "Notices": {f"{channel} delivered": (max(0.5, count - 2), 1.05 * count)
                    for channel, count in counts.items()},
        "Notices waiting": zeros("slack", "pagerduty", "email", "webhook"),
    }


def moment(text):
    return datetime.datetime.fromisoformat(text.replace("Z", "+00:00")).timestamp()


def of_backups(daemon):
    done = botctl(daemon, "backup", "history")
    last = {job["job"]: job for job in json.loads(done.stdout) if job["good"]}
    age = {name: time.time() - moment(job["time"]) for name, job in last.items()}
    return {
        "Backup": {"": 1}, "Verification": {"": 1}, "Consistency": {"": 1},
        **{title: {"": (age[job] - 3, age[job] + 3)} for title, job in (
            ("Age of the backup", "snapshot"), ("Age of the verification", "verify"),
            ("Age of the drill", "drill"))},
        "Size of the backup": {"": last["snapshot"]["bytes"]},
        "Duration of the backup": {"": last["snapshot"]["took_ms"] / 1000},
        "Archive lag": {"first": (0, 5)}, "Archive failures": {"first": 0},
    }


def of_requests(daemon, before):
    """Shares and rates of requests, `before` those until the kill."""
    now = requests_of(daemon)
    share = (before[1] + now[1]) / (before[0] + now[0])
    return {
        "Error rate": {"": (0.8 * share, 1.2 * share)},
        "Requests by status": {status: count / WINDOW_SECONDS for status, count in (
            ("400", MALFORMED), ("401", WRONG_LOGINS), ("409", CONFLICTS),
            ("422", REFUSED_BEFORE))},
        "Time-outs": {"cache": daemon.metric('timeouts_total{op="cache"}') / WINDOW_SECONDS,
                      "exchange_call": 0},
        "Reconnections": {f"cache {result}": daemon.metric(
            f'reconnection_attempts_total{{result="{result}",service="cache"}}') / WINDOW_SECONDS
            for result in ("success", "failure")},
        "Cache": {"miss": (1, 10_000), "failure": (1, 10_000)},
        "Transactions": {"committed": (10, 10_000), **zeros("conflict", "unavailable")},
        "Public trades": {"counted": (0.1, 10_000), "malformed": 0},
    }


def of_the_machine(daemon):
    """What depends on the machine has bounds."""
    figures, limit = system(daemon), daemon.metric("process_memory_limit_bytes")
    times = ("Response time, 99 %", "Execution time, 50 %", "Execution time, 99 %",
             "Transaction time, 99 %", "Sync time, 99 %", "Read time, 99 %")
    return {
        "Memory": {"": (0.7 * figures["memory_bytes"] / limit,
                        1.3 * figures["memory_bytes"] / limit)},
        "Processor": {"": (0.0001, 4)},
        "Open files": {"": (figures["open_files"] - 20, figures["open_files"] + 20)},
        "Connections": {"": (1, 6)}, "Requests waiting": {"": (0, 5)},
        "Age of prices": {f"binance {market} BTCUSDT": (0, 5) for market in ("futures", "spot")},
        **{title: {"": (1e-6, 5)} for title in times},
    }
