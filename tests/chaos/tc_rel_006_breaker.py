"""The breaker over a real peer: it opens after a run of failures, stops calls at once, lets probes
through after its time and closes again; exits and entries never pass through it."""
# @spec:TC-REL-006 R2-CB-01 R2-CB-03 R2-CB-05 R2-CB-08 R2-AC-03 I9 R2-AC-02 R2-AC-22 RK-06
import time

from world.daemon import ACCOUNT
from world.faults import Peer
from world.verdict import percentile

QUESTION = {"symbol": "BTCUSDT"}
THRESHOLD = 5
OPEN_SECONDS = 10
STATE = 'circuit_breaker_state{name="analysis.analyze"}'
OK = (200, {"signal": "Neutral"}, {})
BROKEN = (500, {"error": "made to fail"}, {})


def ask(daemon):
    return daemon.ask("POST", "/api/ai/analyze", QUESTION)


def run(stage):
    peer = Peer(OK)
    stage.later(peer.close)
    daemon = stage.daemon({"analysis.url": f"http://127.0.0.1:{peer.port}",
                           "reliability.retry_max_attempts": 1,
                           "reliability.retry_initial_delay_ms": 100,
                           "reliability.circuit_breaker_threshold": THRESHOLD,
                           "reliability.circuit_breaker_timeout_seconds": OPEN_SECONDS})
    stage.check(daemon.place("position").status == 200, "a position is open")
    stage.check(ask(daemon).status == 200, "the service answers")
    peer.script(BROKEN)
    while len(peer.times) < THRESHOLD:
        answer = ask(daemon)
        stage.check(answer.status == 503, "a failure is told", answer)
    opened = time.monotonic()
    calls = len(peer.times)
    stage.fault("answers that fail", calls)
    stage.check(calls == THRESHOLD, "the breaker opens at exactly its threshold", calls)

    waits = []
    for _ in range(50):
        answer = ask(daemon)
        waits.append(answer.seconds * 1000)
        stage.check(answer.status == 503, "an open breaker refuses", answer)
    # The median: what one answer waits on a busy machine is the machine's.
    stage.figure("refused_median_ms", percentile(waits, 0.5), "ms", most=50)
    stage.check(len(peer.times) == calls, "and nothing reaches the peer", len(peer.times))
    stage.check(daemon.metric(STATE) == 2,
                "the metric says open")
    answer = daemon.ask("DELETE", f"{ACCOUNT}/positions/BTCUSDT",
                        headers={"Idempotency-Key": "exit"})
    stage.check(answer.status == 200, "an exit passes", answer)

    peer.script(OK)
    stage.eventually(OPEN_SECONDS * 3, lambda: ask(daemon).status == 200, "a probe is let through")
    stage.figure("half_open_after_s", time.monotonic() - opened, "s", least=OPEN_SECONDS * 0.8)
    said = [ask(daemon).status for _ in range(THRESHOLD)]
    stage.check(said == [200] * THRESHOLD, "five good probes pass", said)
    stage.check(daemon.metric(STATE) == 0, "and close it", daemon.metric(STATE))
