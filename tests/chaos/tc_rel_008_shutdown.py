"""SIGTERM and SIGINT: the seven steps in order, nobody is cut off, what protects stays."""
# @spec:TC-REL-008 R2-SHUT-01 R2-SHUT-02 R2-SHUT-03 R2-SHUT-05 R2-SHUT-06 R2-SHUT-07 R2-SHUT-08
# @spec:R2-AC-15 R2-AC-16 X-17 X-18 X-63
import os
import signal
import socket
import time

from world import http
from world.daemon import ACCOUNT, market_order

STEPS = [1, 2, 3, 4, 5, 6, 7]
DELAY_SECONDS = 4
BODY = '{"symbol":"BTCUSDT","side":"BUY","type":"MARKET","quantity":"0.01"}'


def run(stage):
    seven_steps(stage, signal.SIGTERM)
    seven_steps(stage, signal.SIGINT)
    behind_a_balancer(stage)
    entries_go_protection_stays(stage)
    second_signal(stage)
    slow_caller_is_given_up(stage)


def steps_of(daemon):
    return [line["step"] for line in daemon.log() if line.get("operation") == "shutdown"
            and "step" in line]


def refused(port):
    try:
        socket.create_connection(("127.0.0.1", port), timeout=2).close()
    except ConnectionRefusedError:
        return True
    return False


def half_sent(daemon, key):
    """A request whose last bytes are still to come."""
    whole = http.request_bytes("POST", f"{ACCOUNT}/orders", daemon.token, BODY,
                               {"Idempotency-Key": key})
    connection = http.Connection(daemon.port)
    connection.send(whole[:-10])
    # The first bytes must be there, a connection without any counts as idle: who comes later is
    # read later.
    for _ in range(2):
        http.ask(daemon.port, "GET", "/health/live")
    return connection, whole[-10:]


def seven_steps(stage, number):
    daemon = stage.daemon()
    idle = http.Connection(daemon.port)
    stage.check(idle.ask("GET", "/health/live").status == 200, "an idle connection")
    slow, rest = half_sent(daemon, "in-flight")
    daemon.signal(number)
    stage.fault(f"{number.name} with a request half sent")
    stage.eventually(10, lambda: refused(daemon.port), "connections are refused")
    stage.check(daemon.process.poll() is None, "it waits for the open request")
    slow.send(rest)
    answer = slow.receive()
    stage.check(answer.status == 200, "the open request gets its answer", answer)
    stage.check(answer.headers.get("connection") == "close", "the answer ends its connection")
    stage.check(daemon.wait(30) == 0, f"status 0 after {number.name}", daemon.process.returncode)
    stage.check(steps_of(daemon) == STEPS, "seven steps in order", steps_of(daemon))
    lines = daemon.log()
    stage.check(lines and lines[-1].get("step") == 7, "the last line of the log is the last step")
    again = stage.new_daemon()
    again.data = daemon.data
    again.start()
    stage.check(again.place("in-flight", market_order()).replayed, "the order was kept")
    stage.check(again.terminate() == 0, "the second life ends with 0")
    proof = again.verify()
    stage.check(proof.get("clean") and proof.get("orders") == 1, "the store was closed", proof)


def unready(port):
    return http.ask(port, "GET", "/health/ready").status == 503


def behind_a_balancer(stage):
    daemon = stage.daemon({"shutdown.drain_delay_seconds": DELAY_SECONDS})
    began = time.monotonic()
    daemon.signal(signal.SIGTERM)
    stage.fault("SIGTERM behind a balancer")
    ready = stage.eventually(DELAY_SECONDS, lambda: unready(daemon.port),
                             "readiness turns 503 while the door is open")
    if not ready:
        return
    health = http.ask(daemon.port, "GET", "/health")
    stage.check(health.status == 503, "health turns 503 too", health)
    stage.check(http.ask(daemon.port, "GET", "/health/live").status == 200, "it still lives")
    placed = daemon.place("during-the-delay")
    stage.check(placed.status == 200, "it serves on", placed)
    stage.check(placed.headers.get("connection") == "close", "and says goodbye")
    stage.check(daemon.metric("shutdown_inflight") is not None, "shutdown_inflight is there")
    stage.eventually(20, lambda: refused(daemon.port), "then the door closes")
    stage.check(time.monotonic() - began >= DELAY_SECONDS * 0.95, "not before the delay")
    stage.check(daemon.wait(30) == 0, "status 0")
    stage.check(steps_of(daemon) == STEPS, "seven steps in order", steps_of(daemon))


def entries_go_protection_stays(stage):
    daemon = stage.daemon({"shutdown.cancel_entries": "true"})
    stage.check(daemon.place("long", market_order("BUY", "0.01")).status == 200, "a long position")
    prices = {one["symbol"]: float(one["bid"]) for one in
              daemon.ask("GET", "/api/market/prices?market=futures").data()}
    orders = {
        "entry": {"symbol": "BTCUSDT", "side": "BUY", "type": "LIMIT", "quantity": "0.01",
                  "price": f"{prices['BTCUSDT'] * 0.97:.1f}"},
        "protection": {"symbol": "BTCUSDT", "side": "SELL", "type": "LIMIT", "quantity": "0.01",
                       "price": f"{prices['BTCUSDT'] * 1.03:.1f}", "reduce_only": True}}
    ids = {}
    for name, order in orders.items():
        answer = daemon.place(name, order)
        stage.check(answer.status == 200, f"the {name} rests", answer)
        ids[name] = answer.data()["order_id"]
    daemon.signal(signal.SIGTERM)
    stage.fault("SIGTERM with resting orders")
    stage.check(daemon.wait(40) == 0, "status 0")
    again = stage.new_daemon()
    again.data = daemon.data
    again.start()
    states = {name: again.ask("GET", f"{ACCOUNT}/orders/{one}").data()["status"]
              for name, one in ids.items()}
    stage.check(states == {"entry": "CANCELED", "protection": "NEW"},
                "the entry is canceled, the protection rests", states)


def second_signal(stage):
    daemon = stage.daemon()
    slow, _rest = half_sent(daemon, "never-ends")
    daemon.signal(signal.SIGTERM)
    stage.eventually(10, lambda: refused(daemon.port), "the door closes")
    # Right after the first one it would be the same request.
    daemon.signal(signal.SIGTERM)
    asked = time.monotonic()
    stage.eventually(10, lambda: time.monotonic() - asked > 1.5, "a second goes by")
    stage.check(daemon.process.poll() is None, "a signal right after the first changes nothing")
    began = time.monotonic()
    daemon.signal(signal.SIGTERM)
    stage.fault("second SIGTERM")
    status = daemon.wait(20)
    stage.check(status not in (0, None), "the second signal ends it with another status", status)
    # Without it the open request would be waited for, for 30 s.
    stage.check(time.monotonic() - began < 10, "at once")
    slow.close()


def slow_caller_is_given_up(stage):
    daemon = stage.daemon({"shutdown.drain_within_seconds": stage.pick(2, 30)})
    slow, _rest = half_sent(daemon, "hangs")
    began = time.monotonic()
    os.kill(daemon.pid(), signal.SIGTERM)
    stage.fault("SIGTERM with a caller that never finishes")
    stage.check(daemon.wait(45) == 0, "status 0", daemon.tail())
    stage.figure("shutdown_with_hung_caller_s", time.monotonic() - began, "s",
                 most=stage.pick(2, 30) + 5)
    stage.check(steps_of(daemon) == STEPS, "seven steps in order", steps_of(daemon))
    slow.close()
