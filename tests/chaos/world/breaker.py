"""The breaker before the analysis service, as its callers and the metrics see it."""
import threading

STATE = 'circuit_breaker_state{name="analysis.analyze"}'
QUESTION = {"symbol": "BTCUSDT"}
THRESHOLD = 5
OPEN_SECONDS = 10
CONFIG = {"reliability.retry_max_attempts": 1, "reliability.retry_initial_delay_ms": 100,
          "reliability.circuit_breaker_threshold": THRESHOLD,
          "reliability.circuit_breaker_timeout_seconds": OPEN_SECONDS}


def ask(daemon):
    return daemon.ask("POST", "/api/ai/analyze", QUESTION)


def ask_until_open(stage, daemon):
    """Questions, several at a time since each may wait ten seconds, until the breaker is open."""
    wrong = []

    def one():
        answer = ask(daemon)
        if answer.status not in (503, 504) or answer.seconds > 12:
            wrong.append(f"{answer} after {answer.seconds:.1f} s")

    threads = [threading.Thread(target=one, daemon=True) for _ in range(THRESHOLD)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    stage.eventually(30, lambda: one() or daemon.metric(STATE) == 2, "the breaker is open")
    stage.check(not wrong, "who asks gets 503 or 504 within its time", wrong[:3])
    opened = daemon.metric('circuit_breaker_transitions_total{name="analysis.analyze",to="open"}')
    stage.check((opened or 0) >= 1, "the opening is counted", opened)


def refuses_at_once(stage, daemon, name):
    """An open breaker keeps nobody waiting: far below the time of a call that fails."""
    answers = [ask(daemon) for _ in range(10)]
    refused = [one for one in answers if one.status == 503]
    stage.check(len(refused) >= 5, "an open breaker refuses", answers)
    fastest = min((one.seconds for one in refused), default=99)
    stage.figure(f"refused_in_{name}_s", fastest, "s", most=0.5)


def closes_again(stage, daemon):
    stage.eventually(OPEN_SECONDS * 4 + 20,
                     lambda: ask(daemon).status == 200 and daemon.metric(STATE) == 0,
                     "good answers close the breaker")
