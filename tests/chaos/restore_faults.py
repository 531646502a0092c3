"""Backup and restore are killed, or a write fails, at any call: the store is whole, old or new."""
# @spec:TC-REL-010 TC-REL-014 TC-REL-017
import collections
import json
import shutil
import subprocess

from world.daemon import program

KILLED = ("write", "pwrite64", "fsync", "fdatasync", "rename", "link", "linkat", "unlink",
          "ftruncate")
FAILED = {"fsync": "EIO", "fdatasync": "EIO", "write": "ENOSPC", "pwrite64": "ENOSPC",
          "rename": "EIO", "linkat": "EIO", "link": "EIO"}


def botctl(folder, *words, before=()):
    return subprocess.run([*before, program("botctl"), *map(str, words), "--data", str(folder),
                           "--json"], text=True, capture_output=True, check=False,
                          stdin=subprocess.DEVNULL)


def store_state(folder):
    """Record and hash of the store, and whether its rows agree with its journal."""
    done = botctl(folder, "check")
    for line in done.stdout.splitlines():
        if line.startswith("{"):
            data = json.loads(line)
            return data["head_sequence"], data["head_hash"], data["clean"]
    return done.stdout + done.stderr


def history(scenario):
    """A stopped store whose archive has a snapshot and all records; and a record to restore to."""
    daemon = scenario.daemon()
    scenario.eventually(60, lambda: daemon.metric("backup_verified_timestamp_seconds") > 0,
                        "a snapshot is taken")
    for number in range(20):
        daemon.place(f"early-{number}")
    middle = int(daemon.metric("journal_sequence"))
    for number in range(20):
        daemon.place(f"late-{number}")
    scenario.check(daemon.terminate() == 0, "the daemon ends well")
    return daemon.data, middle


def calls_of(scenario, data, words):
    """How often the command makes each of the calls."""
    trial = scenario.folder / "count"
    shutil.copytree(data, trial)
    log = scenario.folder / "calls"
    done = botctl(trial, *words, before=("strace", "-f", "-qq", "-o", str(log), "-e",
                                         "trace=" + ",".join(KILLED)))
    scenario.check(done.returncode == 0, f"{words[0]} works under strace", done.stderr)
    after = store_state(trial)
    shutil.rmtree(trial)
    names = (line.split(None, 1)[1].split("(")[0] for line in log.read_text().splitlines()
             if "(" in line)
    return collections.Counter(name for name in names if name in KILLED), after


def points(scenario, counts, most):
    """The calls to fail, by name and count: all of them, or a sample."""
    every = [(name, turn, fault) for name, count in counts.items() for turn in range(1, count + 1)
             for fault in (["signal=SIGKILL"] + ([f"error={FAILED[name]}"] if name in FAILED
                                                 else []))]
    return every if len(every) <= most else scenario.random.sample(every, most)


def run(scenario):
    if shutil.which("strace") is None:
        scenario.check(False, "strace is installed")
        return
    data, middle = history(scenario)
    old = store_state(data)
    scenario.check(old[2] is True, "the store is clean before", old)
    for words in (("restore", "--to", middle, "--yes"), ("backup", "create")):
        counts, new = calls_of(scenario, data, words)
        chosen = points(scenario, counts, scenario.pick(40, 100_000))
        for name, turn, fault in chosen:
            check_with_fault(scenario, data, words, (name, turn, fault), {old, new})
        scenario.figure(f"{words[0]}_points", len(chosen), "faults", least=20)


def check_with_fault(scenario, data, words, point, whole_states):
    name, turn, fault = point
    trial = scenario.folder / "trial"
    shutil.copytree(data, trial)
    done = botctl(trial, *words, before=("strace", "-f", "-qq", "-o", "/dev/null", "-e",
                                         f"trace={name}", "-e",
                                         f"inject={name}:{fault}:when={turn}"))
    scenario.fault(f"{words[0]}: {fault} at {name}")
    where = f"{words[0]}, {name} {turn}, {fault}"
    after = store_state(trial)
    scenario.check(after in whole_states, f"the store is the old or the new one, whole ({where})",
                   (after, done.returncode, done.stderr[-500:]))
    verified = botctl(trial, "backup", "verify", "--all")
    scenario.check(verified.returncode == 0, f"every snapshot in the list is whole ({where})",
                   verified.stdout + verified.stderr)
    again = botctl(trial, *words)
    scenario.check(again.returncode == 0, f"the same command then succeeds ({where})",
                   again.stderr[-500:])
    shutil.rmtree(trial)
