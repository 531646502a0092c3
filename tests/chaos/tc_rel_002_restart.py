"""kill -9 under load with open positions: it is ready again, and nothing acknowledged is lost."""
# @spec:TC-REL-002 R1-HA-06 R4-AUTO-08 R4-AUTO-09 I10 RI-MX-04 R4-AC-03 RT-CHAOS-01 R4-AUTO-10
# @spec:RK-03
import signal
import time

from world.daemon import ACCOUNT
from world.load import Load, replay

READY_WITHIN_SECONDS = 120


def run(scenario):
    daemon = scenario.daemon(supervised=True)
    scenario.check(daemon.place("kept-position").status == 200, "the position is opened")
    limit = place_resting_order(scenario, daemon)
    load = Load(daemon).start()
    ready = []
    for _ in range(scenario.pick(4, 25)):
        before = load.count()
        scenario.eventually(30, lambda count=before: load.count() > count + 20, "orders pass")
        began, old = time.monotonic(), daemon.pid()
        daemon.kill()
        if not scenario.eventually(READY_WITHIN_SECONDS,
                                   lambda pid=old: daemon.pid() not in (None, pid)
                                   and daemon.is_ready(), "it is ready again"):
            return
        scenario.fault("kill -9 under load")
        ready.append(time.monotonic() - began)
    load.stop()
    scenario.figure("ready_again_max_s", max(ready), "s", most=READY_WITHIN_SECONDS)
    scenario.figure("orders_acknowledged", load.count(), "orders", least=20 * len(ready))
    scenario.figure("answers_lost", load.lost, "answers")
    scenario.check(not load.unanswered, "every order was answered in the end", load.unanswered)

    account_state = daemon.account_state()
    daemon.kill()
    scenario.eventually(READY_WITHIN_SECONDS, daemon.is_ready, "it is ready again")
    scenario.fault("kill -9 at rest")
    changed = daemon.changed_since(account_state)
    scenario.check(not changed, "the state after the restart is the one before", changed)
    scenario.check(daemon.call("GET", f"{ACCOUNT}/orders/{limit}").data()["status"] == "NEW",
                   "the resting order still rests")
    restarts = daemon.metric('recovery_attempts_total{mechanism="restart",result="success"}')
    took = daemon.metric('recovery_duration_seconds_count{mechanism="restart"}')
    scenario.check(restarts == 1 and took == 1, "the new process counts its restart",
                   (restarts, took))
    wrong = replay(daemon, load.acknowledged)
    scenario.check(not wrong, "each acknowledged order has the same response", wrong[:3])

    scenario.check(daemon.terminate() == 0, "the supervisor ends with 0 after SIGTERM")
    proof = daemon.verify()
    scenario.check(proof.get("clean"), "the rows agree with the journal", proof)
    scenario.check(proof.get("orders", 0) >= load.count() + 2, "every order is in the journal",
                   proof)
    restarts_logged = daemon.output.read_text(errors="replace").count(signal.SIGKILL.name)
    scenario.check(restarts_logged >= len(ready) + 1,
                   "the supervisor reports the reason of each restart",
                   restarts_logged)


def place_resting_order(scenario, daemon):
    """Places a bid below the market, which rests."""
    prices = daemon.call("GET", "/api/market/prices?market=futures").data()
    bid = next(float(one["bid"]) for one in prices if one["symbol"] == "ETHUSDT")
    order = {"symbol": "ETHUSDT", "side": "BUY", "type": "LIMIT", "quantity": "0.1",
             "price": f"{bid * 0.97:.2f}"}
    response = daemon.place("kept-order", order)
    scenario.check(response.status == 200, "the order rests", response)
    return response.data()["order_id"]
