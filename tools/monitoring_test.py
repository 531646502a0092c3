#!/usr/bin/env python3
"""Alertmanager, Prometheus and the blackbox exporter start with the files of deploy/, and do what
the files are for.

`amtool check-config` accepts files with which Alertmanager ends at once, so each program is started
too. A machine without them (Debian packages prometheus, prometheus-alertmanager and
prometheus-blackbox-exporter) fails. That messages arrive is shown by tests/chaos/shipped_alerts.py.
"""
# @spec:R1-EXTMON-02 R1-EXTMON-03 R1-EXTMON-04 R1-INTMON-01
import contextlib
import http.server
import json
import os
import pathlib
import re
import socket
import subprocess
import sys
import tempfile
import threading
import unittest

DEBIAN_PYTHON = "/usr/bin/python3"
try:
    import yaml
except ImportError:
    # Another interpreter comes first in the path; the packages are installed for Debian's.
    if sys.executable == DEBIAN_PYTHON:
        raise
    os.execv(DEBIAN_PYTHON, [DEBIAN_PYTHON, *sys.argv])

sys.dont_write_bytecode = True
ROOT = pathlib.Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "tests" / "chaos"))
from world.daemon import free_port  # noqa: E402
from world.monitoring import PLACES, Service, shipped, start_exporter  # noqa: E402

ALERTMANAGER = ROOT / "deploy" / "alertmanager" / "alertmanager.yml"
PROMETHEUS = ROOT / "deploy" / "prometheus" / "prometheus.yml"
# What amtool accepts and Alertmanager ends with.
DEADLY = """
route: {receiver: one}
receivers:
  - name: one
    webhook_configs:
      - url: http://127.0.0.1/
        http_config: {tls_config: {ca_file: /nonexistent/ca.pem}}
"""
RECEIVERS = {"critical": "everybody", "warning": "slack", "info": "nobody"}
# https://uptimerobot.com/api: parameters of newMonitor, types, and subtypes of a port monitor.
UPTIMEROBOT_FIELDS = {"friendly_name", "url", "type", "sub_type", "port", "interval", "timeout"}
UPTIMEROBOT_HTTP, UPTIMEROBOT_PORT, UPTIMEROBOT_CUSTOM_PORT = 1, 4, 99


class Room:
    """The folder and the clean-ups of one test, as world.scenario.Scenario has them."""

    def __init__(self, test):
        self.folder = pathlib.Path(test.enterContext(tempfile.TemporaryDirectory()))
        self.add_cleanup = test.addCleanup


def run(*command):
    """(exit status, everything that it printed)."""
    done = subprocess.run(command, text=True, capture_output=True, check=False,
                          stdin=subprocess.DEVNULL)
    return done.returncode, done.stdout + done.stderr


def start_alertmanager(room, file):
    port = free_port()
    return Service(room, "alertmanager", [
        "prometheus-alertmanager", f"--config.file={file}", "--cluster.listen-address=",
        f"--storage.path={room.folder}", f"--web.listen-address=127.0.0.1:{port}"],
        port).wait_ready()


def start_prometheus(room, file):
    port = free_port()
    return Service(room, "prometheus", [
        "prometheus", f"--config.file={file}", "--rules.alert.resend-delay=5s",
        f"--storage.tsdb.path={room.folder}", f"--web.listen-address=127.0.0.1:{port}"],
        port).wait_ready()


def rule_positions():
    """(group, position in it, seconds until it fires, severity) by alert."""
    found = {}
    for name in shipped("prometheus/prometheus.yml")["rule_files"]:
        for group in shipped(f"prometheus/{name}")["groups"]:
            for position, rule in enumerate(group["rules"]):
                found[rule["alert"]] = (group["name"], position, seconds(rule.get("for", "0s")),
                                        rule["labels"]["severity"])
    return found


def seconds(text):
    return sum(int(count) * {"s": 1, "m": 60, "h": 3600}[unit]
               for count, unit in re.findall(r"(\d+)([smh])", text))


def alerts_of(matchers):
    """The alerts that a matcher of an inhibition names."""
    return re.search(r'alertname\s*=~?\s*"?([\w|]+)"?', matchers[0])[1].split("|")


def routes(route):
    yield route
    for one in route.get("routes", []):
        yield from routes(one)


