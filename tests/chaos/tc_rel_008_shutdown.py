"""SIGTERM and SIGINT: the seven steps in order, no request is cut off, protective orders stay."""
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


def run(scenario):
    seven_steps(scenario, signal.SIGTERM)
    seven_steps(scenario, signal.SIGINT)
    behind_a_balancer(scenario)
    entries_go_protection_stays(scenario)
    second_signal(scenario)
    slow_caller_is_given_up(scenario)


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
    """A request whose last bytes are not sent yet."""
    whole = http.request_bytes("POST", f"{ACCOUNT}/orders", daemon.token, BODY,
                               {"Idempotency-Key": key})
    connection = http.Connection(daemon.port)
    connection.send(whole[:-10])
    # The first bytes must be there, a connection without any counts as idle: later requests are
    # read later.
    for _ in range(2):
        http.call(daemon.port, "GET", "/health/live")
    return connection, whole[-10:]


def seven_steps(scenario, number):
    daemon = scenario.daemon()
    idle = http.Connection(daemon.port)
    scenario.check(idle.call("GET", "/health/live").status == 200, "an idle connection")
    slow, rest = half_sent(daemon, "in-flight")
    daemon.signal(number)
    scenario.fault(f"{number.name} with a request half sent")
    scenario.eventually(10, lambda: refused(daemon.port), "connections are refused")
    scenario.check(daemon.process.poll() is None, "it waits for the open request")
    slow.send(rest)
    response = slow.receive()
    scenario.check(response.status == 200, "the open request gets its response", response)
    scenario.check(response.headers.get("connection") == "close",
                   "the response ends its connection")
    scenario.check(daemon.wait(30) == 0, f"status 0 after {number.name}", daemon.process.returncode)
    scenario.check(steps_of(daemon) == STEPS, "seven steps in order", steps_of(daemon))
    lines = daemon.log()
    scenario.check(lines and lines[-1].get("step") == 7,
                   "the last line of the log is the last step")
    again = scenario.new_daemon()
    again.data = daemon.data
    again.start()
    scenario.check(again.place("in-flight", market_order()).replayed, "the order was kept")
    scenario.check(again.terminate() == 0, "the second process ends with 0")
    proof = again.verify()
    scenario.check(proof.get("clean") and proof.get("orders") == 1, "the store was closed", proof)


def unready(port):
    return http.call(port, "GET", "/health/ready").status == 503


def behind_a_balancer(scenario):
    daemon = scenario.daemon({"shutdown.drain_delay_seconds": DELAY_SECONDS})
    began = time.monotonic()
    daemon.signal(signal.SIGTERM)
    scenario.fault("SIGTERM behind a balancer")
    ready = scenario.eventually(DELAY_SECONDS, lambda: unready(daemon.port),
                                "readiness turns 503 while connections are accepted")
    if not ready:
        return
    health = http.call(daemon.port, "GET", "/health")
    scenario.check(health.status == 503, "health turns 503 too", health)
    scenario.check(http.call(daemon.port, "GET", "/health/live").status == 200, "it still lives")
    placed = daemon.place("during-the-delay")
    scenario.check(placed.status == 200, "requests are still served", placed)
    scenario.check(placed.headers.get("connection") == "close", "and closes the connection")
    scenario.check(daemon.metric("shutdown_inflight") is not None, "shutdown_inflight is there")
    scenario.eventually(20, lambda: refused(daemon.port), "then connections are refused")
    scenario.check(time.monotonic() - began >= DELAY_SECONDS * 0.95, "not before the delay")
    scenario.check(daemon.wait(30) == 0, "status 0")
    scenario.check(steps_of(daemon) == STEPS, "seven steps in order", steps_of(daemon))


def entries_go_protection_stays(scenario):
    daemon = scenario.daemon({"shutdown.cancel_entries": "true"})
    scenario.check(daemon.place("long", market_order("BUY", "0.01")).status == 200,
                   "a long position")
    prices = {one["symbol"]: float(one["bid"]) for one in
              daemon.call("GET", "/api/market/prices?market=futures").data()}
    orders = {
        "entry": {"symbol": "BTCUSDT", "side": "BUY", "type": "LIMIT", "quantity": "0.01",
                  "price": f"{prices['BTCUSDT'] * 0.97:.1f}"},
        "protection": {"symbol": "BTCUSDT", "side": "SELL", "type": "LIMIT", "quantity": "0.01",
                       "price": f"{prices['BTCUSDT'] * 1.03:.1f}", "reduce_only": True}}
    ids = {}
    for name, order in orders.items():
        response = daemon.place(name, order)
        scenario.check(response.status == 200, f"the {name} rests", response)
        ids[name] = response.data()["order_id"]
    daemon.signal(signal.SIGTERM)
    scenario.fault("SIGTERM with resting orders")
    scenario.check(daemon.wait(40) == 0, "status 0")
    again = scenario.new_daemon()
    again.data = daemon.data
    again.start()
    states = {name: again.call("GET", f"{ACCOUNT}/orders/{one}").data()["status"]
              for name, one in ids.items()}
    scenario.check(states == {"entry": "CANCELED", "protection": "NEW"},
                   "the entry is canceled, the protection rests", states)


def second_signal(scenario):
    daemon = scenario.daemon()
    slow, _rest = half_sent(daemon, "never-ends")
    daemon.signal(signal.SIGTERM)
    scenario.eventually(10, lambda: refused(daemon.port), "connections are refused")
    # Right after the first one it would be the same request.
    daemon.signal(signal.SIGTERM)
    signaled_at = time.monotonic()
    scenario.eventually(10, lambda: time.monotonic() - signaled_at > 1.5, "a second goes by")
    scenario.check(daemon.process.poll() is None, "a signal right after the first changes nothing")
    began = time.monotonic()
    daemon.signal(signal.SIGTERM)
    scenario.fault("second SIGTERM")
    status = daemon.wait(20)
    scenario.check(status not in (0, None), "the second signal ends it with another status", status)
    # Without it the open request would be waited for, for 30 s.
    scenario.check(time.monotonic() - began < 10, "at once")
    slow.close()


def slow_caller_is_given_up(scenario):
    daemon = scenario.daemon({"shutdown.drain_within_seconds": scenario.pick(2, 30)})
    slow, _rest = half_sent(daemon, "hangs")
    began = time.monotonic()
    os.kill(daemon.pid(), signal.SIGTERM)
    scenario.fault("SIGTERM with a caller that never finishes")
    scenario.check(daemon.wait(45) == 0, "status 0", daemon.tail())
    scenario.figure("shutdown_with_hung_caller_s", time.monotonic() - began, "s",
                    most=scenario.pick(2, 30) + 5)
    scenario.check(steps_of(daemon) == STEPS, "seven steps in order", steps_of(daemon))
    slow.close()
