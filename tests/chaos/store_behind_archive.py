"""A store that lost acknowledged records: no request is carried out a second time, exits pass,
health reports it, and a restore recovers all records."""
# @spec:I8 I9 I10 TC-REL-014
import shutil
import sqlite3
import subprocess
import time

from world.daemon import ACCOUNT, market_order, program

SECONDS = 20


def run(scenario):
    lost_tail(scenario, "an older copy of the database", put_a_copy_back)
    lost_tail(scenario, "an older copy of the database, no mark", put_a_copy_without_mark_back)
    lost_without_archive(scenario)
    file_removed_while_running(scenario)


def log_of(daemon):
    return daemon.data / "botcore.db-wal"


def put_a_copy_back(daemon):
    log_of(daemon).unlink()
    shutil.copy(daemon.data.parent / "copy.db", daemon.data / "botcore.db")


def put_a_copy_without_mark_back(daemon):
    put_a_copy_back(daemon)
    (daemon.data / "botcore.db-mark").unlink()


def trade(scenario, daemon, text):
    """Forty orders, and one more whose key and order are known; all of it is in the archive."""
    with sqlite3.connect(daemon.data / "botcore.db") as database:
        with sqlite3.connect(daemon.data.parent / "copy.db") as copy:
            database.backup(copy)
        copy.close()
    database.close()
    for number in range(40):
        side = "BUY" if number % 2 == 0 else "SELL"
        daemon.place(f"order-{number}", market_order(side))
    last = daemon.place("last-order", market_order("BUY", "0.02"))
    scenario.check(last.status == 200, f"{text}: the last order is filled", last)
    head = daemon.metric("journal_sequence")
    if daemon.config.get("archive.repository") != "none":
        scenario.eventually(SECONDS,
                            lambda: daemon.metric('archive_sequence{repository="first"}') >=
                            head, f"{text}: all of it is in the archive")
    return last


def botctl(daemon, *arguments):
    return subprocess.run([program("botctl"), *arguments, "--data", str(daemon.data)], text=True,
                          capture_output=True, check=False)


def check_refuses(scenario, daemon, text):
    again = daemon.place("last-order", market_order("BUY", "0.02"))
    scenario.check((again.status, again.code()) == (503, "STORE_BEHIND_ARCHIVE"),
                   f"{text}: what may have been carried out is not repeated", again)
    entry = daemon.place("new", market_order("BUY", "0.01"))
    scenario.check((entry.status, entry.code()) == (503, "STORE_BEHIND_ARCHIVE"),
                   f"{text}: no entry is accepted", entry)
    first = daemon.place("first", market_order("BUY", "0.03"))
    scenario.check(first.status == 200 and first.replayed,
                   f"{text}: a stored key has its reply", first)
    closed = daemon.call("POST", f"{ACCOUNT}/positions/BTCUSDT/close", None,
                         {"Idempotency-Key": "close"})
    scenario.check(closed.status == 200, f"{text}: an exit is carried out", closed)
    detailed = daemon.call("GET", "/health/detailed").body
    scenario.check("data-damaged.md" in detailed,
                   f"{text}: health reports it and names the runbook")
    scenario.check(daemon.call("GET", "/health").json()["overall_status"] != "healthy",
                   f"{text}: health is not healthy")


def lost_tail(scenario, text, damage):
    daemon = scenario.daemon()
    scenario.check(daemon.place("first", market_order("BUY", "0.03")).status == 200,
                   f"{text}: the first order is filled")
    last = trade(scenario, daemon, text)
    daemon.kill()
    damage(daemon)
    scenario.fault(text)
    checked = botctl(daemon, "verify")
    scenario.check(checked.returncode == 1 and "records are missing" in checked.stdout,
                   f"{text}: verify says that records are missing", checked.stdout + checked.stderr)
    daemon.start()
    scenario.eventually(SECONDS, lambda: daemon.place(
        f"probe-{time.monotonic()}", market_order("BUY", "0.01")).code() == "STORE_BEHIND_ARCHIVE",
        f"{text}: it is detected")
    check_refuses(scenario, daemon, text)
    daemon.kill()
    daemon.start()
    refused = daemon.place("still", market_order("BUY", "0.01"))
    scenario.check(refused.code() == "STORE_BEHIND_ARCHIVE", f"{text}: a restart ends nothing",
                   refused)
    daemon.terminate()
    restored = botctl(daemon, "restore", "--yes")
    scenario.check(restored.returncode == 0, f"{text}: it is restored", restored.stderr)
    daemon.start()
    again = daemon.place("last-order", market_order("BUY", "0.02"))
    scenario.check(again.status == 200 and again.replayed and again.body == last.body,
                   f"{text}: the key has its reply again", again)
    scenario.eventually(SECONDS, lambda: daemon.place(
        f"entry-{time.monotonic()}", market_order("BUY", "0.01")).status == 200,
        f"{text}: entries pass again")


def lost_without_archive(scenario):
    text = "no archive, and an older copy of the database"
    daemon = scenario.daemon({"archive.repository": "none"})
    scenario.check(daemon.place("first", market_order("BUY", "0.03")).status == 200,
                   f"{text}: the first order is filled")
    trade(scenario, daemon, text)
    daemon.kill()
    put_a_copy_back(daemon)
    scenario.fault(text)
    daemon.start()
    check_refuses(scenario, daemon, text)
    daemon.terminate()
    refused = botctl(daemon, "accept-lost-records")
    scenario.check(refused.returncode != 0, f"{text}: nothing is given up without --yes", refused)
    accepted = botctl(daemon, "accept-lost-records", "--yes")
    scenario.check(accepted.returncode == 0, f"{text}: an operator gives them up", accepted.stderr)
    daemon.start()
    scenario.eventually(SECONDS, lambda: daemon.place(
        f"entry-{time.monotonic()}", market_order("BUY", "0.01")).status == 200,
        f"{text}: entries pass again")


def file_removed_while_running(scenario):
    text = "the database removed under the daemon"
    daemon = scenario.daemon()
    scenario.check(daemon.place("first", market_order("BUY", "0.03")).status == 200,
                   f"{text}: the first order is filled")
    head = daemon.metric("journal_sequence")
    scenario.eventually(SECONDS, lambda: daemon.metric('archive_sequence{repository="first"}') >=
                        head, f"{text}: it is in the archive")
    (daemon.data / "botcore.db").unlink()
    scenario.fault(text)
    entry = daemon.place("into-nothing", market_order("BUY", "0.01"))
    scenario.check(entry.status == 503, f"{text}: nothing is acknowledged any more", entry)
    scenario.eventually(SECONDS, lambda: daemon.call("GET", "/health/ready").status == 503,
                        f"{text}: it is not ready")
    daemon.kill()
    for companion in ("-wal", "-shm"):
        (daemon.data / f"botcore.db{companion}").unlink(missing_ok=True)
    restored = botctl(daemon, "restore", "--yes")
    scenario.check(restored.returncode == 0, f"{text}: it is restored", restored.stderr)
    daemon.start()
    first = daemon.place("first", market_order("BUY", "0.03"))
    scenario.check(first.status == 200 and first.replayed, f"{text}: the order is restored",
                   first)