def fields(value, name=""):
    """(name, value) of every field in a document."""
    if isinstance(value, dict):
        for key, one in value.items():
            yield from fields(one, key)
    elif isinstance(value, list):
        for one in value:
            yield from fields(one, name)
    else:
        yield name, value


class Alertmanager(unittest.TestCase):
    def setUp(self):
        self.config = shipped("alertmanager/alertmanager.yml")

    def test_it_starts_with_the_file(self):
        status, text = run("amtool", "check-config", str(ALERTMANAGER))
        self.assertEqual(status, 0, text)
        manager = start_alertmanager(Room(self), ALERTMANAGER)
        loaded = json.loads(manager.get("/api/v2/status"))["config"]["original"]
        names = [one["name"] for one in yaml.safe_load(loaded)["receivers"]]
        self.assertEqual(names, [one["name"] for one in self.config["receivers"]])

    def test_a_file_with_which_it_ends_fails_although_amtool_accepts_it(self):
        room = Room(self)
        file = room.folder / "alertmanager.yml"
        file.write_text(DEADLY, encoding="utf-8")
        status, text = run("amtool", "check-config", str(file))
        self.assertEqual(status, 0, text)
        with self.assertRaisesRegex(RuntimeError, "alertmanager ended"):
            start_alertmanager(room, file)

    def test_each_alert_goes_to_the_receivers_of_its_severity(self):
        expected = {name: RECEIVERS[severity]
                    for name, (*_, severity) in rule_positions().items()}
        expected["Watchdog"] = "dead-man"
        self.assertEqual(set(expected.values()), {*RECEIVERS.values(), "dead-man"})
        severities = {name: severity for name, (*_, severity) in rule_positions().items()}
        chosen = {"Watchdog", "ServiceDown", "StoreDown", "BackupOld", "Restarted"}
        for name in sorted(chosen):
            self.assertEqual(self.receiver(f"alertname={name}", f"severity={severities[name]}"),
                             expected[name], name)
        for severity, receiver in RECEIVERS.items():
            self.assertEqual(self.receiver("alertname=Other", f"severity={severity}"), receiver)
        self.assertEqual(self.receiver("alertname=Other"), "slack")

    def receiver(self, *labels):
        status, text = run("amtool", "config", "routes", "test",
                           f"--config.file={ALERTMANAGER}", *labels)
        self.assertEqual(status, 0, text)
        return text.splitlines()[0]

    def test_a_critical_alert_reaches_three_channels_and_a_warning_one(self):
        channels = {one["name"]: {key for key in one if key.endswith("_configs")}
                    for one in self.config["receivers"]}
        self.assertEqual(channels, {
            "nobody": set(), "dead-man": {"webhook_configs"}, "slack": {"slack_configs"},
            "everybody": {"pagerduty_configs", "slack_configs", "email_configs"}})

    def test_it_waits_for_the_alert_that_mutes_another(self):
        self.assertGreater(seconds(self.config["route"]["group_wait"]), 0)
        for route in routes(self.config["route"]):
            self.assertGreater(seconds(route.get("group_wait", "5s")), 0)

    def test_an_alert_that_mutes_another_comes_first(self):
        rules = rule_positions()
        self.assertTrue(self.config["inhibit_rules"])
        for inhibition in self.config["inhibit_rules"]:
            for source in alerts_of(inhibition["source_matchers"]):
                group, position, wait, severity = rules[source]
                self.assertEqual(severity, "critical")
                for target in alerts_of(inhibition["target_matchers"]):
                    other, after, other_wait, _ = rules[target]
                    self.assertNotEqual(source, target)
                    before = (other == group and position < after
                              or wait + seconds("30s") <= other_wait)
                    self.assertTrue(before, f"{source} mutes {target}")

    def test_secrets_are_files(self):
        secret = re.compile(r"(api_url|routing_key|service_key|password|credentials|token|secret)")
        found = {name for name, _ in fields(self.config) if secret.search(name)}
        self.assertEqual(found, {"api_url_file", "routing_key_file", "smtp_auth_password_file",
                                 "credentials_file"})


