"""A hundred parallel requests with one key, a kill, another body: one order, one response."""
# @spec:TC-REL-011 R3-IDEM-04 R3-IDEM-08 I8
import threading
import time

from world.daemon import market_order

CALLERS = 100


def run(scenario):
    for turn in range(scenario.pick(3, 20)):
        one_key(scenario, turn)


def one_key(scenario, turn):
    daemon = scenario.daemon(supervised=True)
    key, responses, lock = f"once-{turn}", [], threading.Lock()

    def call():
        until = time.monotonic() + 60
        while time.monotonic() < until:
            try:
                response = daemon.place(key, timeout=10)
            except OSError:
                time.sleep(0.02)
                continue
            # 409 says that the first of them is still under way: repeat it with the same key.
            if response.status not in (409, 503):
                with lock:
                    responses.append(response)
                return
            time.sleep(0.01)

    threads = [threading.Thread(target=call, daemon=True) for _ in range(CALLERS)]
    for thread in threads:
        thread.start()
    old, pause = daemon.pid(), scenario.random.uniform(0, 0.1)
    time.sleep(pause)
    daemon.kill()
    scenario.fault("kill -9 between parallel posts")
    scenario.eventually(60, lambda: daemon.pid() not in (None, old) and daemon.is_ready(), "back")
    for thread in threads:
        thread.join(70)
    scenario.check(len(responses) == CALLERS, "every client gets a response", len(responses))
    scenario.check({one.status for one in responses} == {200}, "all of them with 200",
                   {one.status for one in responses})
    scenario.check(len({one.body for one in responses}) == 1, "with the same bytes",
                   list({one.body for one in responses})[:2])

    other = daemon.place(key, market_order("SELL"))
    scenario.check(other.status == 422 and other.code() == "IDEMPOTENCY_KEY_REUSED",
                   "another body under the key is refused", other)
    daemon.kill()
    scenario.fault("kill -9 before the replay")
    scenario.eventually(60, daemon.is_ready, "it is back")
    again = daemon.place(key)
    scenario.check(again.replayed and again.body == responses[0].body,
                   "the replay has the same bytes",
                   again)
    other = daemon.place(key, market_order("SELL"))
    scenario.check(other.status == 422, "another body is still refused", other)
    scenario.check(daemon.terminate() == 0, "it ends with 0")
    proof = daemon.verify()
    scenario.check(proof.get("clean") and proof.get("orders") == 1 and proof.get("fills") == 1,
                   "one order and one fill", proof)
