"""Ten times more than it takes: what comes too much is turned away at once, exits always pass."""
# @spec:I9 R2-AC-21
import threading
import time

from world import http
from world.daemon import ACCOUNT, market_order
from world.faults import HungCallers
from world.verdict import percentile

CONNECTIONS_MAX = 1024


class Flood:
    """Callers that ask as fast as they are answered and go away and come back when refused."""

    def __init__(self, daemon, threads):
        self.daemon, self.threads = daemon, []
        self.statuses, self.lock, self.ended = {}, threading.Lock(), threading.Event()
        for number in range(threads):
            self.threads.append(threading.Thread(target=self.run, args=(number,), daemon=True))
            self.threads[-1].start()

    def run(self, number):
        connection, made = None, 0
        while not self.ended.is_set():
            made += 1
            try:
                connection = connection or http.Connection(self.daemon.port, timeout=35)
                if number % 2:
                    answer = connection.ask("GET", f"{ACCOUNT}/orders?limit=100", self.daemon.token)
                else:
                    answer = connection.ask("POST", f"{ACCOUNT}/orders", self.daemon.token,
                                            market_order(symbol="ETHUSDT", quantity="0.1"),
                                            {"Idempotency-Key": f"flood-{number}-{made}"})
                kind = f"{'read' if number % 2 else 'entry'} {answer.status} {answer.code()}"
                if answer.headers.get("connection") == "close":
                    connection = None
            except OSError as error:
                kind, connection = type(error).__name__, None
            with self.lock:
                self.statuses[kind.strip()] = self.statuses.get(kind.strip(), 0) + 1

    def end(self):
        self.ended.set()
        for thread in self.threads:
            thread.join(40)


def run(stage):
    daemon = stage.daemon()
    with http.Connection(daemon.port) as trader:
        flood = Flood(daemon, stage.pick(100, 300))
        exits(stage, daemon, trader, "flooded")
        stage.fault("requests of the flood", sum(flood.statuses.values()))
        flood.end()
        print("flood:", flood.statuses, flush=True)
        kinds = [kind for kind in flood.statuses if kind.startswith(("read 5", "entry 5"))]
        stage.check(all(" 503 " in kind for kind in kinds), "what is refused is refused with 503",
                    kinds)
        crowd = HungCallers(daemon.port, CONNECTIONS_MAX - 1)
        refused = 0
        for _ in range(50):
            answer = http.ask(daemon.port, "GET", "/health/live", timeout=5)
            refused += answer.status == 503 and answer.code() == "TOO_MANY_CONNECTIONS"
            stage.check("retry-after" in answer.headers or answer.status == 200,
                        "a refusal says when to come back", answer)
        stage.fault("connections beyond the limit", refused)
        exits(stage, daemon, trader, "crowded")
        crowd.end()
    stage.eventually(10, lambda: daemon.ask("GET", "/health/live").status == 200, "room again")
    stage.check(daemon.terminate() == 0, "it ends with 0")
    stage.check(daemon.verify().get("clean"), "the rows are what the journal says")


def exits(stage, daemon, trader, name):
    """Opens and closes a position again and again: the closing must pass each time."""
    times, until = [], time.monotonic() + stage.pick(4, 30)
    while time.monotonic() < until:
        key = f"{name}-{len(times)}"
        opened = trader.ask("POST", f"{ACCOUNT}/orders", daemon.token,
                            market_order("BUY", "0.01"), {"Idempotency-Key": key})
        if opened.status != 200:
            continue
        closed = trader.ask("DELETE", f"{ACCOUNT}/positions/BTCUSDT", daemon.token,
                            headers={"Idempotency-Key": f"{key}-close"})
        if not stage.check(closed.status == 200, "an exit passes", closed):
            return
        times.append(closed.seconds)
    stage.figure(f"exits_{name}", len(times), "exits", least=3)
    stage.figure(f"exit_p99_{name}_s", percentile(times, 0.99), "s", most=5)
