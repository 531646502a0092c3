"""Faults drawn from a seed, one after the other and together, under load: the invariants hold."""
# @spec:TC-REL-009 R2-AC-21 I8 I10 I12
import time

from world.faults import Disk, HungCallers, Partition, in_own_network, pause
from world.load import Load, replay

OWN_NETWORK = True
TURNS_LEAST = 3


def run(scenario):
    if not scenario.check(in_own_network(), "the scenario has its own network"):
        return
    daemon = scenario.daemon(supervised=True)
    load = Load(daemon, threads=4).start()
    began, seconds = time.monotonic(), scenario.pick(20, 600)
    turns, schedule = 0, []
    # A slow machine may take longer for the least number of turns.
    while time.monotonic() < began + (seconds if turns >= TURNS_LEAST else 3 * seconds):
        name = scenario.random.choice(sorted(FAULTS))
        schedule.append(name)
        scenario.fault(name, FAULTS[name](scenario, daemon))
        scenario.eventually(60, daemon.is_ready, f"it is ready after {name}")
        count = load.count()
        if not scenario.eventually(60, lambda before=count: load.count() > before, "orders pass"):
            break
        turns += 1
    load.stop()
    print(f"seed {scenario.seed}:", *schedule, flush=True)
    scenario.figure("turns", turns, "faults", least=TURNS_LEAST)
    scenario.figure("orders_acknowledged", load.count(), "orders", least=turns)
    scenario.check(not load.unanswered, "every order was answered in the end", load.unanswered)
    account_state = daemon.account_state()
    daemon.kill()
    scenario.fault("kill at the end")
    scenario.eventually(60, daemon.is_ready, "it is ready again")
    changed = daemon.changed_since(account_state)
    scenario.check(not changed, "the state after the restart is the one before", changed)
    wrong = replay(daemon, load.acknowledged)
    scenario.check(not wrong, "each acknowledged order has the same response", wrong[:3])
    scenario.check(daemon.terminate() == 0, "it ends with 0")
    proof = daemon.verify()
    scenario.check(proof.get("clean"), "the rows agree with the journal", proof)


def kill(_stage, daemon):
    daemon.kill()
    return 1


def kill_twice(scenario, daemon):
    """The second kill comes while it starts."""
    old = daemon.pid()
    daemon.kill()
    scenario.eventually(30, lambda: daemon.pid() not in (None, old), "a new process")
    time.sleep(scenario.random.uniform(0, 0.1))
    daemon.kill()
    return 2


def stop_process(scenario, daemon):
    pause(daemon.pid(), scenario.random.uniform(0.1, 1.5))
    return 1


def cut_network(scenario, daemon):
    partition = Partition(daemon.port)
    partition.begin()
    time.sleep(scenario.random.uniform(0.2, 2))
    return partition.end()


def cut_and_kill(scenario, daemon):
    partition = Partition(daemon.port)
    partition.begin()
    time.sleep(scenario.random.uniform(0.1, 0.5))
    daemon.kill()
    time.sleep(scenario.random.uniform(0.1, 0.5))
    return 1 + partition.end()


def slow_disk(scenario, daemon):
    disk = Disk(scenario.folder, daemon.pid(),
                f"delay_enter={scenario.random.randrange(10, 300)}000")
    time.sleep(scenario.random.uniform(0.5, 1.5))
    return disk.heal()


def broken_disk(scenario, daemon):
    old = daemon.pid()
    disk = Disk(scenario.folder, old, f"error=EIO:when={scenario.random.randrange(1, 4)}")
    scenario.eventually(30, lambda: daemon.pid() != old, "it ends after a failed sync")
    return disk.heal()


def hung_callers(scenario, daemon):
    callers = HungCallers(daemon.port, scenario.random.randrange(10, 200))
    time.sleep(0.2)
    callers.end()
    return len(callers.sockets)


FAULTS = {one.__name__.replace("_", " "): one for one in (
    kill, kill_twice, stop_process, cut_network, cut_and_kill, slow_disk, broken_disk,
    hung_callers)}
