"""A store that lost records which were acknowledged: what was asked for is not carried out again,
exits pass, everybody is told, and a restore brings all of it back."""
# @spec:I8 I9 I10 TC-REL-014
import shutil
import sqlite3
import subprocess
import time

from world.daemon import ACCOUNT, market_order, program

SECONDS = 20


def run(stage):
    lost_tail(stage, "an older copy of the database", put_a_copy_back)
    lost_tail(stage, "an older copy of the database, no mark", put_a_copy_without_mark_back)
    lost_without_archive(stage)
    file_removed_while_running(stage)


def log_of(daemon):
    return daemon.data / "botcore.db-wal"


def put_a_copy_back(daemon):
    log_of(daemon).unlink()
    shutil.copy(daemon.data.parent / "copy.db", daemon.data / "botcore.db")


def put_a_copy_without_mark_back(daemon):
    put_a_copy_back(daemon)
    (daemon.data / "botcore.db-mark").unlink()


def trade(stage, daemon, text):
    """Forty orders, and one more whose key and order are known; all of it is in the archive."""
    with sqlite3.connect(daemon.data / "botcore.db") as database:
        with sqlite3.connect(daemon.data.parent / "copy.db") as copy:
            database.backup(copy)
        copy.close()
    database.close()
    for number in range(40):
        side = "BUY" if number % 2 == 0 else "SELL"
        daemon.place(f"order-{number}", market_order(side))
    payday = daemon.place("payday", market_order("BUY", "0.02"))
    stage.check(payday.status == 200, f"{text}: the last order is filled", payday)
    head = daemon.metric("journal_sequence")
    if daemon.config.get("archive.repository") != "none":
        stage.eventually(SECONDS, lambda: daemon.metric('archive_sequence{repository="first"}') >=
                         head, f"{text}: all of it is in the archive")
    return payday


def botctl(daemon, *arguments):
    return subprocess.run([program("botctl"), *arguments, "--data", str(daemon.data)], text=True,
                          capture_output=True, check=False)


def refuses(stage, daemon, text):
    again = daemon.place("payday", market_order("BUY", "0.02"))
    stage.check((again.status, again.code()) == (503, "STORE_BEHIND_ARCHIVE"),
                f"{text}: what may have been done is not done again", again)
    entry = daemon.place("new", market_order("BUY", "0.01"))
    stage.check((entry.status, entry.code()) == (503, "STORE_BEHIND_ARCHIVE"),
                f"{text}: no entry is taken", entry)
    first = daemon.place("first", market_order("BUY", "0.03"))
    stage.check(first.status == 200 and first.replayed,
                f"{text}: a stored key has its reply", first)
    closed = daemon.ask("POST", f"{ACCOUNT}/positions/BTCUSDT/close", None,
                        {"Idempotency-Key": "close"})
    stage.check(closed.status == 200, f"{text}: an exit is carried out", closed)
    detailed = daemon.ask("GET", "/health/detailed").body
    stage.check("data-damaged.md" in detailed, f"{text}: health says it, with the page to read")
    stage.check(daemon.ask("GET", "/health").json()["overall_status"] != "healthy",
                f"{text}: health is not healthy")


def lost_tail(stage, text, damage):
    daemon = stage.daemon()
    stage.check(daemon.place("first", market_order("BUY", "0.03")).status == 200,
                f"{text}: the first order is filled")
    payday = trade(stage, daemon, text)
    daemon.kill()
    damage(daemon)
    stage.fault(text)
    checked = botctl(daemon, "verify")
    stage.check(checked.returncode == 1 and "records are missing" in checked.stdout,
                f"{text}: verify says that records are missing", checked.stdout + checked.stderr)
    daemon.start()
    stage.eventually(SECONDS, lambda: daemon.place(
        f"probe-{time.monotonic()}", market_order("BUY", "0.01")).code() == "STORE_BEHIND_ARCHIVE",
        f"{text}: it is noticed")
    refuses(stage, daemon, text)
    daemon.kill()
    daemon.start()
    refuses_still = daemon.place("still", market_order("BUY", "0.01"))
    stage.check(refuses_still.code() == "STORE_BEHIND_ARCHIVE", f"{text}: a restart ends nothing",
                refuses_still)
    daemon.terminate()
    restored = botctl(daemon, "restore", "--yes")
    stage.check(restored.returncode == 0, f"{text}: it is restored", restored.stderr)
    daemon.start()
    again = daemon.place("payday", market_order("BUY", "0.02"))
    stage.check(again.status == 200 and again.replayed and again.body == payday.body,
                f"{text}: the key has its reply again", again)
    stage.eventually(SECONDS, lambda: daemon.place(
        f"entry-{time.monotonic()}", market_order("BUY", "0.01")).status == 200,
        f"{text}: entries pass again")


def lost_without_archive(stage):
    text = "no archive, and an older copy of the database"
    daemon = stage.daemon({"archive.repository": "none"})
    stage.check(daemon.place("first", market_order("BUY", "0.03")).status == 200,
                f"{text}: the first order is filled")
    trade(stage, daemon, text)
    daemon.kill()
    put_a_copy_back(daemon)
    stage.fault(text)
    daemon.start()
    refuses(stage, daemon, text)
    daemon.terminate()
    refused = botctl(daemon, "accept-lost-records")
    stage.check(refused.returncode != 0, f"{text}: nothing is given up without a word", refused)
    accepted = botctl(daemon, "accept-lost-records", "--yes")
    stage.check(accepted.returncode == 0, f"{text}: an operator gives them up", accepted.stderr)
    daemon.start()
    stage.eventually(SECONDS, lambda: daemon.place(
        f"entry-{time.monotonic()}", market_order("BUY", "0.01")).status == 200,
        f"{text}: entries pass again")


def file_removed_while_running(stage):
    text = "the database removed under the daemon"
    daemon = stage.daemon()
    stage.check(daemon.place("first", market_order("BUY", "0.03")).status == 200,
                f"{text}: the first order is filled")
    head = daemon.metric("journal_sequence")
    stage.eventually(SECONDS, lambda: daemon.metric('archive_sequence{repository="first"}') >=
                     head, f"{text}: it is in the archive")
    (daemon.data / "botcore.db").unlink()
    stage.fault(text)
    entry = daemon.place("into-nothing", market_order("BUY", "0.01"))
    stage.check(entry.status == 503, f"{text}: nothing is acknowledged any more", entry)
    stage.eventually(SECONDS, lambda: daemon.ask("GET", "/health/ready").status == 503,
                     f"{text}: it is not ready")
    daemon.kill()
    for companion in ("-wal", "-shm"):
        (daemon.data / f"botcore.db{companion}").unlink(missing_ok=True)
    restored = botctl(daemon, "restore", "--yes")
    stage.check(restored.returncode == 0, f"{text}: it is restored", restored.stderr)
    daemon.start()
    first = daemon.place("first", market_order("BUY", "0.03"))
    stage.check(first.status == 200 and first.replayed, f"{text}: the order is there again", first)
