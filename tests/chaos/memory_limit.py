"""Without memory the process ends at once, is started again and has lost nothing."""
# @spec:R2-AC-21 R4-AUTO-08 RK-03
import contextlib
import pathlib
import resource
import time

from world import http
from world.daemon import ACCOUNT
from world.load import Load, replay

PAGE = 4096
BODY = '{"symbol":"' + "B" * 60_000 + '"}'


def run(scenario):
    daemon = scenario.daemon(supervised=True)
    load = Load(daemon, threads=2).start()
    for _ in range(scenario.pick(2, 8)):
        count = load.count()
        scenario.eventually(60, lambda before=count: load.count() > before + 10, "orders pass")
        starve(scenario, daemon)
    load.stop()
    scenario.check(not load.unanswered, "every order was answered in the end", load.unanswered)
    wrong = replay(daemon, load.acknowledged)
    scenario.check(not wrong, "each acknowledged order has the same response", wrong[:3])
    scenario.check(daemon.terminate() == 0, "it ends with 0")
    proof = daemon.verify()
    scenario.check(proof.get("clean"), "the rows agree with the journal", proof)


def starve(scenario, daemon):
    """Limits the memory to its current size, then sends requests that need more."""
    pid = daemon.pid()
    size = int(pathlib.Path(f"/proc/{pid}/statm").read_text().split()[0]) * PAGE
    resource.prlimit(pid, resource.RLIMIT_AS, (size, size))
    callers, until = [], time.monotonic() + 30
    request = http.request_bytes("POST", f"{ACCOUNT}/orders", daemon.token, BODY,
                                 {"Idempotency-Key": "large"})
    with contextlib.ExitStack() as open_ones:
        while daemon.pid() == pid and time.monotonic() < until:
            with contextlib.suppress(OSError):
                one = http.Connection(daemon.port, timeout=2)
                open_ones.callback(one.close)
                one.send(request[:-1])
                callers.append(one)
            if len(callers) > 900:
                break
        died = scenario.eventually(30, lambda: daemon.pid() != pid, "it ends without memory")
    if died:
        scenario.fault("no memory left")
    scenario.figure("callers_when_memory_ended", len(callers), "connections")
    scenario.eventually(60, daemon.is_ready, "it is back")
