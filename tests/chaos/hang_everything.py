"""The disk, the clients and the services hang at once. No request waits longer than its deadline,
which is a setting, and each refused request gets an error body."""
# @spec:R2-AC-08 R2-AC-09 R2-TMO-01 R2-TMO-07 X-12
import threading
import time

from world import http
from world.daemon import ACCOUNT, config_keys, market_order
from world.faults import Disk, HungCallers, HungPeer

DEADLINE = 10
WAIT_MAX = DEADLINE + 3
REQUESTS = (("GET", "/health", None), ("GET", "/health/ready", None),
            ("GET", f"{ACCOUNT}/orders", None), ("GET", "/metrics", None),
            ("POST", f"{ACCOUNT}/orders", market_order()),
            ("DELETE", f"{ACCOUNT}/positions/BTCUSDT", None))


def run(scenario):
    peer = HungPeer()
    scenario.add_cleanup(peer.socket.close)
    outside = {key: f"{scheme}://127.0.0.1:{peer.port}" for key, scheme in
               (("cache.url", "redis"), ("analysis.url", "http")) if key in config_keys()}
    daemon = scenario.daemon({**outside, "http.deadline_seconds": DEADLINE}, supervised=True)
    scenario.check(daemon.place("before").status == 200, "an order before")
    callers = HungCallers(daemon.port, 300)
    scenario.fault("hung callers", 300)
    scenario.fault("hung peers outside", len(outside))
    for method, path, body in REQUESTS:
        response = call(daemon, method, path, body, f"callers-hang-{method}")
        scenario.check(response.status < 500 or response.status in (503, 504),
                       f"{method} {path} while callers and peers hang", response)
        scenario.check(response.seconds < 5, f"{method} {path} is quick", response.seconds)
    disk = Disk(scenario.folder, daemon.pid(), "delay_enter=100000000")
    # The first order starts the sync that hangs; later requests find it hanging.
    responses = []
    first = threading.Thread(target=lambda: responses.append(call(
        daemon, "POST", f"{ACCOUNT}/orders", market_order(), "sets-off-the-sync")))
    first.start()
    waits = wait_for_all(scenario, daemon)
    first.join()
    scenario.check(responses and responses[0].status == 504 and
                   DEADLINE - 1 < responses[0].seconds < WAIT_MAX,
                   "the order that waits for the disk has a response at its deadline", responses)
    live = daemon.call("GET", "/health/live", timeout=5)
    scenario.check(live.status == 200, "it lives", live)
    disk.heal()
    scenario.fault("sync that hangs")
    callers.end()
    scenario.figure("longest_wait_s", max(waits), "s", most=WAIT_MAX)
    scenario.figure("requests_while_all_hang", len(waits), "requests", least=20)
    scenario.eventually(60, daemon.is_ready, "it is ready again")
    scenario.eventually(20, lambda: daemon.place("before").replayed,
                        "an acknowledged order has its stored reply")
    scenario.eventually(20, lambda: daemon.place("after").status == 200, "orders pass again")
    scenario.check(daemon.terminate() == 0, "it ends with 0")
    scenario.check(daemon.verify().get("clean"), "the rows agree with the journal")


def call(daemon, method, path, body, key):
    headers = {} if method == "GET" else {"Idempotency-Key": key}
    return http.call(daemon.port, method, path, daemon.token, body, headers, WAIT_MAX + 15)


def wait_for_all(scenario, daemon):
    """Sends every request several times in parallel; how long each waited for a response or an
    end."""
    waits, lock = [], threading.Lock()

    def one(number):
        method, path, body = REQUESTS[number % len(REQUESTS)]
        began = time.monotonic()
        try:
            response = call(daemon, method, path, body, f"all-hang-{number}")
            if response.status >= 400:
                scenario.check(response.status in (404, 503, 504) and response.code() != "" or
                               path.startswith("/health"), f"{method} {path}: an error body",
                               response)
        except TimeoutError:
            scenario.check(False, f"{method} {path}: neither a response nor an end")
        except OSError:
            pass  # The connection ended, so the client knows that it must repeat the request.
        with lock:
            waits.append(time.monotonic() - began)

    threads = [threading.Thread(target=one, args=(number,)) for number in range(24)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return waits
