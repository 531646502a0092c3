"""A machine's clock that is wrong and set right: exits and cancels pass all the time (I9), entries
wait until it is steady, health says the very same, and what was stored meanwhile binds nothing."""
# @spec:I9 I14
import time

from world.clock import FakedClock
from world.daemon import ACCOUNT, market_order

HOUR, DAY = 3600, 86400
STEADY_AGAIN_SECONDS = 20


def run(stage):
    steps = {"ahead 40 s": 40, "back by an hour": -HOUR, "back by years": -900 * DAY}
    for name, step in steps.items():
        # Each takes as long as a clock needs to settle: the short form leaves some out.
        both = not stage.short or name == "ahead 40 s"
        for recorded in (True, False) if both else (True,):
            while_it_runs(stage, f"{name}, {'a' if recorded else 'no'} record", step, recorded)
    booted_ahead(stage, "booted an hour ahead", HOUR)
    jobs_after_a_boot_in_the_future(stage)


def with_position(stage, clock, **config):
    daemon = stage.daemon({"archive.repository": "none", **config}, environment=clock.environment)
    stage.check(daemon.place("entry").status == 200, "the position is opened")
    return daemon


def exits_pass(stage, daemon, text):
    """The very first call of the caller after the step, then each kind of exit."""
    sell = market_order("SELL", "0.001", reduce_only=True)
    name = text.replace(" ", "-").replace(",", "")
    first = daemon.place(f"exit-{name}", sell)
    stage.check(first.status == 200, f"{text}: the first call, an exit, is carried out", first)
    stop = {"symbol": "BTCUSDT", "side": "SELL", "type": "STOP_MARKET", "quantity": "0.001",
            "stop_price": "1000", "reduce_only": True}
    resting = daemon.place(f"stop-{name}", stop)
    stage.check(resting.status == 200, f"{text}: a stop is placed", resting)
    if resting.status == 200:
        cancel = daemon.ask("DELETE", f"{ACCOUNT}/orders/{resting.data()['order_id']}", None,
                            {"Idempotency-Key": f"cancel-{name}"})
        stage.check(cancel.status == 200, f"{text}: a cancel is carried out", cancel)


def clock_part(daemon):
    parts = daemon.ask("GET", "/health/detailed").json()["dependencies"]
    return next(one["status"] for one in parts if one["name"] == "clock")


def gate_and_health_agree(stage, daemon, text):
    """Whatever the gate says of the clock, health says it too, until both are content."""
    wrong = []

    def steady():
        before = clock_part(daemon)
        entry = daemon.place(f"entry-{time.monotonic()}", market_order("BUY", "0.002"))
        after = clock_part(daemon)
        if before == after:
            refused = entry.code() == "CLOCK_UNCERTAIN"
            if refused != (after != "healthy"):
                wrong.append((entry, after))
        return entry.status == 200
    stage.eventually(STEADY_AGAIN_SECONDS, steady, f"{text}: entries pass again")
    stage.check(not wrong, f"{text}: health reports what the gate uses", wrong[:1])


def while_it_runs(stage, text, step, recorded):
    clock = FakedClock(stage.folder)
    daemon = with_position(stage, clock)
    clock.set(step)
    stage.fault(text)
    stage.eventually(5, lambda: clock_part(daemon) != "healthy", f"{text}: health sees the step")
    if recorded:
        exits_pass(stage, daemon, f"{text}, meanwhile")
    else:
        time.sleep(2)  # The clock is wrong for that long, and nobody asks for anything.
    clock.set(0)
    exits_pass(stage, daemon, f"{text}, set right")
    gate_and_health_agree(stage, daemon, text)
    closed = daemon.ask("POST", f"{ACCOUNT}/flatten", None, {"Idempotency-Key": "flat"})
    stage.check(closed.status == 200, f"{text}: everything is closed", closed)
    stage.check(daemon.terminate() == 0, f"{text}: it ends with 0")
    proof = daemon.verify()
    stage.check(proof.get("clean"), f"{text}: the rows are what the journal says", proof)


def booted_ahead(stage, text, step):
    clock = FakedClock(stage.folder)
    daemon = with_position(stage, clock)
    daemon.kill()
    clock.set(step)
    daemon.start()
    stage.fault(text)
    exits_pass(stage, daemon, f"{text}, meanwhile")
    clock.set(0)
    exits_pass(stage, daemon, f"{text}, set right")
    daemon.kill()
    daemon.start()
    exits_pass(stage, daemon, f"{text}, started again")
    gate_and_health_agree(stage, daemon, text)


def jobs_after_a_boot_in_the_future(stage):
    """What a wrong clock stored as done does not keep the daily jobs from running."""
    clock = FakedClock(stage.folder)
    clock.set(400 * DAY)
    daemon = stage.daemon(environment=clock.environment)
    name = "backup_verified_timestamp_seconds"
    stage.eventually(30, lambda: (daemon.metric(name) or 0) > time.time() + 300 * DAY,
                     "a backup is verified by the wrong clock")
    stage.fault("a boot 400 days ahead")
    token = daemon.token
    daemon.kill()
    clock.set(0)
    daemon.start()
    for metric in ("backup_last_success_timestamp_seconds", name):
        stage.eventually(30, lambda of=metric: 0 < (daemon.metric(of) or 0) <= time.time(),
                         f"{metric} is of today again")
    stage.check(daemon.token == token, "the operator's token still holds")
