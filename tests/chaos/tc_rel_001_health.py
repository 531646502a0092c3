"""The four health routes under 200 requests a second, while each dependency is up, slow and down:
the verdict is that of the truth table, it comes at once, and no body holds a secret."""
# @spec:TC-REL-001 R1-AC-03
import threading
import time

from world import http
from world.faults import Disk
from world.verdict import percentile

PATHS = ("/health", "/health/detailed", "/health/ready", "/health/live")
RATE = 200
THREADS = 8
P99_SECONDS = 0.1

# State of the dependency: what each route answers, and what /health says overall.
TRUTH = {
    "up": ({"/health": 200, "/health/detailed": 200, "/health/ready": 200, "/health/live": 200},
           ("healthy",)),
    "store slow": ({"/health": 200, "/health/detailed": 200, "/health/ready": 200,
                    "/health/live": 200}, ("healthy", "degraded")),
    "store down": ({"/health": 503, "/health/detailed": 503, "/health/ready": 503,
                    "/health/live": 200}, ("unhealthy",)),
}


class Asker:
    """Asks the four routes in turn at the full rate, each thread at its share of it."""

    def __init__(self, daemon):
        self.daemon, self.answers, self.lost = daemon, [], 0
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
                # Whoever asks late because the answer before was late waited that long too.
                answer = connection.ask("GET", path, self.daemon.token)
                with self.lock:
                    self.answers.append((path, answer, time.monotonic() - due))
            except OSError:
                connection = None
                with self.lock:
                    self.lost += 1
            due += THREADS / RATE

    def end(self):
        self.ended.set()
        for thread in self.threads:
            thread.join(20)


def run(stage):
    daemon = stage.daemon()
    paths = [path for path in PATHS if daemon.ask("GET", path).status != 404]
    stage.check(paths == list(PATHS), "all four routes are there", paths)
    secret = daemon.token
    judge(stage, daemon, "up", secret, paths)
    for state, what, calls in (("store slow", "delay_enter=300000", "fdatasync"),
                               ("store down", "error=EIO", "pwrite64")):
        disk = Disk(stage.folder, daemon.pid(), what, calls)
        placed = daemon.place(f"during {state}".replace(" ", "-"), timeout=20)
        stage.check(placed.status == (200 if state == "store slow" else 503),
                    f"an order while the {state}", placed)
        judge(stage, daemon, state, secret, paths)
        stage.fault(state, disk.heal())
        stage.eventually(20, daemon.is_ready, f"ready again after the {state}")
    judge(stage, daemon, "up", secret, paths)
    stage.check(daemon.place("in-the-end").status == 200, "orders pass again")


def judge(stage, daemon, state, secret, paths):
    expected, overall = TRUTH[state]
    stage.eventually(10, lambda: daemon.ask("GET", "/health").status == expected["/health"],
                     f"/health says {expected['/health']} while {state}")
    asker = Asker(daemon)
    time.sleep(stage.pick(3, 15))
    asker.end()
    name = state.replace(" ", "_")
    times = [seconds for _, _, seconds in asker.answers]
    stage.check(asker.lost == 0, f"each is answered while {state}", asker.lost)
    stage.figure(f"{name}_rate_per_s", len(times) / stage.pick(3, 15), "requests/s",
                 least=RATE * 0.9)
    stage.figure(f"{name}_health_p99_s", percentile(times, 0.99), "s", most=P99_SECONDS)
    for path in paths:
        statuses = {answer.status for asked, answer, _ in asker.answers if asked == path}
        stage.check(statuses == {expected[path]}, f"{path} while {state}: {expected[path]}",
                    statuses)
    said = {answer.json().get("overall_status") for asked, answer, _ in asker.answers
            if asked == "/health"}
    stage.check(said and said <= set(overall), f"/health says {overall} while {state}", said)
    stage.check(not any(secret in answer.body for _, answer, _ in asker.answers),
                "no body holds the token")
