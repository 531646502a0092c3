"""The latency of orders, exits, health and a cached read during a fault."""
import threading
import time

from world import http
from world.daemon import ACCOUNT, market_order
from world.verdict import percentile


class Traffic:
    """One client for each kind of request, in parallel, until `end`. No request may be refused."""

    def __init__(self, scenario, daemon, name):
        self.scenario, self.daemon, self.name = scenario, daemon, name
        self.times = {kind: [] for kind in self.KINDS}
        self.wrong, self.ended = [], threading.Event()
        self.threads = [threading.Thread(target=self.run, args=(kind,), daemon=True)
                        for kind in self.KINDS]
        for thread in self.threads:
            thread.start()

    def trade(self, connection, made):
        """Opens a position and closes it; the time of the slower one."""
        key = f"{self.name}-{made}"
        opened = connection.call("POST", f"{ACCOUNT}/orders", self.daemon.token, market_order(),
                                 {"Idempotency-Key": key})
        closed = connection.call("DELETE", f"{ACCOUNT}/positions/BTCUSDT", self.daemon.token,
                                 headers={"Idempotency-Key": f"{key}-close"})
        return [opened, closed]

    def health(self, connection, _made):
        return [connection.call("GET", "/health", self.daemon.token)]

    def read(self, connection, _made):
        return [connection.call("GET", ACCOUNT, self.daemon.token)]

    def cached(self, connection, _made):
        return [connection.call("GET", f"{ACCOUNT}/history?limit=20", self.daemon.token)]

    KINDS = {"trade": trade, "health": health, "read": read, "cached": cached}

    def run(self, kind):
        made = 0
        with http.Connection(self.daemon.port) as connection:
            while not self.ended.is_set():
                made += 1
                for response in self.KINDS[kind](self, connection, made):
                    self.times[kind].append(response.seconds)
                    if response.status != 200:
                        self.wrong.append(f"{kind}: {response}")
                time.sleep(0.02)

    def end(self):
        """Checks the responses; returns the p99 of each kind."""
        self.ended.set()
        for thread in self.threads:
            thread.join(60)
        self.scenario.check(not self.wrong, f"{self.name}: every response is 200", self.wrong[:3])
        return {kind: percentile(times, 0.99) for kind, times in self.times.items()}


class LatencyBounds:
    """Compares latencies with those of the same machine just before, without a fault. A bound is
    at least `floors` seconds, which the requirement or the design allows."""

    def __init__(self, scenario, daemon, floors, times=5):
        self.scenario, self.daemon, self.floors, self.times = scenario, daemon, floors, times
        self.seconds = scenario.pick(2, 10)
        self.before = self.measure("all_well")

    def measure(self, name):
        traffic = Traffic(self.scenario, self.daemon, name)
        time.sleep(self.seconds)
        found = traffic.end()
        for kind, value in found.items():
            most = None
            if name != "all_well":
                most = max(self.floors[kind], self.times * self.before[kind])
            self.scenario.figure(f"{kind}_p99_{name}_s", value, "s", most=most)
        return found


def check_degraded_mode(scenario, daemon, mode, part, holds):
    """Waits until /health/detailed and the metrics show the degraded mode, or neither does."""
    def shown():
        body = daemon.call("GET", "/health/detailed", timeout=5).json()
        modes = {one["mode"] for one in body["degraded_modes"]}
        counted = daemon.metric(f'degraded_mode{{mode="{mode}"}}')
        status = daemon.metric(f'health_check_status{{check="{part}"}}')
        return (mode in modes) == holds and counted == float(holds) and (status == 1) != holds
    word = "is shown" if holds else "is not shown"
    return scenario.eventually(45, shown, f"{mode} {word} in health and metrics")
