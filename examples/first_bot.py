#!/usr/bin/env python3
"""A first bot: buys BTCUSDT below its recent average, with a stop, and sells above the average.

usage: python3 examples/first_bot.py ADDRESS DATA, such as 127.0.0.1:8080 var
"""
import collections, http.client, json, sys, time, uuid

ADDRESS, TOKEN = sys.argv[1], open(f"{sys.argv[2]}/operator.token", encoding="ascii").read().strip()


def call(method, path, body=None):
    # After a lost response send the command again with the same key: it is carried out once.
    headers = {"Authorization": f"Bearer {TOKEN}", "Content-Type": "application/json",
               "Idempotency-Key": str(uuid.uuid4())}
    connection = http.client.HTTPConnection(ADDRESS, timeout=30)
    connection.request(method, path, body and json.dumps(body), headers)
    response = json.load(connection.getresponse())
    return response["data"] if "data" in response else sys.exit(response["error"]["message"])


def wait_until(condition):
    # Reads the price five times a second until the condition is true.
    prices = collections.deque(maxlen=10)
    while len(prices) < 10 or not condition(prices[-1], sum(prices) / 10):
        time.sleep(0.2)
        prices.append(float(call("GET", "/api/market/book/BTCUSDT?limit=1")["last"]))
    return prices[-1]


price = wait_until(lambda last, average: last < average)
order = {"symbol": "BTCUSDT", "side": "BUY", "quantity": "0.01", "stop_loss": f"{price * 0.98:.0f}"}
print("bought at", call("POST", "/api/trading/orders", order)["executed_price"])
wait_until(lambda last, average: last > average)
print("sold at", call("POST", "/api/trading/positions/BTCUSDT/close")["executed_price"])
