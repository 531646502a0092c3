"""Rows that were changed from outside: their account is frozen before any decision uses them,
health and log report it, exits pass, and a rebuild from the journal repairs them."""
# @spec:TC-REL-013 I9 RK-05
import sqlite3
import subprocess
import time

from world.daemon import ACCOUNT, market_order, program

SETTLED_SECONDS = 3


def run(scenario):
    changed_row(scenario, "less money than there is",
                "UPDATE balances SET cash = '1' WHERE account = 'futures'")
    changed_row(scenario, "more money than there is",
                "UPDATE balances SET cash = '99999' WHERE account = 'futures'")
    changed_row(scenario, "a larger position", "UPDATE positions SET quantity = '0.5'")
    changed_row(scenario, "a deleted position",
                "DELETE FROM positions WHERE symbol = 'BTCUSDT' AND market = 2")
    changed_row(scenario, "another order", "UPDATE orders SET quantity = '7' WHERE live = 1")


def resting_bid(daemon):
    prices = daemon.call("GET", "/api/market/prices?market=futures").data()
    bid = next(float(one["bid"]) for one in prices if one["symbol"] == "BTCUSDT")
    return {"symbol": "BTCUSDT", "side": "BUY", "type": "LIMIT", "quantity": "0.01",
            "price": f"{bid * 0.97:.1f}"}


def damage(daemon, statement):
    with sqlite3.connect(daemon.data / "botcore.db") as database:
        count = database.execute(statement).rowcount
        database.commit()
    database.close()
    return count


def changed_row(scenario, text, statement):
    daemon = scenario.daemon({"archive.repository": "none", "paper.deposit": 10_000})
    scenario.check(daemon.place("entry", market_order("BUY", "0.03")).status == 200,
                   f"{text}: the position is opened")
    scenario.check(daemon.place("resting", resting_bid(daemon)).status == 200,
                   f"{text}: an order rests")
    daemon.terminate()
    scenario.check(damage(daemon, statement) > 0, f"{text}: a row was changed")
    scenario.fault(text)
    scenario.figure("start_with_a_row_in_doubt_s", daemon.start(), "s")
    account = daemon.call("GET", ACCOUNT).data()
    scenario.check((account["state"], account["frozen_reason"]) == ("FROZEN", "INTEGRITY_FINDING"),
                   f"{text}: the account is frozen from the start", account)
    entry = daemon.place("more", market_order("BUY", "0.01"))
    scenario.check((entry.status, entry.code()) == (503, "ACCOUNT_FROZEN"),
                   f"{text}: an entry is refused", entry)
    time.sleep(SETTLED_SECONDS)  # Ticks pass: none of them may act on the row.
    orders = daemon.call("GET", f"{ACCOUNT}/orders?status=all").data()
    sent = [one for one in orders["orders"] if one["side"] == "SELL"]
    scenario.check(not sent, f"{text}: nothing was sold because of it", sent[:1])
    detailed = daemon.call("GET", "/health/detailed").body
    overall = daemon.call("GET", "/health").json()["overall_status"]
    scenario.check("data-damaged.md" in detailed and overall != "healthy",
                   f"{text}: health reports it and names the runbook")
    logged = [line for line in daemon.log() if line.get("runbook") == "data-damaged.md"]
    scenario.check(logged, f"{text}: the log reports it and names the runbook")
    daemon.terminate()
    rebuilt = subprocess.run([program("botctl"), "rebuild", "--yes", "--data", str(daemon.data)],
                             text=True, capture_output=True, check=False)
    scenario.check(rebuilt.returncode == 0, f"{text}: the rows are rebuilt", rebuilt.stderr)
    daemon.start()
    account = daemon.call("GET", ACCOUNT).data()
    scenario.check(account["state"] == "FROZEN", f"{text}: only an operator unfreezes", account)
    freed = subprocess.run([program("botctl"), "unfreeze", "futures", "--reason", "rebuilt",
                            "--data", str(daemon.data), "--url",
                            f"http://127.0.0.1:{daemon.port}"],
                           text=True, capture_output=True, check=False)
    scenario.check(freed.returncode == 0, f"{text}: the account is unfrozen", freed.stderr)
    scenario.eventually(15, lambda: daemon.place(f"again-{time.monotonic()}", market_order(
        "BUY", "0.01")).status == 200, f"{text}: entries pass again")
    closed = daemon.call("POST", f"{ACCOUNT}/flatten", None, {"Idempotency-Key": "flat"})
    scenario.check(closed.status == 200, f"{text}: everything is closed", closed)
    daemon.terminate()
    proof = daemon.verify()
    scenario.check(proof.get("clean"), f"{text}: the rows agree with the journal", proof)
