"""The market stream falls silent and recovers: prices are marked as old, entries are refused, exits
and cancels pass, health reports it, and the daemon recovers by itself."""
# @spec:TC-REL-001 I9 I14
import time

from world.daemon import ACCOUNT, market_order
from world.peers import MarketFeed
from world.traffic import check_degraded_mode

BACK_WITHIN_SECONDS = 30
RESTING = {"symbol": "BTCUSDT", "side": "BUY", "type": "LIMIT", "quantity": "0.01",
           "price": "59000"}


def run(scenario):
    feed = MarketFeed(scenario)
    daemon = scenario.daemon({**feed.config, "reliability.health_check_interval_seconds": 1})
    scenario.eventually(20, lambda: price(daemon) and not price(daemon)["stale"],
                        "there is a price")
    check_degraded_mode(scenario, daemon, "market_stale", "market", False)
    for turn in range(scenario.pick(2, 10)):
        silence_and_recovery(scenario, daemon, feed, turn)
    scenario.figure("lines_of_the_market", feed.lines, "lines", least=100)
    scenario.check(daemon.terminate() == 0, "it ends with 0")
    scenario.check(daemon.verify().get("clean"), "the rows agree with the journal")


def silence_and_recovery(scenario, daemon, feed, turn):
    scenario.check(daemon.place(f"held-{turn}").status == 200, "an entry passes on a fresh price")
    resting = daemon.place(f"rests-{turn}", RESTING)
    scenario.check(resting.status == 200, "an order rests", resting)
    feed.silence()
    scenario.eventually(20, lambda: price(daemon)["stale"], "the price is marked as old")
    check_degraded_mode(scenario, daemon, "market_stale", "market", True)
    scenario.eventually(10, lambda: count_in_log(daemon, "degraded mode entered") > turn,
                        "it is in the log")
    scenario.fault("market stream silent")
    for path in ("/health", "/health/ready", "/health/live"):
        response = daemon.call("GET", path)
        scenario.check(response.status == 200, f"{path} without a market", response)
    health = daemon.call("GET", "/health").json()
    scenario.check(health["overall_status"] == "degraded", "the whole is degraded", health)

    entry = daemon.place(f"entry-{turn}", market_order())
    scenario.check(entry.status == 503 and entry.code() == "PRICE_STALE",
                   "an entry is refused for now", entry)
    cancel = daemon.call("DELETE", f"{ACCOUNT}/orders/{resting.data()['order_id']}",
                         headers={"Idempotency-Key": f"cancel-{turn}"})
    scenario.check(cancel.status == 200, "a cancel passes", cancel)
    exit_response = daemon.call("DELETE", f"{ACCOUNT}/positions/BTCUSDT",
                                headers={"Idempotency-Key": f"exit-{turn}"})
    scenario.check(exit_response.status == 200, "an exit passes", exit_response)
    age = daemon.metric('price_age_seconds{exchange="binance",market="futures",symbol="BTCUSDT"}')
    scenario.check(age is not None and age > 2, "the metric shows the age", age)

    began = time.monotonic()
    feed.resume()
    scenario.eventually(BACK_WITHIN_SECONDS, lambda: not price(daemon)["stale"], "prices are fresh")
    again = scenario.eventually(BACK_WITHIN_SECONDS, lambda: passes(daemon, f"entry-{turn}"),
                                "the refused entry passes with its key")
    if again:
        scenario.figure(f"back_{turn}_s", time.monotonic() - began, "s", most=BACK_WITHIN_SECONDS)
    check_degraded_mode(scenario, daemon, "market_stale", "market", False)
    closed = daemon.call("DELETE", f"{ACCOUNT}/positions/BTCUSDT",
                         headers={"Idempotency-Key": f"close-{turn}"})
    scenario.check(closed.status == 200, "and is closed again", closed)


def price(daemon):
    prices = daemon.call("GET", "/api/market/prices?market=futures").data()
    return next((one for one in prices if one["symbol"] == "BTCUSDT"), None)


def count_in_log(daemon, message):
    return sum(line.get("message") == message and line.get("mode") == "market_stale"
               for line in daemon.log())


def passes(daemon, key):
    return daemon.place(key).status == 200
