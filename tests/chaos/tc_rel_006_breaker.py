"""The breaker over a real peer: it opens after a run of failures, stops calls at once, lets probes
through after its timeout and closes again; exits and entries do not depend on it."""
# @spec:TC-REL-006 R2-CB-01 R2-CB-03 R2-CB-05 R2-CB-08 R2-AC-03 I9 R2-AC-02 R2-AC-22 RK-06
import time

from world.daemon import ACCOUNT
from world.faults import Peer
from world.verdict import percentile

REQUEST = {"symbol": "BTCUSDT"}
THRESHOLD = 5
OPEN_SECONDS = 10
STATE = 'circuit_breaker_state{name="analysis.analyze"}'
OK = (200, {"signal": "Neutral"}, {})
BROKEN = (500, {"error": "made to fail"}, {})


def call(daemon):
    return daemon.call("POST", "/api/ai/analyze", REQUEST)


def run(scenario):
    peer = Peer(OK)
    scenario.add_cleanup(peer.close)
    daemon = scenario.daemon({"analysis.url": f"http://127.0.0.1:{peer.port}",
                              "reliability.retry_max_attempts": 1,
                              "reliability.retry_initial_delay_ms": 100,
                              "reliability.circuit_breaker_threshold": THRESHOLD,
                              "reliability.circuit_breaker_timeout_seconds": OPEN_SECONDS})
    scenario.check(daemon.place("position").status == 200, "a position is open")
    scenario.check(call(daemon).status == 200, "the service responds")
    peer.set_responses(BROKEN)
    while len(peer.times) < THRESHOLD:
        response = call(daemon)
        scenario.check(response.status == 503, "a failure is reported", response)
    opened = time.monotonic()
    calls = len(peer.times)
    scenario.fault("failed responses", calls)
    scenario.check(calls == THRESHOLD, "the breaker opens at exactly its threshold", calls)

    waits = []
    for _ in range(50):
        response = call(daemon)
        waits.append(response.seconds * 1000)
        scenario.check(response.status == 503, "an open breaker refuses", response)
    # The median: a single response may be delayed by a busy machine.
    scenario.figure("refused_median_ms", percentile(waits, 0.5), "ms", most=50)
    scenario.check(len(peer.times) == calls, "and nothing reaches the peer", len(peer.times))
    scenario.check(daemon.metric(STATE) == 2,
                   "the metric says open")
    response = daemon.call("DELETE", f"{ACCOUNT}/positions/BTCUSDT",
                           headers={"Idempotency-Key": "exit"})
    scenario.check(response.status == 200, "an exit passes", response)

    peer.set_responses(OK)
    scenario.eventually(OPEN_SECONDS * 3, lambda: call(daemon).status == 200,
                        "a probe is let through")
    scenario.figure("half_open_after_s", time.monotonic() - opened, "s", least=OPEN_SECONDS * 0.8)
    statuses = [call(daemon).status for _ in range(THRESHOLD)]
    scenario.check(statuses == [200] * THRESHOLD, "five good probes pass", statuses)
    scenario.check(daemon.metric(STATE) == 0, "and close it", daemon.metric(STATE))