class Prometheus(unittest.TestCase):
    def test_it_starts_with_the_file_and_loads_all_rules(self):
        prometheus = start_prometheus(Room(self), PROMETHEUS)
        groups = json.loads(prometheus.get("/api/v1/rules"))["data"]["groups"]
        loaded = {rule["name"] for group in groups for rule in group["rules"]}
        self.assertEqual(loaded, set(rule_positions()))

    def test_a_file_with_which_it_ends_fails(self):
        room = Room(self)
        file = room.folder / "prometheus.yml"
        file.write_text("rule_files: [missing.yml]\nscrape_configs: [{job_name: 1, every: 1s}]\n",
                        encoding="utf-8")
        with self.assertRaisesRegex(RuntimeError, "prometheus ended"):
            start_prometheus(room, file)

    def test_every_target_names_its_service(self):
        services = {}
        for job in shipped("prometheus/prometheus.yml")["scrape_configs"]:
            for one in job["static_configs"]:
                services.setdefault(job["job_name"], set()).add(one["labels"]["service"])
        self.assertEqual(services, {
            "botcored": {"botcored"}, "prometheus": {"prometheus"},
            "alertmanager": {"alertmanager"}, "probe_http": {"blackbox"},
            "probe_tcp": {"blackbox"}})

    def test_three_places_probe_every_minute_over_http_and_tcp(self):
        modules = shipped("probes/blackbox.yml")["modules"]
        jobs = {job["job_name"]: job for job in shipped("prometheus/prometheus.yml")
                ["scrape_configs"] if job["job_name"].startswith("probe_")}
        for probe in ("http", "tcp"):
            job = jobs[f"probe_{probe}"]
            self.assertEqual(job["scrape_interval"], "1m")
            self.assertEqual(modules[job["params"]["module"][0]]["prober"], probe)
            labels = [one["labels"] for one in job["static_configs"]]
            self.assertEqual(tuple(one["place"] for one in labels), PLACES)
            self.assertEqual({one["probe"] for one in labels}, {probe})
            self.assertEqual(len({one["__probe_address__"] for one in labels}), 3)


class Probes(unittest.TestCase):
    def setUp(self):
        room = Room(self)
        self.exporter = start_exporter(room, "exporter").wait_ready("/-/healthy")

    def succeeds(self, module, target):
        page = self.exporter.get(f"/probe?module={module}&target={target}")
        return re.search(r"^probe_success (\d)$", page, re.M)[1] == "1"

    def serve(self, status):
        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                self.send_response(status if self.path == "/health/live" else 404)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_):
                pass

        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        self.addCleanup(server.server_close)
        self.addCleanup(server.shutdown)
        return f"127.0.0.1:{server.server_address[1]}"

    def test_a_live_daemon_is_seen_and_another_is_not(self):
        alive, failing = self.serve(200), self.serve(503)
        self.assertTrue(self.succeeds("http_live", f"http://{alive}/health/live"))
        self.assertFalse(self.succeeds("http_live", f"http://{failing}/health/live"))
        self.assertFalse(self.succeeds("http_live", f"http://{alive}/other"))

    def test_a_daemon_without_tls_is_not_believed_where_tls_is_expected(self):
        self.assertFalse(self.succeeds("https_live", f"http://{self.serve(200)}/health/live"))

    def test_a_port_is_seen_while_it_is_open(self):
        with contextlib.closing(socket.create_server(("127.0.0.1", 0))) as listener:
            address = f"127.0.0.1:{listener.getsockname()[1]}"
            self.assertTrue(self.succeeds("tcp_connect", address))
        self.assertFalse(self.succeeds("tcp_connect", address))


class UptimeRobot(unittest.TestCase):
    def test_each_monitor_has_only_documented_fields(self):
        file = ROOT / "deploy" / "probes" / "uptimerobot.json"
        monitors = json.loads(file.read_text(encoding="utf-8"))
        self.assertEqual([one["type"] for one in monitors], [UPTIMEROBOT_HTTP, UPTIMEROBOT_PORT])
        for one in monitors:
            self.assertLessEqual(set(one), UPTIMEROBOT_FIELDS)
            self.assertEqual(one["interval"], 60)
            self.assertEqual(one["type"] == UPTIMEROBOT_PORT, "port" in one)
        self.assertRegex(monitors[0]["url"], r"^https://.*/health/live$")
        self.assertEqual(monitors[1]["sub_type"], UPTIMEROBOT_CUSTOM_PORT)
        self.assertNotIn("/", monitors[1]["url"])


if __name__ == "__main__":
    unittest.main()
