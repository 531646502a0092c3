#!/usr/bin/env python3
"""The samples of the reliability specification and what the real daemon sends have the same form:
the same keys in the same order, the same types, labels and units. The sentences are ours.

A file of forms/ is one sample: words in angle brackets are types, everything else is compared as
it is. Keys that the specification does not name are allowed, because the OpenAPI document has the
complete bodies; `<nothing else>` forbids them.

What is checked elsewhere, or does not exist:
- the reconciliation report of a mismatch needs an exchange with another state, which only the C++
  tests have: Reconciliation.ShowsBothSidesWithReasonAndAction has its lines, and
  ReconcileFix.AdoptsBalancesAndPositionsOneByOneAndTradesAgain the whole way;
- the error code BINANCE_API_UNAVAILABLE: there is no such exchange yet. The retries are made by
  the call of the analysis service;
- the health body of the analysis service, which is another program.
"""
# @spec:R1-HEALTH-01 R1-HEALTH-02 R1-HEALTH-03 R1-HEALTH-04 R2-ERR-09 R1-CALC-02 R1-CALC-03
# @spec:RC-01 RC-02 RC-03 RC-04 RC-05
import json
import pathlib
import re
import sys
import unittest
import urllib.error
import urllib.request

TESTS = pathlib.Path(__file__).resolve().parents[1]
sys.path[1:1] = [str(TESTS / "integration"), str(TESTS / "chaos")]
from fixtures import NEGATIVE, ProgramTest, stop  # noqa: E402
from world.faults import Peer  # noqa: E402

FORMS = pathlib.Path(__file__).resolve().parent / "forms"
NOTHING_ELSE = "<nothing else>"
CLOSED = "redis://127.0.0.1:1"  # No server listens on a port that only root may have.
FIRST_FOUR_CHECKS = ["database", "binance_api", "redis", "websocket"]


def is_text(pattern):
    return lambda value: isinstance(value, str) and re.fullmatch(pattern, value) is not None


TYPES = {
    "health": is_text(r"healthy|degraded|unhealthy"),
    "text": is_text(r"(?s).*"),
    "time": is_text(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{3})?Z"),
    "decimal": is_text(r"-?\d+(\.\d+)?"),
    "code": is_text(r"[A-Z]+(_[A-Z]+)*"),
    "request id": is_text(r"req_[a-z0-9]+"),
    "integer": lambda value: isinstance(value, int) and not isinstance(value, bool),
    "boolean": lambda value: isinstance(value, bool),
}


def form_of(name):
    return json.loads((FORMS / name).read_text())


def differences(form, value, path="body"):
    """Where the value does not have the form."""
    if isinstance(form, dict):
        if not isinstance(value, dict):
            return [f"{path} is no object"]
        keys = [key for key in form if key != NOTHING_ELSE]
        found = [key for key in value if key in keys]
        wrong = [] if found == keys else [f"{path} has {list(value)}, expected {keys}"]
        if NOTHING_ELSE in form and len(value) != len(keys):
            wrong.append(f"{path} has {list(value)}, expected nothing but {keys}")
        return wrong + [one for key in found
                        for one in differences(form[key], value[key], f"{path}.{key}")]
    if isinstance(form, list):
        if not isinstance(value, list) or len(value) != len(form):
            return [f"{path} is no list of {len(form)}"]
        return [one for number, (part, item) in enumerate(zip(form, value))
                for one in differences(part, item, f"{path}[{number}]")]
    named = re.fullmatch(r"<(.+?)( or null)?>", form) if isinstance(form, str) else None
    if named:
        fits = TYPES[named[1]](value) or (value is None and named[2] is not None)
    else:
        fits = type(form) is type(value) and form == value
    return [] if fits else [f"{path} is {value!r}, expected {form!r}"]


