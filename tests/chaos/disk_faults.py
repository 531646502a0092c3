"""A slow disk delays orders; a failed sync ends the process, which is started again."""
# @spec:R2-AC-21 RT-INT-02
import time

from world.daemon import ACCOUNT
from world.faults import Disk
from world.load import Load, replay
from world.verdict import percentile


def run(scenario):
    daemon = scenario.daemon(supervised=True)
    load = Load(daemon, threads=4).start()
    scenario.eventually(30, lambda: load.count() > 20, "orders pass")
    slow(scenario, daemon)
    failing(scenario, daemon, load)
    load.stop()
    scenario.check(not load.unanswered, "every order was answered in the end", load.unanswered)
    wrong = replay(daemon, load.acknowledged)
    scenario.check(not wrong, "each acknowledged order has the same response", wrong[:3])
    scenario.check(daemon.terminate() == 0, "it ends with 0")
    proof = daemon.verify()
    scenario.check(proof.get("clean"), "the rows agree with the journal", proof)


def slow(scenario, daemon):
    disk = Disk(scenario.folder, daemon.pid(), "delay_enter=200000")
    times, until = [], time.monotonic() + scenario.pick(3, 20)
    while time.monotonic() < until:
        response = daemon.place(f"slow-{len(times)}")
        scenario.check(response.status == 200, "an order passes on a slow disk", response)
        times.append(response.seconds)
    scenario.fault("sync delayed by 200 ms", disk.heal())
    scenario.figure("order_p99_on_slow_disk_s", percentile(times, 0.99), "s", most=5)
    scenario.check(daemon.place("after-slow").status == 200, "and on the disk without faults")


def failing(scenario, daemon, load):
    for _ in range(scenario.pick(2, 10)):
        old = daemon.pid()
        disk = Disk(scenario.folder, old, "error=EIO:when=1")
        back = scenario.eventually(60, lambda pid=old: daemon.pid() not in (None, pid)
                                   and daemon.is_ready(), "it ends and is started again")
        scenario.fault("sync failed with EIO", disk.heal())
        if not back:
            return
        count = load.count()
        scenario.eventually(30, lambda before=count: load.count() > before + 10,
                            "orders pass again")
    response = daemon.call("GET", f"{ACCOUNT}/positions")
    scenario.check(response.status == 200, "reads pass", response)
