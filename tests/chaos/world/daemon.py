"""The real botcored as a child process, alone or under its supervisor."""
import contextlib
import ctypes
import json
import os
import pathlib
import re
import signal
import socket
import subprocess
import sys
import time

from world import http

ROOT = pathlib.Path(__file__).resolve().parents[3]
LIBC = ctypes.CDLL(None)
PR_SET_PDEATHSIG = 1
ACCOUNT = "/api/accounts/futures"
# Load consists of many small entries; the limits of risk and rate have their own tests.
WITHOUT_LIMITS = {f"risk.{name}": 0 for name in (
    "positions_max", "daily_loss_max_percent", "drawdown_max_percent",
    "margin_level_entry_percent", "margin_level_close_percent", "losses_in_a_row_max",
    "exposure_max_percent", "orders_per_second_max")}


def program(name):
    """A built program; the variable BOTTEST_CHAOS_BIN names its folder."""
    return str(pathlib.Path(os.environ["BOTTEST_CHAOS_BIN"]) / name)


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def market_order(side="BUY", quantity="0.01", symbol="BTCUSDT", **more):
    return {"symbol": symbol, "side": side, "type": "MARKET", "quantity": quantity, **more}


def config_keys():
    """The keys that this build knows."""
    done = subprocess.run([program("botctl"), "config", "check"], text=True, capture_output=True,
                          check=False, cwd="/")
    return set(re.findall(r"^\s*([a-z]+\.[a-z_]+)\b", done.stdout, re.M))


def die_with_parent():
    """Runs in the child before exec: when a scenario is killed, its processes end too."""
    LIBC.prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


