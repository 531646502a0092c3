"""Causes and outcomes of retries against a real peer: how often it is called, and when."""
# @spec:TC-REL-005 R2-RETRY-01 R2-RETRY-07 R2-RETRY-08 R2-RETRY-10 R2-AC-22 RT-INT-02
from world.faults import HungPeer, Peer

REQUEST = {"symbol": "BTCUSDT"}
FIRST_DELAY_MS = 200
OK = (200, {"signal": "Neutral"}, {})


def failing(status, **headers):
    return status, {"error": "made to fail"}, headers


# The peer's responses, the code that the client gets, and the number of calls of the peer.
TABLE = (
    ("responds at once", (OK,), "", 1),
    ("fails twice, then responds", (failing(500), failing(503), OK), "", 3),
    ("fails for ever", (failing(502),), "ANALYSIS_UNAVAILABLE", 4),
    ("cuts the connection, then responds", (None, OK), "", 2),
    ("rejects the request", (failing(400),), "ANALYSIS_REFUSED", 1),
    ("rejects the credentials", (failing(401),), "ANALYSIS_REFUSED", 1),
    ("has no such path", (failing(404),), "ANALYSIS_REFUSED", 1),
)


def run(scenario):
    peer = Peer(OK)
    scenario.add_cleanup(peer.close)
    daemon = scenario.daemon({"analysis.url": f"http://127.0.0.1:{peer.port}",
                              "reliability.retry_initial_delay_ms": FIRST_DELAY_MS,
                              "reliability.circuit_breaker_threshold": 50})
    for name, responses, code, calls in TABLE:
        peer.set_responses(*responses)
        response = daemon.call("POST", "/api/ai/analyze", REQUEST)
        times = peer.set_responses(OK)
        scenario.check(response.code() == code, f"a peer that {name}", response)
        scenario.check(len(times) == calls, f"a peer that {name} is called {calls} times",
                       len(times))
        if responses != (OK,):
            scenario.fault(name, len(times))
        for number, (before, after) in enumerate(zip(times, times[1:])):
            least = FIRST_DELAY_MS / 1000 * 2 ** number * 0.8
            scenario.check(after - before >= least, f"retry {number + 1} of '{name}' waits",
                           after - before)
    peer.set_responses(failing(429, **{"Retry-After": "2"}), OK)
    response = daemon.call("POST", "/api/ai/analyze", REQUEST)
    times = peer.set_responses(OK)
    scenario.fault("429 with Retry-After", 1)
    waited = response.status == 503 or (len(times) == 2 and times[1] - times[0] >= 2)
    scenario.check(waited, "Retry-After is obeyed, or the client gets an error at once",
                   (response, times))
    hung = HungPeer()
    scenario.add_cleanup(hung.socket.close)
    slow = scenario.daemon({"analysis.url": f"http://127.0.0.1:{hung.port}"})
    response = slow.call("POST", "/api/ai/analyze", REQUEST)
    scenario.fault("a peer that sends nothing", 1)
    scenario.check(response.status == 504 and response.code() == "ANALYSIS_TIMEOUT",
                   "it is given up",
                   response)
    scenario.check(response.seconds < 11, "after ten seconds in all", response.seconds)
    scenario.check(daemon.place("meanwhile").status == 200, "trading needs no analysis")
    retried = [line for line in daemon.log() if line.get("event") == "retry"]
    scenario.check(bool(retried), "each retry is in the log", len(retried))
