#!/usr/bin/env python3
"""Prometheus rules use metrics that the daemon exports, and fire when they should.

deploy/prometheus/tests holds the cases, which promtool runs. A machine without promtool (Debian
package `prometheus`) fails. Names, labels and kinds of metrics come from docs/metrics.md, which a
test of the daemon compares with its table; what Prometheus and the probes add, from the targets of
prometheus.yml.
"""
# @spec:R1-MON-02 R1-MON-03 R1-MON-04 R2-MON-02 R2-MON-03 R2-MON-04 R3-MON-02 R3-MON-03
# @spec:R3-MON-04 R4-MON-02 R4-MON-04 RM-AL-02 R4-RUN-15
import dataclasses
import functools
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import unittest

DEBIAN_PYTHON = "/usr/bin/python3"
try:
    import yaml
except ImportError:
    # Another interpreter comes first in the path; the packages are installed for Debian's.
    if sys.executable == DEBIAN_PYTHON:
        raise
    os.execv(DEBIAN_PYTHON, [DEBIAN_PYTHON, *sys.argv])

ROOT = pathlib.Path(__file__).resolve().parents[1]
FOLDER = ROOT / "deploy" / "prometheus"
RULE_FILES = ("alerts.yml", "probes.yml")
TARGET_LABELS = {"job", "instance"}  # Prometheus adds them to every series.
# Fires always, by design: a receiver outside the machine reports when it stops arriving. So its
# expression names no metric, and no case can show that it does not fire.
ALWAYS_FIRES = "Watchdog"
KEYWORDS = {"and", "or", "unless", "bool", "offset", "inf", "nan"}
OVER_COUNTERS = {"rate", "increase", "irate", "absent", "absent_over_time"}
ONLY_COUNTERS = {"rate", "increase", "irate"}
LABEL_LIST = re.compile(r"\b(?:by|without|on|ignoring|group_left|group_right)\s*\([^)]*\)")
SELECTOR = re.compile(r"(?P<call>\b\w+\s*\(\s*)?(?P<name>\b[a-zA-Z_:][\w:]*)\b(?!\s*\()\s*"
                      r"(?:\{(?P<labels>[^}]*)\})?")
MATCHER = re.compile(r'(\w+)\s*(=~|!~|!=|=)\s*"([^"]*)"')
CASE = re.compile(r"(\w+) (fires|does not fire) when \w.*")
FIRING = re.compile(r'count by \(severity\) '
                    r'\(ALERTS\{alertname="(\w+)", alertstate="firing"\}\)')


@dataclasses.dataclass(frozen=True)
class Metric:
    kind: str
    labels: dict  # Listed values by name of the label; None in the list: other values are possible.


def label_values(text):
    """The values in a cell of the table: `a`, `b`, and whether others are possible."""
    values = re.findall(r"`([^`]+)`", text)
    return values if re.fullmatch(r"(`[^`]+`(, )?)+", text) else [*values, None]


@functools.cache
def metrics():
    """Metric by name. A histogram has the three names that it is exported under."""
    found = {}
    for line in (FOLDER.parents[1] / "docs/metrics.md").read_text("utf-8").splitlines():
        cells = [cell.strip() for cell in line.strip("|").split(" | ")]
        if not re.fullmatch(r"`[a-z_]+`", cells[0]):
            continue
        labels = {} if cells[2] == "–" else {
            one.group(1): label_values(one.group(2))
            for one in re.finditer(r"`(\w+)`: ?(.*?)(?:; (?=`\w+`:)|$)", cells[2])}
        name = cells[0].strip("`")
        if cells[1] != "histogram":
            found[name] = Metric(cells[1], labels)
            continue
        found[f"{name}_bucket"] = Metric("counter", {**labels, "le": []})
        found[f"{name}_sum"] = found[f"{name}_count"] = Metric("counter", labels)
    return found


@functools.cache
def scrape_configs():
    return yaml.safe_load((FOLDER / "prometheus.yml").read_text("utf-8"))["scrape_configs"]


def target_labels(of_job=""):
    """The values of each label that prometheus.yml gives to the targets of such jobs."""
    found = {}
    for job in scrape_configs():
        for targets in job["static_configs"] if job["job_name"].startswith(of_job) else []:
            for name, value in targets["labels"].items():
                if not name.startswith("__"):
                    found.setdefault(name, []).append(value)
    return found


@functools.cache
def known_metrics():
    """The metrics of the daemon, and those that exist by scraping."""
    return {**metrics(), "up": Metric("gauge", target_labels()),
            "probe_success": Metric("gauge", target_labels("probe_"))}


@functools.cache
def source():
    """All code of the daemon; values that the table does not list must occur in it."""
    return "\n".join(path.read_text("utf-8") for path in sorted((ROOT / "src").rglob("*.cpp"))
                     if not path.name.endswith("_test.cpp"))


