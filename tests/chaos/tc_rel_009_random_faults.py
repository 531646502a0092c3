"""Faults drawn from a seed, one after the other and together, under load: the invariants hold."""
# @spec:TC-REL-009 R2-AC-21 I8 I10 I12
import time

from world.faults import Disk, HungCallers, Partition, in_own_network, pause
from world.load import Load, replay

OWN_NETWORK = True
TURNS_LEAST = 3


def run(stage):
    if not stage.check(in_own_network(), "the scenario has a network of its own"):
        return
    daemon = stage.daemon(supervised=True)
    load = Load(daemon, threads=4).start()
    began, seconds = time.monotonic(), stage.pick(20, 600)
    turns, schedule = 0, []
    # A slow machine takes longer for the fewest that count.
    while time.monotonic() < began + (seconds if turns >= TURNS_LEAST else 3 * seconds):
        name = stage.random.choice(sorted(FAULTS))
        schedule.append(name)
        stage.fault(name, FAULTS[name](stage, daemon))
        stage.eventually(60, daemon.is_ready, f"it is ready after {name}")
        count = load.count()
        if not stage.eventually(60, lambda before=count: load.count() > before, "orders pass"):
            break
        turns += 1
    load.stop()
    print(f"seed {stage.seed}:", *schedule, flush=True)
    stage.figure("turns", turns, "faults", least=TURNS_LEAST)
    stage.figure("orders_acknowledged", load.count(), "orders", least=turns)
    stage.check(not load.unanswered, "every order was answered in the end", load.unanswered)
    picture = daemon.picture()
    daemon.kill()
    stage.fault("kill at the end")
    stage.eventually(60, daemon.is_ready, "it is ready again")
    changed = daemon.changed_since(picture)
    stage.check(not changed, "the state after the restart is the one before", changed)
    wrong = replay(daemon, load.acknowledged)
    stage.check(not wrong, "each acknowledged order answers with the same bytes", wrong[:3])
    stage.check(daemon.terminate() == 0, "it ends with 0")
    proof = daemon.verify()
    stage.check(proof.get("clean"), "the rows are what the journal says", proof)


def kill(_stage, daemon):
    daemon.kill()
    return 1


def kill_twice(stage, daemon):
    """The second one while it starts."""
    old = daemon.pid()
    daemon.kill()
    stage.eventually(30, lambda: daemon.pid() not in (None, old), "a new life")
    time.sleep(stage.random.uniform(0, 0.1))
    daemon.kill()
    return 2


def stand_still(stage, daemon):
    pause(daemon.pid(), stage.random.uniform(0.1, 1.5))
    return 1


def cut_the_wire(stage, daemon):
    wire = Partition(daemon.port)
    wire.begin()
    time.sleep(stage.random.uniform(0.2, 2))
    return wire.end()


def cut_and_kill(stage, daemon):
    wire = Partition(daemon.port)
    wire.begin()
    time.sleep(stage.random.uniform(0.1, 0.5))
    daemon.kill()
    time.sleep(stage.random.uniform(0.1, 0.5))
    return 1 + wire.end()


def slow_disk(stage, daemon):
    disk = Disk(stage.folder, daemon.pid(), f"delay_enter={stage.random.randrange(10, 300)}000")
    time.sleep(stage.random.uniform(0.5, 1.5))
    return disk.heal()


def broken_disk(stage, daemon):
    old = daemon.pid()
    disk = Disk(stage.folder, old, f"error=EIO:when={stage.random.randrange(1, 4)}")
    stage.eventually(30, lambda: daemon.pid() != old, "it ends after a failed sync")
    return disk.heal()


def hung_callers(stage, daemon):
    callers = HungCallers(daemon.port, stage.random.randrange(10, 200))
    time.sleep(0.2)
    callers.end()
    return len(callers.sockets)


FAULTS = {one.__name__.replace("_", " "): one for one in (
    kill, kill_twice, stand_still, cut_the_wire, cut_and_kill, slow_disk, broken_disk,
    hung_callers)}
