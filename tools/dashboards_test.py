#!/usr/bin/env python3
"""The Grafana dashboards of deploy/grafana show what the specification lists, from metrics that
exist. That each panel has a value, and the right one, is shown by tests/chaos/dashboards.py."""
# @spec:R1-MON-01 R2-MON-01 R3-MON-01 R4-MON-01 RM-DB-01 RM-DB-02 RM-DB-03
import json
import pathlib
import re
import subprocess
import sys
import tempfile
import unittest
from unittest import mock

sys.dont_write_bytecode = True
ROOT = pathlib.Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "tools"))
import dashboards  # noqa: E402
import prometheus_rules_test as rules  # noqa: E402
from dashboard_panels import DASHBOARDS, uptime  # noqa: E402

# The items of the specification's rows.
ITEMS = {
    "R1-MON-01": ("current state", "uptime 30d", "uptime 90d", "uptime annual", "incident count",
                  "MTTR", "downtime"),
    "R2-MON-01": ("retry count", "breaker state", "timeout rate", "reconnect rate",
                  "errors by type"),
    "R3-MON-01": ("transaction success rate", "transaction duration", "validation failures",
                  "backup success", "consistency results"),
    "R4-MON-01": ("error rate", "recovery success", "MTTR", "incident count",
                  "alert response time"),
    "RM-DB-01": ("uptime", "error rate", "MTTR", "incidents", "recovery success"),
    "RM-DB-02": ("services", "dependencies", "history"),
    "RM-DB-03": ("active", "timeline", "actions"),
}
BY = re.compile(r"\bby \(([^)]*)\)")
DAY = 86_400
UNITS = {"none", "s", "percentunit", "cps", "reqps", "bytes", "currencyUSD"}


def shipped():
    """The dashboards as Grafana reads them, by file name."""
    return {path.name: json.loads(path.read_text("utf-8"))
            for path in sorted(dashboards.FOLDER.glob("*.json"))}


def panels():
    return [(board["title"], panel) for board in shipped().values() for panel in board["panels"]]


def label_errors(expression):
    """The labels of each `by (...)` that none of the expression's metrics has."""
    names = [name for _, name, _ in rules.selectors_of(expression)]
    known = set().union(*(rules.known_metrics()[name].labels for name in names))
    return [label for found in BY.findall(expression)
            for label in re.split(r",\s*", found) if label not in known]


def value_of(expression, series, at):
    """What promtool computes at `at` seconds over the series, each a list of a sample a day."""
    expected = {"eval_time": f"{at}s", "expr": expression, "exp_samples": []}
    case = {"tests": [{"interval": "1d", "promql_expr_test": [expected], "input_series": [
        {"series": name, "values": " ".join(map(str, values))}
        for name, values in series.items()]}]}
    with tempfile.TemporaryDirectory() as folder:
        (pathlib.Path(folder) / "case.yml").write_text(json.dumps(case), "utf-8")
        _, text = rules.promtool("test", "rules", "case.yml", folder=folder)
    # It fails, since something comes where nothing is expected, and prints what came.
    found = re.search(r"got:.*?\{\} ([\d.E+-]+)", text, re.S)
    if found is None:
        raise AssertionError(text)
    return float(found[1])


class Files(unittest.TestCase):
    def test_the_files_are_those_of_the_table(self):
        self.assertEqual(dashboards.differing(), [])
        self.assertEqual(len(shipped()), 6)

    def test_check_names_files_that_differ_and_write_makes_them(self):
        with tempfile.TemporaryDirectory() as folder, \
                mock.patch.object(dashboards, "FOLDER", pathlib.Path(folder)):
            self.assertEqual(dashboards.differing(), sorted(dashboards.files()))
            (pathlib.Path(folder) / "old.json").write_text("{}", "utf-8")
            with mock.patch.object(sys, "argv", ["dashboards.py", "--write"]):
                self.assertEqual(dashboards.main(), 0)
            self.assertEqual(len(list(pathlib.Path(folder).iterdir())), len(DASHBOARDS))
            changed = pathlib.Path(folder) / "health.json"
            changed.write_text(changed.read_text("utf-8").replace("Services", "Other"), "utf-8")
            self.assertEqual(dashboards.differing(), ["health.json"])

    def test_its_command_line(self):
        done = subprocess.run([sys.executable, dashboards.__file__, "--check"], text=True,
                              capture_output=True, check=False)
        self.assertEqual((done.returncode, done.stdout, done.stderr), (0, "", ""))
        done = subprocess.run([sys.executable, dashboards.__file__], text=True,
                              capture_output=True, check=False)
        self.assertEqual(done.returncode, 2)

    def test_provisioning_finds_prometheus_and_the_files(self):
        read = {name: rules.yaml.safe_load((dashboards.FOLDER / name).read_text("utf-8"))
                for name in ("datasource.yaml", "dashboards.yaml")}
        source = read["datasource.yaml"]["datasources"][0]
        self.assertEqual(source["type"], "prometheus")
        prometheus = rules.yaml.safe_load((rules.FOLDER / "prometheus.yml").read_text("utf-8"))
        self.assertEqual(source["jsonData"]["timeInterval"],
                         prometheus["global"]["scrape_interval"])
        provider = read["dashboards.yaml"]["providers"][0]
        self.assertEqual(provider["type"], "file")
        self.assertTrue(provider["options"]["path"] in (ROOT / "docs/deploy.md").read_text("utf-8"),
                        "the folder is named in docs/deploy.md")


