"""A machine is lost under load: another one goes on from the archive; what is missing is told."""
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


def botctl(*words):
    return subprocess.run([program("botctl"), *map(str, words), "--json"], text=True,
                          capture_output=True, check=False)


def last_json(text):
    return next((json.loads(line) for line in reversed(text.splitlines())
                 if line.startswith("{")), {})


def run(stage):
    elsewhere = stage.folder / "elsewhere"
    elsewhere.mkdir()
    place, key = elsewhere / "archive", elsewhere / "archive.key"
    config = {"archive.repository": place, "archive.key_escrow": key, "archive.every_ms": 1000}
    daemon = stage.daemon(config)
    load = Load(daemon).start()
    stage.eventually(60, lambda: daemon.metric("backup_verified_timestamp_seconds") > 0,
                     "a snapshot is taken and verified beside the load")
    enough = daemon.metric("journal_sequence") + stage.pick(4_000, 100_000)
    stage.eventually(300, lambda: daemon.metric('archive_sequence{repository="first"}') > enough,
                     "records are archived while orders pass")

    daemon.kill()
    lost_at = time.monotonic()
    stage.fault("machine lost under load")
    load.abandon()
    shutil.rmtree(daemon.data)

    began = time.monotonic()
    second = stage.new_daemon(config)
    back = botctl("restore", "--from", place, "--key", key, "--data", second.data)
    restored_after = time.monotonic() - began
    stage.check(back.returncode == 0, "the store is restored", back.stdout + back.stderr)
    if back.returncode != 0:
        return
    with sqlite3.connect(second.data / "botcore.db") as rows:
        there = {name for (name,) in rows.execute("SELECT key FROM idempotency")}
        there |= {name for (name,) in rows.execute("SELECT key FROM pending_keys")}
    second.start()
    ready_after = time.monotonic() - began
    tell_losses(stage, load, there, lost_at)
    stage.figure("rto_s", restored_after, "s", most=RESTORED_WITHIN_SECONDS)
    stage.figure("ready_s", ready_after, "s", most=RESTORED_WITHIN_SECONDS)
    stage.figure("records", last_json(back.stdout).get("sequence", 0), "records", least=1)

    known = sorted(there & set(load.acknowledged))[:50]
    replayed = [second.place(name, body_of(name)) for name in known]
    same = [one for one in replayed if not one.replayed]
    stage.check(replayed and not same, "restored orders answer under their keys", same[:3])
    stage.check(second.place("after-the-loss").status == 200, "it trades again")
    plain = [item.name for item in place.rglob("*") if item.is_file()
             and (b"BTCUSDT" in item.read_bytes() or item.read_bytes()[:4] != b"BCA1")]
    stage.check(not plain, "nothing in the archive can be read without the key", plain[:3])
    stage.check(second.terminate() == 0, "it ends well")
    proof = second.verify()
    stage.check(proof.get("clean"), "the rows are what the journal says", proof)
    drill = botctl("drill", "run", "--from", place, "--key", key, "--data", second.data)
    stage.check(drill.returncode == 0, "a drill on the new machine passes",
                drill.stdout + drill.stderr)


def body_of(name):
    made = int(name.rsplit("-", 1)[1])
    return {"symbol": "BTCUSDT", "side": "BUY" if made % 2 == 0 else "SELL", "type": "MARKET",
            "quantity": "0.01"}


def tell_losses(stage, load, there, lost_at):
    """Exactly which acknowledged commits are missing, and how old the oldest of them was."""
    missing = sorted(set(load.acknowledged) - there, key=lambda name: load.acknowledged_at[name])
    ages = {name: lost_at - load.acknowledged_at[name] for name in missing}
    stage.figure("orders_acknowledged", load.count(), "orders", least=100)
    stage.figure("orders_missing", len(missing), "orders")
    stage.figure("rpo_s", max(ages.values(), default=0.0), "s", most=ARCHIVED_WITHIN_SECONDS)
    report = pathlib.Path(stage.folder) / "missing.json"
    report.write_text(json.dumps(ages, indent=1), encoding="utf-8")
    for name in missing[:10]:
        print(f"missing: {name}, acknowledged {ages[name]:.2f} s before the loss")
    print(f"missing: {len(missing)} of {load.count()} acknowledged orders")
