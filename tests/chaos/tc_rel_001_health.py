"""The four health routes under 200 requests a second, while each dependency is up, slow and down:
the responses agree with the table, come at once, and contain no secret."""
# @spec:TC-REL-001 R1-AC-03 RN-PERF-02
import threading
import time

from world import http
from world.faults import Disk
from world.peers import AnalysisPeer, MarketFeed, RedisServer
from world.verdict import percentile

PATHS = ("/health", "/health/detailed", "/health/ready", "/health/live")
RATE = 200
THREADS = 8
P99_SECONDS = 0.1

ALL_WELL = dict.fromkeys(PATHS, 200)
UNHEALTHY = {**dict.fromkeys(PATHS, 503), "/health/live": 200}
# State of a dependency: the status of each route, and the overall status.
TRUTH = {
    "all up": (ALL_WELL, {"healthy"}),
    "store slow": (ALL_WELL, {"healthy", "degraded"}),
    "store down": (UNHEALTHY, {"unhealthy"}),
    "analysis slow": (ALL_WELL, {"healthy", "degraded"}),
    "analysis hung": (ALL_WELL, {"degraded"}),
    "analysis down": (ALL_WELL, {"degraded"}),
    "cache hung": (ALL_WELL, {"degraded"}),
    "cache down": (ALL_WELL, {"degraded"}),
    "market up": (ALL_WELL, {"healthy"}),
    "market silent": (ALL_WELL, {"degraded"}),
}


class HealthClient:
    """Requests the four routes in turn; the threads share the rate."""

    def __init__(self, daemon):
        self.daemon, self.responses, self.lost = daemon, [], 0
        self.lock, self.ended = threading.Lock(), threading.Event()
        self.threads = [threading.Thread(target=self.run, args=(n,), daemon=True)
                        for n in range(THREADS)]
        for thread in self.threads:
            thread.start()

    def run(self, number):
        connection, due = None, time.monotonic() + number / RATE
        turn = number
        while not self.ended.is_set():
            time.sleep(max(0.0, due - time.monotonic()))
            path = PATHS[turn % len(PATHS)]
            turn += 1
            try:
                connection = connection or http.Connection(self.daemon.port, timeout=10)
                # Measured from the due time, so that a late response delays the next one too.
                response = connection.call("GET", path, self.daemon.token)
                with self.lock:
                    self.responses.append((path, response, time.monotonic() - due))
            except OSError:
                connection = None
                with self.lock:
                    self.lost += 1
            due += THREADS / RATE

    def end(self):
        self.ended.set()
        for thread in self.threads:
            thread.join(20)


def run(scenario):
    analysis, cache = AnalysisPeer(scenario), RedisServer(scenario)
    daemon = scenario.daemon({"analysis.url": f"http://127.0.0.1:{analysis.port}",
                              "cache.url": f"redis://127.0.0.1:{cache.port}",
                              "reliability.health_check_interval_seconds": 1})
    check_state(scenario, daemon, "all up")
    for state in ("analysis slow", "analysis hung", "analysis down"):
        analysis.mode = state.split()[1]
        check_state(scenario, daemon, state)
        scenario.fault(state)
    analysis.mode = "up"
    check_state(scenario, daemon,
                "all up")  # From here on only the cache degrades health.
    for state, fault in (("cache hung", cache.hang), ("cache down", cache.kill)):
        fault()
        check_state(scenario, daemon, state)
        scenario.fault(state)
    cache.start()
    check_state(scenario, daemon, "all up")
    for state, what, calls in (("store slow", "delay_enter=300000", "fdatasync"),
                               ("store down", "error=EIO", "pwrite64")):
        disk = Disk(scenario.folder, daemon.pid(), what, calls)
        placed = daemon.place(f"during-{state.split()[1]}", timeout=35)
        scenario.check(placed.status == (200 if state == "store slow" else 503),
                       f"an order while the {state}", placed)
        check_state(scenario, daemon, state)
        scenario.fault(state, disk.heal())
        scenario.eventually(20, daemon.is_ready, f"ready again after the {state}")
    check_state(scenario, daemon, "all up")
    scenario.check(daemon.place("in-the-end").status == 200, "orders pass again")
    market(scenario)


def market(scenario):
    """A daemon with an external market feed."""
    feed = MarketFeed(scenario)
    daemon = scenario.daemon({**feed.config, "reliability.health_check_interval_seconds": 1})
    check_state(scenario, daemon, "market up")
    feed.silence()
    check_state(scenario, daemon, "market silent")
    scenario.fault("market silent")
    feed.resume()
    check_state(scenario, daemon, "market up")


def check_state(scenario, daemon, state):
    expected, overall = TRUTH[state]
    scenario.eventually(15, lambda: overall_status(daemon) in overall,
                        f"/health says {sorted(overall)} while {state}")
    seconds = scenario.pick(2, 15)
    client = HealthClient(daemon)
    time.sleep(seconds)
    client.end()
    name = state.replace(" ", "_")
    times = [seconds_taken for _, _, seconds_taken in client.responses]
    scenario.check(client.lost == 0, f"each request gets a response while {state}", client.lost)
    scenario.figure(f"{name}_rate_per_s", len(times) / seconds, "requests/s", least=RATE * 0.9)
    scenario.figure(f"{name}_health_p99_s", percentile(times, 0.99), "s", most=P99_SECONDS)
    for path in PATHS:
        statuses = {response.status for path_called, response,
                    _ in client.responses if path_called == path}
        scenario.check(statuses == {expected[path]}, f"{path} while {state}: {expected[path]}",
                       statuses)
    overall_values = {response.json().get("overall_status") for path_called, response,
                      _ in client.responses
                      if path_called == "/health"}
    scenario.check(overall_values and overall_values <= overall,
                   f"/health says {sorted(overall)} while {state}", overall_values)
    scenario.check(not any(daemon.token in response.body for _, response, _ in client.responses),
                   "no body contains the token")


def overall_status(daemon):
    return daemon.call("GET", "/health", timeout=5).json().get("overall_status")
