"""A machine is lost under load: another one is restored from the archive; lost orders are
listed."""
# @spec:TC-REL-014 R3-BKP-04 R3-BKP-07 R3-BKP-08 R3-AC-18 R3-AC-19 RT-DR-02 R3-AC-14 R0-GOAL-08
import json
import pathlib
import shutil
import sqlite3
import subprocess
import time

from world.daemon import program
from world.load import Load

ARCHIVED_WITHIN_SECONDS = 5
RESTORED_WITHIN_SECONDS = 1_800


def is_sealed(item):
    """Is the object encrypted? A folder and a file that is renamed or removed meanwhile count."""
    try:
        content = item.read_bytes()
    except (IsADirectoryError, FileNotFoundError):
        return True
    return content[:4] == b"BCA1" and b"BTCUSDT" not in content


def botctl(*words):
    return subprocess.run([program("botctl"), *map(str, words), "--json"], text=True,
                          capture_output=True, check=False)


def last_json(text):
    return next((json.loads(line) for line in reversed(text.splitlines())
                 if line.startswith("{")), {})


def run(scenario):
    elsewhere = scenario.folder / "elsewhere"
    elsewhere.mkdir()
    repository, key = elsewhere / "archive", elsewhere / "archive.key"
    config = {"archive.repository": repository, "archive.key_escrow": key, "archive.every_ms": 1000}
    daemon = scenario.daemon(config)
    load = Load(daemon).start()
    scenario.eventually(60, lambda: daemon.metric("backup_verified_timestamp_seconds") > 0,
                        "a snapshot is taken and verified beside the load")
    enough = daemon.metric("journal_sequence") + scenario.pick(4_000, 100_000)
    scenario.eventually(300, lambda: daemon.metric('archive_sequence{repository="first"}') > enough,
                        "records are archived while orders pass")

    daemon.kill()
    lost_at = time.monotonic()
    scenario.fault("machine lost under load")
    load.abandon()
    shutil.rmtree(daemon.data)

    began = time.monotonic()
    second = scenario.new_daemon(config)
    restored = botctl("restore", "--from", repository, "--key", key, "--data", second.data)
    restored_after = time.monotonic() - began
    scenario.check(restored.returncode == 0, "the store is restored",
                   restored.stdout + restored.stderr)
    if restored.returncode != 0:
        return
    with sqlite3.connect(second.data / "botcore.db") as rows:
        restored_keys = {name for (name,) in rows.execute("SELECT key FROM idempotency")}
        restored_keys |= {name for (name,) in rows.execute("SELECT key FROM pending_keys")}
    second.start()
    ready_after = time.monotonic() - began
    report_losses(scenario, load, restored_keys, lost_at)
    scenario.figure("rto_s", restored_after, "s", most=RESTORED_WITHIN_SECONDS)
    scenario.figure("ready_s", ready_after, "s", most=RESTORED_WITHIN_SECONDS)
    scenario.figure("records", last_json(restored.stdout).get("sequence", 0), "records", least=1)

    known = sorted(restored_keys & set(load.acknowledged))[:50]
    replayed = [second.place(name, body_of(name)) for name in known]
    same = [one for one in replayed if not one.replayed]
    scenario.check(replayed and not same, "restored orders have their replies", same[:3])
    scenario.check(second.place("after-the-loss").status == 200, "it trades again")
    plain = [item.name for item in repository.rglob("*") if not is_sealed(item)]
    scenario.check(not plain, "nothing in the archive can be read without the key", plain[:3])
    scenario.check(second.terminate() == 0, "it ends well")
    proof = second.verify()
    scenario.check(proof.get("clean"), "the rows agree with the journal", proof)
    drill = botctl("drill", "run", "--from", repository, "--key", key, "--data", second.data)
    scenario.check(drill.returncode == 0, "a drill on the new machine passes",
                   drill.stdout + drill.stderr)


def body_of(name):
    made = int(name.rsplit("-", 1)[1])
    return {"symbol": "BTCUSDT", "side": "BUY" if made % 2 == 0 else "SELL", "type": "MARKET",
            "quantity": "0.01"}


def report_losses(scenario, load, restored_keys, lost_at):
    """Exactly which acknowledged commits are missing, and how old the oldest of them was."""
    missing = sorted(set(load.acknowledged) - restored_keys,
                     key=lambda name: load.acknowledged_at[name])
    ages = {name: lost_at - load.acknowledged_at[name] for name in missing}
    scenario.figure("orders_acknowledged", load.count(), "orders", least=100)
    scenario.figure("orders_missing", len(missing), "orders")
    scenario.figure("rpo_s", max(ages.values(), default=0.0), "s", most=ARCHIVED_WITHIN_SECONDS)
    report = pathlib.Path(scenario.folder) / "missing.json"
    report.write_text(json.dumps(ages, indent=1), encoding="utf-8")
    for name in missing[:10]:
        print(f"missing: {name}, acknowledged {ages[name]:.2f} s before the loss")
    print(f"missing: {len(missing)} of {load.count()} acknowledged orders")