def with_one_change(form):
    """Every form with one of its keys renamed, or with its first two keys exchanged."""
    if isinstance(form, dict):
        keys = [key for key in form if key != NOTHING_ELSE]
        for changed in keys:
            yield {("another_key" if key == changed else key): form[key] for key in form}
            for part in with_one_change(form[changed]):
                yield {**form, changed: part}
        if len(keys) > 1:
            yield {key: form[key] for key in [keys[1], keys[0], *list(form)[2:]]}
    elif isinstance(form, list):
        for number, item in enumerate(form):
            for part in with_one_change(item):
                yield form[:number] + [part] + form[number + 1:]


class SampleForms(ProgramTest):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.analysis = Peer((500, {"error": "made to fail"}, {}))
        cls.data = cls.home / "data"
        settings = (f"analysis.url=http://127.0.0.1:{cls.analysis.port}", f"cache.url={CLOSED}",
                    "reliability.retry_initial_delay_ms=100")
        cls.daemon, cls.port = cls.start(
            cls.data, *(word for one in settings for word in ("--set", one)))

    @classmethod
    def tearDownClass(cls):
        stop(cls.daemon)
        cls.analysis.close()
        super().tearDownClass()

    def fits(self, name, value):
        """The value has the form, and would not have it if one key of the form were another."""
        form = form_of(name)
        self.assertEqual(differences(form, value), [], name)
        changed = list(with_one_change(form))
        self.assertGreater(len(changed), 1, name)
        for other in changed:
            self.assertNotEqual(differences(other, value), [], f"{name}: {other}")

    def call(self, method, path, body=None, **headers):
        """Status and body of a response."""
        token = (self.data / "operator.token").read_text().strip()
        request = urllib.request.Request(
            f"http://127.0.0.1:{self.port}{path}", method=method,
            data=None if body is None else json.dumps(body).encode(),
            headers={"Authorization": f"Bearer {token}", "Content-Type": "application/json",
                     **{name.replace("_", "-"): value for name, value in headers.items()}})
        try:
            with urllib.request.urlopen(request, timeout=30) as response:
                return response.status, response.read().decode()
        except urllib.error.HTTPError as error:
            return error.code, error.read().decode()

    def json_of(self, method, path, expected, body=None, **headers):
        status, text = self.call(method, path, body, **headers)
        self.assertEqual(status, expected, text)
        return json.loads(text)

    def botctl(self, *words, data=None, port=None):
        return self.run_botctl(data or self.data, *words,
                               "--url", f"http://127.0.0.1:{port or self.port}")

    def test_the_health_body(self):
        body = self.wait_for(lambda: "a probe of the cache", self.health_with_probed_cache)
        self.fits("health.json", body)
        self.assertEqual(list(body["checks"])[:4], FIRST_FOUR_CHECKS)
        # The cache does not answer: it is optional, so the whole is degraded and this process not.
        self.assertEqual((body["status"], body["overall_status"]), ("healthy", "degraded"))
        self.assertEqual(body["checks"]["redis"]["status"], "unhealthy")
        self.assertNotEqual(body["checks"]["redis"]["message"], "")

    def health_with_probed_cache(self):
        body = self.json_of("GET", "/health", 200)
        return body if isinstance(body["checks"]["redis"].get("latency_ms"), int) else None

    def test_the_other_health_bodies(self):
        self.fits("health_ready.json", self.json_of("GET", "/health/ready", 200))
        self.fits("health_live.json", self.json_of("GET", "/health/live", 200))
        body = self.json_of("GET", "/health/detailed", 200)
        configured = [one for one in body["dependencies"] if one["status"] != "not_configured"]
        self.assertLessEqual(set(FIRST_FOUR_CHECKS), {one["name"] for one in configured})
        for one in configured:
            self.fits("health_dependency.json", one)

    def test_the_error_body_after_three_retries(self):
        before = len(self.analysis.times)
        body = self.json_of("POST", "/api/ai/analyze", 503, {"symbol": "BTCUSDT"})
        self.fits("error_after_retries.json", body)
        self.assertEqual(len(self.analysis.times) - before, 4)

    def test_the_execute_request(self):
        request = form_of("execute_request.json")
        for number, header in enumerate(("Idempotency_Key", "X_Idempotency_Key")):
            reply = self.json_of("POST", "/api/trading/execute", 200, request,
                                 **{header: f"sample-{number}"})
            self.fits("execute_reply.json", reply)
            self.assertEqual(reply["data"]["idempotency_key"], f"sample-{number}")
            self.assertEqual({key: reply["data"][key] for key in request}, request)
        error = self.json_of("POST", "/api/trading/execute", 400, request)["error"]
        self.assertEqual(error["code"], "IDEMPOTENCY_KEY_REQUIRED")

    def test_the_execute_fields_that_do_not_exist_yet_are_refused(self):
        for field, value in form_of("execute_fields_not_yet.json").items():
            request = {**form_of("execute_request.json"), field: value}
            error = self.json_of("POST", "/api/trading/execute", 400, request,
                                 Idempotency_Key=f"not-yet-{field}")["error"]
            self.assertEqual((error["code"], error["details"]["field"]), ("UNKNOWN_FIELD", field))

    def test_the_reconciliation_report(self):
        """On a daemon of its own, because the report lists every order and position."""
        data = self.home / "reconciled"
        daemon, port = self.start(data)
        self.addCleanup(stop, daemon)
        order = self.botctl("order", "place", "ETHUSDT", "SELL", "0.05", data=data, port=port)
        self.assertEqual(order.returncode, 0, order.stderr)
        done = self.botctl("reconcile", "--user", "all", data=data, port=port)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        lines, expected = done.stdout.splitlines(), (FORMS / "reconcile.txt").read_text()
        self.assertEqual(len(lines), len(expected.splitlines()), done.stdout)
        for line, pattern in zip(lines, expected.splitlines()):
            self.assertIsNotNone(re.fullmatch(pattern, line), f"{line!r} is not {pattern!r}")
        shown = self.botctl("reconcile", "--json", data=data, port=port)
        self.fits("reconcile_account.json", json.loads(shown.stdout)[0])

    def test_the_nine_metrics(self):
        forms = form_of("metrics.json")
        self.assertEqual(len(forms), 9)
        text = self.call("GET", "/metrics")[1]
        types = dict(re.findall(r"^# TYPE (\S+) (\S+)$", text, re.M))
        for name, form in forms.items():
            self.assertEqual(types.get(name), form["type"], name)
            suffix = "_bucket" if form["type"] == "histogram" else ""
            samples = re.findall(rf"^{name}{suffix}(?:\{{(.*)\}})? \S+$", text, re.M)
            self.assertGreater(len(samples), 0, name)
            for sample in samples:
                labels = sorted(re.findall(r'(\w+)="', sample))
                self.assertEqual(labels, form["labels"] + ["le"] * bool(suffix), name)

    def test_the_five_keys(self):
        forms = form_of("keys.json")
        self.assertEqual(len(forms), 5)
        listed = json.loads(self.run_botctl(self.data, "config", "check", "--json").stdout)
        self.assertEqual({key for key in listed if key.startswith("reliability.")},
                         {*forms, "reliability.enabled"})
        for key, form in forms.items():
            self.assertEqual(listed[key]["value"], str(form["default"]), key)
            self.assertEqual(listed[key]["origin"], "default", key)
            for value, accepted in ((form["least"] - 1, False), (form["least"], True),
                                    (form["most"], True), (form["most"] + 1, False)):
                done = self.run_botctl(self.data, "config", "check", "--set", f"{key}={value}")
                self.assertEqual(done.returncode, 0 if accepted else NEGATIVE, f"{key}={value}")
                self.assertEqual(f"{key}: expected" in done.stderr, not accepted, done.stderr)

    def test_the_uptime_figures(self):
        rows = json.loads(self.botctl("uptime", "--json").stdout)
        self.fits("uptime.json", rows)
        for row in rows:
            self.assertTrue(0 <= float(row["availability_percent"]) <= 100, row)


if __name__ == "__main__":
    unittest.main(argv=[sys.argv[0], "-v"])
