"""Base classes of the tests of the programs: a folder, a daemon in it, botctl on it."""
import hashlib
import json
import os
import pathlib
import pty
import shutil
import signal
import subprocess
import tempfile
import time
import unittest
import urllib.error
import urllib.request

BIN = pathlib.Path(os.environ["BOTTEST_BIN"])
ROOT = pathlib.Path(__file__).resolve().parents[2]
NEGATIVE, COMMAND_LINE, USAGE, UNAVAILABLE = 1, 2, 64, 69


def stop(daemon):
    daemon.send_signal(signal.SIGTERM)
    assert daemon.wait(60) == 0


def orders_of(done):
    """The orders that `botctl orders --json` printed."""
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)["orders"]


class ProgramTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.home = pathlib.Path(tempfile.mkdtemp(prefix="botcore-"))
        cls.env = {name: value for name, value in os.environ.items()
                   if not name.startswith("BOTC")}

    @classmethod
    def tearDownClass(cls):
        shutil.rmtree(cls.home)

    @classmethod
    def start(cls, data, *words, **popen):
        ready = cls.home / "ready.json"
        ready.unlink(missing_ok=True)
        daemon = subprocess.Popen(
            [BIN / "botcored", "--data", data, "--port", "0", "--ready-file", ready, *words],
            env=cls.env, cwd=cls.home, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL, **popen)
        until = time.monotonic() + 60
        while not ready.exists() and time.monotonic() < until and daemon.poll() is None:
            time.sleep(0.01)  # Poll interval.
        return daemon, json.loads(ready.read_text())["port"]

    @classmethod
    def run_botctl(cls, data, *words, **options):
        if "input" not in options:
            options.setdefault("stdin", subprocess.DEVNULL)
        return subprocess.run([BIN / "botctl", *words, "--data", str(data)], env=cls.env,
                              cwd=cls.home, text=True, capture_output=True, timeout=60,
                              check=False, **options)

    @classmethod
    def run_on_terminal(cls, data, typed, *words):
        """botctl on a terminal, with `typed` as the reply to its question."""
        controller, terminal = pty.openpty()
        try:
            os.write(controller, f"{typed}\n".encode())
            return cls.run_botctl(data, *words, stdin=terminal)
        finally:
            os.close(terminal)
            os.close(controller)

    def get(self, data, port, path):
        """The body of a response, whatever its status."""
        token = (data / "operator.token").read_text().strip()
        request = urllib.request.Request(f"http://127.0.0.1:{port}{path}",
                                         headers={"Authorization": f"Bearer {token}"})
        try:
            with urllib.request.urlopen(request, timeout=10) as response:
                return response.read()
        except urllib.error.HTTPError as error:
            return error.read()

    def wait_for(self, what, condition):
        """The first true value of `condition`."""
        until = time.monotonic() + 60
        while time.monotonic() < until:
            if seen := condition():
                return seen
            time.sleep(0.05)  # Poll interval.
        return self.fail(f"{what()} did not happen")

    def component(self, data, port, row):
        """The entry of `row` in /health/detailed."""
        seen = json.loads(self.get(data, port, "/health/detailed"))
        return next(item for item in seen["dependencies"] if item["name"] == row)

    def wait_component(self, data, port, row, state):
        """The entry of `row` in /health/detailed once its status is `state`."""
        found = {}

        def condition():
            found.update(self.component(data, port, row))
            return found if found["status"] == state else None
        return self.wait_for(lambda: f"{state}: {found}; that", condition)

    def daily_jobs_done(self, data):
        """The first snapshot, its verification, the first check and the first drill begin with the
        daemon; an error in one of them is reported until its next run."""
        def condition():
            lines = (data / "jobs.jsonl").read_text().splitlines() \
                if (data / "jobs.jsonl").exists() else []
            return {json.loads(line)["job"] for line in lines} >= {"snapshot", "verify", "check",
                                                                   "drill"}
        self.wait_for(lambda: "a snapshot, its verification, a check and a drill", condition)


class CopiedStoreTest(ProgramTest):
    """Each test has its own copy of the data folder of a stopped daemon."""
    ORDERS = 5

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.made = cls.home / "made"
        daemon, port = cls.start(cls.made)
        cls().daily_jobs_done(cls.made)
        orders = [cls.run_botctl(cls.made, "order", "place", "BTCUSDT", "BUY", "0.003", "--json",
                                 "--url", f"http://127.0.0.1:{port}") for _ in range(cls.ORDERS)]
        cls.orders = [json.loads(order.stdout) for order in orders]
        stop(daemon)
        taken = cls.run_botctl(cls.made, "backup", "create", "--json")
        assert taken.returncode == 0, taken.stderr

    def setUp(self):
        self.data = pathlib.Path(tempfile.mkdtemp(dir=self.home)) / "data"
        shutil.copytree(self.made, self.data)

    def botctl(self, *words):
        return self.run_botctl(self.data, *words)

    def state(self):
        """The hash of every file that a refusal must not change."""
        return {path.relative_to(self.data): hashlib.sha256(path.read_bytes()).hexdigest()
                for path in sorted(self.data.rglob("*"))
                if path.is_file() and not path.name.endswith(("-shm", "-wal"))}

    def refuses(self, status, expected, *words):
        before = self.state()
        done = self.botctl(*words)
        self.assertEqual(done.returncode, status, f"{words}: {done.stdout}{done.stderr}")
        self.assertIn(expected, done.stderr)
        self.assertEqual(self.state(), before, words)

    def last_sequence(self):
        listing = json.loads(self.botctl("backup", "list", "--json").stdout)
        return listing["timelines"][-1]["last_sequence"]

    def objects(self, kind):
        return sorted(path for path in (self.data / "archive").rglob("*")
                      if path.is_file() and kind in str(path.relative_to(self.data)))

    def wait_status(self, port, row, state):
        return self.wait_component(self.data, port, row, state)
