"""A disk that is slow, and one whose sync fails: slow means slower, failed means a new life."""
# @spec:R2-AC-21 RT-INT-02
import time

from world.daemon import ACCOUNT
from world.faults import Disk
from world.load import Load, replay
from world.verdict import percentile


def run(stage):
    daemon = stage.daemon(supervised=True)
    load = Load(daemon, threads=4).start()
    stage.eventually(30, lambda: load.count() > 20, "orders pass")
    slow(stage, daemon)
    failing(stage, daemon, load)
    load.stop()
    stage.check(not load.unanswered, "every order was answered in the end", load.unanswered)
    wrong = replay(daemon, load.acknowledged)
    stage.check(not wrong, "each acknowledged order answers with the same bytes", wrong[:3])
    stage.check(daemon.terminate() == 0, "it ends with 0")
    proof = daemon.verify()
    stage.check(proof.get("clean"), "the rows are what the journal says", proof)


def slow(stage, daemon):
    disk = Disk(stage.folder, daemon.pid(), "delay_enter=200000")
    times, until = [], time.monotonic() + stage.pick(3, 20)
    while time.monotonic() < until:
        answer = daemon.place(f"slow-{len(times)}")
        stage.check(answer.status == 200, "an order passes on a slow disk", answer)
        times.append(answer.seconds)
    stage.fault("sync delayed by 200 ms", disk.heal())
    stage.figure("order_p99_on_slow_disk_s", percentile(times, 0.99), "s", most=5)
    stage.check(daemon.place("after-slow").status == 200, "and on the healed one")


def failing(stage, daemon, load):
    for _ in range(stage.pick(2, 10)):
        old = daemon.pid()
        disk = Disk(stage.folder, old, "error=EIO:when=1")
        back = stage.eventually(60, lambda pid=old: daemon.pid() not in (None, pid)
                                and daemon.is_ready(), "it ends and begins a new life")
        stage.fault("sync failed with EIO", disk.heal())
        if not back:
            return
        count = load.count()
        stage.eventually(30, lambda before=count: load.count() > before + 10, "orders pass again")
    answer = daemon.ask("GET", f"{ACCOUNT}/positions")
    stage.check(answer.status == 200, "reads pass", answer)