class Dashboards(unittest.TestCase):
    def test_each_item_of_the_specification_has_a_panel(self):
        covered = {}
        for _, panel in panels():
            for row, item in re.findall(r"\b(R\w-[A-Z]+-\d+) ([^,:]+)(?=[,:])",
                                        panel["description"]):
                covered.setdefault(row, set()).add(item)
        self.assertEqual(covered, {row: set(items) for row, items in ITEMS.items()})

    def test_each_dashboard_can_be_imported(self):
        uids = set()
        for name, board in shipped().items():
            self.assertEqual(board["schemaVersion"], 39)
            self.assertIsNone(board["id"])
            self.assertRegex(board["uid"], r"^botcore-[a-z]{1,30}$")
            self.assertTrue(board["title"].startswith("Bot Core: "), name)
            uids.add(board["uid"])
            variables = {one["name"]: one for one in board["templating"]["list"]}
            self.assertEqual(variables["datasource"]["type"], "datasource")
            self.assertEqual(variables["datasource"]["query"], "prometheus")
            for used in re.findall(r"\$\{(\w+)\}", json.dumps(board)):
                self.assertIn(used, variables, name)
            ids = [panel["id"] for panel in board["panels"]]
            self.assertEqual(ids, list(range(1, len(ids) + 1)))
        self.assertEqual(len(uids), 6)

    def test_each_panel_says_what_it_shows(self):
        for board, panel in panels():
            where = f"{board}: {panel['title']}"
            self.assertGreater(len(panel["description"]), 15, where)
            defaults = panel["fieldConfig"]["defaults"]
            self.assertIn(defaults["unit"], UNITS, where)
            steps = [step["value"] for step in defaults["thresholds"]["steps"]]
            self.assertIsNone(steps[0], where)
            self.assertEqual(steps[1:], sorted(steps[1:]), where)
            for link in panel["links"]:
                page = re.fullmatch(r"\$\{runbooks\}/([a-z-]+\.md)", link["url"])
                self.assertTrue((ROOT / "docs" / "runbooks" / page[1]).is_file(), where)
            (target,) = panel["targets"]
            legend = set(re.findall(r"\{\{(\w+)\}\}", target["legendFormat"]))
            by = {label for found in BY.findall(target["expr"])
                  for label in re.split(r",\s*", found)} - {"le"}
            self.assertTrue(legend == by or by == {"state"}, where)

    def test_a_title_always_means_the_same_panel(self):
        meanings = {}
        for board in DASHBOARDS.values():
            self.assertEqual(len({one.title for one in board}), len(board))
            for panel in board:
                self.assertIs(meanings.setdefault(panel.title, panel), panel, panel.title)

    def test_panels_do_not_overlap(self):
        for name, board in shipped().items():
            taken = set()
            for panel in board["panels"]:
                at = panel["gridPos"]
                cells = {(column, row) for column in range(at["x"], at["x"] + at["w"])
                         for row in range(at["y"], at["y"] + at["h"])}
                self.assertFalse(cells & taken, f"{name}: {panel['title']}")
                self.assertLessEqual(at["x"] + at["w"], 24)
                taken |= cells


class Expressions(unittest.TestCase):
    def test_each_metric_exists_with_its_labels(self):
        for board, panel in panels():
            expression = panel["targets"][0]["expr"]
            where = f"{board}: {panel['title']}"
            self.assertEqual(rules.expression_errors(expression), [], where)
            self.assertEqual(label_errors(expression), [], where)

    def test_what_does_not_exist_is_noticed(self):
        self.assertEqual(rules.expression_errors("sum(increase(order_total[$__range]))"),
                         ["no metric order_total in docs/metrics.md"])
        self.assertEqual(label_errors("sum by (kind, op) (rate(timeouts_total[5m]))"), ["kind"])

    def test_promtool_understands_each_expression(self):
        expressions = [{"record": f"panel_{number}", "expr": re.sub(
            r"\[\$__\w+\]", "[5m]", panel["targets"][0]["expr"])}
            for number, (_, panel) in enumerate(panels())]
        with tempfile.TemporaryDirectory() as folder:
            (pathlib.Path(folder) / "rules.yml").write_text(json.dumps(
                {"groups": [{"name": "panels", "rules": expressions}]}), "utf-8")
            status, text = rules.promtool("check", "rules", "rules.yml", folder=folder)
        self.assertEqual(status, 0, text)

    def test_uptime_of_90_days_and_a_year_adds_months_that_do_not_overlap(self):
        # In the month that ended k months ago the daemon was down for 10 * k of 1000 seconds.
        day = 365
        down = [10 * ((day - one) // 30) for one in range(day + 1)]
        series = {'service_seconds{state="down"}': down,
                  'service_seconds{state="stopped"}': [0] * (day + 1),
                  'service_seconds{state="planned"}': [500] * (day + 1),
                  'service_seconds{state="degraded"}': [100] * (day + 1),
                  'service_seconds{state="up"}': [900 - one for one in down]}
        for months in (1, 3, 12):
            lost = sum(10 * number for number in range(months)) / (1000 * months)
            self.assertAlmostEqual(value_of(uptime(months), series, day * DAY), 1 - lost)

    def test_uptime_ignores_months_without_samples_and_holds_while_the_daemon_is_down(self):
        series = {'service_seconds{state="up"}': [990, 990],
                  'service_seconds{state="down"}': [10, 10]}
        for at in (DAY, DAY + 3600):
            self.assertAlmostEqual(value_of(uptime(12), series, at), 0.99)


if __name__ == "__main__":
    unittest.main()