def value_errors(label, operator, value, listed):
    if label == "le" or value == "":
        return
    by_pattern = operator in ("=~", "!~")
    for one in value.split("|") if by_pattern else [value]:
        pattern = one if by_pattern else re.escape(one)
        if any(re.fullmatch(pattern, known) for known in listed if known):
            continue
        # The code may join a value from words with dots between them.
        words = [one] if by_pattern else one.split(".")
        if None not in listed or not all(f'"{word}"' in source() for word in words):
            yield f'{label} is never "{one}"'


def selector_errors(selector):
    """What is wrong with one selector of a series: (function around it, name, matchers)."""
    call, name, matchers = selector
    metric = known_metrics().get(name)
    if metric is None:
        yield f"no metric {name} in docs/metrics.md"
        return
    for label, operator, value in matchers:
        if label in TARGET_LABELS:
            continue
        if label == "service" and label not in metric.labels:
            # The daemon's target has this label, so each of its metrics has it.
            metric_values = target_labels("botcored")["service"]
            yield from (f"{name}: {error}" for error in
                        value_errors(label, operator, value, metric_values))
        elif label not in metric.labels:
            yield f"{name} has no label {label}"
        else:
            yield from (f"{name}: {error}" for error in
                        value_errors(label, operator, value, metric.labels[label]))
    if metric.kind == "counter" and call is not None and call not in OVER_COUNTERS:
        yield f"{name} is reset at every start: use rate or increase"
    if metric.kind != "counter" and call in ONLY_COUNTERS:
        yield f"{name} is no counter: {call} treats each decrease as a restart"


def selectors_of(expression):
    without_lists = LABEL_LIST.sub(" ", re.sub(r"\[[^\]]*\]", "", expression))
    for found in SELECTOR.finditer(without_lists):
        if found["name"].lower() not in KEYWORDS:
            call = (found["call"] or "").rstrip("( ")
            yield call, found["name"], MATCHER.findall(found["labels"] or "")


def expression_errors(expression):
    selectors = list(selectors_of(expression))
    if not selectors:
        return ["the expression names no metric"]
    return [error for selector in selectors for error in selector_errors(selector)]


def groups():
    return [group for name in RULE_FILES
            for group in yaml.safe_load((FOLDER / name).read_text("utf-8"))["groups"]]


def rules():
    return {rule["alert"]: rule for group in groups() for rule in group["rules"]}


def case_files():
    return sorted((FOLDER / "tests").glob("*.yml"))


def cases_of(file):
    return yaml.safe_load(file.read_text("utf-8"))["tests"]


def cases():
    return [case for file in case_files() for case in cases_of(file)]


def promtool(*arguments, folder=FOLDER):
    """(exit status, everything that it printed)."""
    if shutil.which("promtool") is None:
        raise AssertionError("promtool is missing: tools/install.sh installs package prometheus")
    done = subprocess.run(["promtool", *arguments], cwd=folder, text=True, capture_output=True,
                          check=False, stdin=subprocess.DEVNULL)
    return done.returncode, done.stdout + done.stderr


def run_cases():
    return promtool("test", "rules", *(f"tests/{file.name}" for file in case_files()))


def failures_in(file, expression):
    """The alerts of one file whose cases fail when their rules have this expression instead."""
    alerts = {CASE.match(case["name"])[1] for case in cases_of(file)}
    # Rules that no case of the file names are left out, since they only take time.
    changed = [{"alert": name, "expr": expression, "labels": rule["labels"]}
               for name, rule in rules().items() if name in alerts]
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        (folder / "tests").mkdir()
        shutil.copy(file, folder / "tests")
        for rule_file in RULE_FILES:
            (folder / rule_file).write_text(
                yaml.safe_dump({"groups": [{"name": "changed", "rules": changed}]}), "utf-8")
        _, text = promtool("test", "rules", f"tests/{file.name}", folder=folder)
        return set(re.findall(r'alertname=\\"(\w+)\\"', text))


def alerts_that_fail(expression):
    """The alerts whose cases fail when every rule's expression is replaced by this one."""
    return set().union(*(failures_in(file, expression) for file in case_files()))


