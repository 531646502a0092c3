"""The breaker before the analysis service, as its callers and the metrics show it."""
import threading

STATE = 'circuit_breaker_state{name="analysis.analyze"}'
REQUEST = {"symbol": "BTCUSDT"}
THRESHOLD = 5
OPEN_SECONDS = 10
CONFIG = {"reliability.retry_max_attempts": 1, "reliability.retry_initial_delay_ms": 100,
          "reliability.circuit_breaker_threshold": THRESHOLD,
          "reliability.circuit_breaker_timeout_seconds": OPEN_SECONDS}


def call(daemon):
    return daemon.call("POST", "/api/ai/analyze", REQUEST)


def call_until_open(scenario, daemon):
    """Calls in parallel, since each may wait ten seconds, until the breaker is open."""
    wrong = []

    def one():
        response = call(daemon)
        if response.status not in (503, 504) or response.seconds > 12:
            wrong.append(f"{response} after {response.seconds:.1f} s")

    threads = [threading.Thread(target=one, daemon=True) for _ in range(THRESHOLD)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    scenario.eventually(30, lambda: one() or daemon.metric(STATE) == 2, "the breaker is open")
    scenario.check(not wrong, "each call gets 503 or 504 within its time", wrong[:3])
    opened = daemon.metric('circuit_breaker_transitions_total{name="analysis.analyze",to="open"}')
    scenario.check((opened or 0) >= 1, "the opening is counted", opened)


def check_refuses_at_once(scenario, daemon, name):
    """An open breaker refuses at once, far faster than a call that fails."""
    responses = [call(daemon) for _ in range(10)]
    refused = [one for one in responses if one.status == 503]
    scenario.check(len(refused) >= 5, "an open breaker refuses", responses)
    fastest = min((one.seconds for one in refused), default=99)
    scenario.figure(f"refused_in_{name}_s", fastest, "s", most=0.5)


def check_closes_again(scenario, daemon):
    scenario.eventually(OPEN_SECONDS * 4 + 20,
                        lambda: call(daemon).status == 200 and daemon.metric(STATE) == 0,
                        "successful calls close the breaker")