class Daemon:
    def __init__(self, folder, config=None, supervised=False, silence_max=20, notify="",
                 watchdog_seconds=0.0, environment=None):
        """`silence_max`: seconds without a report after which the supervisor kills it. `notify`
        is the socket of another manager, which allows `watchdog_seconds` without a report.
        `environment` is added to the inherited one."""
        self.data = pathlib.Path(folder) / "data"
        self.output = pathlib.Path(folder) / "output.log"
        self.ready_file = pathlib.Path(folder) / "ready.json"
        self.config = {"paper.deposit": 1_000_000_000, **WITHOUT_LIMITS, **(config or {})}
        self.supervised = supervised
        self.silence_max = silence_max
        self.manager = {"NOTIFY_SOCKET": notify,
                        "WATCHDOG_USEC": str(int(watchdog_seconds * 1e6))} if notify else {}
        self.environment = environment or {}
        self.process = None
        self.port = free_port() if supervised else 0
        self.token = ""

    def command(self):
        own = [program("botcored"), "--data", str(self.data), "--port", str(self.port),
               "--ready-file", str(self.ready_file)]
        if self.supervised:
            return [sys.executable, str(ROOT / "tools" / "supervise.py"),
                    "--silence-max", str(self.silence_max), "--", *own]
        return own

    def spawn(self):
        self.ready_file.unlink(missing_ok=True)
        env = {name: value for name, value in os.environ.items() if not name.startswith("BOTCORE_")}
        env.update({f"BOTCORE_{key.replace('.', '_').upper()}": str(value)
                    for key, value in self.config.items()})
        env.update(self.manager)
        env.update(self.environment)
        with open(self.output, "ab") as output:
            self.process = subprocess.Popen(
                self.command(), env=env, stdin=subprocess.DEVNULL, stdout=output, stderr=output,
                cwd=self.output.parent, start_new_session=True, preexec_fn=die_with_parent)
        return self

    def start(self, within=60.0):
        """Starts it and waits until it is ready; returns the seconds that took."""
        begin = time.monotonic()
        self.spawn()
        self.wait_ready(within)
        return time.monotonic() - begin

    def wait_ready(self, within=60.0):
        until = time.monotonic() + within
        while time.monotonic() < until:
            if self.process.poll() is not None:
                raise RuntimeError(f"botcored ended ({self.process.returncode}): {self.tail()}")
            if self.is_ready():
                return
            time.sleep(0.005)
        raise RuntimeError(f"botcored was not ready in {within} s: {self.tail()}")

    def is_ready(self):
        if not self.ready_file.exists():
            return False
        with contextlib.suppress(OSError, ValueError):
            self.port = json.loads(self.ready_file.read_text())["port"]
            self.token = (self.data / "operator.token").read_text().strip()
            return http.call(self.port, "GET", "/health/ready", timeout=2).status == 200
        return False

    def pid(self):
        """The pid of botcored itself, also under a supervisor; None while there is none."""
        waiting = [self.process.pid]
        while waiting:
            one = waiting.pop()
            with contextlib.suppress(OSError):
                name = pathlib.Path(f"/proc/{one}/comm").read_text().strip()
                state = pathlib.Path(f"/proc/{one}/stat").read_text().rsplit(")", 1)[1].split()[0]
                if name == "botcored" and state != "Z":
                    return one
                children = pathlib.Path(f"/proc/{one}/task/{one}/children").read_text()
                waiting += [int(child) for child in children.split()]
        return None

    def signal(self, number):
        os.kill(self.pid(), number)

    def kill(self):
        """kill -9 to botcored; a supervisor starts it again."""
        self.signal(signal.SIGKILL)
        if not self.supervised:
            self.process.wait()

    def terminate(self, within=60.0):
        """SIGTERM to the process that was started; the exit status, or None when it did not end."""
        self.process.terminate()
        return self.wait(within)

    def wait(self, within=60.0):
        try:
            return self.process.wait(within)
        except subprocess.TimeoutExpired:
            return None

    def clean_up(self):
        """Kills all its processes."""
        if self.process and self.process.poll() is None:
            child = self.pid()
            for one in (self.process.pid, child):
                if one:
                    with contextlib.suppress(OSError):
                        os.kill(one, signal.SIGKILL)
            self.process.wait()

    def tail(self, count=1500):
        return self.output.read_text(errors="replace")[-count:]

    def log(self):
        """Its log so far, one object a line."""
        found = []
        for line in self.output.read_text(errors="replace").splitlines():
            if line.startswith("{"):
                with contextlib.suppress(ValueError):
                    found.append(json.loads(line))
        return found

    def call(self, method, path, body=None, headers=None, timeout=35.0):
        return http.call(self.port, method, path, self.token, body, headers, timeout)

    def place(self, key, body=None, timeout=35.0):
        return self.call("POST", f"{ACCOUNT}/orders", body or market_order(),
                         {"Idempotency-Key": key}, timeout)

    def metric(self, name):
        """One value of /metrics; `name` with its labels as they are printed."""
        for line in self.call("GET", "/metrics").body.splitlines():
            if line.startswith(name + " "):
                return float(line.split()[-1])
        return None

    def account_state(self):
        """The state that a restart must not change, without fields that depend on prices."""
        price_fields = {"timestamp", "current_price", "mark_price", "unrealized_pnl",
                        "total_equity", "unrealized_pnl_percent", "liquidation_price",
                        "margin_level", "available_balance", "price_age_ms", "price_source",
                        "reconciled", "can_trade", "equity", "available", "price", "as_of",
                        "used_margin", "maintenance_margin", "reserved_balance",
                        "symbols_without_price"}

        def without_prices(value):
            if isinstance(value, dict):
                return {key: without_prices(one) for key, one in value.items()
                        if key not in price_fields}
            return [without_prices(one) for one in value] if isinstance(value, list) else value

        parts = {}
        for part in ("", "/positions", "/orders?limit=100", "/history?limit=100"):
            response, until = self.call("GET", ACCOUNT + part), time.monotonic() + 20
            while response.status == 503 and time.monotonic() < until:
                time.sleep(0.1)  # Reads are shed first, with 503.
                response = self.call("GET", ACCOUNT + part)
            if response.status != 200:
                raise RuntimeError(f"{part}: {response}")
            parts[part] = without_prices(response.data())
        return parts

    def changed_since(self, account_state):
        """The differences to an earlier `account_state` as short texts; empty for none."""
        found = []

        def compare(path, before, after):
            if isinstance(before, dict) and isinstance(after, dict):
                for key in sorted(before.keys() | after.keys()):
                    compare(f"{path}.{key}", before.get(key), after.get(key))
            elif isinstance(before, list) and isinstance(after, list) and \
                    len(before) == len(after):
                for number, pair in enumerate(zip(before, after)):
                    compare(f"{path}[{number}]", *pair)
            elif before != after:
                found.append(f"{path}: {str(before)[:60]} became {str(after)[:60]}")

        compare("", account_state, self.account_state())
        return found

    def verify(self):
        """The result of botctl verify, which compares the rows with the journal of a stopped
        daemon."""
        done = subprocess.run([program("botctl"), "verify", "--data", str(self.data), "--json"],
                              text=True, capture_output=True, check=False)
        for line in done.stdout.splitlines():
            if line.startswith("{"):
                return json.loads(line)
        return {"clean": False, "findings": [done.stdout + done.stderr]}