class PrometheusRules(unittest.TestCase):
    def test_promtool_understands_rules_and_configuration(self):
        for command in (("rules", *RULE_FILES), ("config", "prometheus.yml")):
            status, text = promtool("check", *command)
            self.assertEqual(status, 0, text)

    def test_each_alert_has_a_name_a_severity_an_action_and_a_runbook(self):
        text = "\n".join((FOLDER / name).read_text("utf-8") for name in RULE_FILES)
        self.assertEqual(len(rules()), len(re.findall(r"^ +- alert: ", text, re.M)))
        for name, rule in rules().items():
            self.assertIn(rule["labels"]["severity"], ("info", "warning", "critical"), name)
            self.assertEqual(set(rule["annotations"]), {"summary", "action", "runbook"}, name)
            self.assertTrue(all(rule["annotations"].values()), name)

    def test_each_runbook_exists(self):
        missing = set()
        for name, rule in rules().items():
            runbook = rule["annotations"]["runbook"]
            self.assertRegex(runbook, r"^docs/runbooks/[a-z-]+\.md$", name)
            if not (ROOT / runbook).is_file():
                missing.add(runbook)
        self.assertEqual(missing, set())

    def test_each_alert_fires_when_it_should_and_only_then(self):
        status, text = run_cases()
        self.assertEqual(status, 0, text)

    def test_each_case_says_of_its_alert_what_it_shows(self):
        behaviours = set()
        for case in cases():
            name = case["name"]
            self.assertRegex(name, CASE)
            alert, verb = CASE.match(name).groups()
            fired = []
            for check in case["promql_expr_test"]:
                self.assertEqual(FIRING.fullmatch(check["expr"])[1], alert, name)
                fired.append(bool(check["exp_samples"]))
            if verb == "fires":
                self.assertTrue(fired[-1], name)
            else:
                self.assertFalse(fired[-1], name)
            behaviours.add((alert, verb))
        self.assertEqual(behaviours, {(alert, verb) for alert in rules()
                                      for verb in ("fires", "does not fire")} -
                         {(ALWAYS_FIRES, "does not fire")})
        names = [case["name"] for case in cases()]
        self.assertEqual(len(names), len(set(names)))

    def test_cases_notice_an_alert_that_never_fires_and_one_that_always_does(self):
        self.assertEqual(alerts_that_fail("vector(1) > 2"), set(rules()))
        self.assertEqual(alerts_that_fail("vector(1)"), set(rules()) - {ALWAYS_FIRES})


class MetricsOfRules(unittest.TestCase):
    def test_each_metric_of_a_rule_exists_with_its_labels(self):
        for name, rule in rules().items():
            expected = ["the expression names no metric"] if name == ALWAYS_FIRES else []
            self.assertEqual(expression_errors(rule["expr"]), expected, name)

    def test_each_series_of_a_case_exists_with_its_labels(self):
        for case in cases():
            for one in case.get("input_series", []):
                _, name, matchers = next(selectors_of(one["series"]))
                self.assertEqual(list(selector_errors((None, name, matchers))), [], case["name"])

    def test_each_job_of_a_rule_is_scraped(self):
        jobs = {one["job_name"] for one in scrape_configs()}
        used = {job for rule in rules().values()
                for job in re.findall(r'job="([^"]*)"', rule["expr"])}
        self.assertGreaterEqual(used, {"botcored", "probe_http"})
        self.assertLessEqual(used, jobs)

    def test_table_is_read_whole(self):
        table = (ROOT / "src/observability/metric_table.cpp").read_text("utf-8")
        names = set(re.findall(r'^    \{"([a-z_]+)", k(?:Counter|Gauge)', table, re.M))
        histograms = set(re.findall(r'^    \{"([a-z_]+)", kHistogram', table, re.M))
        self.assertGreater(len(names), 50)
        self.assertEqual(set(metrics()), names | {
            name + end for name in histograms for end in ("_bucket", "_sum", "_count")})
        self.assertEqual(metrics()["retry_attempts_total"].labels["result"],
                         ["success", "failure"])

    def test_what_the_daemon_does_not_export_is_refused(self):
        for expression, error in {
                "order_unknown > 0": "no metric order_unknown in docs/metrics.md",
                'sum by (job) (up{jobs="botcored"})': "up has no label jobs",
                'backup_success == 0 or health_check_status{check="db"} == 0':
                    'health_check_status: check is never "db"',
                'rate(database_transactions_total{result=~"conflict|lost"}[5m]) > 0':
                    'database_transactions_total: result is never "lost"',
                'rate(http_requests_total{status=~"6.."}[5m]) > 0':
                    'http_requests_total: status is never "6.."',
                "wal_fsync_seconds > 1": "no metric wal_fsync_seconds in docs/metrics.md",
                "orders_total > 5":
                    "orders_total is reset at every start: use rate or increase",
                "max_over_time(requests_dropped_total[5m]) > 0":
                    "requests_dropped_total is reset at every start: "
                    "use rate or increase",
                "rate(accounts_frozen[5m]) > 0":
                    "accounts_frozen is no counter: rate treats each decrease as a restart",
                'up{service="grafana"} == 0': 'up: service is never "grafana"',
                'probe_success{place="mars"} == 0': 'probe_success: place is never "mars"',
                'max(maintenance_planned{service="cache"}) == 1':
                    'maintenance_planned: service is never "cache"',
                "vector(1)": "the expression names no metric"}.items():
            self.assertEqual(expression_errors(expression), [error], expression)
        self.assertEqual(expression_errors(
            'sum by (le) (rate(wal_fsync_seconds_bucket{le="0.1"}[5m])) > 0 '
            'and on () up{service="botcored", instance=~"a.*"} == 1'), [])


if __name__ == "__main__":
    unittest.main()
