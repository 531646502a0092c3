"""A wrong clock that is corrected: exits and cancels pass all the time (I9), entries are refused
until it is steady, health agrees, and times stored meanwhile do not delay later jobs."""
# @spec:I9 I14
import time

from world.clock import FakedClock
from world.daemon import ACCOUNT, market_order

HOUR, DAY = 3600, 86400
STEADY_AGAIN_SECONDS = 20


def run(scenario):
    steps = {"ahead 40 s": 40, "back by an hour": -HOUR, "back by years": -900 * DAY}
    for name, step in steps.items():
        # Each waits until the clock is steady, so the short form omits some.
        both = not scenario.short or name == "ahead 40 s"
        for recorded in (True, False) if both else (True,):
            step_while_running(scenario, f"{name}, {'a' if recorded else 'no'} record", step,
                               recorded)
    booted_ahead(scenario, "booted an hour ahead", HOUR)
    jobs_after_a_start_in_the_future(scenario)


def with_position(scenario, clock, **config):
    daemon = scenario.daemon({"archive.repository": "none", **config},
                             environment=clock.environment)
    scenario.check(daemon.place("entry").status == 200, "the position is opened")
    return daemon


def check_exits_pass(scenario, daemon, text):
    """The first call after the step, then each kind of exit."""
    sell = market_order("SELL", "0.001", reduce_only=True)
    name = text.replace(" ", "-").replace(",", "")
    first = daemon.place(f"exit-{name}", sell)
    scenario.check(first.status == 200, f"{text}: the first call, an exit, is carried out", first)
    stop = {"symbol": "BTCUSDT", "side": "SELL", "type": "STOP_MARKET", "quantity": "0.001",
            "stop_price": "1000", "reduce_only": True}
    resting = daemon.place(f"stop-{name}", stop)
    scenario.check(resting.status == 200, f"{text}: a stop is placed", resting)
    if resting.status == 200:
        cancel = daemon.call("DELETE", f"{ACCOUNT}/orders/{resting.data()['order_id']}", None,
                             {"Idempotency-Key": f"cancel-{name}"})
        scenario.check(cancel.status == 200, f"{text}: a cancel is carried out", cancel)


def clock_status(daemon):
    parts = daemon.call("GET", "/health/detailed").json()["dependencies"]
    return next(one["status"] for one in parts if one["name"] == "clock")


def check_entries_and_health_agree(scenario, daemon, text):
    """Entries are refused for the clock exactly while health reports it, until they pass."""
    wrong = []

    def steady():
        before = clock_status(daemon)
        entry = daemon.place(f"entry-{time.monotonic()}", market_order("BUY", "0.002"))
        after = clock_status(daemon)
        if before == after:
            refused = entry.code() == "CLOCK_UNCERTAIN"
            if refused != (after != "healthy"):
                wrong.append((entry, after))
        return entry.status == 200
    scenario.eventually(STEADY_AGAIN_SECONDS, steady, f"{text}: entries pass again")
    scenario.check(not wrong, f"{text}: health agrees with the check of entries", wrong[:1])


def step_while_running(scenario, text, step, recorded):
    clock = FakedClock(scenario.folder)
    daemon = with_position(scenario, clock)
    clock.set(step)
    scenario.fault(text)
    scenario.eventually(5, lambda: clock_status(daemon) != "healthy",
                        f"{text}: health reports the step")
    if recorded:
        check_exits_pass(scenario, daemon, f"{text}, meanwhile")
    else:
        time.sleep(2)  # The clock is wrong for that long without a request.
    clock.set(0)
    check_exits_pass(scenario, daemon, f"{text}, set right")
    check_entries_and_health_agree(scenario, daemon, text)
    closed = daemon.call("POST", f"{ACCOUNT}/flatten", None, {"Idempotency-Key": "flat"})
    scenario.check(closed.status == 200, f"{text}: everything is closed", closed)
    scenario.check(daemon.terminate() == 0, f"{text}: it ends with 0")
    proof = daemon.verify()
    scenario.check(proof.get("clean"), f"{text}: the rows agree with the journal", proof)


def booted_ahead(scenario, text, step):
    clock = FakedClock(scenario.folder)
    daemon = with_position(scenario, clock)
    daemon.kill()
    clock.set(step)
    daemon.start()
    scenario.fault(text)
    check_exits_pass(scenario, daemon, f"{text}, meanwhile")
    clock.set(0)
    check_exits_pass(scenario, daemon, f"{text}, set right")
    daemon.kill()
    daemon.start()
    check_exits_pass(scenario, daemon, f"{text}, started again")
    check_entries_and_health_agree(scenario, daemon, text)


def jobs_after_a_start_in_the_future(scenario):
    """Times that a wrong clock stored do not keep the daily jobs from running."""
    clock = FakedClock(scenario.folder)
    clock.set(400 * DAY)
    daemon = scenario.daemon(environment=clock.environment)
    name = "backup_verified_timestamp_seconds"
    scenario.eventually(30, lambda: (daemon.metric(name) or 0) > time.time() + 300 * DAY,
                        "a backup is verified by the wrong clock")
    scenario.fault("a boot 400 days ahead")
    token = daemon.token
    daemon.kill()
    clock.set(0)
    daemon.start()
    for metric in ("backup_last_success_timestamp_seconds", name):
        scenario.eventually(30, lambda of=metric: 0 < (daemon.metric(of) or 0) <= time.time(),
                            f"{metric} is of today again")
    scenario.check(daemon.token == token, "the operator's token is still valid")
