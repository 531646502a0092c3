"""The market falls silent and comes back: prices are marked as old, entries are refused, exits and
cancels pass, health says so, and all of it ends by itself."""
# @spec:TC-REL-001 I9 I14
import time

from world.daemon import ACCOUNT, market_order
from world.peers import MarketFeed
from world.traffic import sees

BACK_WITHIN_SECONDS = 30
RESTING = {"symbol": "BTCUSDT", "side": "BUY", "type": "LIMIT", "quantity": "0.01",
           "price": "59000"}


def run(stage):
    feed = MarketFeed(stage)
    daemon = stage.daemon({**feed.config, "reliability.health_check_interval_seconds": 1})
    stage.eventually(20, lambda: price(daemon) and not price(daemon)["stale"], "there is a price")
    sees(stage, daemon, "market_stale", "market", False)
    for turn in range(stage.pick(2, 10)):
        silent_and_back(stage, daemon, feed, turn)
    stage.figure("lines_of_the_market", feed.lines, "lines", least=100)
    stage.check(daemon.terminate() == 0, "it ends with 0")
    stage.check(daemon.verify().get("clean"), "the rows are what the journal says")


def silent_and_back(stage, daemon, feed, turn):
    stage.check(daemon.place(f"held-{turn}").status == 200, "an entry passes on a fresh price")
    rests = daemon.place(f"rests-{turn}", RESTING)
    stage.check(rests.status == 200, "an order rests", rests)
    feed.silence()
    stage.eventually(20, lambda: price(daemon)["stale"], "the price is marked as old")
    sees(stage, daemon, "market_stale", "market", True)
    stage.eventually(10, lambda: told(daemon, "degraded mode entered") > turn, "it is in the log")
    stage.fault("market stream silent")
    for path in ("/health", "/health/ready", "/health/live"):
        answer = daemon.ask("GET", path)
        stage.check(answer.status == 200, f"{path} without a market", answer)
    said = daemon.ask("GET", "/health").json()
    stage.check(said["overall_status"] == "degraded", "the whole is degraded", said)

    entry = daemon.place(f"entry-{turn}", market_order())
    stage.check(entry.status == 503 and entry.code() == "PRICE_STALE",
                "an entry is refused for now", entry)
    cancel = daemon.ask("DELETE", f"{ACCOUNT}/orders/{rests.data()['order_id']}",
                        headers={"Idempotency-Key": f"cancel-{turn}"})
    stage.check(cancel.status == 200, "a cancel passes", cancel)
    leave = daemon.ask("DELETE", f"{ACCOUNT}/positions/BTCUSDT",
                       headers={"Idempotency-Key": f"exit-{turn}"})
    stage.check(leave.status == 200, "an exit passes", leave)
    age = daemon.metric('price_age_seconds{market="futures",symbol="BTCUSDT"}')
    stage.check(age is not None and age > 2, "the metric shows the age", age)

    began = time.monotonic()
    feed.speak()
    stage.eventually(BACK_WITHIN_SECONDS, lambda: not price(daemon)["stale"], "prices are fresh")
    again = stage.eventually(BACK_WITHIN_SECONDS, lambda: passes(daemon, f"entry-{turn}"),
                             "the refused entry passes with its key")
    if again:
        stage.figure(f"back_{turn}_s", time.monotonic() - began, "s", most=BACK_WITHIN_SECONDS)
    sees(stage, daemon, "market_stale", "market", False)
    closed = daemon.ask("DELETE", f"{ACCOUNT}/positions/BTCUSDT",
                        headers={"Idempotency-Key": f"close-{turn}"})
    stage.check(closed.status == 200, "and is closed again", closed)


def price(daemon):
    prices = daemon.ask("GET", "/api/market/prices?market=futures").data()
    return next((one for one in prices if one["symbol"] == "BTCUSDT"), None)


def told(daemon, message):
    return sum(line.get("message") == message and line.get("mode") == "market_stale"
               for line in daemon.log())


def passes(daemon, key):
    return daemon.place(key).status == 200
